DROP FUNCTION gas_upkeep(TIMESTAMPTZ), gas_roll_up(TIMESTAMPTZ);
DROP TABLE gas_hours;
DROP TABLE gas_history;
