#!/bin/bash
# A card behind a modem: emuicc-lpa --serial, and AT commands by hand, through emuicc-modem to a card
# in a real reader.
. "${0%/*}/place.sh"
. "${0%/*}/provision.sh"
need_programs card/emuicc tools/pki/emuicc-pki tools/smdpp/emuicc-smdpp tools/lpa/emuicc-lpa tools/modem/emuicc-modem
package=usim-milenage iccid=8988211000000000011 name=testsmdpplus1.example.com
[ -e "$BUILD/tools/profiles/$package.der" ] || skip "$package.der is not built"
need python3
enter_place "$0" "$@"
has_terminals || skip_here "there are no pseudo-terminals: devpts is not mounted"

modem=$work/modem
start_modem() {
  rm -f "$work/modem.log" # what the last one said must not be taken for this one's
  "$BUILD/tools/modem/emuicc-modem" --pty "$modem" "$@" >"$work/modem.log" 2>&1 &
  modem_pid=$!
  until_true 10 grep -q "ready at" "$work/modem.log" || fail "the modem does not come up"
}

# The terminal is file 3; what is started meanwhile would keep it open.
attach() {
  exec 3<>"$modem"
  at E0 >/dev/null
}
detach() { exec 3>&-; }
# at COMMAND: its answer, a line each, without empty ones
at() {
  local line
  printf 'AT%s\r' "$1" >&3
  while IFS= read -r -t 20 line <&3; do
    line=${line%$'\r'}
    [ -n "$line" ] && printf '%s\n' "$line"
    case $line in OK | ERROR | "+CME ERROR"*) return ;; esac
  done
  fail "AT$1 is not answered"
}
# answers COMMAND LINE...: exactly these
answers() {
  local got
  got=$(at "$1")
  [ "$got" = "$(printf '%s\n' "${@:2}")" ] || fail "AT$1: $got"
}
serial() {
  "$BUILD/tools/lpa/emuicc-lpa" --serial "$modem" --ca "$work/pki" --connect-to "$name:443:127.0.0.1:8443" "$@"
}
is_free() { [ "$(transmit 00A4000C023F00)" = 9000 ]; }

"$BUILD/tools/pki/emuicc-pki" "$work/pki" || fail "no PKI"
start_modem
say "-- without pcscd and without a card"
attach
answers +CMEE=1 OK
answers +CCHO=\"A0000005591010FFFFFFFF8900000100\" "+CME ERROR: 10"
detach
start_pcscd
attach
answers +CPIN? ERROR
answers +CMEE=2 OK
answers +CPIN? "+CME ERROR: SIM not inserted"
detach
start_server "$work/pki" "$BUILD/tools/profiles" "$name"
start_card chip --pki "$work/pki"

say "-- AT commands by hand"
attach
answers +CMEE=1 OK
answers +CCHO=\"A0000005591010FFFFFFFF8900000100\" "+CCHO: 1" OK
answers +CGLA=1,16,\"81E2910003BF2E00\" "+CGLA: 4,\"6115\"" OK
[[ "$(at +CGLA=1,10,\"81C0000015\")" == '+CGLA: 46,"BF2E128010'*'9000"'* ]] || fail "no challenge over +CGLA"
answers +CCHO=\"A0000005591010FFFFFFFF8900000199\" "+CME ERROR: 22"
answers +CCHC=1 OK
answers +CGLA=1,10,\"81C0000015\" "+CME ERROR: 21"
answers +CPIN? "+CPIN: READY" OK
answers +CSIM=14,\"00A4000C023F00\" "+CSIM: 4,\"9000\"" OK
is_free && fail "somebody else gets at the card while the modem has it"
detach
until_true 20 is_free || fail "the modem keeps the card when nobody is there"

say "-- emuicc-lpa over it"
serial --json info >"$work/info.json" || fail "info: $(cat "$work/info.json")"
grep -q "\"reader\": \"$modem\"" "$work/info.json" || fail "info: $(cat "$work/info.json")"
serial download "LPA:1\$$name\$$package" >"$work/lpa.log" 2>&1 || fail "download: $(cat "$work/lpa.log")"
serial enable "$iccid" >"$work/lpa.log" 2>&1 || fail "enable: $(cat "$work/lpa.log")"
serial --json list | grep -q '"state": "enabled"' || fail "nothing is enabled"
serial --isd-r A0000005591010FFFFFFFF8900009900 info >"$work/lpa.log" 2>&1 && fail "a wrong AID"
grep -q "not found" "$work/lpa.log" || fail "a wrong AID: $(cat "$work/lpa.log")"
until_true 20 is_free || fail "the modem keeps the card"
attach

say "-- and where handles are no channels"
detach
kill "$modem_pid"
wait "$modem_pid"
start_modem --long-handles
serial --json info >"$work/long.json" || fail "long handles: info: $(cat "$work/long.json")"
serial --json list | grep -q '"state": "enabled"' || fail "long handles: list"
kill "$modem_pid"
wait "$modem_pid"
start_modem
attach

say "-- files"
answers +CIMI 001010000000001 OK
answers +CRSM=176,12258,0,0,10 "+CRSM: 144,0,\"988812010000000010F1\"" OK
answers +CRSM=176,28423,0,0,9,,\"3F007FFF\" "+CRSM: 144,0,\"080910100000000010\"" OK
[[ "$(at +CRSM=192,28423)" == '+CRSM: 144,0,"62'* ]] || fail "no FCP over +CRSM"
answers +CRSM=176,28671,0,0,1 "+CRSM: 106,130" OK

say "-- a card that goes away under it"
kill -KILL "$card_pid"; wait "$card_pid" 2>/dev/null
answers +CMEE=1 OK
[[ "$(at +CSIM=14,\"00A4000C023F00\")" == "+CME ERROR: 1"[03] ]] || fail "without a card"
detach
start_card chip
attach
answers +CIMI 001010000000001 OK
detach

kill "$modem_pid"
wait "$modem_pid" || fail "the modem ends with $?"
[ ! -e "$modem" ] && [ ! -L "$modem" ] || fail "its link is left behind"
serial info >"$work/lpa.log" 2>&1 && fail "without a modem"
grep -q "emuicc-modem" "$work/lpa.log" || fail "without a modem: $(cat "$work/lpa.log")"
stop_card TERM
