ALTER TABLE alert_history DROP COLUMN told_event_id;
