#!/bin/bash
# Threads under ThreadSanitizer: a farm and an SM-DP+ that were built with it, each on several threads,
# used by several clients at once: sessions, downloads, changes of profile, and requests of emuicc-ctl to
# the very chips that clients come for and leave. Any report fails.
#   threads.sh BUILD SECONDS
set -u
build=$1 seconds=$2
work=$(mktemp -d)
processes=()
trap 'kill -KILL "${processes[@]}" 2>/dev/null; rm -rf "$work"' EXIT
fail() { echo "FAILED: $*"; exit 1; }
export TSAN_OPTIONS="halt_on_error=0 exitcode=66"

# until_said FILE TEXT
until_said() {
  for _ in $(seq 600); do
    grep -q "$2" "$1" 2>/dev/null && return
    sleep 0.1
  done
  fail "no '$2' in: $(cat "$1")"
}

"$build/tools/pki/emuicc-pki" --server localhost "$work/pki" >/dev/null 2>&1 || fail "no PKI"
"$build/tools/smdpp/emuicc-smdpp" --pki "$work/pki" --profiles "$build/tools/profiles" \
  --listen 127.0.0.1:0 --address localhost:8443 >"$work/smdpp.log" 2>&1 &
smdpp=$! processes+=($!)
"$build/card/emuicc-farm" --cards 4 --loops 3 --state "$work/farm" --pki "$work/pki" --listen 127.0.0.1:0 2>"$work/farm.log" &
farm=$! processes+=($!)
until_said "$work/farm.log" "loops, at "
until_said "$work/smdpp.log" "127.0.0.1:[0-9]"
address=$(sed -n 's/.*loops, at //p' "$work/farm.log")
port=$(grep -oE "127\.0\.0\.1:[0-9]+" "$work/smdpp.log" | head -n 1 | cut -d: -f2)
mapfile -t chips < <("$build/tools/ctl/emuicc-ctl" --state "$work/farm" chips 0)

# lpa CHIP COMMAND...
lpa() {
  "$build/tools/lpa/emuicc-lpa" --direct "$address/$1" --ca "$work/pki" --connect-to "localhost:8443:127.0.0.1:$port" "${@:2}" \
    >>"$work/lpa.log" 2>&1
}
iccid=8988211000000000011
client() {
  while [ "$SECONDS" -lt "$seconds" ]; do
    lpa "$1" download "LPA:1\$localhost:8443\$usim-milenage" && echo >>"$work/downloads"
    lpa "$1" enable "$iccid"
    lpa "$1" list
    lpa "$1" disable "$iccid"
    lpa "$1" delete "$iccid"
  done
}
asker() {
  while [ "$SECONDS" -lt "$seconds" ]; do
    for request in status list "snapshot a" "restore a" reset; do
      # shellcheck disable=SC2086
      "$build/tools/ctl/emuicc-ctl" --state "$work/farm/chips/$1" $request >/dev/null 2>&1
    done
  done
}

SECONDS=0
clients=()
for chip in "${chips[@]}"; do client "$chip" & clients+=($!); done
client "${chips[1]}" & clients+=($!)
asker "${chips[1]}" & clients+=($!)
asker "${chips[2]}" & clients+=($!)
wait "${clients[@]}"
kill "$farm" "$smdpp"
wait "$farm" || fail "the farm ends with $?: $(grep -A25 'WARNING: ThreadSanitizer' "$work/farm.log" | head -n 60)"
wait "$smdpp" || fail "the SM-DP+ ends with $?: $(grep -A25 'WARNING: ThreadSanitizer' "$work/smdpp.log" | head -n 60)"
[ -s "$work/downloads" ] || fail "nothing was downloaded: $(tail -n 5 "$work/lpa.log")"
echo "$(wc -l <"$work/downloads") downloads, no report"
