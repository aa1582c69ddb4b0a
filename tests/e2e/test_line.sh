#!/bin/bash
# The production line over a real pcscd: a batch of 100 profiles for 100 chips, written by four
# readers at once, with no network; then chips during whose writing the tool dies by SIGKILL, and
# what is wrong with a chip, a batch or a token.
. "${0%/*}/place.sh"
. "${0%/*}/provision.sh"
need_programs card/emuicc tools/pki/emuicc-pki tools/smdpp/emuicc-smdpp tools/lpa/emuicc-lpa tools/line/emuicc-line \
  tools/modem/emuicc-modem
[ -e "$BUILD/tools/profiles/usim-milenage.der" ] || skip "usim-milenage.der is not built"
need python3 sqlite3 openssl softhsm2-util strace
enter_place "$0" "$@"
chips=${LINE_CHIPS:-100} cut_chips=8 modem_chips=10
readers=("$E2E_READER" "Virtual PCD 00 01" "Second PCD 00 00" "Second PCD 00 01")
ports=(35963 35964 35965 35966)
line=$BUILD/tools/line/emuicc-line

# A second copy of vpcd's driver is a second device, with two more slots.
start_readers() {
  cp "$E2E_VPCD" "$work/libsecond.so"
  cat >/run/reader.conf.d/second <<CONF
FRIENDLYNAME "Second PCD"
DEVICENAME   /dev/null:0x8C7D
LIBPATH      $work/libsecond.so
CHANNELID    0x8C7D
CONF
  start_pcscd
  until_true 10 listens 35966 || fail "the second vpcd does not come up"
}

# make_token: SoftHSM with a root that this test knows
# softhsm2-util leaves out the bytes of a key that are white space: none of these is.
root=$(openssl rand 32 | python3 -c 'import sys; print(bytes(byte | 0x80 for byte in sys.stdin.buffer.read()).hex())')
make_token() {
  mkdir "$work/tokens"
  printf 'directories.tokendir = %s\nobjectstore.backend = file\nlog.level = ERROR\n' "$work/tokens" >"$work/softhsm2.conf"
  export SOFTHSM2_CONF=$work/softhsm2.conf
  (umask 077; echo 1234 >"$work/pin")
  "$line" token init --token "pkcs11:token=line?pin-source=$work/pin" >"$work/token.log" 2>&1 || fail "no token"
  python3 -c 'import sys; sys.stdout.buffer.write(bytes.fromhex(sys.argv[1]))' "$root" >/dev/shm/root.$$
  softhsm2-util --import /dev/shm/root.$$ --aes --token line --label known --id 01 --pin 1234 >"$work/import.log" 2>&1
  local status=$?
  rm -f /dev/shm/root.$$
  [ "$status" -eq 0 ] || fail "the known root is not imported"
  token="pkcs11:token=line;object=known?pin-source=$work/pin"
}

