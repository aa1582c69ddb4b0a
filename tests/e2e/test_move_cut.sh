#!/bin/bash
# SIGKILL of LPA, server and both chips at every step. Afterwards the profile is in one chip at most; the same
# command again, or `recover`, brings it into one. The next cut goes the other way.
. "${0%/*}/move.sh"

start_smdpp
install
at=0
# cut LINK VICTIM FUNCTION COUNT WHEN: a move from chip $at loses its victim there
cut() {
  local kind=chip link=$1 victim=$2 function=$3 count=$4 when=${5:-} from=$at to=$((1 - at)) behind port=8543
  local places=("$(place 0)" "$(place 1)") server=8443 pids=("$smdpp_pid" "${chip_pids[$from]}" "${chip_pids[$to]}")
  case $link in
    server) kind=server behind=8443 server=$port when=$work/smdpp.log ;;
    old) behind=${ports[$from]} places[from]="127.0.0.1:$port/${eids[$from]}" ;;
    new) behind=${ports[$to]} places[to]="127.0.0.1:$port/${eids[$to]}" ;;
  esac
  rm -f "$work/cut.log" "$work/victim"
  python3 "$EMUICC_SOURCE/tests/e2e/move_cut.py" "$port" "$behind" "$work/victim" "$work/cut.log" \
    "$kind" "$function" "$count" "$when" 2>"$work/cutter.log" &
  local proxy=$!
  until_true 10 grep -q ready "$work/cut.log" || fail "the cutter does not start: $(cat "$work/cutter.log")"
  case $victim in
    server) echo "${pids[0]}" >"$work/victim" ;;
    old) echo "${pids[1]}" >"$work/victim" ;;
    new) echo "${pids[2]}" >"$work/victim" ;;
  esac
  "$BUILD/tools/lpa/emuicc-lpa" --direct "${places[$from]}" --ca "$work/pki" --connect-to "$name:443:127.0.0.1:$server" \
    --moves "$work/moves" --yes move "$iccid" --to "${places[$to]}" >"$work/move.log" 2>&1 &
  local lpa_pid=$!
  [ "$victim" != lpa ] || echo "$lpa_pid" >"$work/victim"
  wait "$lpa_pid" 2>/dev/null
  lpa_status=$?
  kill "$proxy" 2>/dev/null
  wait "$proxy" 2>/dev/null
  case $victim in
    server) wait "$smdpp_pid" 2>/dev/null; start_smdpp ;;
    old) wait "${chip_pids[$from]}" 2>/dev/null; start_chip "$from" ;;
    new) wait "${chip_pids[$to]}" 2>/dev/null; start_chip "$to" ;;
  esac
}
again() { lpa "$1" --yes move "$iccid" --to "$(place $((1 - $1)))" >"$work/move.log" 2>&1; }
# expect_one LINK VICTIM FUNCTION COUNT WHEN
expect_one() {
  local where from=$at how=moved
  cut "$@"
  grep -q '^cut$' "$work/cut.log" || fail "$*: no cut: $(tr '\n' ' ' <"$work/cut.log") $(cat "$work/move.log")"
  where=$(holders)
  [ "$where" != "0 1 " ] || fail "$*: the profile is in both chips"
  if [ "$lpa_status" -eq 0 ]; then
    how=finished # what was lost had no bearing on it
  elif ! again "$from"; then
    how=recovered
    [ "$(holders)" != "0 1 " ] || fail "$*: the profile is in both chips after a second move"
    lpa "$from" recover "$iccid" >"$work/lpa.log" 2>&1 ||
      fail "$*: neither moved ($(cat "$work/move.log")) nor recovered ($(cat "$work/lpa.log")); in: $(holders)"
  fi
  at=$(holders)
  [ "$at" = "0 " ] || [ "$at" = "1 " ] || fail "$*: in the end the profile is in: $at"
  at=${at% }
  say "$*: in chip ${where:-none}, $how in $at"
}

# What a move says to both chips, so that the last piece of the package is known.
cut new lpa none 1 before
last=$(grep -c '^load$' "$work/cut.log")
[ "$last" -gt 3 ] || fail "the package comes in $last pieces: $(tr '\n' ' ' <"$work/cut.log")"
at=$((1 - at))
[ "$(holders)" = "$at " ] || fail "no move through the cutter: $(cat "$work/move.log")"

# AuthenticateServer, PrepareDeviceChange, VerifyDeviceChange, RetrieveNotificationsList, RemoveNotificationFromList
for function in BF38 BF4D BF4B BF2B BF30; do
  for when in before after; do
    expect_one old old "$function" 1 "$when"
    expect_one old lpa "$function" 1 "$when"
  done
done
# AuthenticateServer, PrepareDownload, the package, RetrieveNotificationsList, RemoveNotificationFromList
for step in "BF38 1" "BF21 1" "load 1" "load $((last / 2))" "load $last" "BF2B 1" "BF30 1"; do
  for when in before after; do
    expect_one new new $step "$when"
    expect_one new lpa $step "$when"
  done
done
for step in "InitiateAuthentication 1" "AuthenticateClient 1" "ConfirmDeviceChange 1" "HandleNotification 1" \
  "InitiateAuthentication 2" "AuthenticateClient 2" "GetBoundProfilePackage 1"; do
  expect_one server server $step
  expect_one server lpa $step
done
