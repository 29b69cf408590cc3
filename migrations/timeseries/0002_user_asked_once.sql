-- The user as a subquery: it is asked once, before the scan, and then an index or a compressed chunk's segment finds
-- the rows. TimescaleDB compares a compressed chunk with a stable function only after it has unpacked every user's rows.

CREATE OR REPLACE VIEW my_portfolio_snapshots WITH (security_barrier) AS
    SELECT * FROM portfolio_snapshots
    WHERE user_id = (SELECT nullif(current_setting('app.current_user_id', true), '')::uuid);
CREATE OR REPLACE VIEW my_portfolio_daily WITH (security_barrier) AS
    SELECT * FROM portfolio_snapshots_daily
    WHERE user_id = (SELECT nullif(current_setting('app.current_user_id', true), '')::uuid);
CREATE OR REPLACE VIEW my_portfolio_weekly WITH (security_barrier) AS
    SELECT * FROM portfolio_snapshots_weekly
    WHERE user_id = (SELECT nullif(current_setting('app.current_user_id', true), '')::uuid);
