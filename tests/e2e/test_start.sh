#!/bin/bash
# Starting and stopping: what a user does wrong gets one line and exit 1 or 2, a stop is exit 0, a full disk
# loses nothing, a copied chip is the same chip.
. "${0%/*}/place.sh"
enter_place "$0"
emuicc=$BUILD/card/emuicc

# refused TEXT OPTION...: exit 1 and one line with that text; misused: exit 2
refused() { ends 1 "$@"; }
misused() { ends 2 "$@"; }
ends() {
  local wanted=$1 text=$2 status
  shift 2
  timeout 20 "$emuicc" "$@" >"$work/refused.log" 2>&1
  status=$?
  [ "$status" -eq "$wanted" ] || fail "$*: exit $status"
  [ "$(wc -l <"$work/refused.log")" -eq 1 ] || fail "$*: not one line"
  grep -qF -- "$text" "$work/refused.log" || fail "$*: does not say $text"
}

"$emuicc" --help >"$work/help" || fail "--help"
"$emuicc" --version | grep -q '^emuicc [0-9]' || fail "--version"
while read -r option; do
  grep -q -- "$option" "$work/help" || fail "--help does not name $option"
  grep -qF -- "${option//-/\\-}" "$EMUICC_SOURCE/card/emuicc.1" || fail "the man page does not name $option"
done < <("$emuicc" --help=options)
say "--help, --version and the man page name every option"

misused "--nonsense" --nonsense
misused "--vpcd" --vpcd
misused "more" --state "$work/none" more
misused "HOST:PORT" --state "$work/none" --vpcd 127.0.0.1
misused "no-such-name.invalid" --state "$work/none" --vpcd no-such-name.invalid:35963
misused "32 digits" --state "$work/none" --eid 1234
misused "35 would be right" --state "$work/none" --eid 89049032123451234512345678901236
refused "$work/nowhere" --state "$work/none" --pki "$work/nowhere"
refused "$work/nowhere.der" --state "$work/none" --install "$work/nowhere.der"
printf '192.0.2.9 elsewhere.example\n' >"$work/hosts"
mount --bind "$work/hosts" /etc/hosts
misused "elsewhere.example is another machine" --state "$work/none" --vpcd elsewhere.example:35963
umount /etc/hosts
refused "--state" --state ""
mkdir /run/fixed
mount -t tmpfs -o ro tmpfs /run/fixed
refused "/run/fixed/chip: Read-only file system" --state /run/fixed/chip
[ "$(HOME='' XDG_STATE_HOME='' "$emuicc" 2>&1)" = "emuicc: no home folder is known; say --state DIR" ] || fail "no home"
say "what is wrong gets one line, exit 2 if it is the command line"

# A stop in each state of the link.
for signal in TERM INT; do
  "$emuicc" --state "$work/idle" >"$work/idle-$signal.log" 2>&1 &
  pid=$!
  until_true 10 grep -q "no reader at" "$work/idle-$signal.log" || fail "no line for an absent reader"
  kill "-$signal" "$pid"
  wait "$pid" || fail "SIG$signal without a reader: exit $?"
done
[ "$(stat -c %a "$work/idle")" = 700 ] || fail "the state is open to others"
[ "$(HOME="$work/home" XDG_STATE_HOME='' timeout --preserve-status 2 "$emuicc" 2>&1 | grep -c "$work/home/.local/state/emuicc")" -eq 1 ] || fail "the default state"
start_pcscd
start_card chip
refused "$work/chip" --state "$work/chip"
"$emuicc" --state "$work/second" >"$work/second.log" 2>&1 &
second=$!
until_true 10 grep -q "another card sits in that reader" "$work/second.log" || fail "no line for a reader that is taken"
kill "$second"
wait "$second" || fail "SIGTERM while another card sits in the reader: exit $?"
stop_card INT
say "SIGTERM and SIGINT end it with 0, whatever it waits for; one process a state"

# A copy made while the card is off.
eid() { transmit 00A4040C10A0000005591010FFFFFFFF8900000100 80E2910006BF3E035C015A00 | tail -n 1; }
start_card chip
first=$(eid)
[[ "$first" == BF3E125A10*9000 ]] || fail "GetEID answers $first"
stop_card TERM
cp -a "$work/chip" "$work/copy"
start_card copy
[ "$(eid)" = "$first" ] || fail "the copy has another EID"
stop_card TERM
say "a copy is the same chip"

# A full disk, at the first start and in the middle.
mkdir /run/small
mount -t tmpfs -o size=256k tmpfs /run/small
ln -s /run/small "$work/small"
head -c 1M /dev/zero >"$work/small/filler" 2>/dev/null
refused "small/chip" --state "$work/small/chip"
grep -qi "no space left" "$work/refused.log" || fail "a full disk is not named"
rm "$work/small/filler"
start_card small/chip
address() { transmit 00A4040C10A0000005591010FFFFFFFF8900000100 80E2910003BF3C0000 | tail -n 1; }
set_address() { transmit 00A4040C10A0000005591010FFFFFFFF8900000100 "80E291000BBF3F088006${1}00" | tail -n 1; }
[ "$(set_address 6F6E652E6465)" = BF3F038001009000 ] || fail "SetDefaultDpAddress: $(set_address 6F6E652E6465)"
before=$(address)
grep -q 6F6E652E6465 <<<"$before" || fail "the default address is not set: $before"
head -c 1M /dev/zero >"$work/small/filler" 2>/dev/null
[ "$(set_address 74776F2E6465)" = 6581 ] || fail "a full disk is answered with $(set_address 74776F2E6465)"
[ "$(address)" = "$before" ] || fail "a refused change is seen: $(address)"
rm "$work/small/filler"
[ "$(set_address 74776F2E6465)" = BF3F038001009000 ] || fail "no change once there is room again"
stop_card KILL
start_card small/chip
grep -q 74776F2E6465 <<<"$(address)" || fail "an acknowledged change is lost by SIGKILL"
stop_card TERM
say "a full disk: one line at start, 6581 in the middle, nothing lost"
