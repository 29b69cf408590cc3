ALTER TABLE portfolio_flows DROP COLUMN worth_before;
