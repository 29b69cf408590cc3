DROP TRIGGER premium_users_gain_alerts ON premium_users;
DROP FUNCTION begin_alert_rules_anew();
DROP INDEX notification_deliveries_ended;
ALTER TABLE notification_deliveries DROP COLUMN give_up_at;
