-- Notices: what any service tells a user, over which channels it goes, and what became of each delivery.
-- Until now a delivery belonged to an alert and was read together with its history; the rows that are there move over.

-- What alerts ask of a user, without reading accounts' table.
CREATE FUNCTION user_tier(wanted UUID) RETURNS TEXT
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
    SELECT u.tier FROM public.premium_users u WHERE u.id = wanted
$$;
REVOKE ALL ON FUNCTION user_tier(UUID) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION user_tier(UUID) TO premium_app, premium_worker;

-- Destinations: those that the user named, and the account's email, which accounts keeps in step.
ALTER TABLE alert_destinations RENAME TO notification_destinations;
ALTER TABLE notification_destinations
    ADD COLUMN is_account BOOLEAN NOT NULL DEFAULT false,
    ADD COLUMN signing_secret TEXT CHECK (length(signing_secret) BETWEEN 32 AND 128),
    ADD CHECK (NOT is_account OR channel = 'email'),
    ADD CHECK (signing_secret IS NULL OR channel = 'webhook');
ALTER TABLE notification_destinations DROP CONSTRAINT alert_destinations_user_id_channel_key;
ALTER TABLE notification_destinations ADD UNIQUE (user_id, channel, is_account);
ALTER INDEX alert_destinations_pkey RENAME TO notification_destinations_pkey;
ALTER POLICY alert_destinations_own ON notification_destinations RENAME TO notification_destinations_own;
ALTER POLICY alert_destinations_worker ON notification_destinations RENAME TO notification_destinations_worker;
COMMENT ON COLUMN notification_destinations.is_account IS 'the account''s email: it holds where the user names no other';
COMMENT ON COLUMN notification_destinations.signing_secret IS 'what notices to this webhook are signed with; NULL: it gets none but those of rules';
-- FORCE holds for the owner too, who writes rows of all users here.
ALTER TABLE notification_destinations NO FORCE ROW LEVEL SECURITY;
INSERT INTO notification_destinations (user_id, channel, destination, is_account)
    SELECT id, 'email', email, true FROM premium_users WHERE email IS NOT NULL;
ALTER TABLE notification_destinations FORCE ROW LEVEL SECURITY;

-- By user, not by month: that a key is told once holds for good, and all that is asked of a user lies in one partition.
CREATE TABLE notices (
    id UUID NOT NULL DEFAULT gen_random_uuid(),
    user_id UUID NOT NULL REFERENCES premium_users (id) ON DELETE CASCADE,
    kind TEXT NOT NULL CHECK (kind ~ '^[a-z][a-z_]*\.[a-z][a-z_.]*$' AND length(kind) <= 100),
    key TEXT NOT NULL CHECK (length(key) BETWEEN 1 AND 300),
    title TEXT NOT NULL CHECK (length(title) BETWEEN 1 AND 200),
    text TEXT NOT NULL CHECK (length(text) <= 4000),
    data JSONB NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(data) = 'object'),
    in_app BOOLEAN NOT NULL,
    read_at TIMESTAMPTZ,
    withdrawn_at TIMESTAMPTZ,
    created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
    PRIMARY KEY (id, user_id),
    UNIQUE (user_id, kind, key)
) PARTITION BY HASH (user_id);
COMMENT ON COLUMN notices.kind IS 'the service that tells, a dot, what it tells: alerts.fired';
COMMENT ON COLUMN notices.key IS 'the sender''s own name for it: a kind and a key are told once';
COMMENT ON COLUMN notices.data IS 'what a webhook gets beside the text';
COMMENT ON COLUMN notices.in_app IS 'listed for the user; others go to the destinations that they name';
COMMENT ON COLUMN notices.withdrawn_at IS 'when a later notice took it back: it is not sent again';
CREATE INDEX notices_page ON notices (user_id, created_at DESC, id DESC) WHERE in_app;
CREATE INDEX notices_unread ON notices (user_id) WHERE in_app AND read_at IS NULL;
CREATE INDEX notices_age ON notices USING brin (created_at);

-- The earlier deliveries step aside.
ALTER TABLE notification_deliveries NO FORCE ROW LEVEL SECURITY;
CREATE TEMPORARY TABLE earlier_deliveries ON COMMIT DROP AS SELECT * FROM notification_deliveries;
DROP TABLE notification_deliveries;

