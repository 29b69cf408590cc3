-- Whether a total stands for all that it counted before: NULL of rows whose release did not say.
ALTER TABLE portfolio_snapshots ADD COLUMN is_good BOOLEAN;
COMMENT ON COLUMN portfolio_snapshots.is_good IS 'false: a price is missing for a while; NULL: written before flows were booked';
CREATE OR REPLACE VIEW my_portfolio_snapshots WITH (security_barrier) AS
    SELECT * FROM portfolio_snapshots
    WHERE user_id = (SELECT nullif(current_setting('app.current_user_id', true), '')::uuid);
