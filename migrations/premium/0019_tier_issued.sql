-- When the token was issued whose tier is stored: an older token never changes it again.

ALTER TABLE premium_users ADD COLUMN tier_issued_at TIMESTAMPTZ;
COMMENT ON COLUMN premium_users.tier_issued_at IS 'iat of the newest token that named a tier; NULL: none has since this is kept';
GRANT INSERT (tier_issued_at), UPDATE (tier_issued_at) ON premium_users TO premium_app;

-- The lookup before the user is known, with what orders tokens; the earlier one stays for the code before this.
CREATE FUNCTION user_standing(wanted TEXT)
RETURNS TABLE (
    id UUID, external_id TEXT, email TEXT, tier TEXT, is_restricted BOOLEAN, tier_issued_at TIMESTAMPTZ
)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
    SELECT u.id, u.external_id, u.email, u.tier, u.is_restricted, u.tier_issued_at
    FROM public.premium_users u WHERE u.external_id = wanted
$$;
REVOKE ALL ON FUNCTION user_standing(TEXT) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION user_standing(TEXT) TO premium_app;
