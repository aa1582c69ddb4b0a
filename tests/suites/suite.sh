#!/bin/bash
# A suite in the shell, as an LPA's maker may keep it: each test starts from the same chip, and the
# results go to a JUnit file. The card runs on STATE; PATH has emuicc-ctl and emuicc-lpa.
#   suite.sh STATE ICCID JUNIT-FILE
set -uo pipefail
state=$1 iccid=$2 junit=$3
cases= count=0 failures=0
ctl() { emuicc-ctl --state "$state" "$@"; }

# check NAME COMMAND...: one test
check() {
  local name=$1 said start=$EPOCHREALTIME
  shift
  ctl restore suite >/dev/null && ctl fault clear && ctl wait >/dev/null
  count=$((count + 1))
  if said=$("$@" 2>&1); then
    cases+="  <testcase name=\"$name\" time=\"$(seconds_since "$start")\"/>"$'\n'
    echo "ok       $name"
  else
    failures=$((failures + 1))
    said=${said//&/&amp;} said=${said//</&lt;}
    cases+="  <testcase name=\"$name\" time=\"$(seconds_since "$start")\"><failure>$said</failure></testcase>"$'\n'
    echo "FAILED   $name"
  fi
}
seconds_since() { awk -v from="$1" -v to="$EPOCHREALTIME" 'BEGIN { printf "%.3f", to - from }'; }

enables() { emuicc-lpa enable "$iccid" && ctl list | grep -q "^$iccid *enabled"; }
starts_disabled() { ctl list | grep -q "^$iccid *disabled"; }
tells_busy() {
  ctl fault add "function EnableProfile = result 5"
  ! emuicc-lpa enable "$iccid" && emuicc-lpa enable "$iccid"
}
is_gone_when_taken_out() {
  ctl eject
  ! emuicc-lpa info && ctl insert && ctl wait && emuicc-lpa info
}

ctl wait >/dev/null && ctl snapshot suite || exit 1
check enables enables
check starts_disabled starts_disabled
check tells_busy tells_busy
check is_gone_when_taken_out is_gone_when_taken_out

printf '<?xml version="1.0" encoding="UTF-8"?>\n<testsuite name="emuicc" tests="%d" failures="%d">\n%s</testsuite>\n' \
  "$count" "$failures" "$cases" >"$junit"
[ "$failures" -eq 0 ]
