# check_long.sh: sourced by tools/check: the steps of tools/check --long, each of which can be run by itself.
#   long_steps   the table; long_list prints it, long_run NAME... runs those steps in the table's order
# A step NAME is the function long_NAME. It returns 0, 77 when it is left out (its last line says why), or anything
# else when it fails. It finds the release build when its row says so; any other it makes itself.

# name | its build | minutes on two processors with the defaults | packages beside those of every check | what it does
long_steps="
power    | release |  1 | | the power goes in more ways
soak     | release |  1 | | a chip's life by chance for SOAK_SECONDS (60)
farm     | release |  2 | | a farm's life by chance for SOAK_SECONDS (60)
debian   |         |  9 | debootstrap python3-yaml | Debian packages, built in fresh roots of Debian 12 and 13, tried in others
valgrind | release |  1 | valgrind | a chip's life by chance under valgrind
mutation |         | 10 | | MUTATIONS lines (20) broken, one at a time: does a test notice?
proofs   |         | 15 | frama-c-base why3 cvc4 | what is proved of the parsers within PROOF_SECONDS (1800)
threads  |         |  3 | | a farm and an SM-DP+ under ThreadSanitizer for THREADS_SECONDS (60)
coverage |         |  4 | gcovr | line and branch coverage
fuzz     |         | 23 | clang libclang-rt-dev | every fuzz target, or FUZZ_TARGETS, for FUZZ_SECONDS (60), FUZZ_JOBS (one a processor) at a time
"

# long_rows: the rows, without the blanks around their fields
long_rows() { sed -E '/^$/d; s/ *\| */|/g' <<<"$long_steps"; }
long_names() { long_rows | cut -d'|' -f1; }
# long_field NUMBER NAME...: that field of the rows of those names
long_field() { long_rows | awk -F'|' -v field="$1" -v names=" ${*:2} " 'index(names, " " $1 " ") { print $field }'; }
long_list() { long_rows | awk -F'|' '{ printf "%-9s about %2d min  %s\n", $1, $3, $5 }'; }

# long_selected [NAME...]: those steps, or all; an unknown one is refused
long_selected() {
  local name
  for name in "$@"; do
    [ -n "$(long_field 1 "$name")" ] || { echo "$script: $name is no step of --long; $script --list names them" >&2; exit 2; }
  done
  [ $# -gt 0 ] && echo "$@" || echo $(long_names)
}

# long_install NAME...: installs what those steps need and this Debian has; what is missing then, long_run tells.
long_install() {
  local one wanted=()
  for one in $(long_field 4 "$@"); do
    printf '%s\n' $packages_check $packages_long | grep -qx "$one" && wanted+=("$one")
  done
  packages_install "${wanted[@]}" || echo "the steps that need them are left out"
}

# long_run NAME...
long_run() {
  local name missing
  for name in $(long_names); do
    case " $* " in *" $name "*) ;; *) continue ;; esac
    missing=$(packages_missing $(long_field 4 "$name"))
    checked "$name: $(long_field 5 "$name")" long_step "$name" "$missing"
  done
}
long_step() {
  [ -z "$2" ] || { echo "skipped: needs" $2; return 77; }
  "long_$1"
}

long_power() { EMUICC_POWER_SEEDS=20 "$builds/release/tests/card/test_card_power"; }
long_soak() { "$builds/release/tests/soak/soak" "${SOAK_SECONDS:-60}"; }
long_farm() { "$builds/release/tests/soak/farm_soak" "${SOAK_SECONDS:-60}"; }
long_debian() { tests/e2e/debian.sh; }
long_valgrind() { valgrind --quiet --error-exitcode=1 --leak-check=full "$builds/release/tests/soak/soak" 10; }
long_mutation() { tests/mutation.py --count "${MUTATIONS:-20}"; }
long_proofs() { tests/proofs/prove.sh --time "${PROOF_SECONDS:-1800}"; }

long_threads() {
  built threads -Db_sanitize=thread -Db_lundef=false -Dtests=disabled &&
    tests/soak/threads.sh "$builds/threads" "${THREADS_SECONDS:-60}"
}

# The figures come last, also when a test fails.
long_coverage() {
  local code=0
  built coverage -Db_coverage=true || return 1
  find "$builds/coverage" -name '*.gcda' -delete
  meson test -C "$builds/coverage" --no-rebuild --timeout-multiplier 4 --suite unit --suite fuzz || code=1
  gcovr --root . --object-directory "$builds/coverage" --exclude tests --exclude "$builds" \
    --exclude-unreachable-branches --print-summary --output "$builds/coverage/report.txt" >"$work/figures" 2>"$work/gcovr" || code=1
  grep -E '^(lines|functions|branches):' "$work/figures" && return "$code"
  tail -n 5 "$work/gcovr"
  echo "gcovr prints no figures"
  return 1
}

# long_fuzz_one NAME: one line, or what libFuzzer says of the input that fails, which stays
long_fuzz_one() {
  local name=$1 units=$work/units-$1 log=$work/fuzz-$1 kept=$builds/fuzzing/found
  mkdir -p "$units" "$kept"
  if "$builds/fuzzing/tests/fuzz/fuzz_$name" -max_total_time="${FUZZ_SECONDS:-60}" -timeout=10 -rss_limit_mb=4096 \
      -print_final_stats=1 -artifact_prefix="$kept/$name-" "$units" "tests/fuzz/corpus/$name" >"$log" 2>&1; then
    awk -v name="$name" '/number_of_executed_units/ { runs = $2 } /new_units_added/ { added = $2 }
      END { printf "fuzz %s: %d runs, %d new inputs\n", name, runs, added }' "$log"
    rm -rf "$units" "$log"
    return 0
  fi
  tail -n 40 "$log"
  echo "fuzz $name: FAILED; the input is $kept/$name-*"
  return 1
}
long_fuzz() {
  local name names count=0 running=0 bad=0
  CC=clang targets=fuzz_targets built fuzzing -Dfuzzing=true -Db_sanitize=address,undefined -Db_lundef=false \
    -Dc_args=-fsanitize=fuzzer-no-link || return 1
  names=${FUZZ_TARGETS:-$(cd "$builds/fuzzing/tests/fuzz" && find . -maxdepth 1 -type f -executable -name 'fuzz_*' | sed 's,.*/fuzz_,,' | sort)}
  for name in $names; do
    if [ "$running" -ge "${FUZZ_JOBS:-$(nproc)}" ]; then
      wait -n || bad=$((bad + 1))
      running=$((running - 1))
    fi
    long_fuzz_one "$name" &
    running=$((running + 1)) count=$((count + 1))
  done
  for (( ; running > 0; running--)); do wait -n || bad=$((bad + 1)); done
  echo "$count targets, $bad failed"
  [ "$count" -gt 0 ] && [ "$bad" -eq 0 ]
}
