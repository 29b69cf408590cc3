-- Tokens are told apart by their tier alone again.

DROP FUNCTION user_standing(TEXT);
ALTER TABLE premium_users DROP COLUMN tier_issued_at;
