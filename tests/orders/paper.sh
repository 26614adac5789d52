#!/bin/sh
# paper.sh BOURSE VENUES: orders on paper: fills, refusals, balances, the journal, and what stays over a restart.
set -eu
bourse=$1 venues=$2
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
enter paper.lua
echo 'return { limits = { order_notional = { USD = 1e6 }, day_notional = { USD = 1e7 }, orders_per_minute = 1000, price_band = 0.5 } }' > bourse.lua
start_venues "$venues" --venues kraken --manual --for 120
url=$(venue_url kraken)
fail() { echo "$1"; cat out err; exit 1; }
run() { timeout 30 "$bourse" run paper.lua --base-url "kraken=$url" --arg "part=$1" > out 2> err; }

run first || fail "the first run failed"
grep -q '^ok first' out || fail "the first run did not end well"
grep -q 'stands: order' err || fail "what stands at the end is not told"
run second || fail "the second run failed"
grep -q '^ok second' out || fail "the second run did not end well"
"$bourse" journal verify --paper > out 2> err || fail "the journal is not whole"
"$bourse" orders --paper --format csv > out 2> err || fail "no orders"
[ "$(grep -c ',rejected,' out)" -eq 2 ] || fail "refusals are not in the journal"
"$bourse" fills --paper --format json > out 2> err || fail "no fills"
"$bourse" kill "a test" > out 2> err || fail "no kill switch"
run killed || fail "with the kill switch on"
grep -q 'kill switch is on' err || fail "the kill switch is not told"
"$bourse" kill --undo > out

# The kill switch while orders rest: they are cancelled, what they held is free, and the session takes no more.
timeout 60 "$bourse" run paper.lua --base-url "kraken=$url" --arg part=rests > out 2> err & run=$!
until_said() { tries=0; until [ "$(grep -c "$2" "$3")" -ge "$1" ]; do tries=$((tries + 1)); [ $tries -lt 300 ] || fail "it did not say: $2"; sleep 0.1; done; }
until_said 1 '^ok rests' out
"$bourse" kill "a test" > killed
until_said 1 '2 open orders are cancelled' err
until_said 2 'order [0-9]* is cancelled' err
kill $run
wait $run || true
if grep -q 'stands' err; then fail "something stands"; fi
"$bourse" kill --undo > killed
"$bourse" orders --paper --format csv > out 2> err || fail "no orders"
if grep -q ',open,' out; then fail "an order is open"; fi
run after || fail "after the kill switch"

# Filled in parts, over the end of a run: each part is a fill of its own.
run partly || fail "the order that is filled in parts"
run rest || fail "the rest of it"
"$bourse" fills --paper --format csv > fills 2> err || fail "no fills"
order=$(tail -1 fills | cut -d, -f2)
[ "$(cut -d, -f2 fills | grep -cx "$order")" -ge 3 ] || { cat fills; fail "a part is not in the journal"; }

# The clerk, who keeps the account, is killed: the next one has it as it was.
timeout 60 "$bourse" run paper.lua --base-url "kraken=$url" --arg part=clerk > out 2> err & timer=$!
until_said 1 '^ok clerk' out
kill -KILL "$(pgrep -P "$(pgrep -P $timer)" | sort -n | tail -1)"
wait $timer || fail "the clerk was killed"
[ "$(grep -c '^ok clerk' out)" -eq 2 ] || fail "the clerk was killed"
"$bourse" journal verify --paper > out 2> err || fail "the journal is not whole"
echo ok
