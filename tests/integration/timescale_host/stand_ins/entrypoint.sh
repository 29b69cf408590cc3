#!/bin/bash
# What the image's entry point does (timescaledb-ha takes over the one of docker-library's postgres, see its repository):
# a cluster where PG_VERSION is missing, by a server of its own on the socket of port 5432 that is given the same
# arguments as the real one; the database; the scripts, which connect as POSTGRES_USER to three databases; then exec.
set -Eeo pipefail
: "${POSTGRES_USER:=postgres}" "${POSTGRES_DB:=$POSTGRES_USER}" "${POSTGRES_INITDB_ARGS:=}"
[ "$1" = postgres ] || exec "$@"
mkdir -p "$PGDATA" && chmod 700 "$PGDATA"
if [ ! -s "$PGDATA/PG_VERSION" ]; then
  [ -n "$POSTGRES_PASSWORD" ] || { echo "Error: superuser password is not specified" >&2; exit 1; }
  eval 'initdb --username="$POSTGRES_USER" --pwfile=<(printf "%s\n" "$POSTGRES_PASSWORD") '"$POSTGRES_INITDB_ARGS"
  echo "host all all all $(postgres -C password_encryption "${@:2}")" >> "$PGDATA/pg_hba.conf"
  export PGPASSWORD="$POSTGRES_PASSWORD"
  PGUSER=$POSTGRES_USER pg_ctl -D "$PGDATA" -o "$(printf '%q ' "${@:2}" -c listen_addresses='' -p 5432)" -w start
  ask() { psql -v ON_ERROR_STOP=1 --username "$POSTGRES_USER" --no-password --no-psqlrc "$@"; }
  [ -n "$(ask --dbname postgres -tAc "SELECT 1 FROM pg_database WHERE datname = '$POSTGRES_DB'")" ] ||
    ask --dbname postgres -c "CREATE DATABASE \"$POSTGRES_DB\""
  for database in postgres template1 "$POSTGRES_DB"; do # 000_install_timescaledb.sh, 010_install_timescaledb_toolkit.sh
    ask --dbname "$database" -c "CREATE EXTENSION IF NOT EXISTS pg_stat_statements"
  done
  PGUSER=$POSTGRES_USER pg_ctl -D "$PGDATA" -m fast -w stop
  unset PGPASSWORD
fi
exec "$@"
