#!/bin/sh
# evidence.sh BOURSE: host/lua/evidence.lua and docs/exchanges.md are what ./dev evidence would make now, and the README shows what the program does.
set -eu
bourse=$1
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
"$bourse" conform "$root/tests/vectors" --format lua > "$tmp/evidence.lua" 2>/dev/null || true
cmp "$tmp/evidence.lua" "$root/host/lua/evidence.lua" || { echo "run ./dev evidence"; exit 1; }
"$bourse" exchanges --format markdown > "$tmp/table.md"
grep -q '^| kraken |' "$tmp/table.md"
grep '^|' "$root/docs/exchanges.md" | cmp - "$tmp/table.md" || { echo "run ./dev evidence"; exit 1; }
sed -n '/^    $ bourse exchanges --country Japan --status active$/,/^$/s/^    \([^$]\)/\1/p' "$root/README.md" > "$tmp/readme"
grep -q vectors "$tmp/readme"
"$bourse" exchanges --country Japan --status active 2>/dev/null | cmp - "$tmp/readme" || { echo "README.md: the table of Japan's exchanges is another one"; exit 1; }
echo ok
