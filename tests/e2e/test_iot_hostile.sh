#!/bin/bash
# An eIM that means ill to an IPA and its chip, and IPAs that mean ill to an eIM: answers that are too large,
# cut, of another function, replayed, for another chip, without end; requests likewise, and clients that hold
# connections. Nothing is lost by it: afterwards IPA, chip and eIM do what they did before.
. "${0%/*}/place.sh"
. "${0%/*}/provision.sh"
need_programs card/emuicc-farm tools/pki/emuicc-pki tools/eim/emuicc-eim tools/ipa/emuicc-ipa
need python3
enter_place "$0" "$@"

pki=$work/pki folder=$work/hostile
mkdir "$folder"
"$BUILD/tools/pki/emuicc-pki" --eim localhost "$pki" || fail "no PKI"
eim() { "$BUILD/tools/eim/emuicc-eim" --store "$work/eim.sqlite" "$@"; }
"$BUILD/tools/eim/emuicc-eim" --store "$work/eim.sqlite" --pki "$pki" --fqdn localhost:8445 --listen 127.0.0.1:8445 >"$work/eim.log" 2>&1 &
eim_pid=$!
until_true 20 listens 8445 || fail "the eIM does not come up"
"$BUILD/tools/eim/emuicc-eim" --pki "$pki" --fqdn localhost:8445 config --out "$work/eim.der" || fail "config"
"$BUILD/card/emuicc-farm" --cards 1 --state "$work/farm" --pki "$pki" --personality sgp32-v1.2 --eim "$work/eim.der" \
  --listen 127.0.0.1:35971 >"$work/farm.log" 2>&1 &
until_true 30 grep -q 'loops, at ' "$work/farm.log" || fail "no farm: $(cat "$work/farm.log")"
eid=$(ls "$work/farm/chips")
ipa() { "$BUILD/tools/ipa/emuicc-ipa" --direct "127.0.0.1:35971/$eid" --ca "$pki" "$@"; }
# done_by_all: an order goes through, and its counter is one more than the last one's
counter() { ipa --json status | sed -n 's/.*"counterValue": \([0-9]*\).*/\1/p'; }
done_by_all() {
  local before
  before=$(counter)
  eim order "$eid" rat >/dev/null || fail "order"
  ipa poll 2>"$work/ipa.log" || fail "poll: $(cat "$work/ipa.log")"
  [ "$(counter)" = $((before + 1)) ] || fail "counter $(counter) after $before"
  eim --json results "$eid" | grep -q '"status": "\(new\|work\)"' && fail "an order is not done: $(eim status)"
  true
}
done_by_all

echo "--- an eIM that means ill"
package=$(eim order "$eid" rat)
ipa --verbose poll 2>"$work/ipa.log" || fail "poll"
# What the right eIM has signed, out of its store, is what a replay is made of.
python3 - "$work/eim.sqlite" "$folder" "$eid" <<'P' || fail "no package was recorded"
import pathlib, sqlite3, sys
store, folder, eid = sys.argv[1], pathlib.Path(sys.argv[2]), sys.argv[3]
result = sqlite3.connect(store).execute("SELECT last_message FROM orders WHERE counter = 2").fetchone()[0]
folder.joinpath("result").write_bytes(result)
folder.joinpath("eid").write_bytes(bytes.fromhex(eid))
P
kill "$eim_pid"; wait "$eim_pid" 2>/dev/null
eim order "$eid" rat >/dev/null
# The package of the next order is signed and kept by an eIM that nobody answers.
"$BUILD/tools/eim/emuicc-eim" --store "$work/eim.sqlite" --pki "$pki" --fqdn localhost:8445 --listen 127.0.0.1:8447 --plain >>"$work/eim.log" 2>&1 &
eim_pid=$!
until_true 20 listens 8447 || fail "the plain eIM does not come up"
python3 - "$folder" "$eid" <<'P' || fail "no package"
import pathlib, sys, urllib.request
folder, eid = pathlib.Path(sys.argv[1]), bytes.fromhex(sys.argv[2])
request = urllib.request.Request("http://127.0.0.1:8447/gsma/rsp2/asn1", b"\xbf\x4f\x12\x5a\x10" + eid,
                                 {"Content-Type": "application/x-gsma-rsp-asn1"})
answer = urllib.request.urlopen(request).read()
folder.joinpath("package").write_bytes(answer[answer.index(b"\xbf\x51"):])
P
kill "$eim_pid"; wait "$eim_pid" 2>/dev/null
echo none >"$folder/mode"
python3 "${BASH_SOURCE%/*}/hostile_eim.py" 8445 "$folder" >"$work/hostile.log" 2>&1 &
hostile=$!
until_true 20 listens 8445 || fail "the hostile eIM does not come up: $(cat "$work/hostile.log")"
before=$(counter)
# The first word: whether the poll may succeed; the counter may only move by the package that the eIM has signed.
for row in no:garbage no:empty no:too-long no:indefinite no:cut no:another-message no:huge no:error yes:for-another \
  yes:no-package yes:empty-trigger yes:wrong-tags yes:endless-data yes:acknowledges-all yes:replay yes:replay; do
  echo "${row#*:}" >"$folder/mode"
  ipa --plain poll >/dev/null 2>"$work/ipa.log"
  status=$?
  [ "$status" -le 1 ] || fail "${row#*:}: exit status $status: $(cat "$work/ipa.log")"
  [ "${row%:*}" = yes ] || [ "$status" -eq 1 ] || fail "${row#*:} is taken for good"
  [ "${row#*:}" = replay ] || [ "$(counter)" = "$before" ] || fail "${row#*:} has moved the counter"
done
[ "$(counter)" = $((before + 1)) ] || fail "the replayed package was executed $(($(counter) - before)) times"
# Its second answer is replayError, signed.
tail -n 1 "$folder/results" | grep -q '020104' || fail "no replayError: $(tail -n 2 "$folder/results")"
kill "$hostile"; wait "$hostile" 2>/dev/null

echo "--- IPAs that mean ill"
"$BUILD/tools/eim/emuicc-eim" --store "$work/eim.sqlite" --pki "$pki" --fqdn localhost:8445 --listen 127.0.0.1:8445 >>"$work/eim.log" 2>&1 &
eim_pid=$!
until_true 20 listens 8445 || fail "the eIM does not come up again"
ipa poll >/dev/null 2>"$work/ipa.log" || fail "what the hostile eIM has swallowed: $(cat "$work/ipa.log")"
done_by_all
python3 "${BASH_SOURCE%/*}/hostile_ipa.py" 8445 >"$work/hostile.txt" 2>"$work/hostile.log" &
hostile=$!
until_true 120 grep -q held "$work/hostile.txt" || fail "the hostile IPA: $(cat "$work/hostile.txt" "$work/hostile.log")"
grep -q ' 200' "$work/hostile.txt" && fail "something was taken: $(cat "$work/hostile.txt")"
[ "$(grep -c ' 4[0-9][0-9]$' "$work/hostile.txt")" -ge 4 ] || fail "not refused: $(cat "$work/hostile.txt")"
SECONDS=0
done_by_all
[ "$SECONDS" -le 20 ] || fail "slow clients keep the others waiting: $SECONDS s"
kill -0 "$eim_pid" || fail "the eIM is gone"
kill "$hostile"; wait "$hostile" 2>/dev/null
kill "$eim_pid"; wait "$eim_pid" || fail "the eIM ends with $?"
echo "nothing was lost"
