DROP VIEW my_portfolio_weekly, my_portfolio_daily, my_portfolio_snapshots;
DROP FUNCTION maintain_timeseries(TIMESTAMPTZ);
DROP FUNCTION portfolio_snapshots_refresh(TIMESTAMPTZ, TIMESTAMPTZ);
DROP FUNCTION portfolio_snapshots_make_partition(DATE);
DROP VIEW portfolio_snapshots_weekly, portfolio_snapshots_daily;
DROP FUNCTION portfolio_snapshots_rolled_up(TEXT, TIMESTAMPTZ);
DROP TABLE portfolio_snapshots_progress, portfolio_snapshots_weekly_rollup, portfolio_snapshots_daily_rollup;
DROP TABLE portfolio_snapshots;
