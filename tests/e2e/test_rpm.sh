#!/bin/bash
# Remote profile management end to end: an operator orders over ES2+, the SM-DP+ holds it ready, the LPA
# polls, the card carries it out where a profile's metadata allow it, the signed result goes back.
. "${0%/*}/place.sh"
. "${0%/*}/provision.sh"
. "${0%/*}/recording.sh"
need_programs card/emuicc tools/pki/emuicc-pki tools/smdpp/emuicc-smdpp tools/lpa/emuicc-lpa
need python3 openssl curl xxd
first=8988211000000000011
name=testsmdpplus1.example.com
for package in usim-milenage usim-isim-tuak usim-test; do
  [ -e "$BUILD/tools/profiles/$package.der" ] || skip "$package.der is not built"
done
enter_place "$0" "$@"

pki=$work/pki server_name=$name
"$BUILD/tools/pki/emuicc-pki" "$pki" || fail "no PKI"
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=operator \
  -keyout "$work/operator.key" -out "$work/operator.pem" 2>"$work/openssl.log" || fail "no operator's certificate"

# usim-milenage may be managed in every way; of usim-isim-tuak only its name, without an LPR; the test
# profile in every way, which does not help it.
mkdir "$work/profiles"
cp "$BUILD/tools/profiles/"{usim-milenage,usim-isim-tuak,usim-test}.der "$work/profiles/"
cp "$BUILD/tools/profiles/"usim-test.metadata "$work/profiles/" 2>/dev/null
everything="rpm-owner = 2.999.1
rpm-polling = $name
rpm-manager = 2.999.10 enable, disable, delete, list, contact-pcmp, 91, 92"
printf '%s\n%s\n' "$everything" "pcmp = pcmp.example.com" >"$work/profiles/usim-milenage.metadata"
printf 'rpm-owner = 2.999.1\nrpm-manager = 2.999.10 enable, disable, contact-pcmp, 92\n' >"$work/profiles/usim-isim-tuak.metadata"
printf '%s\nclass = test\n' "$everything" >>"$work/profiles/usim-test.metadata"

"$BUILD/tools/smdpp/emuicc-smdpp" --pki "$pki" --profiles "$work/profiles" --listen 127.0.0.1:8443 \
  --es2-listen 127.0.0.1:8444 --operators "$work/operator.pem" --orders "$work/orders.db" >"$work/smdpp.log" 2>&1 &
until_true 20 listens 8443 || fail "the SM-DP+ does not come up"
start_pcscd
start_card chip --pki "$pki" --personality sgp22-v3.1
lpa() {
  "$BUILD/tools/lpa/emuicc-lpa" --reader "$E2E_READER" --ca "$pki" --connect-to "$name:443:127.0.0.1:8443" \
    --record "$work/session.txt" "$@"
}
lpa --json info >"$work/info.json" || fail "info"
eid=$(member "$work/info.json" eid)

