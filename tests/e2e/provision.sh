# provision.sh: sourced after place.sh: the roles off the card.

need_programs() {
  local program
  for program in "$@"; do
    [ -x "$BUILD/$program" ] || skip "$program is not built"
  done
}

# start_server PKI PROFILES NAME: the SM-DP+ on port 8443 under that name
start_server() {
  pki=$1 server_name=$3
  "$BUILD/tools/smdpp/emuicc-smdpp" --pki "$1" --profiles "$2" --address "$3" \
    --listen 127.0.0.1:8443 >"$work/smdpp.log" 2>&1 &
  server_pid=$!
  until_true 20 listens 8443 || fail "the SM-DP+ does not come up"
}

lpa() {
  "$BUILD/tools/lpa/emuicc-lpa" --reader "$E2E_READER" --ca "$pki" \
    --connect-to "$server_name:443:127.0.0.1:8443" "$@"
}

# download MATCHING_ID
download() { lpa download "LPA:1\$$server_name\$$1" >"$work/lpa.log" 2>&1; }

# profiles: one line a profile: ICCID and state
profiles() {
  lpa --json list | tr -d ' \n' | grep -o '"iccid":"[0-9]*"[^}]*"state":"[a-z]*"' |
    sed 's/"iccid":"\([0-9]*\)".*"state":"\([a-z]*\)"/\1 \2/'
}

swap_nibbles() { sed 's/\(.\)\(.\)/\2\1/g'; }

# read_back: ICCID and IMSI of the enabled profile over plain PC/SC, into iccid and imsi
read_back() {
  local answers
  mapfile -t answers < <(transmit 00A4000C023F00 00A4000C022FE2 00B000000A \
    00A4040C07A0000000871002 00A4000C026F07 00B0000009)
  [ "${#answers[@]}" -eq 6 ] || fail "opensc-tool gets ${#answers[@]} answers of 6"
  [[ "${answers[2]}" == *9000 && "${answers[5]}" == *9000 ]] ||
    fail "ICCID or IMSI cannot be read: ${answers[*]}"
  iccid=$(swap_nibbles <<<"${answers[2]%9000}" | tr -d F)
  imsi=${answers[5]%9000}
  imsi=$(swap_nibbles <<<"${imsi:2}" | cut -c2- | tr -d F)
}
