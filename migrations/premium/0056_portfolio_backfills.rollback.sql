REVOKE UPDATE (units) ON portfolio_first_held FROM premium_worker;
DROP TABLE portfolio_rebuilt_days;
DROP TABLE portfolio_backfill_parts;
DROP TABLE portfolio_backfills;
