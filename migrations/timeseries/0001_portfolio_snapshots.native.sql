-- What a portfolio was worth, when: one row a refresh, by day partitions; roll-ups by day and week outlive them.
-- The twin of 0001_portfolio_snapshots.timescale.sql: the same names, columns and rights, so the same queries.

DO $$
DECLARE
    wanted text;
BEGIN
    FOREACH wanted IN ARRAY ARRAY['premium_owner', 'premium_app', 'premium_worker'] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = wanted) THEN
            EXECUTE format('CREATE ROLE %I NOLOGIN', wanted);
        END IF;
    END LOOP;
END
$$;

REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO premium_app, premium_worker;

CREATE TABLE portfolio_snapshots (
    user_id UUID NOT NULL,
    job_id UUID NOT NULL,
    "timestamp" TIMESTAMPTZ NOT NULL,
    total_value NUMERIC NOT NULL CHECK (total_value >= 0),
    is_stale BOOLEAN NOT NULL DEFAULT false,
    chain_breakdown JSONB NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(chain_breakdown) = 'object'),
    asset_breakdown JSONB NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(asset_breakdown) = 'object'),
    category_breakdown JSONB NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(category_breakdown) = 'object'),
    created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
    CONSTRAINT portfolio_snapshots_once UNIQUE (job_id, "timestamp")
) PARTITION BY RANGE ("timestamp");
COMMENT ON COLUMN portfolio_snapshots."timestamp" IS 'when the refresh was asked for, so that a job run twice has one';
COMMENT ON COLUMN portfolio_snapshots.is_stale IS 'a chain did not answer: its part is the previous snapshot''s';
CREATE INDEX portfolio_snapshots_user ON portfolio_snapshots (user_id, "timestamp" DESC);

-- A row of a day without a partition is never refused; it moves when its day's partition is made.
CREATE TABLE portfolio_snapshots_default PARTITION OF portfolio_snapshots DEFAULT;

CREATE TABLE portfolio_snapshots_daily_rollup (
    user_id UUID NOT NULL,
    bucket TIMESTAMPTZ NOT NULL,
    first_value NUMERIC NOT NULL,
    last_value NUMERIC NOT NULL,
    lowest_value NUMERIC NOT NULL,
    highest_value NUMERIC NOT NULL,
    average_value NUMERIC NOT NULL,
    snapshots BIGINT NOT NULL,
    PRIMARY KEY (user_id, bucket)
);
CREATE TABLE portfolio_snapshots_weekly_rollup (LIKE portfolio_snapshots_daily_rollup INCLUDING ALL);

-- One row: up to where roll-ups are final, and before when snapshots have been dropped.
CREATE TABLE portfolio_snapshots_progress (
    only_row BOOLEAN PRIMARY KEY DEFAULT true CHECK (only_row),
    rolled_up_to TIMESTAMPTZ NOT NULL,
    dropped_before TIMESTAMPTZ NOT NULL
);
INSERT INTO portfolio_snapshots_progress (rolled_up_to, dropped_before) VALUES ('-infinity', '-infinity');

-- 'day' or 'week' (from Monday), UTC, of every snapshot from `since` on.
CREATE FUNCTION portfolio_snapshots_rolled_up(unit TEXT, since TIMESTAMPTZ)
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

-- A query sees closed buckets from the roll-up and the open ones as they are now, as a real-time aggregate does.
CREATE VIEW portfolio_snapshots_daily AS
    SELECT r.* FROM portfolio_snapshots_daily_rollup r, portfolio_snapshots_progress p
    WHERE r.bucket < date_trunc('day', p.rolled_up_to, 'UTC')
    UNION ALL
    SELECT s.user_id, date_trunc('day', s."timestamp", 'UTC'),
           (array_agg(s.total_value ORDER BY s."timestamp", s.job_id))[1],
           (array_agg(s.total_value ORDER BY s."timestamp" DESC, s.job_id DESC))[1],
           min(s.total_value), max(s.total_value), avg(s.total_value), count(*)
    FROM portfolio_snapshots s
    WHERE s."timestamp" >= (SELECT date_trunc('day', p.rolled_up_to, 'UTC') FROM portfolio_snapshots_progress p)
    GROUP BY 1, 2;
