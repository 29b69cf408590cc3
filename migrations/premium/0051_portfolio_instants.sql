-- What a portfolio was worth just before a flow, by prices of that instant: so that returns are exact there.

ALTER TABLE portfolio_flows ADD COLUMN worth_before NUMERIC;
COMMENT ON COLUMN portfolio_flows.worth_before IS 'US dollars, of the whole portfolio; NULL: the prices of that instant are not known';
