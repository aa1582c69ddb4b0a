#!/bin/bash
# The completion of every program offers each of its options, its commands, files and names where a value
# is one: asked in bash, zsh and fish, as far as they are there.
#   test_completion.sh BUILD
build=$1
found=0 count=0
say() { echo "$*"; found=1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mapfile -t programs < <(python3 -c '
import json, sys
for target in json.load(open(sys.argv[1])):
    if target["type"] == "executable" and target["installed"]:
        print(target["filename"][0])' "$build/meson-info/intro-targets.json")
[ "${#programs[@]}" -gt 0 ] || say "meson lists no program"
for program in "${programs[@]}"; do PATH=${program%/*}:$PATH; done
mkdir -p "$work/place/folder" "$work/functions" && cd "$work/place" || exit 1
touch file

# bash_offers WORD...: what bash offers for the last word
bash_offers() {
  local COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMPREPLY=() name
  name=$(complete -p "$1" | sed 's/.* -F \([^ ]*\) .*/\1/')
  "$name" "$1" "${!#}" "${COMP_WORDS[COMP_CWORD - 1]}"
  printf '%s\n' "${COMPREPLY[@]}"
}
# fish_offers WORD...
fish_offers() { HOME=$work fish --no-config -c "source $work/$1.fish; complete -C '$*'" | cut -f1; }
# zsh_offers WORD...: what its menu lists behind them
zsh_offers() { HOME=$work zsh -f "$work/ask" "$work/functions" "$*" | tr -s ' \t\r' '\n\n\n'; }
cat >"$work/ask" <<'ASK'
zmodload zsh/zpty
zpty ask zsh -f -i
zpty -w ask "PS1=RE''ADY TERM=dumb COLUMNS=4000 LISTMAX=0; fpath=($1 \$fpath); autoload -U compinit; compinit -u -D"
zpty -w ask "zstyle ':completion:*' list-prompt ''; zstyle ':completion:*' verbose no; bindkey '^I' list-choices; unsetopt listbeep beep; print BEG''IN"
zpty -r ask text '*BEGIN*READY*' # the editor has the line from now on
zpty -n -w ask "$2"$'\t'
# The line is there as it was typed, and once more below what is offered for it.
text=
while (( SECONDS < 20 )) && [[ $text != *$2*$2* ]]; do
  if zpty -r -t ask more; then text+=$more; else sleep 0.02; fi
done
print -r -- $text
ASK

# offered SHELL WANTED WORD...
offered() {
  local shell=$1 wanted=$2
  shift 2
  "${shell}_offers" "$@" | grep -qxF -- "$wanted" || say "$shell: '$*' is not offered $wanted"
}
# Values and commands, of those that have them; zsh lists more than the word, so only what is long is looked for.
check_values() {
  local shell=$1
  offered "$shell" memory-reset emuicc-ctl ''
  offered "$shell" clear emuicc-ctl fault ''
  [ "$shell" = bash ] || offered "$shell" folder/ emuicc-ctl --state '' # readline itself puts the / behind it
  offered "$shell" sgp32-v1.2 emuicc --personality ''
  offered "$shell" power-cut emuicc --faults ''
  offered "$shell" usim-milenage emuicc-farm --install ''
  offered "$shell" install emuicc-ota ram ''
  offered "$shell" init emuicc-line token ''
  offered "$shell" findings emuicc-profile --json ''
  offered "$shell" file emuicc-profile check ''
  offered "$shell" list emuicc-smdpp order ''
}

shells=bash
for shell in zsh fish; do
  if command -v "$shell" >/dev/null; then shells="$shells $shell"; else echo "$shell is not there: not asked"; fi
done
for program in "${programs[@]}"; do
  name=${program##*/}
  count=$((count + 1))
  "$program" --help=bash >"$work/$name.bash" && "$program" --help=zsh >"$work/functions/_$name" &&
    "$program" --help=fish >"$work/$name.fish" || say "$name tells no completion"
  # shellcheck disable=SC1090
  . "$work/$name.bash" || say "$name: bash cannot read its completion"
  for shell in $shells; do
    "${shell}_offers" "$name" -- >"$work/offers"
    for option in $("$program" --help=options); do
      grep -qxF -- "$option" "$work/offers" || say "$shell: $name is not offered $option"
    done
  done
done
compopt() { :; } # only readline's own call may say it
for shell in $shells; do check_values "$shell"; done
# A value behind = is a value, too; another word of --help is refused.
[ "$(bash_offers emuicc-ctl --state = fo)" = folder ] || say "bash: --state= is not offered a folder"
emuicc --help=tcsh 2>/dev/null && say "--help=tcsh ends with 0"
[ "$found" -eq 0 ] && echo "completion of $count programs in $shells"
exit "$found"
