DROP TABLE portfolio_run_parts, portfolio_run_quotes, portfolio_run_chunks, portfolio_runs;
