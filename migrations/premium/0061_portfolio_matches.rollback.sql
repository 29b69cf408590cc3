DELETE FROM portfolio_run_chunks WHERE kind = 'match';
ALTER TABLE portfolio_run_chunks DROP CONSTRAINT portfolio_run_chunks_kind_check;
ALTER TABLE portfolio_run_chunks ADD CONSTRAINT portfolio_run_chunks_kind_check CHECK (kind IN ('read', 'value', 'write'));
ALTER TABLE portfolio_searches DROP COLUMN moved_block, DROP COLUMN positions_block;
DROP TABLE portfolio_matches;
