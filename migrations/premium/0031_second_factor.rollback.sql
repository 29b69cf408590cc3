-- Nobody has a second factor any more.

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

REVOKE ALL ON FUNCTION user_standing(TEXT), session_standing(UUID) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION user_standing(TEXT), session_standing(UUID) TO premium_app;
ALTER TABLE sessions DROP COLUMN second_factor_at;
DROP TABLE user_credentials;
