#!/bin/bash
# emuicc-ctl wait: two chips of one personality, and so of one ATR, in two readers: it names the reader of
# the one that is asked for. It also waits for a state that does not exist yet, without a word.
. "$(dirname "$0")/place.sh"
enter_place "$0" "$@"

ctl="$BUILD/tools/ctl/emuicc-ctl"
# eid_in READER
eid_in() { "$BUILD/tools/lpa/emuicc-lpa" --reader "$1" --json info | sed -n 's/.*"eid": *"\([0-9]*\)".*/\1/p' | head -n 1; }
eid_of() { "$ctl" --state "$work/$1" --json status | sed -n 's/.*"eid": *"\([0-9]*\)".*/\1/p'; }
reader_of() { "$ctl" --state "$work/$1" --json wait --timeout 20 | sed -n 's/.*"reader": *"\([^"]*\)".*/\1/p'; }

start_pcscd
"$ctl" --state "$work/later" --json wait --timeout 60 >"$work/waited" 2>"$work/waited.err" &
waiting=$!
sleep 1
[ ! -s "$work/waited.err" ] || fail "wait is not quiet: $(head -n 3 "$work/waited.err")"
"$BUILD/card/emuicc" --state "$work/first" --vpcd 127.0.0.1:35963 2>"$work/first.log" &
"$BUILD/card/emuicc" --state "$work/later" --vpcd 127.0.0.1:35964 2>"$work/later.log" &
wait "$waiting" || fail "wait: $(cat "$work/waited.err")"
say "a state that did not exist yet"

for chip in first later; do
  reader=$(reader_of "$chip")
  [ -n "$reader" ] || fail "no reader for $chip"
  [ "$(eid_in "$reader")" = "$(eid_of "$chip")" ] || fail "$reader is named for $chip, which has another EID"
done
[ "$(reader_of first)" != "$(reader_of later)" ] || fail "both chips in one reader"
[ "$(sed -n 's/.*"reader": *"\([^"]*\)".*/\1/p' "$work/waited")" = "$(reader_of later)" ] || fail "$(cat "$work/waited")"
say "each chip in its own reader"

"$ctl" --state "$work/later" eject >/dev/null
"$ctl" --state "$work/later" wait --timeout 2 >/dev/null 2>"$work/err" && fail "an ejected chip is in the other's reader"
grep -q "no reader sees the card" "$work/err" || fail "ejected: $(cat "$work/err")"
say "an ejected chip is in no reader"
