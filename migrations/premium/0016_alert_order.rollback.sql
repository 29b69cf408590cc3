REVOKE UPDATE (event_id, event_data, event_time) ON alert_history FROM premium_worker;
ALTER TABLE alert_levels DROP COLUMN earlier;
