#!/bin/bash
# The programs as they are built: position independent, addresses bound at the start and read-only from then on, no
# stack that can be executed, stack protector, and FORTIFY and CET where compiler and build have them. As they run:
# no core dump.
#   test_hardened.sh BUILD fortified|plain
build=$1 fortified=$2
command -v readelf >/dev/null || { echo "skipped: there is no readelf"; exit 77; }
found=0 count=0
say() { echo "$*"; found=1; }
# shows PROGRAM PATTERN OPTION...: readelf's lines
shows() { readelf --wide "${@:3}" "$1" 2>/dev/null | grep -qE -- "$2"; }
# dumps PROGRAM: true unless its limit is 0 while it cannot get rid of its help, since a pipe is full
dumps() {
  ! python3 - "$1" <<'END'
import fcntl, os, subprocess, sys, time
reader, writer = os.pipe()
fcntl.fcntl(writer, 1031, 4096) # F_SETPIPE_SZ
os.write(writer, bytes(4096))
process = subprocess.Popen([sys.argv[1], "--help"], stdout=writer, stderr=subprocess.DEVNULL)
limits = ""
for _ in range(200):
    with open(f"/proc/{process.pid}/limits") as file:
        limits = next(line for line in file if line.startswith("Max core file size"))
    if limits.split()[4:6] == ["0", "0"] or process.poll() is not None:
        break
    time.sleep(0.05)
os.close(reader)
process.wait()
sys.exit(limits.split()[4:6] != ["0", "0"])
END
}

while read -r program; do
  name=${program##*/}
  count=$((count + 1))
  shows "$program" 'Type:.*DYN' --file-header || say "$name is not position independent"
  shows "$program" 'GNU_RELRO' --program-headers || say "$name: addresses stay writable (relro)"
  shows "$program" '(BIND_NOW|Flags:.*NOW)' --dynamic || say "$name: addresses are bound late (now)"
  ! shows "$program" 'GNU_STACK.*RWE' --program-headers || say "$name: its stack can be executed"
  shows "$program" '__stack_chk_fail' --dyn-syms || say "$name has no stack protector"
  [ "$fortified" = plain ] || shows "$program" '__[a-z]+_chk' --dyn-syms || say "$name is not fortified"
  dumps "$program" && say "$name may leave a core dump"
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
