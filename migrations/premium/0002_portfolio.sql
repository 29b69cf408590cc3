-- Which wallets a user watches, and what was in them when they were last read.

CREATE TABLE portfolio_wallets (
    id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
    user_id UUID NOT NULL REFERENCES premium_users (id) ON DELETE CASCADE,
    address TEXT NOT NULL CHECK (length(address) BETWEEN 1 AND 128),
    chains TEXT[] NOT NULL DEFAULT '{}' CHECK (cardinality(chains) <= 200),
    label TEXT CHECK (length(label) BETWEEN 1 AND 100),
    created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
    UNIQUE (user_id, address)
);
COMMENT ON COLUMN portfolio_wallets.address IS 'as its chain writes it; checksummed for EVM chains';
COMMENT ON COLUMN portfolio_wallets.chains IS 'short names; empty means every chain that the address can live on';
CREATE INDEX portfolio_wallets_page ON portfolio_wallets (user_id, created_at DESC, id DESC);

CREATE TABLE portfolio_assets (
    id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
    user_id UUID NOT NULL REFERENCES premium_users (id) ON DELETE CASCADE,
    chain TEXT NOT NULL CHECK (chain ~ '^[a-z0-9][a-z0-9_-]{0,63}$'),
    asset TEXT NOT NULL CHECK (length(asset) BETWEEN 1 AND 200),
    symbol TEXT NOT NULL DEFAULT '' CHECK (length(symbol) <= 64),
    category TEXT NOT NULL DEFAULT 'token' CHECK (category ~ '^[a-z][a-z0-9_]{0,31}$'),
    decimals SMALLINT CHECK (decimals BETWEEN 0 AND 77),
    balance NUMERIC NOT NULL CHECK (balance >= 0),
    price_usd NUMERIC CHECK (price_usd >= 0),
    price_quality TEXT NOT NULL DEFAULT 'unknown'
        CHECK (price_quality IN ('good', 'low_confidence', 'too_old', 'unknown', 'unavailable')),
    value_usd NUMERIC CHECK (value_usd >= 0),
    is_stale BOOLEAN NOT NULL DEFAULT false,
    as_of TIMESTAMPTZ NOT NULL DEFAULT now(),
    updated_at TIMESTAMPTZ NOT NULL DEFAULT now(),
    created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
    UNIQUE (user_id, chain, asset)
);
COMMENT ON COLUMN portfolio_assets.asset IS 'chain:address, the native asset under the zero address';
COMMENT ON COLUMN portfolio_assets.balance IS 'whole units; base units where decimals is NULL: the contract tells no scale';
COMMENT ON COLUMN portfolio_assets.as_of IS 'when the chain was read; updated_at is the refresh that wrote the row';
COMMENT ON COLUMN portfolio_assets.value_usd IS 'NULL where no trusted price is known: absent is not zero';
CREATE INDEX portfolio_assets_by_value ON portfolio_assets (user_id, value_usd DESC NULLS LAST, id);

ALTER TABLE portfolio_wallets ENABLE ROW LEVEL SECURITY;
ALTER TABLE portfolio_wallets FORCE ROW LEVEL SECURITY;
CREATE POLICY portfolio_wallets_own ON portfolio_wallets
    USING (user_id = nullif(current_setting('app.current_user_id', true), '')::uuid)
    WITH CHECK (user_id = nullif(current_setting('app.current_user_id', true), '')::uuid);
CREATE POLICY portfolio_wallets_worker ON portfolio_wallets FOR SELECT TO premium_worker
    USING (nullif(current_setting('app.current_user_id', true), '') IS NULL);

ALTER TABLE portfolio_assets ENABLE ROW LEVEL SECURITY;
ALTER TABLE portfolio_assets FORCE ROW LEVEL SECURITY;
CREATE POLICY portfolio_assets_own ON portfolio_assets
    USING (user_id = nullif(current_setting('app.current_user_id', true), '')::uuid)
    WITH CHECK (user_id = nullif(current_setting('app.current_user_id', true), '')::uuid);
CREATE POLICY portfolio_assets_worker ON portfolio_assets TO premium_worker
    USING (nullif(current_setting('app.current_user_id', true), '') IS NULL)
    WITH CHECK (nullif(current_setting('app.current_user_id', true), '') IS NULL);

GRANT SELECT, INSERT, UPDATE, DELETE ON portfolio_wallets TO premium_app;
GRANT SELECT ON portfolio_assets TO premium_app;
GRANT SELECT ON portfolio_wallets TO premium_worker;
GRANT SELECT, INSERT, UPDATE, DELETE ON portfolio_assets TO premium_worker;
