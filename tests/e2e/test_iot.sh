#!/bin/bash
# SGP.32 end to end: IPA, eIM, SM-DP+ and IoT chips. Downloads through the eIM and directly, in both bindings
# and in compact form, every operation, data, rollback when the eIM is gone, an eIM that is killed between
# signing and sending; chips of v1.2 and v1.0 in a farm, then one in a reader of pcscd.
. "${0%/*}/place.sh"
. "${0%/*}/provision.sh"
need_programs card/emuicc card/emuicc-farm tools/pki/emuicc-pki tools/smdpp/emuicc-smdpp tools/eim/emuicc-eim tools/ipa/emuicc-ipa tools/ctl/emuicc-ctl tools/modem/emuicc-modem
need python3 curl
milenage=8988211000000000011
for package in usim-milenage usim-isim-tuak usim-names; do
  [ -e "$BUILD/tools/profiles/$package.der" ] || skip "$package.der is not built"
done
enter_place "$0" "$@"

pki=$work/pki
"$BUILD/tools/pki/emuicc-pki" --server localhost --eim localhost "$pki" || fail "no PKI"
"$BUILD/tools/smdpp/emuicc-smdpp" --pki "$pki" --profiles "$BUILD/tools/profiles" --address localhost:8443 \
  --listen 127.0.0.1:8443 >"$work/smdpp.log" 2>&1 &
until_true 20 listens 8443 || fail "the SM-DP+ does not come up"

eim() { "$BUILD/tools/eim/emuicc-eim" --store "$work/eim.sqlite" "$@"; }
start_eim() {
  "$BUILD/tools/eim/emuicc-eim" --store "$work/eim.sqlite" --pki "$pki" --id eim.test --fqdn localhost:8445 --listen 127.0.0.1:8445 \
    --coap-listen 127.0.0.1:8445 --rest-listen 127.0.0.1:8080 "$@" >>"$work/eim.log" 2>&1 &
  eim_pid=$!
  until_true 20 listens 8445 || fail "the eIM does not come up: $(tail -n 5 "$work/eim.log")"
}
stop_eim() { kill "${1:--TERM}" "$eim_pid"; wait "$eim_pid" 2>/dev/null; }
start_eim
"$BUILD/tools/eim/emuicc-eim" --pki "$pki" --id eim.test --fqdn localhost:8445 config --out "$work/eim.der" || fail "config"

# farm PERSONALITY PORT COUNT: so many chips; $place is where the last one is, $eid which it is
farm() {
  "$BUILD/card/emuicc-farm" --cards "$3" --state "$work/$1" --pki "$pki" --personality "$1" --listen "127.0.0.1:$2" \
    >"$work/$1.log" 2>&1 &
  until_true 30 grep -q 'loops, at ' "$work/$1.log" || fail "no farm: $(cat "$work/$1.log")"
  eid=$("$BUILD/tools/ctl/emuicc-ctl" --state "$work/$1" chips 0 | tail -n 1)
  place=(--direct "127.0.0.1:$2/$eid")
}
ipa() { "$BUILD/tools/ipa/emuicc-ipa" "${place[@]}" --ca "$pki" "$@"; }
polled() { ipa --json "$@" poll >"$work/poll.json" 2>"$work/ipa.log" || fail "poll $*: $(cat "$work/ipa.log" "$work/poll.json")"; }

# ordered EXPECTED WORDS...: an order, a poll, and its outcome, whose JSON has to contain EXPECTED
options=
ordered() {
  local expected=$1 name
  shift
  name=$(eim order "$eid" "$@") || fail "order $*"
  polled $options
  grep -q unknownResult "$work/poll.json" && fail "$*: the IPA does not know the result: $(cat "$work/poll.json")"
  eim --json results "$eid" >"$work/results.json" || fail "results"
  python3 - "$work/results.json" "$name" "$expected" <<'PY' || fail "$*: $(tail -n 3 "$work/eim.log")"
import json, sys
order = next(o for o in json.load(open(sys.argv[1])) if o["name"] == sys.argv[2])
said = json.dumps(order["outcome"], separators=(",", ":"))
if order["status"] != "done" or sys.argv[3] not in said:
    sys.exit(f"{order['status']}: {said} has no {sys.argv[3]}")
PY
}
enabled() { ordered "\"iccid\":\"$(swapped "$1")\",\"isdpAid\":\"$2\",\"profileState\":\"enabled\"" list; }
swapped() { printf '%-20s' "$1" | tr ' ' F | sed 's/\(.\)\(.\)/\2\1/g'; }
first_aid=A0000005591010FFFFFFFF8900001000