# tlv TAG HEX...: in hexadecimal
tlv() { local tag=$1 value; shift; value=$(printf %s "$@"); printf '%s%02X%s' "$tag" $((${#value} / 2)) "$value"; }
text() { printf %s "$1" | xxd -p -u | tr -d '\n'; }
iccid() { tlv 5A "$(printf '%-20s' "$1" | tr ' ' F | swap_nibbles)"; }
command() { tlv 30 "${@:2}" "$1"; }
enable() { command "$(tlv A1 "$(iccid "$1")")"; }
disable() { command "$(tlv A2 "$(iccid "$1")")" "${@:2}"; }
delete() { command "$(tlv A3 "$(iccid "$1")")" "${@:2}"; }
list() { command "$(tlv A4)"; }
rename() { command "$(tlv A5 "$(iccid "$1")" "$(tlv BF2A "$(tlv 92 "$(text "$2")")")")" "${@:3}"; }
contact() { command "$(tlv A6 "$(iccid "$1")")"; }
on=8000 # continueOnFailure

# order COMMAND...: an RpmPackage for this chip
order() {
  local script
  script=$(tlv 30 "$@" | xxd -r -p | base64 -w0)
  curl -s --cacert "$pki/CertificateIssuer/CERT_CI_ECDSA_NIST.pem" --cert "$work/operator.pem" --key "$work/operator.key" \
    --connect-to "$name:443:127.0.0.1:8444" -H 'Content-Type: application/json' -H 'X-Admin-Protocol: gsma/rsp/v3.1.0' \
    -d "{\"header\":{\"functionRequesterIdentifier\":\"operator\",\"functionCallIdentifier\":\"1\"},\"eid\":\"$eid\",\"rpmScript\":\"$script\"}" \
    "https://$name/gsma/rsp2/es2plus/rpmOrder" >"$work/order.json" 2>"$work/curl.log"
  [ "$(member "$work/order.json" header.functionExecutionStatus.status)" = Executed-Success ] ||
    fail "the order is not taken: $(cat "$work/order.json")"
}
# manage RESULT...: the card polls; each command's result in order, then what ended it, if something did
manage() {
  lpa --json rpm >"$work/rpm.json" 2>"$work/lpa.log" || fail "rpm: $(cat "$work/rpm.json")"
  local wanted="$*" found
  found=$(python3 -c '
import json, sys
session = json.load(open(sys.argv[1]))["sessions"][0]
results = [c["command"] + "=" + c["result"] for c in session["commands"] if "result" in c]
print(*(results + ([session["terminated"]] if "terminated" in session else [])))' "$work/rpm.json")
  [ "$found" = "$wanted" ] || fail "wanted '$wanted', got '$found': $(cat "$work/rpm.json")"
  has "the request of AuthenticateServer" "$(said ES10b.AuthenticateServer '>')" "82020640$(iccid "$first")"
  has "what the server signs" "$(es9 AuthenticateClient '<' smdpSigned3)" A1
  has "LoadRpmPackage" "$(said ES10b.LoadRpmPackage '>')" "$(es9 AuthenticateClient '<' smdpSigned3)"
  # Its signature is the server's to verify: it takes no other result.
  [ "$(grep -c "HandleNotification: EID $eid, RPM order" "$work/smdpp.log")" -eq "$((++managed))" ] ||
    fail "the server has not verified the result"
  say "   $found"
}
managed=0
state_of() { lpa --json list >"$work/list.json"; python3 -c '
import json, sys
print(*[p["state"] for p in json.load(open(sys.argv[1]))["profiles"] if p["iccid"] == sys.argv[2]])' "$work/list.json" "$1"; }

say "-- profiles with what their operators allow"
for package in usim-milenage usim-isim-tuak usim-test; do
  lpa --json download "LPA:1\$$name\$$package" >"$work/$package.json" 2>"$work/lpa.log" || fail "$package: $(cat "$work/$package.json")"
done
second=$(member "$work/usim-isim-tuak.json" profile.iccid) test=$(member "$work/usim-test.json" profile.iccid)
[ "$(member "$work/usim-milenage.json" profile.rpmConfiguration.managers.0.oid)" = 2.999.10 ] ||
  fail "no RpmConfiguration: $(cat "$work/usim-milenage.json")"
lpa enable "$first" >"$work/lpa.txt" || fail "enable"
lpa notifications send >"$work/lpa.txt" || fail "notifications"

say "-- all six commands"
order "$(disable "$first")" "$(enable "$second")"
manage disable=ok enable=ok
[ "$(state_of "$first") $(state_of "$second")" = "disabled enabled" ] || fail "states: $(cat "$work/list.json")"
order "$(rename "$first" "Far away")" "$(list)"
manage updateMetadata=ok listProfileInfo=ok
grep -q '"name": "Far away"' "$work/rpm.json" || fail "the list has no new name: $(cat "$work/rpm.json")"
order "$(disable "$second")" "$(enable "$first")" "$(contact "$first")"
manage disable=ok enable=ok contactPcmp=ok
[ "$(member "$work/rpm.json" sessions.0.commands.2.pcmpAddress)" = pcmp.example.com ] || fail "PCMP: $(cat "$work/rpm.json")"

say "-- each refusal"
order "$(disable "$first")" "$(enable "$second")" "$(enable "$first")"
manage disable=ok enable=ok commandsWithRefreshExceeded
order "$(contact "$second")"
manage contactPcmp=noLprConfiguration
order "$(disable "$second")" "$(enable "$first")" "$(contact "$first")" "$(list)"
manage disable=ok enable=ok contactPcmp=ok commandAfterContactPcmp
order "$(enable "$test")"
manage enable=disallowedForRpm
order "$(disable "$test" $on)" "$(list)"
manage disable=disallowedForRpm listProfileInfo=ok
order "$(delete "$second" $on)" "$(list)"
lpa --json rpm >"$work/rpm.json" 2>"$work/lpa.log" || fail "rpm: $(cat "$work/rpm.json")"
managed=$((managed + 1))
refusal=$(member "$work/rpm.json" sessions.0.commands.0.result)
[ "$refusal" != ok ] && [ -n "$(state_of "$second")" ] || fail "a profile is deleted that must not be: $(cat "$work/rpm.json")"
say "   delete=$refusal"

say "-- one server done, the next not there: what was done is said all the same"
order "$(list)"
lpa --connect-to "nobody.$name:443:127.0.0.1:1" rpm "$name" "nobody.$name" >"$work/rpm.txt" 2>"$work/lpa.log" && fail "a server that is not there is no failure"
managed=$((managed + 1))
[ "$(sed -n 1p "$work/rpm.txt")" = "$name:" ] && grep -q "^listProfileInfo  ok$" "$work/rpm.txt" ||
  fail "what came of RPM: $(cat "$work/rpm.txt")"
grep -q "^nobody.$name: " "$work/rpm.txt" && grep -q "nobody.$name" "$work/lpa.log" || fail "the server that is not there: $(cat "$work/rpm.txt")"

say "-- delete, when it is allowed; several orders after each other"
order "$(disable "$first")"
order "$(delete "$first")" "$(list)" "$(rename "$second" "Still here")"
lpa --json rpm "$name" >"$work/rpm.json" 2>"$work/lpa.log" || fail "rpm: $(cat "$work/rpm.json")"
[ "$(member "$work/rpm.json" sessions.0.commands.0.result) $(member "$work/rpm.json" sessions.1.commands.0.result)" = "ok ok" ] ||
  fail "two orders: $(cat "$work/rpm.json")"
[ "$(member "$work/rpm.json" sessions.1.commands.2.result)" = ok ] || fail "delete, list, update: $(cat "$work/rpm.json")"
[ -z "$(state_of "$first")" ] || fail "it is still there"
lpa --json rpm "$name" >"$work/rpm.json" || fail "rpm: $(cat "$work/rpm.json")"
[ "$(member "$work/rpm.json" sessions.0.nothing)" = True ] || fail "something waits: $(cat "$work/rpm.json")"
[ "$(lpa --json notifications | grep -c '"number"')" -eq 0 ] || fail "notifications are left: $(lpa notifications)"
stop_card TERM
