#!/bin/bash
# gammu, as Debian has it, on emuicc-modem: who the card is, whether it asks for a PIN, and the PIN itself.
. "${0%/*}/place.sh"
. "${0%/*}/provision.sh"
need_programs card/emuicc tools/modem/emuicc-modem
need gammu python3
[ -e "$BUILD/tools/profiles/usim-milenage.der" ] || skip "the profile packages are not built"
enter_place "$0" "$@"
has_terminals || skip_here "there are no pseudo-terminals: devpts is not mounted"

start_pcscd
start_card chip --install "$BUILD/tools/profiles/usim-milenage.der,enabled"
"$BUILD/tools/modem/emuicc-modem" --pty "$work/modem" --verbose >"$work/modem.log" 2>&1 &
until_true 10 grep -q "ready at" "$work/modem.log" || fail "the modem does not come up"
printf '[gammu]\ndevice = %s\nconnection = at115200\n' "$work/modem" >"$work/gammurc"
# said WORDS COMMAND...: gammu's answer has these words
said() {
  local words=$1 answer
  shift
  answer=$(timeout 100 gammu --config "$work/gammurc" "$@" 2>&1)
  grep -q -- "$words" <<<"$answer" || fail "gammu $*: $answer"
}
said 'SIM IMSI *: 001010000000001' identify
said 'Manufacturer *: emuicc' identify
said 'Nothing to enter' getsecuritystatus

# The PIN is switched on by hand; with the terminal's end the card is reset, and asks.
exec 3<>"$work/modem"
printf 'ATE0\rAT+CLCK="SC",1,"0000"\r' >&3
until_true 20 grep -q '+CLCK: OK' "$work/modem.log" || fail "the PIN is not switched on"
exec 3>&-
asks() { timeout 100 gammu --config "$work/gammurc" getsecuritystatus 2>&1 | grep -c 'Waiting for PIN' >/dev/null; }
until_true 20 asks || fail "the card does not ask for its PIN"
said 'Security error' entersecuritycode PIN 9999
timeout 100 gammu --config "$work/gammurc" entersecuritycode PIN 0000 >"$work/gammu.log" 2>&1 || fail "gammu cannot enter the PIN"
say "gammu: identity, security status, PIN"
