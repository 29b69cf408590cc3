-- The roles stay: they belong to the cluster and may serve another database.
DROP FUNCTION api_key_by_hash(BYTEA);
DROP FUNCTION user_by_external_id(TEXT);
DROP TABLE api_keys;
DROP TABLE premium_users;
