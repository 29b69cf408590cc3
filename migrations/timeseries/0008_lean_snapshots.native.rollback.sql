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
ALTER TABLE portfolio_states DROP CONSTRAINT portfolio_states_once;
ALTER TABLE portfolio_states ALTER COLUMN chain_breakdown SET DEFAULT '{}', ALTER COLUMN chain_breakdown SET NOT NULL,
    ALTER COLUMN asset_breakdown SET DEFAULT '{}', ALTER COLUMN asset_breakdown SET NOT NULL,
    ALTER COLUMN category_breakdown SET DEFAULT '{}', ALTER COLUMN category_breakdown SET NOT NULL,
    ADD CONSTRAINT portfolio_snapshots_once UNIQUE (job_id, "timestamp");
CREATE INDEX portfolio_snapshots_user ON portfolio_states (user_id, "timestamp" DESC);
ALTER TABLE portfolio_states RENAME TO portfolio_snapshots;
CREATE VIEW my_portfolio_snapshots WITH (security_barrier) AS
    SELECT * FROM portfolio_snapshots
    WHERE user_id = (SELECT nullif(current_setting('app.current_user_id', true), '')::uuid);
GRANT SELECT ON my_portfolio_snapshots TO premium_app;
REVOKE UPDATE ON portfolio_snapshots FROM premium_worker;
CREATE OR REPLACE FUNCTION portfolio_snapshots_rolled_up(unit TEXT, since TIMESTAMPTZ)
RETURNS SETOF portfolio_snapshots_daily_rollup
LANGUAGE sql STABLE SET search_path = public, pg_temp
AS $$
    SELECT user_id, date_trunc(unit, "timestamp", 'UTC'),
           (array_agg(total_value ORDER BY "timestamp", job_id))[1],
           (array_agg(total_value ORDER BY "timestamp" DESC, job_id DESC))[1],
           min(total_value), max(total_value), avg(total_value), count(*)
    FROM portfolio_snapshots
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
    EXECUTE format('CREATE TABLE %I (LIKE portfolio_snapshots INCLUDING ALL)', part);
    EXECUTE format($move$
        WITH moved AS (
            DELETE FROM portfolio_snapshots_default
            WHERE "timestamp" >= %L::date AND "timestamp" < %L::date RETURNING *
        ) INSERT INTO %I SELECT * FROM moved
    $move$, day, day + 1, part);
    EXECUTE format('ALTER TABLE portfolio_snapshots ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)',
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

    FOR part IN
        SELECT c.oid::regclass AS name FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
        WHERE i.inhparent = 'portfolio_snapshots'::regclass AND c.relname ~ '_\d{8}$'
          AND to_date(right(c.relname, 8), 'YYYYMMDD') < cutoff
    LOOP
        EXECUTE format('DROP TABLE %s', part.name);
        dropped := dropped + 1;
    END LOOP;
    DELETE FROM portfolio_snapshots_default WHERE "timestamp" < cutoff;
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
-- The days' closes stay in the roll-ups.
DROP FUNCTION portfolio_keep_closes(TIMESTAMPTZ);
DROP TABLE portfolio_closes;
