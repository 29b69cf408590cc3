-- NFTs of any contract are found by logs, which are searched again for them.
ALTER TABLE portfolio_searches ADD COLUMN collectibles TEXT[] NOT NULL DEFAULT '{}';
COMMENT ON COLUMN portfolio_searches.collectibles IS 'standard:address#number, of what logs say came to the wallet';
UPDATE portfolio_searches SET low = high + 1 WHERE low <= high;
