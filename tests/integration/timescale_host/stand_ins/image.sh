# The root of a container: the image's folders and user over this machine's programs, and the binds it was given.
# Arguments: "source|target|ro;…" and what to run.
set -euo pipefail
root=/run/container-root
mkdir -p $root && mount -t tmpfs none $root
mkdir -p $root/{usr,proc,dev,etc,tmp,run,var/run/postgresql,var/log/pgbackrest,var/spool/pgbackrest,home/postgres,docker-entrypoint-initdb.d}
for link in bin sbin lib lib64; do [ ! -e /usr/$link ] || ln -s usr/$link $root/$link; done
mount --bind /usr $root/usr
mount --bind /proc $root/proc
mount --rbind /dev $root/dev
cp -r /etc/passwd /etc/group /etc/ld.so.cache /etc/alternatives /etc/hosts /etc/nsswitch.conf $root/etc/
[ ! -d /etc/ssl ] || cp -r /etc/ssl $root/etc/
cp "$(dirname "$0")/entrypoint.sh" $root/docker-entrypoint.sh
ln -s /home/postgres/pgdata/backup/pgbackrest.conf $root/etc/pgbackrest.conf
chmod 1777 $root/tmp $root/var/run/postgresql
chown -R 1000:1000 $root/home/postgres $root/var/log/pgbackrest $root/var/spool/pgbackrest
IFS=';' read -ra binds <<< "$1"
for bind in "${binds[@]}"; do
  IFS='|' read -r source target mode <<< "$bind"
  mkdir -p "$root$target"
  mount --bind "$source" "$root$target"
  [ "$mode" = rw ] || mount -o remount,bind,ro "$root$target"
done
exec chroot $root "${@:2}"
