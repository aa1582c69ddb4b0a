#!/bin/bash
# tools/start --once: all of it works, nothing stays; and it keeps its hands off another's card. Without --once it ends
# with lines to try, each of which works when it is pasted. An ordinary user gets it in namespaces.
. "${0%/*}/place.sh"
. "${0%/*}/provision.sh"
need_programs card/emuicc tools/pki/emuicc-pki tools/smdpp/emuicc-smdpp tools/lpa/emuicc-lpa tools/eim/emuicc-eim tools/ipa/emuicc-ipa
need ninja dpkg-query
enter_place "$0"

# once: with the programs that are built already
once() { START_BUILD=$BUILD timeout 120 "$EMUICC_SOURCE/tools/start" --once >"$work/once.log" 2>&1; }
# processes: of ours and of pcscd that run
processes() { ps -e -o comm= | grep -cE '^(emuicc|pcscd)'; }

once || fail "tools/start --once: exit $?"
grep -qx 'ICCID 8988211000000000011' "$work/once.log" || fail "no ICCID is read back"
grep -qx 'IMSI  001010000000001' "$work/once.log" || fail "no IMSI is read back"
[ "$(processes)" -eq 0 ] || fail "something still runs: $(ps -e -o comm=)"
say "tools/start --once: $(grep -c '^\[' "$work/once.log") steps, all of them work, nothing stays"

# The same for SGP.32.
START_BUILD=$BUILD timeout 120 "$EMUICC_SOURCE/tools/start" --iot --once >"$work/iot.log" 2>&1 || fail "tools/start --iot --once: exit $?"
grep -qx 'ICCID 8988211000000000011' "$work/iot.log" || fail "no ICCID is read back from the IoT chip"
grep -q '"enableResult":"ok"' "$work/iot.log" || fail "no package's result: $(cat "$work/iot.log")"
[ "$(processes)" -eq 0 ] || fail "something still runs: $(ps -e -o comm=)"

# bench: a folder to build in, where nothing is left to build
bench() {
  mkdir -p "$work/bench" && : >"$work/bench/build.ninja"
  ln -sfn "$BUILD/card" "$work/bench/card"
  ln -sfn "$BUILD/tools" "$work/bench/tools"
}
# start [COMMAND...]: without --once, until it has said what to try; its lines are $work/start.log
start() {
  rm -f "$work/start.log"
  START_BUILD=$work/bench "$@" bash "$EMUICC_SOURCE/tools/start" >"$work/start.log" 2>&1 </dev/null &
  start_pid=$!
  until_true 60 grep -q "Ctrl-C stops everything" "$work/start.log" || fail "tools/start says nothing to try"
}
stop_start() {
  rm -f "$work/start.log"
  kill -TERM "$start_pid"
  wait "$start_pid" || fail "tools/start ends with $?"
  until_true 10 nothing_runs || fail "something still runs: $(ps -e -o comm=)"
}
nothing_runs() { [ "$(processes)" -eq 0 ]; }
# pasted [COMMAND...]: the lines to try, in a shell that the command starts
pasted() {
  sed -n 's/^  \([^ ]\)/\1/p' "$work/start.log" | sed -n '/^export/,$p' >"$work/lines"
  [ "$(wc -l <"$work/lines")" -ge 7 ] || fail "only these lines to try: $(cat "$work/lines")"
  grep -q "download 'LPA:1" "$work/lines" || fail "no download among the lines to try"
  { echo "cd $EMUICC_SOURCE || exit 1"; sed 's/^pcsc_scan/timeout --preserve-status 20 &/; s/$/ || exit 1/' "$work/lines"; } >"$work/try.sh"
  "$@" bash -x "$work/try.sh" >"$work/try.log" 2>&1 </dev/null || fail "pasted: $(tail -n 5 "$work/try.log")"
  [ "$(grep -cE '^8988211[0-9]* ' "$work/try.log")" -ge 2 ] || fail "two profiles are not listed: $(cat "$work/try.log")"
}
bench
start env
pasted
stop_start
say "tools/start: $(wc -l <"$work/lines") lines to try, all of them work"

# An ordinary user, where this test may become one and that one may read the build.
user=(setpriv --reuid 65534 --regid 65534 --clear-groups env HOME=/nonexistent)
if "${user[@]}" unshare --user --map-root-user --mount --net test -r "$EMUICC_SOURCE/tools/start" -a -x "$BUILD/card/emuicc" 2>/dev/null; then
  rm -rf "$work/bench/start"
  chmod 0755 "$work"
  chown -R 65534 "$work/bench"
  start "${user[@]}"
  enter=$(sed -n 's/^  \(nsenter .*\) bash$/\1/p' "$work/start.log")
  [ -n "$enter" ] || fail "no line to enter the namespaces"
  pasted "${user[@]}" $enter
  stop_start
  say "the same for an ordinary user, in namespaces"
else
  say "not tried as an ordinary user: the build is not for everybody to read, or there are no user namespaces"
fi

start_pcscd
start_card other
pki=$work/other/pki server_name=none
once && fail "tools/start works with another's card"
grep -q "another card sits in that reader" "$work/once.log" || fail "it does not say whose card that is"
[ "$(processes)" -eq 2 ] || fail "not just the reader and the other card run: $(ps -e -o comm=)"
[ -z "$(profiles)" ] || fail "it has changed another's card: $(profiles)"
say "another's card is left alone"
stop_card TERM
