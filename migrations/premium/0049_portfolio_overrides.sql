-- The user's word about an asset: it wins over evidence and prices.

CREATE TABLE portfolio_overrides (
    id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
    user_id UUID NOT NULL REFERENCES premium_users (id) ON DELETE CASCADE,
    asset TEXT NOT NULL CHECK (length(asset) BETWEEN 1 AND 200),
    hidden BOOLEAN,
    spam BOOLEAN,
    category TEXT CHECK (category ~ '^[a-z][a-z0-9_]{0,31}$'),
    price_usd NUMERIC CHECK (price_usd >= 0),
    updated_at TIMESTAMPTZ NOT NULL DEFAULT now(),
    created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
    UNIQUE (user_id, asset),
    CHECK (num_nonnulls(hidden, spam, category, price_usd) > 0)
);
COMMENT ON COLUMN portfolio_overrides.spam IS 'false: it is none, whatever the evidence says; NULL: the evidence decides';

ALTER TABLE portfolio_overrides ENABLE ROW LEVEL SECURITY;
ALTER TABLE portfolio_overrides FORCE ROW LEVEL SECURITY;
CREATE POLICY portfolio_overrides_own ON portfolio_overrides
    USING (user_id = nullif(current_setting('app.current_user_id', true), '')::uuid)
    WITH CHECK (user_id = nullif(current_setting('app.current_user_id', true), '')::uuid);
CREATE POLICY portfolio_overrides_worker ON portfolio_overrides TO premium_worker
    USING (nullif(current_setting('app.current_user_id', true), '') IS NULL)
    WITH CHECK (nullif(current_setting('app.current_user_id', true), '') IS NULL);
GRANT SELECT, INSERT, UPDATE, DELETE ON portfolio_overrides TO premium_app;
GRANT SELECT ON portfolio_overrides TO premium_worker;
