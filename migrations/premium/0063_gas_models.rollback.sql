DROP TABLE gas_backtests;
DROP TABLE gas_models;
