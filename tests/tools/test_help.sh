#!/bin/bash
# Every program of this project: --help, --version and a wrong option do what all of them promise;
# its options are those of its man page; README.md names it.
#   test_help.sh SOURCE BUILD
source=$1 build=$2
found=0 count=0
say() { echo "$*"; found=1; }

out=$(mktemp) err=$(mktemp)
trap 'rm -f "$out" "$err"' EXIT

# run PROGRAM ARGUMENT...: into $out, $err, $status
run() {
  "$@" >"$out" 2>"$err" </dev/null
  status=$?
}

# page FILE: its text, with roff's hyphens as plain ones
page() { sed 's/\\-/-/g' "$1"; }

# documented FILE: the options that its section OPTIONS explains, a line each
documented() {
  page "$1" | awk '/^\.SH/ { inside = /^\.SH OPTIONS/ } inside && /^\.B/' | grep -oE -- '--[a-z0-9-]+' | sort -u
}

check_texts() {
  local program=$1 name=$2
  run "$program" --help
  [ "$status" -eq 0 ] && [ ! -s "$err" ] || say "$name --help ends with $status: $(cat "$err")"
  [[ "$(head -n 1 "$out")" == "$name: "* ]] || say "$name --help does not begin with its name and purpose"
  grep -q "^usage: $name" "$out" || say "$name --help shows no usage"
  run "$program" --version
  [ "$status" -eq 0 ] && [ ! -s "$err" ] || say "$name --version ends with $status: $(cat "$err")"
  [[ "$(cat "$out")" =~ ^"$name "[0-9]+(\.[0-9]+)*$'\n'.*"libcrypto "[0-9] ]] || say "$name --version says: $(cat "$out")"
  cmp -s "$out" <("$program" -V) || say "$name -V is not --version"
  "$program" --help >"$out"
  cmp -s "$out" <("$program" -h) || say "$name -h is not --help"
  while IFS= read -r line; do
    [ "${#line}" -le 80 ] || say "$name --help is wider than 80 columns: $line"
  done <"$out"
  "$program" --help >/dev/full 2>"$err"
  status=$?
  [ "$status" -eq 1 ] && grep -q "^$name: standard output: No space left" "$err" ||
    say "$name --help on a full disk ends with $status: $(cat "$err")"
}

check_options() {
  local program=$1 name=$2 manual=$3 options option
  run "$program" --help=options
  options=$(sort -u "$out")
  [ "$status" -eq 0 ] && [ -n "$options" ] || say "$name --help=options ends with $status"
  run "$program" --help
  for option in $options; do
    grep -qE -- "^  (-[hV], )?$option( |\$)" "$out" || say "$name --help leaves out $option"
    documented "$manual" | grep -qxF -- "$option" || say "$manual does not explain $option"
  done
  for option in $(documented "$manual"); do
    grep -qxF -- "$option" <<<"$options" || say "$manual explains $option, which $name does not have"
  done
}

check_wrong_option() {
  local program=$1 name=$2
  run "$program" --no-such-option
  [ "$status" -eq 2 ] || say "$name --no-such-option ends with $status, not with 2"
  [ ! -s "$out" ] || say "$name --no-such-option prints on standard output"
  [ "$(wc -l <"$err")" -eq 1 ] || say "$name --no-such-option prints $(wc -l <"$err") lines of error"
  grep -q -- "^$name: --no-such-option is not an option" "$err" || say "$name --no-such-option says: $(cat "$err")"
  run "$program" --versoin
  grep -q -- "did you mean --version?" "$err" || say "$name --versoin says: $(cat "$err")"
  run "$program" --help=options
  ! grep -qx -- --json "$out" || {
    run "$program" --json --no-such-option
    [ "$status" -eq 2 ] && [ ! -s "$err" ] && python3 -c 'import json, sys; json.load(open(sys.argv[1]))["error"]["text"]' "$out" ||
      say "$name --json --no-such-option says: $(cat "$out" "$err")"
  }
}

check_manual() {
  local name=$1 manual=$2 warnings
  head -n 1 "$manual" | grep -qi "^\.TH $name 1" || say "$manual does not begin with .TH ${name^^} 1"
  for section in NAME SYNOPSIS DESCRIPTION OPTIONS; do
    grep -q "^\.SH $section" "$manual" || say "$manual has no section $section"
  done
  command -v man >/dev/null || return
  warnings=$(LC_ALL=C.UTF-8 man --warnings -l "$manual" 2>&1 >/dev/null)
  [ -z "$warnings" ] || say "$manual: $warnings"
}

