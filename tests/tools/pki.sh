#!/bin/bash
# emuicc-pki as its users meet it: exit codes, one line a refusal, the options of its man page.
# usage: pki.sh PROGRAM MAN-PAGE
set -u
program=$1 page=$2
folder=$(mktemp -d) || exit 1
trap 'rm -rf "$folder"' EXIT
bad=0
say() { echo "$*"; bad=1; }

# refused WORDS... -- MESSAGE: exit 1, one line on standard error, after the program's name, with the message in it.
refused() { ends 1 "$@"; }
# misused WORDS... -- MESSAGE: the same with exit 2
misused() { ends 2 "$@"; }
ends() {
  local words=() wanted=$1
  shift
  while [ "$1" != -- ]; do words+=("$1"); shift; done
  local said
  said=$("$program" "${words[@]}" 2>&1 >/dev/null)
  local code=$?
  [ $code -eq "$wanted" ] || say "${words[*]}: exit $code"
  [ "$(wc -l <<<"$said")" -eq 1 ] || say "${words[*]}: more than one line: $said"
  [[ "$said" == "emuicc-pki: "* ]] || say "${words[*]}: who says \"$said\""
  grep -qF -- "$2" <<<"$said" || say "${words[*]}: said \"$said\""
}

eid=89049032123451234512345678901235
# The folders of SGP.26 v3: made when asked for, then known by what is there.
"$program" --layout v3 --v3 --crl --eid $eid "$folder/v3" || say "making the layout of v3: exit $?"
for file in "Variant O/CI/CERT_CI_SIG_NIST.der" "Variant O/eUICC/SK_EUICC_SIG_NIST.pem" "Variant Ov3/EUM/CERT_EUM_SIG_NIST.der" \
  "Variant O/SM-DP+/SM_DPauth/CERT_S_SM_DPauth_VARO_SIG_NIST.der" "Variants A_B_C/CI_subCA/CERT_CISubCA_SIG_NIST.der" \
  "Variants A_B_C/Variant C/EUICC/CERT_EUICC_VARC_SIG_NIST.der" "Variants A_B_C/Variant A/SM-DS/SM_DSSubCA/CERT_SM_DSSubCA_VARA_SIG_NIST.der"; do
  [ -f "$folder/v3/Valid Test Cases/$file" ] || say "the layout of v3 lacks $file"
done
files=$(find "$folder/v3" -type f | wc -l)
mv "$folder/v3/Valid Test Cases" "$folder/valid"
for place in "$folder/valid" "$folder/v3"; do
  [ "$place" = "$folder/valid" ] || mv "$folder/valid" "$folder/v3/Valid Test Cases"
  "$program" "$place" && [ "$(find "$place" -type f | wc -l)" -eq "$files" ] || say "$place is not read as what it is"
done
next=89049032123451234512345678901332
"$program" "$folder/pki" --eid $eid-$next || say "making a PKI: exit $?"
[ "$(stat -c %a "$folder/pki")" = 700 ] || say "the folder's mode is $(stat -c %a "$folder/pki")"
[ -f "$folder/pki/eUICC/$next/SK_EUICC_ECDSA_NIST.pem" ] || say "no second eUICC"
(cd "$folder/pki" && sha256sum $(find . -type f)) >"$folder/before"
"$program" "$folder/pki" || say "making it again: exit $?"
(cd "$folder/pki" && sha256sum --quiet -c "$folder/before") || say "making it again changed it"
[ "$(find "$folder/pki" -type f | wc -l)" -eq "$(wc -l <"$folder/before")" ] || say "files were added"
[ -z "$(find "$folder/pki" -name 'SK_*' ! -perm 600)" ] || say "private keys can be read by others"

refused --layout v3 "$folder/pki" -- "has the layout of SGP.26 v1"
refused --layout v1 "$folder/v3" -- "has the layout of SGP.26 v3"
misused --layout v2 "$folder/new" -- "--layout is neither v1 nor v3"
"$program" "$folder/pki" --server testsmdpplus1.example.com 2>"$folder/said" && [ ! -s "$folder/said" ] ||
  say "the host that is there: $(cat "$folder/said")"
"$program" "$folder/pki" --server other.example.com 2>"$folder/said" || say "another host: exit $?"
grep -q "DPtls.*names testsmdpplus1.example.com, not other.example.com" "$folder/said" || say "another host: $(cat "$folder/said")"
(cd "$folder/pki" && sha256sum --quiet -c "$folder/before") || say "another host changed it"

misused -- "which folder?"
misused "$folder/a" "$folder/b" -- "one folder"
misused "$folder/a" --eid 89049032123451234512345678901230 -- "35 would be right"
misused "$folder/a" --eid 8904 -- "32 digits are wanted"
misused "$folder/a" --ein 890 -- "no IIN"
refused "$folder/pki" --ein 89049044 -- "another IIN"
refused "$folder/pki" --eid $next-$eid -- "before the first"
refused "$folder/no/such" -- "No such file"
refused "$folder/before" -- "before"
[ -e "$folder/a" ] && say "a refused plan left something behind"

while read -r option; do
  grep -qF -- "${option//-/\\-}" "$page" || say "$option is not in the man page"
done < <("$program" --help=options)
exit $bad
