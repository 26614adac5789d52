#!/bin/sh
# run.sh BOURSE VENUES: an adapter saved while a strategy runs takes effect on its next call; a broken save keeps the one before and says why.
set -eu
bourse=$1 venues=$2
dir=$(mktemp -d)
trap 'kill $server 2>/dev/null || true; rm -rf "$dir"' EXIT
root=$(cd "$(dirname "$0")/../.." && pwd)
mkdir -p "$dir/home/exchanges" "$dir/state"
cp "$root/registry.lua" "$dir/home/"
cp "$root/exchanges/luno.lua" "$dir/home/exchanges/"
"$venues" --venues luno --for 60 > "$dir/ports" &
server=$!
for _ in 1 2 3 4 5 6 7 8 9 10; do grep -q ready "$dir/ports" && break; sleep 0.2; done
url=$(awk '$1 == "luno" { print $2 }' "$dir/ports")
[ -n "$url" ] || { echo "no local venue"; exit 1; }

cat > "$dir/watch.lua" <<'LUA'
local ex = exchange "luno"
every(0.2, function()
  local ok, t = pcall(function() return ex:fetch_ticker("BTC/EUR") end)
  print(ok and (t.bid and "bid" or "nobid") or tostring(t))
end)
LUA
cd "$dir"
BOURSE_STATE="$dir/state" "$bourse" run watch.lua --home "$dir/home" --base-url "luno=$url" --for 6s > out 2> err &
run=$!
sleep 1.5
sed 's/bid = "bid", ask/ask/' home/exchanges/luno.lua > next && mv next home/exchanges/luno.lua
sleep 1.5
echo 'return { this is no Lua' > home/exchanges/luno.lua
wait $run || { echo "the run failed:"; cat err; exit 1; }

fail() { echo "$1"; echo "-- out"; uniq -c out; echo "-- err"; cat err; exit 1; }
[ "$(head -1 out)" = bid ] || fail "no call went through before the change"
[ "$(tail -1 out)" = nobid ] || fail "the saved adapter did not take effect, or the broken one did"
grep -q 'the saved file is not taken, the one before stays' err || fail "the broken save was not told"
[ "$(sort -u out | wc -l)" = 2 ] || fail "something else than the two answers"
echo ok
