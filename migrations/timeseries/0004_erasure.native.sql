-- What an erasure does to a user's snapshots and roll-ups; the twin of 0004_erasure.timescale.sql.

-- Up to `most` rows of a user; the number of those that are gone.
CREATE FUNCTION erase_snapshots(place TEXT, wanted UUID, most INTEGER) RETURNS BIGINT
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
DECLARE
    gone BIGINT;
BEGIN
    IF place NOT IN ('portfolio_snapshots', 'portfolio_snapshots_daily_rollup', 'portfolio_snapshots_weekly_rollup') THEN
        RAISE insufficient_privilege USING MESSAGE = format('%s is no table of users', place);
    END IF;
    EXECUTE format(
        'DELETE FROM %1$I t USING (SELECT tableoid AS part, ctid AS line FROM %1$I WHERE user_id = $1 LIMIT $2) d
         WHERE t.tableoid = d.part AND t.ctid = d.line AND t.user_id = $1', place
    ) USING wanted, most;
    GET DIAGNOSTICS gone = ROW_COUNT;
    RETURN gone;
END
$$;
REVOKE ALL ON FUNCTION erase_snapshots(TEXT, UUID, INTEGER) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION erase_snapshots(TEXT, UUID, INTEGER) TO premium_worker;
