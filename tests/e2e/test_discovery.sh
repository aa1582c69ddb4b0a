#!/bin/bash
# Discovery end to end: an operator's order names an SM-DS, the SM-DP+ registers the event there, the SM-DS
# forwards it to its root, which the card names; the LPA finds it, follows it and downloads; then it is gone.
# All of them have their credentials in the folders of SGP.26 v3.
. "${0%/*}/place.sh"
. "${0%/*}/provision.sh"
. "${0%/*}/recording.sh"
need_programs card/emuicc tools/pki/emuicc-pki tools/smdpp/emuicc-smdpp tools/smds/emuicc-smds tools/lpa/emuicc-lpa tools/profile/emuicc-profile tools/eim/emuicc-eim tools/ipa/emuicc-ipa
need python3 openssl curl
for package in usim-milenage usim-isim-tuak usim-names; do
  [ -e "$BUILD/tools/profiles/$package.der" ] || skip "$package.der is not built"
done
enter_place "$0" "$@"

smdp=localhost:8443 smds=localhost:8453 root=localhost:8455
pki=$work/pki ci="$work/pki/Valid Test Cases/Variant O/CI/CERT_CI_SIG_NIST.pem"
"$BUILD/tools/pki/emuicc-pki" --v3 --layout v3 --server localhost --smds localhost --eim localhost "$pki" || fail "no PKI"
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=operator \
  -keyout "$work/operator.key" -out "$work/operator.pem" 2>"$work/openssl.log" || fail "no operator's certificate"
mkdir "$work/profiles"
cp "$BUILD/tools/profiles/"{usim-milenage,usim-isim-tuak,usim-names}.der "$work/profiles/"
# Metadata that do not fit into one segment, with access rules for apps.
rules=$(printf 'E208E106C10401020304%.0s' {1..30})
{ printf '\x89PNG'; head -c 1000 /dev/zero; } >"$work/profiles/large.png"
printf 'access-rules = %s\nicon = large.png\n' "$rules" >"$work/profiles/usim-isim-tuak.metadata"

# start_smds NAME PORT OPTION...: ES11 on the port, ES12 and ES15 on the next
start_smds() {
  "$BUILD/tools/smds/emuicc-smds" --pki "$pki" --address "localhost:$2" --listen "127.0.0.1:$2" \
    --es12-listen "127.0.0.1:$(($2 + 1))" --trust "$ci" "${@:3}" >"$work/$1.log" 2>&1 &
  until_true 20 listens "$2" || fail "the $1 does not come up: $(cat "$work/$1.log")"
}
start_smds root 8455 --events "$work/root.sqlite"
start_smds smds 8453 --push-service 2.999.77 --push-service 2.999.78 --root "$root" --root-url https://localhost:8456
"$BUILD/tools/smdpp/emuicc-smdpp" --pki "$pki" --profiles "$work/profiles" --address "$smdp" --listen 127.0.0.1:8443 \
  --es2-listen 127.0.0.1:8444 --operators "$work/operator.pem" --smds "$smds" --smds-url https://localhost:8454 \
  --smds-trust "$ci" --variant C >"$work/smdpp.log" 2>&1 &
until_true 20 listens 8443 || fail "the SM-DP+ does not come up"

