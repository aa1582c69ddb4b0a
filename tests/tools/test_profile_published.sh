#!/bin/bash
# Each published text in value notation makes the published DER beside it, byte for byte.
# usage: test_profile_published.sh PROGRAM; the pairs lie below $EMUICC_TS48_TEXTS (x.txt, and x.der or
# x.rename2der), unpacked from what GSMA publishes as TS.48.
program=$1 folder=${EMUICC_TS48_TEXTS:-${EMUICC_SHARED:-../shared}/data/ts48-texts}
[ -d "$folder" ] || { echo "there is no $folder"; exit 77; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
count=0 failed=0
while IFS= read -r text; do
  package=
  for name in "${text%.txt}.der" "${text%.txt}.rename2der" "${text%.txt}_v2.rename2der"; do
    [ -e "$name" ] && package=$name
  done
  [ -n "$package" ] || continue
  count=$((count + 1))
  "$program" build "$text" "$work/out.der" && cmp "$work/out.der" "$package" || failed=1
done < <(find "$folder" -name '*.txt')
[ "$count" -gt 0 ] || { echo "$folder holds no text beside its package"; exit 77; }
echo "$count texts"
exit "$failed"
