-- What was said of chains' base fees, a row a minute and horizon, for 30 days. Nobody's own.
-- The twin of 0014_gas_predictions.timescale.sql: the same names, columns and rights, so the same queries.

CREATE TABLE gas_predictions (
    chain TEXT NOT NULL CHECK (length(chain) BETWEEN 2 AND 32),
    "timestamp" TIMESTAMPTZ NOT NULL,
    horizon INTEGER NOT NULL CHECK (horizon > 0),
    block BIGINT NOT NULL,
    current_gas_price NUMERIC NOT NULL,
    predicted_gas_price NUMERIC NOT NULL,
    p80_low NUMERIC NOT NULL,
    p80_high NUMERIC NOT NULL,
    p95_low NUMERIC NOT NULL,
    p95_high NUMERIC NOT NULL,
    optimal_time TIMESTAMPTZ NOT NULL,
    confidence DOUBLE PRECISION CHECK (confidence BETWEEN 0 AND 1),
    model TEXT NOT NULL,
    model_version TEXT NOT NULL,
    CONSTRAINT gas_predictions_once UNIQUE (chain, "timestamp", horizon)
) PARTITION BY RANGE ("timestamp");
COMMENT ON COLUMN gas_predictions.current_gas_price IS 'wei: the next base fee as of then';
COMMENT ON COLUMN gas_predictions.confidence IS 'the share of outcomes before that lay within ten percent of the point; NULL: none yet';

CREATE TABLE gas_predictions_default PARTITION OF gas_predictions DEFAULT;

CREATE FUNCTION gas_predictions_make_partition(day DATE)
RETURNS VOID
LANGUAGE plpgsql SET search_path = public, pg_temp SET timezone = 'UTC'
AS $$
DECLARE
    part TEXT := format('gas_predictions_%s', to_char(day, 'YYYYMMDD'));
BEGIN
    IF to_regclass(part) IS NOT NULL THEN
        RETURN;
    END IF;
    EXECUTE format('CREATE TABLE %I (LIKE gas_predictions INCLUDING ALL)', part);
    EXECUTE format($move$
        WITH moved AS (
            DELETE FROM gas_predictions_default
            WHERE "timestamp" >= %L::date AND "timestamp" < %L::date RETURNING *
        ) INSERT INTO %I SELECT * FROM moved
    $move$, day, day + 1, part);
    EXECUTE format('ALTER TABLE gas_predictions ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', part, day, day + 1);
END
$$;
REVOKE ALL ON FUNCTION gas_predictions_make_partition(DATE) FROM PUBLIC;
SELECT gas_predictions_make_partition((now() AT TIME ZONE 'UTC')::date + ahead) FROM generate_series(-1, 7) AS ahead;

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
    FOR part IN
        SELECT c.oid::regclass AS name FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
        WHERE i.inhparent = 'gas_predictions'::regclass AND c.relname ~ '_\d{8}$'
          AND to_date(right(c.relname, 8), 'YYYYMMDD') < today - 30
    LOOP
        EXECUTE format('DROP TABLE %s', part.name);
    END LOOP;
    DELETE FROM gas_predictions_default WHERE "timestamp" < today - 30;
    DELETE FROM gas_history_default WHERE "timestamp" < today - 90;
    FOR ahead IN -1..7 LOOP
        PERFORM gas_history_make_partition(today + ahead);
        PERFORM gas_predictions_make_partition(today + ahead);
    END LOOP;
    RETURN written;
END
$$;

GRANT SELECT, INSERT ON gas_predictions TO premium_worker;
