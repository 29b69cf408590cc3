-- A snapshot as a lean row: the total, and the assets and units that changed since the day's first row; what users
-- share stands in 0007's tables. The twin of 0008_lean_snapshots.native.sql: the same names, columns that are written, and
-- rights, so the same queries. Rows of JSON stay as they are until the job portfolio.timeseries has made them lean.

DROP VIEW my_portfolio_snapshots;
ALTER TABLE portfolio_snapshots RENAME TO portfolio_states;
-- TimescaleDB adds no unique key to compressed chunks, so that (job_id, timestamp) stays; a job has one user. The columns
-- of JSON stay NOT NULL with an empty default, which costs a compressed row nothing.

-- The row itself as it was written by a release that kept JSON, or else what changed since the day's first one.
ALTER TABLE portfolio_states ADD COLUMN base TIMESTAMPTZ;
ALTER TABLE portfolio_states ADD COLUMN wallets TEXT[];
ALTER TABLE portfolio_states ADD COLUMN assets INTEGER[];
ALTER TABLE portfolio_states ADD COLUMN holders SMALLINT[];
ALTER TABLE portfolio_states ADD COLUMN units NUMERIC[];
ALTER TABLE portfolio_states ADD COLUMN readings BIGINT[];
ALTER TABLE portfolio_states ADD COLUMN extra JSONB;
ALTER TABLE portfolio_states ADD COLUMN debts_value NUMERIC;
COMMENT ON COLUMN portfolio_states.base IS 'the timestamp of the whole row of the same day from which this one differs; NULL: this one is whole';
COMMENT ON COLUMN portfolio_states.wallets IS 'addresses; of a whole row';
COMMENT ON COLUMN portfolio_states.assets IS 'ids of portfolio_asset_names, one a holding of a wallet; those alone that differ from the base';
COMMENT ON COLUMN portfolio_states.holders IS 'places in the wallets of the whole row, from 0; NULL: the first one each time';
COMMENT ON COLUMN portfolio_states.units IS 'base units; NULL: held no more';
COMMENT ON COLUMN portfolio_states.readings IS 'ids of portfolio_readings, one a chain; NULL: a row of JSON';
COMMENT ON COLUMN portfolio_states.extra IS 'what does not follow from the rest: quotes, times of reading, what counts';
CREATE INDEX portfolio_states_json ON portfolio_states ("timestamp") WHERE readings IS NULL;
COMMENT ON COLUMN portfolio_states.debts_value IS 'US dollars owed, above zero; NULL: not told';

-- Half to even at 8 places, as the product rounds dollars; PostgreSQL rounds half away from zero.
CREATE FUNCTION portfolio_dollars(exact NUMERIC) RETURNS NUMERIC LANGUAGE sql IMMUTABLE
RETURN CASE WHEN abs((exact * 1E8) % 1) = 0.5 THEN 2 * round(exact * 1E8 * 0.5) * 1E-8 ELSE round(exact, 8) END;

