-- What users prefer and agree to, their roles, and the wallets that they add and remove.

CREATE TABLE user_preferences (
    user_id UUID PRIMARY KEY REFERENCES premium_users (id) ON DELETE CASCADE,
    language TEXT NOT NULL DEFAULT 'en' CHECK (language ~ '^[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$'),
    theme TEXT NOT NULL DEFAULT 'dark' CHECK (theme IN ('dark', 'light', 'system')),
    notifications_enabled BOOLEAN NOT NULL DEFAULT true,
    trading_preferences JSONB NOT NULL DEFAULT '{}',
    updated_at TIMESTAMPTZ NOT NULL DEFAULT now(),
    CONSTRAINT trading_preferences_fit
        CHECK (jsonb_typeof(trading_preferences) = 'object' AND octet_length(trading_preferences::text) <= 16384)
);

CREATE TABLE consents (
    id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
    user_id UUID NOT NULL REFERENCES premium_users (id) ON DELETE CASCADE,
    purpose TEXT NOT NULL CHECK (length(purpose) BETWEEN 1 AND 40),
    version TEXT NOT NULL CHECK (length(version) BETWEEN 1 AND 40),
    granted_at TIMESTAMPTZ NOT NULL DEFAULT now(),
    withdrawn_at TIMESTAMPTZ,
    CHECK (withdrawn_at >= granted_at)
);
COMMENT ON TABLE consents IS 'who agreed to what, and when not any more; rows are never changed back';
CREATE UNIQUE INDEX consents_live ON consents (user_id, purpose) WHERE withdrawn_at IS NULL;

CREATE TABLE user_roles (
    user_id UUID NOT NULL REFERENCES premium_users (id) ON DELETE CASCADE,
    role TEXT NOT NULL CHECK (role IN ('admin', 'support', 'compliance', 'finance')),
    granted_by TEXT NOT NULL CHECK (length(granted_by) BETWEEN 1 AND 100),
    granted_at TIMESTAMPTZ NOT NULL DEFAULT now(),
    PRIMARY KEY (user_id, role)
);
COMMENT ON TABLE user_roles IS 'roles of staff, beside those that a token of the free platform names for itself';

ALTER TABLE user_preferences ENABLE ROW LEVEL SECURITY;
ALTER TABLE user_preferences FORCE ROW LEVEL SECURITY;
CREATE POLICY user_preferences_own ON user_preferences
    USING (user_id = nullif(current_setting('app.current_user_id', true), '')::uuid)
    WITH CHECK (user_id = nullif(current_setting('app.current_user_id', true), '')::uuid);
ALTER TABLE consents ENABLE ROW LEVEL SECURITY;
ALTER TABLE consents FORCE ROW LEVEL SECURITY;
CREATE POLICY consents_own ON consents
    USING (user_id = nullif(current_setting('app.current_user_id', true), '')::uuid)
    WITH CHECK (user_id = nullif(current_setting('app.current_user_id', true), '')::uuid);
ALTER TABLE user_roles ENABLE ROW LEVEL SECURITY;
ALTER TABLE user_roles FORCE ROW LEVEL SECURITY;
CREATE POLICY user_roles_own ON user_roles
    USING (user_id = nullif(current_setting('app.current_user_id', true), '')::uuid)
    WITH CHECK (user_id = nullif(current_setting('app.current_user_id', true), '')::uuid);

GRANT SELECT, INSERT,
    UPDATE (language, theme, notifications_enabled, trading_preferences, updated_at) ON user_preferences TO premium_app;
GRANT SELECT, INSERT, UPDATE (withdrawn_at) ON consents TO premium_app;
GRANT SELECT, INSERT, DELETE ON user_roles TO premium_app, premium_worker;
GRANT DELETE ON user_wallets TO premium_app;
-- A worker that takes a role away takes it from the user's keys, too.
GRANT SELECT (id, user_id, scopes), UPDATE (scopes) ON api_keys TO premium_worker;
CREATE INDEX premium_users_newest ON premium_users (created_at DESC, id DESC);

-- Lookups as the owner, whom FORCE holds, too.
CREATE POLICY user_roles_lookup ON user_roles FOR SELECT TO CURRENT_USER USING (true);
CREATE POLICY premium_users_restrict ON premium_users FOR UPDATE TO CURRENT_USER USING (true);

