-- What the matcher must not lose: events that wait for it, who serves which shard, and what it remembers.

-- A batch is written before SQS may forget its events; matched in the transaction that records what it fired.
CREATE TABLE alert_batches (
    id UUID PRIMARY KEY,
    shard SMALLINT NOT NULL CHECK (shard BETWEEN 0 AND 1023),
    events TEXT NOT NULL CHECK (length(events) <= 8388608),
    matched_at TIMESTAMPTZ,
    failed_at TIMESTAMPTZ,
    error TEXT CHECK (length(error) <= 500),
    created_at TIMESTAMPTZ NOT NULL DEFAULT now()
);
COMMENT ON COLUMN alert_batches.id IS 'made from the shard and the events'' ids: the same events are the same batch; also the id of its RQ job';
COMMENT ON COLUMN alert_batches.events IS 'a JSON list; text, because JSONB would not keep numbers as they were written';
COMMENT ON COLUMN alert_batches.matched_at IS 'kept for a while: a restarted matcher learns from them what a late event is judged against';
CREATE INDEX alert_batches_waiting ON alert_batches (shard, created_at) WHERE matched_at IS NULL AND failed_at IS NULL;
CREATE INDEX alert_batches_matched ON alert_batches (shard, matched_at) WHERE matched_at IS NOT NULL;

-- Who may write for a shard. The number rises with each owner and is checked in every transaction of the matcher.
CREATE TABLE alert_shards (
    shard SMALLINT PRIMARY KEY CHECK (shard BETWEEN 0 AND 1023),
    owner TEXT CHECK (length(owner) <= 200),
    epoch BIGINT NOT NULL DEFAULT 0,
    expires_at TIMESTAMPTZ NOT NULL DEFAULT '-infinity',
    created_at TIMESTAMPTZ NOT NULL DEFAULT now()
);

-- The newest event of each series: what the next one's edge is judged against.
CREATE TABLE alert_levels (
    kind TEXT NOT NULL CHECK (kind IN ('transfer', 'price', 'gas', 'protocol')),
    series TEXT NOT NULL CHECK (length(series) <= 2000),
    event TEXT NOT NULL CHECK (length(event) <= 262144),
    created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
    PRIMARY KEY (kind, series)
);

-- When a rule with a cooldown last fired, in the events' time.
CREATE TABLE alert_cooldowns (
    rule_id UUID PRIMARY KEY,
    fired_at DOUBLE PRECISION NOT NULL,
    created_at TIMESTAMPTZ NOT NULL DEFAULT now()
);
COMMENT ON COLUMN alert_cooldowns.fired_at IS 'seconds since 1970';

-- Rules with a hysteresis that have fired for a series and are not armed again.
CREATE TABLE alert_disarmed (
    rule_id UUID NOT NULL,
    series TEXT NOT NULL CHECK (length(series) <= 2000),
    created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
    PRIMARY KEY (rule_id, series)
);

-- How far a source has read its chain, with the events of the last blocks: a reorganisation takes them back.
CREATE TABLE chain_blocks (
    chain TEXT NOT NULL CHECK (chain ~ '^[a-z0-9][a-z0-9_-]{0,63}$'),
    number BIGINT NOT NULL CHECK (number >= 0),
    hash TEXT NOT NULL CHECK (hash ~ '^0x[0-9a-f]{64}$'),
    events TEXT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
    PRIMARY KEY (chain, number)
);

-- Batches go an hour after they were matched (a late event is at most minutes late), failed ones after a month.
CREATE FUNCTION prune_alert_batches() RETURNS BIGINT
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
    WITH gone AS (
        DELETE FROM public.alert_batches
        WHERE matched_at < now() - interval '1 hour' OR failed_at < now() - interval '30 days'
        RETURNING id
    ) SELECT count(*) FROM gone
$$;
REVOKE ALL ON FUNCTION prune_alert_batches() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION prune_alert_batches() TO premium_worker;

GRANT INSERT (id, shard, events) ON alert_batches TO premium_app;
GRANT SELECT, INSERT (id, shard, events), UPDATE (matched_at, failed_at, error) ON alert_batches TO premium_worker;
GRANT SELECT, INSERT, UPDATE (owner, epoch, expires_at) ON alert_shards TO premium_worker;
GRANT SELECT, INSERT, UPDATE (event) ON alert_levels TO premium_worker;
GRANT SELECT, INSERT, UPDATE (fired_at) ON alert_cooldowns TO premium_worker;
GRANT SELECT, INSERT, DELETE ON alert_disarmed TO premium_worker;
GRANT SELECT, INSERT, DELETE, UPDATE (hash, events) ON chain_blocks TO premium_worker;
