#!/bin/bash
# The recipes of tools/deploy, held against what is built: options, ports, packages, folders, the first EID.
# What they need to run (podman, Kubernetes, systemd, Slurm) is not needed here.
#   test_deploy.sh SOURCE BUILD
source=$1 build=$2
deploy=$source/tools/deploy
work=$(mktemp -d)
found=0
trap 'rm -rf "$work"' EXIT
say() { echo "$*"; found=1; }

mapfile -t programs < <(python3 -c '
import json, sys
for target in json.load(open(sys.argv[1])):
    if target["type"] == "executable" and target["installed"]:
        print(target["filename"][0])' "$build/meson-info/intro-targets.json")
[ "${#programs[@]}" -gt 0 ] || say "meson lists no program"
path_of() { printf '%s\n' "${programs[@]}" | grep -E "/$1\$"; }

# Each option behind a program's name, up to the end of its command, is one of its options. A line that
# ends with \ goes on; what the image runs stands in ENTRYPOINT, CMD and args of the farm.
named=0
while read -r program option; do
  named=$((named + 1))
  "$(path_of "$program")" --help=options | grep -qxF -- "$option" || say "$program has no option $option"
done < <(
  for recipe in "$deploy"/* "$deploy"/user/*; do
    [ -f "$recipe" ] || continue
    sed -E -e ':more; /\\$/{N; s/ *\\\n#? */ /; b more}' -e 's/(ENTRYPOINT|CMD|args:)/\1 emuicc-farm/' "$recipe" |
      tr '",[]' '    ' | tr ';|&' '\n\n\n' | awk '{
        program = ""
        for (i = 1; i <= NF; i++) {
          word = $i; sub(/.*\//, "", word)
          if (word ~ /^emuicc-(farm|lpa|smdpp|ctl|pki|line|modem|profile)$/) program = word
          else if (program != "" && $i ~ /^--[a-z-]+$/) print program, $i
        }
      }'
  done | sort -u)
[ "$named" -ge 8 ] || say "only $named options are found in the recipes"

# One port everywhere: the farm's own.
port=$("$(path_of emuicc-farm)" --help | grep -oE '127\.0\.0\.1:[0-9]+' | head -n 1 | cut -d: -f2)
for recipe in Containerfile kubernetes.yaml emuicc-farm@.service; do
  grep -q "$port" "$deploy/$recipe" || say "$recipe does not name the farm's port $port"
done

# The image's user and folder are those that Kubernetes is told.
user=$(sed -n 's/^USER \([0-9]*\):.*/\1/p' "$deploy/Containerfile")
grep -q "runAsUser: $user\$" "$deploy/kubernetes.yaml" || say "kubernetes.yaml does not run as $user"
grep -q "fsGroup: $user\$" "$deploy/kubernetes.yaml" || say "kubernetes.yaml does not give the volume to $user"
volume=$(sed -n 's/^VOLUME //p' "$deploy/Containerfile")
grep -q "mountPath: $volume}" "$deploy/kubernetes.yaml" || say "kubernetes.yaml does not mount $volume"
grep -qF "\"--state\", \"$volume/" "$deploy/Containerfile" || say "the image's state does not lie in $volume"

# What the image is built from is all that is needed: what meson and the packages take.
for folder in $(sed -n "s/^ *subdir('\(.*\)')/\1/p" "$source/meson.build" | grep -vx tests) tools/packages.sh debian docs; do
  grep -qE "^COPY $folder " "$deploy/Containerfile" || say "the Containerfile does not copy $folder"
done
for file in $(cat "$source"/debian/*.docs | grep -v /); do
  grep -qE "^COPY .*$file .*\./" "$deploy/Containerfile" || say "the Containerfile does not copy $file"
done

# The packages are built with what everything is built with.
for package in $(. "$source/tools/packages.sh" && tr ' ' '\n' <<<"$packages_run" | grep -E -- '-dev$|^(meson|ninja-build|pkg-config)$' | grep -vx libc6-dev); do
  sed -n '/^Build-Depends/,/^$/p' "$source/debian/control" | grep -qwF -- "$package" || say "debian/control does not name $package in Build-Depends"
done

# The chip that the job asks for is the first that a farm makes.
: >"$work/log"
"$(path_of emuicc-farm)" --cards 1 --state "$work/farm" --listen 127.0.0.1:0 2>"$work/log" &
farm=$!
until grep -q 'loops, at ' "$work/log"; do
  kill -0 "$farm" 2>/dev/null || { cat "$work/log"; exit 1; }
  sleep 0.05
done
kill "$farm" && wait "$farm"
grep -q "/$(ls "$work/farm/chips")\"" "$deploy/kubernetes.yaml" || say "the job's EID is not $(ls "$work/farm/chips")"

# The services are sandboxed: systemd's own judgement, of what they may still do.
if command -v systemd-analyze >/dev/null && systemd-analyze --help | grep -q -- --threshold; then
  for unit in emuicc@ emuicc-farm@ emuicc-pcscd@; do
    systemd-analyze security --offline=true --threshold=20 --no-pager "$build/tools/system-$unit.service" >"$work/security" 2>&1 ||
      say "$unit.service: $(tail -n 1 "$work/security")"
  done
fi
grep -q '/run/emuicc-pcscd/%i:/run/pcscd' "$deploy/emuicc-pcscd@.service" && grep -q 'PCSCD_PLACE=bound' "$deploy/emuicc-pcscd@.service" &&
  grep -q '"$PCSCD_PLACE" = bound' "$deploy/pcscd-place" || say "the service and pcscd-place do not agree on /run/pcscd"

# A page names each recipe.
for recipe in "$deploy"/* "$deploy"/user/*; do
  [[ "$recipe" == *.1 || -d "$recipe" ]] && continue # a man page, of pcscd-place
  cat "$source"/docs/{many-chips,installing}.md | grep -qE "(\`|deploy/|deploy/user/)${recipe##*/}( |\`)" ||
    say "neither docs/many-chips.md nor docs/installing.md names ${recipe##*/}"
done
for script in farm.slurm pcscd-place reader.sh; do bash -n "$deploy/$script" || say "$script cannot be read"; done
[ "$found" -eq 0 ] && echo "the recipes fit: $named options"
exit "$found"
