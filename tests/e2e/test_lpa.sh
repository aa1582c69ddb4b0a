#!/bin/bash
# emuicc-lpa on the real chain: what it refuses, what it says then, and what it leaves behind.
. "${0%/*}/place.sh"
. "${0%/*}/provision.sh"
need_programs card/emuicc tools/pki/emuicc-pki tools/smdpp/emuicc-smdpp tools/lpa/emuicc-lpa
package=usim-milenage iccid=8988211000000000011 name=testsmdpplus1.example.com
[ -e "$BUILD/tools/profiles/$package.der" ] || skip "$package.der is not built"
need python3 openssl ss
enter_place "$0" "$@"

# member DOCUMENT PATH: one member of a JSON document, "error.code" or "profiles.0.state"
member() {
  python3 -c '
import json, sys
value = json.load(open(sys.argv[1]))
for key in sys.argv[2].split("."):
    value = value[int(key)] if isinstance(value, list) else value.get(key, "")
print(value)' "$1" "$2"
}
# error KEY: of the last refusal
error() { sed -n "s/^    \"$1\": \"\(.*\)\",\{0,1\}\$/\1/p" "$document"; }
document=
# refused WHERE CODE ARGUMENT...: the command fails there, with that code
refused() {
  local where=$1 code=$2
  shift 2
  document=$work/refused.json
  lpa --json "$@" >"$document" 2>"$work/lpa.log" && fail "$* succeeds"
  [ "$(error where)" = "$where" ] && [[ "$(error code)" == $code ]] || fail "$*: $(cat "$document")"
  say "refused: $(error text)"
}
waiting() { lpa --json notifications >"$work/waiting.json" && grep -c '"number"' "$work/waiting.json"; }
installed() { [ -n "$(profiles)" ]; }

"$BUILD/tools/pki/emuicc-pki" "$work/pki" || fail "no PKI"
"$BUILD/tools/pki/emuicc-pki" "$work/foreign" || fail "no second PKI"
mkdir "$work/profiles"
cp "$BUILD/tools/profiles/"{$package,n_template}.der "$work/profiles/"
cp "$BUILD/tools/profiles/$package.der" "$work/profiles/coded.der"
echo "confirmation-code = 4711" >"$work/profiles/coded.metadata"
pki=$work/pki server_name=$name

refused "PC/SC" "" info
start_pcscd
refused "PC/SC" "" info
start_server "$work/pki" "$work/profiles" "$name"
start_card chip --pki "$pki"
refused "PC/SC" "" --reader "No such reader" info
[[ "$(error next)" == *"$E2E_READER"* ]] || fail "the readers are not listed"
refused "SELECT ISD-R" 6A82 --isd-r A0000005591010FFFFFFFF8900009900 info

say "-- what the LPA itself refuses"
code="LPA:1\$$name\$$package"
refused "activation code" "" download "LPA:2\$$name\$$package"
refused "TLS" "" --ca "$work/foreign" download "$code"
refused "HTTPS" "" --connect-to "$name:443:127.0.0.1:9" download "LPA:1\$$name:9\$$package"
refused "TLS" "" --connect-to other.example.com:443:127.0.0.1:8443 download "LPA:1\$other.example.com\$$package"
refused "ES9+.InitiateAuthentication" "" download "$code\$2.999.11"
# The CI certifies more than servers' TLS: a certificate of it that has the name but not the role.
ci=$work/pki/CertificateIssuer
openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$work/other.key" -subj /CN=other \
  -addext "subjectAltName=DNS:$name" 2>"$work/openssl.log" |
  openssl x509 -req -CA "$ci/CERT_CI_ECDSA_NIST.pem" -CAkey "$ci/SK_CI_ECDSA_NIST.pem" -days 1 \
    -copy_extensions copy -out "$work/other.pem" 2>>"$work/openssl.log" || fail "openssl makes no certificate"
{ printf 'HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\n{}'; sleep 20; } |
  openssl s_server -quiet -naccept 1 -accept 127.0.0.1:8444 -cert "$work/other.pem" -key "$work/other.key" \
    >"$work/other.log" 2>&1 &
until_true 10 sh -c "ss -ltn | grep -q 127.0.0.1:8444" || fail "openssl s_server does not come up"
refused "TLS" "" --connect-to "$name:444:127.0.0.1:8444" download "LPA:1\$$name:444\$$package"
[[ "$(error text)" == *"not one for an SM-DP+'s TLS"* ]] || fail "another role: $(cat "$document")"
[ "$(waiting)" = 0 ] || fail "notifications wait: $(cat "$work/waiting.json")"

say "-- what the server refuses; both sides are told"
refused "ES9+.AuthenticateClient" 8.2.6/3.8 download "LPA:1\$$name\$nothing"
refused "confirmation code" "" download "LPA:1\$$name\$coded"
[ "$(member "$document" cancelled)" = True ] || fail "the session is not cancelled: $(cat "$document")"
refused "ES9+.GetBoundProfilePackage" 8.2.7/3.8 --confirmation-code 1234 download "LPA:1\$$name\$coded"
installed && fail "something is installed: $(profiles)"

