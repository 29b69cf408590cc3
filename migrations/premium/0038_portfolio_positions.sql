-- What protocols hold for users' wallets, and what these owe, as it was last read.

CREATE TABLE portfolio_positions (
    id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
    user_id UUID NOT NULL REFERENCES premium_users (id) ON DELETE CASCADE,
    chain TEXT NOT NULL CHECK (chain ~ '^[a-z0-9][a-z0-9_-]{0,63}$'),
    wallet TEXT NOT NULL CHECK (length(wallet) BETWEEN 1 AND 128),
    protocol TEXT NOT NULL CHECK (length(protocol) BETWEEN 1 AND 64),
    kind TEXT NOT NULL CHECK (kind ~ '^[a-z][a-z0-9_]{0,31}$'),
    name TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
    value_usd NUMERIC NOT NULL,
    debts_usd NUMERIC NOT NULL CHECK (debts_usd >= 0),
    locked_usd NUMERIC NOT NULL CHECK (locked_usd >= 0),
    claimable_usd NUMERIC NOT NULL CHECK (claimable_usd >= 0),
    found JSONB NOT NULL CHECK (jsonb_typeof(found) = 'object'),
    lines JSONB NOT NULL CHECK (jsonb_typeof(lines) = 'array'),
    is_stale BOOLEAN NOT NULL DEFAULT false,
    as_of TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL DEFAULT now(),
    created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
    UNIQUE (user_id, chain, wallet, protocol, kind, name)
);
COMMENT ON COLUMN portfolio_positions.value_usd IS 'what counts of it less its debts: may be below zero';
COMMENT ON COLUMN portfolio_positions.lines IS 'as premium portfolio aggregate states them; the figures are their sums';
COMMENT ON COLUMN portfolio_positions.as_of IS 'when its chain was read; updated_at is the refresh that wrote the row';
CREATE INDEX portfolio_positions_by_value ON portfolio_positions (user_id, value_usd DESC, id);

ALTER TABLE portfolio_positions ENABLE ROW LEVEL SECURITY;
ALTER TABLE portfolio_positions FORCE ROW LEVEL SECURITY;
CREATE POLICY portfolio_positions_own ON portfolio_positions
    USING (user_id = nullif(current_setting('app.current_user_id', true), '')::uuid)
    WITH CHECK (user_id = nullif(current_setting('app.current_user_id', true), '')::uuid);
CREATE POLICY portfolio_positions_worker ON portfolio_positions TO premium_worker
    USING (nullif(current_setting('app.current_user_id', true), '') IS NULL)
    WITH CHECK (nullif(current_setting('app.current_user_id', true), '') IS NULL);

GRANT SELECT ON portfolio_positions TO premium_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON portfolio_positions TO premium_worker;
