#!/bin/sh
# docs.sh ROOT: the page of the API names every method that there is, and the documents' links lead somewhere.
set -eu
cd "$1"
bad=0
for name in $(sed -n 's/^  \([a-z_0-9]*\) = { ".*/\1/p' host/lua/methods.lua); do
  grep -q "\b$name\b" docs/api.md || { echo "docs/api.md: no $name"; bad=1; }
done
for file in README.md docs/*.md; do
  for link in $(grep -o '](\([^)#]*\)' "$file" | sed 's/^](//' | grep -v '^http' || true); do
    [ -e "$(dirname "$file")/$link" ] || { echo "$file: a link to $link, which is not there"; bad=1; }
  done
done
exit $bad