all_operations() {
  step "$1: downloads through the eIM"
  ordered '"finalResult":"successResult"' download 'LPA:1$localhost:8443$usim-milenage'
  ordered '"enableResult":"ok"' enable $milenage
  enabled $milenage $first_aid
  step "$1: each operation"
  ordered '"getRATResult":' rat
  ordered '"configureImmediateEnableResult":"ok"' immediate-enable off
  ordered '"setDefaultDpAddressResult":' default-smdp localhost:8443
  ordered '"listEimResult":{"finalResult":"successResult","eimIdList":[{"eimId":"eim.test"' list-eims
  ordered '"setFallbackAttributeResult":"fallbackNotAllowed"' fallback $milenage
  ordered '"unsetFallbackAttributeResult":"noFallbackAttribute"' fallback none
  ordered '"euiccInfo2":"BF22' data A081A2BF20BF228384A5A6A8A9
  ordered '"edrResult":"incorrectTagList"' data 5A
  ordered '"enableResult":"profileNotInDisabledState"' enable $milenage
  ordered '"disableResult":"ok"' disable $milenage
  ordered '"deleteResult":"ok"' delete $milenage
  ordered '"deleteResult":"iccidOrAidNotFound"' delete $milenage
}

step() { echo "--- $*"; }
farm sgp32-v1.2 35971 1
ipa --json add-eim "$work/eim.der" >"$work/added.json" || fail "add-eim: $(cat "$work/added.json")"
grep -q '"tokens"' "$work/added.json" || fail "no token: $(cat "$work/added.json")"
ipa --json add-eim "$work/eim.der" >"$work/added.json" && fail "a second first eIM is taken"
grep -q associatedEimAlreadyExists "$work/added.json" || fail "not that error: $(cat "$work/added.json")"
ipa poll >/dev/null 2>"$work/ipa.log" && fail "the eIM serves a chip that it does not know"
grep -q eidNotFound "$work/ipa.log" || fail "not that error: $(cat "$work/ipa.log")"
all_operations "v1.2, ASN.1"
options=--json-binding all_operations "v1.2, JSON"
options=--coap all_operations "v1.2, CoAP"
options=--minimize all_operations "v1.2, compact"
options="--lacks indirect" ordered '"finalResult":"successResult"' download 'LPA:1$localhost:8443$usim-milenage'
options=
step "what the SM-DP+ refuses: the eIM's results say why"
ordered '"procedureError":"authenticateClientError"' download 'LPA:1$localhost:8443$nothing'
grep -q '"refusal": "ES9+.AuthenticateClient at localhost:8443: .*8.2.6/3.8' "$work/results.json" || fail "no reason: $(tail -n 20 "$work/results.json")"
eim results "$eid" | grep -q '^    ES9+.AuthenticateClient at localhost:8443: .*8.2.6/3.8' || fail "no reason in lines"
ordered '"procedureError":"undefinedError"' download 'LPA:1$localhost:9$nothing'
eim results "$eid" | grep -q '^    ES9+.InitiateAuthentication at localhost:9: ' || fail "no reason of a server that is not there"
step "chips that are not known, and EIDs that are none"
eim chip 89049032123451234512345678901235 2>"$work/chip.log" && fail "a chip that is not known is shown"
grep -q "no chip has EID" "$work/chip.log" || fail "not that error: $(cat "$work/chip.log")"
eim status | grep -q 89049032123451234512345678901235 && fail "asking for a chip makes it known"
[ "$(eim status "$eid" | grep -c counter)" -eq 1 ] || fail "not the status of one chip: $(eim status "$eid")"
step "what the IPA says in lines"
[ "$(ipa poll)" = "nothing to do" ] || fail "not idle: $(ipa poll)"
ipa status | grep -qx "EID    $eid" || fail "no EID: $(ipa status)"
ipa status | grep -q '^eIM    eim.test, at localhost:8445, counter [1-9]' || fail "no eIM: $(ipa status)"
eim order "$eid" disable $milenage >/dev/null
[ "$(ipa poll)" = 'package: [{"disableResult":"profileNotInEnabledState"}]' ] || fail "not that deed: $(ipa poll)"
ipa fallback back 2>"$work/ipa.log" && fail "a return from no fallback"
grep -q 'the chip refuses: fallbackNotAvailable (6)' "$work/ipa.log" || fail "not that refusal: $(cat "$work/ipa.log")"
step "direct download: done; a trigger that cannot be served is told"
options="--lacks direct --lacks indirect" ordered '"procedureError":"invalidPackageFormat"' download 'LPA:1$localhost:8443$usim-names'
ordered '"enableResult":"ok"' enable $milenage

