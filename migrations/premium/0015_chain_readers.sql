-- Who reads a chain, and how it goes: no transaction is open while a node is asked.
CREATE TABLE chain_readers (
    chain TEXT PRIMARY KEY CHECK (chain ~ '^[a-z0-9][a-z0-9_-]{0,63}$'),
    owner TEXT NOT NULL CHECK (length(owner) BETWEEN 1 AND 200),
    expires_at TIMESTAMPTZ NOT NULL,
    note TEXT CHECK (length(note) <= 500),
    noted_at TIMESTAMPTZ,
    created_at TIMESTAMPTZ NOT NULL DEFAULT now()
);
COMMENT ON COLUMN chain_readers.expires_at IS 'from then on another process may read the chain';
COMMENT ON COLUMN chain_readers.note IS 'for operators: what the source waits for, and the endpoints that it does not believe';
GRANT SELECT, INSERT (chain, owner, expires_at), UPDATE (owner, expires_at, note, noted_at) ON chain_readers TO premium_worker;