lpa() { "$BUILD/tools/lpa/emuicc-lpa" --reader "$E2E_READER" --ca "$pki" --record "$work/session.txt" "$@"; }
# es2 FUNCTION MEMBERS
es2() {
  curl -s --cacert "$ci" --cert "$work/operator.pem" --key "$work/operator.key" -H 'Content-Type: application/json' \
    -H 'X-Admin-Protocol: gsma/rsp/v2.2.2' \
    -d "{\"header\":{\"functionRequesterIdentifier\":\"operator\",\"functionCallIdentifier\":\"1\"},$2}" \
    "https://localhost:8444/gsma/rsp2/es2plus/$1" >"$work/order.json" 2>"$work/curl.log"
  [ "$(member "$work/order.json" header.functionExecutionStatus.status)" = Executed-Success ] ||
    fail "$1 is not taken: $(cat "$work/order.json")"
}
# order PACKAGE MEMBERS: the profile of the package, for this chip
order() {
  es2 downloadOrder "\"eid\":\"$eid\",\"iccid\":\"$1\""
  es2 confirmOrder "\"eid\":\"$eid\",\"iccid\":\"$1\",\"releaseFlag\":true,$2"
}
discover() {
  lpa --json discover "$@" >"$work/discover.json" 2>"$work/lpa.log" || fail "discover $*: $(cat "$work/discover.json" "$work/lpa.log")"
}
# servers: of each that was asked: its address, and what came of it
servers() {
  python3 -c '
import json, sys
for server in json.load(open(sys.argv[1]))["servers"]:
    events = server.get("events")
    print(server["address"], "installed" if "result" in server else "offered" if "profile" in server else
          "nothing" if server.get("nothing") or events == [] else
          " ".join(["events"] + [event["rspServerAddress"] for event in events]))' "$work/discover.json"
}
expect_servers() {
  local found wanted=$1
  found=$(servers | paste -sd,)
  [ "$found" = "$wanted" ] || fail "wanted '$wanted', got '$found': $(cat "$work/discover.json")"
  say "   $found"
}
# gone: no SM-DS has an event for the chip any more
gone() {
  lpa --json discover --smds "$smds" --smds "$root" >"$work/discover.json" 2>"$work/lpa.log" &&
    [ "$(servers | paste -sd,)" = "$smds nothing,$root nothing" ]
}

say "-- a chip of v2.5: default SM-DP+, root, the SM-DS behind it"
printf 'root-sm-ds = %s\ndefault-sm-dp = %s\n' "$root" "$smdp" >"$work/chip.personality"
start_pcscd
start_card chip --pki "$pki" --personality "$work/chip.personality"
lpa --json info >"$work/info.json" || fail "info"
eid=$(member "$work/info.json" eid)
milenage=8988211000000000011
iccid_of() { "$BUILD/tools/profile/emuicc-profile" --json show "$work/profiles/$1.der" >"$work/show.json" && member "$work/show.json" iccid; }
tuak=$(iccid_of usim-isim-tuak) names=$(iccid_of usim-names)
discover
expect_servers "$smdp nothing,$root nothing"
order "$milenage" "\"matchingId\":\"CODE-1\",\"smdsAddress\":\"$smds\""
discover
expect_servers "$smdp nothing,$root events $smds"
lpa discover >"$work/discover.txt" || fail "discover for people"
grep -q "^$root (root SM-DS):$" "$work/discover.txt" && grep -q "$smds" "$work/discover.txt" ||
  fail "for people: $(cat "$work/discover.txt")"
discover --smds "$smds"
expect_servers "$smds events $smdp"
[ "$(member "$work/discover.json" servers.0.events.0.eventId)" = CODE-1 ] || fail "the event is another: $(cat "$work/discover.json")"
discover --download
expect_servers "$smdp nothing,$root events $smds,$smds events $smdp,$smdp installed"
[ "$(profiles)" = "$milenage disabled" ] || fail "profiles: $(profiles)"
until_true 20 gone || fail "the event stays: $(cat "$work/discover.json")"
say "   no SM-DS has the event any more"

say "-- what waits at the default SM-DP+ comes first, and stays when it is only looked at"
order "$tuak" '"matchingId":""'
for i in 1 2 3; do
  discover
  expect_servers "$smdp offered,$root nothing"
