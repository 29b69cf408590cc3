-- Totals below zero that were written meanwhile stay; no new one is taken.
ALTER TABLE portfolio_snapshots ADD CONSTRAINT portfolio_snapshots_total_value_check CHECK (total_value >= 0) NOT VALID;
