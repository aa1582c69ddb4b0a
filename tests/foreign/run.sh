#!/bin/bash
# A client that you have, against this chip: its commands, and what each must say.
#   tests/foreign/run.sh CLIENT PATH [COMMAND…]
# CLIENT is the name of a table beside this script (without .table), PATH its program or the folder of its
# programs. The chip, pcscd and the SM-DP+ run in a place of their own, and are gone afterwards. Prints a line for
# each row, what the client has said where that is not what the row expects, and the sum; exit 0 when all
# rows hold, 77 when it cannot run here. A row's number behind PATH runs the rows up to that one and shows
# all that is said. BUILD is the build folder (default build).
#
# A table has lines of these forms, in their order:
#   client NAME VERSION…      the versions that the rows were tried with
#   set NAME=VALUE            the client's environment; $build, $work, $client and $reader may stand in it
#   card OPTION…              how emuicc is started, behind --state and --pki
#   run COMMAND | EXPECTED    exit status 0, and a line that matches the extended regular expression
#   refuse COMMAND | EXPECTED the same with any other exit status
# `client` at the start of a command is PATH.
here=$(cd "$(dirname "$0")" && pwd)
export BUILD=${BUILD:-$here/../../build}
[ $# -ge 2 ] || { sed -n '2,/^[^#]/s/^# \{0,1\}//p' "$0"; exit 2; }
table=$here/$1.table
[ -r "$table" ] || { echo "there is no table for $1; there are: $(cd "$here" && echo *.table)" >&2; exit 2; }
client=$(realpath "$2") || exit 2
. "$here/../e2e/place.sh"
. "$here/../e2e/provision.sh"
enter_place "$(realpath "$0")" "$@"
need_programs card/emuicc tools/pki/emuicc-pki tools/smdpp/emuicc-smdpp tools/lpa/emuicc-lpa
build=$BUILD reader=$E2E_READER last=${3:-0}
number=0 wrong=0

"$BUILD/tools/pki/emuicc-pki" --server localhost "$work/pki" >/dev/null || fail "no PKI"
"$BUILD/tools/smdpp/emuicc-smdpp" --pki "$work/pki" --profiles "$BUILD/tools/profiles" --address localhost:8443 \
  --listen 127.0.0.1:8443 >"$work/smdpp.log" 2>&1 &
until_true 20 listens 8443 || fail "the SM-DP+ does not come up"
start_pcscd

# filled TEXT: its variables replaced, and nothing else
filled() {
  local text=$1 name
  for name in build work client reader; do text=${text//\$$name/${!name}}; done
  printf '%s' "$text"
}

# row KIND COMMAND EXPECTED: runs it and judges
row() {
  local said status command
  number=$((number + 1))
  command=$(filled "$2")
  [ "${command%% *}" != client ] || command="'$client' ${command#client}"
  said=$(cd "$work" && eval "timeout 120 $command" 2>&1 </dev/null)
  status=$?
  if { [ "$1" = run ] && [ "$status" -ne 0 ]; } || { [ "$1" = refuse ] && [ "$status" -eq 0 ]; } ||
    ! grep -qE -- "$(filled "$3")" <<<"$said"; then
    wrong=$((wrong + 1))
    printf '%3d NOT SO  %s\n    expected: %s\n    exit %d\n' "$number" "$2" "$3" "$status"
    sed 's/^/    | /' <<<"$said" | tail -n 15
  else
    printf '%3d ok      %s\n' "$number" "$2"
    [ "$last" -eq 0 ] || sed 's/^/    | /' <<<"$said"
  fi
}

while read -r word rest <&3; do
  case $word in
    "" | "#"*) ;;
    client) say "$rest" ;;
    set) export "${rest%%=*}=$(filled "${rest#*=}")" ;;
    card) start_card chip --pki "$work/pki" $(filled "$rest") ;;
    run | refuse) row "$word" "${rest%% | *}" "${rest#* | }" ;;
    *) fail "$table: $word begins no line" ;;
  esac
  [ "$last" -eq 0 ] || [ "$number" -lt "$last" ] || break
done 3<"$table"
say "$((number - wrong)) of $number rows hold"
[ "$wrong" -eq 0 ]