done
discover --download
cp "$work/session.txt" "$work/session.txt.download"
expect_servers "$smdp installed,$root nothing"
lpa --json list >"$work/list.json" || fail "list"
grep -q "\"accessRules\": \"$rules\"" "$work/list.json" || fail "no access rules: $(cat "$work/list.json")"
segments=$(grep '^ES9+.GetBoundProfilePackage <' "$work/session.txt.download" | python3 -c '
import base64, json, sys
def take(data):
    tag = 2 if data[0] & 0x1F == 0x1F else 1
    size, at = data[tag], tag + 1
    if size > 0x80:
        size, at = int.from_bytes(data[at:at + size - 0x80], "big"), at + size - 0x80
    return data[:tag], data[at:at + size], data[at + size:]
rest = take(base64.b64decode(json.loads(sys.stdin.readline().split(" ", 2)[2])["boundProfilePackage"]))[1]
while rest:
    tag, value, rest = take(rest)
    count = 0
    while tag == b"\xA1" and value:
        count, value = count + 1, take(value)[2]
    if count:
        print(count)')
[ "${segments:-0}" -ge 2 ] || fail "StoreMetadata in ${segments:-no} segments"
say "   access rules for apps are listed; StoreMetadata came in $segments segments"

say "-- a server that is not there does not keep the others from being asked"
lpa --json discover --smds localhost:1 --smds "$root" >"$work/discover.json" 2>"$work/lpa.log" && fail "no failure"
[ "$(member "$work/discover.json" servers.1.address) $(member "$work/discover.json" servers.1.events)" = "$root []" ] ||
  fail "the others: $(cat "$work/discover.json")"
lpa --json discover --smds "$smdp" >"$work/discover.json" 2>"$work/lpa.log" && fail "an SM-DP+ is taken for an SM-DS"
grep -q 'not one for an SM-DS' "$work/discover.json" || fail "an SM-DP+ as SM-DS: $(cat "$work/discover.json")"
stop_card TERM

say "-- a chip of v3: it verifies what each SM-DS signs, and the SM-DP+ learns who has named the event"
printf 'root-sm-ds = %s\nadditional-root-sm-ds = %s\n' "$smds" "$root" >"$work/v3.personality"
printf 'certificate-variant = c\n' >>"$work/v3.personality"
cat "$EMUICC_SOURCE/card/personalities/sgp22-v3.1.personality" >>"$work/v3.personality"
start_card v3 --pki "$pki" --personality "$work/v3.personality"
lpa --json info >"$work/info.json" || fail "info"
eid=$(member "$work/info.json" eid)
# refused CODE OPTION...: discover fails with it
refused() {
  lpa --json discover "${@:2}" >"$work/discover.json" 2>"$work/lpa.log" && fail "no failure: discover ${*:2}"
  [[ "$(member "$work/discover.json" error.code) $(member "$work/discover.json" error.text)" == *"$1"* ]] ||
    fail "wanted $1: $(cat "$work/discover.json")"
}
discover --smds "$smds" --push-token 2.999.77:token-of-this-device
[ "$(member "$work/discover.json" servers.0.pushRegistered)" = True ] || fail "no registration: $(cat "$work/discover.json")"
[[ "$(member "$work/discover.json" servers.0.pushRefreshTime)" =~ ^20[0-9]{12}Z$ ]] || fail "no time: $(cat "$work/discover.json")"
grep -q '^ES10b.VerifySmdsResponse < BF45028000' "$work/session.txt" || fail "the card has not verified the registration"
refused 'does not serve this push service' --smds "$smds" --push-token 2.999.79:token
refused 'does not serve this push service' --smds "$root" --push-token 2.999.77:token
discover --smds "$smds"
ec_id=$(member "$work/discover.json" servers.0.ecId)
pending() {
  discover --smds "$smds" --check "$ec_id"
  [ "$(member "$work/discover.json" servers.0.pending)" = "$1" ] || fail "pending is not $1: $(cat "$work/discover.json")"
  [ -z "$(said ES10b.GetEUICCChallenge '>')" ] || fail "the card has taken part in an event check"
}
pending False
order "$names" "\"matchingId\":\"CODE-3\",\"smdsAddress\":\"$smds\""
pending True
refused 8.9.6/3.9 --smds "$root" --check "$ec_id"
grep -q "event 'CODE-3' .* is to be told by push service 2.999.77$" "$work/smds.log" || fail "no push: $(cat "$work/smds.log")"
discover
expect_servers "$smds events $smdp,$root events $smds"
[ "$(member "$work/discover.json" servers.0.ecId)" = "$ec_id" ] || fail "another id for event checking"
[ "$(member "$work/discover.json" servers.0.events.0.eventType)" = download ] || fail "no type: $(cat "$work/discover.json")"
[ "$(grep -c '^ES10b.VerifySmdsResponse < BF45028000' "$work/session.txt")" = 2 ] || fail "the card has not verified both answers"
oid=$(member "$work/discover.json" servers.0.smdsOid)
# The chip's and the server's chain of Variant C are in those folders, too.
discover --download
# The last one asks for the event of before, which goes away behind the installation.
found=$(servers | paste -sd,)
[[ "$found" =~ ^"$smds events $smdp,$root events $smds,$smdp installed,$smds "(nothing|"events $smdp")$ ]] ||
  fail "not followed: $found: $(cat "$work/discover.json")"
say "   $found"
python3 - "$oid" "$work/session.txt" <<'P' || fail "matchingIdSource is not the SM-DS"
import sys
oid, path = sys.argv[1:]
numbers = [int(number) for number in oid.split(".")]
coded = bytes([numbers[0] * 40 + numbers[1]]) if numbers[0] < 2 else b""
for number in numbers[2:] if coded else [80 + numbers[1]] + numbers[2:]:
    septets = [number & 0x7F]
    while number := number >> 7:
        septets.insert(0, number & 0x7F | 0x80)
    coded += bytes(septets)
source = (b"\x82" + bytes([len(coded)]) + coded).hex().upper()
sys.exit(not any(source in line for line in open(path) if line.startswith("ES10b.AuthenticateServer >")))
P
until_true 20 gone || fail "the event stays: $(cat "$work/discover.json")"
pending False
stop_card TERM

say "-- an IoT chip: the eIM's trigger names the root SM-DS; IPA and eIM go from it to the server, through the eIM or not"
"$BUILD/tools/eim/emuicc-eim" --pki "$pki" --store "$work/eim.sqlite" --fqdn localhost:8446 --listen 127.0.0.1:8446 >"$work/eim.log" 2>&1 &
until_true 20 listens 8446 || fail "the eIM does not come up: $(cat "$work/eim.log")"
"$BUILD/tools/eim/emuicc-eim" --pki "$pki" --fqdn localhost:8446 config --out "$work/eim.der" || fail "no eIM configuration"
sed "s/^iot = /root-sm-ds = $root\n&/" "$EMUICC_SOURCE/card/personalities/sgp32-v1.2.personality" >"$work/iot.personality"
start_card iot --pki "$pki" --personality "$work/iot.personality" --eim "$work/eim.der"
ipa() { "$BUILD/tools/ipa/emuicc-ipa" --reader "$E2E_READER" --ca "$pki" "$@"; }
eid=$(ipa --json status | sed -n 's/.*"eid": "\([0-9]*\)".*/\1/p')
# triggered EXPECTED FROM [OPTION...]: what comes of the trigger's order, and of those that come of it; the IPA's options
triggered() {
  "$BUILD/tools/eim/emuicc-eim" --store "$work/eim.sqlite" order "$eid" download "$2" >"$work/order.txt" || fail "no order"
  ipa "${@:3}" poll >"$work/ipa.log" 2>&1 || fail "poll: $(cat "$work/ipa.log")"
  "$BUILD/tools/eim/emuicc-eim" --store "$work/eim.sqlite" --json results "$eid" >"$work/results.json"
  [[ "$(member "$work/results.json" -1.outcome)" == *"$1"* ]] || fail "wanted $1: $(cat "$work/results.json" "$work/ipa.log")"
}
# asked SERVER...: the IPA has asked these itself
asked() { [ "$(sed -n 's,.*>> POST https://\([^/]*\)/.*,\1,p' "$work/ipa.log" | sort -u | paste -sd ' ')" = "$*" ] || fail "not $*: $(cat "$work/ipa.log")"; }
waiting() { triggered "$@" --verbose; }
triggered undefinedError "smds:$root" --lacks indirect
grep -q "nothing waits at the SM-DS $root" "$work/ipa.log" || fail "not that: $(cat "$work/ipa.log")"
triggered undefinedError "smds:$root"
grep -q "nothing waits at the SM-DS $root" "$work/ipa.log" || fail "not that: $(cat "$work/ipa.log")"
cp "$BUILD"/tools/profiles/{usim-test,usim-large,usim-iccid18,usim-ota}.der "$work/profiles/"
event() { order "$(iccid_of "$1")" "\"matchingId\":\"$2\",\"smdsAddress\":\"$smds\""; }
event usim-test CODE-9
waiting successResult smds --lacks indirect
asked localhost:8443 localhost:8446 localhost:8453 localhost:8455
event usim-large CODE-10
waiting successResult smds
asked localhost:8446
# Of two events the first is the trigger's order's, the other gets an order of its own.
event usim-iccid18 CODE-11
event usim-ota CODE-12
waiting successResult "smds:$smds" --minimize --json-binding --lacks direct
asked localhost:8446
[[ "$(member "$work/results.json" -2.outcome)" == *successResult* ]] || fail "one event is left: $(cat "$work/results.json")"
say "IPA and eIM find what SM-DSs tell, too"