say "-- interrupted in mid-package"
# at_metadata SIGNAL [PROCESS]: a download that must fail, as its document says in cut.json: when
# StoreMetadata comes, that process, or the LPA, gets the signal. The LPA's trace goes through a socket that
# holds a few lines and no more, so that the LPA cannot run ahead of it on a machine that is busy.
at_metadata() {
  python3 - "$1" "${2:-0}" "$work/cut.json" "$BUILD/tools/lpa/emuicc-lpa" --json --verbose --block 6 --reader "$E2E_READER" \
    --ca "$pki" --connect-to "$name:443:127.0.0.1:8443" download "$code" <<'PYTHON' || fail "the interrupted download succeeds"
import os, signal, socket, subprocess, sys
reading, writing = socket.socketpair()
writing.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1)  # the kernel's least
program = subprocess.Popen(sys.argv[4:], stdout=open(sys.argv[3], "w"), stderr=writing)
writing.close()
for line in reading.makefile("rb", buffering=0):
    if b"ES8+.StoreMetadata" in line:
        os.kill(int(sys.argv[2]) or program.pid, signal.Signals[sys.argv[1]])
sys.exit(program.wait() != 1)
PYTHON
}
at_metadata SIGINT
[ "$(member "$work/cut.json" error.where)" = interrupted ] || fail "interrupted: $(cat "$work/cut.json")"
[ "$(member "$work/cut.json" cancelled)" = True ] || fail "interrupted, not cancelled: $(cat "$work/cut.json")"
installed && fail "half a profile: $(profiles)"
[ "$(waiting)" = 0 ] || fail "after the interruption: $(cat "$work/waiting.json")"

say "-- the card dies in mid-package and is back before pcscd has looked"
at_metadata SIGKILL "$card_pid"
wait "$card_pid" 2>/dev/null
start_card chip --pki "$pki"
[ "$(member "$work/cut.json" error.where)" = "PC/SC" ] || fail "without a card: $(cat "$work/cut.json")"
[[ "$(member "$work/cut.json" error.text)" == *"does not answer any more" ]] || fail "without a card: $(cat "$work/cut.json")"
installed && fail "half a profile: $(profiles)"

say "-- a package that the card refuses"
refused "ES10b.LoadBoundProfilePackage" "installFailedDueToPEProcessingError*" download "LPA:1\$$name\$n_template"
[[ "$(error text)" == *"(template-not-supported)" ]] || fail "no PE status: $(cat "$document")"

say "-- a download in blocks of 17 bytes, its notifications kept back, then sent"
lpa --block 17 --no-notify --imei 490154203237518 --confirmation-code 4711 download "LPA:1\$$name\$coded\$2.999.10\$1" \
  >"$work/lpa.txt" 2>"$work/lpa.err" || fail "the download fails: $(cat "$work/lpa.err")"
[ ! -s "$work/lpa.err" ] || fail "on standard error, which is no terminal: $(cat "$work/lpa.err")"
[ "$(waiting)" -ge 1 ] || fail "no notification was kept"
lpa notifications send >"$work/lpa.txt" || fail "they cannot be sent: $(cat "$work/lpa.txt")"
[ "$(waiting)" = 0 ] || fail "they are still there: $(cat "$work/waiting.json")"

say "-- the profile's life"
refused "ES10b.LoadBoundProfilePackage" "installFailedDueToIccidAlreadyExistsOnEuicc*" download "$code"
refused "ES10c.DisableProfile" "profileNotInEnabledState*" disable "$iccid"
lpa enable "$iccid" >"$work/lpa.txt" || fail "enable"
refused "ES10c.DeleteProfile" "profileNotInDisabledState*" delete "$iccid"
lpa --json list >"$work/list.json" || fail "list"
aid=$(member "$work/list.json" profiles.0.aid)
lpa nickname "$aid" "Größe" >"$work/lpa.txt" || fail "nickname"
lpa --json list >"$work/list.json" || fail "list"
[ "$(member "$work/list.json" profiles.0.nickname)" = "Größe" ] || fail "nickname: $(cat "$work/list.json")"
lpa disable "$aid" >"$work/lpa.txt" || fail "disable"
lpa delete "$aid" >"$work/lpa.txt" || fail "delete"
refused "ES10c.DeleteProfile" "iccidOrAidNotFound*" delete "$aid"
[ "$(waiting)" -ge 2 ] || fail "the profile's life left no notifications"

say "-- a server that is away"
kill "$server_pid" && wait "$server_pid" 2>/dev/null
before=$(waiting)
refused "HTTPS" "" notifications send
[ "$(waiting)" = "$before" ] || fail "notifications are lost"
lpa notifications remove >"$work/lpa.txt" || fail "they cannot be removed"
[ "$(waiting)" = 0 ] || fail "they are still there"
stop_card TERM
