#!/bin/bash
# A change of profile as the outside sees it, over PC/SC: 91xx, FETCH, REFRESH, TERMINAL RESPONSE and
# the new profile; a REFRESH that is refused; and a reset by one client, which the other one sees.
. "$(dirname "$0")/place.sh"
enter_place "$0" "$@"

isd_r=a:00A4040010A0000005591010FFFFFFFF8900000100
first=988812010000000010F1
second=988812010000000040F5
enable() { printf 'a:80E2910014BF3111A00C5A0A%s8101FF' "$1"; }
fetch_answer=a:80C0000006
read_iccid=(a:00A4000C022FE2 a:00B000000A)
# A terminal that knows all of the toolkit, and one that knows of REFRESH the UICC Reset alone.
knows_all=a:8010000022$(printf 'FF%.0s' {1..34})
knows_reset=a:8010000003FFFFFF
respond() { printf 'a:801400000C81030101%s8202828183%s' "$1" "$2"; }

# answers NAME EXPECTED WORD...: on a card that was just reset, the last lines that the clients print
answers() {
  local name=$1 expected=$2 got
  shift 2
  got=$("$CLIENTS" "$E2E_READER" b! a:00A4000C023F00 "$@" 2>&1 | tail -n "$(wc -l <<<"$expected")")
  [ "$got" = "$expected" ] || fail "$name: $got"
  say "$name"
}

start_pcscd
start_card chip --install usim-milenage,enabled --install usim-names

answers "91xx, a REFRESH in state change mode, and the new profile's files" \
  $'BF3103800100910B\nD0098103010109820281829000\n9000\n9000\n'"${second}9000" \
  "$knows_all" "$isd_r" "$(enable "$second")" "$fetch_answer" \
  a:801200000B "$(respond 09 0100)" "${read_iccid[@]}"

answers "a REFRESH that the terminal refuses leaves the old profile" \
  $'BF3103800100910B\nD0098103010109820281829000\n9000\n9000\n'"${second}9000" \
  "$knows_all" "$isd_r" "$(enable "$first")" "$fetch_answer" \
  a:801200000B "$(respond 09 0120)" "${read_iccid[@]}"

answers "UICC Reset: the old profile until the other client resets the card; the first one sees it" \
  $'D0098103010104820281829000\n9000\n9000\n'"${second}9000"$'\nreset\n9000\n'"${first}9000" \
  "$knows_reset" "$isd_r" "$(enable "$first")" "$fetch_answer" \
  a:801200000B "$(respond 04 0100)" "${read_iccid[@]}" b! a:00A4000C023F00 "${read_iccid[@]}"
