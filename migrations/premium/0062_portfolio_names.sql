-- A wallet may be given by its name of ENS. It stays the address that the name had then; where the name goes is told.
ALTER TABLE portfolio_wallets
    ADD COLUMN name TEXT CHECK (length(name) BETWEEN 3 AND 255),
    ADD COLUMN name_address TEXT CHECK (length(name_address) = 42),
    ADD COLUMN name_checked_at TIMESTAMPTZ,
    ADD CONSTRAINT portfolio_wallets_named CHECK (name IS NOT NULL OR (name_address IS NULL AND name_checked_at IS NULL));
COMMENT ON COLUMN portfolio_wallets.name_address IS 'what the name gave when it was last looked up; NULL where nothing';
CREATE INDEX portfolio_wallets_names ON portfolio_wallets (name_checked_at) WHERE name IS NOT NULL;
GRANT UPDATE (name_address, name_checked_at) ON portfolio_wallets TO premium_worker;
