-- An event's id is one of its chain: two chains may give the same id at the same time, and both are told.
-- No release is out that runs beside this: an older one's retractions would name a key that is gone.
ALTER TABLE alert_events ADD COLUMN chain TEXT NOT NULL DEFAULT '' CHECK (length(chain) <= 64);
COMMENT ON COLUMN alert_events.chain IS 'empty: a row from before chains were kept, which is of any';
ALTER TABLE alert_events DROP CONSTRAINT alert_events_pkey;
ALTER TABLE alert_events ADD PRIMARY KEY (event_id, event_time, chain);

ALTER TABLE alert_history DROP CONSTRAINT alert_history_event_id_alert_rule_id_event_time_key;
CREATE UNIQUE INDEX alert_history_once
    ON alert_history (event_id, alert_rule_id, event_time, coalesce(event_data ->> 'chain', ''));
