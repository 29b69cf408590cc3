REVOKE UPDATE (sealed_key) ON portfolio_wallets FROM premium_worker;
DELETE FROM portfolio_wallets WHERE kind <> 'evm';
ALTER TABLE portfolio_wallets
    DROP CONSTRAINT portfolio_wallets_keys, DROP COLUMN sealed_key, DROP COLUMN gap_limit, DROP COLUMN form,
    DROP COLUMN kind;
COMMENT ON COLUMN portfolio_wallets.address IS 'as its chain writes it; checksummed for EVM chains';
