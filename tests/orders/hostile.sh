#!/bin/sh
# hostile.sh BOURSE VENUES: a strategy that means harm, and adapters that do or are mistaken, in live runs at a local venue: nothing goes out that
# was not judged.
set -u
bourse=$1 venues=$2
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
enter hostile.lua
start_venues "$venues" --venues kraken --manual --keys --for 200
make_home
adapter=home/exchanges/kraken.lua
cat >bourse.lua <<'LUA'
return {
  limits = { order_notional = { USD = 200 }, orders_per_minute = 1000 },
  withdraw = { addresses = { XRP = { "rListed", "rListed:7" } } },
}
LUA

# run PART [CONFIG]: of hostile.lua
run() {
  # shellcheck disable=SC2086 # one word an option
  timeout 60 "$bourse" run hostile.lua --home "$tmp/home" $urls --live --yes --arg "part=$1" ${2:+--config "$2"} >out 2>err </dev/null
}
sent() { "$bourse" journal export events 2>/dev/null | grep -c ',sent,'; }

# The strategy, at an adapter that offers more than kraken's does: what is refused is refused before the adapter is asked.
sed 's|^  transfer = {$|  set_leverage = private("SetLeverage", { right = "trade", send = "leverage={leverage}" }),\
  borrow_cross_margin = private("Borrow", { right = "trade", send = "amount={amount}" }),\
  create_twap_order = private("AddOrder", { right = "trade", send = "pair={id} type={side} volume={amount}" }),\
  create_convert_trade = private("AddOrder", { right = "trade", send = "volume={amount}" }),\
  close_position = private("AddOrder", { right = "trade", send = "pair={id} type={side}" }),\
  edit_orders = private("EditOrder", { right = "trade" }),\
&|' "$root/exchanges/kraken.lua" >$adapter
[ "$(grep -c 'set_leverage\|edit_orders' $adapter)" = 2 ] || fail "the adapter was not changed"
run all || { fail "the strategy"; cat out err; }
[ "$(sent)" = 1 ] || { fail "more than the one good order was sent"; "$bourse" journal export events | grep ,sent, | cut -c1-200; }
"$bourse" journal export events | grep -q ',guard,.*leverage' || fail "the refusals are not in the journal"
# shellcheck disable=SC2086
"$bourse" call kraken private_post_addorder --home "$tmp/home" $urls --live --yes >out 2>err && fail "call: a raw endpoint"

echo 'return { limits = { order_notional = { USD = 200 }, params = { "leverage" } } }' >wider.lua
sed 's|{ "cl_ord_id", take "clientOrderId" }|&, { "leverage", (function() take "leverage" end)() }|' "$root/exchanges/kraken.lua" >$adapter
run allowed wider.lua || { fail "what bourse.lua names"; cat out err; }

# Where one address serves all calls, params do not make a trade of a reading.
sed 's|fetch_balance = private("BalanceEx", {|& send = "method=BalanceEx",|' "$root/exchanges/kraken.lua" >$adapter
run forged || { fail "reading with a method of its own"; cat out err; }

# Adapters: one good order is asked for, another one is made of it.
cat >order.lua <<'LUA'
local ex = exchange "kraken"
local bid = ex:fetch_order_book("BTC/USD").bids[1][1]
local ok, e = pcall(ex.create_order, ex, "BTC/USD", "limit", "buy", 0.00123, bid * 0.99)
print(ok and "ok" or e.code or e.class, ok and e.id or e.message)
stop()
LUA
# turned NAME SED-SCRIPT WANTS: with an adapter changed so, the answer is that, and nothing more was sent
turned() {
  sed "$2" "$root/exchanges/kraken.lua" >$adapter
  ! cmp -s "$root/exchanges/kraken.lua" $adapter || fail "$1: the adapter was not changed"
  before=$(sent)
  # shellcheck disable=SC2086
  timeout 30 "$bourse" run order.lua --home "$tmp/home" $urls --live --yes >out 2>err </dev/null || { fail "$1"; cat out err; }
  grep -q "^$3" out || { fail "$1: not $3"; cat out; }
  [ "$(sent)" = "$before" ] || fail "$1: it was sent"
}
turned "the other side" 's/{ "type", o.side }/{ "type", o.side == "buy" and "sell" or "buy" }/' guard:request
turned "another market" 's/first(r, "pair", a.id)/first(r, "pair", "XETHZUSD")/' guard:request
turned "ten times as much" 's/{ "volume", volume }/{ "volume", decimal.mul(volume, 10) }/' guard:request
turned "a market that is another one's" 's/first(r, "pair", a.id)/first(r, "pair", a:market_of("ETH\/USD").id)/' guard:request
"$bourse" journal verify >out 2>err || { fail "the journal is not whole"; cat err; }
[ $failed -eq 0 ] && echo ok
exit $failed
