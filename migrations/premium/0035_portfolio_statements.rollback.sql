DROP TABLE portfolio_searches, portfolio_statements;
ALTER TABLE portfolio_wallets DROP CONSTRAINT portfolio_wallets_of_user;
-- What the release before cannot hold goes; its next refresh writes the rest again.
DELETE FROM portfolio_assets WHERE balance < 0 OR value_usd < 0;
ALTER TABLE portfolio_assets
    DROP COLUMN why,
    ADD CONSTRAINT portfolio_assets_balance_check CHECK (balance >= 0),
    ADD CONSTRAINT portfolio_assets_value_usd_check CHECK (value_usd >= 0);
