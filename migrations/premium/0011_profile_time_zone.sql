-- The zone whose days are the user's own: tax days where the law leaves them to the taxpayer.

ALTER TABLE premium_users ADD COLUMN time_zone TEXT CHECK (length(time_zone) BETWEEN 1 AND 64);
GRANT UPDATE (time_zone) ON premium_users TO premium_app;
