-- What was said of chains' base fees, a row a minute and horizon, for 30 days. Nobody's own.
-- The twin of 0014_gas_predictions.native.sql: the same names, columns and rights, so the same queries.

CREATE TABLE gas_predictions (
    chain TEXT NOT NULL CHECK (length(chain) BETWEEN 2 AND 32),
    "timestamp" TIMESTAMPTZ NOT NULL,
    horizon INTEGER NOT NULL CHECK (horizon > 0),
    block BIGINT NOT NULL,
    current_gas_price NUMERIC NOT NULL,
    predicted_gas_price NUMERIC NOT NULL,
    p80_low NUMERIC NOT NULL,
    p80_high NUMERIC NOT NULL,
    p95_low NUMERIC NOT NULL,
    p95_high NUMERIC NOT NULL,
    optimal_time TIMESTAMPTZ NOT NULL,
    confidence DOUBLE PRECISION CHECK (confidence BETWEEN 0 AND 1),
    model TEXT NOT NULL,
    model_version TEXT NOT NULL,
    CONSTRAINT gas_predictions_once UNIQUE (chain, "timestamp", horizon)
);
COMMENT ON COLUMN gas_predictions.current_gas_price IS 'wei: the next base fee as of then';
COMMENT ON COLUMN gas_predictions.confidence IS 'the share of outcomes before that lay within ten percent of the point; NULL: none yet';
SELECT create_hypertable('gas_predictions', by_range('timestamp', INTERVAL '1 day'), create_default_indexes => false);
SELECT add_retention_policy('gas_predictions', INTERVAL '30 days');

GRANT SELECT, INSERT ON gas_predictions TO premium_worker;
