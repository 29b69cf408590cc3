DROP INDEX portfolio_flows_blocks;
DROP INDEX portfolio_wallets_address;
DROP TABLE portfolio_touch_cursors;
