-- A snapshot's amounts and readings in bytes (premium/portfolio/snapshots/packed.py), each row what differs from the one
-- before it in its day. The release before goes on by the old name: a view, which shows whole rows of arrays and takes
-- what it writes. Such rows stay as they are until the job portfolio.timeseries has packed them.

ALTER TABLE portfolio_states RENAME TO portfolio_rows;
DROP VIEW my_portfolio_states, my_portfolio_snapshots, portfolio_snapshots;
ALTER TABLE portfolio_rows ADD COLUMN packed BYTEA;
COMMENT ON COLUMN portfolio_rows.packed IS 'ids of readings, and amounts that differ from those of the base; NULL: a row of arrays, or of JSON';
COMMENT ON COLUMN portfolio_rows.base IS 'the timestamp of the row of the same day from which this one differs, of a row of arrays a whole one; NULL: this one is whole';
DROP INDEX portfolio_states_json;
CREATE INDEX portfolio_rows_unpacked ON portfolio_rows ("timestamp") WHERE packed IS NULL;

-- A number of seven bits a byte, the lowest first, and where the next one begins.
CREATE FUNCTION portfolio_number(packed BYTEA, place INTEGER, OUT value BIGINT, OUT after INTEGER)
LANGUAGE plpgsql IMMUTABLE STRICT
AS $$
DECLARE
    byte INTEGER;
    shift INTEGER := 0;
BEGIN
    value := 0;
    after := place;
    LOOP
        byte := get_byte(packed, after);
        value := value | ((byte & 127)::bigint << shift);
        shift := shift + 7;
        after := after + 1;
        EXIT WHEN byte < 128;
    END LOOP;
END
$$;

CREATE FUNCTION portfolio_unpacked(
    packed BYTEA, OUT readings BIGINT[], OUT assets INTEGER[], OUT holders SMALLINT[], OUT units NUMERIC[]
)
LANGUAGE plpgsql IMMUTABLE STRICT SET search_path = public, pg_temp
AS $$
DECLARE
    place INTEGER := 0;
    many BIGINT;
    step BIGINT;
    last BIGINT := 0;
    wide BIGINT;
    amount NUMERIC;
BEGIN
    readings := '{}';
    assets := '{}';
    holders := '{}';
    units := '{}';
    SELECT value, after INTO many, place FROM portfolio_number(packed, place);
    FOR _ IN 1..many LOOP
        SELECT value, after INTO step, place FROM portfolio_number(packed, place);
        last := last + step;
        readings := readings || last;
    END LOOP;
    last := 0;
    WHILE place < length(packed) LOOP
        SELECT value, after INTO step, place FROM portfolio_number(packed, place);
        last := last + step;
        assets := assets || last::integer;
        SELECT value, after INTO step, place FROM portfolio_number(packed, place);
        holders := holders || step::smallint;
        SELECT value, after INTO wide, place FROM portfolio_number(packed, place);
        amount := CASE WHEN wide > 0 THEN 0 END;  -- twice the bytes, and 1 for a number that is not below 0; 0: held no more
        FOR byte IN place..place + wide::integer / 2 - 1 LOOP
            amount := amount * 256 + get_byte(packed, byte);
        END LOOP;
        units := units || CASE WHEN wide % 2 = 1 THEN amount ELSE -amount END;
        place := place + wide::integer / 2;
    END LOOP;
END
$$;

-- A packed row as a whole one of arrays, given the packed rows of its day; any other as it is.
CREATE FUNCTION portfolio_opened(s portfolio_rows, day portfolio_rows[]) RETURNS portfolio_rows
LANGUAGE plpgsql IMMUTABLE SET search_path = public, pg_temp
AS $$
DECLARE
    line portfolio_rows := s;
    chain portfolio_rows[] := '{}';
    own RECORD;
    cells JSONB := '{}';
    judged JSONB := '{}';
