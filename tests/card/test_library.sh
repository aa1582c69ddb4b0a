#!/bin/bash
# The example of docs/examples on a new chip; the library exports what its header declares and nothing
# else; its header is C and C++, and needs no other of this project.
#   test_library.sh EXAMPLE LIBRARY PROFILES HEADERS
set -u
example=$1 library=$2 profiles=$3 headers=$4
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
fail() { echo "FAILED: $*"; exit 1; }

"$example" "$work/chip" "$profiles/usim-milenage.der,enabled" >"$work/out" 2>&1 || fail "$(cat "$work/out")"
diff "$work/out" - <<'TEXT' || fail "the example says something else"
9000
988812010000000010F19000
no answer: -4
TEXT
"$example" "$work/chip" no-such-profile.der >"$work/out" 2>&1 || fail "a chip that is there is opened"
"$example" "$work/other" no-such-profile.der >"$work/out" 2>&1 && fail "a profile that is not there"
grep -q 'no-such-profile.der' "$work/out" || fail "the log does not name it: $(cat "$work/out")"

nm -D --defined-only "$library" | awk '$2 == "T" { sub(/@.*/, "", $3); print $3 }' | sort >"$work/exported"
grep -v '^typedef' "$headers/emuicc.h" | grep -oE '\bemuicc_[a-z]+\(' | tr -d '(' | sort -u >"$work/declared"
diff "$work/exported" "$work/declared" || fail "exported and declared differ"
for compiler in cc c++; do
  command -v "$compiler" >/dev/null || continue
  case $compiler in cc) language=c ;; *) language=c++ ;; esac
  echo '#include <emuicc.h>' | "$compiler" -x "$language" -Wall -Wextra -Wpedantic -Werror -I"$headers" -fsyntax-only - ||
    fail "$compiler does not take the header"
done
[ "$(grep -oE 'EMUICC_VERSION_(MAJOR|MINOR|PATCH) [0-9]+' "$headers/emuicc.h" | awk '{ print $2 }' | paste -sd.)" = \
  "$(sed -n "s/^ *version: '\(.*\)',/\1/p" "$EMUICC_SOURCE/meson.build" | head -n 1)" ] ||
  fail "the header's version is not the project's"
