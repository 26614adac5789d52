#!/bin/sh
# run.sh BOURSE VENUES: an adapter, or a dialect of one, saved while a strategy runs takes effect on its next call; a broken save keeps the one before and says
# why.
set -eu
bourse=$1 venues=$2
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
enter
start_venues "$venues" --venues luno --for 60
make_home
sed 's/bid = "bid", ask/bid = dialect("names").bid, ask/' "$root/exchanges/luno.lua" > home/exchanges/luno.lua
echo 'return { bid = "bid" }' > home/exchanges/dialects/names.lua

cat > watch.lua <<'LUA'
local ex = exchange "luno"
every(0.2, function()
  local ok, t = pcall(function() return ex:fetch_ticker("BTC/EUR") end)
  print(ok and (t.bid and "bid" or "nobid") or tostring(t))
end)
LUA
# shellcheck disable=SC2086 # one word an option
"$bourse" run watch.lua --home home $urls --for 9s > out 2> err &
run=$!
sleep 1.5
echo 'return {}' > home/exchanges/dialects/names.lua
sleep 1.5
echo 'return { bid = "bid" }' > home/exchanges/dialects/names.lua
sleep 1.5
sed 's/bid = dialect("names").bid, ask/ask/' home/exchanges/luno.lua > next && mv next home/exchanges/luno.lua
sleep 1.5
echo 'return { this is no Lua' > home/exchanges/luno.lua
wait $run || { echo "the run failed:"; cat err; exit 1; }

fail() { echo "$1"; echo "-- out"; uniq -c out; echo "-- err"; cat err; exit 1; }
[ "$(uniq out | paste -sd' ' -)" = "bid nobid bid nobid" ] || fail "not what was saved: the dialect, the dialect as it was, the adapter"
grep -q 'the saved file is not taken, the one before stays' err || fail "the broken save was not told"
echo ok
