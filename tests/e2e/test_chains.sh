#!/bin/bash
# Certificate chains of SGP.22 v3 with sub-CAs on both sides, end to end: the server shows Variant C and
# the chip signs with Variant C, each with its other certificates; revocation lists go with them, and
# are obeyed; a server of v2 meets the same chip with Variant O and none.
. "${0%/*}/servers.sh"

"$BUILD/tools/pki/emuicc-pki" --v3 --crl "$pki" || fail "no PKI"
lists=("$pki/CertificateIssuer/CRL_CI_ECDSA_NIST.crl" "$pki/VariantC/CISubCA/CRL_CISubCA_VARC_SIG_NIST.crl"
  "$pki/VariantC/DPSubCA/CRL_SM_DPSubCA_VARC_SIG_NIST.crl")
for list in "${lists[@]}"; do [ -s "$list" ] || fail "no list $list"; done
server v2.example.com 8442 --svn 2.5
server chains.example.com 8443 --variant C
server lists.example.com 8444 --variant C --crl "${lists[0]}" --crl "${lists[1]}" --crl "${lists[2]}"
server gap.example.com 8445 --variant C --crl "${lists[0]}" --crl "${lists[1]}"
"$BUILD/tools/pki/emuicc-pki" --revoke "$pki/VariantC/DPauth/CERT_S_SM_DPauth_VARC_SIG_NIST.der" "$pki" || fail "no revocation"
server revoked.example.com 8446 --variant C --crl "${lists[0]}" --crl "${lists[1]}" --crl "${lists[2]}"

download() { request_download "$1" || fail "$1 does not give a profile: $(cat "$work/document.json")"; }
# refused SERVER CODE TEXT: by the chip, of which the server hears
refused() {
  request_download "$1" && fail "$1 gives a profile"
  [ "$(member "$work/document.json" error.code)" = "$3" ] || fail "$1 is refused so: $(cat "$work/document.json")"
  has "what the chip answers to $1" "$(said ES10b.AuthenticateServer '<')" "0201$2"
  grep -q "eUICC says $3" "$work/$1.log" || fail "$1 has not heard it: $(cat "$work/$1.log")"
  say "   $1: $(member "$work/document.json" error.text)"
}
# certificates FUNCTION DIRECTION: how many stand in the first message of this function
certificates() { said "$1" "$2" | grep -o 3082.....*A003020102 | grep -o A003020102 | wc -l; }

cp "$EMUICC_SOURCE/card/personalities/sgp22-v3.1.personality" "$work/chip.personality"
# The signing list of v2 is empty: the server, which finds the CI in v3's, asks for the chain of v3.
printf 'certificate-variant = c\neuicc-info1 = AA empty\n' >>"$work/chip.personality"
start_pcscd
start_card chip --pki "$pki" --personality "$work/chip.personality"

say "-- a v3 server with Variant C"
download chains.example.com
[ -n "$(es9 InitiateAuthentication '<' otherCertsInChain)" ] || fail "the server shows no sub-CA"
shown=$(certificates ES10b.AuthenticateServer '>') signed=$(certificates ES10b.AuthenticateServer '<')
[ "$shown" -ge 2 ] || fail "the chip is shown $shown certificates"
[ "$signed" -ge 3 ] || fail "the chip answers with $signed certificates"
say "   the chip is shown $shown certificates, and answers with $signed"
delete_profile

say "-- with revocation lists"
download lists.example.com
shown=$(es9 InitiateAuthentication '<' crlList)
[ -n "$shown" ] || fail "the server sends no lists"
has "the request of AuthenticateServer" "$(said ES10b.AuthenticateServer '>')" "${shown:8}" 8101FF
has "what the server signs" "$(es9 InitiateAuthentication '<' serverSigned1)" 8101FF 86020490
delete_profile
say "   ${#shown} digits of lists go from the server to the chip"
refused gap.example.com 09 "missingCrl (9)"
refused revoked.example.com 0B "revokedCert (11)"
[ -z "$(lpa --json list | grep iccid)" ] || fail "something is installed"
stop_card TERM

say "-- a v2 server, the chip's own list as it is"
sed -i '/^euicc-info1/d' "$work/chip.personality"
start_card plain --pki "$pki" --personality "$work/chip.personality"
download v2.example.com
[ -z "$(es9 InitiateAuthentication '<' otherCertsInChain)" ] || fail "a v2 server shows sub-CAs"
[ "$(certificates ES10b.AuthenticateServer '>')" = 1 ] || fail "the chip is shown $(certificates ES10b.AuthenticateServer '>') certificates"
[ "$(certificates ES10b.AuthenticateServer '<')" = 2 ] || fail "the chip answers with $(certificates ES10b.AuthenticateServer '<')"
say "   Variant O, and nothing else"
stop_card TERM
