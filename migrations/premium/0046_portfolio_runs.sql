-- The hourly run over all portfolios: planned once, in chunks that any worker takes, each done once.

CREATE TABLE portfolio_runs (
    id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
    moment TIMESTAMPTZ NOT NULL UNIQUE,
    status TEXT NOT NULL DEFAULT 'planning' CHECK (status IN ('planning', 'running', 'done', 'late', 'stopped')),
    users INTEGER NOT NULL DEFAULT 0 CHECK (users >= 0),
    started_at TIMESTAMPTZ NOT NULL,
    read_until TIMESTAMPTZ NOT NULL,
    write_until TIMESTAMPTZ NOT NULL,
    ended_at TIMESTAMPTZ,
    report JSONB CHECK (jsonb_typeof(report) = 'object'),
    created_at TIMESTAMPTZ NOT NULL DEFAULT now()
);
COMMENT ON COLUMN portfolio_runs.moment IS 'the hour that it is for, and the time of its snapshots';
COMMENT ON COLUMN portfolio_runs.read_until IS 'chains that are not read by then are stale';
CREATE INDEX portfolio_runs_open ON portfolio_runs (moment) WHERE status IN ('planning', 'running');

CREATE TABLE portfolio_run_chunks (
    id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
    run_id UUID NOT NULL REFERENCES portfolio_runs (id) ON DELETE CASCADE,
    kind TEXT NOT NULL CHECK (kind IN ('read', 'value', 'write')),
    block INTEGER NOT NULL CHECK (block >= 0),
    chain TEXT NOT NULL DEFAULT '' CHECK (length(chain) <= 64),
    first_user UUID,
    last_user UUID,
    cells INTEGER NOT NULL DEFAULT 0 CHECK (cells >= 0),
    status TEXT NOT NULL DEFAULT 'waiting' CHECK (status IN ('waiting', 'running', 'done', 'failed')),
    attempts INTEGER NOT NULL DEFAULT 0 CHECK (attempts >= 0),
    claimed_until TIMESTAMPTZ,
    reason TEXT CHECK (length(reason) <= 500),
    assets TEXT[] NOT NULL DEFAULT '{}',
    measured JSONB NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(measured) = 'object'),
    ended_at TIMESTAMPTZ,
    created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
    UNIQUE (run_id, kind, block, chain)
);
COMMENT ON COLUMN portfolio_run_chunks.block IS 'users from first_user to last_user';
COMMENT ON COLUMN portfolio_run_chunks.cells IS 'of a read: wallets on the chain; of a write: users';
COMMENT ON COLUMN portfolio_run_chunks.attempts IS 'fences: only the last one who took it may end it';
CREATE INDEX portfolio_run_chunks_open ON portfolio_run_chunks (run_id, kind, status, block);

CREATE TABLE portfolio_run_quotes (
    id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
    run_id UUID NOT NULL REFERENCES portfolio_runs (id) ON DELETE CASCADE,
    asset TEXT NOT NULL CHECK (length(asset) BETWEEN 1 AND 200),
    quote JSONB NOT NULL CHECK (jsonb_typeof(quote) = 'object'),
    created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
    UNIQUE (run_id, asset)
);
COMMENT ON TABLE portfolio_run_quotes IS 'what each asset cost in a run: asked once for all users';

CREATE TABLE portfolio_run_parts (
    id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
    run_id UUID NOT NULL REFERENCES portfolio_runs (id) ON DELETE CASCADE,
    block INTEGER NOT NULL CHECK (block >= 0),
    chain TEXT NOT NULL CHECK (length(chain) <= 64),
    result BYTEA NOT NULL,
    created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
    UNIQUE (run_id, block, chain)
);
COMMENT ON TABLE portfolio_run_parts IS 'what a read found for a block, until that is written or the run has ended';

GRANT SELECT, INSERT, UPDATE, DELETE
    ON portfolio_runs, portfolio_run_chunks, portfolio_run_quotes, portfolio_run_parts TO premium_worker;
