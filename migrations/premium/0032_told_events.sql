-- An alert that moved to an earlier event keeps the one that its user was told of: where that fires after all, it goes
-- back there, and the earlier one is told by an alert of its own.
ALTER TABLE alert_history ADD COLUMN told_event_id TEXT CHECK (length(told_event_id) BETWEEN 1 AND 300);
COMMENT ON COLUMN alert_history.told_event_id IS 'the event that its notice names; NULL: event_id';
GRANT UPDATE (told_event_id) ON alert_history TO premium_worker;
