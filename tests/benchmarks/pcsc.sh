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
"$1" "$E2E_READER" "Virtual PCD 00 01"
