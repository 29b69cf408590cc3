-- A chain's Transfer logs are matched once a run, for all wallets that are watched on it.
CREATE TABLE portfolio_matches (
    id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
    chain TEXT NOT NULL UNIQUE CHECK (chain ~ '^[a-z0-9][a-z0-9_-]{0,63}$'),
    low BIGINT NOT NULL CHECK (low >= 0),
    high BIGINT NOT NULL CHECK (high >= -1),
    paused_until TIMESTAMPTZ,
    updated_at TIMESTAMPTZ NOT NULL DEFAULT now(),
    created_at TIMESTAMPTZ NOT NULL DEFAULT now()
);
COMMENT ON TABLE portfolio_matches IS 'the blocks, low to high, whose logs were matched with every wallet that was watched then';
COMMENT ON COLUMN portfolio_matches.paused_until IS 'its logs were more than asking by wallet costs: it is tried again then';

ALTER TABLE portfolio_searches
    ADD COLUMN moved_block BIGINT NOT NULL DEFAULT -1 CHECK (moved_block >= -1),
    ADD COLUMN positions_block BIGINT NOT NULL DEFAULT -1 CHECK (positions_block >= -1);
UPDATE portfolio_searches SET moved_block = high;  -- unknown so far: as if the last block that was searched named it
COMMENT ON COLUMN portfolio_searches.moved_block IS 'the newest block of which a log names the wallet';
COMMENT ON COLUMN portfolio_searches.positions_block IS 'the newest block at which the wallet''s positions were looked for';

ALTER TABLE portfolio_run_chunks DROP CONSTRAINT portfolio_run_chunks_kind_check;
ALTER TABLE portfolio_run_chunks ADD CONSTRAINT portfolio_run_chunks_kind_check
    CHECK (kind IN ('match', 'read', 'value', 'write'));

GRANT SELECT, INSERT, UPDATE ON portfolio_matches TO premium_worker;
