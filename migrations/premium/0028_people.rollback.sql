-- Nobody has a role of ours, preferences or consents any more.

DROP FUNCTION users_found(TEXT, TEXT, BOOLEAN, TIMESTAMPTZ, UUID, INTEGER);
DROP FUNCTION restrict_user(UUID, BOOLEAN);
DROP FUNCTION user_standing(TEXT);
DROP FUNCTION session_standing(UUID);
CREATE FUNCTION user_standing(wanted TEXT)
RETURNS TABLE (
    id UUID, external_id TEXT, email TEXT, tier TEXT, is_restricted BOOLEAN, tier_issued_at TIMESTAMPTZ
)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
    SELECT u.id, u.external_id, u.email, u.tier,
           u.is_restricted OR EXISTS (
               SELECT FROM public.operator_switches s WHERE s.kind = 'user' AND s.target = u.id::text
           ), u.tier_issued_at
    FROM public.premium_users u WHERE u.external_id = wanted
$$;

CREATE FUNCTION session_standing(wanted UUID)
RETURNS TABLE (
    session_id UUID, amr TEXT[], ends_at TIMESTAMPTZ, revoked_at TIMESTAMPTZ,
    id UUID, external_id TEXT, email TEXT, tier TEXT, is_restricted BOOLEAN
)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
    SELECT s.id, s.amr, s.expires_at, s.revoked_at, u.id, u.external_id, u.email, u.tier,
           u.is_restricted OR EXISTS (
               SELECT FROM public.operator_switches o WHERE o.kind = 'user' AND o.target = u.id::text
           )
    FROM public.sessions s JOIN public.premium_users u ON u.id = s.user_id
    WHERE s.id = wanted
$$;

REVOKE ALL ON FUNCTION user_standing(TEXT), session_standing(UUID) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION user_standing(TEXT), session_standing(UUID) TO premium_app;
DROP POLICY premium_users_restrict ON premium_users;
DROP INDEX premium_users_newest;
REVOKE ALL ON api_keys FROM premium_worker;
REVOKE DELETE ON user_wallets FROM premium_app;
DROP TABLE user_roles;
DROP TABLE consents;
DROP TABLE user_preferences;
