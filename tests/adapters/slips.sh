#!/bin/sh
# slips.sh BOURSE: what host/lua/slips.lua takes for a slip of the recorder is met, and a fault of ours that is near it is seen: each row of slips/pairs.lua
# passes with what was meant, and fails with the fault.
set -eu
bourse=$1
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
BOURSE_STATE=$work/state
export BOURSE_STATE
mkdir -p "$work/exchanges" "$work/met" "$work/faulty"
cp "$here/../../registry.lua" "$work/"
cp "$here/slips/exchange.lua" "$work/exchanges/slips.lua"
cp "$here/slips/pairs.lua" "$work/met/slips.lua"
sed 's/^local faulty = false$/local faulty = true/' "$here/slips/pairs.lua" >"$work/faulty/slips.lua"

"$bourse" conform --home "$work" "$work/met/slips.lua"
rows=$("$bourse" conform --home "$work" --quiet "$work/met/slips.lua" | sed -n 's/^\([0-9]*\) passed, 0 failed$/\1/p')
"$bourse" conform --home "$work" "$work/faulty/slips.lua" >"$work/out" 2>"$work/err" || true
grep -qx "0 passed, $rows failed" "$work/out" || { cat "$work/out" "$work/err"; exit 1; }
if grep 'conform:\|attempt to' "$work/err"; then exit 1; fi
echo "ok: $rows pairs"
