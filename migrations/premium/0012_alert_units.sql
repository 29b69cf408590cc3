-- Amounts of rules in whole units, assets by their keys; and what reads prices for the assets that rules name.

-- The release before writes rules without this column: by the default they are known as of the earlier form, and are read
-- as such, until the worker has rewritten them. No amount is ever taken for one of another unit.
ALTER TABLE alert_rules ADD COLUMN form SMALLINT NOT NULL DEFAULT 1 CHECK (form IN (1, 2));
COMMENT ON COLUMN alert_rules.form IS '1: `amount` in base units, assets as written; 2: `amount` in whole units, assets by chain:address';
CREATE INDEX alert_rules_earlier_form ON alert_rules (id) WHERE form = 1;
GRANT UPDATE (form) ON alert_rules TO premium_app;
GRANT UPDATE (conditions, hysteresis, form, version, updated_at) ON alert_rules TO premium_worker;
-- Who writes a rule computes its column.
GRANT EXECUTE ON FUNCTION alert_bucket(TEXT, JSONB) TO premium_worker;

-- What rules of a type are about: the poll of prices and of protocols walks it from one distinct value to the next.
CREATE INDEX alert_rules_assets ON alert_rules
    ((jsonb_path_query_first(conditions, '$[*] ? (@.operator == "eq" && @.field == "asset").value') #>> '{}'))
    WHERE enabled AND type = 'price';
CREATE INDEX alert_rules_protocols ON alert_rules
    ((jsonb_path_query_first(conditions, '$[*] ? (@.operator == "eq" && @.field == "protocol").value') #>> '{}'))
    WHERE enabled AND type = 'protocol_risk';

-- A rule is tried on what really happened: events of chains and markets, which are nobody's own.
GRANT SELECT ON alert_levels, chain_blocks TO premium_app;
