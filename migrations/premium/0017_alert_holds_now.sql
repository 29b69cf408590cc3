-- A new rule says whether it holds already: its owner's request reads the levels of its series.
CREATE INDEX alert_levels_about ON alert_levels (kind, ((series::jsonb) ->> -1));
