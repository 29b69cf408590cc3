-- What lies before a portfolio's first snapshot: read window by window, rebuilt day by day.

CREATE TABLE portfolio_backfills (
    id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
    user_id UUID NOT NULL UNIQUE REFERENCES premium_users (id) ON DELETE CASCADE,
    status TEXT NOT NULL CHECK (status IN ('running', 'done')),
    days INTEGER NOT NULL DEFAULT 0 CHECK (days >= 0),
    until TIMESTAMPTZ,
    gaps JSONB NOT NULL DEFAULT '[]' CHECK (jsonb_typeof(gaps) = 'array'),
    updated_at TIMESTAMPTZ NOT NULL DEFAULT now(),
    created_at TIMESTAMPTZ NOT NULL DEFAULT now()
);
COMMENT ON COLUMN portfolio_backfills.until IS 'the time of the first snapshot';
COMMENT ON COLUMN portfolio_backfills.gaps IS 'what is not rebuilt: wallet, chain, asset, why, since';

CREATE TABLE portfolio_backfill_parts (
    id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
    user_id UUID NOT NULL,
    wallet_id UUID NOT NULL,
    chain TEXT NOT NULL CHECK (length(chain) BETWEEN 1 AND 64),
    low BIGINT NOT NULL,
    high BIGINT NOT NULL CHECK (high >= low),
    opening JSONB CHECK (jsonb_typeof(opening) = 'object'),
    movements JSONB NOT NULL CHECK (jsonb_typeof(movements) = 'array'),
    is_last BOOLEAN NOT NULL,
    reason TEXT CHECK (length(reason) <= 500),
    created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
    UNIQUE (wallet_id, chain, high),
    FOREIGN KEY (wallet_id, user_id) REFERENCES portfolio_wallets (id, user_id) ON DELETE CASCADE
);
COMMENT ON COLUMN portfolio_backfill_parts.low IS 'blocks from low to high were read, the newest window first';
COMMENT ON COLUMN portfolio_backfill_parts.opening IS 'of the newest window: the reading from which it goes back';
COMMENT ON COLUMN portfolio_backfill_parts.is_last IS 'nothing lies before, or nothing more is read';
COMMENT ON COLUMN portfolio_backfill_parts.reason IS 'why it could not be read';

CREATE TABLE portfolio_rebuilt_days (
    id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
    user_id UUID NOT NULL REFERENCES premium_users (id) ON DELETE CASCADE,
    day DATE NOT NULL,
    at TIMESTAMPTZ NOT NULL,
    total_value NUMERIC NOT NULL,
    is_good BOOLEAN NOT NULL,
    splits JSONB NOT NULL CHECK (jsonb_typeof(splits) = 'object'),
    created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
    UNIQUE (user_id, day)
);
COMMENT ON TABLE portfolio_rebuilt_days IS 'days before the first snapshot, of the chain''s word and past prices';

ALTER TABLE portfolio_backfills ENABLE ROW LEVEL SECURITY;
ALTER TABLE portfolio_backfills FORCE ROW LEVEL SECURITY;
CREATE POLICY portfolio_backfills_own ON portfolio_backfills
    USING (user_id = nullif(current_setting('app.current_user_id', true), '')::uuid)
    WITH CHECK (user_id = nullif(current_setting('app.current_user_id', true), '')::uuid);
ALTER TABLE portfolio_backfill_parts ENABLE ROW LEVEL SECURITY;
ALTER TABLE portfolio_backfill_parts FORCE ROW LEVEL SECURITY;
CREATE POLICY portfolio_backfill_parts_own ON portfolio_backfill_parts
    USING (user_id = nullif(current_setting('app.current_user_id', true), '')::uuid)
    WITH CHECK (user_id = nullif(current_setting('app.current_user_id', true), '')::uuid);
ALTER TABLE portfolio_rebuilt_days ENABLE ROW LEVEL SECURITY;
ALTER TABLE portfolio_rebuilt_days FORCE ROW LEVEL SECURITY;
CREATE POLICY portfolio_rebuilt_days_own ON portfolio_rebuilt_days
    USING (user_id = nullif(current_setting('app.current_user_id', true), '')::uuid)
    WITH CHECK (user_id = nullif(current_setting('app.current_user_id', true), '')::uuid);

GRANT SELECT ON portfolio_backfills, portfolio_rebuilt_days TO premium_app;
GRANT SELECT, INSERT, UPDATE ON portfolio_backfills TO premium_worker;
GRANT SELECT, INSERT ON portfolio_backfill_parts TO premium_worker;
GRANT SELECT, INSERT, DELETE ON portfolio_rebuilt_days TO premium_worker;
GRANT UPDATE (units) ON portfolio_first_held TO premium_worker;
