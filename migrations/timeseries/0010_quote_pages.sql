-- An hour's quotes in pages of 64 assets: a row a quote took eight times as much as what it says.
-- The release before goes on by the old name: a view, which takes its rows.

ALTER TABLE portfolio_quotes RENAME TO portfolio_quote_rows;
COMMENT ON TABLE portfolio_quote_rows IS 'the first quote of an asset in an hour (UTC), as the release before wrote it';

CREATE TABLE portfolio_quote_sources (
    id SMALLINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    source TEXT CHECK (length(source) BETWEEN 1 AND 100),
    quality TEXT NOT NULL CHECK (length(quality) BETWEEN 1 AND 40),
    CONSTRAINT portfolio_quote_sources_once UNIQUE NULLS NOT DISTINCT (source, quality)
);
COMMENT ON TABLE portfolio_quote_sources IS 'who said a price, and how far it could be trusted';

CREATE TABLE portfolio_quote_pages (
    hour TIMESTAMPTZ NOT NULL,
    page INTEGER NOT NULL,
    part SMALLINT NOT NULL,
    assets INTEGER[] NOT NULL,
    sources SMALLINT[] NOT NULL CHECK (cardinality(sources) = cardinality(assets)),
    usd NUMERIC[] NOT NULL CHECK (cardinality(usd) = cardinality(assets)),
    confidence NUMERIC[] NOT NULL CHECK (cardinality(confidence) = cardinality(assets)),
    at TIMESTAMPTZ[] NOT NULL CHECK (cardinality(at) = cardinality(assets)),
    more JSONB,
    PRIMARY KEY (hour, page, part)
) WITH (toast_tuple_target = 128);
-- Compressed in the row: times and confidences are mostly the same ones.
ALTER TABLE portfolio_quote_pages ALTER COLUMN assets SET STORAGE MAIN, ALTER COLUMN sources SET STORAGE MAIN,
    ALTER COLUMN usd SET STORAGE MAIN, ALTER COLUMN confidence SET STORAGE MAIN, ALTER COLUMN at SET STORAGE MAIN;
COMMENT ON TABLE portfolio_quote_pages IS 'the first quote of an asset in an hour (UTC); a snapshot of that hour which rests on another one carries it itself';
COMMENT ON COLUMN portfolio_quote_pages.page IS 'assets of 64 ids: id / 64';
COMMENT ON COLUMN portfolio_quote_pages.part IS 'what was first quoted later in the hour; an asset is in one part';
COMMENT ON COLUMN portfolio_quote_pages.more IS 'what a later release knows of a quote, by asset';

-- Writers of an hour take turns, so that an asset has one quote whichever release writes it.
CREATE FUNCTION portfolio_quotes_turn(hour TIMESTAMPTZ) RETURNS VOID LANGUAGE sql VOLATILE
RETURN pg_advisory_xact_lock(hashtext('portfolio_quotes'), (extract(epoch FROM hour) / 3600)::integer);

CREATE VIEW portfolio_quotes AS
    SELECT hour, asset, usd, confidence, at, source, quality, more FROM portfolio_quote_rows
    UNION ALL
    SELECT p.hour, u.asset, u.usd, u.confidence, u.at, s.source, s.quality, p.more -> u.asset::text
    FROM portfolio_quote_pages p
    CROSS JOIN LATERAL unnest(p.assets, p.sources, p.usd, p.confidence, p.at) AS u (asset, source_id, usd, confidence, at)
    JOIN portfolio_quote_sources s ON s.id = u.source_id;

CREATE FUNCTION portfolio_quotes_take() RETURNS TRIGGER
LANGUAGE plpgsql SET search_path = public, pg_temp
AS $$
BEGIN
    PERFORM portfolio_quotes_turn(NEW.hour);
    IF EXISTS (SELECT FROM portfolio_quotes q WHERE q.hour = NEW.hour AND q.asset = NEW.asset) THEN
        RETURN NULL;
    END IF;
    INSERT INTO portfolio_quote_rows (hour, asset, usd, confidence, at, source, quality, more)
    VALUES (NEW.hour, NEW.asset, NEW.usd, NEW.confidence, NEW.at, NEW.source, NEW.quality, NEW.more);
    RETURN NEW;
END
$$;
CREATE TRIGGER portfolio_quotes_take INSTEAD OF INSERT ON portfolio_quotes
    FOR EACH ROW EXECUTE FUNCTION portfolio_quotes_take();

REVOKE ALL ON FUNCTION portfolio_quotes_turn(TIMESTAMPTZ), portfolio_quotes_take() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION portfolio_quotes_turn(TIMESTAMPTZ) TO premium_worker;
GRANT SELECT ON portfolio_quotes, portfolio_quote_sources, portfolio_quote_pages TO premium_app;
GRANT SELECT, INSERT ON portfolio_quotes, portfolio_quote_sources, portfolio_quote_pages TO premium_worker;
