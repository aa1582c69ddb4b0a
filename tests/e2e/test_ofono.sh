#!/bin/bash
# oFono, as Debian has it, on emuicc-modem: its generic AT driver finds the card behind the modem, reads who it is,
# and verifies, changes and switches the PIN. oFono's system bus is one of the test's own.
. "${0%/*}/place.sh"
. "${0%/*}/provision.sh"
need_programs card/emuicc tools/ctl/emuicc-ctl tools/modem/emuicc-modem
need ofonod dbus-daemon dbus-send socat pgrep python3
[ -e "$BUILD/tools/profiles/usim-milenage.der" ] || skip "the profile packages are not built"
enter_place "$0" "$@"
has_terminals || skip_here "there are no pseudo-terminals: devpts is not mounted"
[ -w /etc/ofono/phonesim.conf ] || skip_here "/etc/ofono/phonesim.conf cannot be replaced, in this namespace alone"
mkdir -p "$work/ofono" "$work/kept"
mount --bind "$work/ofono" /etc/ofono && mount --bind "$work/kept" /var/lib/ofono || skip_here "mount --bind is refused"

# A modem that a program reaches by TCP, as oFono's driver for its phone simulator expects.
port=12345
printf '[card]\nAddress=127.0.0.1\nPort=%d\n' "$port" >"$work/ofono/phonesim.conf"
cat >"$work/bus.conf" <<'CONF'
<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-BUS Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>system</type>
  <listen>unix:path=/run/dbus/system_bus_socket</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow own="*"/> <allow send_type="*"/> <allow receive_type="*"/> <allow user="*"/>
    <allow send_destination="*" eavesdrop="true"/>
  </policy>
</busconfig>
CONF
start_pcscd
start_card chip --install "$BUILD/tools/profiles/usim-milenage.der,enabled" --install "$BUILD/tools/profiles/usim-isim-tuak.der"
"$BUILD/tools/modem/emuicc-modem" --pty "$work/modem" --verbose >"$work/modem.log" 2>&1 &
until_true 10 grep -q "ready at" "$work/modem.log" || fail "the modem does not come up"
socat "TCP-LISTEN:$port,bind=127.0.0.1,reuseaddr,fork" "FILE:$work/modem,raw,echo=0" >"$work/socat.log" 2>&1 &
socat_pid=$!
mkdir -p /run/dbus
dbus-daemon --config-file="$work/bus.conf" --nofork >"$work/dbus.log" 2>&1 &
until_true 10 test -S /run/dbus/system_bus_socket || fail "the bus does not come up"
ofonod --nodetach --debug >"$work/ofono.log" 2>&1 &

# call INTERFACE METHOD [ARGUMENT...]: of oFono's modem; the answer in words
call() { dbus-send --system --print-reply --dest=org.ofono "/card" "org.ofono.$1.$2" "${@:3}" 2>&1; }
# property INTERFACE NAME: its value as text
property() {
  call "$1" GetProperties | python3 -c '
import re, sys
found = re.search(r"string \"%s\"\s+variant\s+(.*?)\n\s+\)" % re.escape(sys.argv[1]), sys.stdin.read(), re.S)
print(" ".join(re.findall(r"\"([^\"]*)\"|(?:boolean|byte|uint16) (\w+)", found.group(1))[0]).strip() if found else "")' "$2"
}
is() { [ "$(property "$1" "$2")" = "$3" ]; }
is_soon() { until_true 20 is "$@" || fail "oFono says $1 $2 '$(property "$1" "$2")', not '$3': $(call "$1" GetProperties)"; }
knows_modem() { call Modem GetProperties | grep -q Powered; }

until_true 20 knows_modem || fail "oFono has no modem"
power_on() {
  is Modem Powered true || call Modem SetProperty string:Powered variant:boolean:true >"$work/power.log"
  is Modem Powered true
}
power_off() {
  call Modem SetProperty string:Powered variant:boolean:false >"$work/power.log"
  is_soon Modem Powered false
  # The connection lingers, and would take the answers of the next one.
  until_true 20 line_is_free || fail "the terminal is still held"
}
line_is_free() { ! pgrep -P "$socat_pid"; }
until_true 20 power_on || fail "oFono cannot power the modem: $(cat "$work/power.log")"
is_soon SimManager Present true
is_soon SimManager CardIdentifier 8988211000000000011
is_soon SimManager SubscriberIdentity 001010000000001
is_soon Modem Manufacturer emuicc
[ "$(property SimManager MobileCountryCode)$(property SimManager MobileNetworkCode)" = 00101 ] || fail "oFono reads another network"
is_soon SimManager PinRequired none
call SimManager GetProperties | tr -d '\n ' | grep -q 'string"pin"byte3)' || fail "oFono knows no retries: $(call SimManager GetProperties)"
say "oFono has read ICCID, IMSI, network and tries of the PIN by +CIMI, +CRSM, +CPIN, +CPINR and +CLCK"

# done_by METHOD ARGUMENT...: it is, or it is refused with this error
done_by() { call SimManager "$@" | grep -q '^method return' || fail "SimManager.$*: $(call SimManager GetProperties)"; }
refused_by() { local said; said=$(call SimManager "$@"); grep -q "^Error org.ofono" <<<"$said" || fail "SimManager.$* is not refused: $said"; }
refused_by LockPin string:pin string:1111
done_by LockPin string:pin string:0000
done_by ChangePin string:pin string:0000 string:2468
# The card is powered anew with its modem, and asks.
power_anew() {
  power_off
  until_true 20 power_on || fail "oFono cannot power the modem again: $(cat "$work/power.log")"
  is_soon SimManager Present true
}
power_anew
is_soon SimManager PinRequired pin
refused_by EnterPin string:pin string:0000
done_by EnterPin string:pin string:2468 # then the generic driver waits for a word that each maker's modem has of its own
done_by UnlockPin string:pin string:2468
power_anew
is_soon SimManager PinRequired none
say "oFono has locked, changed, entered and unlocked the PIN (+CLCK, +CPWD, +CPIN), over a power cycle"

# Another profile is another subscriber. (Without any card oFono's driver for its simulator does not go on.)
"$BUILD/tools/ctl/emuicc-ctl" --state "$work/chip" enable 8988211000000000029 >"$work/ctl.log" 2>&1 || fail "the other profile is not enabled"
power_anew
is_soon SimManager CardIdentifier 8988211000000000029
say "another profile is another subscriber"
