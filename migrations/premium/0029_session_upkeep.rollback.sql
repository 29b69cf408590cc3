-- Sessions stay for ever again.

DROP INDEX sessions_over;
DROP POLICY sessions_over ON sessions;
REVOKE ALL ON sessions FROM premium_worker;
