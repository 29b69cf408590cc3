-- What a portfolio was worth, when: one row a refresh, in a hypertable; roll-ups by day and week outlive its chunks.
-- The twin of 0001_portfolio_snapshots.native.sql: the same names, columns and rights, so the same queries.

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

CREATE EXTENSION IF NOT EXISTS timescaledb;

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
);
COMMENT ON COLUMN portfolio_snapshots."timestamp" IS 'when the refresh was asked for, so that a job run twice has one';
COMMENT ON COLUMN portfolio_snapshots.is_stale IS 'a chain did not answer: its part is the previous snapshot''s';
SELECT create_hypertable('portfolio_snapshots', by_range('timestamp', INTERVAL '1 day'), create_default_indexes => false);
CREATE INDEX portfolio_snapshots_user ON portfolio_snapshots (user_id, "timestamp" DESC);

-- A compressed JSONB column is an array of documents that differ in digits: LZ4's window of 64 KiB spans several,
-- pglz's of 4 KiB often not one. The policy's session takes it from the database.
DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_settings WHERE name = 'default_toast_compression' AND 'lz4' = ANY (enumvals)) THEN
        EXECUTE format('ALTER DATABASE %I SET default_toast_compression = lz4', current_database());
    END IF;
END
$$;

-- job_id orders too: its least and greatest of each batch spare most batches when an insert looks for a duplicate.
ALTER TABLE portfolio_snapshots SET (
    timescaledb.compress,
    timescaledb.compress_segmentby = 'user_id',
    timescaledb.compress_orderby = '"timestamp" DESC, job_id'
);
SELECT add_compression_policy('portfolio_snapshots', compress_after => INTERVAL '7 days');
SELECT add_retention_policy('portfolio_snapshots', drop_after => INTERVAL '90 days');

-- Real-time: a query sees closed buckets materialised and the open ones as they are now.
CREATE MATERIALIZED VIEW portfolio_snapshots_daily
    WITH (timescaledb.continuous, timescaledb.materialized_only = false) AS
    SELECT user_id, time_bucket(INTERVAL '1 day', "timestamp") AS bucket,
           first(total_value, "timestamp") AS first_value, last(total_value, "timestamp") AS last_value,
           min(total_value) AS lowest_value, max(total_value) AS highest_value, avg(total_value) AS average_value,
           count(*) AS snapshots
    FROM portfolio_snapshots
    GROUP BY 1, 2
    WITH NO DATA;
CREATE MATERIALIZED VIEW portfolio_snapshots_weekly
    WITH (timescaledb.continuous, timescaledb.materialized_only = false) AS
    SELECT user_id, time_bucket(INTERVAL '7 days', "timestamp") AS bucket,
           first(total_value, "timestamp") AS first_value, last(total_value, "timestamp") AS last_value,
           min(total_value) AS lowest_value, max(total_value) AS highest_value, avg(total_value) AS average_value,
           count(*) AS snapshots
    FROM portfolio_snapshots
    GROUP BY 1, 2
    WITH NO DATA;
-- A refresh over dropped chunks would empty their buckets. It takes whole buckets inside its window, and retention
-- whole chunks past 90 days, so that a window of less never meets them. What is older than the window and never
-- was refreshed stays out of the roll-ups: hence no narrower than it must be. An untouched bucket costs nothing.
SELECT add_continuous_aggregate_policy('portfolio_snapshots_daily',
    start_offset => INTERVAL '85 days', end_offset => INTERVAL '1 hour', schedule_interval => INTERVAL '1 hour');
SELECT add_continuous_aggregate_policy('portfolio_snapshots_weekly',
    start_offset => INTERVAL '84 days', end_offset => INTERVAL '1 hour', schedule_interval => INTERVAL '6 hours');

-- TimescaleDB's own policies do the work, so the scheduled job only looks after them: one that failed last time makes
-- it fail, because nobody reads the server's log. `rolled_up_to` is where the daily roll-up's own rows end.
CREATE FUNCTION maintain_timeseries(at TIMESTAMPTZ DEFAULT now())
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

-- All that the application may read: its user's own. Row-level security is refused beside compression.
CREATE VIEW my_portfolio_snapshots WITH (security_barrier) AS
    SELECT * FROM portfolio_snapshots
    WHERE user_id = nullif(current_setting('app.current_user_id', true), '')::uuid;
CREATE VIEW my_portfolio_daily WITH (security_barrier) AS
    SELECT * FROM portfolio_snapshots_daily
    WHERE user_id = nullif(current_setting('app.current_user_id', true), '')::uuid;
CREATE VIEW my_portfolio_weekly WITH (security_barrier) AS
    SELECT * FROM portfolio_snapshots_weekly
    WHERE user_id = nullif(current_setting('app.current_user_id', true), '')::uuid;

REVOKE ALL ON FUNCTION maintain_timeseries(TIMESTAMPTZ) FROM PUBLIC;
GRANT SELECT ON my_portfolio_snapshots, my_portfolio_daily, my_portfolio_weekly TO premium_app;
GRANT SELECT, INSERT ON portfolio_snapshots TO premium_worker;
GRANT SELECT ON portfolio_snapshots_daily, portfolio_snapshots_weekly TO premium_worker;
GRANT EXECUTE ON FUNCTION maintain_timeseries(TIMESTAMPTZ) TO premium_worker;
