#!/bin/sh
# loss.sh BOURSE VENUES: the loss stop of a day over live runs; also at an exchange that tells its trades without their time.
set -eu
bourse=$1 venues=$2
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
enter loss.lua
echo 'return { limits = { order_notional = { USD = 1e4 }, loss = { USD = 20 }, orders_per_minute = 1000, price_band = 0.5 } }' > bourse.lua
start_venues "$venues" --venues kraken --manual --keys --funds USD=100000,BTC=5 --for 120
run() {
  # shellcheck disable=SC2086 # one word an option
  timeout 50 "$bourse" run loss.lua --live --yes $urls > out 2> err || { echo "$1"; cat out err; exit 1; }
  rm -f state/journal.db*
}
run "the loss stop"
make_home
sed 's/timestamp = "time|s,timestamp|iso", //' "$root/exchanges/kraken.lua" > home/exchanges/kraken.lua
! cmp -s "$root/exchanges/kraken.lua" home/exchanges/kraken.lua || { echo "trades have their time still"; exit 1; }
export BOURSE_HOME="$tmp/home"
run "trades without their time"
echo ok
