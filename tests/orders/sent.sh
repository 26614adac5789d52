#!/bin/sh
# sent.sh BOURSE VENUES: what goes out is what was judged. Live runs at a local venue, with adapters that make mistakes and params that would change an order.
set -u
bourse=$1 venues=$2
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
enter
start_venues "$venues" --venues kraken --manual --keys --for 100
make_home
echo 'return { limits = { minute_notional = { USD = 5000 }, params = { "volume", "ordertype", "pair" } } }' >bourse.lua
cat >order.lua <<'LUA'
args { wants = { type = "text", default = "ok", help = "code or class of the answer" }, params = { type = "text", default = "", help = "NAME=VALUE" } }
local ex = exchange "kraken"
local bid = ex:fetch_order_book("BTC/USD").bids[1][1]
local name, value = args.params:match("^(.-)=(.*)$")
local ok, e = pcall(ex.create_order, ex, "BTC/USD", "limit", "buy", 0.00123, bid * 0.99, name and { [name] = value } or nil)
local got = ok and "ok" or e.code or e.class
print(got, ok and e.id or e.message)
assert(got == args.wants)
stop()
LUA


# try NAME SED-SCRIPT WANTS [PARAMS]: with kraken's adapter changed so
try() {
  sed "$2" "$root/exchanges/kraken.lua" >home/exchanges/kraken.lua
  [ -z "$2" ] || ! cmp -s "$root/exchanges/kraken.lua" home/exchanges/kraken.lua || fail "$1: the adapter was not changed"
  # shellcheck disable=SC2086
  timeout 30 "$bourse" run order.lua --home "$tmp/home" $urls --live --yes --arg "wants=$3" --arg "params=${4:-}" >out 2>err </dev/null ||
    { fail "$1"; cat out err; }
}
volume='{ "volume", volume }'
try "as it is" "" ok
"$bourse" orders --format json >list 2>err
[ "$(grep -c '"state": *"open"' list)" = 1 ] || { fail "the order is not open"; cat list err; }
try "an amount of its own" "s/$volume/{ \"volume\", \"0.1\" }/" guard:request
grep -q 'does not say its amount, 0.00123' out || { fail "which figure"; cat out; }
try "ten times as much" "s/$volume/{ \"volume\", volume .. \"0\" }/; s/local volume = by_cost.*/local volume = \"0.0123\"/" guard:request
try "a price of its own" 's/    r.price = price(o.price)$/    r.price = "1"/' guard:request
try "an order at the market" 's/    r.price = price(o.price)$/    r.ordertype = "market"/' guard:request
for param in volume=5 type=sell ordertype=market pair=XETHZUSD price=1 amount=5; do try "params $param" "" BadRequest "$param"; done
"$bourse" journal export events >events 2>err || fail "no journal"
[ "$(grep -c ',guard,.*the request that the adapter made' events)" = 4 ] || { fail "the refusals are not in the journal"; grep guard events; }
[ "$(grep -c '"sent"\|,sent,' events)" = 1 ] || { fail "more than one order was sent"; grep sent events | cut -c1-200; }
"$bourse" journal verify >out 2>err || { fail "the journal is not whole"; cat err; }
[ $failed -eq 0 ] && echo ok
exit $failed
