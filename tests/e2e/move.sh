# move.sh: sourced first by tests in which a profile moves between chips: enters the place, with three chips in a
# process each, so that one can be killed, and an SM-DP+ that lets the profile go.
. "${0%/*}/place.sh"
. "${0%/*}/provision.sh"
need_programs card/emuicc card/emuicc-farm tools/ctl/emuicc-ctl tools/pki/emuicc-pki tools/smdpp/emuicc-smdpp tools/lpa/emuicc-lpa
need python3
enter_place "$0" "$@"
name=smdp.example.com package=usim-milenage iccid=8988211000000000011
mkdir "$work/profiles"
cp "$BUILD/tools/profiles/$package.der" "$work/profiles/" || skip "$package.der is not built"
"$BUILD/tools/pki/emuicc-pki" --v3 "$work/pki" >"$work/pki.log" || fail "no PKI"

# metadata LINE...: what the operator says of the profile
metadata() { printf '%s\n' "$@" >"$work/profiles/$package.metadata"; }
metadata "device-change = $name"

# start_smdpp OPTION...
start_smdpp() {
  "$BUILD/tools/smdpp/emuicc-smdpp" --pki "$work/pki" --profiles "$work/profiles" --address "$name" \
    --listen 127.0.0.1:8443 --orders "$work/orders.db" "$@" >>"$work/smdpp.log" 2>&1 &
  smdpp_pid=$!
  until_true 20 listens 8443 || fail "the SM-DP+ does not come up"
}
stop_smdpp() { kill "-$1" "$smdpp_pid"; wait "$smdpp_pid" 2>/dev/null; }

# start_chips PERSONALITY: three of them, in a process each, so that one can be killed
ports=(35971 35972 35973)
start_chip() {
  "$BUILD/card/emuicc-farm" --cards 1 --state "$work/chip$1" --eid "${eids[$1]}" --pki "$work/pki" \
    --personality "${2:-sgp22-v3.1}" --listen "127.0.0.1:${ports[$1]}" >>"$work/chip$1.log" 2>&1 &
  chip_pids[$1]=$!
  until_true 20 listens "${ports[$1]}" || fail "chip $1 does not come up"
}
kill_chip() { kill -KILL "${chip_pids[$1]}"; wait "${chip_pids[$1]}" 2>/dev/null; }
eids=(89049032000000000000000000000163 89049032000000000000000000000260 89049032000000000000000000000357)
place() { printf '127.0.0.1:%s/%s' "${ports[$1]}" "${eids[$1]}"; }
for chip in 0 1; do start_chip "$chip"; done

# lpa CHIP ARGUMENT...
lpa() {
  "$BUILD/tools/lpa/emuicc-lpa" --direct "$(place "$1")" --ca "$work/pki" \
    --connect-to "$name:443:127.0.0.1:8443" --moves "$work/moves" "${@:2}"
}
# has CHIP: the profile is there
has() { lpa "$1" --json list 2>"$work/list.log" | grep -q "\"iccid\": \"$iccid\""; }
holders() { for chip in 0 1; do has "$chip" && printf '%s ' "$chip"; done; }
# install: into chip 0, once it is in none
install() {
  lpa 0 download "LPA:1\$$name\$$package" >"$work/lpa.log" 2>&1 || fail "no download: $(cat "$work/lpa.log")"
}
# move [OPTION...]: from chip 0 to chip 1
move() { lpa 0 --yes "$@" move "$iccid" --to "$(place 1)" >"$work/move.log" 2>&1; }
# clear: the profile is in no chip, nothing waits, nothing is noted
clear_all() {
  for chip in 0 1; do
    if has "$chip"; then
      lpa "$chip" disable "$iccid" >/dev/null 2>&1
      lpa "$chip" delete "$iccid" >"$work/lpa.log" 2>&1 || fail "chip $chip does not delete the profile"
    fi
    lpa "$chip" notifications remove >/dev/null 2>&1
  done
  rm -rf "$work/moves"
}