CREATE TABLE notification_deliveries (
    id UUID NOT NULL DEFAULT gen_random_uuid(),
    user_id UUID NOT NULL,
    notice_id UUID NOT NULL,
    place SMALLINT NOT NULL CHECK (place >= 0),
    channel TEXT NOT NULL CHECK (channel IN ('email', 'webhook', 'push', 'telegram')),
    destination TEXT CHECK (length(destination) BETWEEN 1 AND 2048),
    text TEXT CHECK (length(text) <= 4000),
    status TEXT NOT NULL DEFAULT 'pending' CHECK (status IN ('pending', 'sent', 'failed', 'dead')),
    attempts SMALLINT NOT NULL DEFAULT 0 CHECK (attempts >= 0),
    last_error TEXT CHECK (length(last_error) <= 500),
    next_attempt_at TIMESTAMPTZ NOT NULL DEFAULT now(),
    give_up_at TIMESTAMPTZ NOT NULL DEFAULT now() + interval '1 hour',
    ended_at TIMESTAMPTZ,
    created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
    PRIMARY KEY (id, user_id),
    UNIQUE (notice_id, user_id, place),
    FOREIGN KEY (notice_id, user_id) REFERENCES notices (id, user_id) ON DELETE CASCADE,
    CHECK ((status = 'pending') = (ended_at IS NULL))
) PARTITION BY HASH (user_id);
COMMENT ON COLUMN notification_deliveries.place IS 'of the target among those of its notice';
COMMENT ON COLUMN notification_deliveries.destination IS 'NULL where the user had none: such a row has failed';
COMMENT ON COLUMN notification_deliveries.text IS 'NULL: the notice''s';
COMMENT ON COLUMN notification_deliveries.status IS 'failed: refused for good; dead: given up after the last repeat';
COMMENT ON COLUMN notification_deliveries.next_attempt_at IS 'while an attempt is under way, when it counts as lost';
COMMENT ON COLUMN notification_deliveries.give_up_at IS 'a delivery that is due, but cannot be tried, is dead from then on';
CREATE INDEX notification_deliveries_due ON notification_deliveries (next_attempt_at) WHERE status = 'pending';
CREATE INDEX notification_deliveries_ended ON notification_deliveries (ended_at) WHERE status IN ('dead', 'failed');

DO $$
DECLARE
    parent text;
    part text;
BEGIN
    FOREACH parent IN ARRAY ARRAY['notices', 'notification_deliveries'] LOOP
        FOR i IN 0..15 LOOP
            part := format('%s_%s', parent, lpad(i::text, 2, '0'));
            EXECUTE format('CREATE TABLE %I PARTITION OF %I FOR VALUES WITH (MODULUS 16, REMAINDER %s)', part, parent, i);
        END LOOP;
    END LOOP;
END
$$;

