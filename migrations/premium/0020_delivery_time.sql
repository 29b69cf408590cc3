-- Deliveries that are tried for an hour, or for a day where their user marked them as important; three channels more.

ALTER TABLE notification_destinations ADD COLUMN important BOOLEAN NOT NULL DEFAULT false;
COMMENT ON COLUMN notification_destinations.important IS 'what goes there is tried for a day where it does not arrive';
ALTER TABLE notification_deliveries
    ADD COLUMN kept_seconds INTEGER NOT NULL DEFAULT 3600 CHECK (kept_seconds BETWEEN 60 AND 604800),
    ADD COLUMN of_profile BOOLEAN NOT NULL DEFAULT false;
COMMENT ON COLUMN notification_deliveries.kept_seconds IS 'for how long it is tried; give_up_at is that much after it was due';
COMMENT ON COLUMN notification_deliveries.of_profile IS 'its notice named no destination: it goes only while the user keeps this one';
-- What the courier asks of a user, without reading accounts' table.
CREATE FUNCTION user_is_restricted(wanted UUID) RETURNS BOOLEAN
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
    SELECT u.is_restricted FROM public.premium_users u WHERE u.id = wanted
$$;
REVOKE ALL ON FUNCTION user_is_restricted(UUID) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION user_is_restricted(UUID) TO premium_worker;
-- What is due is looked through in this order, a part at a time.
CREATE INDEX notification_deliveries_next ON notification_deliveries (next_attempt_at, id) WHERE status = 'pending';

-- The channels of both tables, whatever their constraints are called by now.
DO $$
DECLARE
    guarded text;
    bound text;
BEGIN
    FOREACH guarded IN ARRAY ARRAY['notification_destinations', 'notification_deliveries'] LOOP
        SELECT conname INTO STRICT bound FROM pg_constraint
            WHERE conrelid = guarded::regclass AND contype = 'c' AND pg_get_constraintdef(oid) LIKE '%telegram%';
        EXECUTE format('ALTER TABLE %I DROP CONSTRAINT %I', guarded, bound);
        EXECUTE format(
            'ALTER TABLE %I ADD CONSTRAINT %I CHECK (channel IN (''email'', ''push'', ''telegram'', ''webhook'', ''slack'', ''discord'', ''sms''))',
            guarded, guarded || '_channel');
    END LOOP;
END
$$;
