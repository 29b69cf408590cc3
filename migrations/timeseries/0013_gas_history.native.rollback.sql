DROP FUNCTION gas_upkeep(TIMESTAMPTZ), gas_roll_up(TIMESTAMPTZ), gas_history_make_partition(DATE);
DROP TABLE gas_hours;
DROP TABLE gas_history;
