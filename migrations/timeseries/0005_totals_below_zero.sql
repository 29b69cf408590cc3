-- A portfolio may owe more than it owns. Each day's partition has the check of its own.
DO $$
DECLARE
    part REGCLASS;
BEGIN
    FOR part IN
        SELECT conrelid::regclass FROM pg_constraint
        WHERE conname = 'portfolio_snapshots_total_value_check' AND conparentid = 0 AND coninhcount = 0
    LOOP
        EXECUTE format('ALTER TABLE %s DROP CONSTRAINT IF EXISTS portfolio_snapshots_total_value_check', part);
    END LOOP;
    FOR part IN SELECT conrelid::regclass FROM pg_constraint WHERE conname = 'portfolio_snapshots_total_value_check' LOOP
        EXECUTE format('ALTER TABLE %s DROP CONSTRAINT IF EXISTS portfolio_snapshots_total_value_check', part);
    END LOOP;
END
$$;
