#!/bin/bash
# Administration over HTTP: emuicc-ota, the operator and the server, to a card behind emuicc-modem,
# which serves its channels, and to one in a reader; OpenSSL as the server's TLS; servers that do not
# keep to the rules, links that break, a power cut.
. "${0%/*}/place.sh"
. "${0%/*}/provision.sh"
need_programs card/emuicc tools/profile/emuicc-profile tools/modem/emuicc-modem tools/ota/emuicc-ota tools/line/emuicc-line
need openssl softhsm2-util
enter_place "$0" "$@"

psk=404142434445464748494A4B4C4D4E4F
awk -v psk="$psk" '
  /keyList \{/ { print; print "{ keyUsageQualifier \x273C\x27H keyIdentifier \x2701\x27H keyVersionNumber \x2740\x27H"
    print "  keyComponents { { keyType \x2785\x27H keyData \x27" psk "\x27H } } }"; next }
  /^end[ :]/ {
    print "rfm : { rfm-header { mandated NULL identification 201 } instanceAID \x27A00000055910100001\x27H"
    print "  tarList { \x27B00120\x27H } minimumSecurityLevel \x2716\x27H"
    print "  uiccAccessDomain \x2700\x27H uiccAdminAccessDomain \x2700\x27H }" }
  { print }' "$EMUICC_SOURCE/tools/profiles/usim-milenage.txt" >"$work/ota.txt"
cp -r "$EMUICC_SOURCE/tools/profiles" "$work/profiles"
mv "$work/ota.txt" "$work/profiles/"
"$BUILD/tools/profile/emuicc-profile" build "$work/profiles/ota.txt" "$work/ota.der" || fail "no profile"
cat >"$work/card.keys" <<KEYS
version = 1
algorithm = aes
kic = 101112131415161718191A1B1C1D1E1F
kid = 202122232425262728292A2B2C2D2E2F
kik = 303132333435363738393A3B3C3D3E3F
KEYS
printf 'identity = card1\nkey = %s\n' "$psk" >"$work/server.psk"
printf 'identity = card1\nkey = 00%s\n' "${psk:2}" >"$work/wrong.psk"
printf 'select 3F00/2FE2\nread\n' >"$work/files.txt"
printf 'apdu 80F28002024F0000\n' >"$work/list.txt"
port=8443

ota() { "$BUILD/tools/ota/emuicc-ota" --keys "$work/card.keys" --spi 0619 "$@"; }
# trigger OPTION...: asks the card to come to the server.
trigger() { ota --connect 127.0.0.1:$port --psk-identity card1 --psk-key 40/01 "$@" scp81 trigger; }
start_server() { # ARGUMENT...
  rm -f "$work/server.log"
  "$BUILD/tools/ota/emuicc-ota" --verbose --listen $port "$@" >"$work/served" 2>"$work/server.log" &
  server_pid=$!
  until_true 10 grep -q "serves at port" "$work/server.log" || fail "the server does not come up"
}
start_modem() {
  rm -f "$work/modem.log" # what the last one said must not be taken for this one's
  "$BUILD/tools/modem/emuicc-modem" --verbose --pty "$modem" "$@" >"$work/modem.log" 2>&1 &
  modem_pid=$!
  until_true 10 grep -q "ready at" "$work/modem.log" || fail "the modem does not come up"
}
stop_modem() { kill "$modem_pid" && wait "$modem_pid" 2>/dev/null; }
has() { grep -qxF -- "$2" "$work/$1" || fail "$3: no line '$2' in $1: $(cat "$work/$1")"; }

start_pcscd
start_card chip --install "$work/ota.der,enabled" --trace "$work/trace"
modem=$work/modem
eid=$(grep -oE "EID [0-9]{32}" "$work/card.log" | cut -d" " -f2)

say "-- through a modem, files and a security domain"
start_modem
start_server --psk "$work/server.psk" --once scp81 serve rfm@A00000055910100001="$work/files.txt" ram="$work/list.txt"
trigger --modem "$modem" >"$work/triggered" || fail "the trigger: $(cat "$work/triggered")"
has triggered "last status: 9000 (normal ending)" "the trigger"
wait "$server_pid" || fail "the administration: $(cat "$work/served" "$work/server.log")"
grep -q "script 1 ($work/files.txt): ok" "$work/served" || fail "no script 1: $(cat "$work/served")"
has served "  3: 9000 (normal ending) 988812010000000010F1" "EF.ICCID"
grep -q "script 2 ($work/list.txt): ok" "$work/served" || fail "no script 2: $(cat "$work/served")"
grep -q "  1: 9000 (normal ending) E3134F08A000000151000000" "$work/served" || fail "no MNO-SD: $(cat "$work/served")"
for name in "OPEN CHANNEL" "SEND DATA" "RECEIVE DATA" "CLOSE CHANNEL" "SET UP EVENT LIST"; do
  grep -q "the card asks $name: 00" "$work/modem.log" || fail "the card has not asked $name"
done
until_true 10 grep -q "the card asks CLOSE CHANNEL" "$work/modem.log" || fail "the channel stays open"

for line in "the card asks the terminal: OPEN CHANNEL" "the terminal answers RECEIVE DATA: 00" "SCP81: TLS with PSK-AES128-CBC-SHA256" \
  "SCP81: POST /administration/1, script status ok" "SCP81: the server answers 204"; do
  grep -qF "$line" "$work/trace" || fail "the trace does not say '$line': $(grep SCP81 "$work/trace" | head -5)"
done
grep -qi "$psk" "$work/trace" "$work/card.log" "$work/modem.log" "$work/server.log" && fail "a key is told"

say "-- a key that a token derives, put over the air"
mkdir "$work/tokens"
printf 'directories.tokendir = %s\nobjectstore.backend = file\nlog.level = ERROR\n' "$work/tokens" >"$work/softhsm2.conf"
export SOFTHSM2_CONF=$work/softhsm2.conf
(umask 077; echo 1234 >"$work/pin")
softhsm2-util --init-token --free --label operator --pin 1234 --so-pin 5678 >"$work/token.log" 2>&1 || fail "no token"
root="pkcs11:token=operator;object=ota?pin-source=$work/pin"
"$BUILD/tools/line/emuicc-line" token init --token "$root" >>"$work/token.log" 2>&1 || fail "no root"
printf 'identity = card2\nversion = 41\nroot = %s\niccid = 8988211000000000011\n' "$root" >"$work/derived.psk"
ota --modem "$modem" ram put-psk "$work/derived.psk" >"$work/put" || fail "the key is not put: $(cat "$work/put")"
has put "last status: 6101 (response bytes available)" "PUT KEY"
start_server --psk "$work/derived.psk" --once scp81 serve ram="$work/list.txt"
ota --modem "$modem" --connect 127.0.0.1:$port --psk-identity card2 --psk-key 41/01 scp81 trigger >"$work/triggered" ||
  fail "the trigger: $(cat "$work/triggered")"
wait "$server_pid" || fail "the administration: $(cat "$work/served" "$work/server.log")"
grep -q "script 1 ($work/list.txt): ok" "$work/served" || fail "no script: $(cat "$work/served")"

say "-- the operator as the terminal, each answer as JSON"
stop_modem
start_server --psk "$work/server.psk" --once --json scp81 serve ram="$work/list.txt"
trigger >"$work/triggered" || fail "the trigger: $(cat "$work/triggered")"
wait "$server_pid" || fail "the administration: $(cat "$work/served" "$work/server.log")"
grep -q '"scriptStatus":"ok"' "$work/served" || fail "no JSON: $(cat "$work/served")"

say "-- a script that is refused is told, and is no success"
start_server --psk "$work/server.psk" --once scp81 serve ram@A000000151999999="$work/list.txt"
trigger >"$work/triggered" || fail "the trigger: $(cat "$work/triggered")"
wait "$server_pid" && fail "a refusal is a success"
grep -q "script 1 ($work/list.txt): unknown-application" "$work/served" || fail "not refused: $(cat "$work/served")"

say "-- nobody there; a terminal without channels; one that lets the card go nowhere else"
trigger >"$work/triggered" || fail "the trigger: $(cat "$work/triggered")"
trigger --bip none >"$work/triggered" && fail "a card without channels is administered"
has triggered "last status: 6A81 (function not supported)" "without channels"
trigger --connect 192.0.2.1:$port --verbose >"$work/triggered" 2>&1
grep -q "which --bip does not let it" "$work/triggered" || fail "the card may go anywhere: $(cat "$work/triggered")"

# OpenSSL as the server's TLS, what it says typed by hand.
foreign() { # [KEY]
  rm -f "$work/typed" && mkfifo "$work/typed"
  openssl s_server -accept 127.0.0.1:$port -nocert -psk "${1:-$psk}" -psk_identity card1 -tls1_2 \
    -cipher PSK-AES128-CBC-SHA256 -quiet <"$work/typed" >"$work/asked" 2>"$work/s_server.log" &
  server_pid=$!
  exec 4>"$work/typed"
  until_true 10 bash -c "exec 5<>/dev/tcp/127.0.0.1/$port" || fail "s_server does not come up"
}
end_foreign() { exec 4>&-; kill "$server_pid" 2>/dev/null; wait "$server_pid" 2>/dev/null; }
asked() { [ "$(grep -c '^POST' "$work/asked")" -ge "$1" ]; }
# The card's end of a session, in its log.
given_up() { [ "$(grep -c "administration is given up" "$work/card.log")" -gt "$1" ]; }

say "-- openssl s_server"
foreign
trigger >"$work/triggered" & trigger_pid=$!
until_true 10 asked 1 || fail "no request: $(cat "$work/asked" "$work/s_server.log")"
grep -q $'^X-Admin-Protocol: globalplatform-remote-admin/1.0\r$' "$work/asked" || fail "no protocol"
grep -q "^X-Admin-From: //se-id/eid/$eid;//aa-id/aid/A000000151/000000" "$work/asked" || fail "no agent: $(cat "$work/asked")"
printf 'HTTP/1.1 200 OK\r\nX-Admin-Next-URI: /next\r\nContent-Type: application/vnd.globalplatform.card-content-mgt;version=1.0\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n\xAE\x80\x22\x05\x80\r\n6\r\n\xCA\x00\x66\x00\x00\x00\r\n0\r\n\r\n' >&4
until_true 10 asked 2 || fail "no answer: $(cat "$work/asked")"
grep -q $'^X-Admin-Script-Status: ok\r$' "$work/asked" || fail "not carried out: $(cat "$work/asked")"
printf 'HTTP/1.1 204 No Content\r\n\r\n' >&4
wait "$trigger_pid" || fail "the trigger: $(cat "$work/triggered")"
end_foreign

say "-- hostile servers"
# hostile NAME COMMAND...: what the command writes the card is answered.
hostile() {
  local name=$1 before
  shift
  before=$(grep -c "administration is given up" "$work/card.log")
  foreign
  trigger >"$work/triggered" & trigger_pid=$!
  until_true 10 asked 1 || fail "$name: no request: $(cat "$work/asked" "$work/s_server.log")"
  "$@" >&4 2>/dev/null & writer_pid=$! # OpenSSL takes no more once the card has left
  wait "$trigger_pid" || fail "$name: $(cat "$work/triggered")"
  kill "$writer_pid" 2>/dev/null
  given_up "$before" || fail "$name: the card does not give up"
  end_foreign
  say "$name"
}
endless_body() {
  local line
  printf -v line '%4096s' ''
  printf 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n'
  while printf '1000\r\n%s\r\n' "$line"; do :; done
}
hostile "a redirect" printf 'HTTP/1.1 302 Found\r\nLocation: https://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n'
hostile "a next URI elsewhere" printf 'HTTP/1.1 204 No Content\r\nX-Admin-Next-URI: http://127.0.0.1:1/\r\n\r\n'
hostile "a body without end" endless_body
hostile "a chunk of four gigabytes" printf 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nFFFFFFFF\r\n'
hostile "two lengths" printf 'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab'
hostile "no HTTP" printf '220 smtp ready\r\n'

say "-- a slow server is waited for"
foreign
trigger >"$work/triggered" & trigger_pid=$!
until_true 10 asked 1 || fail "no request"
answer=$'HTTP/1.1 204 No Content\r\n\r\n'
for ((i = 0; i < ${#answer}; i++)); do printf '%s' "${answer:i:1}" >&4; sleep 0.05; done
wait "$trigger_pid" || fail "the trigger: $(cat "$work/triggered")"
[ "$(grep -c "administration is done" "$work/card.log")" -eq 6 ] || fail "not done: $(grep SCP81 "$work/card.log")"
end_foreign

say "-- another key, a server that goes away"
before=$(grep -c "administration is given up" "$work/card.log")
start_server --psk "$work/wrong.psk" scp81 serve ram="$work/list.txt"
trigger >"$work/triggered" || fail "the trigger: $(cat "$work/triggered")"
given_up "$before" || fail "another key is taken"
kill "$server_pid"; wait "$server_pid" 2>/dev/null
foreign
trigger >"$work/triggered" & trigger_pid=$!
until_true 10 asked 1 || fail "no request"
kill -9 "$server_pid"; wait "$server_pid" 2>/dev/null
wait "$trigger_pid" || fail "the trigger: $(cat "$work/triggered")"
given_up $((before + 1)) || fail "a server that is gone is waited for"
exec 4>&-

say "-- tried again after the time that the policy says"
start_modem
trigger --modem "$modem" --retry 5/00:00:01 >"$work/triggered" || fail "the trigger: $(cat "$work/triggered")"
until_true 10 grep -q "the card asks TIMER MANAGEMENT: 00" "$work/modem.log" || fail "no timer"
start_server --psk "$work/server.psk" --once scp81 serve ram="$work/list.txt"
until_true 20 grep -q "script 1 ($work/list.txt): ok" "$work/served" || fail "not tried again: $(tail -5 "$work/modem.log")"
wait "$server_pid" || fail "the administration: $(cat "$work/served")"
stop_modem

say "-- a power cut: it goes on"
foreign
start_modem
trigger --modem "$modem" >"$work/triggered" || fail "the trigger: $(cat "$work/triggered")"
until_true 10 asked 1 || fail "no request"
stop_card KILL
stop_modem
start_card chip
end_foreign
foreign
start_modem
exec 3<>"$modem"
printf 'ATE0;+CATR\r' >&3
until_true 10 asked 1 || fail "it does not go on: $(tail -5 "$work/modem.log")"
grep -q $'^X-Admin-Resume: true\r$' "$work/asked" || fail "nothing is resumed: $(cat "$work/asked")"
printf 'HTTP/1.1 204 No Content\r\n\r\n' >&4
until_true 10 grep -q "administration is done" "$work/card.log" || fail "no end: $(grep SCP81 "$work/card.log")"
exec 3>&-
end_foreign
stop_modem
