# servers.sh: sourced first by tests of one chip and several SM-DP+s: enters the place, with programs and
# package, and has each server under a name of its own.
. "${0%/*}/place.sh"
. "${0%/*}/provision.sh"
. "${0%/*}/recording.sh"
need_programs card/emuicc tools/pki/emuicc-pki tools/smdpp/emuicc-smdpp tools/lpa/emuicc-lpa
package=usim-milenage iccid=8988211000000000011
[ -e "$BUILD/tools/profiles/$package.der" ] || skip "$package.der is not built"
need python3
enter_place "$0" "$@"
pki=$work/pki profiles=$BUILD/tools/profiles
mappings=()

# server NAME PORT OPTION...: one that offers what is in $profiles
server() {
  "$BUILD/tools/smdpp/emuicc-smdpp" --pki "$pki" --profiles "$profiles" --address "$1" \
    --listen "127.0.0.1:$2" "${@:3}" >"$work/$1.log" 2>&1 &
  mappings+=(--connect-to "$1:443:127.0.0.1:$2")
  until_true 20 listens "$2" || fail "$1 does not come up"
}
# lpa OPTION... COMMAND: finds every server; what is said goes to $work/session.txt
lpa() {
  "$BUILD/tools/lpa/emuicc-lpa" --reader "$E2E_READER" --ca "$pki" "${mappings[@]}" --record "$work/session.txt" "$@"
}
# code SERVER: the activation code of the package there
code() { printf 'LPA:1$%s$%s' "$1" "$package"; }
# request_download SERVER [ARGUMENT...]: the answer is $work/document.json
request_download() { lpa --json download "$(code "$1")" "${@:2}" >"$work/document.json" 2>"$work/lpa.log"; }
delete_profile() { lpa delete "$iccid" >"$work/lpa.log" 2>&1 || fail "the profile cannot be deleted"; }
