#!/bin/bash
# Osmocom's TTCN-3 suite of an SM-DP+ (osmo-ttcn3-hacks, smdpp), which you have compiled, against emuicc-smdpp.
#   tests/foreign/smdpp_suite.sh FOLDER [LOGS]
# FOLDER is the one of osmo-ttcn3-hacks, with smdpp/ and _build/smdpp/smdpp_Tests. The server runs in a place of its
# own. Prints what did not pass and why, and a table; exit 0 when all passed, 77 when it cannot run here.
# LOGS keeps what the suite and the servers say. BUILD is the build folder (default build).
#
# What the suite expects of a server besides SGP.22 is made here: packages of the type "Test" and orders under the
# matching ids that it has in it. docs/clients.md says which of its cases need more than that.
here=$(cd "$(dirname "$0")" && pwd)
export BUILD=${BUILD:-$here/../../build}
[ $# -ge 1 ] || { sed -n '2,/^[^#]/s/^# \{0,1\}//p' "$0"; exit 2; }
suite=$(realpath "$1") || exit 2
. "$here/../e2e/place.sh"
. "$here/../e2e/provision.sh"
enter_place "$(realpath "$0")" "$@"
need ttcn3_start curl openssl socat
need_programs tools/smdpp/emuicc-smdpp tools/profile/emuicc-profile
[ -x "$suite/_build/smdpp/smdpp_Tests" ] || skip "$suite/_build/smdpp/smdpp_Tests is not built"
logs=${2:-$work/logs}
mkdir -p "$logs" && logs=$(realpath "$logs") || fail "no folder for the logs"
cp -r "$suite"/smdpp/{sgp26,InvalidTestCases,test_certs} "$work"
cd "$work" || fail "no folder"
name=testsmdpplus1.example.com
eid=89049032123451234512345678901235 other_eid=89049032123451234512345678901243
ci=sgp26/CertificateIssuer/CERT_CI_ECDSA_NIST.pem
operator=test_certs/CERT_MNO_ECDSA_NIST.pem operator_key=test_certs/SK_MNO_ECDSA_NIST.pem
{ cat /etc/hosts; echo "127.0.0.1 $name"; } >hosts
mount --bind hosts /etc/hosts || fail "no name for the server"

# The published operator's certificate has run out in August 2026; the suite has the path in it.
openssl req -x509 -new -key "$operator_key" -days 30 -subj '/CN=test.operator.com' -out "$operator" ||
  fail "no operator"
# The server for P-256 has no certificate under the CI for Brainpool, which one case asks of it.
cp -r sgp26 sgp26-nist && rm sgp26-nist/DP*/*_BRP*

# package NAME ICCID [METADATA]: with an icon, so that the metadata need two segments
text=$here/../../tools/profiles/usim-milenage.txt
mkdir packages
{ printf '\211PNG\r\n\032\n'; head -c 1016 /dev/zero; } >packages/icon.png
package() {
  sed -e 's/profileType .*/profileType "Test"/' -e "s/^    iccid '[0-9F]*'H/    iccid '$2'H/" "$text" >package.txt
  "$BUILD/tools/profile/emuicc-profile" build package.txt "packages/$1.der" || fail "no package $1"
  printf 'icon = icon.png\n%b' "${3:-}" >"packages/$1.metadata"
}
# with check digits, as the suite has them
package P101 89000000000000001010
package P102 89000000000000001028
package P103 89000000000000001036
package P104 89000000000000001044
package P105 89000000000000001051
for number in $(seq 200 260); do package "P$number" "8900000000000000${number}F"; done
package AC_NO_CC 8900000000000000901F
package AC_WITH_CC 8900000000000000902F 'confirmation-code = 12345678\n'
# The suite hashes the bytes 12 34 56 78 where the user types 12345678: this is the text that has these bytes.
package CC_REQUIRED_TEST 8900000000000000903F 'confirmation-code = \x124Vx\n'
package EVENT_001 8900000000000000904F
package AC_PPR1 8900000000000000905F 'owner = 00101\nrules = ppr1\n'

# serve LOG PKI PORT OPTION...
serve() {
  local log=$1 pki=$2 port=$3
  shift 3
  "$BUILD/tools/smdpp/emuicc-smdpp" --pki "$pki" --profiles packages --listen "127.0.0.1:$port" --svn 2.5 "$@" \
    >>"$logs/$log.log" 2>&1 &
  server=$!
  until_true 20 listens "$port" || fail "the SM-DP+ does not come up; $logs/$log.log"
}
serve_orders() { serve "$1" sgp26-nist 8000 --es2-listen 127.0.0.1:8002 --operators "$operator" "${@:2}"; }
stop() { kill "$server" && wait "$server" || fail "the SM-DP+ does not end cleanly"; }

