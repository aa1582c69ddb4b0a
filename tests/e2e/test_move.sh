#!/bin/bash
# A profile moves from one chip to another and comes back: both halves at once and each by itself; a stored
# code; an operator who is asked; chips and servers that know nothing of it; and SIGKILL of everybody at
# every step, after which the profile is in one chip, or the same command or `recover` brings it there.
. "${0%/*}/place.sh"
. "${0%/*}/provision.sh"
need_programs card/emuicc-farm tools/pki/emuicc-pki tools/smdpp/emuicc-smdpp tools/lpa/emuicc-lpa
need python3 openssl
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

start_smdpp
install
lpa 0 enable "$iccid" >/dev/null
lpa 0 move "$iccid" --to "$(place 1)" </dev/null >"$work/move.log" 2>&1 && fail "moved without the user's word"
grep -q -- "--yes" "$work/move.log" || fail "no advice: $(cat "$work/move.log")"
[ "$(holders)" = "0 " ] || fail "the profile has left without the user's word"
lpa 0 --json list | grep -q '"state": "enabled"' || fail "it is not enabled as before"
move || fail "no move: $(cat "$work/move.log")"
[ "$(holders)" = "1 " ] || fail "after a move the profile is in: $(holders)"
[ -z "$(ls "$work/moves")" ] || fail "a note is left: $(ls "$work/moves")"
[ "$(lpa 0 --json notifications | grep -c '"number"')" = 0 ] || fail "the old chip has not told all"
say "moved, with the user's word alone, and all was told"

lpa 1 --yes --json move "$iccid" >"$work/document.json" 2>"$work/lpa.log" || fail "no code: $(cat "$work/lpa.log")"
code=$(sed -n 's/.*"activationCode": "\(.*\)".*/\1/p' "$work/document.json")
[ -z "$(holders)" ] || fail "the profile is still in: $(holders)"
lpa 0 download "$code" >"$work/lpa.log" 2>&1 || fail "no download by the code: $(cat "$work/lpa.log")"
lpa 1 recover "$iccid" >"$work/lpa.log" 2>&1 && fail "recovered what another chip has"
[ "$(holders)" = "0 " ] || fail "after both halves the profile is in: $(holders)"
say "moved by halves; no recovery of what another device has"

# Nobody tells the server but the new device, by what is in the code.
clear_all
install
lpa 0 --yes --no-notify --json move "$iccid" >"$work/document.json" 2>"$work/lpa.log" || fail "no code"
code=$(sed -n 's/.*"activationCode": "\(.*\)".*/\1/p' "$work/document.json")
lpa 1 download "${code%%\$\$\$\$*}" >"$work/lpa.log" 2>&1 && fail "downloaded before the old chip's deletion was told"
grep -q "8.2/1.2" "$work/lpa.log" || fail "another refusal: $(cat "$work/lpa.log")"
lpa 1 download "$code" >"$work/lpa.log" 2>&1 || fail "the deletion in the code does not count: $(cat "$work/lpa.log")"
say "the new device brings the old one's deletion along"

clear_all
install
lpa 0 --yes move "$iccid" >"$work/lpa.log" 2>&1 || fail "no code: $(cat "$work/lpa.log")"
rm -rf "$work/moves"
lpa 0 recover "$iccid" >"$work/lpa.log" 2>&1 && fail "recovered though nobody knows from where"
grep -q "behind the ICCID" "$work/lpa.log" || fail "no advice: $(cat "$work/lpa.log")"
lpa 0 recover "$iccid" "$name" >"$work/lpa.log" 2>&1 || fail "no recovery: $(cat "$work/lpa.log")"
[ "$(holders)" = "0 " ] || fail "after a recovery the profile is in: $(holders)"
say "recovered"

# Without a word of the operator, and with a stored code.
clear_all
metadata
install
lpa 0 --yes move "$iccid" >"$work/lpa.log" 2>&1 && fail "moved without a deviceChangeConfiguration"
grep -q deviceChangeConfiguration "$work/lpa.log" || fail "no reason: $(cat "$work/lpa.log")"
clear_all
metadata "device-change-code = LPA:1\$$name\$$package"
install
lpa 0 enable "$iccid" >/dev/null
move || fail "no move by a stored code: $(cat "$work/move.log")"
[ "$(holders)" = "1 " ] || fail "after a move by a stored code the profile is in: $(holders)"
clear_all
metadata "device-change-code = LPA:1\$$name\$$package" "device-change-delete = no"
install
move || fail "no move by a stored code: $(cat "$work/move.log")"
[ "$(holders)" = "0 1 " ] || fail "the old profile was deleted though it may stay: $(holders)"
clear_all
say "moved by a stored code, deleted before where that is wanted"

# What the server has to hear of the new device.
metadata "device-change = $name" "device-change-asks = eid, tac"
install
lpa 0 --yes move "$iccid" >"$work/lpa.log" 2>&1 && fail "moved without the EID that is asked for"
grep -q -- "--to-eid" "$work/lpa.log" || fail "no advice: $(cat "$work/lpa.log")"
move && fail "moved without the TAC that is asked for"
move --to-imei 490154203237518 || fail "no move: $(cat "$work/move.log")"
clear_all
metadata "device-change = $name"
say "EID and TAC of the new device"

# A server and a chip of v2.
install
stop_smdpp TERM
start_smdpp --svn 2.5
move && fail "moved by a server of v2"
grep -q "no change of device" "$work/move.log" || fail "no reason: $(cat "$work/move.log")"
[ "$(holders)" = "0 " ] || fail "a server of v2 moved the profile to: $(holders)"
stop_smdpp TERM
start_smdpp
start_chip 2 sgp22-v2.5
lpa 2 download "LPA:1\$$name\$$package" >"$work/lpa.log" 2>&1 || fail "no download into a chip of v2"
lpa 2 --yes move "$iccid" >"$work/lpa.log" 2>&1 && fail "a chip of v2 lets a profile go"
grep -q "card is one of v2" "$work/lpa.log" || fail "no reason: $(cat "$work/lpa.log")"
lpa 2 delete "$iccid" >/dev/null
lpa 0 --yes move "$iccid" --to "$(place 2)" >"$work/lpa.log" 2>&1 || fail "no move to a chip of v2: $(cat "$work/lpa.log")"
has 2 || fail "the chip of v2 does not have it"
lpa 2 delete "$iccid" >/dev/null
clear_all
say "server and chip of v2"
