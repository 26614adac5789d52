#!/bin/sh
# The real adapters trade on the local venues, over HTTP: orders are placed, looked up, filled and canceled on each, own trades and balances
# agree, and the usual failures come as their unified class. Usage: trade.sh BOURSE BOURSE-VENUES
set -u
bourse=$1 program=$2
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
checks=0

# start OPTIONS...: with little money, in a world that stands still
start() { start_venues "$program" --for 550 --keys --manual --venues binance,kraken,bitstamp,okx --funds USD=100,USDT=100,BTC=0.01 "$@"; }

# call METHOD ARGS...: $out has what it says, on stdout or stderr
# Limits that let everything through, and a journal of its own for each call: what is asked here is the venue's word.
echo 'local most = { USD = 1e9, USDT = 1e9, BTC = 1e9 }
return { limits = { order_notional = most, day_notional = most, loss = most, orders_per_minute = 10000, open_orders = 10000, price_band = 1, self_cross = true } }' >"$tmp/bourse.lua"
call() {
  what=$*
  rm -f "$tmp/state-$venue"/journal.*
  out=$(BOURSE_STATE=$tmp/state-$venue "$bourse" call --config "$tmp/bourse.lua" "$venue" "$@" --live --yes --format json \
    --base-url "$venue=$(venue_url "$venue")" 2>&1 </dev/null)
}
state() { out=$("$program" get "$(venue_url "$venue")/-/state"); what="/-/state"; }
advance() { "$program" post "$(venue_url "$venue")/-/advance?ms=$1" >/dev/null || bad "the world did not move"; }
fault() { "$program" post "$(venue_url "$venue")/-/fault?$1" >/dev/null || bad "no fault $1"; }

bad() { echo "trade.sh: $venue: $what: $*" >&2; echo "  $out" | cut -c1-600 >&2; failed=1; }
has() { for text in "$@"; do checks=$((checks + 1)); case $out in *"$text"*) ;; *) bad "no $text" ;; esac; done; }
has_not() { checks=$((checks + 1)); case $out in *"$1"*) bad "there is $1" ;; esac; }
fails() { has "bourse: $venue: $1: "; }
first_id() { id=$(echo "$out" | tr ',{' '\n\n' | sed -n 's/^"id":"\([^"]*\)".*/\1/p' | head -n 1); }
number() { echo "$out" | tr ',{' '\n\n' | sed -n "s/^\"$1\":\([0-9.e+-]*\)}*.*/\1/p" | head -n 1; }
product() { awk "BEGIN { printf \"%.*f\", $3, $1 * $2 }"; }

