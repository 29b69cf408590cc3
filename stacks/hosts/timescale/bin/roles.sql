-- Run as the superuser at every start: the administrator's password as its secret says, and what PgBouncer may ask.
SET log_statement = 'none';
SET log_min_error_statement = 'panic';
SET log_min_duration_statement = -1;
\getenv password PASSWORD
SELECT 'CREATE ROLE premium_admin' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'premium_admin') \gexec
ALTER ROLE premium_admin LOGIN CREATEROLE CREATEDB NOSUPERUSER PASSWORD :'password';
SELECT 'ALTER DATABASE timeseries OWNER TO premium_admin'
 WHERE (SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = 'timeseries') = 'postgres' \gexec

-- Every role may enter these two as a cluster is made, and leave temporary tables there.
REVOKE ALL ON DATABASE postgres, template1 FROM PUBLIC;

SELECT 'CREATE ROLE pgbouncer' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'pgbouncer') \gexec
ALTER ROLE pgbouncer LOGIN;
GRANT CONNECT ON DATABASE timeseries TO pgbouncer;
CREATE SCHEMA IF NOT EXISTS pooler;
CREATE OR REPLACE FUNCTION pooler.password_of(wanted text, OUT name text, OUT password text)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS
    'SELECT rolname, rolpassword FROM pg_authid WHERE rolname = wanted AND rolcanlogin AND NOT rolsuper';
REVOKE ALL ON FUNCTION pooler.password_of(text) FROM PUBLIC;
GRANT USAGE ON SCHEMA pooler TO pgbouncer;
GRANT EXECUTE ON FUNCTION pooler.password_of(text) TO pgbouncer;