# A command line that lacks something, or says what cannot be: 2 and a line that says what, in all programs.
check_usage() {
  local status_wanted=2 words=$1 program
  shift
  program=$(find "$build/card" "$build/tools" -name "$1" -type f -perm -u+x | head -n 1)
  run "$program" "${@:2}"
  [ "$status" -eq "$status_wanted" ] || say "$* ends with $status, not with $status_wanted"
  grep -q -- "$words" "$err" || say "$* says: $(cat "$err")"
}
check_usage "are needed" emuicc-farm
check_usage "a number from 1 to" emuicc-farm --cards 0 --state none
check_usage "an argument is missing" emuicc-lpa enable
check_usage "there is no 'lits'" emuicc-lpa lits
check_usage "is not a number from 1 to" emuicc-lpa --direct 127.0.0.1:1/0 --block 999 info
check_usage "hexadecimal digits" emuicc-lpa --direct 127.0.0.1:1/0 --isd-r xyz info
check_usage "is not a number from 1 to" emuicc-ipa --direct 127.0.0.1:1/0 --block 0 status
check_usage "whole numbers of seconds" emuicc-ipa --every x poll
check_usage "did you mean .poll." emuicc-ipa pol
check_usage "other words" emuicc-ipa poll more
check_usage "several places" emuicc-ipa --serial a --direct 127.0.0.1:1/0 poll
check_usage "did you mean .results." emuicc-eim resluts
check_usage "fallback: nothing, or back" emuicc-ipa fallback forth
check_usage "none of direct" emuicc-ipa --lacks sense poll
check_usage "1.0 or 1.2" emuicc-ipa --release 2 poll
check_usage "whole numbers of seconds" emuicc-ipa --timeout x poll
check_usage "whole numbers of seconds" emuicc-ipa --fallback-after 5x run
check_usage "hexadecimal digits" emuicc-ipa --isd-r xyz poll
check_usage "NAME:PORT:HOST:PORT" emuicc-ipa --connect-to nowhere poll
for listening in "emuicc-farm --cards 1 --state none --listen" "emuicc-smdpp --pki none --profiles none --listen" \
  "emuicc-smdpp --pki none --profiles none --operators none --es2-listen" "emuicc-smds --pki none --listen" \
  "emuicc-smds --pki none --trust none --es12-listen" "emuicc-eim --pki none --listen" \
  "emuicc-eim --pki none --rest-listen" "emuicc-eim --pki none --coap-listen" "emuicc-ipa run --listen"; do
  for place in nowhere 127.0.0.1:65536; do
    # shellcheck disable=SC2086
    check_usage "HOST:PORT is needed" $listening $place
  done
done
store=$(mktemp -d)/store
eid=89049032123451234512345678901235
for order in "" "$eid" "$eid nonsense" "$eid enable" "$eid list more" "$eid immediate-enable perhaps"; do
  # shellcheck disable=SC2086
  check_usage "order: EID, an operation" emuicc-eim --store "$store" order $order
done
check_usage "32 digits" emuicc-eim --store "$store" order 8904 list
check_usage "iccid: 18 to 20" emuicc-eim --store "$store" order $eid enable x
check_usage "tagList" emuicc-eim --store "$store" order $eid data x
check_usage "goes with enable" emuicc-eim --store "$store" order $eid disable 8988211000000000011 --rollback
check_usage "goes with download" emuicc-eim --store "$store" --confirmation-code 1 order $eid list
check_usage "begin with LPA:1" emuicc-eim --store "$store" order $eid download defualt
check_usage "no EID: 32 digits" emuicc-eim --store "$store" status 8904
check_usage "no EID: 32 digits" emuicc-eim --store "$store" results 8904
check_usage "chip: an EID" emuicc-eim --store "$store" chip
check_usage "chip: an EID" emuicc-eim --store "$store" chip 8904
check_usage "chip: an EID" emuicc-eim --store "$store" chip $eid counterValue
check_usage "chip: an EID" emuicc-eim --store "$store" chip $eid counter=7
check_usage "chip: an EID" emuicc-eim --store "$store" chip $eid counterValue=8388608
check_usage "chip: an EID" emuicc-eim --store "$store" chip $eid counterValue=7 certified=1
check_usage "too many words" emuicc-eim --store "$store" status $eid more
check_usage "too many words" emuicc-eim --pki none serve more
check_usage "are needed" emuicc-eim --pki none --store "$store" inject $eid
check_usage "number from 0 to" emuicc-eim --pki none --out none --counter 8388608 config
check_usage "NAME:PORT:HOST:PORT" emuicc-eim --pki none --connect-to nowhere
rm -rf "${store%/store}"
check_usage "on or off" emuicc-ipa emergency maybe
check_usage "--keys says" emuicc-ota rfm read 3F00
check_usage "is not a command" emuicc-ctl fault
check_usage "are needed" emuicc-smdpp
check_usage "'list' or 'set ID'" emuicc-smdpp --orders none order
check_usage "did you mean 'order'" emuicc-smdpp --orders none ordre list
check_usage "--orders is needed" emuicc-smdpp order list
check_usage "which order" emuicc-smdpp --orders none order set --tries 2
check_usage "or --tries is needed" emuicc-smdpp --orders none order set AC
check_usage "number from 1 to 1000" emuicc-smdpp --orders none order set AC --tries 0
check_usage "nor 'ever'" emuicc-smdpp --orders none order set AC --valid-for soon
check_usage "'more' is too much" emuicc-smdpp --orders none order set AC more --tries 2
check_usage "are of 'order set'" emuicc-smdpp --orders none order list --tries 2
check_usage "are of 'order set'" emuicc-smdpp --pki none --profiles none --valid-for 2

while read -r program; do
  name=${program##*/}
  count=$((count + 1))
  [ -x "$program" ] || { say "$name is not built"; continue; }
  grep -qE "(^|[^a-z-])$name([^a-z-]|\$)" "$source/README.md" || say "README.md does not name $name"
  check_texts "$program" "$name"
  check_wrong_option "$program" "$name"
  mapfile -t manuals < <(find "$source/card" "$source/tools" -name "$name.1")
  [ "${#manuals[@]}" -eq 1 ] || { say "$name has ${#manuals[@]} man pages"; continue; }
  check_options "$program" "$name" "${manuals[0]}"
  check_manual "$name" "${manuals[0]}"
done < <(python3 -c '
import json, sys
for target in json.load(open(sys.argv[1])):
    if target["type"] == "executable" and (target["installed"] or target["name"].startswith("emuicc")):
        print(target["filename"][0])' "$build/meson-info/intro-targets.json")

[ "$count" -gt 0 ] || say "meson lists no program"
[ "$found" -eq 0 ] && echo "$count programs explain themselves"
exit "$found"
