#!/bin/bash
# instructions.sh PROGRAM [--update]: what a download and single commands cost in instructions,
# counted by callgrind, so the same on every run: our own code alone and with the libraries. Our own
# is held against instructions.txt beside this script: more than a tenth above it fails. --update
# writes that file anew: look at the difference before it is committed.
#
# The numbers are those of a release build with Debian 12's compiler on amd64; anything else skips.
set -uo pipefail
program=$(realpath "${1:?instructions.sh PROGRAM [--update]}") || exit 1
update=${2:-}
kept=$(dirname "$0")/instructions.txt
skip() { echo "skipped: $*"; exit 77; }

command -v valgrind >/dev/null || skip "valgrind is not installed"
[ "$(uname -m)" = x86_64 ] || skip "the numbers are those of amd64"
[ "$(. /etc/os-release && echo "$ID $VERSION_ID")" = "debian 12" ] || skip "the numbers are those of Debian 12"

unset MALLOC_PERTURB_ # by which Meson makes malloc() slower
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
valgrind --tool=callgrind --callgrind-out-file="$work/part" --toggle-collect=card_transmit \
  --dump-after=instructions_end_of_row --compress-strings=no --compress-pos=no \
  "$program" >"$work/names" 2>"$work/log" || { status=$?; cat "$work/log"; exit "$status"; }

# Of part N: instructions within the program itself, and of all there are. A line after calls= is
# what the callee cost, which its own lines say again.
count() {
  awk -v program="$program" '
    /^ob=/ { own = substr($0, 4) == program; next }
    /^calls=/ { getline; next }
    /^[0-9+*-]+ [0-9]+$/ { all += $2; if (own) mine += $2 }
    END { printf "%.0f %.0f\n", mine, all }' "$work/part.$1"
}

number=0 failed=0
{
  printf '# Instructions of our own code, a command or a download; see instructions.sh.\n'
  while read -r times name; do
    number=$((number + 1))
    [ "$name" = - ] && continue
    read -r mine all < <(count "$number")
    printf '%s = %d\n' "$name" $((mine / times))
    printf '%-34s %12d %12d\n' "$name" $((mine / times)) $((all / times)) >&3
  done <"$work/names"
} 3>"$work/table" >"$work/new"

if [ "$update" = --update ]; then cp "$work/new" "$kept"; fi
printf '%-34s %12s %12s %12s %8s\n' instructions "our own" "all" "kept" "x kept"
while IFS= read -r line; do
  name=$(sed 's/ *[0-9]* *[0-9]*$//' <<<"$line")
  mine=$(awk '{ print $(NF - 1) }' <<<"$line")
  was=$(sed -n "s/^$name = //p" "$kept")
  if [ -z "$was" ]; then
    echo "$line: not in instructions.txt"
    failed=1
    continue
  fi
  verdict=
  [ "$mine" -gt 0 ] && [ $((mine * 10)) -le $((was * 11)) ] || { verdict="more than a tenth above, or nothing counted"; failed=1; }
  printf '%s %12d %8.2f %s\n' "$line" "$was" "$(awk "BEGIN { print $mine / $was }")" "$verdict"
done <"$work/table"

# compared FIRST NAME GOAL: of all instructions, the libraries included.
all_of() { awk -v name="$1" 'substr($0, 1, length(name) + 1) == name " " { print $NF }' "$work/table"; }
compared() {
  local first named verdict=met
  first=$(all_of "$1") named=$(all_of "$2")
  awk "BEGIN { exit !($named <= $3 * $first) }" || { verdict=MISSED; failed=1; }
  printf '%-58s %10d %8.2f\n' "$1" "$first" 1
  printf '%-58s %10d %8.2f %7.2f %s\n' "$2" "$named" "$(awk "BEGIN { print $named / $first }")" "$3" "$verdict"
}
# GetEUICCInfo1 costs at most twice what a refused tag does, its copy included; an observer that does nothing next to
# nothing; one that keeps all that passes less than the command again.
printf '\n%-58s %10s %8s %7s\n' "instructions, the libraries included" number "x first" goal
compared "STORE DATA, unknown tag" GetEUICCInfo1 2
compared "READ BINARY, EF.ICCID" "READ BINARY, EF.ICCID, null observer" 1.1
compared "READ BINARY, EF.ICCID" "READ BINARY, EF.ICCID, watched" 2
exit "$failed"
