#!/bin/bash
# emuicc-ctl: what a chip holds, asked of the running card and looked up in its store.
#   test_ctl.sh EMUICC EMUICC-CTL EMUICC-PROFILE SOURCE
set -u
emuicc=$1 ctl=$2 profile=$3 source=$4
work=$(mktemp -d) card=
found=0
trap '[ -z "$card" ] || kill -KILL "$card" 2>/dev/null; rm -rf "$work"' EXIT
say() { echo "$*"; found=1; }

# shows TEXT...: each stands in what was printed last
shows() {
  local text
  for text in "$@"; do grep -qF -- "$text" "$work/out" || say "$text is not in: $(cat "$work/out")"; done
}
# refused TEXT ARGUMENT...: one line that says so, exit 1; misused: exit 2
refused() { ends 1 "$@"; }
misused() { ends 2 "$@"; }
ends() {
  local wanted=$1 text=$2 status
  shift 2
  "$ctl" "$@" >"$work/out" 2>"$work/err"
  status=$?
  [ "$status" -eq "$wanted" ] || say "$* ends with $status"
  [ ! -s "$work/out" ] || say "$* prints: $(cat "$work/out")"
  [ "$(wc -l <"$work/err")" -eq 1 ] || say "$* says: $(cat "$work/err")"
  grep -qF -- "$text" "$work/err" || say "$*: '$text' is not in: $(cat "$work/err")"
}
start() {
  : >"$work/log"
  "$emuicc" --state "$work/chip" --vpcd 127.0.0.1:9 "$@" 2>"$work/log" &
  card=$!
  for ((i = 0; i < 200; i++)); do
    grep -q "no reader at" "$work/log" && return
    sleep 0.05
  done
  say "the card does not start: $(cat "$work/log")"
}
stop() {
  kill "-$1" "$card"
  wait "$card" 2>/dev/null
  card=
}

"$profile" build "$source/tests/packages/everything.txt" "$work/everything.der" || say "no package"
mkdir "$work/empty"

refused "$work/none: No such file" --state "$work/none" list
refused "no chip in this folder; 'emuicc --state' with it makes one" --state "$work/empty" list
[ -z "$(ls -A "$work/empty")" ] || say "looking for a chip has made one: $(ls -A "$work/empty")"
misused "which command?" --state "$work/empty"
misused "show needs ICCID" --state "$work/empty" show
misused "'more' is too much after list" --state "$work/empty" list more
misused "'staus' is not a command; did you mean 'status'?" staus
misused "'fault clera' is not a command; did you mean 'fault clear'?" fault clera
misused "'nonsense' is not a command; try" nonsense
"$ctl" --state "$work/empty" --json list >"$work/out" 2>"$work/err" && say "--json list of nothing succeeds"
[ ! -s "$work/err" ] && python3 -c '
import json, sys
sys.exit("no chip" not in json.load(open(sys.argv[1]))["error"]["text"])' "$work/out" || say "--json: $(cat "$work/out" "$work/err")"

start --install "$work/everything.der"
[ "$(stat -c '%A' "$work/chip/control")" = srw------- ] || say "$(ls -l "$work/chip/control")"
"$ctl" --state "$work/chip" list >"$work/out" || say "list fails"
iccid=$(awk 'NR == 1 { print $1 }' "$work/out")
shows "security domain" "remote file management" "load package" "application" "non-standard"
for as in "" --json; do
  "$ctl" $as --state "$work/chip" list >"$work/list$as" || say "list $as fails"
  "$ctl" $as --state "$work/chip" show "$iccid" >"$work/show$as" || say "show $as fails"
done
refused "no profile on the chip has this ICCID; 'list' shows" --state "$work/chip" show 8988211000000000000
refused "is too long" --state "$work/chip" show "$(printf '1%.0s' {1..300})"

stop TERM
[ ! -e "$work/chip/control" ] || say "the socket outlives the card"
for as in "" --json; do
  "$ctl" $as --state "$work/chip" list | diff "$work/list$as" - || say "list $as differs when the card is off"
  "$ctl" $as --state "$work/chip" show "$iccid" | diff "$work/show$as" - || say "show $as differs when the card is off"
done
refused "no profile on the chip has this ICCID; 'list' shows" --state "$work/chip" show 8988211000000000000

# A card that was killed leaves a socket on which nobody listens.
start
stop KILL
[ -S "$work/chip/control" ] || say "no socket is left behind"
"$ctl" --state "$work/chip" list | diff "$work/list" - || say "list differs when the card was killed"
start
"$ctl" --state "$work/chip" list | diff "$work/list" - || say "list differs when the card is back"
stop TERM

# Keys and codes, by the names of the package's text, stand in nothing that was printed.
count=0
for secret in $("$profile" dump "$work/everything.der" |
    grep -oE "(pinValue|pukValue|keyData|key|opc) '[0-9A-F]{16,}'H" | cut -d"'" -f2 | sort -u); do
  count=$((count + 1))
  grep -qiF "$secret" "$work"/list* "$work"/show* && say "a secret is shown: $secret"
