-- What blocks asked for gas, one row a block: raw for 90 days, by the hour for good. Nobody's own.
-- The twin of 0013_gas_history.native.sql: the same names, columns and rights, so the same queries.

CREATE TABLE gas_history (
    chain TEXT NOT NULL CHECK (length(chain) BETWEEN 2 AND 32),
    number BIGINT NOT NULL CHECK (number >= 0),
    "timestamp" TIMESTAMPTZ NOT NULL,
    hash BYTEA NOT NULL CHECK (length(hash) = 32),
    parent BYTEA NOT NULL CHECK (length(parent) = 32),
    base_fee NUMERIC NOT NULL CHECK (base_fee >= 0),
    gas_used BIGINT NOT NULL CHECK (gas_used >= 0),
    gas_limit BIGINT NOT NULL CHECK (gas_limit >= gas_used),
    tips NUMERIC[] NOT NULL DEFAULT '{}',
    lowest_taken NUMERIC CHECK (lowest_taken >= 0),
    transactions INTEGER NOT NULL CHECK (transactions >= 0),
    blob_gas_used BIGINT CHECK (blob_gas_used >= 0),
    excess_blob_gas BIGINT CHECK (excess_blob_gas >= 0),
    l1_base_fee NUMERIC CHECK (l1_base_fee >= 0),
    basis TEXT NOT NULL CHECK (basis IN ('receipts', 'fee_history', 'none')),
    CONSTRAINT gas_history_once UNIQUE (chain, number, "timestamp")
);
COMMENT ON COLUMN gas_history.tips IS 'wei: the nine deciles of what was paid over the base fee, weighted by gas; empty: nobody paid';
COMMENT ON COLUMN gas_history.lowest_taken IS 'wei: the lowest of them; NULL: nobody paid';
COMMENT ON COLUMN gas_history.transactions IS 'all of the block, the chain''s own too';
COMMENT ON COLUMN gas_history.basis IS 'receipts: transactions of the chain, of the producer, and bundles that pay him are left out; fee_history: the node''s word';

SELECT create_hypertable('gas_history', by_range('timestamp', INTERVAL '1 day'), create_default_indexes => false);
ALTER TABLE gas_history SET (
    timescaledb.compress, timescaledb.compress_segmentby = 'chain', timescaledb.compress_orderby = 'number DESC'
);
SELECT add_compression_policy('gas_history', INTERVAL '7 days');
SELECT add_retention_policy('gas_history', INTERVAL '90 days');

CREATE TABLE gas_hours (
    chain TEXT NOT NULL,
    hour TIMESTAMPTZ NOT NULL,
    blocks INTEGER NOT NULL,
    base_fee_lowest NUMERIC NOT NULL,
    base_fee_average NUMERIC NOT NULL,
    base_fee_highest NUMERIC NOT NULL,
    gas_used NUMERIC NOT NULL,
    gas_limit NUMERIC NOT NULL,
    tip_average NUMERIC,
    PRIMARY KEY (chain, hour)
);
COMMENT ON COLUMN gas_hours.tip_average IS 'wei: the mean of the blocks'' median tips';

-- Hours that ended before `at`, the last six of them again: gaps are filled late, and reorganised blocks replaced.
CREATE FUNCTION gas_roll_up(at TIMESTAMPTZ) RETURNS BIGINT
LANGUAGE plpgsql SET search_path = public, pg_temp
AS $$
DECLARE
    since TIMESTAMPTZ := coalesce((SELECT max(hour) FROM gas_hours) - interval '6 hours', '-infinity');
    written BIGINT;
BEGIN
    INSERT INTO gas_hours AS h
    SELECT chain, date_trunc('hour', "timestamp", 'UTC'), count(*), min(base_fee), avg(base_fee), max(base_fee),
           sum(gas_used), sum(gas_limit), avg(tips[5])
    FROM gas_history
    WHERE "timestamp" >= since AND "timestamp" < date_trunc('hour', at, 'UTC')
    GROUP BY 1, 2
    ON CONFLICT (chain, hour) DO UPDATE SET
        blocks = excluded.blocks, base_fee_lowest = excluded.base_fee_lowest,
        base_fee_average = excluded.base_fee_average, base_fee_highest = excluded.base_fee_highest,
        gas_used = excluded.gas_used, gas_limit = excluded.gas_limit, tip_average = excluded.tip_average
    WHERE h.blocks <= excluded.blocks;
    GET DIAGNOSTICS written = ROW_COUNT;
    RETURN written;
END
$$;

-- Roll-ups; TimescaleDB itself ends what is older than 90 days. Harmless twice.
CREATE FUNCTION gas_upkeep(at TIMESTAMPTZ) RETURNS BIGINT
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('gas_upkeep'));
    RETURN gas_roll_up(at);
END
$$;

REVOKE ALL ON FUNCTION gas_roll_up(TIMESTAMPTZ), gas_upkeep(TIMESTAMPTZ) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION gas_upkeep(TIMESTAMPTZ) TO premium_worker;
-- DELETE: a reorganised block is replaced.
GRANT SELECT, INSERT, DELETE ON gas_history TO premium_worker;
GRANT SELECT ON gas_hours TO premium_worker;
