DROP INDEX portfolio_wallets_names;
REVOKE UPDATE (name_address, name_checked_at) ON portfolio_wallets FROM premium_worker;
ALTER TABLE portfolio_wallets
    DROP CONSTRAINT portfolio_wallets_named, DROP COLUMN name, DROP COLUMN name_address, DROP COLUMN name_checked_at;
