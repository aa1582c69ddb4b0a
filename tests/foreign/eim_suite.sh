#!/bin/bash
# Osmocom's TTCN-3 suite of an eIM (osmo-ttcn3-hacks, eim), which you have compiled, against emuicc-eim.
#   tests/foreign/eim_suite.sh FOLDER [LOGS]
# FOLDER is the one of osmo-ttcn3-hacks, with eim/ and _build/eim/eIM_Tests. The eIM runs in a place of its own.
# Prints a line for each case, the reason where one does not pass, and the sum; exit 0 when all passed, 77 when it
# cannot run here. LOGS keeps what the suite and the eIM say. BUILD is the build folder (default build).
#
# The suite is the IPA with its chip, the SM-DP+ and the operator; the last by a script that comes with onomondo-eim,
# for which one is written here. docs/iot.md says what else it wants of an eIM.
here=$(cd "$(dirname "$0")" && pwd)
export BUILD=${BUILD:-$here/../../build}
[ $# -ge 1 ] || { sed -n '2,/^[^#]/s/^# \{0,1\}//p' "$0"; exit 2; }
suite=$(realpath "$1") || exit 2
. "$here/../e2e/place.sh"
. "$here/../e2e/provision.sh"
enter_place "$(realpath "$0")" "$@"
need ttcn3_start openssl socat python3
need_programs tools/eim/emuicc-eim tools/pki/emuicc-pki
[ -x "$suite/_build/eim/eIM_Tests" ] || skip "$suite/_build/eim/eIM_Tests is not built"
logs=${2:-$work/logs}
mkdir -p "$logs" && logs=$(realpath "$logs") || fail "no folder for the logs"
cd "$work" || fail "no folder"
say "osmo-ttcn3-hacks $(git -C "$suite" log -1 --format=%h 2>/dev/null); 2566933e of August 2026 passes all"

# The suite's SM-DP+ shows a certificate under no CI; a front shows one that an eIM may believe, and passes on.
"$BUILD/tools/pki/emuicc-pki" --server localhost --eim localhost pki >/dev/null || fail "no PKI"
openssl x509 -inform der -in pki/DPtls/CERT_S_SM_DP_VARO_TLS_NIST.der -out front.pem || fail "no certificate"
socat OPENSSL-LISTEN:8091,fork,reuseaddr,cert=front.pem,key=pki/DPtls/SK_S_SM_DP_TLS_NIST.pem,verify=0 \
  TCP:127.0.0.1:8090 >>"$logs/front.log" 2>&1 &
until_true 20 listens 8091 || fail "the front does not come up"

# Its chip signs nothing, and it expects an answer without acknowledgements.
"$BUILD/tools/eim/emuicc-eim" --pki pki --store eim.sqlite --id myEIM --fqdn localhost:8000 --listen 127.0.0.1:8000 \
  --rest-listen 127.0.0.1:8080 --accept-unverified --no-acknowledgements \
  --connect-to localhost:8090:127.0.0.1:8091 >>"$logs/eim.log" 2>&1 &
eim=$!
until_true 20 listens 8080 || fail "the eIM does not come up: $(cat "$logs/eim.log")"

# The operator: -c (create), -l (look up) or -d (delete), -f FACILITY, -j JSON or -r ID.
cat >restop <<'PY'
#!/usr/bin/env python3
import argparse, urllib.request
parser = argparse.ArgumentParser()
for name in "cld":
    parser.add_argument("-" + name, action="store_true")
for name in "fjr":
    parser.add_argument("-" + name)
words = parser.parse_args()
place = "http://127.0.0.1:8080/" + words.f
if words.c:
    request = urllib.request.Request(place + "/create", words.j.encode(), {"Content-Type": "application/json"})
    print(urllib.request.urlopen(request).url)
else:
    print(urllib.request.urlopen(f"{place}/{'lookup' if words.l else 'delete'}/{words.r}").read().decode())
PY
chmod +x restop
cp "$suite/ipad/example_ca/pki/private/alttest.key" "$suite/ipad/example_ca/pki/issued/alttest.crt" . ||
  fail "$suite has no certificate for the suite's own server"

cat >run.cfg <<CONF
[LOGGING]
LogFile := "$logs/%e-%c-%r.%s"
ConsoleMask := TESTCASE | USER | ERROR | VERDICTOP
[TESTPORT_PARAMETERS]
system.HTTP.use_notification_ASPs := "yes"
system.HTTP_server_port.use_notification_ASPs := "no"
system.HTTP_server_port.PASSWORD := "katinka1"
system.HTTP_server_port.KEYFILE := "alttest.key"
system.HTTP_server_port.CERTIFICATEFILE := "alttest.crt"
[MODULE_PARAMETERS]
eIM_Tests.mp_restop_path := "./restop"
eIM_Tests.mp_es9p_ip := "localhost"
eIM_Tests.mp_es9p_disable_ssl := true
[EXECUTE]
eIM_Tests.control
CONF
# The suite's parts look for each other at the host's name.
LD_LIBRARY_PATH=$suite/_build/eim:/usr/lib/titan unshare --uts sh -c \
  'hostname localhost && exec timeout 600 ttcn3_start "$1/_build/eim/eIM_Tests" run.cfg' sh "$suite" 2>&1 |
  tr -d '\r' | tee -a "$logs/suite.log" |
  sed -n 's/.*Test case \(TC_[A-Za-z0-9_]*\) finished\. Verdict: \(.*\)/\1 \2/p' >verdicts
kill "$eim" && wait "$eim" || fail "the eIM does not end cleanly"

awk '{ case_name = $1; $1 = ""; printf "%3d %s %s\n", NR, $0 == " pass" ? "ok    " : "NOT SO", case_name
       if ($0 != " pass") print "   " $0 }' verdicts
expected=$(grep -c '^[[:space:]]*execute *( *TC_' "$suite/eim/eIM_Tests.ttcn")
passed=$(grep -c '^[^ ]* pass$' verdicts)
say "$passed of $expected passed"
[ "$passed" -eq "$expected" ]
