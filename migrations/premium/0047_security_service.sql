-- Scans of every type by month, lists of labels, analyses by code, disputes, overrides and watches.

-- The release before writes `security_scans` with ON CONFLICT (job_id), which no table by month can have: what it
-- writes there is copied by a trigger, and that table goes a release later.
CREATE TABLE security_scans_monthly (
    id UUID NOT NULL DEFAULT gen_random_uuid(),
    user_id UUID NOT NULL REFERENCES premium_users (id) ON DELETE CASCADE,
    job_id UUID,
    scan_type TEXT NOT NULL CHECK (scan_type IN ('transaction', 'message', 'contract', 'address')),
    chain TEXT NOT NULL CHECK (chain ~ '^[a-z0-9][a-z0-9_-]{0,63}$'),
    target TEXT NOT NULL CHECK (length(target) BETWEEN 1 AND 200),
    code_hash BYTEA CHECK (octet_length(code_hash) = 32),
    verdict TEXT CHECK (verdict IN ('malicious', 'danger', 'caution', 'clear', 'unknown')),
    risk_score INTEGER NOT NULL CHECK (risk_score BETWEEN 0 AND 100),
    findings JSONB NOT NULL DEFAULT '[]' CHECK (jsonb_typeof(findings) = 'array'),
    details JSONB NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(details) = 'object'),
    engine_version TEXT CHECK (length(engine_version) BETWEEN 1 AND 32),
    request_digest BYTEA CHECK (octet_length(request_digest) = 32),
    created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
    PRIMARY KEY (id, created_at),
    UNIQUE (job_id, created_at),
    CHECK (engine_version IS NULL OR octet_length(findings::text) + octet_length(details::text) <= 32768)
) PARTITION BY RANGE (created_at);
COMMENT ON COLUMN security_scans_monthly.created_at IS 'of a job''s scan when the job was accepted, so that every attempt writes one row';
COMMENT ON COLUMN security_scans_monthly.request_digest IS 'SHA-256 of the request and its idempotency key; NULL where a job was';
COMMENT ON COLUMN security_scans_monthly.engine_version IS 'NULL in rows of the releases before';
CREATE INDEX security_scans_monthly_page ON security_scans_monthly (user_id, created_at DESC, id DESC);
CREATE INDEX security_scans_monthly_target ON security_scans_monthly (user_id, target, created_at DESC);
CREATE INDEX security_scans_monthly_request ON security_scans_monthly (user_id, request_digest);

ALTER TABLE security_scans_monthly ENABLE ROW LEVEL SECURITY;
ALTER TABLE security_scans_monthly FORCE ROW LEVEL SECURITY;
CREATE POLICY security_scans_monthly_own ON security_scans_monthly
    USING (user_id = nullif(current_setting('app.current_user_id', true), '')::uuid)
    WITH CHECK (user_id = nullif(current_setting('app.current_user_id', true), '')::uuid);
CREATE POLICY security_scans_monthly_worker ON security_scans_monthly TO premium_worker
    USING (nullif(current_setting('app.current_user_id', true), '') IS NULL)
    WITH CHECK (nullif(current_setting('app.current_user_id', true), '') IS NULL);

-- Months ahead; what is older than 13 months goes.
CREATE FUNCTION maintain_security_scans(moment TIMESTAMPTZ DEFAULT now()) RETURNS VOID
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    month timestamptz := date_trunc('month', moment, 'UTC');
BEGIN
    FOR i IN -1..3 LOOP
        PERFORM public.add_alert_partition('security_scans_monthly',
            to_char((month + make_interval(months => i)) AT TIME ZONE 'UTC', 'YYYY_MM'),
            month + make_interval(months => i), month + make_interval(months => i + 1));
    END LOOP;
    PERFORM public.drop_alert_partitions('security_scans_monthly',
        to_char((month - interval '13 months') AT TIME ZONE 'UTC', 'YYYY_MM'));
    DELETE FROM public.security_scans_monthly_default WHERE created_at < month - interval '13 months';
END
$$;
REVOKE ALL ON FUNCTION maintain_security_scans(TIMESTAMPTZ) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION maintain_security_scans(TIMESTAMPTZ) TO premium_worker;
SELECT add_alert_partition('security_scans_monthly', 'default', NULL, NULL);
SELECT maintain_security_scans();

CREATE FUNCTION copy_security_scan() RETURNS TRIGGER
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    INSERT INTO public.security_scans_monthly
        (id, user_id, job_id, scan_type, chain, target, code_hash, risk_score, findings, details, created_at)
    SELECT NEW.id, NEW.user_id, NEW.job_id, NEW.scan_type, NEW.chain, NEW.target, NEW.code_hash, NEW.risk_score,
           NEW.findings, NEW.details, NEW.created_at
    WHERE NOT EXISTS (SELECT FROM public.security_scans_monthly WHERE user_id = NEW.user_id AND job_id = NEW.job_id);
    RETURN NULL;