step "a second eIM: added, updated, deleted"
"$BUILD/tools/eim/emuicc-eim" --pki "$pki" --id second --fqdn localhost:8446 config --out "$work/second.der" || fail "config"
ordered '"addEimResult":{"addEimResultCode":"ok","associationToken":2}' add-eim "$work/second.der"
ordered '{"eimId":"second"' list-eims
ordered '"deleteEimResult":"ok"' delete-eim second
ordered '"deleteEimResult":"eimNotFound"' delete-eim second

step "the eIM goes away while the result is on its way: rollback"
ordered '"finalResult":"successResult"' download 'LPA:1$localhost:8443$usim-isim-tuak'
tuak=$(python3 - "$work/results.json" <<'PY'
import json, sys
digits = json.load(open(sys.argv[1]))[-1]["outcome"][0]["profileInstallationResult"]["iccid"]
print("".join(b + a for a, b in zip(digits[::2], digits[1::2])).rstrip("F"))
PY
)
# A proxy lets the package through and nothing after it: it ends what comes, or never answers.
rolled_back() {
  local how=$1
  shift
  name=$(eim order "$eid" enable "$tuak" --rollback)
  stop_eim
  python3 "${BASH_SOURCE%/*}/deaf_eim.py" 8445 8447 $how >"$work/deaf.log" 2>&1 &
  deaf=$!
  "$BUILD/tools/eim/emuicc-eim" --store "$work/eim.sqlite" --pki "$pki" --id eim.test --fqdn localhost:8445 --listen 127.0.0.1:8447 --plain >>"$work/eim.log" 2>&1 &
  eim_pid=$!
  until_true 20 listens 8447 && until_true 20 listens 8445 || fail "the deaf eIM does not come up"
  ipa --plain --json "$@" poll >"$work/poll.json" 2>"$work/ipa.log" && fail "the poll succeeds without an eIM"
  grep -q '"rollback": 0' "$work/poll.json" || fail "no rollback: $(cat "$work/poll.json" "$work/ipa.log" "$work/deaf.log")"
  kill "$deaf"; wait "$deaf" 2>/dev/null
  stop_eim
  start_eim
  polled
  eim --json results "$eid" >"$work/results.json"
  rollbacks=$((rollbacks + 1))
  [ "$(grep -o '"rollbackResult": "ok"' "$work/results.json" | wc -l)" -eq "$rollbacks" ] ||
    fail "the rollback's result did not arrive: $(tail -n 4 "$work/eim.log")"
  enabled $milenage $first_aid
}
rollbacks=0
rolled_back ""
step "the same of an eIM that takes the result and never answers"
ipa --timeout 0 status >/dev/null 2>"$work/ipa.log" && fail "no time at all is taken for a time"
grep -q -- "--timeout" "$work/ipa.log" || fail "not that error: $(cat "$work/ipa.log")"
rolled_back silent --timeout 3

step "the eIM is killed between signing and sending"
for _ in 1 2 3; do
  name=$(eim order "$eid" rat)
  ( sleep 0.0$((RANDOM % 9 + 1)); kill -KILL "$eim_pid" ) 2>/dev/null &
  ipa poll >/dev/null 2>&1
  wait "$eim_pid" 2>/dev/null
  start_eim
  polled