BEGIN
    IF s.packed IS NULL THEN
        RETURN s;
    END IF;
    LOOP
        chain := array_prepend(line, chain);
        EXIT WHEN line.base IS NULL;
        SELECT d.* INTO STRICT line FROM unnest(day) AS d WHERE d."timestamp" = line.base;
    END LOOP;
    FOREACH line IN ARRAY chain LOOP
        own := portfolio_unpacked(line.packed);
        cells := cells || coalesce((
            SELECT jsonb_object_agg(u.asset || ':' || u.holder, u.units::text)
            FROM unnest(own.assets, own.holders, own.units) AS u (asset, holder, units)), '{}');
        judged := judged || coalesce(line.extra -> 'judged', '{}');
    END LOOP;
    s.base := NULL;
    s.packed := NULL;
    s.wallets := chain[1].wallets;
    s.readings := own.readings;
    SELECT coalesce(array_agg(split_part(key, ':', 1)::integer ORDER BY key), '{}'),
           coalesce(array_agg(split_part(key, ':', 2)::smallint ORDER BY key), '{}'),
           coalesce(array_agg(value::numeric ORDER BY key), '{}')
    INTO s.assets, s.holders, s.units FROM jsonb_each_text(cells) WHERE value IS NOT NULL;
    s.extra := nullif(coalesce(s.extra, '{}') || CASE WHEN judged = '{}' THEN '{}' ELSE jsonb_build_object('judged', judged) END, '{}');
    RETURN s;
END
$$;

-- What the release before reads and writes.
CREATE VIEW portfolio_states AS
    SELECT s.user_id, s.job_id, s."timestamp", s.total_value, s.is_stale, s.chain_breakdown, s.asset_breakdown,
           s.category_breakdown, coalesce(s.created_at, s."timestamp") AS created_at, s.is_good,
           CASE WHEN s.packed IS NULL THEN s.base END AS base, (o.line).wallets, (o.line).assets, (o.line).holders,
           (o.line).units, (o.line).readings, (o.line).extra, s.debts_value
    FROM portfolio_rows s CROSS JOIN LATERAL (
        SELECT portfolio_opened(s, ARRAY(
            SELECT d FROM portfolio_rows d
            WHERE d.user_id = s.user_id AND d.packed IS NOT NULL AND d."timestamp" <= s."timestamp"
                AND d."timestamp" >= date_trunc('day', s."timestamp", 'UTC')
        )) AS line
    ) AS o;

CREATE FUNCTION portfolio_states_take() RETURNS TRIGGER
LANGUAGE plpgsql SET search_path = public, pg_temp
AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        UPDATE portfolio_rows SET base = NEW.base, wallets = NEW.wallets, assets = NEW.assets, holders = NEW.holders,
            units = NEW.units, readings = NEW.readings, extra = NEW.extra, chain_breakdown = DEFAULT,
            asset_breakdown = DEFAULT, category_breakdown = DEFAULT
        WHERE user_id = OLD.user_id AND job_id = OLD.job_id AND "timestamp" = OLD."timestamp"
            AND readings IS NULL AND packed IS NULL;
        RETURN NEW;
    END IF;
    INSERT INTO portfolio_rows (user_id, job_id, "timestamp", total_value, debts_value, is_stale, is_good, base,
                                wallets, assets, holders, units, readings, extra)
    VALUES (NEW.user_id, NEW.job_id, NEW."timestamp", NEW.total_value, NEW.debts_value, coalesce(NEW.is_stale, false),
            NEW.is_good, NEW.base, NEW.wallets, NEW.assets, NEW.holders, NEW.units, NEW.readings, NEW.extra)
    ON CONFLICT DO NOTHING;
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER portfolio_states_take INSTEAD OF INSERT OR UPDATE ON portfolio_states
    FOR EACH ROW EXECUTE FUNCTION portfolio_states_take();

