-- Rules, what they fired, and what became of each notification.

CREATE TABLE alert_rules (
    id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
    user_id UUID NOT NULL REFERENCES premium_users (id) ON DELETE CASCADE,
    name TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 100),
    type TEXT NOT NULL CHECK (type IN ('whale', 'price', 'gas', 'protocol_risk')),
    conditions JSONB NOT NULL CHECK (jsonb_typeof(conditions) = 'array' AND jsonb_array_length(conditions) BETWEEN 1 AND 10),
    actions JSONB NOT NULL DEFAULT '[]' CHECK (jsonb_typeof(actions) = 'array' AND jsonb_array_length(actions) <= 10),
    enabled BOOLEAN NOT NULL DEFAULT true,
    cooldown_seconds INTEGER NOT NULL DEFAULT 0 CHECK (cooldown_seconds BETWEEN 0 AND 2678400),
    trigger TEXT CHECK (trigger IN ('edge', 'level')),
    hysteresis NUMERIC CHECK (hysteresis >= 0 AND hysteresis < 'Infinity'),
    signing_secret TEXT CHECK (length(signing_secret) BETWEEN 32 AND 128),
    version INTEGER NOT NULL DEFAULT 1 CHECK (version >= 1),
    created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
    updated_at TIMESTAMPTZ NOT NULL DEFAULT now()
);
COMMENT ON COLUMN alert_rules.conditions IS '[{"field", "operator": gt|gte|lt|lte|eq, "value": number or string}], all of which must hold';
COMMENT ON COLUMN alert_rules.actions IS '[{"type": email|webhook|push|telegram, "destination": null for the profile''s, "template"}]';
COMMENT ON COLUMN alert_rules.trigger IS 'NULL: edge where a condition is on a level (price, gas, TVL), level otherwise';
COMMENT ON COLUMN alert_rules.signing_secret IS 'what this rule''s webhooks are signed with; the signer needs it as it is';
CREATE INDEX alert_rules_page ON alert_rules (user_id, created_at DESC, id DESC);
CREATE INDEX alert_rules_enabled ON alert_rules (type) WHERE enabled;

-- The change feed. Its rows name a rule and no more: who reads one looks at the rule as it is by then.
CREATE TABLE alert_rule_changes (
    id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
    position BIGINT GENERATED ALWAYS AS IDENTITY UNIQUE,
    rule_id UUID NOT NULL,
    operation TEXT NOT NULL CHECK (operation IN ('insert', 'update', 'delete')),
    created_at TIMESTAMPTZ NOT NULL DEFAULT now()
);
COMMENT ON COLUMN alert_rule_changes.position IS 'ascends in the order of commits: a reader that saw one has seen, or can see, all below it';
COMMENT ON COLUMN alert_rule_changes.rule_id IS 'no reference: the last change of a rule is that it is gone';
CREATE INDEX alert_rule_changes_age ON alert_rule_changes (created_at);

-- Numbers are given out under a lock that is held to the end of the commit, so that none becomes visible after a higher
-- one. The triggers are deferred to the commit, so that a long transaction does not hold the lock while it works.
CREATE FUNCTION note_alert_rule_change() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('alert_rule_changes', 0));
    INSERT INTO public.alert_rule_changes (rule_id, operation)
        VALUES (CASE TG_OP WHEN 'DELETE' THEN OLD.id ELSE NEW.id END, lower(TG_OP));
    PERFORM pg_notify('alert_rules', '');
    RETURN NULL;
END
$$;
REVOKE ALL ON FUNCTION note_alert_rule_change() FROM PUBLIC;

CREATE CONSTRAINT TRIGGER alert_rules_come_and_go AFTER INSERT OR DELETE ON alert_rules
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION note_alert_rule_change();
-- A name, an action or a secret is no concern of the matcher.
CREATE CONSTRAINT TRIGGER alert_rules_change AFTER UPDATE ON alert_rules
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    WHEN ((OLD.type, OLD.conditions, OLD.enabled, OLD.cooldown_seconds, OLD.trigger, OLD.hysteresis)
        IS DISTINCT FROM (NEW.type, NEW.conditions, NEW.enabled, NEW.cooldown_seconds, NEW.trigger, NEW.hysteresis))
    EXECUTE FUNCTION note_alert_rule_change();

