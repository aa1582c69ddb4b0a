# place.sh: sourced first by every end-to-end test. Runs the test again in a place of its own: a
# network, a /run, a process table that no other reader, server or developer sees, and that are gone
# with everything in them when the test ends, however it ends.
#
# What the tests use is found in BUILD (the build folder). A test that cannot run here says why and is
# skipped (exit 77); with EMUICC_REQUIRE_E2E it fails instead where something could be installed or built.
set -uo pipefail

E2E_READER="Virtual PCD 00 00"
E2E_READER_PORT=35963
E2E_VPCD=/usr/lib/pcsc/drivers/serial/libifdvpcd.so

say() { printf '%s\n' "$*"; }
fail() { printf 'FAILED: %s\n' "$*" >&2; e2e_logs >&2; exit 1; }
skip() {
  say "skipped: $*"
  [ -n "${EMUICC_REQUIRE_E2E:-}" ] && exit 1
  exit 77
}
# What no package brings: the machine, its kernel or the root does not give it.
skip_here() {
  say "skipped: $*"
  exit 77
}

need() {
  local name
  for name in "$@"; do
    command -v "$name" >/dev/null || skip "$name is not installed"
  done
}

# In a root that is no mount point (a chroot) unshare cannot make mounts private. Nothing shows
# outside all the same when none of them is shared.
mounts_stay_inside() {
  [ "${unshare[-1]}" != unchanged ] || ! grep -q ' shared:' /proc/self/mountinfo
}

has_terminals() { python3 -c 'import os; os.openpty()' 2>/dev/null; }

# Connections of this network's programs begin at other ports than the tests listen at: one that is
# tried before its listener is there could otherwise be given the very port, and connect to itself.
keep_ports_free() { echo 49152 60999 2>/dev/null >/proc/sys/net/ipv4/ip_local_port_range || true; }

# Builds the place around the test and comes back inside it.
enter_place() {
  if [ -z "${E2E_INSIDE:-}" ]; then
    need unshare ip pcscd opensc-tool
    [ -e "$E2E_VPCD" ] || skip "vpcd is not installed (Debian package vsmartcard-vpcd)"
    local unshare=(unshare --mount --net --pid --fork --kill-child --mount-proc)
    [ "$(id -u)" -eq 0 ] || unshare+=(--user --map-root-user)
    "${unshare[@]}" true 2>/dev/null || unshare+=(--propagation unchanged)
    "${unshare[@]}" true 2>/dev/null && mounts_stay_inside || skip_here "unshare may not make namespaces here"
    E2E_INSIDE=1 exec "${unshare[@]}" bash "$@"
  fi
  ip link set lo up || fail "no loopback in the private network"
  keep_ports_free
  mount -t tmpfs -o mode=0755 tmpfs /run || fail "no private /run"
  mkdir -p /run/pcscd /run/reader.conf.d
  work=$(mktemp -d) || fail "no folder to work in"
  trap 'rm -rf "$work"' EXIT
}

e2e_logs() {
  local log
  for log in "${work:-/nonexistent}"/*.log; do
    [ -s "$log" ] || continue
    printf -- '--- %s\n' "${log##*/}"
    tail -n 15 "$log"
  done
}

# until_true SECONDS COMMAND...: until it succeeds. The seconds are those of a machine that is idle: one on which
# other tests run gets four times as many.
until_true() {
  local limit=$((SECONDS + 4 * $1))
  shift
  until "$@" >/dev/null 2>&1; do
    [ "$SECONDS" -lt "$limit" ] || return 1
    sleep 0.05
  done
}
listens() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

start_pcscd() {
  cat >/run/reader.conf.d/vpcd <<CONF
FRIENDLYNAME "Virtual PCD"
DEVICENAME   /dev/null:0x8C7B
LIBPATH      $E2E_VPCD
CHANNELID    0x8C7B
CONF
  rm -f "$work/pcscd.log"
  # There is no polkit in here, which pcscd 2 would ask.
  local polkit=()
  ! pcscd --help 2>&1 | grep -q -- --disable-polkit || polkit=(--disable-polkit)
  pcscd --foreground --critical --config /run/reader.conf.d "${polkit[@]}" >"$work/pcscd.log" 2>&1 &
  pcscd_pid=$!
  until_true 10 listens "$E2E_READER_PORT" || fail "pcscd with vpcd does not come up"
}

# start_card STATE [OPTION...]: waits until PC/SC sees it
start_card() {
  local state=$1
  shift
  rm -f "$work/card.log" # what the last one said must not be taken for this one's
  "$BUILD/card/emuicc" --state "$work/$state" "$@" >"$work/card.log" 2>&1 &
  card_pid=$!
  until_true 20 grep -q "plugged into the reader" "$work/card.log" || fail "the card does not plug in"
  "$BUILD/tools/ctl/emuicc-ctl" --state "$work/$state" wait --timeout 20 >/dev/null || fail "the card is not seen in the reader"
}
card_is_seen() { opensc-tool --reader "$E2E_READER" --atr; }
card_is_gone() { ! card_is_seen; }

# stop_card SIGNAL: exit 0 after TERM and INT; waits until PC/SC knows
stop_card() {
  kill "-$1" "$card_pid"
  wait "$card_pid" 2>/dev/null
  local status=$?
  [ "$1" = KILL ] || [ "$status" -eq 0 ] || fail "the card ended with $status after SIG$1"
  until_true 10 card_is_gone || fail "the card is still seen after SIG$1"
}

# transmit APDU...: what the card answers to each over PC/SC, hexadecimal, data and status word.
# OpenSC leaves Le of case 4 out and sends its GET RESPONSE on the basic channel.
transmit() {
  local words=() apdu
  for apdu in "$@"; do words+=(--send-apdu "$apdu"); done
  opensc-tool --card-driver default --reader "$E2E_READER" "${words[@]}" 2>"$work/opensc.log" | awk '
    function flush() { if (seen) print line status }
    /^Sending/ { next }
    /^Received/ { flush(); seen = 1; line = ""; status = $0
      gsub(/.*SW1=0x/, "", status); gsub(/, SW2=0x/, "", status); gsub(/\).*/, "", status); next }
    seen { for (i = 1; i <= NF && $i ~ /^[0-9A-F][0-9A-F]$/ && i <= 16; i++) line = line $i }
    END { flush() }'
}
