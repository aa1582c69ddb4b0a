#!/bin/bash
# tools/start --once: all of it works, nothing stays; and it keeps its hands off another's card.
. "${0%/*}/place.sh"
. "${0%/*}/provision.sh"
need_programs card/emuicc tools/pki/emuicc-pki tools/smdpp/emuicc-smdpp tools/lpa/emuicc-lpa
need ninja dpkg-query
enter_place "$0"

# once: with the programs that are built already
once() { START_BUILD=$BUILD timeout 120 "$EMUICC_SOURCE/tools/start" --once >"$work/once.log" 2>&1; }
# processes: of ours and of pcscd that run
processes() { ps -e -o comm= | grep -cE '^(emuicc|pcscd)'; }

once || fail "tools/start --once: exit $?"
grep -qx 'ICCID 8988211000000000011' "$work/once.log" || fail "no ICCID is read back"
grep -qx 'IMSI  001010000000001' "$work/once.log" || fail "no IMSI is read back"
[ "$(processes)" -eq 0 ] || fail "something still runs: $(ps -e -o comm=)"
say "tools/start --once: $(grep -c '^\[' "$work/once.log") steps, all of them work, nothing stays"

start_pcscd
start_card other
pki=$work/other/pki server_name=none
once && fail "tools/start works with another's card"
grep -q "another card sits in that reader" "$work/once.log" || fail "it does not say whose card that is"
[ "$(processes)" -eq 2 ] || fail "not just the reader and the other card run: $(ps -e -o comm=)"
[ -z "$(profiles)" ] || fail "it has changed another's card: $(profiles)"
say "another's card is left alone"
stop_card TERM
