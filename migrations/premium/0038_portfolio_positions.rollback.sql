DROP TABLE portfolio_positions;
