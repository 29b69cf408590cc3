-- Users, their API keys, and the two lookups that happen before the user is known.

-- Roles live in the cluster, not in the database: where the deployment has not made them with a login,
-- they are made here without one, if the migrating role may.
DO $$
DECLARE
    wanted text;
BEGIN
    FOREACH wanted IN ARRAY ARRAY['premium_owner', 'premium_app', 'premium_worker'] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = wanted) THEN
            EXECUTE format('CREATE ROLE %I NOLOGIN', wanted);
        END IF;
    END LOOP;
END
$$;

REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO premium_app, premium_worker;

CREATE TABLE premium_users (
    id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
    external_id TEXT NOT NULL UNIQUE CHECK (length(external_id) BETWEEN 1 AND 255),
    email TEXT UNIQUE CHECK (email = lower(email) AND email LIKE '_%@_%' AND length(email) <= 320),
    wallet_address TEXT CHECK (wallet_address ~ '^0x[0-9a-fA-F]{40}$'),
    tier TEXT NOT NULL DEFAULT 'free' CHECK (tier IN ('free', 'starter', 'pro', 'enterprise')),
    orderly_account_id TEXT UNIQUE CHECK (length(orderly_account_id) BETWEEN 1 AND 255),
    kyc_status TEXT NOT NULL DEFAULT 'none' CHECK (kyc_status IN ('none', 'pending', 'approved', 'rejected', 'expired')),
    geographic_region TEXT CHECK (geographic_region ~ '^[A-Z]{2}(-[A-Z0-9]{1,3})?$'),
    is_restricted BOOLEAN NOT NULL DEFAULT false,
    last_active TIMESTAMPTZ,
    created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
    updated_at TIMESTAMPTZ NOT NULL DEFAULT now()
);
COMMENT ON COLUMN premium_users.external_id IS 'sub of the JWT: the free platform''s id of the user';
COMMENT ON COLUMN premium_users.geographic_region IS 'ISO 3166-1 alpha-2, or 3166-2 with a subdivision';
-- Two spellings of one address are one wallet.
CREATE UNIQUE INDEX premium_users_wallet ON premium_users (lower(wallet_address));

CREATE TABLE api_keys (
    id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
    user_id UUID NOT NULL REFERENCES premium_users (id) ON DELETE CASCADE,
    name TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 100),
    prefix TEXT NOT NULL CHECK (length(prefix) BETWEEN 4 AND 20),
    key_hash BYTEA NOT NULL UNIQUE CHECK (octet_length(key_hash) = 32),
    scopes TEXT[] NOT NULL DEFAULT '{}' CHECK (cardinality(scopes) <= 50),
    expires_at TIMESTAMPTZ,
    revoked_at TIMESTAMPTZ,
    last_used_at TIMESTAMPTZ,
    created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
    CHECK (expires_at > created_at)
);
COMMENT ON COLUMN api_keys.key_hash IS 'SHA-256 of the key, which has 256 random bits and needs no salt; the key itself is never stored';
COMMENT ON COLUMN api_keys.prefix IS 'the part of the key that may be shown';
CREATE INDEX api_keys_user ON api_keys (user_id, created_at DESC, id DESC);

-- After a SET LOCAL the setting is '', not NULL, in the connection's next transaction: hence nullif.
ALTER TABLE premium_users ENABLE ROW LEVEL SECURITY;
ALTER TABLE premium_users FORCE ROW LEVEL SECURITY;
CREATE POLICY premium_users_own ON premium_users
    USING (id = nullif(current_setting('app.current_user_id', true), '')::uuid)
    WITH CHECK (id = nullif(current_setting('app.current_user_id', true), '')::uuid);
-- A worker that serves one user is confined to him, like the application; one that serves all sets nobody.
CREATE POLICY premium_users_worker ON premium_users FOR SELECT TO premium_worker
    USING (nullif(current_setting('app.current_user_id', true), '') IS NULL);

ALTER TABLE api_keys ENABLE ROW LEVEL SECURITY;
ALTER TABLE api_keys FORCE ROW LEVEL SECURITY;
CREATE POLICY api_keys_own ON api_keys
    USING (user_id = nullif(current_setting('app.current_user_id', true), '')::uuid)
    WITH CHECK (user_id = nullif(current_setting('app.current_user_id', true), '')::uuid);

-- The handlers write what a verified token or the user says of himself; his standing with compliance is not theirs to change.
GRANT SELECT, INSERT (id, external_id, email, tier) ON premium_users TO premium_app;
GRANT UPDATE (email, wallet_address, tier, last_active, updated_at) ON premium_users TO premium_app;
GRANT SELECT, INSERT, DELETE, UPDATE (name, scopes, revoked_at, last_used_at) ON api_keys TO premium_app;
GRANT SELECT ON premium_users TO premium_worker;

-- FORCE holds for the owner too, so the lookups below, which run as the owner, need this much and no more.
CREATE POLICY premium_users_lookup ON premium_users FOR SELECT TO CURRENT_USER USING (true);
CREATE POLICY api_keys_lookup ON api_keys FOR SELECT TO CURRENT_USER USING (true);

CREATE FUNCTION user_by_external_id(wanted TEXT)
RETURNS TABLE (id UUID, external_id TEXT, email TEXT, tier TEXT, is_restricted BOOLEAN)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
    SELECT u.id, u.external_id, u.email, u.tier, u.is_restricted
    FROM public.premium_users u WHERE u.external_id = wanted
$$;

CREATE FUNCTION api_key_by_hash(wanted BYTEA)
RETURNS TABLE (
    key_id UUID, scopes TEXT[], expires_at TIMESTAMPTZ, revoked_at TIMESTAMPTZ,
    id UUID, external_id TEXT, email TEXT, tier TEXT, is_restricted BOOLEAN
)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
    SELECT k.id, k.scopes, k.expires_at, k.revoked_at, u.id, u.external_id, u.email, u.tier, u.is_restricted
    FROM public.api_keys k JOIN public.premium_users u ON u.id = k.user_id
    WHERE k.key_hash = wanted
$$;

REVOKE ALL ON FUNCTION user_by_external_id(TEXT), api_key_by_hash(BYTEA) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION user_by_external_id(TEXT), api_key_by_hash(BYTEA) TO premium_app;
