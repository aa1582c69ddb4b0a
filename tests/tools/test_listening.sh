#!/bin/bash
# Servers with two ports: where one of them is taken, nothing is said of the other, and the program ends with 1.
#   test_listening.sh PKI SMDPP SMDS EIM PROFILES
pki=$1 smdpp=$2 smds=$3 eim=$4 profiles=$5
work=$(mktemp -d)
taker=
trap 'kill $taker 2>/dev/null; rm -rf "$work"' EXIT
found=0
say() { echo "$*"; found=1; }

"$pki" --server localhost --eim localhost "$work/pki" 2>"$work/log" || { cat "$work/log"; exit 1; }
ci=$(ls "$work"/pki/CertificateIssuer/CERT_CI_*NIST.pem | head -n 1)
python3 -c '
import socket, sys, time
taken = socket.create_server(("127.0.0.1", 0))
print(taken.getsockname()[1], flush=True)
time.sleep(600)' >"$work/port" &
taker=$!
until [ -s "$work/port" ]; do sleep 0.05; done
taken=127.0.0.1:$(cat "$work/port")

# refuses NAME COMMAND...: for either port
refuses() {
  timeout 60 "${@:2}" 2>"$work/log"
  [ $? -eq 1 ] || say "$1 ends with another status: $(cat "$work/log")"
  grep -q "$taken.*Address already in use: another program listens there" "$work/log" || say "$1 does not say which port is taken: $(cat "$work/log")"
  grep -q listening "$work/log" && say "$1 speaks of listening: $(cat "$work/log")"
}
free=127.0.0.1:0
for ports in "$taken $free" "$free $taken"; do
  read -r first second <<<"$ports"
  refuses emuicc-smdpp "$smdpp" --pki "$work/pki" --profiles "$profiles" --address localhost --listen "$first" \
    --es2-listen "$second" --operators "$ci"
  refuses emuicc-smds "$smds" --pki "$work/pki" --listen "$first" --es12-listen "$second" --trust "$ci"
  refuses emuicc-eim "$eim" --pki "$work/pki" --listen "$first" --rest-listen "$second" serve
done
exit "$found"
