#!/bin/bash
# emuicc-ctl, what is done to a running card from outside: faults, the reader, profiles.
#   test_ctl_hardware.sh EMUICC EMUICC-CTL PACKAGE
set -u
emuicc=$1 ctl=$2 package=$3
work=$(mktemp -d) card=
found=0
trap '[ -z "$card" ] || kill -KILL "$card" 2>/dev/null; rm -rf "$work"' EXIT
say() { echo "$*"; found=1; }
# does COMMAND...: it succeeds, what it prints is in out
does() { "$ctl" --state "$work/chip" "$@" >"$work/out" 2>"$work/err" || say "$*: $(cat "$work/err")"; }
shows() { grep -qE -- "$1" "$work/out" || say "$1 is not in: $(cat "$work/out")"; }
# refused TEXT COMMAND...: one line that says so
refused() {
  local text=$1
  shift
  "$ctl" --state "$work/chip" "$@" >"$work/out" 2>"$work/err" && say "$* succeeds"
  [ "$(wc -l <"$work/err")" -eq 1 ] || say "$* says: $(cat "$work/err")"
  grep -qF -- "$text" "$work/err" || say "$*: '$text' is not in: $(cat "$work/err")"
}

: >"$work/log"
"$emuicc" --state "$work/chip" --vpcd 127.0.0.1:9 --install "$package" --faults busy-twice 2>"$work/log" &
card=$!
for ((i = 0; i < 400; i++)); do
  grep -q "no reader at" "$work/log" && break
  sleep 0.05
done

does list
iccid=$(awk 'NR == 1 { print $1 }' "$work/out")
does status
shows 'place: in'
shows 'enabled: no'
shows 'faults: 3'
shows 'timing: instant'

# Faults: none of them lies on what is done from outside.
does fault list
shows '^1  function EnableProfile = result 5, 2 times  \(struck 0 times\)'
does enable "$iccid"
does status
shows 'enabled: yes'
refused "in that state already" enable "$iccid"
refused "there is no such profile" disable 8988211000000000999
refused "an ICCID has at most 20 digits" enable 12x
does disable "$iccid"
does files "$iccid"
shows '^EF.ICCID +2FE2 '
shows "= ICCID: $iccid"
shows 'read: nothing'
refused "no profile on the chip has this ICCID" files 8988211000000000999
refused "there is no such profile" delete 8988211000000000999
does fault remove 2
does fault add element usim = status 6581, always
does --json fault list
shows '"fault": "element usim = status 6581, always"'
refused "an action is status," fault add apdu = explode
refused "no fault of this number; 'fault list' shows them" fault remove 99
refused "named by its number" fault remove x
does fault clear
does fault list
shows '^no faults$'

# The card in its reader.
does eject
does status
shows 'place: out'
does insert
does status
shows 'place: in'
does reset

# A known state, taken back while the card runs.
does snapshots
shows '^no snapshots$'
does enable "$iccid"
does snapshot one-enabled
does snapshot two
does snapshots
shows '^one-enabled  *20[0-9-]*T[0-9:]*Z  [0-9]+ bytes$'
shows '^two  *20'
does snapshot-remove two
refused "there is no snapshot of this name; 'snapshots' lists them" snapshot-remove two
refused "a name has letters" snapshot-remove ../store
does snapshots
grep -q two "$work/out" && say "a removed snapshot is listed"
does disable "$iccid"
does memory-reset
does list
shows '^no profiles$'
does restore one-enabled
does status
shows 'enabled: yes'
shows 'place: in'
does list
shows "^$iccid *enabled"
refused "there is no snapshot of this name; 'snapshots' lists them" restore another
refused "a name has letters" restore ../../etc/passwd
refused "a name has letters" snapshot .hidden
echo "no store" >"$work/chip/snapshots/broken.sqlite"
refused "it cannot be taken back" restore broken
does status
shows 'enabled: yes'
[ "$(stat -c %a "$work/chip/snapshots" "$work/chip/snapshots/one-enabled.sqlite" | tr '\n' ' ')" = '700 600 ' ] ||
  say "others may read: $(ls -la "$work/chip/snapshots")"

does memory-reset
does list
shows '^no profiles$'
refused "nothing to delete" memory-reset

# What was asked for stands in the trace, what was only looked at or refused does not.
for asked in "enable $iccid" "disable $iccid" "fault-add element usim = status 6581, always" "fault-remove 2" \
    fault-clear eject insert reset "snapshot one-enabled" memory-reset "restore one-enabled"; do
  grep -qx "emuicc: asked from outside: $asked" "$work/log" || say "not in the trace: $asked"
done
grep -qE "asked from outside: (list|status|fault-list|restore another)" "$work/log" && say "more is in the trace"

kill "$card" && wait "$card"
card=
# The same, while no card runs.
does list
shows '^no profiles$'
does snapshot nothing
does restore one-enabled
does list
shows "^$iccid *enabled"
does restore nothing
does list
shows '^no profiles$'
refused "not a store of emuicc" restore broken
does list
[ ! -e "$work/chip/store.sqlite.new" ] || say "something is left behind: $(ls "$work/chip")"
refused "no card runs on it; 'emuicc --state' with this folder starts one" status
"$emuicc" --state "$work/chip" --faults /nowhere 2>"$work/err" && say "faults that are not there are taken"
grep -q -- "--faults /nowhere: No such file" "$work/err" || say "no faults: $(cat "$work/err")"
printf '# mine\napdu = explode\n' >"$work/mine"
"$emuicc" --state "$work/chip" --faults "$work/mine" 2>"$work/err" && say "bad faults are taken"
grep -q "$work/mine:2: an action is" "$work/err" || say "bad faults: $(cat "$work/err")"
exit "$found"
