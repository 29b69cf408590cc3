-- What currencies cost in others, by day, as central banks and tax authorities have published it: kept for good, since
-- a tax year may be reported late. Not of any user, so without row-level security; the worker role's alone.

CREATE TABLE exchange_rates (
    source TEXT NOT NULL CHECK (source ~ '^[a-z][a-z0-9_-]{0,31}$'),
    base TEXT NOT NULL CHECK (base ~ '^[A-Z]{3}$'),
    currency TEXT NOT NULL CHECK (currency ~ '^[A-Z]{3}$' AND currency <> base),
    day DATE NOT NULL CHECK (day >= '1990-01-01'),
    value NUMERIC NOT NULL CHECK (value > 0 AND value < 1e13),
    until DATE CHECK (until >= day),
    created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
    PRIMARY KEY (source, currency, day)
);
COMMENT ON COLUMN exchange_rates.value IS 'units of the currency for one of the base, by the digits that were published';
COMMENT ON COLUMN exchange_rates.until IS 'the last day that the rate is meant for; NULL until the next one, for a week at most';

-- What was stored stays as it was, so that a report made again says the same.
GRANT SELECT, INSERT ON exchange_rates TO premium_worker;
