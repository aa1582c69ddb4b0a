#!/bin/bash
# The tools that come with PC/SC: pcsc_scan reads the ATR without complaint, opensc-tool finds none of
# its cards in it, and removal, insertion, reset and a second start of pcscd are survived.
. "${0%/*}/place.sh"
need pcsc_scan
enter_place "$0"

start_pcscd
start_card chip

scan=$(timeout 10 pcsc_scan -c 2>&1) || fail "pcsc_scan -c: $scan"
atr=$(sed -n 's/^ *ATR: //p' <<<"$scan")
[[ "$atr" == "3B "* ]] || fail "pcsc_scan shows no ATR: $scan"
say "ATR $atr"
timeout 10 pcsc_scan -r | grep -q "$E2E_READER" || fail "pcsc_scan -r does not list the reader"

analysis=$(HOME=$work timeout 20 ATR_analysis "$atr" 2>&1)
grep -q "(correct checksum)" <<<"$analysis" || fail "pcsc_scan complains of the ATR: $analysis"
grep -qiE "error|wrong|invalid value|RFU" <<<"$analysis" && fail "pcsc_scan complains of the ATR: $analysis"
say "pcsc_scan reads the ATR without complaint"

name=$(timeout 60 opensc-tool --reader "$E2E_READER" --name 2>&1)
[ "$(tail -n 1 <<<"$name")" = "Unsupported card" ] || fail "opensc-tool -n: $name"
say "opensc-tool -n: Unsupported card"

mapfile -t answers < <(transmit 0070000001 00A4040010A0000005591010FFFFFFFF890000010000 80E2910003BF2E0000)
[ "${#answers[@]}" -eq 3 ] || fail "opensc-tool transmits nothing"
[ "${answers[0]}" = 019000 ] || fail "MANAGE CHANNEL answers ${answers[0]}"
[[ "${answers[1]}" == 6F*9000 ]] || fail "SELECT ISD-R answers ${answers[1]}"
[[ "${answers[2]}" == BF2E128010*9000 ]] || fail "GetEUICCChallenge answers ${answers[2]}"
say "an APDU takes the whole way"

timeout 60 opensc-tool --reader "$E2E_READER" --reset=cold >/dev/null 2>&1 || fail "a cold reset fails"
timeout 60 opensc-tool --reader "$E2E_READER" --reset=warm >/dev/null 2>&1 || fail "a warm reset fails"
[ "$(transmit 00A4000C023F00)" = 9000 ] || fail "no answer after a reset"

kill "$pcscd_pid" && wait "$pcscd_pid"
start_pcscd
until_true 20 card_is_seen || fail "the card does not plug in again"
[ "$(transmit 00A4000C023F00)" = 9000 ] || fail "no answer after pcscd has been started again"
[ "$(grep -c 'plugged into the reader' "$work/card.log")" -eq 2 ] || fail "not two lines for two insertions"
say "a new pcscd finds the card"

stop_card TERM
say "SIGTERM takes it out, exit 0"
