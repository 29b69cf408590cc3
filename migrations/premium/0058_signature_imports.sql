-- Signatures of functions that operators import beside the shipped ones; they belong to nobody.
CREATE TABLE signature_imports (
    id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
    source TEXT NOT NULL CHECK (source ~ '^[a-z0-9][a-z0-9_-]{0,31}$'),
    licence TEXT NOT NULL CHECK (length(licence) BETWEEN 1 AND 100),
    as_of DATE NOT NULL,
    digest BYTEA NOT NULL CHECK (octet_length(digest) = 32),
    listed INTEGER NOT NULL CHECK (listed > 0),
    added INTEGER NOT NULL CHECK (added >= 0),
    refused INTEGER NOT NULL CHECK (refused >= 0),
    undone_at TIMESTAMPTZ,
    created_at TIMESTAMPTZ NOT NULL DEFAULT now()
);
COMMENT ON COLUMN signature_imports.as_of IS 'the day of the dump, as its publisher has it';
COMMENT ON COLUMN signature_imports.refused IS 'rows that are no signature, or not that of their selector';
CREATE INDEX signature_imports_source ON signature_imports (source, created_at DESC);

CREATE TABLE imported_signatures (
    import_id UUID NOT NULL REFERENCES signature_imports (id) ON DELETE CASCADE,
    selector BYTEA NOT NULL CHECK (octet_length(selector) = 4),
    signature TEXT NOT NULL CHECK (length(signature) BETWEEN 3 AND 400),
    PRIMARY KEY (selector, signature)
);
COMMENT ON TABLE imported_signatures IS 'each once: the first import that names it keeps it';
CREATE INDEX imported_signatures_import ON imported_signatures (import_id);

GRANT SELECT, INSERT, UPDATE (added, undone_at) ON signature_imports TO premium_worker;
GRANT SELECT, INSERT, DELETE ON imported_signatures TO premium_worker;
