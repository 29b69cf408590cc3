-- What operators may stop: a user, a rule or a destination that is switched off, and batches that are dropped.

CREATE TABLE operator_switches (
    kind TEXT NOT NULL CHECK (kind IN ('user', 'rule', 'destination')),
    target TEXT NOT NULL CHECK (length(target) BETWEEN 1 AND 2048),
    why TEXT NOT NULL CHECK (length(why) BETWEEN 1 AND 200),
    created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
    PRIMARY KEY (kind, target)
);
COMMENT ON TABLE operator_switches IS 'a row is a switch that is off; the audit trail says who switched it, and when it was on';
COMMENT ON COLUMN operator_switches.target IS 'the id of a user or a rule; a destination as deliveries name it';
GRANT SELECT, INSERT, DELETE, UPDATE (why) ON operator_switches TO premium_worker;

-- What every service's own queries may ask; a few rows at most, read once a statement.
CREATE FUNCTION switched_off(wanted TEXT) RETURNS TABLE (target TEXT, why TEXT)
LANGUAGE sql STABLE SECURITY DEFINER ROWS 5 SET search_path = pg_catalog, pg_temp
AS $$
    SELECT s.target, s.why FROM public.operator_switches s WHERE s.kind = wanted
$$;
REVOKE ALL ON FUNCTION switched_off(TEXT) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION switched_off(TEXT) TO premium_app, premium_worker;

-- A user who is switched off is restricted, whatever his credential.
CREATE OR REPLACE FUNCTION user_standing(wanted TEXT)
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

CREATE OR REPLACE FUNCTION api_key_by_hash(wanted BYTEA)
RETURNS TABLE (
    key_id UUID, scopes TEXT[], expires_at TIMESTAMPTZ, revoked_at TIMESTAMPTZ,
    id UUID, external_id TEXT, email TEXT, tier TEXT, is_restricted BOOLEAN
)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
    SELECT k.id, k.scopes, k.expires_at, k.revoked_at, u.id, u.external_id, u.email, u.tier,
           u.is_restricted OR EXISTS (
               SELECT FROM public.operator_switches s WHERE s.kind = 'user' AND s.target = u.id::text
           )
    FROM public.api_keys k JOIN public.premium_users u ON u.id = k.user_id
    WHERE k.key_hash = wanted
$$;

ALTER TABLE alert_batches ADD COLUMN dropped_at TIMESTAMPTZ;
COMMENT ON COLUMN alert_batches.dropped_at IS 'an operator dropped it: it is never matched, unless it is requeued within 30 days';
GRANT UPDATE (dropped_at) ON alert_batches TO premium_worker;
CREATE INDEX alert_batches_failed ON alert_batches (failed_at) WHERE failed_at IS NOT NULL;

-- How many arrived in the last minute, without reading all that ever did.
CREATE INDEX notification_deliveries_rate ON notification_deliveries USING brin (ended_at);
