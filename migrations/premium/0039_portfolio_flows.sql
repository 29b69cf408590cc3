-- What came to users' wallets, left them or was done there; and the readings between which it is booked.

CREATE TABLE portfolio_flows (
    id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
    user_id UUID NOT NULL REFERENCES premium_users (id) ON DELETE CASCADE,
    wallet TEXT NOT NULL CHECK (length(wallet) BETWEEN 1 AND 128),
    chain TEXT NOT NULL CHECK (chain ~ '^[a-z0-9][a-z0-9_-]{0,63}$'),
    tx TEXT NOT NULL CHECK (length(tx) BETWEEN 1 AND 200),
    index INTEGER NOT NULL,
    asset TEXT NOT NULL CHECK (length(asset) BETWEEN 1 AND 200),
    units NUMERIC NOT NULL,
    decimals SMALLINT CHECK (decimals BETWEEN 0 AND 255),
    kind TEXT NOT NULL CHECK (kind IN ('deposit', 'withdrawal', 'own', 'exchange', 'income', 'airdrop', 'gas', 'fee',
                                       'liquidation', 'phantom', 'unexplained')),
    corrected TEXT CHECK (corrected IN ('deposit', 'withdrawal', 'own', 'exchange', 'income', 'airdrop', 'gas', 'fee',
                                        'liquidation', 'phantom', 'unexplained')),
    usd NUMERIC,
    block BIGINT NOT NULL CHECK (block >= 0),
    at TIMESTAMPTZ NOT NULL,
    counted_at TIMESTAMPTZ NOT NULL,
    created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
    UNIQUE (user_id, chain, tx, index, wallet, asset)
);
COMMENT ON COLUMN portfolio_flows.index IS 'of the log; below zero: -1 gas, -2 coin, -3 by the balance alone, -4 by no transaction, from -1000 down traces';
COMMENT ON COLUMN portfolio_flows.units IS 'signed base units; of a phantom what its log claims';
COMMENT ON COLUMN portfolio_flows.usd IS 'signed, by the price when it was first seen; NULL without one';
COMMENT ON COLUMN portfolio_flows.counted_at IS 'for returns: before the snapshot that first holds it';
CREATE INDEX portfolio_flows_page ON portfolio_flows (user_id, at DESC, id DESC);
CREATE INDEX portfolio_flows_counted ON portfolio_flows (user_id, counted_at);

CREATE TABLE portfolio_openings (
    id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
    user_id UUID NOT NULL REFERENCES premium_users (id) ON DELETE CASCADE,
    wallet_id UUID NOT NULL,
    chain TEXT NOT NULL CHECK (chain ~ '^[a-z0-9][a-z0-9_-]{0,63}$'),
    block BIGINT NOT NULL CHECK (block >= 0),
    readings JSONB NOT NULL CHECK (jsonb_typeof(readings) = 'array'),
    updated_at TIMESTAMPTZ NOT NULL DEFAULT now(),
    created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
    UNIQUE (wallet_id, chain),
    FOREIGN KEY (wallet_id, user_id) REFERENCES portfolio_wallets (id, user_id) ON DELETE CASCADE
);
COMMENT ON COLUMN portfolio_openings.readings IS 'what a wallet held: at a final block, from which flows are booked, and at later ones';
COMMENT ON COLUMN portfolio_openings.block IS 'of the last reading';
CREATE INDEX portfolio_openings_user ON portfolio_openings (user_id);

ALTER TABLE portfolio_flows ENABLE ROW LEVEL SECURITY;
ALTER TABLE portfolio_flows FORCE ROW LEVEL SECURITY;
CREATE POLICY portfolio_flows_own ON portfolio_flows
    USING (user_id = nullif(current_setting('app.current_user_id', true), '')::uuid)
    WITH CHECK (user_id = nullif(current_setting('app.current_user_id', true), '')::uuid);
CREATE POLICY portfolio_flows_worker ON portfolio_flows TO premium_worker
    USING (nullif(current_setting('app.current_user_id', true), '') IS NULL)
    WITH CHECK (nullif(current_setting('app.current_user_id', true), '') IS NULL);

ALTER TABLE portfolio_openings ENABLE ROW LEVEL SECURITY;
ALTER TABLE portfolio_openings FORCE ROW LEVEL SECURITY;
CREATE POLICY portfolio_openings_own ON portfolio_openings
    USING (user_id = nullif(current_setting('app.current_user_id', true), '')::uuid)
    WITH CHECK (user_id = nullif(current_setting('app.current_user_id', true), '')::uuid);
CREATE POLICY portfolio_openings_worker ON portfolio_openings TO premium_worker
    USING (nullif(current_setting('app.current_user_id', true), '') IS NULL)
    WITH CHECK (nullif(current_setting('app.current_user_id', true), '') IS NULL);

GRANT SELECT, UPDATE (corrected) ON portfolio_flows TO premium_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON portfolio_flows TO premium_worker;
GRANT SELECT, INSERT, UPDATE ON portfolio_openings TO premium_worker;
