-- Base fees by ten minutes, for a hundred days: what forecasts of hours, and advice to wait for hours, are made of.
CREATE TABLE gas_tens (
    chain TEXT NOT NULL CHECK (length(chain) BETWEEN 2 AND 32),
    at TIMESTAMPTZ NOT NULL,
    blocks INTEGER NOT NULL CHECK (blocks > 0),
    base_fee_first NUMERIC NOT NULL CHECK (base_fee_first >= 0),
    base_fee_average NUMERIC NOT NULL CHECK (base_fee_average >= 0),
    PRIMARY KEY (chain, at)
);
COMMENT ON COLUMN gas_tens.at IS 'when the ten minutes begin';
COMMENT ON COLUMN gas_tens.base_fee_first IS 'wei: of their first block';
GRANT SELECT, INSERT, DELETE, UPDATE (blocks, base_fee_first, base_fee_average) ON gas_tens TO premium_worker;