-- The oldest columns: JSON as it was kept, or made of what the row says.
CREATE VIEW portfolio_snapshots AS
    SELECT s.user_id, s.job_id, s."timestamp", s.total_value, s.is_stale,
           CASE WHEN w.is_json THEN coalesce(s.chain_breakdown, '{}') ELSE (
               SELECT coalesce(jsonb_object_agg(r.chain, r.state || jsonb_build_object('value', (
                   SELECT coalesce(sum(t.value), 0)::text FROM portfolio_told(w.line, w.whole) t
                   WHERE split_part(t.key, ':', 1) = r.chain
               ))), '{}')
               FROM portfolio_readings r
               WHERE r.hour = date_trunc('hour', s."timestamp", 'UTC') AND r.id = ANY ((w.line).readings))
           END AS chain_breakdown,
           CASE WHEN w.is_json THEN coalesce(s.asset_breakdown, '{}') ELSE (
               SELECT coalesce(jsonb_object_agg(t.key, t.told), '{}') FROM portfolio_told(w.line, w.whole) t
           ) END AS asset_breakdown,
           CASE WHEN w.is_json THEN coalesce(s.category_breakdown, '{}') ELSE (
               SELECT coalesce(jsonb_object_agg(c.category, c.value::text), '{}') FROM (
                   SELECT t.category, coalesce(sum(t.value), 0) AS value FROM portfolio_told(w.line, w.whole) t GROUP BY 1
               ) c) END AS category_breakdown,
           coalesce(s.created_at, s."timestamp") AS created_at, s.is_good
    FROM portfolio_rows s
    LEFT JOIN portfolio_rows b ON b.user_id = s.user_id AND b."timestamp" = s.base
    CROSS JOIN LATERAL (
        SELECT ARRAY(
            SELECT d FROM portfolio_rows d
            WHERE d.user_id = s.user_id AND d.packed IS NOT NULL AND d."timestamp" <= s."timestamp"
                AND d."timestamp" >= date_trunc('day', s."timestamp", 'UTC')
        ) AS day
    ) AS near
    CROSS JOIN LATERAL (
        SELECT s.readings IS NULL AND s.packed IS NULL AS is_json, portfolio_opened(s, near.day) AS line,
               CASE WHEN s.packed IS NULL AND s.base IS NOT NULL THEN portfolio_opened(b, near.day) END AS whole
        OFFSET 0  -- once a row
    ) AS w;
CREATE TRIGGER portfolio_snapshots_take INSTEAD OF INSERT ON portfolio_snapshots
    FOR EACH ROW EXECUTE FUNCTION portfolio_snapshots_take();
CREATE OR REPLACE FUNCTION portfolio_snapshots_take() RETURNS TRIGGER
LANGUAGE plpgsql SET search_path = public, pg_temp
AS $$
BEGIN
    INSERT INTO portfolio_rows (user_id, job_id, "timestamp", total_value, is_stale, chain_breakdown,
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

CREATE VIEW my_portfolio_rows WITH (security_barrier) AS
    SELECT * FROM portfolio_rows
    WHERE user_id = (SELECT nullif(current_setting('app.current_user_id', true), '')::uuid);
CREATE VIEW my_portfolio_states WITH (security_barrier) AS
    SELECT * FROM portfolio_states
    WHERE user_id = (SELECT nullif(current_setting('app.current_user_id', true), '')::uuid);
CREATE VIEW my_portfolio_snapshots WITH (security_barrier) AS
    SELECT * FROM portfolio_snapshots
    WHERE user_id = (SELECT nullif(current_setting('app.current_user_id', true), '')::uuid);

REVOKE ALL ON FUNCTION portfolio_number(BYTEA, INTEGER), portfolio_unpacked(BYTEA),
    portfolio_opened(portfolio_rows, portfolio_rows[]), portfolio_states_take() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION portfolio_number(BYTEA, INTEGER), portfolio_unpacked(BYTEA),
    portfolio_opened(portfolio_rows, portfolio_rows[]) TO premium_app, premium_worker;
GRANT SELECT ON my_portfolio_rows, my_portfolio_states, my_portfolio_snapshots TO premium_app;
GRANT SELECT, INSERT ON portfolio_snapshots TO premium_worker;
GRANT SELECT, INSERT, UPDATE ON portfolio_states TO premium_worker;
