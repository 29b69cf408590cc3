-- What a key made stays, and is revoked alone from then on.

ALTER TABLE api_keys DROP COLUMN parent_id;
ALTER TABLE api_keys DROP CONSTRAINT api_keys_id_user_id_key;
