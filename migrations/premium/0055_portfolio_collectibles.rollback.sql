ALTER TABLE portfolio_searches DROP COLUMN collectibles;
