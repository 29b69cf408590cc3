-- Sessions that ended long ago go, and operators end those of a user.

GRANT SELECT (id, user_id, expires_at, revoked_at), DELETE, UPDATE (revoked_at, reason) ON sessions TO premium_worker;
-- A job that serves nobody sees what nobody needs any more, and nothing else.
CREATE POLICY sessions_over ON sessions TO premium_worker
    USING (nullif(current_setting('app.current_user_id', true), '') IS NULL
           AND least(expires_at, revoked_at) < now() - interval '30 days');
CREATE INDEX sessions_over ON sessions (least(expires_at, revoked_at));
