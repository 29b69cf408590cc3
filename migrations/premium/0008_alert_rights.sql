-- Deliveries that wait without being tried have an end, operators find the dead ones; rules rest with their owner's tier.

-- While a destination is left alone no attempt is made and none is counted: this is what ends the waiting.
ALTER TABLE notification_deliveries ADD COLUMN give_up_at TIMESTAMPTZ NOT NULL DEFAULT now() + interval '1 hour';
COMMENT ON COLUMN notification_deliveries.give_up_at IS 'a delivery that is due, but cannot be tried, is dead from then on';
CREATE INDEX notification_deliveries_ended ON notification_deliveries (ended_at) WHERE status IN ('dead', 'failed');
GRANT UPDATE (give_up_at) ON notification_deliveries TO premium_worker;

-- Rules of a user without the right to alerts fire nothing (premium/alerts/firing.py). With the right they begin anew, as
-- rules that have been switched on: what they would have fired meanwhile cools nothing down and disarms nothing.
CREATE FUNCTION begin_alert_rules_anew() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    caller text := coalesce(current_setting('app.current_user_id', true), '');
BEGIN
    -- The rules' policy holds for the owner role, too.
    PERFORM set_config('app.current_user_id', NEW.id::text, true);
    DELETE FROM public.alert_cooldowns c USING public.alert_rules r WHERE r.user_id = NEW.id AND c.rule_id = r.id;
    DELETE FROM public.alert_disarmed d USING public.alert_rules r WHERE r.user_id = NEW.id AND d.rule_id = r.id;
    PERFORM pg_advisory_xact_lock(hashtextextended('alert_rule_changes', 0));
    INSERT INTO public.alert_rule_changes (rule_id, operation)
        SELECT id, 'update' FROM public.alert_rules WHERE user_id = NEW.id AND enabled ORDER BY id;
    PERFORM set_config('app.current_user_id', caller, true);
    RETURN NULL;
END
$$;
REVOKE ALL ON FUNCTION begin_alert_rules_anew() FROM PUBLIC;
CREATE CONSTRAINT TRIGGER premium_users_gain_alerts AFTER UPDATE OF tier ON premium_users
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (OLD.tier = 'free' AND NEW.tier <> 'free')
    EXECUTE FUNCTION begin_alert_rules_anew();
