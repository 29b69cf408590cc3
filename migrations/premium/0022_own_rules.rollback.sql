-- Alerts name whatever rule they say.

DROP TRIGGER alert_history_stays_own ON alert_history;
DROP TRIGGER alert_history_own_rule ON alert_history;
DROP FUNCTION refuse_anothers_rule();
DROP POLICY alert_rules_lookup ON alert_rules;
