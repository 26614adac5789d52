#!/bin/sh
# offered.sh BOURSE: of the methods that a vector file's `has` says are true, an exchange object offers all but those that docs/not-offered.md argues.
set -eu
bourse=$1
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
for file in "$root"/tests/vectors/*.json; do
  names=$(sed -n 's/^"has":{\(.*\)},*$/\1/p' "$file" | tr ',' '\n' | sed -n 's/^"\([a-z0-9_]*\)":true$/"\1",/p' | tr -d '\n')
  [ -n "$names" ] || { echo "$file: no has"; exit 1; }
  echo "{ \"$(basename "$file" .json)\", $names },"
done > "$tmp/rows"
{
  echo "for _, row in ipairs {"
  cat "$tmp/rows"
  cat <<'LUA'
} do
  local ex = exchange(row[1])
  for i = 2, #row do
    if ex.has[row[i]] == false then print(row[1] .. " " .. row[i]) end
  end
end
LUA
} > "$tmp/has.lua"
"$bourse" run "$tmp/has.lua" > "$tmp/absent" 2> "$tmp/err" || { cat "$tmp/err"; exit 1; }
[ -s "$tmp/absent" ]
while read -r id name; do
  grep -q "^| [^|]*\b$id\b[^|]*|[^|]*\`$name\`" "$root/docs/not-offered.md" || { echo "$id: $name is neither offered nor argued"; exit 1; }
done < "$tmp/absent"
echo "ok: $(wc -l < "$tmp/absent") argued"