DROP FUNCTION user_standing(TEXT);
CREATE FUNCTION user_standing(wanted TEXT)
RETURNS TABLE (
    id UUID, external_id TEXT, email TEXT, tier TEXT, is_restricted BOOLEAN, roles TEXT[], tier_issued_at TIMESTAMPTZ
)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
    SELECT u.id, u.external_id, u.email, u.tier,
           u.is_restricted OR EXISTS (
               SELECT FROM public.operator_switches s WHERE s.kind = 'user' AND s.target = u.id::text
           ),
           ARRAY(SELECT r.role FROM public.user_roles r WHERE r.user_id = u.id ORDER BY r.role), u.tier_issued_at
    FROM public.premium_users u WHERE u.external_id = wanted
$$;

DROP FUNCTION session_standing(UUID);
CREATE FUNCTION session_standing(wanted UUID)
RETURNS TABLE (
    session_id UUID, amr TEXT[], proven_at TIMESTAMPTZ, ends_at TIMESTAMPTZ, revoked_at TIMESTAMPTZ,
    id UUID, external_id TEXT, email TEXT, tier TEXT, is_restricted BOOLEAN, roles TEXT[]
)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
    SELECT s.id, s.amr, s.created_at, s.expires_at, s.revoked_at, u.id, u.external_id, u.email, u.tier,
           u.is_restricted OR EXISTS (
               SELECT FROM public.operator_switches o WHERE o.kind = 'user' AND o.target = u.id::text
           ),
           ARRAY(SELECT r.role FROM public.user_roles r WHERE r.user_id = u.id ORDER BY r.role)
    FROM public.sessions s JOIN public.premium_users u ON u.id = s.user_id
    WHERE s.id = wanted
$$;

-- For administrators, whose role their handler asks for: users by id, name, address or wallet, the newest first.
CREATE FUNCTION users_found(
    wanted TEXT, of_tier TEXT, restricted BOOLEAN, before_time TIMESTAMPTZ, before_id UUID, most INTEGER
)
RETURNS TABLE (
    id UUID, external_id TEXT, email TEXT, wallet_address TEXT, tier TEXT, kyc_status TEXT, is_restricted BOOLEAN,
    is_switched_off BOOLEAN, roles TEXT[], last_active TIMESTAMPTZ, created_at TIMESTAMPTZ
)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
    SELECT u.id, u.external_id, u.email, u.wallet_address, u.tier, u.kyc_status, u.is_restricted,
           EXISTS (SELECT FROM public.operator_switches s WHERE s.kind = 'user' AND s.target = u.id::text),
           ARRAY(SELECT r.role FROM public.user_roles r WHERE r.user_id = u.id ORDER BY r.role),
           u.last_active, u.created_at
    FROM public.premium_users u
    WHERE (wanted IS NULL OR u.external_id = wanted OR u.email = lower(wanted)
           OR u.id = CASE WHEN wanted ~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' THEN wanted::uuid END
           OR u.id = ANY (ARRAY(SELECT w.user_id FROM public.user_wallets w WHERE lower(w.address) = lower(wanted))))
      AND (of_tier IS NULL OR u.tier = of_tier)
      AND (restricted IS NULL OR u.is_restricted = restricted)
      AND (before_time IS NULL OR (u.created_at, u.id) < (before_time, before_id))
    ORDER BY u.created_at DESC, u.id DESC LIMIT most
$$;

CREATE FUNCTION restrict_user(wanted UUID, restricted BOOLEAN) RETURNS BOOLEAN
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
    WITH changed AS (
        UPDATE public.premium_users u SET is_restricted = restricted, updated_at = now()
        WHERE u.id = wanted AND u.is_restricted IS DISTINCT FROM restricted RETURNING 1
    )
    SELECT EXISTS (SELECT FROM changed)
$$;

REVOKE ALL ON FUNCTION user_standing(TEXT), session_standing(UUID), restrict_user(UUID, BOOLEAN),
    users_found(TEXT, TEXT, BOOLEAN, TIMESTAMPTZ, UUID, INTEGER) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION user_standing(TEXT), session_standing(UUID), restrict_user(UUID, BOOLEAN),
    users_found(TEXT, TEXT, BOOLEAN, TIMESTAMPTZ, UUID, INTEGER) TO premium_app;
GRANT EXECUTE ON FUNCTION users_found(TEXT, TEXT, BOOLEAN, TIMESTAMPTZ, UUID, INTEGER) TO premium_worker;
