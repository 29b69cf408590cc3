DROP TABLE portfolio_overrides;
