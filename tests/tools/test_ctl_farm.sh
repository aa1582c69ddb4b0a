#!/bin/bash
# emuicc-ctl and the chips of a running farm: what is asked of one, in its folder, does not touch the others.
#   test_ctl_farm.sh EMUICC-FARM EMUICC-CTL EMUICC-LPA PACKAGE
set -u
farm=$1 ctl=$2 lpa=$3 package=$4
work=$(mktemp -d) pid=
found=0
trap '[ -z "$pid" ] || kill -KILL "$pid" 2>/dev/null; rm -rf "$work"' EXIT
say() { echo "$*"; found=1; }

"$farm" --cards 3 --state "$work/farm" --listen 127.0.0.1:0 --install "$package" 2>"$work/log" &
pid=$!
until grep -q 'loops, at ' "$work/log"; do
  kill -0 "$pid" || { cat "$work/log"; exit 1; }
  sleep 0.05
done
address=$(sed -n 's/.*loops, at //p' "$work/log")
mapfile -t chips < <("$ctl" --state "$work/farm" chips 0)

# does CHIP COMMAND...: it succeeds, what it prints is in out
does() { "$ctl" --state "$work/farm/chips/${chips[$1]}" "${@:2}" >"$work/out" 2>"$work/err" || say "$*: $(cat "$work/err")"; }
shows() { grep -qE -- "$1" "$work/out" || say "$1 is not in: $(cat "$work/out")"; }
# refused TEXT STATE COMMAND...: one line that says so
refused() {
  "$ctl" --state "$2" "${@:3}" >"$work/out" 2>"$work/err" && say "$* succeeds"
  [ "$(wc -l <"$work/err")" -eq 1 ] || say "$* says: $(cat "$work/err")"
  grep -qF -- "$1" "$work/err" || say "'$1' is not in: $(cat "$work/err")"
}
lpa() { "$lpa" --direct "$address/${chips[$1]}" "${@:2}" >"$work/out" 2>"$work/err"; }

does 1 list
iccid=$(sed -n 's/^\([0-9]\{18,20\}\) .*/\1/p' "$work/out")
[ -n "$iccid" ] || say "no profile in: $(cat "$work/out")"
does 1 status
shows "^EID: ${chips[1]}\$|eid: ${chips[1]}\$"

# One chip refuses, one is out of its place, the third does as it should.
does 1 fault add function EnableProfile = result 5, always
does 1 fault list
shows 'function EnableProfile = result 5, always'
does 0 fault list
shows '^no faults'
lpa 1 enable "$iccid" && say "the fault does not strike"
does 2 eject
lpa 2 enable "$iccid" && say "a chip that is out answers"
lpa 0 enable "$iccid" || say "the others do not: $(cat "$work/err")"

# What is said of a chip stands among its events, beside the commands, and among no other chip's.
cat >"$work/events.py" <<'PY'
import json, socket, sys

def ask(line):
    with socket.socket(socket.AF_UNIX) as client:
        client.connect(sys.argv[1])
        client.sendall(line.encode() + b"\n")
        return json.loads(b"".join(iter(lambda: client.recv(65536), b"")))

said = ask("chip %s watch %s" % (sys.argv[2], sys.argv[3]))
print(said["next"])
print("\n".join(one["note"] for one in said["events"] if "note" in one))
PY
events() { python3 "$work/events.py" "$work/farm/control" "${chips[$1]}" "$2" >"$work/out" || say "events: $(cat "$work/out")"; }
does 0 fault add function GetRAT = status 6A80 # a chip with a fault stays in memory, and with it its events
does 0 fault add function DisableProfile = result 5
events 0 0
next=$(head -n 1 "$work/out")
events 2 0
next2=$(head -n 1 "$work/out")
lpa 0 disable "$iccid" && say "the fault does not strike"
lpa 0 disable "$iccid" || say "disable: $(cat "$work/err")"
events 2 "$next2"
grep -q "$iccid" "$work/out" && say "another chip's events have it: $(cat "$work/out")"
events 0 "$next"
shows "^profile $iccid disabled$"
shows "^fault [0-9]*: function DisableProfile = result 5"
lpa 0 enable "$iccid" || say "enable: $(cat "$work/err")"
does 0 fault clear

# All at a glance, as the inspector asks: EID, commands, what it is in (1 memory, 2 use, 4 ejected), faults.
python3 - "$work/farm/control" "${chips[@]}" <<'PY' >"$work/out" 2>&1 || say "chips: $(cat "$work/out")"
import json, socket, sys

def ask(line):
    with socket.socket(socket.AF_UNIX) as client:
        client.connect(sys.argv[1])
        client.sendall(line.encode() + b"\n")
        return json.loads(b"".join(iter(lambda: client.recv(65536), b"")))

said = ask("chips 0")
rows = said["chips"]
assert said["count"] == 3 and [row[0] for row in rows] == sys.argv[2:], said
assert rows[0][1] > 0 and rows[0][3] == 0, rows
assert rows[1][2] & 1 and rows[1][3] == 1, rows
assert rows[2][2] & 4, rows
assert [row[0] for row in ask("chips 2")["chips"]] == sys.argv[4:], "from a place on"
assert ask("chips 3")["chips"] == [] and "error" in ask("chips x")
PY
does 1 fault clear
does 2 insert
for chip in 1 2; do
  lpa "$chip" enable "$iccid" || say "chip $chip does not enable afterwards: $(cat "$work/err")"
