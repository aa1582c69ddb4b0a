#!/bin/bash
# ninja install: each program has its man page, pages name only pages that are installed, the formats have theirs.
#   test_install.sh SOURCE BUILD
source=$1 build=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
found=0
say() { echo "$*"; found=1; }

DESTDIR=$work meson install -C "$build" --no-rebuild --quiet >"$work/log" 2>&1 || { cat "$work/log"; exit 1; }
mapfile -t programs < <(find "$work" -path '*/bin/*' -type f)
[ "${#programs[@]}" -ge 10 ] || say "only ${#programs[@]} programs are installed"
for program in "${programs[@]}"; do
  name=${program##*/}
  [ -x "$program" ] || say "$name is not executable"
  [ -n "$(find "$work" -path "*/man1/$name.1")" ] || say "$name has no man page installed"
  [[ "$name" == pcscd-place ]] && continue # a script with no options
  for completion in "completions/$name.bash" "site-functions/_$name" "vendor_completions.d/$name.fish"; do
    [ -s "$(find "$work" -path "*/$completion")" ] || say "$name has no $completion"
  done
done
for page in $(find "$work" -path '*/man/man*/*'); do
  name=${page##*/}
  if command -v man >/dev/null; then
    warnings=$(LC_ALL=C.UTF-8 man --warnings -l "$page" 2>&1 >/dev/null)
    [ -z "$warnings" ] || say "$name: $warnings"
  fi
  while read -r other section; do
    [ -n "$(find "$work" -path "*/man$section/$other.$section")" ] || say "$name names $other($section), which is not installed"
  done < <(sed -nE 's/^\.BR (emuicc[a-z-]*|pcscd-place) \(([15])\).*/\1 \2/p' "$page")
done

# What it says of itself is what is there, and what it ships is found where it is installed.
"$(find "$work" -path '*/bin/emuicc')" --print-capabilities >"$work/capabilities" || say "--print-capabilities fails"
python3 - "$work/capabilities" <<CHECK || say "--print-capabilities is not what is installed: $(cat "$work/capabilities")"
import json, pathlib, subprocess, sys
said = json.load(open(sys.argv[1]))
share = next(pathlib.Path("$work").rglob("share/emuicc"))
for kind, suffix in ("personalities", "personality"), ("faults", "faults"), ("profiles", "der"):
    assert sorted(said[kind]) == sorted(p.name[: -len(suffix) - 1] for p in (share / kind).glob("*." + suffix)), kind
emuicc = next(pathlib.Path("$work").rglob("bin/emuicc"))
options = subprocess.run([emuicc, "--help=options"], capture_output=True, text=True).stdout.split()
assert ["--" + name for name in said["options"]] + ["--help", "--version"] == options
assert said["version"] in subprocess.run([emuicc, "--version"], capture_output=True, text=True).stdout
assert said["pcsc"] == ["4.4", "4.5"] and "stdio" in said["readers"]
CHECK

# told PAGE KEY...: the page of section 5 explains each
told() {
  local page key
  page=$(find "$work" -path "*/man5/$1.5")
  [ -n "$page" ] || { say "there is no $1(5)"; return; }
  for key in "${@:2}"; do
    sed 's/\\-/-/g; s/\\f[BRIP]/ /g' "$page" | grep -qE -- "^(\.B|\.BR|\.I|\.IR| ).*(^| )$key( |,|\$)" || say "$1(5) does not explain $key"
  done
}
emuicc=$(find "$work" -path '*/bin/emuicc')
told emuicc-personality $("$emuicc" --personality keys | sed -n 's/^\([a-z]\)/\1/p' | sed 's/ = .*//' | sort -u)
told emuicc-faults status result delay mute drop cut-before-commit cut-after-commit EnableProfile
told emuicc-metadata $(sed -nE 's/^ *\{"([a-z0-9-]+)", (set|add)_.*/\1/p' "$source"/fs/text/metadata_text_*.c)
[ "$found" -eq 0 ] && echo "${#programs[@]} programs are installed with their pages"
exit "$found"