END
$$;
REVOKE ALL ON FUNCTION copy_security_scan() FROM PUBLIC;
CREATE TRIGGER security_scans_copied AFTER INSERT ON security_scans FOR EACH ROW EXECUTE FUNCTION copy_security_scan();

-- The owner, who migrates, is held by the policies too.
ALTER TABLE security_scans NO FORCE ROW LEVEL SECURITY;
ALTER TABLE security_scans_monthly NO FORCE ROW LEVEL SECURITY;
INSERT INTO security_scans_monthly
    (id, user_id, job_id, scan_type, chain, target, code_hash, risk_score, findings, details, created_at)
SELECT id, user_id, job_id, scan_type, chain, target, code_hash, risk_score, findings, details, created_at
FROM security_scans WHERE created_at >= now() - interval '13 months';
ALTER TABLE security_scans FORCE ROW LEVEL SECURITY;
ALTER TABLE security_scans_monthly FORCE ROW LEVEL SECURITY;

ALTER TABLE risk_scores
    ADD COLUMN verdict TEXT CHECK (verdict IN ('malicious', 'danger', 'caution', 'clear', 'unknown')),
    ADD COLUMN engine_version TEXT CHECK (length(engine_version) BETWEEN 1 AND 32),
    ADD COLUMN reads_digest BYTEA CHECK (octet_length(reads_digest) = 32),
    ADD COLUMN code_hash BYTEA CHECK (octet_length(code_hash) = 32),
    ADD COLUMN block_number BIGINT CHECK (block_number >= 0);
CREATE INDEX risk_scores_renewal ON risk_scores (updated_at);

CREATE TABLE label_imports (
    id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
    source TEXT NOT NULL CHECK (source ~ '^[a-z0-9][a-z0-9_-]{0,31}$'),
    shape TEXT NOT NULL CHECK (length(shape) BETWEEN 1 AND 32),
    version TEXT CHECK (length(version) <= 100),
    digest BYTEA NOT NULL CHECK (octet_length(digest) = 32),
    is_harm BOOLEAN NOT NULL,
    listed INTEGER NOT NULL CHECK (listed > 0),
    added INTEGER NOT NULL CHECK (added >= 0),
    ended INTEGER NOT NULL CHECK (ended >= 0),
    undone_at TIMESTAMPTZ,
    created_at TIMESTAMPTZ NOT NULL DEFAULT now()
);
COMMENT ON COLUMN label_imports.digest IS 'SHA-256 of the file';
CREATE INDEX label_imports_source ON label_imports (source, created_at DESC);

CREATE TABLE address_labels (
    id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
    import_id UUID NOT NULL REFERENCES label_imports (id) ON DELETE CASCADE,
    address TEXT NOT NULL CHECK (length(address) BETWEEN 3 AND 253),
    chain_id BIGINT CHECK (chain_id > 0),
    kind TEXT NOT NULL CHECK (kind IN ('sanctioned', 'drainer', 'phishing', 'mixer', 'exploiter', 'exchange', 'protocol',
                                       'issuer', 'token', 'burn')),
    name TEXT CHECK (length(name) <= 200),
    source TEXT NOT NULL,
    is_opinion BOOLEAN NOT NULL DEFAULT false,
    confidence NUMERIC CHECK (confidence BETWEEN 0 AND 1),
    code_hash BYTEA CHECK (octet_length(code_hash) = 32),
    listed_from TIMESTAMPTZ NOT NULL,
    until TIMESTAMPTZ,
    ended_by UUID REFERENCES label_imports (id) ON DELETE SET NULL,
    until_before TIMESTAMPTZ,
    created_at TIMESTAMPTZ NOT NULL DEFAULT now()
);
COMMENT ON COLUMN address_labels.address IS 'lower case; a domain of lists of pages';
COMMENT ON COLUMN address_labels.chain_id IS 'NULL: every EVM chain';
COMMENT ON COLUMN address_labels.ended_by IS 'the import that no longer lists it; its undoing brings back until_before';
CREATE INDEX address_labels_address ON address_labels (address);
CREATE INDEX address_labels_source ON address_labels (source, address);
CREATE INDEX address_labels_import ON address_labels (import_id);
CREATE INDEX address_labels_ended ON address_labels (ended_by) WHERE ended_by IS NOT NULL;

CREATE TABLE code_analyses (
    id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
    code_hash BYTEA NOT NULL CHECK (octet_length(code_hash) = 32),
    engine_version TEXT NOT NULL CHECK (length(engine_version) BETWEEN 1 AND 32),
    signals JSONB NOT NULL CHECK (jsonb_typeof(signals) = 'object'),
    created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
    UNIQUE (code_hash, engine_version)
);