CREATE VIEW portfolio_snapshots_weekly AS
    SELECT r.* FROM portfolio_snapshots_weekly_rollup r, portfolio_snapshots_progress p
    WHERE r.bucket < date_trunc('week', p.rolled_up_to, 'UTC')
    UNION ALL
    SELECT s.user_id, date_trunc('week', s."timestamp", 'UTC'),
           (array_agg(s.total_value ORDER BY s."timestamp", s.job_id))[1],
           (array_agg(s.total_value ORDER BY s."timestamp" DESC, s.job_id DESC))[1],
           min(s.total_value), max(s.total_value), avg(s.total_value), count(*)
    FROM portfolio_snapshots s
    WHERE s."timestamp" >= (SELECT date_trunc('week', p.rolled_up_to, 'UTC') FROM portfolio_snapshots_progress p)
    GROUP BY 1, 2;

CREATE FUNCTION portfolio_snapshots_make_partition(day DATE)
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

-- Recompute every bucket that a snapshot since `since` lies in, but none that has lost a part of its snapshots.
CREATE FUNCTION portfolio_snapshots_refresh(since TIMESTAMPTZ, until TIMESTAMPTZ)
RETURNS VOID
LANGUAGE plpgsql SET search_path = public, pg_temp
AS $$
DECLARE
    unit TEXT;
    dropped TIMESTAMPTZ := (SELECT dropped_before FROM portfolio_snapshots_progress);
    first_bucket TIMESTAMPTZ;
BEGIN
    FOREACH unit IN ARRAY ARRAY['day', 'week'] LOOP
        first_bucket := date_trunc(unit, since, 'UTC');
        IF first_bucket < dropped THEN
            first_bucket := date_trunc(unit, dropped + ('1 ' || unit)::interval - interval '1 microsecond', 'UTC');
        END IF;
        EXECUTE format($upsert$
            INSERT INTO %I AS r SELECT * FROM portfolio_snapshots_rolled_up(%L, %L) n WHERE n.bucket < %L
            ON CONFLICT (user_id, bucket) DO UPDATE SET
                first_value = excluded.first_value, last_value = excluded.last_value,
                lowest_value = excluded.lowest_value, highest_value = excluded.highest_value,
                average_value = excluded.average_value, snapshots = excluded.snapshots
        $upsert$, CASE unit WHEN 'day' THEN 'portfolio_snapshots_daily_rollup' ELSE 'portfolio_snapshots_weekly_rollup' END,
            unit, first_bucket, until);
    END LOOP;
    UPDATE portfolio_snapshots_progress SET rolled_up_to = greatest(rolled_up_to, until);
END
$$;

-- The scheduled job: roll-ups, and only then the end of what is older than 90 days; partitions for the next days.
-- What locks readers out comes last, because it holds its locks until the end. Harmless twice; two at once take turns.
CREATE FUNCTION maintain_timeseries(at TIMESTAMPTZ DEFAULT now())
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

SELECT portfolio_snapshots_make_partition((now() AT TIME ZONE 'UTC')::date + ahead) FROM generate_series(-1, 7) AS ahead;

-- All that the application may read: its user's own.
CREATE VIEW my_portfolio_snapshots WITH (security_barrier) AS
    SELECT * FROM portfolio_snapshots
    WHERE user_id = nullif(current_setting('app.current_user_id', true), '')::uuid;
CREATE VIEW my_portfolio_daily WITH (security_barrier) AS
    SELECT * FROM portfolio_snapshots_daily
    WHERE user_id = nullif(current_setting('app.current_user_id', true), '')::uuid;
CREATE VIEW my_portfolio_weekly WITH (security_barrier) AS
    SELECT * FROM portfolio_snapshots_weekly
    WHERE user_id = nullif(current_setting('app.current_user_id', true), '')::uuid;

REVOKE ALL ON FUNCTION portfolio_snapshots_rolled_up(TEXT, TIMESTAMPTZ) FROM PUBLIC;
REVOKE ALL ON FUNCTION portfolio_snapshots_make_partition(DATE) FROM PUBLIC;
REVOKE ALL ON FUNCTION portfolio_snapshots_refresh(TIMESTAMPTZ, TIMESTAMPTZ) FROM PUBLIC;
REVOKE ALL ON FUNCTION maintain_timeseries(TIMESTAMPTZ) FROM PUBLIC;
GRANT SELECT ON my_portfolio_snapshots, my_portfolio_daily, my_portfolio_weekly TO premium_app;
GRANT SELECT, INSERT ON portfolio_snapshots TO premium_worker;
GRANT SELECT ON portfolio_snapshots_daily, portfolio_snapshots_weekly TO premium_worker;
GRANT EXECUTE ON FUNCTION maintain_timeseries(TIMESTAMPTZ) TO premium_worker;
