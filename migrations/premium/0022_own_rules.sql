-- An alert names a rule of its own user: there is no foreign key, because it outlives the rule, so a trigger looks.
-- (event, rule, time) is unique, and a row under another's rule would keep that one's alert out.

CREATE POLICY alert_rules_lookup ON alert_rules FOR SELECT TO CURRENT_USER USING (true);

CREATE FUNCTION refuse_anothers_rule() RETURNS TRIGGER
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF EXISTS (
        SELECT FROM added JOIN public.alert_rules r ON r.id = added.alert_rule_id WHERE r.user_id <> added.user_id
    ) THEN
        RAISE foreign_key_violation USING MESSAGE = 'an alert names a rule of another user', TABLE = TG_TABLE_NAME;
    END IF;
    RETURN NULL;
END
$$;
REVOKE ALL ON FUNCTION refuse_anothers_rule() FROM PUBLIC;
CREATE TRIGGER alert_history_own_rule AFTER INSERT ON alert_history
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION refuse_anothers_rule();
CREATE TRIGGER alert_history_stays_own AFTER UPDATE ON alert_history
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION refuse_anothers_rule();
