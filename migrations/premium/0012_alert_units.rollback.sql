-- The release before takes `amount` for base units: a rule in whole units would fire on nearly everything, and is switched off.
ALTER TABLE alert_rules NO FORCE ROW LEVEL SECURITY;
-- The change feed is written at once: a table with changes that wait for the commit cannot be altered.
SET CONSTRAINTS ALL IMMEDIATE;
UPDATE alert_rules SET enabled = false WHERE form = 2 AND type = 'whale' AND conditions @> '[{"field": "amount"}]';
UPDATE alert_rules SET conditions = replace(conditions::text, '"field": "amount_base_units"', '"field": "amount"')::jsonb
    WHERE type = 'whale' AND conditions @> '[{"field": "amount_base_units"}]' AND NOT conditions @> '[{"field": "amount"}]';
ALTER TABLE alert_rules FORCE ROW LEVEL SECURITY;
REVOKE SELECT ON alert_levels, chain_blocks FROM premium_app;
DROP INDEX alert_rules_protocols;
DROP INDEX alert_rules_assets;
REVOKE UPDATE (conditions, hysteresis, form, version, updated_at) ON alert_rules FROM premium_worker;
REVOKE EXECUTE ON FUNCTION alert_bucket(TEXT, JSONB) FROM premium_worker;
ALTER TABLE alert_rules DROP COLUMN form;
