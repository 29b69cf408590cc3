REVOKE SELECT (prefix, alerts_enabled) ON api_keys FROM premium_worker;
ALTER TABLE api_keys DROP COLUMN alert_month, DROP COLUMN alert_level;
DROP TABLE usage_alerts;
