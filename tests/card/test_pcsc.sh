#!/bin/bash
# PC/SC programs on a chip with no pcscd: emuicc-lpa, through the system's libpcsclite, and opensc-tool
# where it is installed. No root, no port; two at once.
#   test_pcsc.sh EMUICC LPA PROFILES CTL
set -u
emuicc=$1 lpa=$2 profiles=$3 ctl=$4
work=$(mktemp -d)
pids=()
finish() { kill "${pids[@]}" 2>/dev/null; wait "${pids[@]}" 2>/dev/null; rm -rf "$work"; }
trap finish EXIT
fail() { echo "FAILED: $*"; cat "$work"/*.log; exit 1; }

start() {
  "$emuicc" --pcsc "$work/$1.socket" --state "$work/$1" --install "$profiles/usim-milenage.der,enabled" >"$work/$1.log" 2>&1 &
  pids+=($!)
  for _ in $(seq 300); do
    [ -S "$work/$1.socket" ] && return
    sleep 0.1
  done
  fail "$1 makes no socket"
}
lpa() { PCSCLITE_CSOCK_NAME=$work/$1.socket timeout 60 "$lpa" "${@:2}"; }

start one
start two
[ "$(stat -c %a "$work/one.socket")" = 700 ] || [ "$(stat -c %a "$work/one.socket")" = 600 ] || fail "others may use the socket"
one=$(lpa one info | awk '/^EID/ { print $2 }') || fail "no chip on one"
two=$(lpa two info | awk '/^EID/ { print $2 }') || fail "no chip on two"
[ ${#one} -eq 32 ] && [ ${#two} -eq 32 ] && [ "$one" != "$two" ] || fail "EIDs: $one, $two"
for socket in "$work/one.socket" "$work/two.socket" ''; do # as the environment has it, or as the chip says
  PCSCLITE_CSOCK_NAME=$socket timeout 60 "$ctl" --state "$work/one" wait --timeout 20 >"$work/wait.log" 2>&1
  grep -q '^reader: emuicc 00 00$' "$work/wait.log" && grep -qxF "PCSCLITE_CSOCK_NAME: $work/one.socket" "$work/wait.log" ||
    fail "emuicc-ctl wait with '$socket'"
done
(unset PCSCLITE_CSOCK_NAME; timeout 60 "$ctl" --state "$work/one" wait --timeout 20 >"$work/wait.log" 2>&1) || fail "emuicc-ctl wait with no variable"
lpa one list | grep -q 'enabled' || fail "one has no enabled profile"
lpa one disable 8988211000000000011 >"$work/lpa.log" 2>&1 || fail "disable"
lpa one list | grep -q 'disabled' || fail "it is not disabled"
lpa two list | grep -q 'disabled' && fail "two has changed"
if command -v opensc-tool >/dev/null; then
  export PCSCLITE_CSOCK_NAME=$work/two.socket
  timeout 60 opensc-tool -l | grep -q 'Yes .*emuicc 00 00' || fail "opensc-tool sees no card"
  timeout 60 opensc-tool --reader 0 -s 00A40004022FE2 -s 00B000000A | grep -q '^98 88 12 01 00 00 00 00 10 F1' || fail "EF.ICCID"
fi
# Doctor sees what serves; a socket that nobody serves is named as what it is.
PCSCLITE_CSOCK_NAME=$work/one.socket timeout 60 "$ctl" --state "$work/one" doctor >"$work/doctor.log" || fail "doctor finds something"
grep -qF "PC/SC is served at $work/one.socket, with no pcscd" "$work/doctor.log" || fail "doctor does not see the chip's own socket"
PCSCLITE_CSOCK_NAME=$work/none.socket timeout 60 "$lpa" list 2>"$work/lpa.log" && fail "a socket that is none lists profiles"
grep -qF "nobody serves $work/none.socket, which PCSCLITE_CSOCK_NAME names" "$work/lpa.log" || fail "a socket that is none"
# A chip that is killed leaves its socket behind; the next one replaces it. One that is in use stays.
"$emuicc" --pcsc "$work/two.socket" --state "$work/three" >"$work/three.log" 2>&1 && fail "the socket of another chip was taken"
grep -q 'two.socket: ' "$work/three.log" || fail "no word of the socket"
kill -KILL "${pids[0]}"; wait "${pids[0]}" 2>/dev/null
[ -S "$work/one.socket" ] || fail "the socket should be left"
pids=("${pids[1]}")
start one
for _ in $(seq 100); do lpa one info >"$work/lpa.log" 2>&1 && break; sleep 0.1; done
grep -q "$one" "$work/lpa.log" || fail "the chip is another one"
kill "${pids[0]}"; wait "${pids[0]}" || fail "two ends with $?"
[ ! -e "$work/two.socket" ] || fail "the socket is left behind"