done
[ "$count" -ge 4 ] || say "only $count secrets were looked for"
cp "$work/show" "$work/out"
shows "securityDomain" "keyData" "hidden bytes" "loadBlockObject" "issuerID"
python3 -c 'import json, sys; [json.load(open(name)) for name in sys.argv[1:]]' "$work"/*--json || say "no JSON"

# An IoT eUICC: the eIM that it is made with, and what can be set while it is off.
hex() { sed 's/[^0-9A-F]//g' <<<"$1" | xxd -r -p; }
vector=$(awk '/AddInitialEim request, associationToken/ { on = 1; next } /^$/ { on = 0 } on' "$source/tests/vectors/sgp32.txt")
hex "${vector#object =}" >"$work/eim.ber"
head -c 40 "$work/eim.ber" >"$work/half.ber"
rm -rf "$work/chip"
"$emuicc" --state "$work/chip" --vpcd 127.0.0.1:9 --eim "$work/eim.ber" 2>"$work/err" && say "a consumer chip takes an eIM"
grep -q "the chip is no IoT eUICC" "$work/err" || say "$(cat "$work/err")"
for wrong in "$work/half.ber" "$work/none.ber"; do
  "$emuicc" --state "$work/chip" --vpcd 127.0.0.1:9 --personality sgp32-v1.2 --eim "$wrong" 2>"$work/err" && say "$wrong is taken"
  grep -qE "$wrong: (it is neither|No such file)" "$work/err" || say "$(cat "$work/err")"
done
start --personality sgp32-v1.2 --install usim-milenage --eim "$work/eim.ber"
"$ctl" --state "$work/chip" iot >"$work/out" || say "iot fails"
shows "id: eim.example.com" "fqdn: eim.example.com" "counter: 0" "token: 1" "last token: 1" "immediate enabling: no"
refused "in use by another process" --state "$work/chip" iot-set "counter eim.example.com = 7"
stop TERM
for line in "counter eim.example.com = 7" "token eim.example.com = 200" "rollback = 8988211000000000011" \
  "before-fallback = 8988211000000000011" "emergency = none" "fallback = 8988211000000000011" \
  "connectivity 8988211000000000011 = 3501"; do
  "$ctl" --state "$work/chip" iot-set "$line" >"$work/out" 2>&1 || say "$line: $(cat "$work/out")"
done
"$ctl" --state "$work/chip" iot >"$work/out" || say "iot fails"
shows "counter: 7" "token: 200" "rollback: 8988211000000000011" "before fallback: 8988211000000000011" \
  "before emergency: none" "fallback: 8988211000000000011"
"$ctl" --json --state "$work/chip" iot | python3 -c 'import json, sys; json.load(sys.stdin)' || say "no JSON"
refused "a line is 'WHAT = VALUE'" --state "$work/chip" iot-set counter
refused "a line is 'WHAT = VALUE'" --state "$work/chip" iot-set counter = 7
refused "no eIM of this chip has this id" --state "$work/chip" iot-set "counter other = 7"
refused "a counter is a number up to 8388607" --state "$work/chip" iot-set "counter eim.example.com = 8388608"
refused "no profile on the chip has this ICCID; 'list' shows" --state "$work/chip" iot-set "fallback = 123"
for line in "token eim.example.com = none" "rollback = none" "emergency = off" "fallback = none" \
  "connectivity 8988211000000000011 = none"; do
  "$ctl" --state "$work/chip" iot-set "$line" >"$work/out" 2>&1 || say "$line: $(cat "$work/out")"
done
start
"$ctl" --state "$work/chip" iot >"$work/out" || say "iot fails"
grep -qE "rollback|token: 200|before emergency|^fallback" "$work/out" && say "still there: $(cat "$work/out")"
stop TERM

# Access rules, of a chip with an ARA-M: what STORE DATA has put there, each as it is told.
iccid=8949440000001155314
rule=E21FE1184F00C114$(printf '11%.0s' {1..20})E303D00101
for line in "" "80E2900023F021$rule" "80E2900004F1024F00"; do
  printf '00A4040009A00000015141434C0000\n%s\n' "$line" |
    "$emuicc" --state "$work/rules" --personality sysmoisim-sja5 --stdio >"$work/answers" 2>"$work/log" || say "$(cat "$work/log")"
  "$ctl" --state "$work/rules" list >"$work/out" || say "list fails"
  "$ctl" --json --state "$work/rules" list >"$work/json" || say "list --json fails"
  shows "$iccid"
  case $line in
    *"$rule") shows "access rules            A00000015141434C00  rules $rule" ;;
    *) grep -qE "access rules|A00000015141434C00" "$work/out" "$work/json" && say "rules that are not there: $(cat "$work/out")" ;;
  esac
  python3 - "$work/json" "$rule" "$line" <<'END' || say "--json: $(cat "$work/json")"
import json, sys
kinds = json.load(open(sys.argv[1]))
text = json.dumps(kinds)
sys.exit(('"rules": ["%s"]' % sys.argv[2] in text) != sys.argv[3].endswith(sys.argv[2]))
END
done

[ "$found" -eq 0 ] && echo "a chip shows what it holds, $count secrets kept"
exit "$found"
