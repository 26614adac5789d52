#!/bin/sh
# evidence.sh BOURSE ROOT: host/lua/evidence.lua and docs/exchanges.md are what ./dev evidence would make now, and the README shows what the program does.
set -eu
bourse=$1 root=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
BOURSE_STATE=$work/state
export BOURSE_STATE
"$bourse" conform "$root/tests/vectors" --format lua > "$work/evidence.lua" 2>/dev/null || true
cmp "$work/evidence.lua" "$root/host/lua/evidence.lua" || { echo "run ./dev evidence"; exit 1; }
"$bourse" exchanges --format markdown > "$work/table.md"
grep -q '^| kraken |' "$work/table.md"
grep '^|' "$root/docs/exchanges.md" | cmp - "$work/table.md" || { echo "run ./dev evidence"; exit 1; }
sed -n '/^    $ bourse exchanges --country Japan --status active$/,/^$/s/^    \([^$]\)/\1/p' "$root/README.md" > "$work/readme"
grep -q vectors "$work/readme"
"$bourse" exchanges --country Japan --status active 2>/dev/null | cmp - "$work/readme" || { echo "README.md: the table of Japan's exchanges is another one"; exit 1; }
echo ok
