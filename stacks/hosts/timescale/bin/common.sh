# shellcheck shell=bash disable=SC2034
# What the host's programs share: the values of this release, the places on the volume, the server's container.
# Sourced, never run. /etc/timescale.env is written by the user data.
set -euo pipefail
# shellcheck disable=SC1091
. /etc/timescale.env
DATA=/var/lib/timescale # the volume
CONF=/etc/timescale     # made anew at every start, nothing secret in it
SOCKETS=/run/timescale  # shared by server and pooler
POSTGRES=1000           # the image's user
CLUSTER="$DATA/pgdata/data"
FINISHED="$DATA/pgdata/initialised" # beside the cluster: a first start that was cut off leaves none

say() { echo "timescale: $*"; }
fail() { echo "timescale: $*" >&2; exit 1; }

patiently() { # a role's rights are known everywhere some seconds after they were made
  for _ in {1..12}; do "$@" && return; sleep 5; done
  "$@"
}

# Docker would make a folder that is missing and PostgreSQL a new cluster in it: on the root disk, empty.
need_volume() { mountpoint --quiet "$DATA" || fail "$DATA is not mounted: the volume $DEVICE is missing"; }

binds() { # --mount, not --volume: it refuses a source that is not there
  printf -- '--mount\ntype=bind,source=%s,target=/home/postgres/pgdata\n' "$DATA/pgdata"
  printf -- '--mount\ntype=bind,source=%s,target=/tls,readonly\n' "$DATA/tls"
  printf -- '--mount\ntype=bind,source=%s,target=/conf,readonly\n' "$CONF"
  printf -- '--mount\ntype=bind,source=%s,target=/var/run/postgresql\n' "$SOCKETS"
}

# The image has a path and a stanza of its own in its environment, which pgBackRest prefers to any file.
settings() { printf -- '--env\n%s\n' PGBACKREST_CONFIG=/conf/pgbackrest.conf PGBACKREST_STANZA=timeseries PGDATA=/home/postgres/pgdata/data; }

once() { # program, arguments: in a container of its own, beside a server that is down
  local options
  mapfile -t options < <(binds; settings)
  docker run --rm --network host "${options[@]}" --entrypoint "$1" "$IMAGE" "${@:2}"
}

in_server() { docker exec --interactive timescale "$@"; }
query() { in_server psql --username postgres --port "$PORT" --dbname "$1" --no-psqlrc --quiet --tuples-only --no-align --set ON_ERROR_STOP=1 "${@:2}"; }

logging() { # to CloudWatch where that answers; to the journal otherwise: a log is no reason to be down
  local group=("--log-group-name" "$LOG_GROUP") known
  known=$(timeout 20 aws logs create-log-stream --region "$REGION" "${group[@]}" --log-stream-name "$1" 2>&1) || true
  if [ -z "$known" ] || [[ $known == *ResourceAlreadyExists* ]]; then
    printf -- '--log-driver\nawslogs\n'
    printf -- '--log-opt\n%s\n' awslogs-region="$REGION" awslogs-group="$LOG_GROUP" awslogs-stream="$1" mode=non-blocking max-buffer-size=4m
  else
    printf -- '--log-driver\njournald\n'
  fi
}
