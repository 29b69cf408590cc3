-- The names that follow the table. The twin of 0012_packed_upkeep.timescale.sql.

-- When a row was written is its timestamp or soon after: eight bytes that nobody reads.
ALTER TABLE portfolio_rows ALTER COLUMN created_at DROP DEFAULT, ALTER COLUMN created_at DROP NOT NULL;

CREATE OR REPLACE FUNCTION portfolio_keep_closes(until TIMESTAMPTZ) RETURNS BIGINT
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET timezone = 'UTC'
AS $$
DECLARE
    since TIMESTAMPTZ := coalesce((SELECT max(day) FROM portfolio_closes) - 2, '-infinity'::date);
    kept BIGINT;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('portfolio_keep_closes'));
    INSERT INTO portfolio_closes AS c (user_id, day, "timestamp", total_value, debts_value, is_good)
    SELECT DISTINCT ON (user_id, ("timestamp" AT TIME ZONE 'UTC')::date)
           user_id, ("timestamp" AT TIME ZONE 'UTC')::date, "timestamp", total_value, debts_value, is_good
    FROM portfolio_rows
    WHERE "timestamp" >= since AND "timestamp" < date_trunc('day', until, 'UTC')
    ORDER BY user_id, ("timestamp" AT TIME ZONE 'UTC')::date, is_good IS NOT DISTINCT FROM false, "timestamp" DESC
    ON CONFLICT (user_id, day) DO UPDATE SET
        "timestamp" = excluded."timestamp", total_value = excluded.total_value, debts_value = excluded.debts_value,
        is_good = excluded.is_good
    WHERE c."timestamp" <> excluded."timestamp";
    GET DIAGNOSTICS kept = ROW_COUNT;
    RETURN kept;
END
$$;

CREATE OR REPLACE FUNCTION portfolio_snapshots_rolled_up(unit TEXT, since TIMESTAMPTZ)
RETURNS SETOF portfolio_snapshots_daily_rollup
LANGUAGE sql STABLE SET search_path = public, pg_temp
AS $$
    SELECT user_id, date_trunc(unit, "timestamp", 'UTC'),
           (array_agg(total_value ORDER BY "timestamp", job_id))[1],
           (array_agg(total_value ORDER BY "timestamp" DESC, job_id DESC))[1],
           min(total_value), max(total_value), avg(total_value), count(*)
    FROM portfolio_rows
    WHERE "timestamp" >= since
    GROUP BY 1, 2
$$;

CREATE OR REPLACE FUNCTION portfolio_snapshots_make_partition(day DATE)
RETURNS VOID
LANGUAGE plpgsql SET search_path = public, pg_temp SET timezone = 'UTC'
AS $$
DECLARE
    part TEXT := format('portfolio_snapshots_%s', to_char(day, 'YYYYMMDD'));
BEGIN
    IF to_regclass(part) IS NOT NULL THEN
        RETURN;
    END IF;
    EXECUTE format('CREATE TABLE %I (LIKE portfolio_rows INCLUDING ALL)', part);
    EXECUTE format($move$
        WITH moved AS (
            DELETE FROM portfolio_snapshots_default
            WHERE "timestamp" >= %L::date AND "timestamp" < %L::date RETURNING *
        ) INSERT INTO %I SELECT * FROM moved
    $move$, day, day + 1, part);
    EXECUTE format('ALTER TABLE portfolio_rows ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)',
                   part, day, day + 1);
END
$$;

CREATE OR REPLACE FUNCTION maintain_timeseries(at TIMESTAMPTZ DEFAULT now())
RETURNS JSONB
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET timezone = 'UTC' SET lock_timeout = '5s'
AS $$
DECLARE
    today DATE := date_trunc('day', at, 'UTC');
    cutoff TIMESTAMPTZ := today - 90;
    done_to TIMESTAMPTZ;
    part RECORD;
    dropped INTEGER := 0;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('maintain_timeseries'));
    -- Two days back, because a job that is retried writes a snapshot as old as its request.
    SELECT rolled_up_to INTO done_to FROM portfolio_snapshots_progress;
    PERFORM portfolio_snapshots_refresh(done_to - interval '2 days', today);
    PERFORM portfolio_keep_closes(at);

    FOR part IN
        SELECT c.oid::regclass AS name FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
        WHERE i.inhparent = 'portfolio_rows'::regclass AND c.relname ~ '_\d{8}$'
          AND to_date(right(c.relname, 8), 'YYYYMMDD') < cutoff
    LOOP
        EXECUTE format('DROP TABLE %s', part.name);
        dropped := dropped + 1;
    END LOOP;
    DELETE FROM portfolio_snapshots_default WHERE "timestamp" < cutoff;
    DELETE FROM portfolio_quote_rows WHERE hour < cutoff;
    DELETE FROM portfolio_quote_pages WHERE hour < cutoff;
    DELETE FROM portfolio_readings WHERE hour < cutoff;
    UPDATE portfolio_snapshots_progress SET dropped_before = greatest(dropped_before, cutoff);

    FOR ahead IN -1..7 LOOP
        PERFORM portfolio_snapshots_make_partition(today + ahead);
    END LOOP;
    RETURN jsonb_build_object('layout', 'native', 'rolled_up_to', today, 'dropped', dropped);
END
$$;

CREATE OR REPLACE FUNCTION erase_snapshots(place TEXT, wanted UUID, most INTEGER) RETURNS BIGINT
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
DECLARE
    gone BIGINT;
    rows_of TEXT := CASE place WHEN 'portfolio_snapshots' THEN 'portfolio_rows' ELSE place END;
BEGIN
    IF place NOT IN ('portfolio_snapshots', 'portfolio_closes', 'portfolio_snapshots_daily_rollup',
                     'portfolio_snapshots_weekly_rollup') THEN
        RAISE insufficient_privilege USING MESSAGE = format('%s is no table of users', place);
    END IF;
    EXECUTE format(
        'DELETE FROM %1$I t USING (SELECT tableoid AS part, ctid AS line FROM %1$I WHERE user_id = $1 LIMIT $2) d
         WHERE t.tableoid = d.part AND t.ctid = d.line AND t.user_id = $1', rows_of
    ) USING wanted, most;
    GET DIAGNOSTICS gone = ROW_COUNT;
    RETURN gone;
END
$$;
