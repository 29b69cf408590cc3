-- Networks from which a key works, whether mail tells of its use, and its rights changed after it was made.

ALTER TABLE api_keys
    ADD COLUMN networks CIDR[] CHECK (cardinality(networks) BETWEEN 1 AND 20),
    ADD COLUMN alerts_enabled BOOLEAN NOT NULL DEFAULT true;
COMMENT ON COLUMN api_keys.networks IS 'from where alone it is taken; NULL: from everywhere';
COMMENT ON COLUMN api_keys.alerts_enabled IS 'whether mail tells that its use nears its quota';
GRANT UPDATE (expires_at, networks, alerts_enabled) ON api_keys TO premium_app;

-- Beside api_key_by_hash, whose rows the release before this one reads.
CREATE FUNCTION api_key_standing(wanted BYTEA)
RETURNS TABLE (
    key_id UUID, scopes TEXT[], expires_at TIMESTAMPTZ, revoked_at TIMESTAMPTZ, networks CIDR[],
    id UUID, external_id TEXT, email TEXT, tier TEXT, is_restricted BOOLEAN
)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
    SELECT k.id, k.scopes, k.expires_at, k.revoked_at, k.networks, u.id, u.external_id, u.email, u.tier,
           u.is_restricted OR EXISTS (
               SELECT FROM public.operator_switches s WHERE s.kind = 'user' AND s.target = u.id::text
           )
    FROM public.api_keys k JOIN public.premium_users u ON u.id = k.user_id
    WHERE k.key_hash = wanted
$$;
REVOKE ALL ON FUNCTION api_key_standing(BYTEA) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION api_key_standing(BYTEA) TO premium_app;
