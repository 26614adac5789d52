#!/bin/sh
# slips.sh BOURSE: what host/lua/slips.lua takes for a slip of the recorder is met, and a fault of ours that is near it is seen: each row of slips/pairs.lua
# passes with what was meant, and fails with the fault.
set -eu
bourse=$1
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
mkdir -p "$tmp/exchanges" "$tmp/met" "$tmp/faulty"
cp "$root/registry.lua" "$tmp/"
cp "$here/slips/exchange.lua" "$tmp/exchanges/slips.lua"
cp "$here/slips/pairs.lua" "$tmp/met/slips.lua"
sed 's/^local faulty = false$/local faulty = true/' "$here/slips/pairs.lua" >"$tmp/faulty/slips.lua"

"$bourse" conform --home "$tmp" "$tmp/met/slips.lua"
rows=$("$bourse" conform --home "$tmp" --quiet "$tmp/met/slips.lua" | sed -n 's/^\([0-9]*\) passed, 0 failed$/\1/p')
"$bourse" conform --home "$tmp" "$tmp/faulty/slips.lua" >"$tmp/out" 2>"$tmp/err" || true
grep -qx "0 passed, $rows failed" "$tmp/out" || { cat "$tmp/out" "$tmp/err"; exit 1; }
if grep 'conform:\|attempt to' "$tmp/err"; then exit 1; fi
echo "ok: $rows pairs"