CREATE TABLE alert_history (
    id UUID NOT NULL DEFAULT gen_random_uuid(),
    user_id UUID NOT NULL REFERENCES premium_users (id) ON DELETE CASCADE,
    alert_rule_id UUID NOT NULL,
    rule_name TEXT NOT NULL CHECK (length(rule_name) BETWEEN 1 AND 100),
    rule_type TEXT NOT NULL CHECK (rule_type IN ('whale', 'price', 'gas', 'protocol_risk')),
    event_id TEXT NOT NULL CHECK (length(event_id) BETWEEN 1 AND 300),
    event_data JSONB NOT NULL CHECK (jsonb_typeof(event_data) = 'object'),
    event_time TIMESTAMPTZ NOT NULL,
    is_test BOOLEAN NOT NULL DEFAULT false,
    triggered_at TIMESTAMPTZ NOT NULL DEFAULT now(),
    retracted_at TIMESTAMPTZ,
    created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
    PRIMARY KEY (id, event_time),
    UNIQUE (event_id, alert_rule_id, event_time)
) PARTITION BY RANGE (event_time);
COMMENT ON COLUMN alert_history.alert_rule_id IS 'no reference: what was fired outlives the rule, whose name and type are therefore here';
COMMENT ON COLUMN alert_history.retracted_at IS 'when the chain took the event back';
CREATE INDEX alert_history_page ON alert_history (user_id, event_time DESC, id DESC);
CREATE INDEX alert_history_rule ON alert_history (alert_rule_id, event_time DESC, id DESC);

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
    PRIMARY KEY (id, event_time),
    UNIQUE (history_id, event_time, notice, action),
    FOREIGN KEY (history_id, event_time) REFERENCES alert_history (id, event_time) ON DELETE CASCADE,
    CHECK ((status = 'pending') = (ended_at IS NULL))
) PARTITION BY RANGE (event_time);
COMMENT ON COLUMN notification_deliveries.event_time IS 'the event''s, as in the history: both are kept and dropped by the same months';
COMMENT ON COLUMN notification_deliveries.destination IS 'NULL where the profile had none: such a row has failed';
COMMENT ON COLUMN notification_deliveries.status IS 'failed: refused for good; dead: given up after the last repeat';
COMMENT ON COLUMN notification_deliveries.next_attempt_at IS 'while an attempt is under way, when it counts as lost';
CREATE INDEX notification_deliveries_due ON notification_deliveries (next_attempt_at) WHERE status = 'pending';
CREATE INDEX notification_deliveries_user ON notification_deliveries (user_id);

-- Events that the matcher has dealt with, for as long as one may come again. The event's own name is the key of this, the
-- busiest table: an id beside it would be an index more for each event.
CREATE TABLE alert_events (
    event_id TEXT NOT NULL CHECK (length(event_id) BETWEEN 1 AND 300),
    event_time TIMESTAMPTZ NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('transfer', 'price', 'gas', 'protocol')),
    retracted_at TIMESTAMPTZ,
    created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
    PRIMARY KEY (event_id, event_time)
) PARTITION BY RANGE (event_time);

-- Where a user's notifications go when a rule does not say.
CREATE TABLE alert_destinations (
    id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
    user_id UUID NOT NULL REFERENCES premium_users (id) ON DELETE CASCADE,
    channel TEXT NOT NULL CHECK (channel IN ('email', 'webhook', 'push', 'telegram')),
    destination TEXT NOT NULL CHECK (length(destination) BETWEEN 1 AND 2048),
    created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
    UNIQUE (user_id, channel)
);

DO $$
DECLARE
    guarded text;
BEGIN
    FOREACH guarded IN ARRAY ARRAY['alert_rules', 'alert_history', 'notification_deliveries', 'alert_destinations'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', guarded);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', guarded);
        EXECUTE format($policy$
            CREATE POLICY %I ON %I
                USING (user_id = nullif(current_setting('app.current_user_id', true), '')::uuid)
                WITH CHECK (user_id = nullif(current_setting('app.current_user_id', true), '')::uuid)
        $policy$, guarded || '_own', guarded);
        EXECUTE format('CREATE POLICY %I ON %I TO premium_worker USING (true) WITH CHECK (true)', guarded || '_worker', guarded);
    END LOOP;
