-- Imports as things of their own: listed, undone, made again with other options; and the kinds of futures, margin and loans.

CREATE TABLE tax_imports (
    id UUID NOT NULL DEFAULT gen_random_uuid(),
    user_id UUID NOT NULL REFERENCES premium_users (id) ON DELETE CASCADE,
    kind TEXT NOT NULL CHECK (kind IN ('file', 'rows', 'wallet')),
    name TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 300),
    digest TEXT NOT NULL CHECK (length(digest) BETWEEN 1 AND 300),
    currency TEXT CHECK (length(currency) BETWEEN 2 AND 12),
    options JSONB NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(options) = 'object'),
    lines INTEGER NOT NULL DEFAULT 0 CHECK (lines >= 0),
    added INTEGER NOT NULL DEFAULT 0 CHECK (added >= 0),
    known INTEGER NOT NULL DEFAULT 0 CHECK (known >= 0),
    refused INTEGER NOT NULL DEFAULT 0 CHECK (refused >= 0),
    left_out JSONB NOT NULL DEFAULT '[]' CHECK (jsonb_typeof(left_out) = 'array'),
    created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
    updated_at TIMESTAMPTZ NOT NULL DEFAULT now(),
    PRIMARY KEY (user_id, id),
    UNIQUE (user_id, digest)
);
COMMENT ON COLUMN tax_imports.digest IS 'of the content, or chain and address of a wallet: the same again is the same import';
COMMENT ON COLUMN tax_imports.options IS 'how the content was read: with others it is read anew and replaces what it made';
CREATE INDEX tax_imports_page ON tax_imports (user_id, created_at DESC, id DESC);

ALTER TABLE tax_imports ENABLE ROW LEVEL SECURITY;
ALTER TABLE tax_imports FORCE ROW LEVEL SECURITY;
CREATE POLICY tax_imports_own ON tax_imports
    USING (user_id = nullif(current_setting('app.current_user_id', true), '')::uuid)
    WITH CHECK (user_id = nullif(current_setting('app.current_user_id', true), '')::uuid);

ALTER TABLE tax_transactions ADD COLUMN imports UUID[] NOT NULL DEFAULT '{}';
COMMENT ON COLUMN tax_transactions.imports IS 'the imports that state it: it goes with the last of them';

-- Wider than the one before, so that it holds for every row there is.
ALTER TABLE tax_transactions DROP CONSTRAINT tax_transactions_type_check;
ALTER TABLE tax_transactions ADD CONSTRAINT tax_transactions_type_check CHECK (type IN (
    'buy', 'sell', 'swap', 'transfer', 'transfer_in', 'transfer_out', 'income', 'fee',
    'gift_in', 'gift_out', 'gift_received', 'gift_sent', 'donation', 'lost', 'stolen',
    'nft_buy', 'nft_sell', 'lp_add', 'lp_remove', 'wrap', 'bridge',
    'derivative_pnl', 'loan', 'repayment', 'collateral', 'correction')) NOT VALID;

GRANT SELECT, INSERT, UPDATE, DELETE ON tax_imports TO premium_app;
GRANT SELECT, INSERT, UPDATE ON tax_imports TO premium_worker;
GRANT SELECT, DELETE ON tax_wallet_reads TO premium_app;
GRANT UPDATE (imports), DELETE ON tax_transactions TO premium_worker;
