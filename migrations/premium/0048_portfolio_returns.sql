-- What each disposal realised, and what was held when flows began to be booked: profit by lots.

ALTER TABLE portfolio_flows ADD COLUMN realised JSONB CHECK (jsonb_typeof(realised) = 'object');
COMMENT ON COLUMN portfolio_flows.realised IS 'US dollars by method (fifo, lifo, hifo, average), empty where nothing was given away; NULL: not counted yet';
GRANT UPDATE (realised) ON portfolio_flows TO premium_app;
CREATE INDEX portfolio_flows_uncounted ON portfolio_flows (user_id) WHERE realised IS NULL;

CREATE TABLE portfolio_first_held (
    id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
    user_id UUID NOT NULL REFERENCES premium_users (id) ON DELETE CASCADE,
    wallet_id UUID NOT NULL,
    asset TEXT NOT NULL CHECK (length(asset) BETWEEN 1 AND 200),
    units NUMERIC NOT NULL CHECK (units >= 0),
    usd NUMERIC CHECK (usd >= 0),
    created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
    UNIQUE (wallet_id, asset),
    FOREIGN KEY (wallet_id, user_id) REFERENCES portfolio_wallets (id, user_id) ON DELETE CASCADE
);
COMMENT ON TABLE portfolio_first_held IS 'what no flow brought: held when the wallet was first read';
COMMENT ON COLUMN portfolio_first_held.units IS 'base units; 0 where flows brought all of it';
COMMENT ON COLUMN portfolio_first_held.usd IS 'its value then, the basis that is assumed; NULL without a good price';
CREATE INDEX portfolio_first_held_user ON portfolio_first_held (user_id);

ALTER TABLE portfolio_first_held ENABLE ROW LEVEL SECURITY;
ALTER TABLE portfolio_first_held FORCE ROW LEVEL SECURITY;
CREATE POLICY portfolio_first_held_own ON portfolio_first_held
    USING (user_id = nullif(current_setting('app.current_user_id', true), '')::uuid)
    WITH CHECK (user_id = nullif(current_setting('app.current_user_id', true), '')::uuid);
CREATE POLICY portfolio_first_held_worker ON portfolio_first_held TO premium_worker
    USING (nullif(current_setting('app.current_user_id', true), '') IS NULL)
    WITH CHECK (nullif(current_setting('app.current_user_id', true), '') IS NULL);
GRANT SELECT, INSERT ON portfolio_first_held TO premium_worker;