END
$$;

-- A partition for [low, high) unless there is one, or the default one holds rows of that time already.
CREATE FUNCTION add_alert_partition(parent TEXT, suffix TEXT, low TIMESTAMPTZ, high TIMESTAMPTZ) RETURNS VOID
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    part text := format('%s_%s', parent, suffix);
    taken boolean;
BEGIN
    IF to_regclass(format('public.%I', part)) IS NOT NULL THEN
        RETURN;
    END IF;
    IF suffix = 'default' THEN
        EXECUTE format('CREATE TABLE public.%I PARTITION OF public.%I DEFAULT', part, parent);
    ELSE
        BEGIN
            EXECUTE format('CREATE TABLE public.%I PARTITION OF public.%I FOR VALUES FROM (%L) TO (%L)', part, parent, low, high);
        EXCEPTION WHEN check_violation THEN
            RETURN;
        END;
    END IF;
    SELECT relrowsecurity INTO taken FROM pg_class WHERE oid = format('public.%I', parent)::regclass;
    IF taken THEN
        -- A query by the parent meets the parent's policy only: a partition that is named directly needs its own.
        EXECUTE format('ALTER TABLE public.%I ENABLE ROW LEVEL SECURITY', part);
        EXECUTE format('ALTER TABLE public.%I FORCE ROW LEVEL SECURITY', part);
        EXECUTE format($policy$
            CREATE POLICY %I ON public.%I
                USING (user_id = nullif(current_setting('app.current_user_id', true), '')::uuid)
                WITH CHECK (user_id = nullif(current_setting('app.current_user_id', true), '')::uuid)
        $policy$, part || '_own', part);
    END IF;
END
$$;
REVOKE ALL ON FUNCTION add_alert_partition(TEXT, TEXT, TIMESTAMPTZ, TIMESTAMPTZ) FROM PUBLIC;

-- Partitions ahead; events that cannot come again, changes that every reader has seen and history over 13 months go.
CREATE FUNCTION maintain_alerts(moment TIMESTAMPTZ DEFAULT now()) RETURNS VOID
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
REVOKE ALL ON FUNCTION maintain_alerts(TIMESTAMPTZ) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION maintain_alerts(TIMESTAMPTZ) TO premium_worker;

-- Partitions whose suffix sorts before `oldest`.
CREATE FUNCTION drop_alert_partitions(parent TEXT, oldest TEXT) RETURNS VOID
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    part text;
BEGIN
    FOR part IN
        SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
        WHERE i.inhparent = format('public.%I', parent)::regclass
          AND c.relname ~ ('^' || parent || '_\d{4}_') AND c.relname < format('%s_%s', parent, oldest)
    LOOP
        EXECUTE format('ALTER TABLE public.%I DETACH PARTITION public.%I', parent, part);
        EXECUTE format('DROP TABLE public.%I', part);
    END LOOP;
END
$$;
REVOKE ALL ON FUNCTION drop_alert_partitions(TEXT, TEXT) FROM PUBLIC;

SELECT add_alert_partition('alert_history', 'default', NULL, NULL);
SELECT add_alert_partition('notification_deliveries', 'default', NULL, NULL);
SELECT add_alert_partition('alert_events', 'default', NULL, NULL);
SELECT maintain_alerts();

GRANT SELECT, INSERT, DELETE ON alert_rules TO premium_app;
GRANT UPDATE (name, type, conditions, actions, enabled, cooldown_seconds, trigger, hysteresis, signing_secret, version, updated_at)
    ON alert_rules TO premium_app;
-- A rule that its owner tries out fires from a request.
GRANT SELECT, INSERT ON alert_history, notification_deliveries TO premium_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON alert_destinations TO premium_app;
GRANT SELECT ON alert_rules, alert_rule_changes, alert_destinations TO premium_worker;
GRANT SELECT, INSERT, UPDATE (retracted_at) ON alert_history TO premium_worker;
GRANT SELECT, INSERT, UPDATE (status, attempts, last_error, next_attempt_at, ended_at) ON notification_deliveries TO premium_worker;
GRANT SELECT, INSERT, UPDATE (retracted_at) ON alert_events TO premium_worker;
