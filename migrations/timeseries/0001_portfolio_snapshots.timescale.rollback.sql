-- The extension stays: dropping it would take other hypertables with it.
DROP VIEW my_portfolio_weekly, my_portfolio_daily, my_portfolio_snapshots;
DROP FUNCTION maintain_timeseries(TIMESTAMPTZ);
DROP MATERIALIZED VIEW portfolio_snapshots_weekly;
DROP MATERIALIZED VIEW portfolio_snapshots_daily;
DROP TABLE portfolio_snapshots;
DO $$
BEGIN
    EXECUTE format('ALTER DATABASE %I RESET default_toast_compression', current_database());
END
$$;
