# recording.sh: sourced after provision.sh: what an emuicc-lpa --record has written of both interfaces.
# The recording is $work/session.txt.

# said FUNCTION DIRECTION: the first message of this function, > sent or < received
said() { sed -n "s/^$1 $2 //p" "$work/session.txt" | head -n 1; }
# es9 FUNCTION DIRECTION MEMBER: a member that is base64, in hexadecimal; nothing if it is not there
es9() {
  said "ES9+.$1" "$2" | python3 -c '
import base64, json, sys
value = json.loads(sys.stdin.readline() or "{}").get(sys.argv[1])
print("" if value is None else base64.b64decode(value).hex().upper())' "$3"
}
called() { grep -q "^$1 >" "$work/session.txt"; }

# has WHAT HEX PART...: each part is in it; lacks: none is
has() {
  local what=$1 hex=$2 part
  shift 2
  for part in "$@"; do [[ "$hex" == *"$part"* ]] || fail "$what lacks $part: $hex"; done
}
lacks() {
  local what=$1 hex=$2 part
  shift 2
  for part in "$@"; do [[ "$hex" != *"$part"* ]] || fail "$what has $part: $hex"; done
}

# member DOCUMENT PATH: one member of a JSON document, "error.code" or "profiles.0.state"
member() {
  python3 -c '
import json, sys
value = json.load(open(sys.argv[1]))
for key in sys.argv[2].split("."):
    value = value[int(key)] if isinstance(value, list) else value.get(key, "")
print(value)' "$1" "$2"
}
