-- What lets a matcher load its own rules only, stand in for another, and come back to where it was.

-- The bucket of what a rule wants equal: a shard is every bucket of its number modulo the number of shards, so that this
-- may change without a rewrite. premium/alerts/sharding.py counts the same for events. NULL: events of any bucket.
CREATE FUNCTION alert_bucket(type TEXT, conditions JSONB) RETURNS SMALLINT
-- IMMUTABLE although convert_to is not: a database's encoding never changes.
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
    SELECT (get_byte(digest, 0) * 256 + get_byte(digest, 1)) % 1024
    FROM (
        SELECT sha256(convert_to(CASE type
            WHEN 'whale' THEN 'transfer' || chr(10)
                || (jsonb_path_query_first(conditions, '$[*] ? (@.operator == "eq" && @.field == "asset").value') #>> '{}')
            WHEN 'price' THEN 'price' || chr(10)
                || (jsonb_path_query_first(conditions, '$[*] ? (@.operator == "eq" && @.field == "asset").value') #>> '{}')
            WHEN 'gas' THEN 'gas' || chr(10)
                || (jsonb_path_query_first(conditions, '$[*] ? (@.operator == "eq" && @.field == "chain").value') #>> '{}')
            WHEN 'protocol_risk' THEN 'protocol' || chr(10)
                || (jsonb_path_query_first(conditions, '$[*] ? (@.operator == "eq" && @.field == "protocol").value') #>> '{}')
        END, 'UTF8')) AS digest
    ) AS hashed
$$;
REVOKE ALL ON FUNCTION alert_bucket(TEXT, JSONB) FROM PUBLIC;
-- Who writes a rule computes its column.
GRANT EXECUTE ON FUNCTION alert_bucket(TEXT, JSONB) TO premium_app;

ALTER TABLE alert_rules ADD COLUMN bucket SMALLINT GENERATED ALWAYS AS (alert_bucket(type, conditions)) STORED;
COMMENT ON COLUMN alert_rules.bucket IS 'of the one value that the rule wants equal; NULL: it names none and is in every shard';
CREATE INDEX alert_rules_bucket ON alert_rules (bucket) WHERE enabled;

ALTER TABLE alert_shards
    ADD COLUMN is_deputy BOOLEAN NOT NULL DEFAULT false,
    ADD COLUMN heir TEXT CHECK (length(heir) <= 200),
    ADD COLUMN heir_until TIMESTAMPTZ NOT NULL DEFAULT '-infinity';
COMMENT ON COLUMN alert_shards.is_deputy IS 'the owner stands in: a matcher of the shard''s own takes it over as soon as it has loaded the rules';
COMMENT ON COLUMN alert_shards.heir IS 'who loads the rules to serve the shard, until heir_until: nobody else need load them too';
GRANT UPDATE (is_deputy, heir, heir_until) ON alert_shards TO premium_worker;

-- A batch keeps what was new in it when it was matched: who reads it again sees what its matcher judged.
GRANT UPDATE (events) ON alert_batches TO premium_worker;

ALTER TABLE alert_cooldowns ADD COLUMN changed_at TIMESTAMPTZ NOT NULL DEFAULT clock_timestamp();
COMMENT ON COLUMN alert_cooldowns.changed_at IS 'who stands by reads what changed since it last looked';
COMMENT ON COLUMN alert_cooldowns.fired_at IS 'seconds since 1970; -Infinity: what it fired was taken back';
CREATE INDEX alert_cooldowns_changed ON alert_cooldowns (changed_at);
GRANT UPDATE (changed_at) ON alert_cooldowns TO premium_worker;

-- A rule that is changed begins anew; one that is gone leaves nothing behind.
CREATE FUNCTION forget_alert_rule_state() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    DELETE FROM public.alert_cooldowns WHERE rule_id = OLD.id;
    DELETE FROM public.alert_disarmed WHERE rule_id = OLD.id;
    RETURN NULL;
END
$$;
REVOKE ALL ON FUNCTION forget_alert_rule_state() FROM PUBLIC;
CREATE TRIGGER alert_rules_gone AFTER DELETE ON alert_rules
    FOR EACH ROW EXECUTE FUNCTION forget_alert_rule_state();
-- As of the change feed: a name, an action or a secret is no concern of the matcher.
CREATE TRIGGER alert_rules_anew AFTER UPDATE ON alert_rules
    FOR EACH ROW
    WHEN ((OLD.type, OLD.conditions, OLD.enabled, OLD.cooldown_seconds, OLD.trigger, OLD.hysteresis)
        IS DISTINCT FROM (NEW.type, NEW.conditions, NEW.enabled, NEW.cooldown_seconds, NEW.trigger, NEW.hysteresis))
    EXECUTE FUNCTION forget_alert_rule_state();
