# The root of an instance over this machine's programs, until it is killed: ROOT (kept between starts), then the loop
# device of its volume. Its processes are in a namespace of their own: the end of this one is a power cut.
set -euo pipefail
root=$1 device=$2
mkdir -p "$root"/{usr,proc,dev,etc/systemd/system,tmp,run,var/log,var/tmp,opt,root,installed,stand-ins,stand-in-bin,timeseries-archive,"$PROJECT"}
for link in bin sbin lib lib64; do [ ! -e /usr/$link ] || ln -sfn usr/$link "$root/$link"; done
ln -sfn ../run "$root/var/run"
mount --bind /usr "$root/usr" && mount -o remount,bind,ro "$root/usr"
[ ! -e /usr/bin/docker ] || mount --bind /dev/null "$root/usr/bin/docker" # this machine's: an instance has none yet
mount --bind "$PROJECT" "$root$PROJECT"
[ -z "$PYTHON_HOME" ] || { mkdir -p "$root$PYTHON_HOME" && mount --bind "$PYTHON_HOME" "$root$PYTHON_HOME"; }
mount --bind "$(dirname "$0")" "$root/stand-ins"
mount --bind "$ARCHIVE" "$root/timeseries-archive"
mount -t proc none "$root/proc"
mount --bind "$MEMORY" "$root/proc/meminfo"
mount -t tmpfs none "$root/run" && mount -t tmpfs none "$root/dev" && mkdir -p "$root/dev/shm" "$root/dev/disk/by-id"
for node in null zero full random urandom "$(basename "$device")"; do touch "$root/dev/$node"; mount --bind "/dev/$node" "$root/dev/$node"; done
ln -s /proc/self/fd "$root/dev/fd"
[ -f "$root/etc/passwd" ] || {
  cp -r /etc/ld.so.cache /etc/alternatives /etc/nsswitch.conf /etc/hosts "$root/etc/"
  [ ! -d /etc/ssl ] || cp -r /etc/ssl "$root/etc/"
  printf 'root:x:0:0::/root:/bin/bash\npostgres:x:1000:1000::/home/postgres:/bin/bash\n' > "$root/etc/passwd"
  printf 'root:x:0:\npostgres:x:1000:\n' > "$root/etc/group"
  touch "$root/etc/fstab"
  ln -s /stand-ins/aws_cli.py "$root/stand-in-bin/aws" && ln -s /stand-ins/systemctl.py "$root/stand-in-bin/systemctl"
  for name in dnf journalctl; do ln -s "/stand-ins/$name" "$root/stand-in-bin/$name"; done
}
chmod 1777 "$root/tmp" "$root/dev/shm"
touch "$root/run/is-up"
exec chroot "$root" bash -c 'while :; do sleep 0.5; done'
