# script.sh: sourced by tools/start, tools/check and tools/bench, from the root of the checkout.
. tools/packages.sh

script=tools/${0##*/}

# script_help: the comment with which the script begins
script_help() { sed -n '2,/^[^#]/{/^#/s/^# \{0,1\}//p}' "$script"; }
# script_refuse OPTION
script_refuse() { echo "$script: $1 is not an option; try $script --help" >&2; exit 2; }

# followed LOG COMMAND...: its output in LOG; while it runs, its last line now and then, as
# ninja's "[120/900] Compiling ..."
followed() {
  local log=$1 pid line shown= next=$((SECONDS + 5))
  shift
  "$@" >"$log" 2>&1 </dev/null &
  pid=$!
  while kill -0 "$pid" 2>/dev/null; do
    sleep 0.2
    [ "$SECONDS" -ge "$next" ] || continue
    next=$((SECONDS + 10))
    line=$(tail -n 1 "$log" | cut -c1-76)
    [ -z "$line" ] || [ "$line" = "$shown" ] || printf '  %s\n' "$line"
    shown=$line
  done
  wait "$pid"
}
