#!/bin/sh
# The same calls again and again, for which the request of before is sent: each gets its own answer, also after failures and after the market list was read anew.
# Usage: again.sh BOURSE BOURSE-VENUES
set -u
bourse=$1 venues=$2
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
cd "$tmp" || exit 1
start_venues "$venues" --venues binance,kraken --seed 1 --for 100

cat >again.lua <<'LUA'
local binance, kraken = exchange "binance", exchange "kraken"
local calls = {
  function(ex) return ex:fetch_order_book("BTC/USDT", 5), 5 end, function(ex) return ex:fetch_order_book("BTC/USDT", 10), 10 end,
  function(ex) return ex:fetch_order_book("ETH/USDT", 5), 5 end, function(ex) return ex:fetch_order_book("BTC/USDT", 10, { limit = 5 }), 5 end,
}
local symbols = { "BTC/USDT", "BTC/USDT", "ETH/USDT", "BTC/USDT" }
local function round(ex, n)
  local last = 0
  for _ = 1, n do
    for i, call in ipairs(calls) do
      local b, limit = call(ex)
      assert(b.symbol == symbols[i], "another symbol")
      assert(i == 4 or #b.bids == limit and #b.asks == limit, "another limit: " .. #b.bids)
      assert(b.received >= last, "an older reply")
      last = b.received
    end
    for _, symbol in ipairs { "BTC/USDT", "ETH/USDT" } do assert(ex:fetch_ticker(symbol).symbol == symbol, "another ticker") end
    local ok, e = pcall(ex.fetch_order_book, ex, "NO/SUCH", 5)
    assert(not ok and e.class == "BadSymbol", "a symbol that is not there")
    ok, e = pcall(ex.fetch_order_book, ex, "BTC/USDT", "five")
    assert(not ok and e.class == "BadRequest", "a limit that is none")
  end
end
for _, ex in ipairs { binance, kraken } do
  round(ex, 3)
  ex:load_markets(true)
  round(ex, 3)
  together(function() round(ex, 2) end, function() round(ex, 2) end)
end
print "all of them"
-- The venue ends, and what is asked fails; it comes again at the same place, and is answered as before.
local failures = 0
every(0.2, function()
  local ok, e = pcall(binance.fetch_ticker, binance, "BTC/USDT")
  if not ok and e.class ~= "ExchangeNotAvailable" then error("another failure: " .. tostring(e), 0) end
  if not ok then
    failures = failures + 1
    if failures == 1 then print "gone" end
  elseif failures > 0 then
    print(e.symbol)
    stop()
  end
end)
LUA
# shellcheck disable=SC2086 # the options are words
"$bourse" run again.lua --for 40s $urls --timeout 1 >out 2>err </dev/null &
run=$!
said_by $run out 'all of them' 300 || { fail "the calls"; cat err; }
port=$(venue_url binance | sed 's/.*://')
stop "$server"
said_by $run out gone 200 || fail "that the venue is gone was not noticed"
"$venues" --venues binance --seed 1 --for 60 --port-base "$port" >again.out 2>again.err &
servers="$servers $!"
wait $run || { fail "exit $?"; cat err again.err; }
[ "$(tail -n 1 out)" = "BTC/USDT" ] || { fail "no answer after the failures"; cat out err; }
[ $failed -eq 0 ] && echo ok
exit $failed
