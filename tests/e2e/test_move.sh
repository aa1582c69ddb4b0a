#!/bin/bash
# A profile moves from one chip to another and comes back: both halves at once and each by itself; a stored
# code; chips and servers that know nothing of it; an operator who is asked. test_move_cut.sh kills whom it can.
. "${0%/*}/move.sh"
need openssl curl

start_smdpp
install
lpa 0 enable "$iccid" >/dev/null
lpa 0 move "$iccid" --to "$(place 1)" </dev/null >"$work/move.log" 2>&1 && fail "moved without the user's word"
grep -q -- "--yes" "$work/move.log" || fail "no advice: $(cat "$work/move.log")"
[ "$(holders)" = "0 " ] || fail "the profile has left without the user's word"
lpa 0 --json list | grep -q '"state": "enabled"' || fail "it is not enabled as before"
move || fail "no move: $(cat "$work/move.log")"
[ "$(holders)" = "1 " ] || fail "after a move the profile is in: $(holders)"
[ -z "$(ls "$work/moves")" ] || fail "a note is left: $(ls "$work/moves")"
[ "$(lpa 0 --json notifications | grep -c '"number"')" = 0 ] || fail "the old chip has not told all"
say "moved, with the user's word alone, and all was told"

lpa 1 --yes --json move "$iccid" >"$work/document.json" 2>"$work/lpa.log" || fail "no code: $(cat "$work/lpa.log")"
code=$(sed -n 's/.*"activationCode": "\(.*\)".*/\1/p' "$work/document.json")
[ -z "$(holders)" ] || fail "the profile is still in: $(holders)"
lpa 0 download "$code" >"$work/lpa.log" 2>&1 || fail "no download by the code: $(cat "$work/lpa.log")"
lpa 1 recover "$iccid" >"$work/lpa.log" 2>&1 && fail "recovered what another chip has"
[ "$(holders)" = "0 " ] || fail "after both halves the profile is in: $(holders)"
say "moved by halves; no recovery of what another device has"

# Nobody tells the server but the new device, by what is in the code.
clear_all
install
lpa 0 --yes --no-notify --json move "$iccid" >"$work/document.json" 2>"$work/lpa.log" || fail "no code"
code=$(sed -n 's/.*"activationCode": "\(.*\)".*/\1/p' "$work/document.json")
lpa 1 download "${code%%\$\$\$\$*}" >"$work/lpa.log" 2>&1 && fail "downloaded before the old chip's deletion was told"
grep -q "8.2/1.2" "$work/lpa.log" || fail "another refusal: $(cat "$work/lpa.log")"
lpa 1 download "$code" >"$work/lpa.log" 2>&1 || fail "the deletion in the code does not count: $(cat "$work/lpa.log")"
say "the new device brings the old one's deletion along"

clear_all
install
lpa 0 --yes move "$iccid" >"$work/lpa.log" 2>&1 || fail "no code: $(cat "$work/lpa.log")"
rm -rf "$work/moves"
lpa 0 recover "$iccid" >"$work/lpa.log" 2>&1 && fail "recovered though nobody knows from where"
grep -q "behind the ICCID" "$work/lpa.log" || fail "no advice: $(cat "$work/lpa.log")"
lpa 0 recover "$iccid" "$name" >"$work/lpa.log" 2>&1 || fail "no recovery: $(cat "$work/lpa.log")"
[ "$(holders)" = "0 " ] || fail "after a recovery the profile is in: $(holders)"
say "recovered"

# Without a word of the operator, and with a stored code.
clear_all
metadata
install
lpa 0 --yes move "$iccid" >"$work/lpa.log" 2>&1 && fail "moved without a deviceChangeConfiguration"
grep -q deviceChangeConfiguration "$work/lpa.log" || fail "no reason: $(cat "$work/lpa.log")"
clear_all
metadata "device-change-code = LPA:1\$$name\$$package"
install
lpa 0 enable "$iccid" >/dev/null
move || fail "no move by a stored code: $(cat "$work/move.log")"
[ "$(holders)" = "1 " ] || fail "after a move by a stored code the profile is in: $(holders)"
clear_all
metadata "device-change-code = LPA:1\$$name\$$package" "device-change-delete = no"
install
move || fail "no move by a stored code: $(cat "$work/move.log")"
[ "$(holders)" = "0 1 " ] || fail "the old profile was deleted though it may stay: $(holders)"
clear_all
say "moved by a stored code, deleted before where that is wanted"

# What the server has to hear of the new device.
metadata "device-change = $name" "device-change-asks = eid, tac"
install
lpa 0 --yes move "$iccid" >"$work/lpa.log" 2>&1 && fail "moved without the EID that is asked for"
grep -q -- "--to-eid" "$work/lpa.log" || fail "no advice: $(cat "$work/lpa.log")"
move && fail "moved without the TAC that is asked for"
move --to-imei 490154203237518 || fail "no move: $(cat "$work/move.log")"
clear_all
metadata "device-change = $name"
say "EID and TAC of the new device"

# A server and a chip of v2.
install
stop_smdpp TERM
start_smdpp --svn 2.5
move && fail "moved by a server of v2"
grep -q "no change of device" "$work/move.log" || fail "no reason: $(cat "$work/move.log")"
[ "$(holders)" = "0 " ] || fail "a server of v2 moved the profile to: $(holders)"
stop_smdpp TERM
start_smdpp
start_chip 2 sgp22-v2.5
lpa 2 download "LPA:1\$$name\$$package" >"$work/lpa.log" 2>&1 || fail "no download into a chip of v2"
lpa 2 --yes move "$iccid" >"$work/lpa.log" 2>&1 && fail "a chip of v2 lets a profile go"
grep -q "card is one of v2" "$work/lpa.log" || fail "no reason: $(cat "$work/lpa.log")"
lpa 2 delete "$iccid" >/dev/null
lpa 0 --yes move "$iccid" --to "$(place 2)" >"$work/lpa.log" 2>&1 || fail "no move to a chip of v2: $(cat "$work/lpa.log")"
has 2 || fail "the chip of v2 does not have it"
lpa 2 delete "$iccid" >/dev/null
clear_all
say "server and chip of v2"

