#!/bin/sh
# cancelled.sh BOURSE VENUES: an order whose cancel is confirmed does not stand in the way of the next one, at each venue; one whose cancel is not, does.
set -eu
bourse=$1 venues=$2
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
enter cancelled.lua
echo 'return { limits = { order_notional = { USD = 1e6, USDT = 1e6 }, orders_per_minute = 1000, open_orders = 100 } }' > bourse.lua
all=kraken,bitstamp,binance,okx
# run PART VENUES OPTIONS-OF-VENUES...
run() {
  part=$1 where=$2
  shift 2
  rm -rf state
  start_venues "$venues" --venues "$where" --manual --keys --funds USD=100000,USDT=100000,BTC=5 --for 60 "$@"
  # shellcheck disable=SC2086 # one word an option
  timeout 50 "$bourse" run cancelled.lua --live --yes $urls --arg "part=$part" --arg "venues=$where" > out 2> err || { echo "$part"; cat out err; exit 1; }
}
run confirmed $all
run all kraken,bitstamp,binance
run slow kraken --fault-at cancel1=delay:900
run lost kraken --fault-at cancel1=reject --fault-at cancel2=reject --fault-at cancel3=reject --fault-at cancel4=reject
"$bourse" journal verify > out 2> err || { cat err; exit 1; }
echo ok
