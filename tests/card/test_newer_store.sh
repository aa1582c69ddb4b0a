#!/bin/bash
# A store of a newer release is refused by the program in one clear line, and is left as it was.
#   test_newer_store.sh EMUICC SOURCE
set -u
emuicc=$1 source=$2
command -v sqlite3 >/dev/null || { echo "skipped: sqlite3 is not installed"; exit 77; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp "$source"/tests/states/0.1.0/store.sqlite "$work/"
sqlite3 "$work/store.sqlite" "PRAGMA user_version = 1000"
before=$(sha256sum <"$work/store.sqlite")
timeout 20 "$emuicc" --state "$work" --vpcd 127.0.0.1:9 >"$work/out" 2>&1
status=$?
cat "$work/out"
[ "$status" -eq 1 ] || { echo "exit status $status"; exit 1; }
[ "$(wc -l <"$work/out")" -eq 1 ] || { echo "not one line"; exit 1; }
grep -q "$work/store.sqlite: it was written by a newer release (store version 1000, this release knows up to [0-9]*)" \
  "$work/out" || { echo "the line does not say why"; exit 1; }
[ "$(sha256sum <"$work/store.sqlite")" = "$before" ] || { echo "the store was changed"; exit 1; }
