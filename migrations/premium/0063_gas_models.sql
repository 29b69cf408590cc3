-- Trained models of base fees, a row a version, and what back-tests said of each horizon. Nobody's own.
CREATE TABLE gas_models (
    chain TEXT NOT NULL CHECK (length(chain) BETWEEN 2 AND 32),
    horizon TEXT NOT NULL CHECK (horizon IN ('3', '10', '25', '1h', '6h', '24h')),
    version TEXT NOT NULL CHECK (length(version) BETWEEN 1 AND 64),
    trained_at TIMESTAMPTZ NOT NULL,
    metrics JSONB NOT NULL,
    object_key TEXT NOT NULL CHECK (length(object_key) <= 300),
    sha256 TEXT NOT NULL CHECK (sha256 ~ '^[0-9a-f]{64}$'),
    status TEXT NOT NULL CHECK (status IN ('candidate', 'serving', 'retired')),
    changed_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (chain, horizon, version)
);
COMMENT ON COLUMN gas_models.metrics IS 'of days it was not fitted on: losses of the model and of each baseline, shares that bands held';
COMMENT ON COLUMN gas_models.object_key IS 'the coefficients as JSON, in the bucket of exports: they end there after 30 days';
CREATE UNIQUE INDEX gas_models_serving ON gas_models (chain, horizon) WHERE status = 'serving';

CREATE TABLE gas_backtests (
    chain TEXT NOT NULL CHECK (length(chain) BETWEEN 2 AND 32),
    horizon TEXT NOT NULL CHECK (horizon IN ('1', '3', '10', '25', '1h', '6h', '24h')),
    made_at TIMESTAMPTZ NOT NULL,
    document JSONB NOT NULL,
    PRIMARY KEY (chain, horizon)
);
COMMENT ON COLUMN gas_backtests.document IS 'forecasts made from their own past alone, their outcomes, and scores; the newest back-test alone is kept';

GRANT SELECT ON gas_backtests TO premium_app;
GRANT SELECT, INSERT, DELETE, UPDATE (status, changed_at) ON gas_models TO premium_worker;
GRANT SELECT, INSERT, UPDATE (made_at, document) ON gas_backtests TO premium_worker;
