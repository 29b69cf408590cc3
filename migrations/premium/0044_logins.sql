-- Logins by a password and by Google, beside wallets and the free platform.

ALTER TABLE user_credentials DROP CONSTRAINT user_credentials_kind_check;
ALTER TABLE user_credentials ADD CONSTRAINT user_credentials_kind_check CHECK (kind IN ('totp', 'recovery', 'password'));
CREATE UNIQUE INDEX user_credentials_password ON user_credentials (user_id) WHERE kind = 'password';
COMMENT ON COLUMN user_credentials.secret IS 'of totp encrypted by the secret of the stage, bound to the user; of recovery SHA-256; of password argon2id, in its own form';

CREATE TABLE oauth_accounts (
    id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
    user_id UUID NOT NULL REFERENCES premium_users (id) ON DELETE CASCADE,
    provider TEXT NOT NULL CHECK (provider IN ('google')),
    subject TEXT NOT NULL CHECK (length(subject) BETWEEN 1 AND 255),
    email TEXT CHECK (length(email) <= 320),
    last_login_at TIMESTAMPTZ,
    created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
    UNIQUE (provider, subject),
    UNIQUE (user_id, provider)
);
COMMENT ON TABLE oauth_accounts IS 'who somebody is at a provider: provider and subject are the identity, never the e-mail address';
COMMENT ON COLUMN oauth_accounts.email IS 'what the provider said at the first login, for the user to know it by';
ALTER TABLE oauth_accounts ENABLE ROW LEVEL SECURITY;
ALTER TABLE oauth_accounts FORCE ROW LEVEL SECURITY;
CREATE POLICY oauth_accounts_own ON oauth_accounts
    USING (user_id = nullif(current_setting('app.current_user_id', true), '')::uuid)
    WITH CHECK (user_id = nullif(current_setting('app.current_user_id', true), '')::uuid);
CREATE POLICY oauth_accounts_lookup ON oauth_accounts FOR SELECT TO CURRENT_USER USING (true);
GRANT SELECT, INSERT (id, user_id, provider, subject, email, last_login_at), DELETE, UPDATE (last_login_at)
    ON oauth_accounts TO premium_app;

-- The lookups before the user is known.
CREATE FUNCTION oauth_owner(of_provider TEXT, wanted TEXT) RETURNS UUID
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
    SELECT a.user_id FROM public.oauth_accounts a WHERE a.provider = of_provider AND a.subject = wanted
$$;

CREATE FUNCTION login_by_email(wanted TEXT) RETURNS TABLE (user_id UUID, password BYTEA)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
    SELECT u.id, c.secret FROM public.premium_users u
    LEFT JOIN public.user_credentials c ON c.user_id = u.id AND c.kind = 'password'
    WHERE u.email = wanted
$$;

-- A refresh token's successor takes its place, in one round trip. The row of the session is locked: what revokes it
-- comes before or after, never between. A second use within the grace gives a successor, too; a later one ends the
-- session. No row for a token that is not known.
CREATE FUNCTION rotate_session(shown BYTEA, successor BYTEA, days INTEGER, grace INTEGER)
RETURNS TABLE (
    outcome TEXT, session_id UUID, user_id UUID, external_id TEXT, tier TEXT, is_restricted BOOLEAN, roles TEXT[],
    amr TEXT[]
)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    caller TEXT := coalesce(current_setting('app.current_user_id', true), '');
    own_session UUID;
    own_user UUID;
    lives BOOLEAN;
    token_lives BOOLEAN;
    used_before BOOLEAN;
    said TEXT := 'over';
BEGIN
    SELECT t.session_id, t.user_id INTO own_session, own_user FROM public.session_tokens t WHERE t.refresh_hash = shown;
    IF own_session IS NULL THEN
        RETURN;
    END IF;
    PERFORM set_config('app.current_user_id', own_user::text, true);
    SELECT s.revoked_at IS NULL AND s.expires_at > clock_timestamp() INTO lives
    FROM public.sessions s WHERE s.id = own_session FOR UPDATE;
    SELECT t.expires_at > clock_timestamp(), t.used_at < clock_timestamp() - make_interval(secs => grace)
    INTO token_lives, used_before
    FROM public.session_tokens t WHERE t.refresh_hash = shown;
    IF lives AND used_before THEN
        said := 'reused';
        UPDATE public.sessions s SET revoked_at = clock_timestamp(), reason = 'reuse' WHERE s.id = own_session;
    ELSIF lives AND token_lives THEN
        said := 'rotated';
        UPDATE public.session_tokens t SET used_at = coalesce(t.used_at, clock_timestamp()) WHERE t.refresh_hash = shown;
        UPDATE public.sessions s
        SET last_used_at = clock_timestamp(), expires_at = now() + make_interval(days => rotate_session.days)
        WHERE s.id = own_session;
        INSERT INTO public.session_tokens (user_id, session_id, refresh_hash, expires_at)
        VALUES (own_user, own_session, successor, now() + make_interval(days => rotate_session.days));
    END IF;
    PERFORM set_config('app.current_user_id', caller, true);
    RETURN QUERY SELECT said, own_session, own_user, s.external_id, s.tier, s.is_restricted, s.roles, s.amr
                 FROM public.session_standing(own_session) s;
END
$$;

REVOKE ALL ON FUNCTION oauth_owner(TEXT, TEXT), login_by_email(TEXT), rotate_session(BYTEA, BYTEA, INTEGER, INTEGER)
    FROM PUBLIC;
GRANT EXECUTE ON FUNCTION rotate_session(BYTEA, BYTEA, INTEGER, INTEGER) TO premium_app;
GRANT EXECUTE ON FUNCTION oauth_owner(TEXT, TEXT) TO premium_app;
GRANT EXECUTE ON FUNCTION login_by_email(TEXT) TO premium_app, premium_worker;
