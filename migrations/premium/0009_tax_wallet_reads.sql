-- How far a wallet's history has been read from its chain, so that a reading goes on where the last one ended.

CREATE TABLE tax_wallet_reads (
    id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
    user_id UUID NOT NULL REFERENCES premium_users (id) ON DELETE CASCADE,
    chain TEXT NOT NULL CHECK (chain ~ '^[a-z0-9][a-z0-9_-]{0,63}$'),
    address TEXT NOT NULL CHECK (length(address) BETWEEN 1 AND 128),
    first_block BIGINT NOT NULL CHECK (first_block >= 0),
    next_block BIGINT NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL DEFAULT now(),
    created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
    CHECK (next_block >= first_block),
    UNIQUE (user_id, chain, address)
);
COMMENT ON COLUMN tax_wallet_reads.next_block IS 'the first block after first_block that has not been read';

ALTER TABLE tax_wallet_reads ENABLE ROW LEVEL SECURITY;
ALTER TABLE tax_wallet_reads FORCE ROW LEVEL SECURITY;
CREATE POLICY tax_wallet_reads_own ON tax_wallet_reads
    USING (user_id = nullif(current_setting('app.current_user_id', true), '')::uuid)
    WITH CHECK (user_id = nullif(current_setting('app.current_user_id', true), '')::uuid);

GRANT SELECT, INSERT, UPDATE (first_block, next_block, updated_at) ON tax_wallet_reads TO premium_worker;
