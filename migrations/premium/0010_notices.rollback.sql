-- Back to deliveries that belong to alerts. What other services told has no place there and goes.
ALTER TABLE notices NO FORCE ROW LEVEL SECURITY;
ALTER TABLE notification_deliveries NO FORCE ROW LEVEL SECURITY;
CREATE TEMPORARY TABLE later_deliveries ON COMMIT DROP AS
    SELECT d.*, n.kind, n.key FROM notification_deliveries d JOIN notices n ON n.id = d.notice_id AND n.user_id = d.user_id
    WHERE n.kind IN ('alerts.fired', 'alerts.retracted');
DROP FUNCTION maintain_notices(TIMESTAMPTZ, INTEGER);
DROP FUNCTION notice_deliveries(UUID, TEXT[], TEXT);
DROP TABLE notification_deliveries;
DROP TABLE notices;

CREATE TABLE notification_deliveries (
    id UUID NOT NULL DEFAULT gen_random_uuid(),
    user_id UUID NOT NULL REFERENCES premium_users (id) ON DELETE CASCADE,
    history_id UUID NOT NULL,
    event_time TIMESTAMPTZ NOT NULL,
    notice TEXT NOT NULL DEFAULT 'fired' CHECK (notice IN ('fired', 'retracted')),
    action SMALLINT NOT NULL CHECK (action BETWEEN 0 AND 9),
    channel TEXT NOT NULL CHECK (channel IN ('email', 'webhook', 'push', 'telegram')),
    destination TEXT CHECK (length(destination) BETWEEN 1 AND 2048),
    template TEXT CHECK (length(template) <= 2000),
    status TEXT NOT NULL DEFAULT 'pending' CHECK (status IN ('pending', 'sent', 'failed', 'dead')),
    attempts SMALLINT NOT NULL DEFAULT 0 CHECK (attempts >= 0),
    last_error TEXT CHECK (length(last_error) <= 500),
    next_attempt_at TIMESTAMPTZ NOT NULL DEFAULT now(),
    ended_at TIMESTAMPTZ,
    created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
    give_up_at TIMESTAMPTZ NOT NULL DEFAULT now() + interval '1 hour',
    PRIMARY KEY (id, event_time),
    UNIQUE (history_id, event_time, notice, action),
    FOREIGN KEY (history_id, event_time) REFERENCES alert_history (id, event_time) ON DELETE CASCADE,
    CHECK ((status = 'pending') = (ended_at IS NULL))
) PARTITION BY RANGE (event_time);
COMMENT ON COLUMN notification_deliveries.event_time IS 'the event''s, as in the history: both are kept and dropped by the same months';
COMMENT ON COLUMN notification_deliveries.destination IS 'NULL where the profile had none: such a row has failed';
COMMENT ON COLUMN notification_deliveries.status IS 'failed: refused for good; dead: given up after the last repeat';
COMMENT ON COLUMN notification_deliveries.next_attempt_at IS 'while an attempt is under way, when it counts as lost';
COMMENT ON COLUMN notification_deliveries.give_up_at IS 'a delivery that is due, but cannot be tried, is dead from then on';
CREATE INDEX notification_deliveries_due ON notification_deliveries (next_attempt_at) WHERE status = 'pending';
CREATE INDEX notification_deliveries_user ON notification_deliveries (user_id);
CREATE INDEX notification_deliveries_ended ON notification_deliveries (ended_at) WHERE status IN ('dead', 'failed');
ALTER TABLE notification_deliveries ENABLE ROW LEVEL SECURITY;

CREATE OR REPLACE FUNCTION maintain_alerts(moment TIMESTAMPTZ DEFAULT now()) RETURNS VOID
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    month timestamptz := date_trunc('month', moment, 'UTC');
    day timestamptz := date_trunc('day', moment, 'UTC');
    low timestamptz;
    old text;
BEGIN
    FOR i IN -1..3 LOOP
        low := month + make_interval(months => i);
        PERFORM public.add_alert_partition('alert_history', to_char(low AT TIME ZONE 'UTC', 'YYYY_MM'), low, month + make_interval(months => i + 1));
        PERFORM public.add_alert_partition('notification_deliveries', to_char(low AT TIME ZONE 'UTC', 'YYYY_MM'), low, month + make_interval(months => i + 1));
        low := day + make_interval(days => i);
        PERFORM public.add_alert_partition('alert_events', to_char(low AT TIME ZONE 'UTC', 'YYYY_MM_DD'), low, day + make_interval(days => i + 1));
    END LOOP;
    -- Deliveries before the history that they refer to.
    FOREACH old IN ARRAY ARRAY['notification_deliveries', 'alert_history'] LOOP
        PERFORM public.drop_alert_partitions(old, to_char((month - interval '13 months') AT TIME ZONE 'UTC', 'YYYY_MM'));
    END LOOP;
    PERFORM public.drop_alert_partitions('alert_events', to_char((day - interval '3 days') AT TIME ZONE 'UTC', 'YYYY_MM_DD'));
    DELETE FROM public.alert_events_default WHERE created_at < moment - interval '3 days';
    DELETE FROM public.alert_rule_changes WHERE created_at < moment - interval '7 days';
END
$$;
SELECT add_alert_partition('notification_deliveries', 'default', NULL, NULL);
SELECT maintain_alerts();

-- A text that was written down is a template without placeholders.
ALTER TABLE alert_history NO FORCE ROW LEVEL SECURITY;
INSERT INTO notification_deliveries
    (id, user_id, history_id, event_time, notice, action, channel, destination, template, status, attempts, last_error,
     next_attempt_at, ended_at, created_at, give_up_at)
SELECT d.id, d.user_id, h.id, h.event_time, split_part(d.kind, '.', 2), d.place, d.channel, d.destination, left(d.text, 2000),
       d.status, d.attempts, d.last_error, d.next_attempt_at, d.ended_at, d.created_at, d.give_up_at
FROM later_deliveries d JOIN alert_history h ON h.id = d.key::uuid;
ALTER TABLE alert_history FORCE ROW LEVEL SECURITY;
ALTER TABLE notification_deliveries FORCE ROW LEVEL SECURITY;
CREATE POLICY notification_deliveries_own ON notification_deliveries
    USING (user_id = nullif(current_setting('app.current_user_id', true), '')::uuid)
    WITH CHECK (user_id = nullif(current_setting('app.current_user_id', true), '')::uuid);
CREATE POLICY notification_deliveries_worker ON notification_deliveries TO premium_worker USING (true) WITH CHECK (true);
GRANT SELECT, INSERT ON notification_deliveries TO premium_app;
GRANT SELECT, INSERT, UPDATE (status, attempts, last_error, next_attempt_at, give_up_at, ended_at) ON notification_deliveries TO premium_worker;

ALTER TABLE notification_destinations NO FORCE ROW LEVEL SECURITY;
DELETE FROM notification_destinations WHERE is_account;
ALTER TABLE notification_destinations FORCE ROW LEVEL SECURITY;
ALTER TABLE notification_destinations DROP COLUMN is_account, DROP COLUMN signing_secret;
ALTER TABLE notification_destinations RENAME TO alert_destinations;
ALTER TABLE alert_destinations ADD UNIQUE (user_id, channel);
ALTER INDEX notification_destinations_pkey RENAME TO alert_destinations_pkey;
ALTER POLICY notification_destinations_own ON alert_destinations RENAME TO alert_destinations_own;
ALTER POLICY notification_destinations_worker ON alert_destinations RENAME TO alert_destinations_worker;
DROP FUNCTION user_tier(UUID);
