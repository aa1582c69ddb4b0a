#!/bin/bash
# The program with a client on its standard input and output, in a few lines of shell: no reader, no
# socket, no root.
#   test_stdio.sh EMUICC PROFILES
set -u
emuicc=$1 profiles=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
fail() { echo "FAILED: $*"; cat "$work/log"; exit 1; }

coproc CARD { exec "$emuicc" --stdio --state "$work/chip" --install "$profiles/usim-milenage.der,enabled" 2>"$work/log"; }
pid=$CARD_PID
ask() {
  echo "$1" >&"${CARD[1]}"
  read -r -t 60 -u "${CARD[0]}" answer || fail "no answer to $1"
}
ask reset
[[ $answer == 3B* ]] || fail "the ATR is $answer"
ask 00A40004022FE2
[[ $answer == 61* ]] || fail "SELECT EF.ICCID: $answer"
ask '00 B0 00 00 0A'
[ "$answer" = 988812010000000010F19000 ] || fail "EF.ICCID: $answer"
ask '{"type":"apdu","payload":{"func":"logic_channel_open","param":"A0000005591010FFFFFFFF8900000100"}}'
[ "$answer" = '{"type":"apdu","payload":{"ecode":1}}' ] || fail "ISD-R: $answer"
eval "exec ${CARD[1]}>&-"
wait "$pid" || fail "the card ends with $?"
printf 'atr\n' | "$emuicc" --stdio --state "$work/chip" 2>"$work/log" | grep -q '^3B' || fail "a second start"
printf 'atr\n' | HOME="$work/home" XDG_STATE_HOME='' "$emuicc" --stdio 2>"$work/log" | grep -q '^3B' || fail "a chip at home"
[ -s "$work/home/.local/state/emuicc/store.sqlite" ] || fail "without --state the chip is not in the home folder"
"$emuicc" --stdio --state "$work/chip" </dev/null 2>"$work/log" || fail "no input"
