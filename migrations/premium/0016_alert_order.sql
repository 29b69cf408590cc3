-- What fires a rule is the same in whatever order events come.

-- After a restart a late event is judged against what stood before it, also where nothing came for long before that.
ALTER TABLE alert_levels ADD COLUMN earlier TEXT CHECK (length(earlier) <= 262144);
COMMENT ON COLUMN alert_levels.earlier IS 'the event before the last gap of more than ten minutes; NULL: there was none';
GRANT UPDATE (earlier) ON alert_levels TO premium_worker;

-- An alert moves to the event with which its crossing began, where that comes late: who was told of it is told no more.
GRANT UPDATE (event_id, event_data, event_time) ON alert_history TO premium_worker;
