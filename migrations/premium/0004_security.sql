-- Scans that a user asked for, and the scores of addresses, which belong to nobody.

CREATE TABLE security_scans (
    id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
    user_id UUID NOT NULL REFERENCES premium_users (id) ON DELETE CASCADE,
    job_id UUID NOT NULL UNIQUE,
    scan_type TEXT NOT NULL CHECK (scan_type IN ('transaction', 'contract', 'address')),
    chain TEXT NOT NULL CHECK (chain ~ '^[a-z0-9][a-z0-9_-]{0,63}$'),
    target TEXT NOT NULL CHECK (length(target) BETWEEN 1 AND 200),
    code_hash BYTEA CHECK (octet_length(code_hash) = 32),
    risk_score INTEGER NOT NULL CHECK (risk_score BETWEEN 0 AND 100),
    findings JSONB NOT NULL DEFAULT '[]' CHECK (jsonb_typeof(findings) = 'array'),
    details JSONB NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(details) = 'object'),
    created_at TIMESTAMPTZ NOT NULL DEFAULT now()
);
COMMENT ON COLUMN security_scans.code_hash IS 'Keccak-256 of the scanned runtime code: with the target, the key of the scan''s cache';
CREATE INDEX security_scans_page ON security_scans (user_id, created_at DESC, id DESC);

CREATE TABLE risk_scores (
    id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
    address TEXT NOT NULL CHECK (length(address) BETWEEN 1 AND 128),
    chain TEXT NOT NULL CHECK (chain ~ '^[a-z0-9][a-z0-9_-]{0,63}$'),
    risk_score INTEGER NOT NULL CHECK (risk_score BETWEEN 0 AND 100),
    risk_factors JSONB NOT NULL DEFAULT '[]' CHECK (jsonb_typeof(risk_factors) = 'array'),
    updated_at TIMESTAMPTZ NOT NULL DEFAULT now(),
    created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
    UNIQUE (chain, address)
);

ALTER TABLE security_scans ENABLE ROW LEVEL SECURITY;
ALTER TABLE security_scans FORCE ROW LEVEL SECURITY;
CREATE POLICY security_scans_own ON security_scans
    USING (user_id = nullif(current_setting('app.current_user_id', true), '')::uuid)
    WITH CHECK (user_id = nullif(current_setting('app.current_user_id', true), '')::uuid);
CREATE POLICY security_scans_worker ON security_scans TO premium_worker
    USING (nullif(current_setting('app.current_user_id', true), '') IS NULL)
    WITH CHECK (nullif(current_setting('app.current_user_id', true), '') IS NULL);

GRANT SELECT ON security_scans, risk_scores TO premium_app;
GRANT SELECT, INSERT ON security_scans TO premium_worker;
GRANT SELECT, INSERT, UPDATE ON risk_scores TO premium_worker;
