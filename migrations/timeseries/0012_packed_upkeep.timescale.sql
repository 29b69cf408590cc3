-- The names that follow the table. The twin of 0012_packed_upkeep.native.sql.

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

CREATE OR REPLACE FUNCTION maintain_timeseries(at TIMESTAMPTZ DEFAULT now())
RETURNS JSONB
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
DECLARE
    failed TEXT := (
        SELECT string_agg(format('%s (%s)', j.proc_name, s.job_id), ', ' ORDER BY s.job_id)
        FROM timescaledb_information.job_stats s JOIN timescaledb_information.jobs j USING (job_id)
        WHERE s.last_run_status = 'Failed' AND j.hypertable_name IS NOT NULL
    );
    rolled_up_to TIMESTAMPTZ := (
        SELECT _timescaledb_functions.to_timestamp(_timescaledb_functions.cagg_watermark(h.id))
        FROM _timescaledb_catalog.hypertable h JOIN timescaledb_information.continuous_aggregates c
          ON (h.schema_name, h.table_name) = (c.materialization_hypertable_schema, c.materialization_hypertable_name)
        WHERE c.view_name = 'portfolio_snapshots_daily'
    );
BEGIN
    IF failed IS NOT NULL THEN
        RAISE EXCEPTION 'TimescaleDB policies failed: %', failed
            USING HINT = 'timescaledb_information.job_errors says why; TimescaleDB runs them again by itself.';
    END IF;
    PERFORM portfolio_keep_closes(at);
    DELETE FROM portfolio_quote_rows WHERE hour < at - interval '92 days';
    DELETE FROM portfolio_quote_pages WHERE hour < at - interval '92 days';
    DELETE FROM portfolio_readings WHERE hour < at - interval '92 days';
    RETURN jsonb_build_object('layout', 'timescale', 'rolled_up_to', rolled_up_to, 'dropped', 0);
END
$$;

CREATE OR REPLACE FUNCTION erase_snapshots(place TEXT, wanted UUID, most INTEGER) RETURNS BIGINT
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
DECLARE
    rows_of TEXT := CASE place
        WHEN 'portfolio_snapshots' THEN 'public.portfolio_rows'
        WHEN 'portfolio_closes' THEN 'public.portfolio_closes'
        WHEN 'portfolio_snapshots_daily_rollup' THEN (
            SELECT format('%I.%I', c.materialization_hypertable_schema, c.materialization_hypertable_name)
            FROM timescaledb_information.continuous_aggregates c WHERE c.view_name = 'portfolio_snapshots_daily'
        )
        WHEN 'portfolio_snapshots_weekly_rollup' THEN (
            SELECT format('%I.%I', c.materialization_hypertable_schema, c.materialization_hypertable_name)
            FROM timescaledb_information.continuous_aggregates c WHERE c.view_name = 'portfolio_snapshots_weekly'
        )
    END;
    gone BIGINT;
BEGIN
    IF rows_of IS NULL THEN
        RAISE insufficient_privilege USING MESSAGE = format('%s is no table of users', place);
    END IF;
    -- By segments, not by rows: TimescaleDB finds a user's compressed rows by the column that they are segmented by.
    EXECUTE format('DELETE FROM %s WHERE user_id = $1', rows_of) USING wanted;
    GET DIAGNOSTICS gone = ROW_COUNT;
    RETURN gone;
END
$$;
