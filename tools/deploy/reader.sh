#!/bin/bash
# What the image 'reader' runs: pcscd, whose socket is in the volume /run/pcscd, and a chip in its reader.
# Options of emuicc may follow. Ends when one of the two does, or when it is told to.
mkdir -p /run/pcscd /var/lib/emuicc
# pcscd 2 asks polkit who may use readers; in here there is none, and who has the socket may.
polkit=
if pcscd --help 2>&1 | grep -q -- --disable-polkit; then polkit=--disable-polkit; fi
rm -f /run/pcscd/pcscd.comm /run/pcscd/pcscd.pid
pcscd --foreground $polkit &
emuicc --vpcd 127.0.0.1:35963 --state /var/lib/emuicc/chip "$@" &
stopped=
trap 'stopped=1; kill $(jobs -p) 2>/dev/null' TERM INT
wait -n
status=$?
[ -z "$stopped" ] || status=0
kill $(jobs -p) 2>/dev/null
wait
exit "$status"
