-- Nothing is switched off any more; batches that were dropped are failed ones again.

DROP INDEX notification_deliveries_rate;
DROP INDEX alert_batches_failed;
ALTER TABLE alert_batches DROP COLUMN dropped_at;
CREATE OR REPLACE FUNCTION user_standing(wanted TEXT)
RETURNS TABLE (
    id UUID, external_id TEXT, email TEXT, tier TEXT, is_restricted BOOLEAN, tier_issued_at TIMESTAMPTZ
)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
    SELECT u.id, u.external_id, u.email, u.tier, u.is_restricted, u.tier_issued_at
    FROM public.premium_users u WHERE u.external_id = wanted
$$;
CREATE OR REPLACE FUNCTION api_key_by_hash(wanted BYTEA)
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
DROP FUNCTION switched_off(TEXT);
DROP TABLE operator_switches;
