-- Nobody logs in by a wallet any more; whoever came by one keeps his rows.

DROP FUNCTION ended_sessions(UUID[]);
DROP FUNCTION session_standing(UUID);
DROP FUNCTION session_of_token(BYTEA);
DROP FUNCTION wallet_owner(TEXT);
DROP TABLE session_tokens;
DROP TABLE sessions;
DROP TABLE user_wallets;
