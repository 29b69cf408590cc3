-- Nobody logs in by a password or by Google any more.

DROP FUNCTION rotate_session(BYTEA, BYTEA, INTEGER, INTEGER);
DROP FUNCTION login_by_email(TEXT);
DROP FUNCTION oauth_owner(TEXT, TEXT);
DROP TABLE oauth_accounts;
-- FORCE holds for the owner, too, who takes all users' passwords here.
ALTER TABLE user_credentials NO FORCE ROW LEVEL SECURITY;
DELETE FROM user_credentials WHERE kind = 'password';
ALTER TABLE user_credentials FORCE ROW LEVEL SECURITY;
DROP INDEX user_credentials_password;
ALTER TABLE user_credentials DROP CONSTRAINT user_credentials_kind_check;
ALTER TABLE user_credentials ADD CONSTRAINT user_credentials_kind_check CHECK (kind IN ('totp', 'recovery'));
COMMENT ON COLUMN user_credentials.secret IS 'of totp encrypted by the secret of the stage, bound to the user; of recovery SHA-256';
