#!/bin/bash
# With a seed two chips are the same byte for byte, from their keys to their signatures; another seed
# is another chip. A transcript is what they are held against.
#   test_seed.sh EMUICC PACKAGE
set -u
emuicc=$1 package=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
fail() { echo "FAILED: $*"; cat "$work/log"; exit 1; }
run() { timeout 60 "$emuicc" --install "$work/profile.der" "$@" >"$work/log" 2>&1; }
cp "$package" "$work/profile.der"
printf '%s\n' "provider = a" "name = b" "notification = enable smdpp.example.com" >"$work/profile.metadata"

cat >"$work/asked" <<TEXT
# challenge, certificates' issuer, a change and the notification that is signed for it
on
> 00A4040010A0000005591010FFFFFFFF8900000100
> 80E2910003BF2E00
> 80C0000015
> 80E2910014BF3111A00C5A0A988812010000000010F18101FF
> 80C0000006
> 80E2910003BF2B00
> 80C0000000
> 80C0000000
> 80C0000000
> 80C0000000
> 80C0000000
> 80C0000000
> 80C0000000
> 80C0000000
reset
TEXT
run --seed 7 --state "$work/a" --trace "$work/a.trace" --record "$work/a.txt" --replay "$work/asked" || fail "the first run"
grep -q "UNSAFE: all chance follows from seed 7" "$work/log" || fail "the start does not say that it is unsafe"
grep -q "UNSAFE: all chance follows from seed 7" "$work/a.trace" || fail "the trace does not say that it is unsafe"
grep -q "enableResult (80): 0 ok" "$work/a.trace" || fail "nothing was enabled: $(cat "$work/a.trace")"
grep -q "euiccNotificationSignature" "$work/a.trace" || fail "nothing was signed: $(cat "$work/a.trace")"
run --seed 7 --state "$work/b" --trace "$work/b.trace" --record "$work/b.txt" --replay "$work/asked" || fail "the second run"
cmp "$work/a.txt" "$work/b.txt" || fail "two runs differ"
diff <(grep -v "commands answered" "$work/a.trace") <(grep -v "commands answered" "$work/b.trace") || fail "two traces differ"
run --seed 7 --state "$work/c" --replay "$work/a.txt" || fail "the replay"
grep -q "commands answered as they stand there" "$work/log" || fail "the replay says nothing"
run --seed 8 --state "$work/d" --replay "$work/a.txt" && fail "another seed is the same chip"
grep -q -- "--replay $work/a.txt:8: the card answers BF2E12" "$work/log" || fail "not the first difference"
run --state "$work/e" --replay "$work/a.txt" && fail "chance is the same"
[ "$(stat -c %a "$work/a.txt")" = 600 ] || fail "a transcript that others may read"
echo "two runs are the same: $(grep -c '^<' "$work/a.txt") answers"
