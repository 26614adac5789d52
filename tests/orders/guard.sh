#!/bin/sh
# guard.sh BOURSE VENUES: limits of a bourse.lua and of a script, over whole runs on paper; configs that are wrong; what the guard says is in the journal.
set -eu
bourse=$1 venues=$2
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
enter guard.lua
start_venues "$venues" --venues kraken --manual --for 120
url=$(venue_url kraken)
fail() { echo "$1"; cat out err; exit 1; }
run() { part=$1; shift; timeout 30 "$bourse" run guard.lua --base-url "kraken=$url" --arg "part=$part" "$@" > out 2> err; }

cat > bourse.lua <<'LUA'
-- What an order may be.
local dollars = 200
return {
  limits = { symbols = { "BTC/USD" }, order_notional = { USD = dollars }, day_notional = { USD = 5000 }, orders_per_minute = 8, open_orders = 5 },
  withdraw = { addresses = { BTC = { "bc1qmine" } } },
  paper = { balances = { kraken = { USD = 100000, BTC = 1 } } },
}
LUA
run limits || fail "the limits of bourse.lua"
rm -rf state
run loop || fail "the loop"
grep -q '^taken 5 guard:open_orders' out || fail "an order loop was not stopped by open_orders"
"$bourse" journal export events --paper > out 2> err || fail "no journal"
grep -q 'orders are open; bourse.lua allows 5' out || fail "the refusal is not in the journal"
"$bourse" journal verify --paper > out 2> err || fail "the journal is not whole"

# Another file, by name; without one, the built-in limits.
echo 'return { limits = { order_notional = { USD = 1 } } }' > other.lua
run limits --config other.lua && fail "a narrower config was not heeded"
grep -q 'allows 1' err || fail "which limit"
rm bourse.lua
run loop || fail "without a config"
run loop --config nowhere.lua && grep -q '^taken' out && ! grep -q '^taken 0' out && fail "a config that is not there"
grep -q 'nowhere.lua' err || fail "the missing config is not named"

# Wrong ones: no order, and a sentence that says what is wrong.
wrong() {
  printf '%s\n' "$1" > bad.lua
  run loop --config bad.lua || true
  grep -q '^taken 0' out || fail "orders with a wrong config: $1"
  grep -qF -e "$2" err || fail "'$2' is not said of: $1"
}
wrong 'return { limits = { order_notionel = { USD = 1 } } }' "bad.lua: limits.order_notionel: no such limit (did you mean 'order_notional'?)"
wrong 'return { venues = { krakn = { limits = {} } } }' "bad.lua: venues.krakn: no such exchange (did you mean 'kraken'?)"
wrong 'return { paper = { balances = { USD = 1000 } } }' 'bad.lua: paper.balances.USD: balances are by venue: balances = { kraken = { USD = 1000 } }'
wrong 'return 5' 'a table is expected'
wrong 'return {' 'bad.lua'
wrong 'while true do end' 'bad.lua'
wrong 'os.execute("id")' 'execute'
echo ok
