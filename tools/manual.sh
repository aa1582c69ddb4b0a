#!/bin/sh
# manual.sh MANDOC FOLDER PAGE...: the manual pages as HTML in a folder, made anew, with an index. Pages of
# this project name each other by links.
set -eu
mandoc=$1 out=$2
shift 2
rm -rf "$out"
mkdir -p "$out"
{
  echo '<!DOCTYPE html>'
  echo '<html lang="en"><head><meta charset="utf-8"><title>emuicc: manual pages</title></head><body>'
  echo '<h1>emuicc: manual pages</h1><ul>'
  for page in "$@"; do
    name=${page##*/}
    title=$(sed -n '/^\.SH NAME/{n;p;q}' "$page" | sed 's/^[^ ]* \\- //; s/\\-/-/g; s/&/\&amp;/g; s/</\&lt;/g')
    echo "<li><a href=\"$name.html\">$name</a>: $title</li>"
  done
  echo '</ul></body></html>'
} >"$out/index.html"
links=
for page in "$@"; do
  name=${page##*/}
  links="$links;s,<b>${name%.*}</b>(${name##*.}),<a href=\"$name.html\">&</a>,g"
done
for page in "$@"; do "$mandoc" -T html "$page" | sed "${links#;}" >"$out/${page##*/}.html"; done
