#!/bin/sh
# guard.sh BOURSE VENUES: limits of a bourse.lua and of a script, over whole runs on paper; configs that are wrong; what the guard says is in the journal.
set -eu
bourse=$1 venues=$2
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
cp "$here/guard.lua" "$tmp/"
cd "$tmp"
start_venues "$venues" --venues kraken --manual --for 100
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
# the file                                                              what is said: the file's name, the key, what was expected or is near
while IFS='|' read -r text says; do
  [ -z "$text" ] || wrong "$text" "bad.lua: $says"
done <<'ROWS'
return { limits = { order_notionel = { USD = 1 } } }|limits.order_notionel: no such limit (did you mean 'order_notional'?)
return { limits = { price_band = 5 } }|limits.price_band: a fraction
return { limits = { orders_per_minute = "many" } }|limits.orders_per_minute: a whole number from 0
return { limits = { open_orders = -1 } }|limits.open_orders: a whole number from 0
return { limits = { data_age_ms = 1 } }|limits.data_age_ms: a whole number from 50
return { limits = { order_notional = 100 } }|limits.order_notional: amounts by currency are expected: { USD = 100 }
return { limits = { order_notional = { usd = 100 } } }|limits.order_notional.usd: a currency is expected, in capitals
return { limits = { loss = { USD = -1 } } }|limits.loss.USD: a number of zero or more
return { limits = { self_cross = "no" } }|limits.self_cross: true or false
return { limits = { on_death = "leave" } }|limits.on_death: "cancel" or "keep"
return { limits = { symbols = "BTC/USD" } }|limits.symbols: a list of names
return { limits = { venues = { "krakn" } } }|limits.krakn: no such exchange (did you mean 'kraken'?)
return { limits = 5 }|limits: a table
return { limit = {} }|limit: no such field (did you mean 'limits'?); there are limits, venues, withdraw, paper
return { venues = { krakn = { limits = {} } } }|venues.krakn: no such exchange (did you mean 'kraken'?)
return { venues = { kraken = { limit = {} } } }|venues.kraken.limit: no such field (did you mean 'limits'?)
return { venues = { kraken = { limits = { on_death = "keep" } } } }|venues.kraken.limits.on_death: no such limit
return { venues = { kraken = { order_notional = { USD = 1 } } } }|venues.kraken.order_notional: no such field
return { withdraw = { address = {} } }|withdraw.address: no such field (did you mean 'addresses'?)
return { withdraw = { addresses = { BTC = "bc1q" } } }|withdraw.addresses.BTC: a list of addresses
return { withdraw = { addresses = { btc = { "bc1q" } } } }|withdraw.addresses.btc: a currency is expected, in capitals
return { paper = { balances = { USD = 1000 } } }|paper.balances.USD: balances are by venue: balances = { kraken = { USD = 1000 } }
return { paper = { balances = { krakn = { USD = 1000 } } } }|paper.balances.krakn: no such exchange (did you mean 'kraken'?)
return { paper = { balances = { kraken = { USD = "much" } } } }|paper.balances.kraken.USD: a number of zero or more
return { paper = { balance = { kraken = { USD = 1 } } } }|paper.balance: no such field (did you mean 'balances'?)
return { paper = { latency_ms = "slow" } }|paper.latency_ms: a whole number from 0
ROWS
wrong 'return 5' 'a table is expected'
wrong 'return {' 'bad.lua'
wrong 'while true do end' 'bad.lua'
wrong 'os.execute("id")' 'execute'
echo ok
