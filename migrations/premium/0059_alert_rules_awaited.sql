-- A rule that was asked to fire where it holds already, made before the level was written that says so.

ALTER TABLE alert_rules ADD COLUMN awaits_level BOOLEAN NOT NULL DEFAULT false;
COMMENT ON COLUMN alert_rules.awaits_level IS 'asked to fire where it holds already, and when it was made no level said that it does';
CREATE INDEX alert_rules_awaiting ON alert_rules (created_at) WHERE awaits_level;
