-- Which users and keys may hear nothing any more: asked before a stream is written to, and each minute of all that are open.

CREATE FUNCTION ended_credentials(users UUID[], keys UUID[]) RETURNS SETOF UUID
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
    SELECT wanted.id FROM unnest(users) AS wanted (id)
    LEFT JOIN public.premium_users u ON u.id = wanted.id
    WHERE u.is_restricted IS DISTINCT FROM false
    UNION ALL
    SELECT wanted.id FROM unnest(keys) AS wanted (id)
    LEFT JOIN public.api_keys k ON k.id = wanted.id
    LEFT JOIN public.premium_users u ON u.id = k.user_id
    WHERE k.id IS NULL OR k.revoked_at IS NOT NULL OR k.expires_at <= now() OR u.tier IS DISTINCT FROM 'enterprise'
$$;
COMMENT ON FUNCTION ended_credentials(UUID[], UUID[]) IS 'those of the ids that are of a restricted or unknown user, or of a key that opens nothing';
REVOKE ALL ON FUNCTION ended_credentials(UUID[], UUID[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ended_credentials(UUID[], UUID[]) TO premium_app, premium_worker;
