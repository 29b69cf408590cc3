DROP TABLE portfolio_readings, portfolio_quotes, portfolio_asset_names;
