DROP TABLE portfolio_openings, portfolio_flows;
