-- What snapshots share, so that it stands once for all users: names of assets, an hour's quotes, an hour's readings.

CREATE TABLE portfolio_asset_names (
    id INTEGER GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    key TEXT NOT NULL CHECK (length(key) BETWEEN 1 AND 200),
    symbol TEXT NOT NULL,
    decimals SMALLINT CHECK (decimals BETWEEN 0 AND 255),
    category TEXT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
    CONSTRAINT portfolio_asset_names_once UNIQUE NULLS NOT DISTINCT (key, symbol, decimals, category)
);
COMMENT ON TABLE portfolio_asset_names IS 'an asset as a contract described it; one that is described anew has a new id';

CREATE TABLE portfolio_quotes (
    hour TIMESTAMPTZ NOT NULL,
    asset INTEGER NOT NULL,
    usd NUMERIC CHECK (usd >= 0 AND usd < 'Infinity'),
    confidence NUMERIC CHECK (confidence BETWEEN 0 AND 1),
    at TIMESTAMPTZ,
    source TEXT CHECK (length(source) BETWEEN 1 AND 100),
    quality TEXT NOT NULL CHECK (length(quality) BETWEEN 1 AND 40),
    more JSONB,
    PRIMARY KEY (hour, asset)
);
COMMENT ON TABLE portfolio_quotes IS 'the first quote of an asset in an hour (UTC); a snapshot of that hour which rests on another one carries it itself';
COMMENT ON COLUMN portfolio_quotes.more IS 'what a later release knows of a quote';

CREATE TABLE portfolio_readings (
    hour TIMESTAMPTZ NOT NULL,
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    chain TEXT NOT NULL CHECK (length(chain) BETWEEN 1 AND 64),
    digest BYTEA NOT NULL CHECK (length(digest) = 16),
    state JSONB NOT NULL CHECK (jsonb_typeof(state) = 'object'),
    PRIMARY KEY (hour, id),
    CONSTRAINT portfolio_readings_once UNIQUE (hour, chain, digest)
);
COMMENT ON TABLE portfolio_readings IS 'how and when a chain was read in an hour (UTC), or why it was not';

-- Nothing of these is a user's. What is written stays as it is: snapshots rest on it.
GRANT SELECT ON portfolio_asset_names, portfolio_quotes, portfolio_readings TO premium_app;
GRANT SELECT, INSERT ON portfolio_asset_names, portfolio_quotes, portfolio_readings TO premium_worker;
