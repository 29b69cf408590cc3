-- Positions in NFTs that no contract enumerates are found by their logs, which are searched again for them.
ALTER TABLE portfolio_searches ADD COLUMN nfts TEXT[] NOT NULL DEFAULT '{}';
COMMENT ON COLUMN portfolio_searches.nfts IS 'address#number, of contracts alone that a protocol is known to keep positions in';
UPDATE portfolio_searches SET low = high + 1 WHERE low <= high;