# es2 FUNCTION MEMBERS: an operator's call
es2() {
  curl -sS --cacert "$ci" --cert "$operator" --key "$operator_key" -H 'Content-Type: application/json' \
    -H 'X-Admin-Protocol: gsma/rsp/v2.5.0' "https://$name:8002/gsma/rsp2/es2plus/$1" -d \
    "{\"header\": {\"functionRequesterIdentifier\": \"test.operator.com\", \"functionCallIdentifier\": \"1\"}, $2}"
}

# order MATCHING-ID RELEASE [EID]: a confirmed one
order() {
  local eid_member=${3:+"\"eid\": \"$3\", "} iccid
  iccid=$(es2 downloadOrder "$eid_member\"profileType\": \"Test\"" | sed -n 's/.*"iccid": *"\([0-9F]*\)".*/\1/p')
  es2 confirmOrder "$eid_member\"iccid\": \"$iccid\", \"matchingId\": \"$1\", \"releaseFlag\": $2" |
    grep -q Executed-Success || fail "no order '$1'"
}

# run CASE...: their verdicts, a line each, with the reason
run() {
  {
    printf '[LOGGING]\nLogFile := "%s/%%e-%%r.%%s"\nConsoleMask := TESTCASE | USER | ERROR | VERDICTOP\n' "$logs"
    printf '[MODULE_PARAMETERS]\nsmdpp_Tests.mp_es2plus_server_port := 8002\n[EXECUTE]\n'
    printf '%s\n' "$@"
  } >run.cfg
  # The suite's parts look for each other at the host's name; its TLS has to offer Brainpool.
  OPENSSL_CONF=brainpool.cnf LD_LIBRARY_PATH=$suite/_build/smdpp:/usr/lib/titan unshare --uts sh -c \
    'hostname localhost && exec timeout 600 ttcn3_start "$1/_build/smdpp/smdpp_Tests" run.cfg' sh "$suite" 2>&1 |
    tr -d '\r' | tee -a "$logs/suite.log" |
    sed -n 's/.*Test case \(TC_[A-Za-z0-9_]*\) finished\. Verdict: \(.*\)/\1 \2/p'
}
cases() { sed -n "s/^[[:space:]]*execute(\(TC_[A-Za-z0-9_]*\)().*/$1.\1/p" "$suite/smdpp/$1.ttcn"; }

cat >brainpool.cnf <<'CONF'
openssl_conf = all
[all]
ssl_conf = ssl
[ssl]
system_default = tls
[tls]
Groups = P-256:brainpoolP256r1
MaxProtocol = TLSv1.2
CONF

# Operators first, without orders; then the orders that the other cases look for.
serve_orders es2
run $(cases ES2Plus_Tests) >verdicts
stop
serve_orders orders --orders orders.db --order-lifetime 1
order AC_EXPIRED true
sleep 1.5
stop
serve_orders orders --orders orders.db
order AC_NOT_RELEASED false
order AC_MAX_RETRIES true
for id in EVENT_RESTRICTED AC_RESTRICTED_EID AC_OTHER_EID; do order "$id" true "$other_eid"; done
for number in $(seq 30); do order "" true "$eid"; done
stop

# A front has TLS on Brainpool, and a server of its own behind it.
cp orders.db brainpool.db
serve brainpool sgp26 8003 --order-tries 1000 --orders brainpool.db
openssl x509 -inform der -in sgp26/DPtls/CERT_S_SM_DP_VARO_TLS_BRP.der -out front.pem || fail "no certificate"
front=OPENSSL-LISTEN:8001,fork,reuseaddr,cert=front.pem,key=sgp26/DPtls/SK_S_SM_DP_TLS_BRP.pem,verify=0
OPENSSL_CONF=brainpool.cnf socat "$front" "OPENSSL:$name:8003,cafile=$ci" >>"$logs/front.log" 2>&1 &
until_true 20 listens 8001 || fail "the front does not come up"

# Its first run of one case makes the tries that the second one wants used up.
retries=smdpp_Tests.TC_SM_DP_ES9_AuthenticateClientNIST_Error_17_MaxRetriesExceeded
serve_orders smdpp --orders orders.db --order-tries 1000
run $(cases smdpp_Tests | grep -v "$retries") >>verdicts
stop
serve_orders smdpp --orders orders.db --order-tries 1
run "$retries" "$retries" | tail -n 1 >>verdicts

grep -v ' pass' verdicts
awk '{ group = "whole downloads" }
  /^TC_ES2Plus_/ && !/_ES9Plus_/ { group = "ES2+" }
  /^TC_SM_DP_ES9_/ { group = substr($1, 14); sub(/(_After|NIST|BRP|_Retry).*/, "", group) }
  { all[group]++; if ($2 == "pass") passed[group]++ }
  END { for (group in all) printf "%-24s %3d of %3d passed\n", group, passed[group], all[group] }' verdicts | sort
expected=$(cases ES2Plus_Tests | wc -l) && expected=$((expected + $(cases smdpp_Tests | wc -l)))
passed=$(grep -c '^[^ ]* pass' verdicts)
echo "$passed of $expected passed"
[ "$passed" -eq "$expected" ]
