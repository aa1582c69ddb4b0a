#!/bin/bash
# What oFono, ModemManager, gammu and Android ask a modem about its SIM, from emuicc-modem on a chip
# with no pcscd (emuicc --pcsc); and blanks as V.250 allows them.
#   test_modem_card.sh EMUICC MODEM PROFILES
set -u
emuicc=$1 modem=$2 profiles=$3
work=$(mktemp -d)
pids=()
finish() { kill "${pids[@]}" 2>/dev/null; wait "${pids[@]}" 2>/dev/null; rm -rf "$work"; }
trap finish EXIT
trap : HUP # the terminal may become this session's own, and goes with the modem
failed=0
until_true() {
  for _ in $(seq 200); do "$@" && return; sleep 0.1; done
  return 1
}
is_ready() { grep -q 'ready at' "$work/modem.log"; }
[ -c /dev/ptmx ] || { echo "there are no pseudo-terminals"; exit 77; }

export PCSCLITE_CSOCK_NAME=$work/socket
"$emuicc" --pcsc "$work/socket" --state "$work/chip" --install "$profiles/usim-isim-tuak.der,enabled" >"$work/card.log" 2>&1 &
pids+=($!)
until_true [ -S "$work/socket" ] || { cat "$work/card.log"; exit 1; }
# What is there already is replaced only if a modem has left it.
ln -s /etc/hostname "$work/foreign"
echo text >"$work/file"
for taken in foreign file; do
  "$modem" --pty "$work/$taken" 2>"$work/modem.log" && { echo "--pty takes a $taken name"; failed=1; }
  grep -q 'there is something else of that name' "$work/modem.log" || { cat "$work/modem.log"; failed=1; }
done
[ "$(readlink "$work/foreign")" = /etc/hostname ] && [ "$(cat "$work/file")" = text ] || { echo "--pty replaces what is not its own"; failed=1; }
ln -s /dev/pts/999999 "$work/tty"
"$modem" --pty "$work/tty" >"$work/modem.log" 2>&1 &
pids+=($!)
until_true is_ready || { cat "$work/modem.log"; exit 1; }
exec 3<>"$work/tty"

# at LINE: its answer, a line each, without empty ones
at() {
  local line
  printf '%s\r' "$1" >&3
  while IFS= read -r -t 60 line <&3; do
    line=${line%$'\r'}
    [ -n "$line" ] && printf '%s\n' "$line"
    case $line in OK | ERROR | "+CME ERROR"*) return ;; esac
  done
  echo "no answer"
}
# answers LINE PATTERN...: lines that fit these, and OK unless the last one is an error
answers() {
  local got want
  got=$(at "$1")
  want=$([ $# -lt 2 ] || printf '%s\n' "${@:2}")
  case $want in *ERROR*) ;; "") want=OK ;; *) want=$want$'\nOK' ;; esac
  # shellcheck disable=SC2053
  [[ $got == $want ]] || { echo "$1: $got, where $want should stand"; failed=1; }
}
at ATE0 >/dev/null
answers 'AT+CMEE=1'
answers 'AT+CCID' '+CCID: 8988211000000000029'
answers 'AT+CICCID?' '+CICCID: 8988211000000000029'
answers 'AT+CEID' '+CEID: 89??????????????????????????????'
answers 'AT+CATR' '+CATR: "3B9F*"'
# PINs: one wrong try, the right one again, PIN 2, a name that is none.
answers 'AT+CPINR' '+CPINR: SIM PIN,3' '+CPINR: SIM PUK,10' '+CPINR: SIM PIN2,3' '+CPINR: SIM PUK2,10'
answers 'AT+CPINR="SIM PIN2"' '+CPINR: SIM PIN2,3'
answers 'AT+CPINR="SIM PU*"' '+CPINR: SIM PUK,10' '+CPINR: SIM PUK2,10'
answers 'AT+CPINR="none"'
answers 'AT+CLCK="SC",2' '+CLCK: 0'
answers 'AT+CLCK="PN",2' '+CLCK: 0'
answers 'AT+CLCK="PN",1,"1234"' '+CME ERROR: 3'
answers 'AT+CLCK="XX",2' '+CME ERROR: 3'
answers 'AT+CLCK="SC"' '+CME ERROR: 50'
answers 'AT+CLCK="SC",1,"9999"' '+CME ERROR: 16'
answers 'AT+CPINR="SIM PIN"' '+CPINR: SIM PIN,2'
answers 'AT+CLCK="SC",1,"0000"'
answers 'AT+CLCK="SC",2' '+CLCK: 1'
answers 'AT+CPINR="SIM PIN"' '+CPINR: SIM PIN,3'
answers 'AT+CPWD="SC","9999","1234"' '+CME ERROR: 16'
answers 'AT+CPWD="SC","0000","1234"'
answers 'AT+CPWD="SC","1234","12"' '+CME ERROR: 50'
answers 'AT+CPWD="XX","1234","1234"' '+CME ERROR: 3'
answers 'AT+CLCK="SC",0,"1234"'
answers 'AT+CLCK="SC",2' '+CLCK: 0'
answers 'AT+CPWD="P2","9999","5678"'
answers 'AT+CPWD="P2","9999","5678"' '+CME ERROR: 16'
# Blanks count within strings and nowhere else (V.250 §5.2.1).
answers 'AT+CIMI ' '001010000000021'
answers 'AT +CIMI' '001010000000021'
answers 'AT+CSIM = 10,"0070000001"' '+CSIM: 6,"019000"'
answers 'AT+CRSM =176,12258,0,0,10' '+CRSM: 144,0,"988812010000000020F9"'
answers 'AT+CRSM=176, 12258,0,0,10 ' '+CRSM: 144,0,"988812010000000020F9"'
answers 'AT + C I M I ; + C C I D' '001010000000021' '+CCID: 8988211000000000029'
answers 'AT+CLCK= "S C",2' '+CME ERROR: 3'
[ "$failed" -eq 0 ] || cat "$work/modem.log"
exit "$failed"
