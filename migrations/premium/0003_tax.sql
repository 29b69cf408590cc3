-- A user's taxable history and the reports made from it.

-- 125 M rows: hash partitions by user keep each index in memory-sized pieces and every query of a user in one of them.
CREATE TABLE tax_transactions (
    id UUID NOT NULL DEFAULT gen_random_uuid(),
    user_id UUID NOT NULL REFERENCES premium_users (id) ON DELETE CASCADE,
    source_key TEXT NOT NULL CHECK (length(source_key) BETWEEN 1 AND 200),
    chain TEXT CHECK (chain ~ '^[a-z0-9][a-z0-9_-]{0,63}$'),
    tx_hash TEXT CHECK (length(tx_hash) BETWEEN 1 AND 128),
    "timestamp" TIMESTAMPTZ NOT NULL,
    type TEXT NOT NULL CHECK (type IN (
        'buy', 'sell', 'swap', 'transfer', 'transfer_in', 'transfer_out', 'income', 'fee',
        'gift_in', 'gift_out', 'gift_received', 'gift_sent', 'donation', 'lost', 'stolen',
        'nft_buy', 'nft_sell', 'lp_add', 'lp_remove', 'wrap', 'bridge')),
    asset TEXT NOT NULL CHECK (length(asset) BETWEEN 1 AND 200),
    amount NUMERIC NOT NULL CHECK (amount >= 0),
    price NUMERIC CHECK (price >= 0),
    fee NUMERIC CHECK (fee >= 0),
    wallet TEXT NOT NULL DEFAULT '' CHECK (length(wallet) <= 128),
    cost_basis NUMERIC,
    gain_loss NUMERIC,
    details JSONB NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(details) = 'object'),
    job_id UUID,
    created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
    PRIMARY KEY (user_id, id),
    UNIQUE (user_id, source_key)
) PARTITION BY HASH (user_id);
COMMENT ON COLUMN tax_transactions.source_key IS 'the transaction''s own id where it came from, so that an import twice adds nothing';
COMMENT ON COLUMN tax_transactions.details IS 'the rarer fields of the neutral format: kind, group, lots, to_wallet, donor_basis, …';
COMMENT ON COLUMN tax_transactions.price IS 'a unit, in the report''s currency; NULL until filled from history';
CREATE INDEX tax_transactions_page ON tax_transactions (user_id, "timestamp" DESC, id DESC);

DO $$
DECLARE
    part text;
BEGIN
    FOR i IN 0..15 LOOP
        part := format('tax_transactions_%s', lpad(i::text, 2, '0'));
        EXECUTE format('CREATE TABLE %I PARTITION OF tax_transactions FOR VALUES WITH (MODULUS 16, REMAINDER %s)', part, i);
        -- A query by the parent meets the parent's policy only: a partition that is named directly needs its own.
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', part);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', part);
        EXECUTE format($policy$
            CREATE POLICY %I ON %I
                USING (user_id = nullif(current_setting('app.current_user_id', true), '')::uuid)
                WITH CHECK (user_id = nullif(current_setting('app.current_user_id', true), '')::uuid)
        $policy$, part || '_own', part);
    END LOOP;
END
$$;

CREATE TABLE tax_reports (
    id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
    user_id UUID NOT NULL REFERENCES premium_users (id) ON DELETE CASCADE,
    job_id UUID NOT NULL UNIQUE,
    year INTEGER NOT NULL CHECK (year BETWEEN 2009 AND 2100),
    jurisdiction TEXT NOT NULL CHECK (jurisdiction ~ '^([A-Z]{2}|generic)$'),
    method TEXT NOT NULL CHECK (method ~ '^[a-z][a-z0-9_]{1,31}$'),
    lot_scope TEXT NOT NULL DEFAULT 'universal' CHECK (lot_scope IN ('universal', 'per_wallet', 'pool', 'portfolio')),
    totals JSONB NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(totals) = 'object'),
    status TEXT NOT NULL DEFAULT 'done' CHECK (status IN ('queued', 'running', 'done', 'failed')),
    report_url TEXT CHECK (length(report_url) <= 1024),
    files JSONB NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(files) = 'object'),
    generated_at TIMESTAMPTZ,
    created_at TIMESTAMPTZ NOT NULL DEFAULT now()
);
COMMENT ON COLUMN tax_reports.report_url IS 's3://bucket/key of the main document; a link that works is presigned when asked for';
COMMENT ON COLUMN tax_reports.files IS 'format → {key, size, sha256}';
CREATE INDEX tax_reports_page ON tax_reports (user_id, created_at DESC, id DESC);
CREATE INDEX tax_reports_year ON tax_reports (user_id, year, generated_at DESC);

ALTER TABLE tax_transactions ENABLE ROW LEVEL SECURITY;
ALTER TABLE tax_transactions FORCE ROW LEVEL SECURITY;
CREATE POLICY tax_transactions_own ON tax_transactions
    USING (user_id = nullif(current_setting('app.current_user_id', true), '')::uuid)
    WITH CHECK (user_id = nullif(current_setting('app.current_user_id', true), '')::uuid);
CREATE POLICY tax_transactions_worker ON tax_transactions TO premium_worker
    USING (nullif(current_setting('app.current_user_id', true), '') IS NULL)
    WITH CHECK (nullif(current_setting('app.current_user_id', true), '') IS NULL);

ALTER TABLE tax_reports ENABLE ROW LEVEL SECURITY;
ALTER TABLE tax_reports FORCE ROW LEVEL SECURITY;
CREATE POLICY tax_reports_own ON tax_reports
    USING (user_id = nullif(current_setting('app.current_user_id', true), '')::uuid)
    WITH CHECK (user_id = nullif(current_setting('app.current_user_id', true), '')::uuid);
CREATE POLICY tax_reports_worker ON tax_reports TO premium_worker
    USING (nullif(current_setting('app.current_user_id', true), '') IS NULL)
    WITH CHECK (nullif(current_setting('app.current_user_id', true), '') IS NULL);

GRANT SELECT, INSERT, UPDATE, DELETE ON tax_transactions TO premium_app;
GRANT SELECT ON tax_reports TO premium_app;
GRANT SELECT, INSERT, UPDATE (price, cost_basis, gain_loss) ON tax_transactions TO premium_worker;
GRANT SELECT, INSERT ON tax_reports TO premium_worker;