# A card in a reader, by the reader's name.
start_pcscd
start_card reader --pki "$work/pki" --personality sgp22-v3.1 --eid 89049032000000000000000000000454
install
lpa 0 --yes move "$iccid" --to "Virtual PCD" >"$work/lpa.log" 2>&1 || fail "no move into a reader: $(cat "$work/lpa.log")"
"$BUILD/tools/lpa/emuicc-lpa" --reader "$E2E_READER" --ca "$work/pki" --connect-to "$name:443:127.0.0.1:8443" \
  --moves "$work/moves" --yes move "$iccid" --to "$(place 0)" >"$work/lpa.log" 2>&1 ||
  fail "no move out of a reader: $(cat "$work/lpa.log")"
[ "$(holders)" = "0 " ] || fail "after a move out of a reader the profile is in: $(holders)"
stop_card TERM
clear_all
say "into a reader and out of it"

# An operator, asked over ES2+ (HandleDeviceChangeRequest): it orders, sees what comes, and says what is to be.
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=localhost \
  -addext subjectAltName=DNS:localhost -keyout "$work/operator.key" -out "$work/operator.pem" 2>"$work/openssl.log" ||
  fail "no operator's certificate"
python3 "$EMUICC_SOURCE/tests/e2e/move_operator.py" 8446 "$work/operator.pem" "$work/operator.key" "$work/answer.json" \
  "$work/heard.log" 2>"$work/operator.log" &
until_true 20 listens 8446 || fail "the operator does not listen"
stop_smdpp TERM
start_smdpp --es2-listen 127.0.0.1:8444 --operators "$work/operator.pem" --operator-url https://localhost:8446
cp "$BUILD/tools/profiles/usim-isim-tuak.der" "$work/profiles/"
# es2 FUNCTION MEMBERS
es2() {
  curl -s --cacert "$work/pki/CertificateIssuer/CERT_CI_ECDSA_NIST.pem" --cert "$work/operator.pem" --key "$work/operator.key" \
    -H 'Content-Type: application/json' --connect-to "$name:8444:127.0.0.1:8444" \
    -d "{\"header\":{\"functionRequesterIdentifier\":\"operator\",\"functionCallIdentifier\":\"1\"},$2}" \
    "https://$name:8444/gsma/rsp2/es2plus/$1"
}
# order ICCID MATCHING_ID
order() {
  es2 downloadOrder "\"iccid\":\"$1\"" >"$work/es2.log" || fail "no order: $(cat "$work/es2.log")"
  es2 confirmOrder "\"iccid\":\"$1\",\"matchingId\":\"$2\",\"releaseFlag\":true" >"$work/es2.log"
  grep -q "$2" "$work/es2.log" || fail "no confirmation: $(cat "$work/es2.log")"
}
success='"header":{"functionExecutionStatus":{"status":"Executed-Success"}}'
answer() { printf '%s' "$1" >"$work/answer.json"; }
clear_all
order "$iccid" MOVE-1
lpa 0 download "LPA:1\$$name\$MOVE-1" >"$work/lpa.log" 2>&1 || fail "no download: $(cat "$work/lpa.log")"
answer '{"header":{"functionExecutionStatus":{"status":"Failed"}}}'
move && fail "moved though the operator does not allow it"
grep -q "8.2.1/1.2" "$work/move.log" || fail "another refusal: $(cat "$work/move.log")"
grep -q "handleDeviceChangeRequest.*\"iccid\": *\"$iccid\"" "$work/heard.log" || fail "the operator was not asked: $(cat "$work/heard.log")"
grep -q "handleDeviceChangeRequest.*\"eid\": *\"${eids[1]}\"" "$work/heard.log" || fail "the operator does not hear of the new device"
answer "{$success,\"confirmationCode\":\"4711\",\"serviceProviderMessage\":{\"message\":\"Good bye\"}}"
move && fail "moved without the confirmation code"
grep -q "operator says: Good bye" "$work/move.log" || fail "the operator's word is not shown: $(cat "$work/move.log")"
move --confirmation-code 0815 && fail "moved by a wrong code"
[ "$(holders)" = "0 " ] || fail "after refusals the profile is in: $(holders)"
move --confirmation-code 4711 || fail "no move by the right code: $(cat "$work/move.log")"
for event in deviceChangeRequest deviceChangeConfirmation deviceChangeDeletion; do
  until_true 10 grep -q "handleNotification.*$event" "$work/heard.log" || fail "the operator does not hear of $event"
done
say "the operator is asked, and hears of each step"

# Another profile for the new device.
other=8988211000000000029
order "$other" MOVE-2
answer "{$success,\"newProfileIccid\":\"$other\"}"
lpa 1 --yes move "$iccid" --to "$(place 0)" >"$work/move.log" 2>&1 || fail "no move to another profile: $(cat "$work/move.log")"
[ -z "$(holders)" ] || fail "the old profile is still in: $(holders)"
lpa 0 --json list | grep -q "\"iccid\": \"$other\"" || fail "the new device has no other profile: $(cat "$work/move.log")"
say "the operator gives another profile in its stead"
