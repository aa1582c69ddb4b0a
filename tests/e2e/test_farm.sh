#!/bin/bash
# A farm on one machine, readers and programs on another, the machines being network namespaces: chips in
# the readers of two pcscd beside each other, chips without pcscd, a download each way, and the job example.
. "${0%/*}/place.sh"
. "${0%/*}/provision.sh"
need_programs card/emuicc-farm tools/pki/emuicc-pki tools/smdpp/emuicc-smdpp tools/lpa/emuicc-lpa tools/ctl/emuicc-ctl
need xargs
enter_place "$0" "$@"
deploy=$EMUICC_SOURCE/tools/deploy

# Two machines and a cable.
desk() { ip netns exec desk "$@"; }
rack() { ip netns exec rack "$@"; }
ip netns add desk 2>"$work/netns.log" && ip netns add rack || skip_here "there may be no network namespaces here"
ip link add cable netns desk type veth peer name cable netns rack || skip_here "there is no veth here"
desk true 2>"$work/netns.log" || skip_here "ip netns exec fails, as in a root that is no mount point: $(head -n 1 "$work/netns.log")"
desk ip address add 192.0.2.1/24 dev cable
rack ip address add 192.0.2.2/24 dev cable
for machine in desk rack; do
  "$machine" ip link set cable up
  "$machine" ip link set lo up
  "$machine" bash -c "$(declare -f keep_ports_free); keep_ports_free"
done

# On the desk: two pcscd, each with a /run/pcscd of its own, and the server.
"$BUILD/tools/pki/emuicc-pki" "$work/pki" || fail "no PKI"
for port in 36000 36010; do
  desk "$deploy/pcscd-place" "$port" sleep infinity >"$work/pcscd-$port.log" 2>&1 &
done
listens_on_desk() { desk bash -c "exec 3<>/dev/tcp/127.0.0.1/$1" 2>/dev/null; }
server_name=testsmdpplus1.example.com pki=$work/pki
desk "$BUILD/tools/smdpp/emuicc-smdpp" --pki "$pki" --profiles "$BUILD/tools/profiles" --address "$server_name" \
  --listen 127.0.0.1:8443 >"$work/smdpp.log" 2>&1 &
for port in 36000 36001 36010 36011 8443; do
  until_true 20 listens_on_desk "$port" || fail "nothing listens at $port on the desk"
done
# The processes in a place of pcscd, by its port.
inside() {
  local port=$1 pid
  shift
  pid=$(pgrep -f "pcscd-place $port sleep" | head -n 1)
  desk nsenter --mount --root --target "$pid" "$@"
}

# In the rack: the farm, its first three chips in readers on the desk.
start_farm() {
  rm -f "$work/farm.log"
  ip netns exec rack "$BUILD/card/emuicc-farm" --cards 12 --state "$work/farm" --pki "$pki" --listen 192.0.2.2:35970 \
    --vpcd 192.0.2.1:36000,192.0.2.1:36001,192.0.2.1:36010 >"$work/farm.log" 2>&1 &
  farm_pid=$!
  until_true 60 grep -q "12 chips in .* at 192.0.2.2:35970" "$work/farm.log" || fail "the farm does not come up"
}
start_farm
mapfile -t eids < <("$BUILD/tools/ctl/emuicc-ctl" --state "$work/farm" chips 0)
[ "${#eids[@]}" -eq 12 ] || fail "${#eids[@]} chips of 12"

lpa_desk() { desk "$BUILD/tools/lpa/emuicc-lpa" --ca "$pki" --connect-to "$server_name:443:127.0.0.1:8443" "$@"; }
lpa_in() {
  local port=$1
  shift
  inside "$port" "$BUILD/tools/lpa/emuicc-lpa" --ca "$pki" --connect-to "$server_name:443:127.0.0.1:8443" "$@"
}
eid_of() { sed -n 's/.*"eid": "\([0-9]*\)".*/\1/p'; }
in_reader() { [ "$(lpa_in "$1" --reader "$2" --json info 2>/dev/null | eid_of)" = "$3" ]; }
until_true 30 in_reader 36000 "00 00" "${eids[0]}" || fail "${eids[0]} is not in the first reader of the first pcscd"
until_true 30 in_reader 36000 "00 01" "${eids[1]}" || fail "${eids[1]} is not in the second reader of the first pcscd"
until_true 30 in_reader 36010 "00 00" "${eids[2]}" || fail "${eids[2]} is not in the first reader of the second pcscd"
say "three chips of the rack sit in readers of two pcscd on the desk"

code="LPA:1\$$server_name\$usim-milenage"
lpa_in 36010 --reader "00 00" download "$code" >"$work/lpa.log" 2>&1 || fail "no download over PC/SC"
for eid in "${eids[3]}" "${eids[11]}"; do
  lpa_desk --direct "192.0.2.2:35970/$eid" download "$code" >"$work/lpa.log" 2>&1 || fail "no download onto $eid"
  lpa_desk --direct "192.0.2.2:35970/$eid" enable 8988211000000000011 >"$work/lpa.log" 2>&1 || fail "cannot enable on $eid"
done
say "downloads over PC/SC and on the farm's own socket, from machine to machine"

refused() {
  lpa_desk --direct "$1" list >"$work/refused.log" 2>&1 && fail "$1 is not refused"
  grep -q "$2" "$work/refused.log" || fail "$1: $(cat "$work/refused.log")"
}
refused "192.0.2.2:35970/${eids[0]}" "the chip is in use"
refused "192.0.2.2:35970/89049032123451234512345678901235" "no chip here has this EID"
refused "192.0.2.1:36001/${eids[4]}" "does not answer as a farm does"

kill -KILL "$farm_pid"
wait "$farm_pid" 2>/dev/null
start_farm
lpa_desk --direct "192.0.2.2:35970/${eids[11]}" list | grep -q "8988211000000000011 *enabled" || fail "lost by SIGKILL"
until_true 30 in_reader 36010 "00 00" "${eids[2]}" || fail "${eids[2]} does not come back after SIGKILL"
say "still so after SIGKILL and a new start"

kill "$farm_pid"
wait "$farm_pid" || fail "the farm ends with $? after SIGTERM"

# The job example, as a job's shell runs it.
printf '#!/bin/sh\nexec "%s" --direct "$EMUICC_DIRECT" --json info\n' "$BUILD/tools/lpa/emuicc-lpa" >"$work/suite"
chmod +x "$work/suite"
PATH=$BUILD/card:$BUILD/tools/ctl:$PATH TMPDIR=$work EMUICC_CARDS=5 SLURM_CPUS_PER_TASK=2 bash "$deploy/farm.slurm" "$work/suite" \
  >"$work/job.log" 2>&1 || fail "the job example fails"
[ "$(eid_of <"$work/job.log" | sort -u | wc -l)" -eq 5 ] || fail "the job example ran on $(eid_of <"$work/job.log" | sort -u | wc -l) chips of 5"
say "the job example ran its suite once a chip"

if command -v systemd-analyze >/dev/null; then
  for unit in "$deploy"/*.service; do
    systemd-analyze verify --man=no "$unit" 2>&1 | grep -vE 'is not executable|does not exist' | grep -F "${unit##*/}" && fail "$unit"
  done
  say "the units are what systemd takes for such"
fi
exit 0
