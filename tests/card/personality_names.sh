#!/bin/bash
# The names that ship, as the program finds them: where it was built, and where both are installed.
# usage: personality_names.sh PROGRAM
program=$1
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
failed=0
say() { echo "$*"; failed=1; }

expected=$(cd "$EMUICC_SOURCE/card/personalities" && ls -- *.personality | sed 's/\.personality$//' | sort)
[ "$("$program" --personality list | cut -d' ' -f1 | sort)" = "$expected" ] ||
  say "built: $("$program" --personality list)"
while read -r name about; do [ -n "$about" ] || say "$name does not say what it is"; done \
  < <("$program" --personality list)

mkdir -p "$folder/bin" "$folder/share/emuicc/personalities"
cp "$program" "$folder/bin/emuicc"
echo '# one alone' >"$folder/share/emuicc/personalities/alone.personality"
[ "$("$folder/bin/emuicc" --personality list)" = "$(printf '%-20s %s' alone 'one alone')" ] ||
  say "installed: $("$folder/bin/emuicc" --personality list)"

# A chip by name; no reader is needed to make it.
"$program" --personality 5ber --state "$folder/chip" --vpcd 127.0.0.1:1 2>"$folder/log" &
card=$!
for _ in $(seq 100); do grep -q EID "$folder/log" && break; sleep 0.1; done
kill "$card" && wait "$card" || say "a chip by name: $(cat "$folder/log")"
"$program" --personality sgp22-v2.5 --state "$folder/chip" 2>"$folder/log" && say "other AIDs are taken"
grep -q 'this chip has other AIDs' "$folder/log" || say "other AIDs: $(cat "$folder/log")"

printf '# mine\nisd-r-aid = 12\n' >"$folder/mine"
"$program" --personality "$folder/mine" --state "$folder/new" 2>"$folder/log" && say "a bad value is taken"
grep -q "$folder/mine:2: isd-r-aid = 12: a value is " "$folder/log" || say "bad value: $(cat "$folder/log")"
"$program" --personality nobody --state "$folder/new" 2>"$folder/log" && say "an unknown name is taken"
grep -q "nobody: No such file or directory; '--personality list'" "$folder/log" || say "unknown: $(cat "$folder/log")"

# A start that is refused leaves nothing: neither chip nor PKI nor folder.
[ -e "$folder/new" ] && say "a refused personality leaves $(ls "$folder/new")"
refused() { # WORDS OPTION...
  words=$1; shift
  timeout 20 "$program" --state "$folder/none/chip" --vpcd 127.0.0.1:1 "$@" 2>"$folder/log" && say "$*: is taken"
  grep -q -- "$words" "$folder/log" || say "$*: $(cat "$folder/log")"
  [ -e "$folder/none" ] && say "$*: leaves $(find "$folder/none")"
  rm -rf "$folder/none"
}
echo 'apdu = nothing' >"$folder/faults"
refused "$folder/faults:1: " --faults "$folder/faults"
refused "no-such-faults: No such file" --faults no-such-faults
refused "/nonexistent/trace: No such file" --trace /nonexistent/trace
refused "/nonexistent/asked: No such file" --replay /nonexistent/asked
printf '> 00A4000C023F00\nno line\n' >"$folder/asked"
refused "$folder/asked:2: a command is" --replay "$folder/asked"
refused "/nonexistent/socket: No such file" --pcsc /nonexistent/socket
refused "exclude each other" --pcsc "$folder/socket" --stdio
refused "there is no such package" --install gone.der
refused "HOST or HOST:PORT" --gsmtap "[::1"
refused "not a regular file; it is read more than once" --personality <(echo "ara-m = open")
twice=$("$program" --faults words | sed -n '/^functions:/,/^$/p' | sort | uniq -d)
[ -z "$twice" ] || say "--faults words names these twice: $twice"
"$program" --install list | grep -q '^usim-milenage  *[A-Za-z]' || say "--install list: $("$program" --install list)"
exit "$failed"
