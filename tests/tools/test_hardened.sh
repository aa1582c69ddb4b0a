#!/bin/bash
# The programs as they are built: position independent, addresses bound at the start and read-only from then on, no
# stack that can be executed, stack protector, and FORTIFY and CET where compiler and build have them.
#   test_hardened.sh BUILD fortified|plain
build=$1 fortified=$2
command -v readelf >/dev/null || { echo "skipped: there is no readelf"; exit 77; }
found=0 count=0
say() { echo "$*"; found=1; }
# shows PROGRAM PATTERN OPTION...: readelf's lines
shows() { readelf --wide "${@:3}" "$1" 2>/dev/null | grep -qE -- "$2"; }

while read -r program; do
  name=${program##*/}
  count=$((count + 1))
  shows "$program" 'Type:.*DYN' --file-header || say "$name is not position independent"
  shows "$program" 'GNU_RELRO' --program-headers || say "$name: addresses stay writable (relro)"
  shows "$program" '(BIND_NOW|Flags:.*NOW)' --dynamic || say "$name: addresses are bound late (now)"
  ! shows "$program" 'GNU_STACK.*RWE' --program-headers || say "$name: its stack can be executed"
  shows "$program" '__stack_chk_fail' --dyn-syms || say "$name has no stack protector"
  [ "$fortified" = plain ] || shows "$program" '__[a-z]+_chk' --dyn-syms || say "$name is not fortified"
  case $(uname -m) in
    x86_64) objdump --disassemble=main "$program" 2>/dev/null | grep -q endbr64 || say "$name: main is no marked target of branches (CET)" ;;
    aarch64) objdump --disassemble=main "$program" 2>/dev/null | grep -qE 'bti|paciasp' || say "$name: main has no branch protection" ;;
  esac
done < <(python3 -c '
import json, sys
for target in json.load(open(sys.argv[1])):
    if target["type"] == "executable" and target["installed"]:
        print(target["filename"][0])' "$build/meson-info/intro-targets.json")
[ "$count" -gt 0 ] || say "meson lists no program"
[ "$found" -eq 0 ] && echo "$count programs are hardened ($fortified)"
exit "$found"
