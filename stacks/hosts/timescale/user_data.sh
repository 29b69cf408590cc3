#!/bin/bash
# Every start of the TimescaleDB host: this release's files and values, then its units (docs/decisions: the host's boot).
# Filled in by stacks/hosts/user_data.py: the names between at signs. cloud-init runs it at each start.
set -euo pipefail
exec > >(tee -a /var/log/timescale-boot.log) 2>&1
PLACE=/opt/timescale
FILES='@FILES@'
RELEASE="$PLACE/$(basename "$FILES" .zip)"

patiently() { # a role's rights are known everywhere some seconds after they were made
  for _ in {1..12}; do "$@" && return; sleep 5; done
  "$@"
}

write_values() {
  cat > /etc/timescale.env.new <<'EOF'
@VALUES@
EOF
  mv /etc/timescale.env.new /etc/timescale.env
}

fetch_files() { # whole or not at all; what is there is kept, so that a restart needs no network
  [ -d "$RELEASE" ] && return
  local part
  part=$(mktemp -d "$PLACE/part.XXXXXX")
  patiently aws s3 cp --only-show-errors --region '@REGION@' "$FILES" "$part/files.zip"
  python3 -m zipfile -e "$part/files.zip" "$part/files"
  chmod 755 "$part" "$part/files" "$part"/files/* "$part"/files/bin/*
  mv "$part/files" "$RELEASE"
  rm -r "$part"
}

install_units() {
  ln -sfn "$RELEASE" "$PLACE/current"
  cp "$RELEASE"/units/* /etc/systemd/system/
  # shellcheck disable=SC1091
  . /etc/timescale.env
  sed -i '\| /var/lib/timescale |d' /etc/fstab
  echo "$DEVICE /var/lib/timescale xfs defaults,nofail,x-systemd.device-timeout=15min,x-systemd.requires=timescale-volume.service 0 2" >> /etc/fstab
  mkdir -p /var/lib/timescale
  systemctl daemon-reload
  systemctl enable --quiet docker timescale-server timescale-bouncer timescale-backup.timer timescale-measure.timer
}

start_units() { # systemd may have started the former release a moment ago: what differs from it starts again
  local wanted
  wanted=$(cat /etc/timescale.env "$RELEASE"/*/* | sha256sum)
  systemctl start docker
  if [ "$wanted" = "$(cat "$PLACE/applied" 2>/dev/null)" ]; then
    systemctl start timescale-server timescale-bouncer
  else
    systemctl restart timescale-server timescale-bouncer
  fi
  systemctl start timescale-backup.timer timescale-measure.timer
  echo "$wanted" > "$PLACE/applied"
}

why() { # what the host's own programs said, then the script's last lines
  journalctl --boot --no-pager --output cat --unit 'timescale-*' 2> /dev/null | grep '^timescale: ' | tail -n 4 || true
  tail -n 5 /var/log/timescale-boot.log
}

report() { # tells CloudFormation once; a later restart's address has expired, which is nobody's concern
  local status=SUCCESS reason=ready
  [ "$1" = 0 ] || { status=FAILURE; reason=$(why); }
  python3 -c 'import json, sys; print(json.dumps({"Status": sys.argv[1], "Reason": sys.argv[2][:900], "UniqueId": "boot", "Data": "timescale"}))' \
    "$status" "$reason" | curl --silent --show-error --max-time 30 -X PUT -H 'Content-Type:' --data-binary @- '@SIGNAL@' || true
}
trap 'report $?' EXIT

mkdir -p "$PLACE"
[ -x /usr/bin/docker ] || dnf install --assumeyes --quiet docker
write_values
fetch_files
install_units
start_units
