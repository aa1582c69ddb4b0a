#!/bin/bash
# emuicc-eim inject, when the IPA's answer belongs to no order: it says what may have happened and where to look, and
# the order stays.
#   test_inject.sh PKI EIM
pki=$1 eim=$2
work=$(mktemp -d)
ipa=
trap 'kill $ipa 2>/dev/null; rm -rf "$work"' EXIT
found=0
say() { echo "$*"; found=1; }
eid=89049032123451234512345678901235

"$pki" --server localhost --eim localhost "$work/pki" 2>"$work/log" || { cat "$work/log"; exit 1; }
# An IPA whose answer is a TransferEimPackageResponse with a signed result of no package.
python3 -c '
import http.server
class Ipa(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        answer = bytes.fromhex("bf4e05bf51023000")
        self.send_response(200)
        self.send_header("Content-Type", "application/x-gsma-rsp-asn1")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)
    def log_message(self, *words):
        pass
server = http.server.HTTPServer(("127.0.0.1", 0), Ipa)
print(server.server_address[1], flush=True)
server.serve_forever()' >"$work/port" &
ipa=$!
until [ -s "$work/port" ]; do kill -0 $ipa || exit 1; sleep 0.05; done

run() { "$eim" --pki "$work/pki" --id eim.test --fqdn localhost:8445 --store "$work/eim.sqlite" "$@"; }
run order "$eid" rat >"$work/log" 2>&1 || { cat "$work/log"; exit 1; }
run inject "$eid" "127.0.0.1:$(cat "$work/port")" >"$work/out" 2>"$work/log"
[ $? -eq 1 ] || say "inject ends with another status: $(cat "$work/log")"
[ -s "$work/out" ] && say "inject prints a number: $(cat "$work/out")"
grep -q "belongs to no order at work.*results $eid" "$work/log" || say "inject does not say what to do: $(cat "$work/log")"
grep -q '127$\|error 127' "$work/log" && say "inject tells a number: $(cat "$work/log")"
run --json results "$eid" | tee "$work/results" | grep -q '"done"' && say "the order is told as done: $(cat "$work/results")"
[ -s "$work/results" ] || say "results says nothing"
exit "$found"