-- Texts are the sender's from now on, so those of earlier alerts are written down: `{{field}}` becomes the event's value.
CREATE FUNCTION pg_temp.line(value JSONB) RETURNS TEXT
LANGUAGE sql IMMUTABLE
AS $$
    SELECT CASE WHEN value IS NULL OR value = 'null' THEN 'n/a' WHEN length(t) > 200 THEN left(t, 199) || '…' ELSE t END
    FROM (SELECT regexp_replace(left(value #>> '{}', 201), '[[:cntrl:]\u2028\u2029]', ' ', 'g') AS t) AS plain
$$;
CREATE FUNCTION pg_temp.filled(template TEXT, event JSONB, about JSONB) RETURNS TEXT
LANGUAGE plpgsql
AS $$
DECLARE
    parts text[] := regexp_split_to_array(template, '\{\{\s*[A-Za-z_][A-Za-z0-9_.]*\s*\}\}');
    names text[] := ARRAY(
        SELECT m[1] FROM regexp_matches(template, '\{\{\s*([A-Za-z_][A-Za-z0-9_.]*)\s*\}\}', 'g') WITH ORDINALITY AS r (m, n)
        ORDER BY n);
    made text := parts[1];
BEGIN
    FOR i IN 1..cardinality(names) LOOP
        made := made || pg_temp.line(coalesce(about -> names[i], event -> names[i], event #> string_to_array(names[i], '.')))
            || parts[i + 1];
    END LOOP;
    RETURN left(made, 3500);
END
$$;
CREATE FUNCTION pg_temp.stamp(instant TIMESTAMPTZ) RETURNS TEXT
LANGUAGE sql IMMUTABLE
AS $$ SELECT replace(to_char(instant AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'), '.000000', '') || 'Z' $$;

ALTER TABLE alert_history NO FORCE ROW LEVEL SECURITY;
INSERT INTO notices (user_id, kind, key, title, text, data, in_app, withdrawn_at, created_at)
SELECT h.user_id, 'alerts.' || d.notice, h.id,
       CASE WHEN h.is_test THEN '[test] ' ELSE '' END || CASE d.notice WHEN 'retracted' THEN 'Retracted: ' ELSE '' END || h.rule_name,
       pg_temp.filled(
           CASE WHEN d.notice = 'retracted' THEN 'Retracted: the chain took back the event {{event_id}} behind this alert of {{rule_name}}'
                WHEN h.rule_type = 'whale' THEN '{{rule_name}}: {{amount}} {{asset}} ({{amount_usd}} USD) moved on {{chain}}'
                WHEN h.rule_type = 'price' THEN '{{rule_name}}: {{asset}} is at {{price_usd}} USD'
                WHEN h.rule_type = 'gas' THEN '{{rule_name}}: gas on {{chain}} is at {{gas_gwei}} gwei'
                ELSE '{{rule_name}}: {{protocol}} on {{chain}}, {{risk_kind}} of severity {{severity}}' END,
           h.event_data, jsonb_build_object('rule_name', h.rule_name, 'rule_type', h.rule_type, 'alert_id', h.id)),
       jsonb_build_object(
           'type', CASE d.notice WHEN 'fired' THEN 'alert' ELSE 'alert.retracted' END, 'alertId', h.id,
           'ruleId', h.alert_rule_id, 'ruleName', h.rule_name, 'ruleType', h.rule_type, 'eventId', h.event_id,
           'eventTime', pg_temp.stamp(h.event_time), 'triggeredAt', pg_temp.stamp(h.triggered_at),
           'retractedAt', pg_temp.stamp(h.retracted_at), 'test', h.is_test, 'event', h.event_data),
       false, CASE d.notice WHEN 'fired' THEN h.retracted_at END, d.created_at
FROM alert_history h
JOIN (SELECT history_id, event_time, notice, min(created_at) AS created_at FROM earlier_deliveries GROUP BY 1, 2, 3) d
    ON d.history_id = h.id AND d.event_time = h.event_time;
INSERT INTO notification_deliveries
    (id, user_id, notice_id, place, channel, destination, text, status, attempts, last_error, next_attempt_at, give_up_at, ended_at, created_at)
SELECT d.id, d.user_id, n.id, d.action, d.channel, d.destination,
       CASE WHEN d.template IS NOT NULL AND d.notice = 'fired' THEN pg_temp.filled(
           d.template, h.event_data, jsonb_build_object('rule_name', h.rule_name, 'rule_type', h.rule_type, 'alert_id', h.id)) END,
       d.status, d.attempts, d.last_error, d.next_attempt_at, d.give_up_at, d.ended_at, d.created_at
FROM earlier_deliveries d
JOIN alert_history h ON h.id = d.history_id AND h.event_time = d.event_time
JOIN notices n ON n.user_id = d.user_id AND n.kind = 'alerts.' || d.notice AND n.key = d.history_id::text;
ALTER TABLE alert_history FORCE ROW LEVEL SECURITY;

DO $$
DECLARE
    guarded text;
    is_part boolean;
BEGIN
    FOR guarded, is_part IN
        SELECT relname, relispartition FROM pg_class
        WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace
          AND relname ~ '^(notices|notification_deliveries)(_\d\d)?$'
    LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', guarded);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', guarded);
        EXECUTE format($policy$
            CREATE POLICY %I ON %I
                USING (user_id = nullif(current_setting('app.current_user_id', true), '')::uuid)
                WITH CHECK (user_id = nullif(current_setting('app.current_user_id', true), '')::uuid)
        $policy$, guarded || '_own', guarded);
        -- A partition that is named directly is the users' own alone.
        IF NOT is_part THEN
            EXECUTE format('CREATE POLICY %I ON %I TO premium_worker USING (true) WITH CHECK (true)', guarded || '_worker', guarded);
        END IF;
    END LOOP;
END
$$;

-- What the senders' own queries may ask: the statuses of what was told under a key. Inlined, under the caller's policies.
CREATE FUNCTION notice_deliveries(owner UUID, kinds TEXT[], told TEXT) RETURNS TABLE (status TEXT)
LANGUAGE sql STABLE
AS $$
    SELECT d.status FROM public.notices n
    JOIN public.notification_deliveries d ON d.notice_id = n.id AND d.user_id = n.user_id
    WHERE n.user_id = owner AND n.kind = ANY (kinds) AND n.key = told
$$;
REVOKE ALL ON FUNCTION notice_deliveries(UUID, TEXT[], TEXT) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION notice_deliveries(UUID, TEXT[], TEXT) TO premium_app;

-- Notices over 13 months go, with their deliveries; at most so many a run, so that it ends in time.
CREATE FUNCTION maintain_notices(moment TIMESTAMPTZ DEFAULT now(), most INTEGER DEFAULT 600000) RETURNS BIGINT
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    part regclass;
    gone bigint := 0;
    removed bigint;
BEGIN
    FOR part IN SELECT inhrelid::regclass FROM pg_inherits WHERE inhparent = 'public.notices'::regclass ORDER BY 1 LOOP
        EXECUTE format(
            'DELETE FROM %s WHERE ctid = ANY (ARRAY(SELECT ctid FROM %s WHERE created_at < $1 LIMIT $2))', part, part
        ) USING moment - interval '13 months', most - gone;
        GET DIAGNOSTICS removed = ROW_COUNT;
        gone := gone + removed;
    END LOOP;
    RETURN gone;
END
$$;
REVOKE ALL ON FUNCTION maintain_notices(TIMESTAMPTZ, INTEGER) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION maintain_notices(TIMESTAMPTZ, INTEGER) TO premium_worker;
-- The function runs as the owner, whom FORCE confines like everybody: what is old may be found and removed, and no more.
DO $$
DECLARE
    part regclass;
BEGIN
    FOR part IN SELECT inhrelid::regclass FROM pg_inherits WHERE inhparent = 'public.notices'::regclass LOOP
        EXECUTE format('CREATE POLICY %I ON %s FOR SELECT TO CURRENT_USER USING (created_at < now() - interval ''12 months'')', part || '_old', part);
        EXECUTE format('CREATE POLICY %I ON %s FOR DELETE TO CURRENT_USER USING (created_at < now() - interval ''12 months'')', part || '_gone', part);
    END LOOP;
END
$$;

-- Partitions ahead; events that cannot come again, changes that every reader has seen and history over 13 months go.
CREATE OR REPLACE FUNCTION maintain_alerts(moment TIMESTAMPTZ DEFAULT now()) RETURNS VOID
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    month timestamptz := date_trunc('month', moment, 'UTC');
    day timestamptz := date_trunc('day', moment, 'UTC');
    low timestamptz;
BEGIN
    FOR i IN -1..3 LOOP
        low := month + make_interval(months => i);
        PERFORM public.add_alert_partition('alert_history', to_char(low AT TIME ZONE 'UTC', 'YYYY_MM'), low, month + make_interval(months => i + 1));
        low := day + make_interval(days => i);
        PERFORM public.add_alert_partition('alert_events', to_char(low AT TIME ZONE 'UTC', 'YYYY_MM_DD'), low, day + make_interval(days => i + 1));
    END LOOP;
    PERFORM public.drop_alert_partitions('alert_history', to_char((month - interval '13 months') AT TIME ZONE 'UTC', 'YYYY_MM'));
    PERFORM public.drop_alert_partitions('alert_events', to_char((day - interval '3 days') AT TIME ZONE 'UTC', 'YYYY_MM_DD'));
    DELETE FROM public.alert_events_default WHERE created_at < moment - interval '3 days';
    DELETE FROM public.alert_rule_changes WHERE created_at < moment - interval '7 days';
END
$$;

-- A request may tell a notice: a rule that its owner tries out.
GRANT SELECT, INSERT, UPDATE (read_at) ON notices TO premium_app;
GRANT SELECT, INSERT ON notification_deliveries TO premium_app;
GRANT SELECT, INSERT, UPDATE (withdrawn_at) ON notices TO premium_worker;
GRANT SELECT, INSERT, UPDATE (status, attempts, last_error, next_attempt_at, give_up_at, ended_at) ON notification_deliveries TO premium_worker;
