-- Every row as the release before keeps it.
CREATE TEMPORARY TABLE as_json ON COMMIT DROP AS
    SELECT user_id, job_id, "timestamp", chain_breakdown, asset_breakdown, category_breakdown FROM portfolio_snapshots;
UPDATE portfolio_states s SET chain_breakdown = j.chain_breakdown, asset_breakdown = j.asset_breakdown,
    category_breakdown = j.category_breakdown
FROM as_json j
WHERE s.readings IS NOT NULL AND (j.user_id, j.job_id, j."timestamp") = (s.user_id, s.job_id, s."timestamp");
DROP VIEW my_portfolio_closes, my_portfolio_snapshots, my_portfolio_states, portfolio_snapshots;
DROP FUNCTION portfolio_snapshots_take();
DROP FUNCTION portfolio_told(portfolio_states, portfolio_states);
DROP FUNCTION portfolio_dollars(NUMERIC);
ALTER TABLE portfolio_states DROP COLUMN base;
ALTER TABLE portfolio_states DROP COLUMN wallets;
ALTER TABLE portfolio_states DROP COLUMN assets;
ALTER TABLE portfolio_states DROP COLUMN holders;
ALTER TABLE portfolio_states DROP COLUMN units;
ALTER TABLE portfolio_states DROP COLUMN readings;
ALTER TABLE portfolio_states DROP COLUMN extra;
ALTER TABLE portfolio_states DROP COLUMN debts_value;
ALTER TABLE portfolio_states RENAME TO portfolio_snapshots;
CREATE VIEW my_portfolio_snapshots WITH (security_barrier) AS
    SELECT * FROM portfolio_snapshots
    WHERE user_id = (SELECT nullif(current_setting('app.current_user_id', true), '')::uuid);
GRANT SELECT ON my_portfolio_snapshots TO premium_app;
REVOKE UPDATE ON portfolio_snapshots FROM premium_worker;
CREATE OR REPLACE FUNCTION maintain_timeseries(at TIMESTAMPTZ DEFAULT now())
RETURNS JSONB
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp
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
    RETURN jsonb_build_object('layout', 'timescale', 'rolled_up_to', rolled_up_to, 'dropped', 0);
END
$$;

CREATE OR REPLACE FUNCTION erase_snapshots(place TEXT, wanted UUID, most INTEGER) RETURNS BIGINT
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
DECLARE
    rows_of TEXT := CASE place
        WHEN 'portfolio_snapshots' THEN 'public.portfolio_snapshots'
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
-- The days' closes stay in the roll-ups.
DROP FUNCTION portfolio_keep_closes(TIMESTAMPTZ);
DROP TABLE portfolio_closes;
