#!/bin/bash
# A pcscd of its own with the card in its first reader and the null card in its second, for
# benchmark_pcsc, the argument.
EMUICC_REQUIRE_E2E= # a machine that cannot do this measures the rest
. "${0%/*}/../e2e/place.sh"
enter_place "$0" "$@"
# Everybody on one processor: which thread of pcscd has a core of its own, and which shares one, makes
# more difference than the card does.
core=$(taskset --cpu-list --pid $$ | sed 's/.*: \([0-9]*\).*/\1/')
taskset --cpu-list --pid "$core" $$ >/dev/null
start_pcscd
"$NULL_CARD" 35964 2>"$work/null.log" &
start_card chip --install "$BUILD/tools/profiles/usim-milenage.der"
until_true 20 opensc-tool --reader "Virtual PCD 00 01" --atr || fail "the null card is not seen in its reader"
# EnableProfile, for AUTHENTICATE.
opensc-tool --reader "$E2E_READER" -s 00A4040C10A0000005591010FFFFFFFF8900000100 \
  -s 80E2910014BF3111A00C5A0A988812010000000010F1810100 >"$work/enable.log" || fail "EnableProfile is not sent"
"$1" "$E2E_READER" "Virtual PCD 00 01"
