-- Keys work from everywhere again; a key that worked from some networks alone does not work at all.

UPDATE api_keys SET revoked_at = now() WHERE networks IS NOT NULL AND revoked_at IS NULL;
DROP FUNCTION api_key_standing(BYTEA);
REVOKE UPDATE (expires_at) ON api_keys FROM premium_app;
ALTER TABLE api_keys DROP COLUMN networks, DROP COLUMN alerts_enabled;
