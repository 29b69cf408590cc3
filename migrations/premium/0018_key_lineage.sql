-- Which key made a key: what a key makes ends with it.

ALTER TABLE api_keys ADD COLUMN parent_id UUID;
ALTER TABLE api_keys ADD UNIQUE (id, user_id);
ALTER TABLE api_keys ADD FOREIGN KEY (parent_id, user_id) REFERENCES api_keys (id, user_id) ON DELETE CASCADE;
COMMENT ON COLUMN api_keys.parent_id IS 'the key that made it, and whose revocation is its own; NULL: the user by a token';
CREATE INDEX api_keys_parent ON api_keys (parent_id) WHERE parent_id IS NOT NULL;
