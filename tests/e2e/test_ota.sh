#!/bin/bash
# An operator and a card: emuicc-ota to a card in a real reader, itself the terminal, and through
# emuicc-modem, which is; proof of receipt in the report and by a message of the card's own; counters.
. "${0%/*}/place.sh"
. "${0%/*}/provision.sh"
need softhsm2-util
need_programs card/emuicc tools/profile/emuicc-profile tools/modem/emuicc-modem tools/ota/emuicc-ota tools/line/emuicc-line
enter_place "$0" "$@"

# A profile with an instance for the UICC's files and one for the USIM's.
aid=$(grep -oE "A0000000871002[0-9A-F]*" "$EMUICC_SOURCE/tools/profiles/parts/usim-adf.txt" | head -1)
mkdir "$work/profiles"
cp -r "$EMUICC_SOURCE"/tools/profiles/* "$work/profiles/"
awk -v aid="$aid" '/^end[ :]/ {
  print "rfm : { rfm-header { mandated NULL identification 201 } instanceAID \x27A00000055910100001\x27H"
  print "  tarList { \x27B00120\x27H } minimumSecurityLevel \x2716\x27H"
  print "  uiccAccessDomain \x2700\x27H uiccAdminAccessDomain \x2700\x27H }"
  print "rfm : { rfm-header { mandated NULL identification 202 } instanceAID \x27A00000055910100002\x27H"
  print "  tarList { \x27B00140\x27H } minimumSecurityLevel \x2702\x27H"
  print "  uiccAccessDomain \x27FF\x27H uiccAdminAccessDomain \x27FF\x27H"
  print "  adfRFMAccess { adfAID \x27" aid "\x27H adfAccessDomain \x2700\x27H adfAdminAccessDomain \x27FF\x27H } }"
} { print }' "$EMUICC_SOURCE/tools/profiles/usim-milenage.txt" >"$work/profiles/ota.txt"
"$BUILD/tools/profile/emuicc-profile" build "$work/profiles/ota.txt" "$work/ota.der" || fail "no profile"
cat >"$work/card.keys" <<KEYS
version = 1
algorithm = aes
kic = 101112131415161718191A1B1C1D1E1F
kid = 202122232425262728292A2B2C2D2E2F
kik = 303132333435363738393A3B3C3D3E3F
KEYS
sed 's/= 1$/= 3/; s/^\(ki.\) = ./\1 = A/' "$work/card.keys" >"$work/new.keys"
sed 's/^kid = 20/kid = 21/' "$work/card.keys" >"$work/wrong.keys"

ota() { "$BUILD/tools/ota/emuicc-ota" --keys "$work/card.keys" "$@"; }
# says NAME LINE... -- WORD...: the output has each line
says() {
  local name=$1 got line
  local -a lines=()
  shift
  while [ "$1" != -- ]; do lines+=("$1"); shift; done
  shift
  got=$("$@" 2>&1)
  for line in "${lines[@]}"; do
    grep -qxF -- "$line" <<<"$got" || fail "$name: no line '$line' in: $got"
  done
  say "$name"
}

start_pcscd
start_card chip --install "$work/ota.der,enabled" --trace "$work/trace" --pcap "$work/pcap"

says "a file is read" "proof of receipt: done (00)" "data: 988812010000000010F1" -- ota rfm read 3F00/2FE2
says "a file is written" "commands carried out: 2" "last status: 9000 (normal ending)" -- \
  ota --tar B00140 --spi 0619 rfm update 6F46 0174657374
says "and has it" "data: 0174657374" -- ota --tar B00140 --spi 0619 --length 5 rfm read 6F46
says "each answer of a script" "  1: 9000 (normal ending)" \
  "  2: 9000 (normal ending) 988812010000000010F1" -- ota --expanded send --do 'select 2FE2; read'
says "too low a security level" "proof of receipt: the security level is too low for this TAR (0A)" -- \
  ota --spi 0619 rfm read 2FE2
says "a TAR that nobody has" "proof of receipt: nobody has this TAR (09)" -- ota --tar C0FFEE rfm read 2FE2
says "wrong keys" "proof of receipt: the checksum is wrong: another key, or the packet was changed (01)" -- \
  "$BUILD/tools/ota/emuicc-ota" --keys "$work/wrong.keys" rfm read 2FE2
ota rfm read 2FE2 >/dev/null || fail "a report that all is done is no success"
ota --tar C0FFEE rfm read 2FE2 >/dev/null && fail "a refusal is a success"
says "by a message of the card's own" "data: 988812010000000010F1" -- ota --submit rfm read 2FE2
long=$(printf 'select 2FE2; read;%.0s' {1..12})
says "in several messages there, and back" "commands carried out: 24" -- \
  ota --submit --expanded send --do "$long"

says "the registry" "A000000151000000: issuer's domain, state 0F, privileges 82DC00" -- ota --spi 0619 ram list
says "metadata" "last status: 9000 (normal ending)" -- ota --spi 0619 metadata provider=Operator "name=From afar"
"$BUILD/tools/ctl/emuicc-ctl" --state "$work/chip" show 8988211000000000011 | grep -q "From afar" || fail "no new name"
says "a kind of which there is none ends no list" "A000000151000000: issuer's domain, state 0F, privileges 82DC00" \
  "A0000001510000BB: application or domain, state 07, privileges 808000" -- \
  sh -c "'$BUILD/tools/ota/emuicc-ota' --keys '$work/card.keys' --spi 0619 --privileges 808000 ram install A0000001515350 A000000151535041 A0000001510000BB; '$BUILD/tools/ota/emuicc-ota' --keys '$work/card.keys' --spi 0619 ram list"
says "keys are put" "commands carried out: 1" -- ota --spi 0619 ram put-key "$work/new.keys"
says "and open packets" "data: 988812010000000010F1" -- "$BUILD/tools/ota/emuicc-ota" --keys "$work/new.keys" rfm read 2FE2
says "and take the place of others" "commands carried out: 1" -- ota --spi 0619 ram put-key "$work/new.keys" 3

say "-- keys in a token"
mkdir "$work/tokens"
printf 'directories.tokendir = %s\nobjectstore.backend = file\nlog.level = ERROR\n' "$work/tokens" >"$work/softhsm2.conf"
export SOFTHSM2_CONF=$work/softhsm2.conf
(umask 077; echo 1234 >"$work/pin")
softhsm2-util --init-token --free --label operator --pin 1234 --so-pin 5678 >"$work/token.log" 2>&1 || fail "no token"
grep -v '^ki' "$work/new.keys" >"$work/held.keys"
id=0
for name in kic kid kik; do
  printf "$(sed -n "s/^$name = //p" "$work/new.keys" | sed 's/../\\x&/g')" >"$work/key"
  softhsm2-util --import "$work/key" --aes --token operator --label $name --id 0$((id += 1)) --pin 1234 >>"$work/token.log" 2>&1 ||
    fail "$name is not imported"
  echo "$name = pkcs11:token=operator;object=$name?pin-source=$work/pin" >>"$work/held.keys"
done
rm "$work/key"
cp "$work/new.keys.counter" "$work/held.keys.counter"
held() { "$BUILD/tools/ota/emuicc-ota" --keys "$work/held.keys" "$@"; }
says "make packets" "data: 988812010000000010F1" -- held rfm read 2FE2
says "and cipher keys that are put" "commands carried out: 1" -- held --spi 0619 ram put-key "$work/new.keys" 3
says "which open packets" "data: 988812010000000010F1" -- held rfm read 2FE2
root="pkcs11:token=operator;object=ota?pin-source=$work/pin"
"$BUILD/tools/line/emuicc-line" token init --token "$root" >>"$work/token.log" 2>&1 || fail "no root"
printf 'version = 5\nalgorithm = aes\nroot = %s\niccid = 8988211000000000011\n' "$root" >"$work/derived.keys"
says "keys derived from a root are put" "commands carried out: 1" -- ota --spi 0619 ram put-key "$work/derived.keys"
says "and make packets" "data: 988812010000000010F1" -- "$BUILD/tools/ota/emuicc-ota" --keys "$work/derived.keys" rfm read 2FE2

says "a chain of scripts: the first" "commands carried out: 1" -- ota --expanded --chain first-kept send --do 'select EF.ICCID'
says "and the last, which goes on" "  1: 9000 (normal ending) 988812010000000010F1" -- ota --expanded --chain last send --do read
"$BUILD/tools/ctl/emuicc-ctl" --state "$work/chip" list >"$work/listed"
grep -qE 'counters.*01: cntr 00000000[0-9A-F]{2}, sequence' "$work/listed" || fail "no counter of the set is shown: $(cat "$work/listed")"
says "an application that is not there" "commands carried out: 1" -- ota --spi 0619 ram delete A000000001020305

say "-- the trace names what came, and no key"
names() { grep -qF -- "$1" "$work/trace" || fail "the trace has no line: $1"; }
names "over the air: packet for TAR B00120, SPI 1619 (checksum, ciphered, counter to be higher; receipt, checksum, ciphered), KIc 12, KID 12"
names "over the air: SELECT 00A4000C, 2 bytes: 9000"
names "over the air: UPDATE BINARY 00D60000, 5 bytes: 9000"
names "over the air: PUT KEY 80D80081, 67 bytes: 9000"
names "over the air: receipt in the report: status 00, done; 13 bytes"
names "over the air: receipt by SEND SHORT MESSAGE: status 00, done; 13 bytes"
names "over the air: receipt in the report: status 09, nobody has this TAR; 0 bytes"
for key in 101112131415161718191A1B1C1D1E1F 202122232425262728292A2B2C2D2E2F 303132333435363738393A3B3C3D3E3F \
    A01112131415161718191A1B1C1D1E1F A02122232425262728292A2B2C2D2E2F 0174657374; do
  ! grep -qi "$key" "$work/trace" || fail "the trace has $key"
done
od -An -v -tx1 "$work/pcap" | tr -d ' \n' | grep -q "80c20000..d1..82028381" || fail "no short message in the pcap file"

say "-- counters"
before=$(cat "$work/card.keys.counter")
says "one that was used is used up, also for nobody" "sent to TAR B00120 with counter $((before + 2)): 1 message" -- \
  sh -c "'$BUILD/tools/ota/emuicc-ota' --keys '$work/card.keys' --print rfm read 2FE2 >/dev/null; '$BUILD/tools/ota/emuicc-ota' --keys '$work/card.keys' rfm read 2FE2"
printf '1\n' >"$work/card.keys.counter"
says "an old one is refused" "proof of receipt: the counter is too low: it was used before (02)" -- \
  ota rfm read 2FE2
printf '500\n' >"$work/card.keys.counter"
ota rfm read 2FE2 >/dev/null || fail "a higher counter"
stop_card KILL
start_card chip
printf '500\n' >"$work/card.keys.counter"
says "the card keeps its own" "proof of receipt: the counter is too low: it was used before (02)" -- \
  ota rfm read 2FE2

say "-- through a modem"
modem=$work/modem
start_modem() {
  rm -f "$work/modem.log" # what the last one said must not be taken for this one's
  "$BUILD/tools/modem/emuicc-modem" --pty "$modem" "$@" >"$work/modem.log" 2>&1 &
  modem_pid=$!
  until_true 10 grep -q "ready at" "$work/modem.log" || fail "the modem does not come up"
}
start_modem
says "in the report" "data: 988812010000000010F1" -- ota --modem "$modem" rfm read 2FE2
says "by a message that the modem sends" "data: 988812010000000010F1" -- \
  ota --modem "$modem" --submit rfm read 2FE2
says "a REFRESH that a script asks for" "commands carried out: 1" -- \
  ota --modem "$modem" --expanded send --do 'select EF.ICCID; refresh files MF/EF.ICCID'
kill "$modem_pid" && wait "$modem_pid" 2>/dev/null
start_modem --verbose
says "and the modem is asked for" "commands carried out: 0" -- ota --modem "$modem" --expanded send --do 'refresh files MF/EF.ICCID'
until_true 10 grep -q "the card asks REFRESH" "$work/modem.log" || fail "no REFRESH"
says "as JSON" '    "sw": "9000",' '  "bySubmit": true,' -- ota --modem "$modem" --json --submit rfm read 2FE2

say "-- a menu on the card"
kill "$modem_pid" && wait "$modem_pid" 2>/dev/null
stop_card KILL
printf 'test-menu = on\n' >"$work/menu.personality"
start_card menu --personality "$work/menu.personality"
start_modem --verbose
exec 3<>"$modem"
printf 'ATE0;+EMENU=1;+EMENU=2;+EMENU=9\r' >&3
IFS= read -r -t 20 _ <&3
until_true 10 grep -q "TIMER MANAGEMENT" "$work/modem.log" || fail "no timer"
exec 3>&-
got=$(grep -o "the card asks .*" "$work/modem.log" | cut -d: -f1 | tr '\n' ',')
[ "$got" = "the card asks SET UP EVENT LIST,the card asks SET UP MENU,the card asks DISPLAY TEXT,the card asks GET INPUT,the card asks DISPLAY TEXT,the card asks TIMER MANAGEMENT," ] ||
  fail "the menu asks: $got"