# make_chips: certificates, packages that differ in their ICCID, and the table of both
make_chips() {
  local first=89049032000000000000000000000000 last
  read -r first last < <(python3 -c '
def eid(n):
    body = "890490320000000000000000%06d" % n
    return body + "%02d" % (98 - int(body + "00") % 97)
print(eid(1), eid(int(__import__("sys").argv[1])))' $((chips + cut_chips + modem_chips + 8)))
  "$BUILD/tools/pki/emuicc-pki" "$work/pki" --eid "$first-$last" || fail "no PKI"
  mapfile -t eids < <(ls "$work/pki/eUICC" | grep -E '^[0-9]{32}$' | sort)
  [ "${#eids[@]}" -ge $((chips + cut_chips + modem_chips + 4)) ] || fail "${#eids[@]} eUICCs are made"
  mkdir "$work/profiles" "$work/chips"
  python3 - "$BUILD/tools/profiles/usim-milenage.der" "$work/profiles" $((chips + cut_chips + modem_chips + 4)) <<'PYTHON' || fail "no packages"
import sys
plain = open(sys.argv[1], "rb").read()
swap = lambda text: "".join(b + a for a, b in zip(text[::2], text[1::2]))
old = "8988211000000000011F"
assert plain.count(bytes.fromhex(old)) == 1 and plain.count(bytes.fromhex(swap(old))) == 1
for i in range(int(sys.argv[3])):
    new = "898821100000%07dF" % (1000 + i)
    package = plain.replace(bytes.fromhex(old), bytes.fromhex(new))
    package = package.replace(bytes.fromhex(swap(old)), bytes.fromhex(swap(new)))
    open("%s/p%d.der" % (sys.argv[2], i), "wb").write(package)
PYTHON
}

# table FIRST COUNT: the lines for those chips
table() {
  local i
  for ((i = $1; i < $1 + $2; i++)); do echo "${eids[i]} p$i"; done
}
prepare() { "$line" prepare --profiles "$work/profiles" --eids "$1" --token "$token" --out "$2" >>"$work/prepare.log" 2>&1; }
row() { sqlite3 -readonly -cmd ".timeout 5000" "$batch" "SELECT $2 FROM rows WHERE eid = '$1'"; }
is_written() { [ "$(row "$1" state)" = written ]; }

# put_in SLOT EID: a chip into a reader
put_in() {
  "$BUILD/card/emuicc" --vpcd "127.0.0.1:${ports[$1]}" --state "$work/chips/$2" --pki "$work/pki" --eid "$2" \
    >>"$work/card$1.log" 2>&1 &
  card_pids[$1]=$!
}
take_out() {
  kill -TERM "${card_pids[$1]}"
  wait "${card_pids[$1]}" 2>/dev/null
}
# offer SLOT EID: a chip into a reader that has let the last one go, until it is seen. A reader takes its time to
# see that a chip has gone: what it shows until then is the last one.
offer() {
  until_true 20 is_empty "$1" || fail "${readers[$1]} does not let its chip go"
  put_in "$1" "$2"
  until_true 20 holds "$1" || fail "no chip in ${readers[$1]}"
}
holds() { opensc-tool --list-readers 2>/dev/null | grep -qE "Yes.*${readers[$1]}"; }
is_empty() { ! holds "$1"; }
# iccids_on SLOT: what is on the chip in it, over PC/SC
iccids_on() {
  "$BUILD/tools/lpa/emuicc-lpa" --reader "${readers[$1]}" --json list 2>>"$work/lpa.log" | grep -o '"iccid": "[0-9]*"' | grep -o '[0-9]*'
}
check_chip() {
  local found expected
  expected=$(row "$2" iccid)
  found=$(iccids_on "$1")
  [ "$found" = "$expected" ] || echo "$2 holds '$found', the batch says '$expected'" >>"$work/wrong.log"
}
# The line and this take turns at the cable.
check_over_modem() {
  [ "$("$BUILD/tools/lpa/emuicc-lpa" --serial "$work/modem" --json list 2>>"$work/lpa.log" |
    grep -o '"iccid": "[0-9]*"' | grep -o '[0-9]*')" = "$(row "$1" iccid)" ]
}
# What the line has said, looked at without starting a program each time.
is_told() { [[ $(<"$work/line.json") == *"\"$1\""* ]]; }
empties() {
  local text=$(<"$work/line.log") mark="${readers[$1]}: empty"
  local rest=${text//"$mark"/}
  echo $(((${#text} - ${#rest}) / ${#mark}))
}
has_emptied() { [ "$(empties "$1")" -gt "$2" ]; }

# feed SLOT FIRST LAST: every fourth chip between, one after the other
feed() {
  local slot=$1 i before
  for ((i = $2 + slot; i < $3; i += 4)); do
    before=$(empties "$slot")
    put_in "$slot" "${eids[i]}"
    until_true 60 is_told "${eids[i]}" && is_written "${eids[i]}" || echo "${eids[i]} is not written in time" >>"$work/wrong.log"
    check_chip "$slot" "${eids[i]}"
    take_out "$slot"
    [ $((i + 4)) -ge "$3" ] || until_true 10 has_emptied "$slot" "$before"
  done
}

make_token
make_chips
batch=$work/batch
table 0 "$chips" >"$work/eids.txt"
prepare "$work/eids.txt" "$batch" || fail "no batch: $(cat "$work/prepare.log")"
start_readers

say "-- $chips chips in four readers at once"
begin=$SECONDS
: >"$work/line.json" >"$work/line.log" # read before the line has said anything
# LeakSanitizer wants to trace the process itself, which strace does: leaks are looked for where it is not traced.
ASAN_OPTIONS=${ASAN_OPTIONS:+$ASAN_OPTIONS:}detect_leaks=0 strace -f --seccomp-bpf -e trace=socket -o "$work/sockets.txt" \
  "$line" write --batch "$batch" --token "$token" --pki "$work/pki" --all --loop --json >"$work/line.json" 2>"$work/line.log" &
line_pid=$!
for slot in 0 1 2 3; do
  feed "$slot" 0 "$chips" &
  feeders[slot]=$!
done
wait "${feeders[@]}"
# 1: on a loaded machine it may look at a chip that is just being taken out, and says so. That each is
# written all the same is what counts.
wait "$line_pid"
status=$?
[ "$status" -le 1 ] || fail "the line ends with $status: $(tail -n 3 "$work/line.json")"
[ ! -e "$work/wrong.log" ] || fail "$(cat "$work/wrong.log")"
[ "$(sqlite3 "$batch" "SELECT count(*) FROM rows WHERE state = 'written' AND result IS NOT NULL")" = "$chips" ] ||
  fail "$("$line" report --batch "$batch" | tail -n 1)"
say "written and read back: $chips chips in $((SECONDS - begin)) s"

grep -q 'AF_UNIX' "$work/sockets.txt" || fail "strace has seen no socket, not even pcscd's"
! grep -E 'AF_INET|AF_NETLINK|AF_PACKET' "$work/sockets.txt" || fail "the line opens network sockets"
say "no network socket was opened"

say "-- the same download through an SM-DP+ over HTTPS"
start_server "$work/pki" "$work/profiles" testsmdpplus1.example.com
downloads=3
for ((i = chips; i < chips + downloads; i++)); do
  offer 0 "${eids[i]}"
  start=$(date +%s%N)
  "$BUILD/tools/lpa/emuicc-lpa" --reader "${readers[0]}" --ca "$pki" --connect-to "$server_name:443:127.0.0.1:8443" \
    download "LPA:1\$$server_name\$p$i" >"$work/lpa.log" 2>&1 || fail "the download of p$i fails"
  echo $(($(date +%s%N) - start)) >>"$work/downloads.txt"
  take_out 0
  until_true 10 is_empty 0
done
kill "$server_pid"
python3 - "$work/line.json" "$work/downloads.txt" <<'PYTHON'
import json, statistics, sys
chips = [json.loads(line)["milliseconds"] for line in open(sys.argv[1])]
middle = {key: statistics.median(chip[key] for chip in chips) for key in chips[0]}
print("a chip on the line: %.0f ms: crypto %.0f, card %.0f, PC/SC %.0f, batch %.0f (medians of %d, four at once, traced)"
      % (middle["total"], middle["crypto"], middle["card"], middle["transport"], middle["batch"], len(chips)))
downloads = [int(line) / 1e6 for line in open(sys.argv[2])]
print("a chip through emuicc-smdpp and emuicc-lpa: %.0f ms (median of %d, one at a time)"
      % (statistics.median(downloads), len(downloads)))
PYTHON

say "-- SIGKILL at any moment"
batch=$work/cut
table "$chips" "$cut_chips" >"$work/eids.txt"
prepare "$work/eids.txt" "$batch" || fail "no batch: $(cat "$work/prepare.log")"
rm -rf "$work/chips"/*
# At each login SoftHSM empties token.object and then writes it: the token of a tool that is killed in
# between is gone, and is back with a copy of that one file. It is given back only when that has happened.
token_file=$(echo "$work"/tokens/*/token.object)
cp -a "$token_file" "$work/token.kept"
kill_line() {
  local kills=0 lost=0
  while [ ! -e "$work/enough" ]; do
    [ -s "$token_file" ] || { cp -a "$work/token.kept" "$token_file" && lost=$((lost + 1)); }
    "$line" write --batch "$batch" --token "$token" --pki "$work/pki" --all --loop --json >>"$work/cut.json" 2>>"$work/line.log" &
    line_pid=$!
    sleep "0.$((RANDOM % 9))$((RANDOM % 9))"
    [ ! -e "$work/gentle" ] || break
    kill -KILL "$line_pid" 2>/dev/null && kills=$((kills + 1))
    wait "$line_pid" 2>/dev/null
  done
  echo "killed $kills times, the token lost $lost times" >"$work/kills"
  wait "$line_pid" 2>/dev/null
}
feed_cut() {
  local slot=$1 i
  for ((i = chips + slot; i < chips + cut_chips; i += 4)); do
    put_in "$slot" "${eids[i]}"
    until_true 60 is_written "${eids[i]}" || echo "${eids[i]} is not written in time" >>"$work/wrong.log"
    check_chip "$slot" "${eids[i]}"
    take_out "$slot"
    until_true 10 is_empty "$slot"
  done
}
kill_line &
killer=$!
for slot in 0 1 2 3; do
  feed_cut "$slot" &
  feeders[slot]=$!
done
(sleep 8; touch "$work/gentle") &
wait "${feeders[@]}"
touch "$work/enough"
wait "$killer"
[ ! -e "$work/wrong.log" ] || fail "$(cat "$work/wrong.log")"
[ "$(sqlite3 "$batch" "SELECT count(*) FROM rows WHERE state = 'written' AND result IS NOT NULL")" = "$cut_chips" ] ||
  fail "after the kills: $("$line" report --batch "$batch" | tail -n 1)"
say "$(cat "$work/kills"): $cut_chips chips written and read back all the same"

say "-- what is wrong"
# refused TEXT OPTION...: one line with that text, and no success
refused() {
  local text=$1
  shift
  "$line" write "$@" >"$work/refused.json" 2>"$work/refused.log" && fail "$* succeeds"
  [ "$(cat "$work/refused.json" "$work/refused.log" | grep -c .)" -eq 1 ] || fail "more than a line: $(cat "$work/refused.json" "$work/refused.log")"
  grep -qF -- "$text" "$work/refused.json" "$work/refused.log" || fail "not '$text': $(cat "$work/refused.json" "$work/refused.log")"
  say "refused: $(grep -oF -- "$text" "$work/refused.json" "$work/refused.log" | head -n 1 | cut -d: -f2-)"
}
last=$((chips + cut_chips))
batch=$work/wrong
table "$last" 2 >"$work/eids.txt"
prepare "$work/eids.txt" "$batch" || fail "no batch: $(cat "$work/prepare.log")"
here=(--batch "$batch" --pki "$work/pki" --reader "${readers[0]}" --json)
offer 0 "${eids[last + 2]}"
refused "there is no profile for this EID" "${here[@]}" --token "$token"
take_out 0
offer 0 "${eids[last]}"
refused "made with another token" "${here[@]}" --token "pkcs11:token=line?pin-source=$work/pin"
"$BUILD/tools/pki/emuicc-pki" "$work/foreign" || fail "no second PKI"
refused "the chip believes no CI under which the line has a DPauth" --batch "$batch" --pki "$work/foreign" --reader "${readers[0]}" --json --token "$token"
[ "$(row "${eids[last]}" state)" = waiting ] || fail "the row was touched"
cp "$batch" "$work/altered"
sqlite3 "$work/altered" "UPDATE rows SET package = (SELECT package FROM rows WHERE id = 2) WHERE id = 1"
refused "the row was altered" --batch "$work/altered" --pki "$work/pki" --reader "${readers[0]}" --json --token "$token"
"$line" write "${here[@]}" --token "$token" >"$work/right.json" 2>&1 || fail "nothing is wrong now: $(cat "$work/right.json")"
refused "written before" "${here[@]}" --token "$token"
take_out 0

write_over_modem() {
  say "-- $modem_chips devices on a serial line"
  batch=$work/cable
  table $((last + 4)) "$modem_chips" >"$work/eids.txt"
  prepare "$work/eids.txt" "$batch" || fail "no batch: $(cat "$work/prepare.log")"
  rm -f "$work/modem.log"
  "$BUILD/tools/modem/emuicc-modem" --pty "$work/modem" --reader "${readers[0]}" >"$work/modem.log" 2>&1 &
  modem_pid=$!
  until_true 10 grep -q "ready at" "$work/modem.log" || fail "the modem does not come up"
  "$line" write --batch "$batch" --pki "$work/pki" --token "$token" --serial "$work/modem" --loop >"$work/serial.txt" 2>"$work/serial.log" &
  line_pid=$!
  for ((i = last + 4; i < last + 4 + modem_chips; i++)); do
    until_true 20 is_empty 0 || fail "the reader does not let its chip go"
    put_in 0 "${eids[i]}"
    until_true 60 is_written "${eids[i]}" || fail "not written over AT commands: $(cat "$work/serial.txt" "$work/serial.log")"
    until_true 60 check_over_modem "${eids[i]}" || fail "${eids[i]} behind the modem does not hold $(row "${eids[i]}" iccid)"
    take_out 0
    until_true 10 is_empty 0
  done
  wait "$line_pid" || fail "the line over AT commands ends with $?: $(cat "$work/serial.txt" "$work/serial.log")"
  kill "$modem_pid"
  wait "$modem_pid" 2>/dev/null
  [ "$(grep -c ": written" "$work/serial.txt")" = "$modem_chips" ] || fail "$(cat "$work/serial.txt")"
  say "written over AT commands and read back: $(tail -n 1 "$work/serial.txt")"
}
if has_terminals; then write_over_modem; else say "not tried over a modem: devpts is not mounted"; fi

say "-- an operator's order"
batch=$work/wrong
orders=(--pki "$work/pki" --profiles "$work/profiles" --orders "$work/orders.db")
"$BUILD/tools/smdpp/emuicc-smdpp" "${orders[@]}" --export "$work/exported" --token "$token" >"$work/smdpp.log" 2>&1 ||
  fail "no orders are exported: $(cat "$work/smdpp.log")"
sqlite3 "$work/orders.db" "INSERT INTO orders (open, state, iccid, package, type, eid)
  VALUES (0, 3, '$(row "${eids[last]}" iccid)', 'p$last', '', '${eids[last + 2]}')"
"$BUILD/tools/smdpp/emuicc-smdpp" "${orders[@]}" --export "$work/exported" --token "$token" >"$work/smdpp.log" 2>&1 ||
  fail "the order is not exported: $(cat "$work/smdpp.log")"
grep -q "1 order exported" "$work/smdpp.log" || fail "$(cat "$work/smdpp.log")"
batch=$work/exported
offer 0 "${eids[last + 2]}"
"$line" write --batch "$batch" --pki "$work/pki" --token "$token" --reader "${readers[0]}" >"$work/exported.txt" 2>&1 ||
  fail "the exported order: $(cat "$work/exported.txt")"
check_chip 0 "${eids[last + 2]}"
[ ! -e "$work/wrong.log" ] || fail "$(cat "$work/wrong.log")"
for installed in 1 0; do # the second time there is nothing new
  "$BUILD/tools/smdpp/emuicc-smdpp" "${orders[@]}" --import "$work/exported" >"$work/smdpp.log" 2>&1 &&
    grep -q "$installed orders\? of .* installed, 0 left, 0 not written yet" "$work/smdpp.log" ||
    fail "the server does not learn what was written: $(cat "$work/smdpp.log")"
done
[ "$(sqlite3 "$work/orders.db" "SELECT state, (SELECT count(*) FROM notifications) FROM orders")" = "5|1" ] ||
  fail "$(sqlite3 "$work/orders.db" "SELECT state, eid, iccid FROM orders")"
say "exported, written and read back; the server knows it"
take_out 0

say "-- no key in any file"
python3 - "$work" "$root" "$work/batch" "$work/cut" "$work/cable" <<'PYTHON' || fail "keys or plain profiles are found"
import base64, os, sqlite3, subprocess, sys
work, root = sys.argv[1], sys.argv[2]
wanted = {"the root": bytes.fromhex(root),
          "a profile's Ki": bytes.fromhex("465B5CE8B199B49FAA5F0A2EE238A6BC")}
swap = lambda text: "".join(b + a for a, b in zip(text[::2], text[1::2]))
for path in sys.argv[3:]:
    for eid, iccid in sqlite3.connect(path).execute("SELECT eid, iccid FROM rows ORDER BY id LIMIT 4"):
        context = eid + swap(iccid.ljust(20, "F"))
        for label in "PPK-ENC", "PPK-MAC", "MAC-CHAINING":
            wanted[label + " of " + eid] = subprocess.run(
                ["openssl", "kdf", "-keylen", "16", "-binary", "-kdfopt", "mode:counter", "-kdfopt", "mac:CMAC",
                 "-kdfopt", "cipher:AES-256-CBC", "-kdfopt", "hexkey:" + root, "-kdfopt", "hexsalt:" + label.encode().hex(),
                 "-kdfopt", "hexinfo:" + context, "KBKDF"], check=True, capture_output=True).stdout
found = files = 0
# Not where plain packages come from, nor the chips, who have them.
skipped = {os.path.join(work, "profiles"), os.path.join(work, "chips")}
for folder, folders, names in os.walk(work):
    folders[:] = [name for name in folders if os.path.join(folder, name) not in skipped]
    for name in names:
        content = open(os.path.join(folder, name), "rb").read()
        files += 1
        for what, key in wanted.items():
            forms = [key, key.hex().encode(), key.hex().upper().encode(), base64.b64encode(key)[:20]]
            if any(form in content for form in forms):
                print(name, "holds", what)
                found += 1
print("%d keys looked for in %d files" % (len(wanted), files))
sys.exit(found)
PYTHON
