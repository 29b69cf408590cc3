-- How far each followed chain was looked through for transfers that touch a watched wallet.

CREATE TABLE portfolio_touch_cursors (
    id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
    chain TEXT NOT NULL UNIQUE CHECK (length(chain) BETWEEN 1 AND 64),
    seen JSONB NOT NULL CHECK (jsonb_typeof(seen) = 'array'),
    updated_at TIMESTAMPTZ NOT NULL DEFAULT now(),
    created_at TIMESTAMPTZ NOT NULL DEFAULT now()
);
COMMENT ON COLUMN portfolio_touch_cursors.seen IS 'numbers and hashes of the newest blocks that were looked through, the newest last';

CREATE INDEX portfolio_wallets_address ON portfolio_wallets (address);
CREATE INDEX portfolio_flows_blocks ON portfolio_flows (chain, block);

GRANT SELECT, INSERT, UPDATE ON portfolio_touch_cursors TO premium_worker;
