CREATE OR REPLACE VIEW my_portfolio_snapshots WITH (security_barrier) AS
    SELECT * FROM portfolio_snapshots
    WHERE user_id = nullif(current_setting('app.current_user_id', true), '')::uuid;
CREATE OR REPLACE VIEW my_portfolio_daily WITH (security_barrier) AS
    SELECT * FROM portfolio_snapshots_daily
    WHERE user_id = nullif(current_setting('app.current_user_id', true), '')::uuid;
CREATE OR REPLACE VIEW my_portfolio_weekly WITH (security_barrier) AS
    SELECT * FROM portfolio_snapshots_weekly
    WHERE user_id = nullif(current_setting('app.current_user_id', true), '')::uuid;
