#!/bin/bash
# tests/proofs/prove.sh [--time SECONDS] [FILE...]: proves with Frama-C's WP that the parsers stay inside their
# memory, that nothing overflows and that every loop ends, whatever the input is.
#   --time SECONDS  for all of them (default 1800); what is not proved by then is not proved
#   FILE...         of those in tests/proofs/files.txt only
# The contracts stand beside the functions, as /*@ ... */. Prints a line for each file: "proved N of M goals".
# Exits 1 when a goal is unproved that tests/proofs/unproved.txt does not name with its reason, or when a file gives no
# goals; a goal that it names and that a faster machine proves is only told; 77 when there is no Frama-C to prove with.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 1

limit=1800 files=()
while [ $# -gt 0 ]; do
  case $1 in
    --time) limit=${2:?seconds are missing}; shift 2 ;;
    --help|-h) sed -n '2,/^[^#]/{/^#/s/^# \{0,1\}//p}' "$0"; exit 0 ;;
    -*) echo "prove.sh: $1 is not an option; try --help" >&2; exit 2 ;;
    *) files+=("$1"); shift ;;
  esac
done
for program in frama-c why3 cvc4; do
  command -v "$program" >/dev/null || { echo "not proved: $program is not installed (Debian 12 has it, in frama-c-base, why3, cvc4)"; exit 77; }
done
[ ${#files[@]} -gt 0 ] || mapfile -t files < <(sed '/^#/d;s/ .*//' tests/proofs/files.txt)

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# Why3 leaves its own files when its time is over.
export WHY3CONFIG=$work/why3.conf TMPDIR=$work
why3 config detect >"$work/detect" 2>&1 || { cat "$work/detect"; exit 1; }

# Every function is shown to end on the word that those of other files do, which are shown where they are: calls
# go from file to file in no circle (tests/wings.py). Unsigned overflow counts, though C defines it.
analysis=(-c11 -machdep gcc_x86_64 -variadic-no-translation
  -wp -wp-rte -warn-unsigned-overflow
  -wp-definitions-terminate -wp-declarations-terminate -wp-frama-c-stdlib-terminate
  -wp-model Typed+Cast -wp-prover cvc4,tip -wp-auto wp:bitshift,wp:bitrange
  -wp-timeout 10 -wp-par 1)
# What the library's functions promise, in place of Frama-C's own headers of the same name.
headers="-I. -include tests/proofs/libc/string.h -include tests/proofs/libc/stdio.h -include tests/proofs/libc/stdlib.h"

bad=0
say() { echo "$*"; bad=1; }

# bodies FILE OPTIONS: those of the functions that are proved
bodies() {
  awk -v chosen=" $(sed -n 's/.*-wp-fct \([^ ]*\).*/\1/p' <<<"$2" | tr , ' ') " '
    /^[a-z].*\(/ { name = $0; sub(/\(.*/, "", name); sub(/.*[ *]/, "", name) }
    /^}/ { inside = 0 }
    inside { print }
    /^{/ { inside = chosen == "  " || index(chosen, " " name " ") }' "$1"
}

# prove FILE: its goals that are not proved, in $work/open
prove() {
  local file=$1 log=$work/log counts
  local more left=$((limit - SECONDS))
  : >"$work/open"
  read -ra more < <(sed -n "s|^$file ||p" tests/proofs/files.txt)
  [ "$left" -gt 0 ] || { say "$file: no time is left"; return; }
  nice timeout "$left" frama-c "${analysis[@]}" "${more[@]}" -cpp-extra-args="$headers" -wp-session "$work/session" "$file" >"$log" 2>&1
  case $? in
    0) ;;
    124) say "$file: not ready after $left s"; return ;;
    *) tail -n 5 "$log"; say "$file: Frama-C refuses it"; return ;;
  esac
  # What would make a proof say less than it seems to: a contract that Frama-C had to make up for what is called.
  while read -r called; do
    bodies "$file" "${more[*]}" | grep -qw "$called" && say "$file: $called, which is called there, has no contract"
  done < <(sed -n 's/.*specification for function \([^ ,]*\), generating default.*/\1/p' "$log" | sort -u)
  counts=$(sed -n 's/^\[wp\] Proved goals: *\([0-9]*\) *\/ *\([0-9]*\).*/\1 \2/p' "$log")
  read -r proved all <<<"$counts"
  if [ "${proved:-0}" -eq 0 ]; then
    say "$file: nothing is proved"
    return
  fi
  echo "$file: proved $proved of $all goals"
  sed -nE '/^\[wp\] \[[^]]*\] Goal /{/: Valid/d;s/^\[wp\] \[[^]]*\] Goal typed_cast_([^ ]*).*/\1/p}' "$log" | sort -u >"$work/open"
  [ "$(wc -l <"$work/open")" -eq $((all - proved)) ] || say "$file: $((all - proved)) goals are open, but not all are named"
}

for file in "${files[@]}"; do
  prove "$file"
  sed -n "s|^$file \([^ ]*\) .*|\1|p" tests/proofs/unproved.txt | sort -u >"$work/known"
  while read -r goal; do say "$file: not proved: $goal"; done < <(comm -23 "$work/open" "$work/known")
  while read -r goal; do echo "$file: proved or gone, though tests/proofs/unproved.txt names it: $goal"; done < <(comm -13 "$work/open" "$work/known")
done
exit "$bad"