CREATE TABLE security_disputes (
    id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
    user_id UUID NOT NULL REFERENCES premium_users (id) ON DELETE CASCADE,
    chain TEXT NOT NULL CHECK (chain ~ '^[a-z0-9][a-z0-9_-]{0,63}$'),
    target TEXT NOT NULL CHECK (length(target) BETWEEN 1 AND 200),
    scan_id UUID,
    finding TEXT NOT NULL CHECK (finding ~ '^[a-z0-9_]{2,64}$'),
    text TEXT NOT NULL CHECK (length(text) BETWEEN 1 AND 4000),
    status TEXT NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'upheld', 'withdrawn')),
    answer TEXT CHECK (length(answer) BETWEEN 1 AND 4000),
    answered_by TEXT CHECK (length(answered_by) BETWEEN 1 AND 200),
    answered_at TIMESTAMPTZ,
    created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
    CHECK ((status = 'open') = (answered_at IS NULL)),
    CHECK ((status = 'open') = (answer IS NULL))
);
CREATE INDEX security_disputes_page ON security_disputes (user_id, created_at DESC, id DESC);
CREATE INDEX security_disputes_open ON security_disputes (created_at) WHERE status = 'open';

CREATE TABLE security_overrides (
    id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
    dispute_id UUID REFERENCES security_disputes (id) ON DELETE SET NULL,
    chain TEXT NOT NULL CHECK (chain ~ '^[a-z0-9][a-z0-9_-]{0,63}$'),
    target TEXT NOT NULL CHECK (length(target) BETWEEN 1 AND 200),
    finding TEXT NOT NULL CHECK (finding ~ '^[a-z0-9_]{2,64}$'),
    code_hash BYTEA CHECK (octet_length(code_hash) = 32),
    author TEXT NOT NULL CHECK (length(author) BETWEEN 1 AND 200),
    reason TEXT NOT NULL CHECK (length(reason) BETWEEN 1 AND 4000),
    evidence TEXT NOT NULL CHECK (length(evidence) BETWEEN 1 AND 4000),
    until TIMESTAMPTZ NOT NULL,
    created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
    CHECK (until > created_at)
);
CREATE INDEX security_overrides_target ON security_overrides (chain, target);
CREATE INDEX security_overrides_dispute ON security_overrides (dispute_id) WHERE dispute_id IS NOT NULL;

CREATE TABLE security_watches (
    id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
    user_id UUID NOT NULL REFERENCES premium_users (id) ON DELETE CASCADE,
    chain TEXT NOT NULL CHECK (chain ~ '^[a-z0-9][a-z0-9_-]{0,63}$'),
    target TEXT NOT NULL CHECK (length(target) BETWEEN 1 AND 200),
    reason TEXT NOT NULL CHECK (reason IN ('held', 'approved', 'asked')),
    facts JSONB NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(facts) = 'object'),
    checked_at TIMESTAMPTZ,
    created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
    UNIQUE (user_id, chain, target)
);
COMMENT ON COLUMN security_watches.facts IS 'what the last look found: implementation, owner, pause, taxes';
CREATE INDEX security_watches_due ON security_watches (checked_at NULLS FIRST);

DO $$
DECLARE
    guarded text;
BEGIN
    FOREACH guarded IN ARRAY ARRAY['security_disputes', 'security_watches'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', guarded);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', guarded);
        EXECUTE format($policy$
            CREATE POLICY %I ON %I
                USING (user_id = nullif(current_setting('app.current_user_id', true), '')::uuid)
                WITH CHECK (user_id = nullif(current_setting('app.current_user_id', true), '')::uuid)
        $policy$, guarded || '_own', guarded);
        EXECUTE format($policy$
            CREATE POLICY %I ON %I TO premium_worker
                USING (nullif(current_setting('app.current_user_id', true), '') IS NULL)
                WITH CHECK (nullif(current_setting('app.current_user_id', true), '') IS NULL)
        $policy$, guarded || '_worker', guarded);
    END LOOP;
END
$$;

GRANT SELECT ON security_scans_monthly, label_imports, address_labels, security_overrides, security_watches TO premium_app;
GRANT SELECT, INSERT (user_id, chain, target, scan_id, finding, text) ON security_disputes TO premium_app;
GRANT SELECT, INSERT ON security_scans_monthly, code_analyses, security_overrides TO premium_worker;
GRANT SELECT, INSERT, UPDATE (undone_at) ON label_imports TO premium_worker;
GRANT SELECT, INSERT, DELETE, UPDATE (until, ended_by, until_before) ON address_labels TO premium_worker;
GRANT SELECT, UPDATE (status, answer, answered_by, answered_at) ON security_disputes TO premium_worker;
GRANT SELECT, INSERT, DELETE, UPDATE (reason, facts, checked_at) ON security_watches TO premium_worker;
