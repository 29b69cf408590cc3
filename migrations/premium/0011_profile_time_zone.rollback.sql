ALTER TABLE premium_users DROP COLUMN time_zone;