done
eim --json results "$eid" | grep -q '"status": "\(new\|work\)"' && fail "an order was lost: $(eim status)"
counters=$(python3 - "$work/eim.sqlite" <<'PY'
import sqlite3, sys
counters = [row[0] for row in sqlite3.connect(sys.argv[1]).execute("SELECT counter FROM orders WHERE counter > 0")]
print("twice" if len(counters) != len(set(counters)) else "once")
PY
)
[ "$counters" = once ] || fail "a counter was signed twice"

step "orders over REST"
where=$(curl -s -o /dev/null -w '%{redirect_url}' -d "{\"eidValue\": \"$eid\", \"order\": {\"psmo\": [{\"getRAT\": {}}]}}" http://127.0.0.1:8080/psmo/create)
[ -n "$where" ] || fail "no place to look the order up"
polled
curl -s "$where" | grep -q '"status": "done"' || fail "lookup: $(curl -s "$where")"
curl -s "${where/lookup/delete}" | grep -q '"deleted"' || fail "delete"
curl -s "$where" | grep -q '"absent"' || fail "it is still there"

step "packages that the eIM brings by itself, in both bindings"
"$BUILD/tools/ipa/emuicc-ipa" "${place[@]}" --ca "$pki" --every 3600 --verbose --listen 127.0.0.1:8448 run >"$work/run.log" 2>&1 &
run_pid=$!
# Its own first question comes before the orders.
until_true 20 grep -q '<< HTTP' "$work/run.log" && until_true 20 listens 8448 || fail "the IPA does not listen: $(cat "$work/run.log")"
brought() {
  "$BUILD/tools/eim/emuicc-eim" --pki "$pki" --id eim.test --fqdn localhost:8445 --store "$work/eim.sqlite" "$@" inject "$eid" 127.0.0.1:8448
}
is_done() { eim --json results "$eid" | python3 -c 'import json, sys; sys.exit(json.load(sys.stdin)[-1]["status"] != "done")'; }
eim order "$eid" rat >/dev/null
eim order "$eid" data A2BF22 >/dev/null
[ "$(brought)" = 2 ] && is_done || fail "inject: $(eim status; cat "$work/run.log")"
eim order "$eid" disable $milenage >/dev/null
[ "$(brought --json-binding --json)" = '{"injected": 1}' ] && is_done || fail "inject in JSON: $(cat "$work/run.log")"
eim order "$eid" download 'LPA:1$localhost:8443$usim-names' >/dev/null
[ "$(brought)" = 1 ] && until_true 20 is_done || fail "an injected trigger: $(eim status; cat "$work/run.log")"
kill "$run_pid"; wait "$run_pid" || fail "run ends with $?"
printf '\277\125\000' >"$work/none.der"
ipa --out "$work/none.out" inject "$work/none.der" 2>/dev/null
[ "$(od -An -tx1 "$work/none.out" | tr -d ' ')" = bf4e03020102 ] || fail "what is no package: $(od -An -tx1 "$work/none.out")"

step "run: it tries again and again, falls back without a network, and the eIM hears why"
mkdir "$work/profiles"
for package in usim-milenage usim-isim-tuak usim-test; do
  cp "$BUILD/tools/profiles/$package.der" "$work/profiles/"
  cp "$EMUICC_SOURCE/tools/profiles/$package.metadata" "$work/profiles/"
done
echo 'fallback-allowed = yes' >>"$work/profiles/usim-isim-tuak.metadata"
echo 'ecall = yes' >>"$work/profiles/usim-test.metadata"
"$BUILD/tools/smdpp/emuicc-smdpp" --pki "$pki" --profiles "$work/profiles" --address localhost:8453 --listen 127.0.0.1:8453 \
  >"$work/smdpp-iot.log" 2>&1 &
until_true 20 listens 8453 || fail "no second SM-DP+: $(cat "$work/smdpp-iot.log")"
farm sgp32-v1.3 35973 3
ipa add-eim "$work/eim.der" >/dev/null || fail "add-eim to v1.3"
for package in usim-milenage usim-isim-tuak usim-test; do
  ordered '"finalResult":"successResult"' download "LPA:1\$localhost:8453\$$package"
done
ordered '"enableResult":"ok"' enable $milenage
ordered '"setFallbackAttributeResult":"ok"' fallback "$tuak"
causes() { eim --json chip "$eid" | tr -d ' \n'; }
touch "$work/network"
stop_eim
"$BUILD/tools/ipa/emuicc-ipa" "${place[@]}" --ca "$pki" --every 1 --connectivity "test -e $work/network" --fallback-after 2 run \
  >"$work/run.log" 2>&1 &
run_pid=$!
until_true 20 grep -q "eIM: localhost:8445" "$work/run.log" || fail "the eIM is not missed: $(cat "$work/run.log")"
name=$(eim order "$eid" rat)
start_eim
until_true 40 is_done || fail "run does not come back: $(eim status; cat "$work/run.log")"
rm "$work/network"
until_true 30 grep -q 'to the fallback profile, result 0' "$work/run.log" || fail "no fallback: $(cat "$work/run.log")"
until_true 30 grep -q "$eid: its state has changed, cause 1" "$work/eim.log" || fail "the eIM does not hear of it: $(causes)"
touch "$work/network"
kill "$run_pid"; wait "$run_pid" || fail "run ends with $?"
ordered "\"iccid\":\"$(swapped "$tuak")\"" list
ipa --json fallback back | grep -q '"result": 0' || fail "no return"
enabled $milenage $first_aid

step "emergency, remembered over a restart of the IPA"
ipa --state "$work/ipa.state" --json emergency on | grep -q '"result": 0' || fail "no emergency"
grep -q '"stateChangeCause": 2' "$work/ipa.state" || fail "not remembered: $(cat "$work/ipa.state")"
ordered '"euiccPackageError":"ecallActive"' rat
ipa --json emergency off | grep -q '"result": 0' || fail "no end of the emergency"
polled --state "$work/ipa.state"
grep -q "$eid: its state has changed, cause 2" "$work/eim.log" || fail "the eIM does not hear of the emergency"
grep -q '"stateChangeCause": -1' "$work/ipa.state" || fail "it is still remembered: $(cat "$work/ipa.state")"
ordered '"getRATResult":' rat

step "v1.0: the chip, the IPA's framing, the eIM's"
stop_eim
start_eim --release 1.0
farm sgp32-v1.0 35972 2
ipa add-eim "$work/eim.der" >/dev/null || fail "add-eim to v1.0"
options="--release 1.0"
ordered '"finalResult":"successResult"' download 'LPA:1$localhost:8443$usim-milenage'
ordered '"enableResult":"ok"' enable $milenage
enabled $milenage $first_aid
ordered '"disableResult":"ok"' disable $milenage
options=
stop_eim
start_eim

step "a chip in a reader"
start_pcscd
start_card chip --pki "$pki" --personality sgp32-v1.2 --eim "$work/eim.der"
place=(--reader "$E2E_READER")
eid=$(ipa --json status | sed -n 's/.*"eid": "\([0-9]*\)".*/\1/p')
[ "${#eid}" -eq 32 ] || fail "no EID: $(ipa status)"
eim chip "$eid" associationToken=1 >/dev/null
ordered '"finalResult":"successResult"' download 'LPA:1$localhost:8443$usim-milenage'
ordered '"enableResult":"ok"' enable $milenage
enabled $milenage $first_aid

step "the same chip behind a modem: no word of a channel that the modem has closed itself"
"$BUILD/tools/modem/emuicc-modem" --pty "$work/modem" --reader "$E2E_READER" >"$work/modem.log" 2>&1 &
until_true 20 test -e "$work/modem" || fail "no modem"
place=(--serial "$work/modem")
quiet() {
  ordered "$@"
  ! grep -q '"error"' "$work/poll.json" && [ ! -s "$work/ipa.log" ] || fail "$*: $(cat "$work/poll.json" "$work/ipa.log")"
}
quiet '"disableResult":"ok"' disable $milenage
quiet '"enableResult":"ok"' enable $milenage
quiet '"deleteResult":"profileNotInDisabledState"' delete $milenage
quiet '"finalResult":"successResult"' download 'LPA:1$localhost:8443$usim-names'
echo "IPA, eIM, SM-DP+ and chips get on with each other"
