-- Every row as the release before keeps it: whole, of arrays.
CREATE TEMPORARY TABLE opened ON COMMIT DROP AS
    SELECT s.user_id, s.job_id, s."timestamp", s.wallets, s.assets, s.holders, s.units, s.readings, s.extra
    FROM portfolio_states s JOIN portfolio_rows r USING (user_id, job_id, "timestamp") WHERE r.packed IS NOT NULL;
UPDATE portfolio_rows r SET base = NULL, wallets = o.wallets, assets = o.assets, holders = o.holders, units = o.units,
    readings = o.readings, extra = o.extra, packed = NULL
FROM opened o WHERE (o.user_id, o.job_id, o."timestamp") = (r.user_id, r.job_id, r."timestamp");
DROP VIEW my_portfolio_rows, my_portfolio_states, my_portfolio_snapshots, portfolio_snapshots, portfolio_states;
DROP FUNCTION portfolio_states_take();
DROP FUNCTION portfolio_opened(portfolio_rows, portfolio_rows[]);
DROP FUNCTION portfolio_unpacked(BYTEA);
DROP FUNCTION portfolio_number(BYTEA, INTEGER);
DROP INDEX portfolio_rows_unpacked;
ALTER TABLE portfolio_rows DROP COLUMN packed;
ALTER TABLE portfolio_rows RENAME TO portfolio_states;
COMMENT ON COLUMN portfolio_states.base IS 'the timestamp of the whole row of the same day from which this one differs; NULL: this one is whole';
CREATE INDEX portfolio_states_json ON portfolio_states ("timestamp") WHERE readings IS NULL;
CREATE VIEW portfolio_snapshots AS
    SELECT s.user_id, s.job_id, s."timestamp", s.total_value, s.is_stale,
           CASE WHEN s.readings IS NULL THEN coalesce(s.chain_breakdown, '{}') ELSE (
               SELECT coalesce(jsonb_object_agg(r.chain, r.state || jsonb_build_object('value', (
                   SELECT coalesce(sum(t.value), 0)::text FROM portfolio_told(s, b) t WHERE split_part(t.key, ':', 1) = r.chain
               ))), '{}')
               FROM portfolio_readings r
               WHERE r.hour = date_trunc('hour', s."timestamp", 'UTC') AND r.id = ANY (s.readings)) END AS chain_breakdown,
           CASE WHEN s.readings IS NULL THEN coalesce(s.asset_breakdown, '{}') ELSE (
               SELECT coalesce(jsonb_object_agg(t.key, t.told), '{}') FROM portfolio_told(s, b) t) END AS asset_breakdown,
           CASE WHEN s.readings IS NULL THEN coalesce(s.category_breakdown, '{}') ELSE (
               SELECT coalesce(jsonb_object_agg(c.category, c.value::text), '{}') FROM (
                   SELECT t.category, coalesce(sum(t.value), 0) AS value FROM portfolio_told(s, b) t GROUP BY 1) c
               ) END AS category_breakdown,
           s.created_at, s.is_good
    FROM portfolio_states s
    LEFT JOIN portfolio_states b ON b.user_id = s.user_id AND b."timestamp" = s.base;
CREATE OR REPLACE FUNCTION portfolio_snapshots_take() RETURNS TRIGGER
LANGUAGE plpgsql SET search_path = public, pg_temp
AS $$
BEGIN
    INSERT INTO portfolio_states (user_id, job_id, "timestamp", total_value, is_stale, chain_breakdown,
                                  asset_breakdown, category_breakdown, is_good)
    VALUES (NEW.user_id, NEW.job_id, NEW."timestamp", NEW.total_value, coalesce(NEW.is_stale, false),
            coalesce(NEW.chain_breakdown, '{}'), coalesce(NEW.asset_breakdown, '{}'),
            coalesce(NEW.category_breakdown, '{}'), NEW.is_good)
    ON CONFLICT DO NOTHING;
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER portfolio_snapshots_take INSTEAD OF INSERT ON portfolio_snapshots
    FOR EACH ROW EXECUTE FUNCTION portfolio_snapshots_take();
CREATE VIEW my_portfolio_states WITH (security_barrier) AS
    SELECT * FROM portfolio_states
    WHERE user_id = (SELECT nullif(current_setting('app.current_user_id', true), '')::uuid);
CREATE VIEW my_portfolio_snapshots WITH (security_barrier) AS
    SELECT * FROM portfolio_snapshots
    WHERE user_id = (SELECT nullif(current_setting('app.current_user_id', true), '')::uuid);
GRANT SELECT ON my_portfolio_states, my_portfolio_snapshots TO premium_app;
GRANT SELECT, INSERT ON portfolio_snapshots TO premium_worker;
