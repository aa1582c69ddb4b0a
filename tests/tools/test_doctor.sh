#!/bin/bash
# emuicc-ctl doctor on systems that are made up: what is wrong with each is found, with the line to run.
#   test_doctor.sh EMUICC-CTL
set -u
ctl=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export PCSCLITE_CSOCK_NAME=$work/no-pcscd # a machine's own is none of this test's business
found=0
root=$work/root conf=$root/etc/reader.conf.d driver=/usr/lib/pcsc/drivers/serial/libifdvpcd.so
say() { echo "$*"; found=1; }
# system: a new one, as Debian makes it
system() {
  rm -rf "$root"
  mkdir -p "$conf" "$root/proc/net" "$root$(dirname "$driver")" "$work/state"
  touch "$root$driver"
  entry vpcd "Virtual PCD" 0x8C7B
  printf '  sl  local_address rem_address   st tx rx tr tm retr uid timeout inode\n' >"$root/proc/net/tcp"
}
entry() { printf 'FRIENDLYNAME "%s"\nDEVICENAME /dev/null:%s\nLIBPATH %s\nCHANNELID %s\n' "$2" "$3" "$driver" "$3" >"$conf/$1"; }
# listens PORT PROCESS NAME
listens() {
  printf '   0: 00000000:%04X 00000000:0000 0A 00000000:00000000 00:00000000 00000000 0 0 777 1\n' "$1" >>"$root/proc/net/tcp"
  mkdir -p "$root/proc/$2/fd"
  echo "$3" >"$root/proc/$2/comm"
  ln -s 'socket:[777]' "$root/proc/$2/fd/3"
}
# card PROCESS ARGUMENT...
card() {
  mkdir -p "$root/proc/$1"
  printf '%s\0' /usr/bin/emuicc "${@:2}" >"$root/proc/$1/cmdline"
}
examine() { "$ctl" --root "$root" --state "$work/state" "$@" doctor >"$work/out" 2>"$work/err"; }
finds() { examine && say "nothing is wrong, it says"; tr -d '\n' <"$work/out" | grep -qE -- "$1" || say "'$1' is not in: $(cat "$work/out" "$work/err")"; }
finds_not() { examine; grep -qE -- "$1" "$work/out" && say "'$1' is in: $(cat "$work/out")"; }

system
finds "WRONG +pcscd +nobody serves $PCSCLITE_CSOCK_NAME, which PCSCLITE_CSOCK_NAME names +run: unset PCSCLITE_CSOCK_NAME"
finds "good +reader.conf +'Virtual PCD' has ports 35963 to 35964"
finds "WRONG +card +no card runs on $work/state +run: emuicc --state '$work/state' &"
finds_not 'slots|port |clashes'
examine --json
python3 - "$work/out" <<'END' || say "no JSON: $(cat "$work/out")"
import json, sys
answer = json.load(open(sys.argv[1]))
assert answer["good"] is False
assert {"pcscd", "reader.conf", "card"} <= {finding["check"] for finding in answer["findings"]}
assert all("run" in finding for finding in answer["findings"] if not finding["good"])
END

rm "$conf/vpcd"
finds 'no vpcd is among the readers.*run: sudo apt-get install .*vsmartcard-vpcd'

system
rm "$root$driver"
finds "the driver of 'Virtual PCD' is not there: $driver.*run: sudo apt-get install"

system
entry second "Another" 0x8C7C
finds "'Another' in .*second clashes with 'Virtual PCD'|'Virtual PCD' in .*vpcd clashes with 'Another' in .*run: sudo rm "
entry second "Another" 0x8C7D
finds_not clashes
entry second "Virtual PCD" 0x9C40
finds "clashes"

system
listens 35963 4711 nginx
finds 'port 35963 is taken by nginx \(process 4711\) +run: kill 4711'
system
listens 35963 4711 pcscd
finds 'good +port +vpcd listens at port 35963'

