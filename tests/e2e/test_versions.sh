#!/bin/bash
# Versions of SGP.22, a server and a chip a pairing: what each side says on both interfaces, what they
# agree on, and how they part when there is nothing.
. "${0%/*}/servers.sh"

"$BUILD/tools/pki/emuicc-pki" "$pki" || fail "no PKI"
profiles=$work/profiles
mkdir "$profiles"
cp "$BUILD/tools/profiles/$package.der" "$profiles/"
echo "services = data" >"$profiles/$package.metadata"

# One server a version.
server v2.example.com 8442 --svn 2.5
server v3.example.com 8443 --svn 3.1
server v3-only.example.com 8444 --svn 3.1 --lowest-svn 3.0
server liar.example.com 8445 --answer-svn 4.0.0

# accepted SERVER: installs, then takes the profile off again
accepted() {
  request_download "$@" || fail "$1 does not give a profile: $(cat "$work/document.json")"
  cp "$work/session.txt" "$work/kept.txt"
  delete_profile
  lpa notifications remove >"$work/lpa.log" 2>&1
  cp "$work/kept.txt" "$work/session.txt"
}
# refused SERVER CODE
refused() {
  request_download "$1" && fail "$1 gives a profile"
  [ "$(member "$work/document.json" error.code)" = "$2" ] || fail "$1 refuses so: $(cat "$work/document.json")"
  say "refused: $(member "$work/document.json" error.text)"
}

# The two halves of InitiateAuthentication, and what the card is asked and told.
info1() { es9 InitiateAuthentication '>' euiccInfo1; }
signed1() { es9 InitiateAuthentication '<' serverSigned1; }
asked() { said ES10b.AuthenticateServer '>'; }
answered() { said ES10b.AuthenticateServer '<'; }
# what the card is told behind the device's TAC and capabilities
parameters() { asked | sed 's/.*800453926011A100//'; }
offered() { es9 AuthenticateClient '<' profileMetadata; }

context=A508800303010081010086020410 # serverSvn 3.1.0, no stapling; serverRspCapability
as_v2() {
  lacks "what the server signs" "$(signed1)" A5088003
  called ES10b.AuthenticateServer && [ -z "$(parameters)" ] || fail "v3's parameters: $(parameters)"
  lacks "v2's metadata" "$(offered)" 9F1F
}
as_v3() {
  has "what the server signs" "$(signed1)" "$context"
  has "the request of AuthenticateServer" "$(asked)" "$context"
  [ "$(parameters)" = "850307C580$1" ] || fail "parameters: $(parameters)"
  [ "$(member "$work/document.json" version)" = 3.1.0 ] || fail "no version in the document"
}
# The card's own words go to the server as they are.
carried() { [ "$(said ES10b.GetEUICCInfo1 '<')" = "$(info1)" ] || fail "EUICCInfo1 is not the card's: $(info1)"; }
one_version() { carried; has EUICCInfo1 "$(info1)" "8203$1"; lacks EUICCInfo1 "$(info1)" 9303; }
range() { carried; has EUICCInfo1 "$(info1)" 8203020202 9303030100; }

start_pcscd

say "-- a chip of v2"
start_card v2 --pki "$pki" --personality sgp22-v2.5
accepted v2.example.com
say "   v2 server, v2 chip: as v2"
one_version 020500 && as_v2
[ -z "$(es9 InitiateAuthentication '>' lpaRspCapability)" ] || fail "a v2 chip's server is told of an LPA of v3"
accepted v3.example.com
say "   v3 server, v2 chip: as v2, no server version"
one_version 020500 && as_v2
say "   v3-only server, v2 chip: nothing in common"
refused v3-only.example.com 8.8.3/3.1
[[ "$(member "$work/document.json" error.text)" == *"2.5.0"*"3.0.0 to 3.1.0"* ]] || fail "which versions: $(cat "$work/document.json")"
called ES10b.AuthenticateServer && fail "the card is asked though the server has refused"
one_version 020500
grep -q "refused 8.8.3/3.1" "$work/v3-only.example.com.log" || fail "the server's log: $(cat "$work/v3-only.example.com.log")"
[ -z "$(lpa --json list | grep iccid)" ] || fail "something is installed"
stop_card TERM

say "-- a chip that names one high version"
start_card high --pki "$pki" --personality sgp22-v3-only
say "   v2 server: refused"
refused v2.example.com 8.8.3/3.1
carried && has EUICCInfo1 "$(info1)" 8203030000 9303030100
called ES10b.AuthenticateServer && fail "the card is asked though the server has refused"
stop_card TERM

say "-- a chip that names a range"
start_card range --pki "$pki" --personality sgp22-v3.1
lpa info >"$work/info.txt" || fail "info"
grep -q "^SGP.22 versions  *2.2.2 to 3.1.0$" "$work/info.txt" || fail "no range: $(cat "$work/info.txt")"
grep -q "^operation types  *profileDownload,rpm$" "$work/info.txt" || fail "no functions: $(cat "$work/info.txt")"
grep -q "^as a bit string  *06C0$" "$work/info.txt" || fail "no bits: $(cat "$work/info.txt")"
accepted v2.example.com
say "   v2 server: as v2, no operation type"
range && as_v2
accepted v3.example.com
say "   v3 server: as v3; a download is the default operation"
range && as_v3 A3028100
has "v3's metadata" "$(offered)" 9F1F020640
[ -n "$(es9 InitiateAuthentication '>' lpaRspCapability)" ] || fail "a v3 server is not told of the LPA"
accepted v3.example.com --rpm
say "   v3 server: download and remote management, by operation type"
as_v3 820206C0A3028100
has "what the card signs" "$(answered)" 820206C0A3028100
lpa --json rpm v3.example.com >"$work/rpm.json" || fail "rpm: $(cat "$work/rpm.json")"
say "   v3 server: remote management alone"
has "the request of AuthenticateServer" "$(asked)" "$context"
[ "$(parameters)" = 850307C58082020640A3028000 ] || fail "parameters: $(parameters)"
has "what the card signs" "$(answered)" 82020640A3028000
[ "$(member "$work/rpm.json" sessions.0.nothing)" = True ] || fail "something waits: $(cat "$work/rpm.json")"
lpa --json rpm v2.example.com >"$work/rpm.json" && fail "a v2 server manages profiles"
lacks "a v2 server" "$(signed1)" A5088003
called ES10b.AuthenticateServer && fail "a v2 server is authenticated for remote management"

say "   a server that answers a version never offered: refused, the next address is tried"
refused liar.example.com 8.8.3/3.1
range && has "what the server signs" "$(signed1)" A5088003040000
called ES10b.AuthenticateServer && fail "the card is asked to authenticate the liar"
[[ "$(member "$work/document.json" error.text)" == *"4.0.0"*"2.2.2 to 3.1.0"* ]] || fail "which versions: $(cat "$work/document.json")"
accepted liar.example.com "$(code v3.example.com)"
[ "$(member "$work/document.json" passedOver.0.error.code)" = 8.8.3/3.1 ] || fail "passed over: $(cat "$work/document.json")"
[ "$(member "$work/document.json" version)" = 3.1.0 ] || fail "the next address: $(cat "$work/document.json")"
lpa --json rpm liar.example.com v3.example.com >"$work/rpm.json" || fail "rpm: $(cat "$work/rpm.json")"
[ "$(member "$work/rpm.json" sessions.1.nothing)" = True ] || fail "the next address: $(cat "$work/rpm.json")"
stop_card TERM
