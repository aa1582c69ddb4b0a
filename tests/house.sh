#!/bin/bash
# The plan of the house, held against the code: folders, sizes, formatting, fuzz targets.
# Each finding is a line; any finding fails.
cd "${EMUICC_SOURCE:-$(dirname "$0")/..}" || exit 1
found=0
say() { echo "$*"; found=1; }

# Folders and files: the table of docs/architecture.md, circles, crowds.
while read -r line; do say "$line"; done < <(python3 tests/wings.py)

while read -r file; do say "$file includes OpenSSL: only crypto/, tools/ and tests/ may"; done \
  < <(grep -rlE --include='*.[ch]' '#include <openssl/' apdu fs isd-r card)
while read -r file; do say "$file includes SQLite: only fs/, tools/ and tests/ may"; done \
  < <(grep -rlE --include='*.[ch]' '#include <sqlite3.h>' apdu crypto isd-r card)

# Tests include from the root, too.
while read -r line; do say "$line: includes start at the root"; done \
  < <(grep -rnE --include='*.[ch]' '^ *# *include "(\.|[^/"]+")' tests)

# Rooms: no source over 600 lines but pure tables, no function over 80, median and 95 % as planned.
while read -r lines file; do
  case $file in *_table*|*_template*|total) continue ;; esac
  [ "$lines" -le 600 ] || say "$file has $lines lines: look for the second room inside it"
done < <(find apdu crypto fs isd-r card tools -name '*.[ch]' -print0 | xargs -0 wc -l)
lengths=$(find apdu crypto fs isd-r card tools -name '*.c' -print0 | xargs -0 awk '
  FNR == 1 { open = 0 }
  /^[a-zA-Z].*\(/ { head = $0 }
  /^{/ { open = FNR; name = head }
  /^}/ { if (open && name ~ /\(/) { sub(/\(.*/, "", name); print FNR - open - 1, FILENAME, name } open = 0 }' | sort -n)
count=$(wc -l <<<"$lengths")
echo "$count functions, median $(sed -n "$(((count + 1) / 2))p" <<<"$lengths" | cut -d' ' -f1) lines," \
  "95 % within $(sed -n "$((count * 95 / 100))p" <<<"$lengths" | cut -d' ' -f1)"
[ "$(sed -n "$(((count + 1) / 2))p" <<<"$lengths" | cut -d' ' -f1)" -le 12 ] || say "the median function is longer than 12 lines"
[ "$(sed -n "$((count * 95 / 100))p" <<<"$lengths" | cut -d' ' -f1)" -le 50 ] || say "more than 5 % of the functions are longer than 50 lines"
while read -r lines where; do [ "$lines" -le 80 ] || say "$where: $lines lines"; done <<<"$lengths"

# What is left of unfinished work.
while read -r line; do say "unfinished: $line"; done \
  < <(grep -rnE '\b(TODO|FIXME|XXX|HACK)\b' --include='*.[ch]' --include='*.sh' apdu crypto fs isd-r card tools)

# One way of laying out code: that of Debian 12's clang-format; others lay out the same file otherwise.
if ! clang-format --version 2>/dev/null | grep -q 'version 14\.'; then
  echo "formatting is not looked at: that is for clang-format 14"
else
  while read -r file; do say "$file is not formatted: clang-format -i $file"; done \
    < <(find apdu crypto fs isd-r card tools tests -name '*.[ch]' -print0 |
        xargs -0 -n 32 -P "$(nproc)" clang-format --dry-run 2>&1 | sed -n 's/:[0-9]*:[0-9]*: .*Wclang-format-violations.*//p' | sort -u)
fi

# Every fuzz target is built and has a corpus.
for file in $(grep -l LLVMFuzzerTestOneInput tests/fuzz/fuzz_*.c); do
  name=${file##*/fuzz_}; name=${name%.c}
  grep -q "'$name':" tests/fuzz/meson.build || say "$file is not in tests/fuzz/meson.build"
  [ -n "$(ls "tests/fuzz/corpus/$name" 2>/dev/null)" ] || say "$file has no corpus"
done
[ "$found" -eq 0 ] && echo "the house stands as planned"
exit "$found"
