#!/bin/bash
# First and every later start of the TimescaleDB instance: the data volume, TLS, PostgreSQL, PgBouncer, WAL archive.
# Filled in: stacks/constructs/timescale_instance.py replaces the names between at signs.
set -euo pipefail

DATA=/var/lib/timescale
DEVICE=/dev/sdf
IMAGE='@IMAGE@'

secret() { # secret ARN, field
  aws secretsmanager get-secret-value --region '@REGION@' --secret-id "$1" --query SecretString --output text | jq -r ".$2"
}

mount_data() { # an empty volume is formatted once; one with data is only mounted
  until [ -b "$(readlink -f "$DEVICE")" ]; do sleep 2; done
  blkid "$DEVICE" || mkfs.xfs "$DEVICE"
  mkdir -p "$DATA"
  grep -q "$DATA" /etc/fstab || echo "UUID=$(blkid -s UUID -o value "$DEVICE") $DATA xfs defaults,nofail 0 2" >> /etc/fstab
  mountpoint -q "$DATA" || mount "$DATA"
}

make_certificate() { # its own: inside the VPC the client asks for encryption, the network for identity
  mkdir -p "$DATA/tls"
  [ -f "$DATA/tls/server.key" ] || openssl req -x509 -newkey rsa:3072 -nodes -days 3650 -subj '/CN=@HOST@' \
    -keyout "$DATA/tls/server.key" -out "$DATA/tls/server.crt"
  chown -R 1000:1000 "$DATA" && chmod 600 "$DATA/tls/server.key"
}

write_configuration() {
  mkdir -p "$DATA/conf" && chmod 700 "$DATA/conf"
  cat > "$DATA/conf/pgbackrest.conf" <<EOF
[global]
repo1-type=s3
repo1-s3-bucket=@BUCKET@
repo1-s3-endpoint=s3.@REGION@.amazonaws.com
repo1-s3-region=@REGION@
repo1-s3-key-type=auto
repo1-path=/timeseries
repo1-retention-full=@FULL_BACKUPS@
archive-async=y
spool-path=/home/postgres/pgdata/spool
[timeseries]
pg1-path=/home/postgres/pgdata/data
pg1-port=@PORT@
pg1-socket-path=/var/run/postgresql
EOF
  cat > "$DATA/conf/pg_hba.conf" <<EOF
local   all all                 peer
hostssl all all 0.0.0.0/0       scram-sha-256
hostnossl all all 0.0.0.0/0     reject
EOF
  cat > "$DATA/conf/pgbouncer.ini" <<EOF
[databases]
timeseries = host=127.0.0.1 port=@PORT@ dbname=timeseries
[pgbouncer]
listen_addr = *
listen_port = @BOUNCER_PORT@
pool_mode = transaction
auth_type = scram-sha-256
auth_file = /etc/pgbouncer/users.txt
client_tls_sslmode = require
client_tls_key_file = /tls/server.key
client_tls_cert_file = /tls/server.crt
server_tls_sslmode = require
max_client_conn = 1000
default_pool_size = 20
max_prepared_statements = 200
EOF
  { printf '"premium_app" "%s"\n' "$(secret '@APP_SECRET@' password)"
    printf '"premium_worker" "%s"\n' "$(secret '@WORKER_SECRET@' password)"; } > "$DATA/conf/users.txt"
  chown -R 1000:1000 "$DATA/conf" && chmod 600 "$DATA"/conf/*
}

pull_image() {
  aws ecr get-login-password --region '@REGION@' | docker login --username AWS --password-stdin "${IMAGE%%/*}"
  docker pull "$IMAGE"
}

start_server() {
  docker rm --force timescale 2>/dev/null || true
  POSTGRES_PASSWORD="$(secret '@ADMIN_SECRET@' password)" docker run --detach --name timescale --restart always --network host \
    --shm-size 1g --stop-timeout 120 --log-driver awslogs --log-opt awslogs-region='@REGION@' --log-opt awslogs-group='@LOG_GROUP@' \
    --env POSTGRES_USER=premium_admin --env POSTGRES_DB=timeseries --env POSTGRES_PASSWORD \
    --volume "$DATA:/home/postgres/pgdata" --volume "$DATA/tls:/tls" --volume "$DATA/conf/pg_hba.conf:/conf/pg_hba.conf:ro" \
    --volume "$DATA/conf/pgbackrest.conf:/etc/pgbackrest/pgbackrest.conf:ro" --env PGDATA=/home/postgres/pgdata/data "$IMAGE" \
    postgres -c port=@PORT@ -c ssl=on -c ssl_cert_file=/tls/server.crt -c ssl_key_file=/tls/server.key \
    -c hba_file=/conf/pg_hba.conf -c password_encryption=scram-sha-256 -c max_connections=@MAX_CONNECTIONS@ \
    -c shared_preload_libraries=timescaledb -c timescaledb.telemetry_level=off -c archive_mode=on -c wal_level=replica \
    -c archive_command='pgbackrest --stanza=timeseries archive-push %p'
  until docker exec timescale pg_isready --quiet --port @PORT@; do sleep 2; done
  docker exec timescale pgbackrest --stanza=timeseries stanza-create
}

start_bouncer() {
  docker rm --force pgbouncer 2>/dev/null || true
  docker run --detach --name pgbouncer --restart always --network host --log-driver awslogs \
    --log-opt awslogs-region='@REGION@' --log-opt awslogs-group='@LOG_GROUP@' --volume "$DATA/tls:/tls:ro" \
    --volume "$DATA/conf:/etc/pgbouncer:ro" --entrypoint pgbouncer "$IMAGE" /etc/pgbouncer/pgbouncer.ini
}

schedule_backups() { # a full one on Sunday, differences on the other days; WAL goes all the time
  echo '0 2 * * 0 root docker exec timescale pgbackrest --stanza=timeseries --type=full backup' > /etc/cron.d/pgbackrest
  echo '0 2 * * 1-6 root docker exec timescale pgbackrest --stanza=timeseries --type=diff backup' >> /etc/cron.d/pgbackrest
}

main() {
  dnf install --assumeyes --quiet docker jq cronie && systemctl enable --now docker crond
  mount_data
  make_certificate
  write_configuration
  pull_image
  start_server
  start_bouncer
  schedule_backups
}

report() { /opt/aws/bin/cfn-signal --exit-code "$1" --stack '@STACK@' --resource '@RESOURCE@' --region '@REGION@' || true; }
trap 'report $?' EXIT
main
