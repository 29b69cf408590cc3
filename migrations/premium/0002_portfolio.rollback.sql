DROP TABLE portfolio_assets;
DROP TABLE portfolio_wallets;