-- The holdings of a row, given the whole row that it differs from (NULL where it is whole itself).
CREATE FUNCTION portfolio_told(s portfolio_states, b portfolio_states)
RETURNS TABLE (key TEXT, category TEXT, told JSONB, value NUMERIC)
LANGUAGE sql STABLE SET search_path = public, pg_temp
AS $$
    WITH cells AS (
        SELECT DISTINCT ON (asset, holder) asset, holder, units FROM (
            SELECT u.asset, coalesce(u.holder, 0::smallint) AS holder, u.units, 1 AS place
            FROM unnest(s.assets, s.holders, s.units) AS u (asset, holder, units)
            UNION ALL
            SELECT u.asset, coalesce(u.holder, 0::smallint), u.units, 2
            FROM unnest(b.assets, b.holders, b.units) AS u (asset, holder, units)
        ) AS either WHERE asset IS NOT NULL ORDER BY asset, holder, place
    ), held AS (
        SELECT asset, jsonb_object_agg((coalesce(s.wallets, b.wallets))[holder + 1], units) AS units,
               array_agg(units) AS each
        FROM cells WHERE units IS NOT NULL GROUP BY asset
    ), quoted AS (
        SELECT n.*, h.units, h.each, r.state, coalesce(
            s.extra #> ARRAY['quotes', h.asset::text],
            jsonb_build_object('quality', coalesce(q.quality, 'unknown'), 'price', CASE WHEN q.usd IS NOT NULL THEN jsonb_build_object(
                'key', n.key, 'usd', q.usd::text, 'confidence', q.confidence::text, 'at', to_jsonb(q.at AT TIME ZONE 'UTC')#>>'{}' || 'Z',
                'source', q.source) || coalesce(q.more -> 'price', '{}') END) || coalesce(q.more -> 'quote', '{}')
        ) AS quote,
        s.extra #> ARRAY['read', h.asset::text] AS read,
        coalesce(s.extra #> ARRAY['judged', h.asset::text], b.extra #> ARRAY['judged', h.asset::text], 'false') AS judged
        FROM held h JOIN portfolio_asset_names n ON n.id = h.asset
        LEFT JOIN portfolio_quotes q ON q.hour = date_trunc('hour', s."timestamp", 'UTC') AND q.asset = h.asset
        LEFT JOIN portfolio_readings r ON r.hour = date_trunc('hour', s."timestamp", 'UTC')
            AND r.id = ANY (s.readings) AND r.chain = split_part(n.key, ':', 1)
    ), valued AS (
        SELECT quoted.*, (
            SELECT sum(portfolio_dollars(n * (quote #>> '{price,usd}')::numeric * ('1E-' || decimals)::numeric))
            FROM unnest(each) AS n WHERE decimals IS NOT NULL
        ) AS worth FROM quoted
    ), decided AS (
        SELECT valued.*, CASE
            WHEN judged <> 'false' THEN judged
            WHEN decimals IS NULL THEN '{"counts": null, "rest": "0", "why": "no_scale"}'::jsonb
            WHEN worth IS NULL THEN '{"counts": null, "rest": "0", "why": "no_price"}'::jsonb
            WHEN quote ->> 'quality' = 'good' THEN jsonb_build_object('counts', worth::text, 'rest', '0', 'why', null)
            ELSE jsonb_build_object('counts', null, 'rest', worth::text, 'why', quote ->> 'quality')
        END AS verdict FROM valued
    ), counted AS (
        SELECT decided.*, CASE
            WHEN verdict <> 'null' THEN (verdict ->> 'counts')::numeric
            WHEN quote ->> 'quality' = 'good' THEN portfolio_dollars((SELECT sum(n) FROM unnest(each) AS n)
                * (quote #>> '{price,usd}')::numeric * ('1E-' || decimals)::numeric)
        END AS counts FROM decided
    )
    SELECT key, category, jsonb_build_object(
        'symbol', symbol, 'decimals', decimals, 'category', category, 'units', units, 'quote', quote,
        'as_of', coalesce(read -> 0, state -> 'as_of'),
        'stale', coalesce(read -> 1, to_jsonb(state ->> 'status' <> 'fresh' OR state -> 'unreadable' ? key)),
        'judged', verdict, 'value', counts::text
    ), counts FROM counted
$$;

-- The old columns: JSON as it was kept, or made of what the row says.
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

-- The release before this one writes rows of JSON by the old name.
CREATE FUNCTION portfolio_snapshots_take() RETURNS TRIGGER
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

-- A day's last total that stands for all that it counted, for good: hours end after 90 days.
CREATE TABLE portfolio_closes (
    user_id UUID NOT NULL,
    day DATE NOT NULL,
    "timestamp" TIMESTAMPTZ NOT NULL,
    total_value NUMERIC NOT NULL,
    debts_value NUMERIC,
    is_good BOOLEAN,
    PRIMARY KEY (user_id, day)
);
COMMENT ON COLUMN portfolio_closes.is_good IS 'false: each total of the day missed a price; NULL: written before flows were booked';
CREATE VIEW my_portfolio_closes WITH (security_barrier) AS
    SELECT * FROM portfolio_closes
    WHERE user_id = (SELECT nullif(current_setting('app.current_user_id', true), '')::uuid);

-- Days that ended before `until`, from two days before the last one that is kept: a late snapshot reaches its day.
CREATE FUNCTION portfolio_keep_closes(until TIMESTAMPTZ) RETURNS BIGINT
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET timezone = 'UTC'
AS $$
DECLARE
    since TIMESTAMPTZ := coalesce((SELECT max(day) FROM portfolio_closes) - 2, '-infinity'::date);
    kept BIGINT;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('portfolio_keep_closes'));
    INSERT INTO portfolio_closes AS c (user_id, day, "timestamp", total_value, debts_value, is_good)
    SELECT DISTINCT ON (user_id, ("timestamp" AT TIME ZONE 'UTC')::date)
           user_id, ("timestamp" AT TIME ZONE 'UTC')::date, "timestamp", total_value, debts_value, is_good
    FROM portfolio_states
    WHERE "timestamp" >= since AND "timestamp" < date_trunc('day', until, 'UTC')
    ORDER BY user_id, ("timestamp" AT TIME ZONE 'UTC')::date, is_good IS NOT DISTINCT FROM false, "timestamp" DESC
    ON CONFLICT (user_id, day) DO UPDATE SET
        "timestamp" = excluded."timestamp", total_value = excluded.total_value, debts_value = excluded.debts_value,
        is_good = excluded.is_good
    WHERE c."timestamp" <> excluded."timestamp";
    GET DIAGNOSTICS kept = ROW_COUNT;
    RETURN kept;
END
$$;

REVOKE ALL ON FUNCTION portfolio_keep_closes(TIMESTAMPTZ) FROM PUBLIC;
REVOKE ALL ON FUNCTION portfolio_told(portfolio_states, portfolio_states) FROM PUBLIC;
REVOKE ALL ON FUNCTION portfolio_dollars(NUMERIC), portfolio_snapshots_take() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION portfolio_dollars(NUMERIC) TO premium_app, premium_worker;
GRANT EXECUTE ON FUNCTION portfolio_told(portfolio_states, portfolio_states) TO premium_app, premium_worker;
GRANT EXECUTE ON FUNCTION portfolio_keep_closes(TIMESTAMPTZ) TO premium_worker;
GRANT SELECT ON my_portfolio_states, my_portfolio_snapshots, my_portfolio_closes TO premium_app;
GRANT SELECT, INSERT ON portfolio_snapshots TO premium_worker;
GRANT SELECT, INSERT, UPDATE ON portfolio_states TO premium_worker;
GRANT SELECT ON portfolio_closes TO premium_worker;

CREATE OR REPLACE FUNCTION maintain_timeseries(at TIMESTAMPTZ DEFAULT now())
RETURNS JSONB
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
DECLARE
    failed TEXT := (
        SELECT string_agg(format('%s (%s)', j.proc_name, s.job_id), ', ' ORDER BY s.job_id)
        FROM timescaledb_information.job_stats s JOIN timescaledb_information.jobs j USING (job_id)
        WHERE s.last_run_status = 'Failed' AND j.hypertable_name IS NOT NULL
    );
    rolled_up_to TIMESTAMPTZ := (
        SELECT _timescaledb_functions.to_timestamp(_timescaledb_functions.cagg_watermark(h.id))
        FROM _timescaledb_catalog.hypertable h JOIN timescaledb_information.continuous_aggregates c
          ON (h.schema_name, h.table_name) = (c.materialization_hypertable_schema, c.materialization_hypertable_name)
        WHERE c.view_name = 'portfolio_snapshots_daily'
    );
BEGIN
    IF failed IS NOT NULL THEN
        RAISE EXCEPTION 'TimescaleDB policies failed: %', failed
            USING HINT = 'timescaledb_information.job_errors says why; TimescaleDB runs them again by itself.';
    END IF;
    PERFORM portfolio_keep_closes(at);
    DELETE FROM portfolio_quotes WHERE hour < at - interval '92 days';
    DELETE FROM portfolio_readings WHERE hour < at - interval '92 days';
    RETURN jsonb_build_object('layout', 'timescale', 'rolled_up_to', rolled_up_to, 'dropped', 0);
END
$$;

CREATE OR REPLACE FUNCTION erase_snapshots(place TEXT, wanted UUID, most INTEGER) RETURNS BIGINT
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
DECLARE
    rows_of TEXT := CASE place
        WHEN 'portfolio_snapshots' THEN 'public.portfolio_states'
        WHEN 'portfolio_closes' THEN 'public.portfolio_closes'
        WHEN 'portfolio_snapshots_daily_rollup' THEN (
            SELECT format('%I.%I', c.materialization_hypertable_schema, c.materialization_hypertable_name)
            FROM timescaledb_information.continuous_aggregates c WHERE c.view_name = 'portfolio_snapshots_daily'
        )
        WHEN 'portfolio_snapshots_weekly_rollup' THEN (
            SELECT format('%I.%I', c.materialization_hypertable_schema, c.materialization_hypertable_name)
            FROM timescaledb_information.continuous_aggregates c WHERE c.view_name = 'portfolio_snapshots_weekly'
        )
    END;
    gone BIGINT;
BEGIN
    IF rows_of IS NULL THEN
        RAISE insufficient_privilege USING MESSAGE = format('%s is no table of users', place);
    END IF;
    -- By segments, not by rows: TimescaleDB finds a user's compressed rows by the column that they are segmented by.
    EXECUTE format('DELETE FROM %s WHERE user_id = $1', rows_of) USING wanted;
    GET DIAGNOSTICS gone = ROW_COUNT;
    RETURN gone;
END
$$;
