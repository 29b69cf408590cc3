DROP VIEW my_portfolio_snapshots;
ALTER TABLE portfolio_snapshots DROP COLUMN is_good;
CREATE VIEW my_portfolio_snapshots WITH (security_barrier) AS
    SELECT * FROM portfolio_snapshots
    WHERE user_id = (SELECT nullif(current_setting('app.current_user_id', true), '')::uuid);
GRANT SELECT ON my_portfolio_snapshots TO premium_app;
