INSERT INTO portfolio_quote_rows SELECT * FROM portfolio_quotes ON CONFLICT DO NOTHING;
DROP VIEW portfolio_quotes;
DROP FUNCTION portfolio_quotes_take(), portfolio_quotes_turn(TIMESTAMPTZ);
DROP TABLE portfolio_quote_pages, portfolio_quote_sources;
ALTER TABLE portfolio_quote_rows RENAME TO portfolio_quotes;
COMMENT ON TABLE portfolio_quotes IS 'the first quote of an asset in an hour (UTC); a snapshot of that hour which rests on another one carries it itself';
