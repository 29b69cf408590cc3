-- Counts of requests that left Redis and are not in their table yet, so that a lost Redis takes a second of them.

CREATE TABLE usage_journal (
    id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
    batch TEXT NOT NULL UNIQUE CHECK (length(batch) BETWEEN 1 AND 100),
    counts JSONB CHECK (jsonb_typeof(counts) = 'object'),
    fold UUID,
    kept_at TIMESTAMPTZ NOT NULL,
    created_at TIMESTAMPTZ NOT NULL DEFAULT now()
);
COMMENT ON TABLE usage_journal IS 'metering: batches of counters';
COMMENT ON COLUMN usage_journal.batch IS 'as it is called in Redis: kept once';
COMMENT ON COLUMN usage_journal.counts IS 'requests by counter; NULL: they are in their table';
COMMENT ON COLUMN usage_journal.fold IS 'batches that are written to their table together';
CREATE INDEX usage_journal_open ON usage_journal (fold, kept_at) WHERE counts IS NOT NULL;
CREATE INDEX usage_journal_old ON usage_journal (kept_at) WHERE counts IS NULL;

CREATE TABLE usage_looks (
    id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
    place SMALLINT NOT NULL DEFAULT 1 UNIQUE CHECK (place = 1),
    epoch TEXT NOT NULL CHECK (length(epoch) BETWEEN 1 AND 100),
    looked_at TIMESTAMPTZ NOT NULL,
    missed_at TIMESTAMPTZ,
    created_at TIMESTAMPTZ NOT NULL DEFAULT now()
);
COMMENT ON TABLE usage_looks IS 'metering: one row, of the last time when everything that Redis had counted was kept';
COMMENT ON COLUMN usage_looks.epoch IS 'what Redis forgets with its counts';
COMMENT ON COLUMN usage_looks.missed_at IS 'when Redis first did not answer since';

GRANT SELECT, INSERT, UPDATE (counts, fold), DELETE ON usage_journal TO premium_worker;
GRANT SELECT, INSERT, UPDATE (epoch, looked_at, missed_at) ON usage_looks TO premium_worker;
