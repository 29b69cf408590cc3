-- A day's close for good: what it was worth by wallet, chain, asset, category and position, and the figures to that day.

CREATE TABLE performance_metrics (
    user_id UUID NOT NULL,
    day DATE NOT NULL,
    at TIMESTAMPTZ NOT NULL,
    total_value NUMERIC NOT NULL,
    is_good BOOLEAN NOT NULL,
    splits JSONB NOT NULL CHECK (jsonb_typeof(splits) = 'object'),
    figures JSONB NOT NULL CHECK (jsonb_typeof(figures) = 'object'),
    created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
    PRIMARY KEY (user_id, day)
);
COMMENT ON COLUMN performance_metrics.at IS 'of the day''s last statement';
COMMENT ON COLUMN performance_metrics.splits IS 'US dollars by part: {chain: {name: "1.5"}, …}';
COMMENT ON COLUMN performance_metrics.figures IS 'of daily returns up to that day, by window';
CREATE VIEW my_performance_metrics WITH (security_barrier) AS
    SELECT * FROM performance_metrics
    WHERE user_id = (SELECT nullif(current_setting('app.current_user_id', true), '')::uuid);

CREATE FUNCTION erase_metrics(wanted UUID, most INTEGER) RETURNS BIGINT
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
DECLARE
    gone BIGINT;
BEGIN
    DELETE FROM performance_metrics t USING (SELECT user_id, day FROM performance_metrics WHERE user_id = wanted LIMIT most) d
        WHERE t.user_id = d.user_id AND t.day = d.day;
    GET DIAGNOSTICS gone = ROW_COUNT;
    RETURN gone;
END
$$;
REVOKE ALL ON FUNCTION erase_metrics(UUID, INTEGER) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION erase_metrics(UUID, INTEGER) TO premium_worker;
GRANT SELECT, INSERT, UPDATE ON performance_metrics TO premium_worker;
GRANT SELECT ON my_performance_metrics TO premium_app;
-- Prices are nobody's own: a benchmark is compared where it is asked for.
GRANT SELECT ON price_history TO premium_app;
