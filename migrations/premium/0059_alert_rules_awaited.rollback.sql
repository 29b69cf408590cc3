ALTER TABLE alert_rules DROP COLUMN awaits_level;
