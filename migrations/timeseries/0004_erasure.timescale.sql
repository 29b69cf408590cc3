-- What an erasure does to a user's snapshots and roll-ups; the twin of 0004_erasure.native.sql.

-- A user's rows; the number of those that are gone. A continuous aggregate keeps its rows in a hypertable of its own,
-- which is cleared directly: buckets older than the refresh's window would never be computed anew.
CREATE FUNCTION erase_snapshots(place TEXT, wanted UUID, most INTEGER) RETURNS BIGINT
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
REVOKE ALL ON FUNCTION erase_snapshots(TEXT, UUID, INTEGER) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION erase_snapshots(TEXT, UUID, INTEGER) TO premium_worker;