# What every venue does. $symbol, $decimals of a price, $mine: the name of an own id, of $own ids; lookup: how an order is found by it.
trade() {
  call fetch_ticker "$symbol"
  bid=$(number bid) ask=$(number ask)
  [ -n "$bid" ] && [ -n "$ask" ] || { bad "no prices"; return; }
  low=$(product "$bid" 0.98 "$decimals") high=$(product "$ask" 1.02 "$decimals")

  # a limit order rests, and holds money
  call create_order "$symbol" limit buy 0.001 "$low" "{\"clientOrderId\":\"$own\"}"
  first_id; order=$id
  [ -n "$order" ] || bad "no id"
  lookup
  has "\"id\":\"$order\"" "\"clientOrderId\":\"$own\"" '"status":"open"' '"side":"buy"' '"remaining":0.001'
  call fetch_open_orders "$symbol"
  has "\"id\":\"$order\"" "\"price\":$(echo "$low" | sed 's/\(\.[0-9]*[1-9]\)0*$/\1/;s/\.0*$//')"
  call fetch_order "$order" "$symbol"
  has "\"id\":\"$order\"" '"status":"open"'
  call fetch_balance
  has_not "\"$quote\":{\"free\":100,"
  what=balance out=$(BOURSE_STATE=$tmp/state-$venue "$bourse" balance "$venue" --base-url "$venue=$(venue_url "$venue")" 2>&1 </dev/null)
  has "venue" "free" "$quote "

  # what is refused
  call create_order "$symbol" limit buy 0.001 "$low" "{\"clientOrderId\":\"$own\"}"
  twice
  call create_order "$symbol" limit buy 0.002 "$low"
  fails InsufficientFunds
  call create_order "$symbol" limit sell 0.5 "$high"
  fails InsufficientFunds
  call fetch_order "$unknown" "$symbol"
  fails OrderNotFound
  call cancel_order "$unknown" "$symbol"
  fails OrderNotFound

  # canceled once, not twice
  call cancel_order "$order" "$symbol"
  call cancel_order "$order" "$symbol"
  fails OrderNotFound
  call fetch_order "$order" "$symbol"
  has '"status":"canceled"'
  call fetch_open_orders "$symbol"
  has_not "\"id\":\"$order\""

  # a market order fills at once; own trades, balance and the venue's own state agree
  call create_order "$symbol" market sell 0.001
  first_id; order=$id
  call fetch_order "$order" "$symbol"
  has '"status":"closed"' '"filled":0.001' '"side":"sell"'
  call fetch_my_trades "$symbol"
  has "\"order\":\"$order\"" '"side":"sell"' "\"currency\":\"$quote\""
  call fetch_balance
  has '"BTC":{"free":0.009,"total":0.009,"used":0}'
  state
  has "\"id\":\"$order\"" '"BTC":{"total":"0.009","free":"0.009","held":"0"}'

  # a resting order is filled when the market comes to it: the world moves until it does
  call create_order "$symbol" limit sell 0.001 "$(product "$ask" 1.0002 "$decimals")"
  first_id; order=$id
  for _ in 1 2 3 4 5 6; do advance 600000; done
  call fetch_order "$order" "$symbol"
  has '"status":"closed"' '"filled":0.001'
  state
  has '"maker":true'

  # immediate-or-cancel, post-only
  call create_order "$symbol" limit sell 0.001 "$(product "$high" 1.5 "$decimals")" '{"timeInForce":"IOC"}'
  first_id
  call fetch_order "$id" "$symbol"
  has "\"status\":\"$ended\"" '"remaining":0.001'
  call create_order "$symbol" limit sell 0.001 "$(product "$low" 0.5 "$decimals")" '{"postOnly":true}'
  post_only

  # an answer that is lost: not known, but there
  fault create=lost
  call create_order "$symbol" limit sell 0.001 "$(product "$high" 1.5 "$decimals")" "{\"clientOrderId\":\"${own}b\"}"
  has "was taken by the exchange"
  own=${own}b
  lookup
  has "\"clientOrderId\":\"$own\"" '"status":"open"'
  fault create=lost-before
  call create_order "$symbol" limit sell 0.001 "$(product "$high" 1.5 "$decimals")" "{\"clientOrderId\":\"${own}c\"}"
  has "did not reach the exchange"
  call fetch_open_orders "$symbol"
  has_not "\"${own}c\""
  fault create=garbage
  call create_order "$symbol" limit sell 0.001 "$(product "$high" 1.5 "$decimals")" "{\"clientOrderId\":\"${own}d\"}"
  has "was taken by the exchange"
  call fetch_open_orders "$symbol"
  has "\"${own}d\""
  fault create=error:502
  call create_order "$symbol" limit sell 0.001 "$(product "$high" 1.5 "$decimals")" "{\"clientOrderId\":\"${own}e\"}"
  has "was taken by the exchange"
  call fetch_open_orders "$symbol"
  has "\"${own}e\""
  fault create=reject
  call create_order "$symbol" limit sell 0.001 "$(product "$high" 1.5 "$decimals")" "{\"clientOrderId\":\"${own}f\"}"
  has "bourse: $venue: "
  call fetch_open_orders "$symbol"
  has_not "\"${own}f\""
  first_id; order=$id

  # a cancellation that comes too late, and one that crosses a fill which is told later
  fault cancel=cross
  call cancel_order "$order" "$symbol"
  fails OrderNotFound
  call fetch_order "$order" "$symbol"
  has '"status":"closed"' '"filled":0.001'
  call fetch_open_orders "$symbol"
  first_id; order=$id
  fault cancel=late:5000
  call cancel_order "$order" "$symbol"
  call fetch_order "$order" "$symbol"
  has '"remaining":0.001'
  advance 5000
  call fetch_order "$order" "$symbol"
  has "\"status\":\"canceled\"" '"filled":0.0005'
  fault read=duplicate
  call fetch_my_trades "$symbol"
  n=$(echo "$out" | tr '{' '\n' | grep -c "\"order\":\"$order\"")
  [ "$n" -eq 2 ] || bad "the fill is told $n times, not twice"

  # the wrong key
  secret=$(printenv "BOURSE_${upper}_SECRET")
  export "BOURSE_${upper}_SECRET=d3Jvbmc="
  call fetch_balance
  fails AuthenticationError
  export "BOURSE_${upper}_SECRET=$secret"
}

lookup() { call fetch_order x "$symbol" "{\"clientOrderId\":\"$own\"}"; }
twice() { fails InvalidOrder; }
post_only() { first_id; call fetch_order "$id" "$symbol"; has '"status":"canceled"'; }
ended=canceled

start --seed 1

venue=bitstamp upper=BITSTAMP symbol=BTC/USD quote=USD decimals=0 own=mine-1 unknown=1450000099999999
twice() { first_id; call cancel_order "$id" "$symbol"; }       # takes the same own id as often as one likes
trade

venue=okx upper=OKX symbol=BTC/USDT quote=USDT decimals=1 own=mine1 unknown=1700000099999999999
twice() { fails InvalidOrder; }
trade

venue=binance upper=BINANCE symbol=BTC/USDT quote=USDT decimals=2 own=mine-1 unknown=27 ended=expired
post_only() { fails OrderImmediatelyFillable; }
trade
call create_order BTC/USDT limit sell 0.00002 90000
fails InvalidOrder
has 'the market BTC/USDT takes a cost of at least 5 USDT; '

venue=kraken upper=KRAKEN symbol=BTC/USD quote=USD decimals=1 own=mine1 unknown=OAAAAA-BBBBB-CCCCCC ended=canceled
twice() { fails DuplicateOrderId; }
post_only() { fails OrderImmediatelyFillable; }
trade
call create_order BTC/USD limit sell 0.00001 90000
fails InvalidOrder

kill "$server" && wait "$server"
[ $? -eq 0 ] && [ ! -s "$tmp/server.err" ] || { echo "trade.sh: the venues did not end well" >&2; cat "$tmp/server.err" >&2; failed=1; }
echo "trade.sh: $checks checks"
[ $checks -ge 150 ] || { echo "trade.sh: too few" >&2; failed=1; }
exit $failed
