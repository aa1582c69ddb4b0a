#!/bin/bash
# The units under a systemd that runs: those of the system with readers, cards and a farm, those of a user with
# a chip on a socket and a server.
#   tests/e2e/units.sh ROOT     a root of Debian with the packages, systemd, libpam-systemd, pcscd and opensc in it
# Needs root, namespaces and version 2 of cgroups; says what is missing and ends with 77.
set -uo pipefail
root=${1:?a root}
skip() { echo "skipped: $*"; exit 77; }
[ "$(id -u)" -eq 0 ] || skip "a systemd of its own is started by root"
[ -x "$root/lib/systemd/systemd" ] || skip "there is no systemd in $root"
unshare --mount --pid --ipc --net --uts --cgroup --fork true 2>/dev/null || skip "unshare may not make namespaces here"
cgroups=$(findmnt -n -t cgroup2 -o TARGET | head -n 1)
[ -n "$cgroups" ] && mkdir "$cgroups/emuicc-units.$$" 2>/dev/null || skip "no cgroup of version 2 can be made here"
cgroup=$cgroups/emuicc-units.$$

# The first process in there: a root with what systemd finds in a container.
boot='
set -e
echo $$ >"$2/cgroup.procs"
exec unshare --mount --pid --ipc --net --uts --cgroup --fork --kill-child bash -c '\''
  set -e
  cd "$1"
  mount --make-rprivate / 2>/dev/null || true
  mount --bind . . && cd "$1"
  mount -t proc proc proc
  mount -t sysfs sysfs sys
  mount -t cgroup2 cgroup2 sys/fs/cgroup
  mount -t tmpfs -o mode=755 tmpfs run
  mount -t tmpfs -o mode=755 tmpfs dev
  mount -t tmpfs tmpfs tmp
  for one in null zero full random urandom tty; do touch dev/$one; mount --bind /dev/$one dev/$one; done
  mkdir dev/pts dev/shm
  mount -t devpts -o newinstance,ptmxmode=666 devpts dev/pts
  mount -t tmpfs tmpfs dev/shm
  ln -s pts/ptmx dev/ptmx
  ip link set lo up
  mkdir -p run/old
  pivot_root . run/old
  umount -l /run/old
  exec env -i container=other PATH=/usr/sbin:/usr/bin:/sbin:/bin /lib/systemd/systemd --log-target=null --show-status=0
'\'' _ "$1"'
bash -c "$boot" _ "$root" "$cgroup" &
outside=$!
finish() {
  kill -KILL "$outside" 2>/dev/null
  wait "$outside" 2>/dev/null
  for _ in $(seq 50); do
    find "$cgroup" -depth -type d -exec rmdir {} + 2>/dev/null
    [ -d "$cgroup" ] || break
    sleep 0.1
  done
}
trap finish EXIT
inside() { nsenter -t "$first" -m -p -i -n -u -C env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 "$@"; }
# came_up: also with a unit of Debian that fails for want of a real machine, for which systemctl ends with 1
came_up() { case $(inside systemctl is-system-running 2>&1) in running | degraded) ;; *) return 1 ;; esac; }
first=
for _ in $(seq 300); do
  first=$(pgrep -P "$outside" | head -n 1)
  [ -n "$first" ] && came_up && break
  sleep 0.1
done
came_up || { inside systemctl list-jobs; echo "FAILED: systemd does not come up: $(inside systemctl is-system-running 2>&1)"; exit 1; }

inside bash -c '
set -e
say() { echo "-- $*"; }
trap "journalctl --no-pager -n 30 -u \"emuicc*\"" ERR
say a chip in a reader of pcscd
systemctl start pcscd.socket emuicc@35963
emuicc-ctl --state /var/lib/private/emuicc/35963 wait
opensc-tool --reader 0 -s 00A40004023F00 | grep -q SW1=0x90
eid=$(emuicc-lpa info | sed -n "s/^EID  *//p")
say it is started again when it is killed, as the same chip
systemctl kill -s KILL emuicc@35963
for _ in $(seq 200); do emuicc-lpa info 2>/dev/null | grep -q "$eid" && break; sleep 0.1; done
emuicc-lpa info | grep -q "$eid"
say a pcscd of its own, and a chip with a profile in it
systemctl start emuicc-pcscd@36000
mkdir -p /run/systemd/system/emuicc@36000.service.d
printf "[Service]\nEnvironment=\"OPTIONS=--install usim-milenage,enabled\"\n" >/run/systemd/system/emuicc@36000.service.d/options.conf
systemctl daemon-reload
systemctl start emuicc@36000
export PCSCLITE_CSOCK_NAME=/run/emuicc-pcscd/36000/pcscd.comm
emuicc-ctl --state /var/lib/private/emuicc/36000 wait
opensc-tool --reader 0 -s 00A40004022FE2 -s 00B000000A | grep -q "^98 88 12 01"
unset PCSCLITE_CSOCK_NAME
say a farm
mkdir -p /run/systemd/system/emuicc-farm@35970.service.d
printf "[Service]\nEnvironment=CARDS=20\n" >/run/systemd/system/emuicc-farm@35970.service.d/cards.conf
systemctl daemon-reload
systemctl start emuicc-farm@35970
for _ in $(seq 200); do one=$(ls /var/lib/private/emuicc-farm/35970/chips 2>/dev/null | head -n 1); [ -n "$one" ] && break; sleep 0.1; done
emuicc-ctl --state "/var/lib/private/emuicc-farm/35970/chips/$one" wait
emuicc-lpa --direct "127.0.0.1:35970/$one" info | grep -q "$one"
say units of a user
useradd --create-home tester
user=$(id -u tester)
systemctl start "user@$user"
as() { runuser -u tester -- env HOME=/home/tester XDG_RUNTIME_DIR="/run/user/$user" PCSCLITE_CSOCK_NAME="/run/user/$user/emuicc/one/pcscd.comm" "$@"; }
pki=/home/tester/.local/state/emuicc-smdpp/pki
as systemctl --user start emuicc-smdpp
mkdir -p /run/user/$user/systemd/user/emuicc@one.service.d
printf "[Service]\nEnvironment=\"OPTIONS=--pki $pki\"\n" >/run/user/$user/systemd/user/emuicc@one.service.d/options.conf
as systemctl --user daemon-reload
as systemctl --user start emuicc@one
as emuicc-ctl --state /home/tester/.local/state/emuicc/one wait
code="LPA:1\$localhost:8443\$usim-milenage"
as emuicc-lpa --ca $pki download "$code"
as emuicc-lpa list | grep -q 8988211000000000011
say all of them end in order
as systemctl --user stop emuicc@one emuicc-smdpp
systemctl stop emuicc@35963 emuicc@36000 emuicc-pcscd@36000 emuicc-farm@35970
for unit in emuicc@35963 emuicc@36000 emuicc-pcscd@36000 emuicc-farm@35970; do
  [ "$(systemctl show -p Result --value $unit)" = success ] || { systemctl status $unit | cat; false; }
done
' || { echo "FAILED: a unit"; exit 1; }
echo "the units work under systemd $(inside systemctl --version | sed -n '1s/systemd \([0-9]*\).*/\1/p')"
