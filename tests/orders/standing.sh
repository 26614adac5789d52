#!/bin/sh
# standing.sh BOURSE VENUES KILL_AT.so: what create_order returns on each venue; what stands when a live run is told to end, and is told so
# twice; a pair with a leg that is not known for long.
set -eu
bourse=$1 venues=$2 shim=$3
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
enter standing.lua
echo 'return { limits = { order_notional = { USD = 1e6, USDT = 1e6 }, day_notional = { USD = 1e7, USDT = 1e7 }, price_band = 0.5 } }' > bourse.lua
start_venues "$venues" --venues kraken,bitstamp,binance,okx --manual --keys --funds USD=100000,USDT=100000,BTC=5 --for 120
fail() { echo "$1"; cat out err; exit 1; }

# run PART SPEED: in the background; speed is of its clock
run() {
  : > out
  # shellcheck disable=SC2086 # one word an option
  LD_LIBRARY_PATH=${shim%/*} LD_PRELOAD=${shim##*/} KILL_SPEED=$2 \
    "$bourse" run standing.lua --live --yes $urls --arg "part=$1" ${3:+--arg "venues=$3"} > out 2> err & run=$!
  said_by $run out '^ok' 200 || fail "$1: it did not get so far"
}
said() { tries=0; until grep -q "$1" err; do tries=$((tries + 1)); [ $tries -lt 100 ] || fail "it did not say: $1"; sleep 0.1; done; }
open_orders() { "$venues" get "$(venue_url kraken)/-/state" | tr '{' '\n' | grep -c '"status":"open"' || true; }

run placed 10 kraken,bitstamp,binance,okx
wait $run || fail "what create_order returned"

# Nothing stands: once is enough.
run calm 1
kill $run
begun=$(date +%s)
wait $run || true
[ $(($(date +%s) - begun)) -lt 5 ] || fail "it lingered for nothing"

# Once: it says what stands, leaves time to say it again, and leaves the order.
run rests 10
kill $run
wait $run || true
grep -q 'stands: order .*open (kraken)' err || fail "what stands is not told"
grep -q '1 orders stand; stop again within 10 s to cancel them' err || fail "that it can be stopped again is not told"
[ "$(open_orders)" -eq 1 ] || fail "the order does not stand"

# Twice: what is open is cancelled, that of the run before too.
run rests 1
kill $run
said 'stop again'
kill $run
wait $run || true
grep -q 'stopped twice: 2 open orders are cancelled' err || fail "twice is not the kill switch"
[ "$(open_orders)" -eq 0 ] || fail "an order stands"
"$bourse" orders --format csv > out 2> err || fail "no orders"
if grep -q ',open,' out; then fail "an order is open in the journal"; fi

# With the kill file it is the same.
run rests 1
kill $run
said 'stop again'
"$bourse" kill "a test" > /dev/null
wait $run || true
[ "$(open_orders)" -eq 0 ] || fail "the kill switch did not cancel what stood"
"$bourse" kill --undo > /dev/null

export BOURSE_STATE="$tmp/pair"
# A leg of a pair is not known for longer than the pair waits; when it is, the pair goes on.
aims=$(for i in $(seq 150); do echo "--fault-at kraken:read$i=lost-before"; done)
# shellcheck disable=SC2086 # one word an option
start_venues "$venues" --venues kraken,binance --manual --keys --funds USD=100000,USDT=100000,BTC=5 --for 60 --fault-at kraken:create1=lost $aims
run pair 40 kraken,binance
said 'pair 1: it is not known what was filled'
said 'pair 1 is done'
kill $run
wait $run || true
"$bourse" journal verify > out 2> err || fail "the journal is not whole"
echo ok