done

# A chip that is mute keeps its client waiting and nobody else.
does 1 fault add function GetProfilesInfo = mute, always
"$lpa" --direct "$address/${chips[1]}" list >/dev/null 2>&1 &
waiting=$!
until does 1 fault list && grep -qE 'struck [1-9]' "$work/out"; do sleep 0.05; done
lpa 0 list || say "another chip does not answer beside one that is mute: $(cat "$work/err")"
does 1 eject
wait "$waiting" && say "a list came from a chip that was mute and then out"
does 1 insert
does 1 fault clear

does 0 snapshot here
does 0 disable "$iccid"
does 0 restore here
does 0 list
shows "^$iccid *enabled"
# The chip is back at once, with nobody there to see it go; an ejected one says what it is.
lpa 0 list || say "after a restore: $(cat "$work/err")"
does 0 eject
lpa 0 list && say "an ejected chip is there"
grep -q "the chip is ejected" "$work/err" || say "ejected: $(cat "$work/err")"
does 0 restore here
lpa 0 list && say "a restore puts an ejected chip back"
does 0 insert
lpa 0 list || say "after insert: $(cat "$work/err")"
grep -qx "emuicc-farm: ${chips[0]}: asked from outside: restore here" "$work/log" || say "the trace: $(grep asked "$work/log")"
does 0 wait --timeout 5
shows "$address/${chips[0]}"
"$ctl" --state "$work/farm/chips/none" wait --timeout 1 >"$work/out" 2>"$work/err" && say "a chip that is not there is waited for in vain"
[ "$(cat "$work/err")" = "emuicc-ctl: no card runs on $work/farm/chips/none after 1 s; 'emuicc --state' with this folder starts one" ] || say "wait says: $(cat "$work/err")"
refused "a farm is asked of its chips: --state FARM/chips/EID" "$work/farm" status
mkdir "$work/farm/chips/89049032123451234512345678901235"
refused "no chip here has this EID" "$work/farm/chips/89049032123451234512345678901235" status

kill "$pid" && wait "$pid" || say "the farm ends with $?"
pid=
does 0 list
shows "^$iccid *enabled"
refused "no card runs on it" "$work/farm/chips/${chips[0]}" status

# Two more: the last one is a record, and has its folder once it is asked for, though no farm runs.
: >"$work/log"
"$farm" --cards 5 --state "$work/farm" --listen 127.0.0.1:0 --install "$package" 2>"$work/log" &
pid=$!
until grep -q 'loops, at ' "$work/log"; do
  kill -0 "$pid" || { cat "$work/log"; exit 1; }
  sleep 0.05
done
"$ctl" --state "$work/farm" chips >"$work/running" || say "chips of a farm that runs"
kill "$pid" && wait "$pid" || say "the farm ends with $?"
pid=
"$ctl" --state "$work/farm" chips 0 >"$work/out" && cmp "$work/running" "$work/out" || say "chips at rest: $(cat "$work/out")"
[ "$(wc -l <"$work/out")" -eq 5 ] || say "$(wc -l <"$work/out") chips of 5"
mapfile -t chips <"$work/out"
[ -f "$work/farm/births.sqlite" ] && [ ! -e "$work/farm/chips/${chips[4]}" ] || say "the last chip is no record"
does 4 list
shows "^$iccid "
[ -f "$work/farm/chips/${chips[4]}/store.sqlite" ] && [ ! -e "$work/farm/births.sqlite" ] || say "the last chip is still a record"
[ "$("$ctl" --state "$work/farm" chips 4)" = "${chips[4]}" ] || say "chips from a place on"
refused "the place of the first chip" "$work/farm" chips last
mkdir -p "$work/ended/chips"
"$ctl" --state "$work/ended" doctor | grep -qF "run: emuicc-farm --cards N --state '$work/ended'" ||
  say "doctor of a farm that does not run names another line than its start"
refused "no farm's folder" "$work/farm/chips" chips 0
# The LPA finds a chip of this machine by its folder, whether it has one yet or not.
"$farm" --cards 7 --state "$work/farm" --listen 127.0.0.1:0 --install "$package" 2>"$work/log" &
pid=$!
until [ -S "$work/farm/direct" ]; do
  kill -0 "$pid" || { cat "$work/log"; exit 1; }
  sleep 0.05
done
mapfile -t chips < <("$ctl" --state "$work/farm" chips)
[ ! -e "$work/farm/chips/${chips[6]}" ] || say "a chip that was never used has a folder"
for chip in "${chips[0]}" "${chips[6]}"; do
  "$lpa" --direct "$work/farm/chips/$chip" info 2>"$work/err" | grep -q "$chip" || say "by its folder: $(cat "$work/err")"
done
lpa=$(realpath "$lpa")
(cd "$work/farm/chips" && "$lpa" --direct "./${chips[1]}" list >"$work/out" 2>&1) || say "from beside it: $(cat "$work/out")"
kill "$pid" && wait "$pid" || say "the farm ends with $?"
pid=
"$lpa" --direct "$work/farm/chips/${chips[0]}" info >"$work/out" 2>&1 && say "a farm that has ended answers"
grep -q 'see whether emuicc-farm runs on this state' "$work/out" || say "a farm that has ended: $(cat "$work/out")"
exit "$found"
