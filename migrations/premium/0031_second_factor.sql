-- A second factor of users: a secret for codes by the clock, codes for its loss, and when a session last showed one.

CREATE TABLE user_credentials (
    id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
    user_id UUID NOT NULL REFERENCES premium_users (id) ON DELETE CASCADE,
    kind TEXT NOT NULL CHECK (kind IN ('totp', 'recovery')),
    secret BYTEA NOT NULL CHECK (octet_length(secret) BETWEEN 32 AND 256),
    last_step BIGINT,
    confirmed_at TIMESTAMPTZ,
    created_at TIMESTAMPTZ NOT NULL DEFAULT now()
);
COMMENT ON COLUMN user_credentials.secret IS 'of totp encrypted by the secret of the stage, bound to the user; of recovery SHA-256';
COMMENT ON COLUMN user_credentials.last_step IS 'the step of the newest code that was taken: none counts twice';
CREATE UNIQUE INDEX user_credentials_totp ON user_credentials (user_id) WHERE kind = 'totp';
CREATE INDEX user_credentials_user ON user_credentials (user_id, kind);
ALTER TABLE user_credentials ENABLE ROW LEVEL SECURITY;
ALTER TABLE user_credentials FORCE ROW LEVEL SECURITY;
CREATE POLICY user_credentials_own ON user_credentials
    USING (user_id = nullif(current_setting('app.current_user_id', true), '')::uuid)
    WITH CHECK (user_id = nullif(current_setting('app.current_user_id', true), '')::uuid);
CREATE POLICY user_credentials_lookup ON user_credentials FOR SELECT TO CURRENT_USER USING (true);
GRANT SELECT, INSERT, DELETE, UPDATE (secret, last_step, confirmed_at) ON user_credentials TO premium_app;

ALTER TABLE sessions ADD COLUMN second_factor_at TIMESTAMPTZ;
GRANT UPDATE (second_factor_at) ON sessions TO premium_app;

DROP FUNCTION user_standing(TEXT);
CREATE FUNCTION user_standing(wanted TEXT)
RETURNS TABLE (
    id UUID, external_id TEXT, email TEXT, tier TEXT, is_restricted BOOLEAN, roles TEXT[], has_second_factor BOOLEAN,
    tier_issued_at TIMESTAMPTZ
)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
    SELECT u.id, u.external_id, u.email, u.tier,
           u.is_restricted OR EXISTS (
               SELECT FROM public.operator_switches s WHERE s.kind = 'user' AND s.target = u.id::text
           ),
           ARRAY(SELECT r.role FROM public.user_roles r WHERE r.user_id = u.id ORDER BY r.role),
           EXISTS (SELECT FROM public.user_credentials c
                   WHERE c.user_id = u.id AND c.kind = 'totp' AND c.confirmed_at IS NOT NULL),
           u.tier_issued_at
    FROM public.premium_users u WHERE u.external_id = wanted
$$;

DROP FUNCTION session_standing(UUID);
CREATE FUNCTION session_standing(wanted UUID)
RETURNS TABLE (
    session_id UUID, amr TEXT[], logged_in_at TIMESTAMPTZ, second_factor_at TIMESTAMPTZ, ends_at TIMESTAMPTZ,
    revoked_at TIMESTAMPTZ, id UUID, external_id TEXT, email TEXT, tier TEXT, is_restricted BOOLEAN, roles TEXT[],
    has_second_factor BOOLEAN
)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
    SELECT s.id, s.amr, s.created_at, s.second_factor_at, s.expires_at, s.revoked_at, u.id, u.external_id, u.email,
           u.tier,
           u.is_restricted OR EXISTS (
               SELECT FROM public.operator_switches o WHERE o.kind = 'user' AND o.target = u.id::text
           ),
           ARRAY(SELECT r.role FROM public.user_roles r WHERE r.user_id = u.id ORDER BY r.role),
           EXISTS (SELECT FROM public.user_credentials c
                   WHERE c.user_id = u.id AND c.kind = 'totp' AND c.confirmed_at IS NOT NULL)
    FROM public.sessions s JOIN public.premium_users u ON u.id = s.user_id
    WHERE s.id = wanted
$$;
REVOKE ALL ON FUNCTION user_standing(TEXT), session_standing(UUID) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION user_standing(TEXT), session_standing(UUID) TO premium_app;
