-- Wallets of Solana and of Bitcoin; extended keys and descriptors, whose addresses are a wallet's, are encrypted.

ALTER TABLE portfolio_wallets
    ADD COLUMN kind TEXT NOT NULL DEFAULT 'evm' CHECK (kind IN ('evm', 'solana', 'bitcoin')),
    ADD COLUMN form TEXT NOT NULL DEFAULT 'address' CHECK (form ~ '^[a-zA-Z/]{1,40}$'),
    ADD COLUMN gap_limit SMALLINT CHECK (gap_limit BETWEEN 1 AND 1000),
    ADD COLUMN sealed_key BYTEA CHECK (octet_length(sealed_key) BETWEEN 29 AND 8192),
    ADD CONSTRAINT portfolio_wallets_keys CHECK (
        (form = 'address') = (sealed_key IS NULL) AND (sealed_key IS NULL) = (gap_limit IS NULL)
        AND (kind = 'bitcoin' OR sealed_key IS NULL)
    );
COMMENT ON COLUMN portfolio_wallets.address IS
    'as its chain writes it; checksummed for EVM chains; of a key a name by its digest, which does not tell it';
COMMENT ON COLUMN portfolio_wallets.form IS 'address, or what key it is: zpub, descriptor/xpub/witness';
COMMENT ON COLUMN portfolio_wallets.sealed_key IS
    'the key under the stage''s secret of credentials (AES-256-GCM), bound to its user: bytes, so that no export shows it';
COMMENT ON COLUMN portfolio_wallets.gap_limit IS 'of a key: after so many unused addresses in a row none is looked at';

-- A key is encrypted anew where the stage's secret was rotated: by whoever opens it each hour.
GRANT UPDATE (sealed_key) ON portfolio_wallets TO premium_worker;
