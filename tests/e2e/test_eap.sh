#!/bin/bash
# A downloaded profile authenticates: EAP-SIM, EAP-AKA and EAP-AKA' from wpa_supplicant's own client over
# PC/SC to hostapd as a RADIUS server, whose home location register knows the same keys; and a network whose
# sequence number is behind the card's is brought up to it.
PATH=$PATH:/usr/sbin:/sbin
. "${0%/*}/servers.sh"
need eapol_test hostapd

imsi=001010000000001
ki=465B5CE8B199B49FAA5F0A2EE238A6BC # K and OPc of usim-milenage: test set 1 of 3GPP TS 35.208
opc=CD63CB71954A9F4E48A5994E37A02BAF
hlr=$work/hlr.socket
secret=for-tests

# start_hlr SQN: the last sequence number that it has used
start_hlr() {
  [ -z "${hlr_pid:-}" ] || { kill "$hlr_pid"; wait "$hlr_pid" 2>/dev/null; }
  rm -f "$work/hlr.log"
  "$HLR" "$hlr" "$imsi" "$ki" "$opc" "$1" >"$work/hlr.log" 2>&1 &
  hlr_pid=$!
  until_true 5 grep -q listening "$work/hlr.log" || fail "the register does not come up"
}

start_radius() {
  cat >"$work/hostapd.conf" <<CONF
driver=none
interface=lo
eap_server=1
eap_user_file=$work/users
eap_sim_db=unix:$hlr
radius_server_clients=$work/clients
radius_server_auth_port=1812
CONF
  # The first digit of an identity says which method its owner wants (RFC 4186 §4.2.1.5, RFC 4187, RFC 5448).
  printf '"0"* AKA\n"1"* SIM\n"6"* AKA'\''\n' >"$work/users"
  echo "127.0.0.1 $secret" >"$work/clients"
  hostapd "$work/hostapd.conf" >"$work/hostapd.log" 2>&1 &
  until_true 5 grep -q AP-ENABLED "$work/hostapd.log" || fail "hostapd does not come up"
}

# authenticates METHOD DIGIT: exit 0 when the server accepts and both sides have the same keys
authenticates() {
  cat >"$work/client.conf" <<CONF
network={
  key_mgmt=WPA-EAP
  eap=$1
  identity="$2$imsi@wlan.mnc001.mcc001.3gppnetwork.org"
  pcsc="$E2E_READER"
  pin="1234"
}
CONF
  timeout 60 eapol_test -c "$work/client.conf" -a 127.0.0.1 -p 1812 -s "$secret" -t 20 >"$work/client.log" 2>&1
}

accepted() {
  authenticates "$1" "$2" || fail "$1: $(tail -n 5 "$work/client.log")"
  grep -q 'MPPE keys OK: 1  mismatch: 0' "$work/client.log" || fail "$1: client and server have not the same keys"
  say "$1: accepted, the same keys on both sides"
}

"$BUILD/tools/pki/emuicc-pki" "$pki" >/dev/null || fail "no PKI"
server smdpp.example.com 8443
start_pcscd
start_card chip --pki "$pki"
request_download smdpp.example.com || fail "no download: $(cat "$work/lpa.log" "$work/document.json")"
lpa enable "$iccid" >"$work/lpa.log" 2>&1 || fail "the profile cannot be enabled"
say "downloaded and enabled"
start_hlr 000000000000
start_radius
accepted SIM 1
accepted AKA 0
accepted "AKA'" 6
[ "$(grep -c "AKA-REQ-AUTH" "$work/hlr.log")" -ge 2 ] || fail "the register was not asked: $(cat "$work/hlr.log")"

# The register has lost its memory: the card has seen higher numbers, says so, and is believed.
start_hlr 000000000000
accepted AKA 0
grep -q AKA-AUTS "$work/hlr.log" || fail "no resynchronisation: $(cat "$work/hlr.log")"
grep -q "resynchronised to" "$work/hlr.log" || fail "AUTS is not right: $(cat "$work/hlr.log")"
say "a register with an old sequence number: $(grep resynchronised "$work/hlr.log")"

# Another subscriber's key: the card refuses the network, the client the server.
ki=00000000000000000000000000000000
start_hlr 000000001000
authenticates AKA 0 && fail "a network without the key is accepted"
say "a network without the key is refused"
