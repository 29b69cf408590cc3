-- Roll-ups, and only then the end of what is older than 90 days; partitions of the next days. Harmless twice.
CREATE OR REPLACE FUNCTION gas_upkeep(at TIMESTAMPTZ) RETURNS BIGINT
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET timezone = 'UTC' SET lock_timeout = '5s'
AS $$
DECLARE
    today DATE := date_trunc('day', at, 'UTC');
    part RECORD;
    written BIGINT;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('gas_upkeep'));
    written := gas_roll_up(at);
    FOR part IN
        SELECT c.oid::regclass AS name FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
        WHERE i.inhparent = 'gas_history'::regclass AND c.relname ~ '_\d{8}$'
          AND to_date(right(c.relname, 8), 'YYYYMMDD') < today - 90
    LOOP
        EXECUTE format('DROP TABLE %s', part.name);
    END LOOP;
    DELETE FROM gas_history_default WHERE "timestamp" < today - 90;
    FOR ahead IN -1..7 LOOP
        PERFORM gas_history_make_partition(today + ahead);
    END LOOP;
    RETURN written;
END
$$;
DROP FUNCTION gas_predictions_make_partition(DATE);
DROP TABLE gas_predictions;
