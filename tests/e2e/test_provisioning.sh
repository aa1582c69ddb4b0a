#!/bin/bash
# The whole way: SM-DP+, LPA, PC/SC, card; what was ordered is downloaded, enabled and read back.
#   test_provisioning.sh own      with the project's own PKI and package
#   test_provisioning.sh shared   with SGP.26's certificates and a TS.48 package, when they are there
. "${0%/*}/place.sh"
. "${0%/*}/provision.sh"
need_programs card/emuicc tools/pki/emuicc-pki tools/smdpp/emuicc-smdpp tools/lpa/emuicc-lpa

if [ "$1" = own ]; then
  package=usim-milenage expected="8988211000000000011 001010000000001"
  [ -e "$BUILD/tools/profiles/$package.der" ] || skip "$package.der is not built"
else
  data=${EMUICC_SHARED:-$EMUICC_SOURCE/../shared}/data
  package=TS48v5_SAIP2.3_BERTLV_SUCI expected="89000123456789012341 001010123456063"
  [ -e "$data/sgp26" ] && [ -e "$data/ts48/$package.der" ] || {
    say "skipped: no test data at $data"
    exit 77
  }
fi
enter_place "$0" "$@"

if [ "$1" = own ]; then
  "$BUILD/tools/pki/emuicc-pki" "$work/pki" || fail "no PKI"
  start_server "$work/pki" "$BUILD/tools/profiles" testsmdpplus1.example.com
else
  start_server "$data/sgp26" "$data/ts48" testsmdpplus1.example.com
fi
start_pcscd
start_card chip --pki "$pki"
sed -n 's/^emuicc: EID/EID/p' "$work/card.log"
[ -z "$(profiles)" ] || fail "a new chip has profiles: $(profiles)"

download "$package" || fail "the download of $package fails"
[ "$(profiles)" = "${expected% *} disabled" ] || fail "after the download: $(profiles)"
say "downloaded: $(profiles)"

lpa enable "${expected% *}" >"$work/lpa.log" 2>&1 || fail "the profile cannot be enabled"
read_back
[ "$iccid $imsi" = "$expected" ] || fail "read back: ICCID $iccid, IMSI $imsi; expected $expected"
say "enabled, and read back over PC/SC: ICCID $iccid, IMSI $imsi"

stop_card KILL
start_card chip
read_back
[ "$iccid $imsi" = "$expected" ] || fail "after SIGKILL: ICCID $iccid, IMSI $imsi"
say "still so after SIGKILL and a new start"

lpa disable "$iccid" >"$work/lpa.log" 2>&1 || fail "the profile cannot be disabled"
lpa delete "$iccid" >"$work/lpa.log" 2>&1 <<<y || fail "the profile cannot be deleted"
[ -z "$(profiles)" ] || fail "after the deletion: $(profiles)"
say "disabled and deleted"
stop_card TERM