system
card 10 --vpcd 127.0.0.1:35965
finds 'a card looks for a reader at port 35965, which vpcd does not have: it has 2 slots'
system
card 10 --vpcd 127.0.0.1:35964
card 11 --state x
finds_not slots
card 12
finds 'two cards look for the same slot, port 35963'

# Cards that look for no slot of this machine: another host, another network, no reader at all.
system
card 10
card 11 --vpcd 192.0.2.1:35963
card 12 --vpcd=192.0.2.1:35999 --state x
card 13 --stdio
card 14 --pcsc socket
card 15 --replay transcript
finds_not slots
system
mkdir -p "$root/proc/self/net"
for process in 10 11; do card $process --state $process && mkdir -p "$root/proc/$process/net"; done
touch "$root/proc/self/net/tcp" "$root/proc/11/net/tcp"
ln "$root/proc/self/net/tcp" "$root/proc/10/net/tcp"
finds_not slots
card 12
mkdir -p "$root/proc/12/net"
ln "$root/proc/self/net/tcp" "$root/proc/12/net/tcp"
finds 'two cards look for the same slot, port 35963'

# A pcscd in a place of its own is told of its readers there.
system
mkdir -p "$root/run/pcscd/readers" "$root/proc/99"
echo 99 >"$root/run/pcscd/pcscd.pid"
printf '%s\0' pcscd --foreground --config /run/pcscd/readers >"$root/proc/99/cmdline"
conf=$root/run/pcscd/readers entry vpcd "Place" 0x8CA0
card 10 --vpcd 127.0.0.1:36001
finds "good +reader.conf +'Place' has ports 36000 to 36001"
finds_not "35963|slots"
# The same, seen from outside by its socket.
export PCSCLITE_CSOCK_NAME=$work/bound/pcscd.comm
cp -r "$root/run/pcscd" "$work/bound"
rm -r "$root/run"
finds "good +reader.conf +'Place' has ports 36000 to 36001"
export PCSCLITE_CSOCK_NAME=$work/no-pcscd
printf '%s\0' pcscd -c /etc/reader.conf.d/vpcd >"$root/proc/99/cmdline"
mkdir -p "$root/run/pcscd" && echo 99 >"$root/run/pcscd/pcscd.pid"
finds "good +reader.conf +'Virtual PCD' has ports 35963 to 35964"

system
mkdir -p "$work/pki"
openssl req -x509 -newkey rsa:2048 -nodes -keyout /dev/null -subj /CN=old -days 1 -out "$work/pki/new.pem" 2>/dev/null || say "no certificate"
examine --pki "$work/pki"
grep -q "none of 1 in $work/pki has run out" "$work/out" || say "new: $(cat "$work/out")"
cat >"$work/ca.conf" <<'END'
[ca]
default_ca = a
[a]
dir = .
database = index
new_certs_dir = .
serial = serial
default_md = sha256
policy = p
[p]
commonName = supplied
END
(
  cd "$work" || exit
  : >index
  echo 01 >serial
  openssl req -newkey rsa:2048 -nodes -keyout key -subj /CN=old -out request 2>/dev/null
  openssl ca -batch -config ca.conf -selfsign -keyfile key -in request -startdate 20200101000000Z \
    -enddate 20200102000000Z -notext -out pki/old.pem 2>/dev/null
  openssl x509 -in pki/old.pem -outform DER -out pki/old.der
) || say "no old certificate"
examine --pki "$work/pki"
[ "$(grep -c 'has run out$' "$work/out")" -eq 2 ] || say "old: $(cat "$work/out")"
grep -q 'run: emuicc-pki' "$work/out" || say "old: $(cat "$work/out")"

"$ctl" --state "$work/state" --timeout 1 wait >"$work/out" 2>"$work/err" && say "wait sees a card"
grep -q "no card runs on $work/state after 1 s" "$work/err" || say "wait: $(cat "$work/err")"
"$ctl" --state "$work/state" --timeout 1x wait 2>"$work/err"
[ $? -eq 2 ] || say "wait takes any time, or does not call it a wrong command line"
grep -q "a number of seconds is needed" "$work/err" || say "wait: $(cat "$work/err")"
exit "$found"
