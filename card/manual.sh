#!/bin/sh
# manual.sh TEMPLATE keys|words COMMAND...: a man page, with what the command prints in place of the line @TEXT@:
# keys are paragraphs, words stand as they are, folded.
set -eu
template=$1 form=$2
shift 2
"$@" | sed -e 's/\\/\\e/g' -e 's/-/\\-/g' | if [ "$form" = keys ]; then
  awk '/^[^ ]/ { key = $0; sub(/ = .*/, "", key); value = substr($0, length(key) + 4); print ".TP\n.B " key "\n.I " value; next }
    { sub(/^ +/, ""); print ".br\n" $0 }'
else
  fold -s -w 66
fi | sed -e '/^@TEXT@$/{r /dev/stdin
d
}' "$template"
