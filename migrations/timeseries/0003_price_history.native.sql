-- What an asset cost in dollars, when, and who said so: kept for good, because a tax year may be reported late.
-- The twin of 0003_price_history.timescale.sql: the same names, columns and rights, so the same queries.

CREATE TABLE price_history (
    asset TEXT NOT NULL CHECK (length(asset) BETWEEN 1 AND 200),
    "timestamp" TIMESTAMPTZ NOT NULL,
    price_usd NUMERIC NOT NULL CHECK (price_usd > 0 AND price_usd < 'Infinity'),
    source TEXT NOT NULL CHECK (length(source) BETWEEN 1 AND 40),
    created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
    CONSTRAINT price_history_once UNIQUE (asset, "timestamp", source)
) PARTITION BY RANGE ("timestamp");
COMMENT ON COLUMN price_history.asset IS 'chain:address (the native coin''s address is zero), a symbol that the platform vouches for, or a currency''s code';
COMMENT ON COLUMN price_history."timestamp" IS 'when the source knew it';

-- A row of a year without a partition is never refused.
CREATE TABLE price_history_default PARTITION OF price_history DEFAULT;
DO $$
BEGIN
    FOR year IN 2009..2050 LOOP
        EXECUTE format('CREATE TABLE %I PARTITION OF price_history FOR VALUES FROM (%L) TO (%L)',
                       'price_history_' || year, make_timestamptz(year, 1, 1, 0, 0, 0, 'UTC'),
                       make_timestamptz(year + 1, 1, 1, 0, 0, 0, 'UTC'));
    END LOOP;
END
$$;

-- What was stored stays as it was, so that a report made again says the same.
GRANT SELECT, INSERT ON price_history TO premium_worker;
