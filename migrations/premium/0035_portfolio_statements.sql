-- What a user holds and owes, as it was last stated; how far wallets' logs are searched; debts may stand in assets.

ALTER TABLE portfolio_assets
    DROP CONSTRAINT portfolio_assets_balance_check,
    DROP CONSTRAINT portfolio_assets_value_usd_check,
    ADD COLUMN why TEXT CHECK (length(why) <= 40);
COMMENT ON COLUMN portfolio_assets.balance IS
    'whole units, of a debt below zero; base units where decimals is NULL: the contract tells no scale';
COMMENT ON COLUMN portfolio_assets.why IS 'why it does not count, or only in part; NULL where it does';

CREATE TABLE portfolio_statements (
    id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
    user_id UUID NOT NULL UNIQUE REFERENCES premium_users (id) ON DELETE CASCADE,
    job_id UUID NOT NULL,
    as_of TIMESTAMPTZ NOT NULL,
    answer JSONB NOT NULL CHECK (jsonb_typeof(answer) = 'object'),
    updated_at TIMESTAMPTZ NOT NULL DEFAULT now(),
    created_at TIMESTAMPTZ NOT NULL DEFAULT now()
);
COMMENT ON COLUMN portfolio_statements.answer IS 'as premium portfolio aggregate answers';

ALTER TABLE portfolio_wallets ADD CONSTRAINT portfolio_wallets_of_user UNIQUE (id, user_id);
CREATE TABLE portfolio_searches (
    id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
    user_id UUID NOT NULL REFERENCES premium_users (id) ON DELETE CASCADE,
    wallet_id UUID NOT NULL,
    chain TEXT NOT NULL CHECK (chain ~ '^[a-z0-9][a-z0-9_-]{0,63}$'),
    low BIGINT NOT NULL CHECK (low >= 0),
    high BIGINT NOT NULL CHECK (high >= -1),
    tokens TEXT[] NOT NULL DEFAULT '{}',
    unused BOOLEAN NOT NULL DEFAULT false,
    looked_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL DEFAULT now(),
    created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
    UNIQUE (wallet_id, chain),
    FOREIGN KEY (wallet_id, user_id) REFERENCES portfolio_wallets (id, user_id) ON DELETE CASCADE
);
COMMENT ON TABLE portfolio_searches IS 'the blocks, low to high, whose Transfer logs were searched; none where low is above';
COMMENT ON COLUMN portfolio_searches.unused IS 'no code, nonce, coin, token or transfer ever: asked once a day';
CREATE INDEX portfolio_searches_user ON portfolio_searches (user_id);

ALTER TABLE portfolio_statements ENABLE ROW LEVEL SECURITY;
ALTER TABLE portfolio_statements FORCE ROW LEVEL SECURITY;
CREATE POLICY portfolio_statements_own ON portfolio_statements
    USING (user_id = nullif(current_setting('app.current_user_id', true), '')::uuid)
    WITH CHECK (user_id = nullif(current_setting('app.current_user_id', true), '')::uuid);
CREATE POLICY portfolio_statements_worker ON portfolio_statements TO premium_worker
    USING (nullif(current_setting('app.current_user_id', true), '') IS NULL)
    WITH CHECK (nullif(current_setting('app.current_user_id', true), '') IS NULL);

ALTER TABLE portfolio_searches ENABLE ROW LEVEL SECURITY;
ALTER TABLE portfolio_searches FORCE ROW LEVEL SECURITY;
CREATE POLICY portfolio_searches_own ON portfolio_searches
    USING (user_id = nullif(current_setting('app.current_user_id', true), '')::uuid)
    WITH CHECK (user_id = nullif(current_setting('app.current_user_id', true), '')::uuid);
CREATE POLICY portfolio_searches_worker ON portfolio_searches TO premium_worker
    USING (nullif(current_setting('app.current_user_id', true), '') IS NULL)
    WITH CHECK (nullif(current_setting('app.current_user_id', true), '') IS NULL);

GRANT SELECT ON portfolio_statements, portfolio_searches TO premium_app;
GRANT SELECT, INSERT, UPDATE ON portfolio_statements, portfolio_searches TO premium_worker;
