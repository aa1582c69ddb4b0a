#!/bin/bash
# SIGKILL between two segments of a bound profile package, and at its end: the chip that starts again
# is the old one, or, once the last segment was answered, the new one; never half of it.
. "${0%/*}/place.sh"
. "${0%/*}/provision.sh"
need_programs card/emuicc tools/pki/emuicc-pki tools/smdpp/emuicc-smdpp tools/lpa/emuicc-lpa
enter_place "$0"
package=usim-milenage iccid_expected=8988211000000000011

"$BUILD/tools/pki/emuicc-pki" "$work/pki" || fail "no PKI"
start_server "$work/pki" "$BUILD/tools/profiles" testsmdpplus1.example.com
start_pcscd

# cut_at before|after BLOCK STATE: a download that loses its card there
cut_at() {
  rm -f "$work/cutter.log"
  "$CUTTER" "$E2E_READER_PORT" "$1" "$2" "$BUILD/card/emuicc" --state "$work/$3" --pki "$pki" \
    >"$work/cutter.log" 2>"$work/card.log" &
  card_pid=$!
  until_true 20 card_is_seen || fail "the card is not seen in the reader"
  download "$package"
  local status=$?
  wait "$card_pid" 2>/dev/null
  # pcscd looks every 400 ms: a card that is back before would not be noticed as another one, and
  # after the failed reset of its client it would be taken for absent for ever.
  sleep 1
  until_true 10 card_is_gone || fail "the card is still seen after SIGKILL"
  return "$status"
}
blocks() { sed -n 's/.*: \([0-9]*\) blocks.*/\1/p' "$work/cutter.log"; }

# How many blocks there are, on a chip that is not cut: its reader goes away first.
"$CUTTER" "$E2E_READER_PORT" after 0 "$BUILD/card/emuicc" --state "$work/whole" --pki "$pki" \
  >"$work/cutter.log" 2>"$work/card.log" &
card_pid=$!
until_true 20 card_is_seen || fail "the card is not seen in the reader"
download "$package" || fail "the download fails without a cut"
kill "$pcscd_pid" && wait "$pcscd_pid"
wait "$card_pid"
count=$(blocks)
[ "${count:-0}" -gt 3 ] || fail "the package is said to have ${count:-no} blocks"
say "the package takes $count blocks"
start_pcscd

for place in "before 1" "after 1" "before 2" "before $((count / 2))" "after $((count / 2))" "after $((count - 1))"; do
  read -r when at <<<"$place"
  cut_at "$when" "$at" chip && fail "the download succeeds though the card was killed $place"
  grep -q "cut at block $at\$" "$work/cutter.log" || fail "no cut: $(cat "$work/cutter.log")"
  start_card chip
  [ -z "$(profiles)" ] || fail "killed $place: $(profiles)"
  stop_card TERM
done
say "killed at six places of the package: no profile, nothing half"

cut_at after "$count" chip && fail "the download succeeds though its last answer was lost"
start_card chip
[ "$(profiles)" = "$iccid_expected disabled" ] || fail "killed after the last block was answered: $(profiles)"
say "killed after the last answer: the profile is there"
lpa enable "$iccid_expected" >"$work/lpa.log" 2>&1 || fail "the profile cannot be enabled"
stop_card KILL
start_card chip
[ "$(profiles)" = "$iccid_expected enabled" ] || fail "killed after enable was answered: $(profiles)"
say "killed after enable was answered: it is enabled"
stop_card TERM
