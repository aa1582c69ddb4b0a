#!/bin/bash
# A farm's chips for PC/SC programs with no pcscd: 16 on the first socket, the rest on the second.
#   test_farm_pcsc.sh FARM LPA CTL PROFILES
set -u
farm=$1 lpa=$2 ctl=$3 profiles=$4
work=$(mktemp -d)
pid=
finish() { [ -n "$pid" ] && kill "$pid" 2>/dev/null && wait "$pid" 2>/dev/null; rm -rf "$work"; }
trap finish EXIT
fail() { echo "FAILED: $*"; cat "$work/farm.log"; exit 1; }
until_true() {
  for _ in $(seq 300); do "$@" && return; sleep 0.1; done
  return 1
}
# on SOCKET READER WORD...: emuicc-lpa on a reader of a socket
on() { PCSCLITE_CSOCK_NAME=$work/$1 timeout 60 "$lpa" --reader "emuicc 00 $2" "${@:3}" 2>"$work/lpa.log"; }
eid_of() { on "$1" "$2" info | awk '/^EID/ { print $2 }'; }
is_there() { [ -n "$(eid_of "$1" "$2")" ]; }

# Sockets that cannot be made are refused before the first chip is.
for sockets in "$work/one,$work/no/two" "$work/one,$work/two"; do
  timeout 20 "$farm" --cards 16 --state "$work/none" --listen 127.0.0.1:0 --pcsc "$sockets" 2>"$work/farm.log" && fail "--pcsc $sockets is taken"
  grep -q -- "--pcsc $work/.*two: " "$work/farm.log" || fail "not that error"
  [ ! -e "$work/none" ] && [ ! -e "$work/one" ] || fail "--pcsc $sockets leaves $(ls "$work" "$work/none")"
done

"$farm" --cards 18 --state "$work/farm" --listen 127.0.0.1:0 --pcsc "$work/one,$work/two" \
  --install "$profiles/usim-milenage.der" >"$work/farm.log" 2>&1 &
pid=$!
until_true is_there two 01 || fail "the last chip is not there: $(cat "$work/lpa.log")"
mapfile -t eids < <("$ctl" --state "$work/farm" chips 0)
[ "${#eids[@]}" -eq 18 ] || fail "${#eids[@]} chips"
for reader in 00 01 0F; do
  [ "$(eid_of one "$reader")" = "${eids[$((16#$reader))]}" ] || fail "reader $reader is not chip $((16#$reader))"
done
[ "$(eid_of two 00)" = "${eids[16]}" ] || fail "the second socket does not go on with the next chip"
[ "$(eid_of two 01)" = "${eids[17]}" ] || fail "the last chip"
[ -z "$(eid_of two 02)" ] || fail "a reader without a chip"
# A change on one is seen there, and nowhere else.
on one 0F enable 8988211000000000011 >/dev/null || fail "enable: $(cat "$work/lpa.log")"
on one 0F list | grep -q enabled || fail "it is not enabled"
on one 0E list | grep -q enabled && fail "another chip has changed"
# Taken out and put in again from outside.
"$ctl" --state "$work/farm/chips/${eids[3]}" eject >/dev/null || fail "eject"
is_gone() { ! is_there one 03; }
until_true is_gone || fail "the chip is still there"
"$ctl" --state "$work/farm/chips/${eids[3]}" insert >/dev/null || fail "insert"
until_true is_there one 03 || fail "the chip does not come back"
# Two clients at once, on two sockets.
on one 05 info >"$work/a" & first=$!
on two 00 info >"$work/b" || fail "two at once"
wait "$first" || fail "two at once"
kill "$pid"
wait "$pid" || fail "the farm ends with $?"
pid=
[ ! -e "$work/one" ] && [ ! -e "$work/two" ] || fail "sockets are left behind"
