DROP TABLE portfolio_first_held;
REVOKE UPDATE (realised) ON portfolio_flows FROM premium_app;
ALTER TABLE portfolio_flows DROP COLUMN realised;
