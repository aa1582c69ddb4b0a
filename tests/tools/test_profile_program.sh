#!/bin/bash
# emuicc-profile as a user runs it: words in, exit status and lines out.
# usage: test_profile_program.sh PROGRAM PROFILES PACKAGES
program=$1 profiles=$2 packages=$3
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0

# expect STATUS PATTERN WORD...: exit status, and a line of what is printed that fits the pattern
expect() {
  local status=$1 pattern=$2
  shift 2
  "$program" "$@" >"$work/out" 2>&1
  local got=$?
  if [ "$got" -ne "$status" ] || { [ -n "$pattern" ] && ! grep -q -- "$pattern" "$work/out"; }; then
    echo "emuicc-profile $*: exit $got (expected $status), no line '$pattern' in:"
    head -n 20 "$work/out"
    failed=1
  fi
}

package=$profiles/usim-milenage.der
expect 0 '^accepted: ' check "$package"
expect 1 '^status 11 pin-code-missing, element .*, end, ' check "$profiles/n_pin-missing.der"
expect 1 '^element 12, unknown, byte [0-9]*: is no profile element' check "$profiles/n_unknown.der"
expect 0 '"accepted": true' check --json "$package"
expect 1 '"name": "bad-values"' --json check "$profiles/n_topc.der"
expect 0 '^ICCID   8988211000000000011$' show "$package"
expect 0 '6F07 EF.IMSI  *transparent, 9 bytes  SFI 7  rules 6F06/2  080910100000000010$' show "$package"
expect 0 'PIN 81 in 7FF0: enabled, tries 3 of 3, PUK 81$' show "$package"
expect 0 '"path": "7FF0/6F07"' --json show "$package"
expect 0 'files made before the package was refused' show "$profiles/n_memory.der"
# A refusal names element, file and value.
expect 0 '' dump "$profiles/usim-isim-tuak.der"
sed "/ef-impi {/,/}/s/efFileSize '33'H/efFileSize '20'H/" "$work/out" >"$work/wide"
expect 0 '' build "$work/wide" "$work/wide.der"
expect 1 '^  EF.IMPI (6F02): 51 bytes do not fit in the 32 that it has left of 32$' check "$work/wide.der"
expect 1 '"file-name": "EF.IMPI"' --json check "$work/wide.der"
expect 1 '^  file 3F00: its pinStatusTemplateDO lists PIN' check "$profiles/n_pin-missing.der"
# What no metadata can save.
expect 0 '' dump "$package"
sed "s/iccid '8988211000000000011F'H/iccid '8988211000000000037F'H/" "$work/out" >"$work/iccid"
expect 0 '' build "$work/iccid" "$work/iccid.der"
expect 1 "header's iccid is 8988211000000000037, EF.ICCID (2FE2) has 8988211000000000011$" check "$work/iccid.der"
expect 1 '"mismatch": ' check --json "$work/iccid.der"
# Files that people take for packages.
: >"$work/empty"
xxd -p "$package" >"$work/hex" 2>/dev/null || od -An -tx1 "$package" >"$work/hex"
for command in show check; do
  expect 2 'is text: ' "$command" "$packages/value-notation.txt"
  expect 2 'is hexadecimal text: ' "$command" "$work/hex"
  expect 2 'is empty$' "$command" "$work/empty"
done
expect 2 'is text: ' dump "$packages/value-notation.txt"
expect 2 'is a package already: ' build "$package" "$work/built.der"
expect 2 'is text: ' diff "$package" "$packages/value-notation.txt"
# What a card takes and a phone does not.
expect 0 '^note file-service, element [0-9]*, EF.FDN 7FF0/6F3B: service 2' check "$package"
expect 0 '^accepted: ' --strict check "$package"
sed "s/'000[0-9A-F]'H$/'0000'H/; /ef-acc {/,/}/s/'[0-9A-F]*'H/'0000'H/" "$work/iccid" >"$work/text.acc"
sed -i "s/iccid '8988211000000000037F'H/iccid '8988211000000000011F'H/" "$work/text.acc"
expect 0 '' build "$work/text.acc" "$work/acc.der"
expect 0 '^warning acc, .*EF.ACC 7FF0/6F78: 0000: ' check "$work/acc.der"
expect 3 '^warning acc, ' check --strict "$work/acc.der"
expect 0 '"finding": "acc"' check --json "$work/acc.der"
expect 0 '^dir-missing ' findings
expect 0 '"section": "ITU-T E.118"' --json findings
"$program" findings | while read -r name rest; do
  grep -q "\`$name\`" "$EMUICC_SOURCE/docs/profile-packages.md" || { echo "docs/profile-packages.md lacks $name"; exit 1; }
done || failed=1
"$program" show "$profiles/usim-milenage.der" | grep -qi 465B5CE8B199 && { echo "show prints a key"; failed=1; }

expect 0 '' dump "$package"
cp "$work/out" "$work/text"
expect 0 '' build "$work/text" "$work/again.der"
cmp "$package" "$work/again.der" || failed=1
expect 0 '' diff "$package" "$work/again.der"
expect 1 "^-   ef-imsi/fillFileContent '080910100000000010'H" diff "$package" "$profiles/usim-names.der"
expect 1 '"only": "second"' --json diff "$package" "$profiles/usim-names.der"

# As GSMA publishes TS.48: value assignments, { 2 23 143 }, keyCompontents, DEFAULTs, a byte order mark.
expect 0 '' build "$packages/value-notation.txt" "$work/out.der"
cmp "$packages/value-notation.der" "$work/out.der" || failed=1
{ printf '\xEF\xBB\xBF'; cat "$packages/value-notation.txt"; } >"$work/marked"
expect 0 '' build "$work/marked" "$work/out.der"
cmp "$packages/value-notation.der" "$work/out.der" || failed=1
expect 0 '^accepted: ' check "$work/out.der"

printf 'end : {\n  wrong\n}\n' >"$work/wrong"
expect 1 "wrong:2: 'wrong' where a field of PE-End" build "$work/wrong" "$work/wrong.der"
[ ! -e "$work/wrong.der" ] || { echo "a refused text leaves a file"; failed=1; }
expect 2 'there is no such file' check "$work/absent.der"
expect 2 'there is no such file' build "$work/absent" "$work/out.der"
expect 1 "cannot write $work/no/out.der" build "$work/text" "$work/no/out.der"
expect 2 "'check' is not followed by what it needs" check
expect 2 "did you mean 'check'" chekc "$package"
expect 2 'is not an option; did you mean --json' --jsno check "$package"
expect 2 '^{"error": {"text": ".*/absent.der: there is no such file' --json check "$work/absent.der"
expect 0 '^emuicc-profile [0-9.]*$' --version
expect 0 'exit 1 if it refuses it' --help
exit "$failed"
