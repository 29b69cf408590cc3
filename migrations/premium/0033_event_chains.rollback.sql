-- Of what two chains gave under one id, the first stays.
DROP INDEX alert_history_once;
DELETE FROM alert_history h USING alert_history o
WHERE o.event_id = h.event_id AND o.alert_rule_id = h.alert_rule_id AND o.event_time = h.event_time
  AND (o.created_at, o.id) < (h.created_at, h.id);
ALTER TABLE alert_history ADD UNIQUE (event_id, alert_rule_id, event_time);

ALTER TABLE alert_events DROP CONSTRAINT alert_events_pkey;
DELETE FROM alert_events h USING alert_events o
WHERE o.event_id = h.event_id AND o.event_time = h.event_time AND o.chain < h.chain;
ALTER TABLE alert_events DROP COLUMN chain;
ALTER TABLE alert_events ADD PRIMARY KEY (event_id, event_time);
