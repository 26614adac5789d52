#!/bin/sh
# crash_no_ids.sh CRASH BOURSE VENUES KILL_AT.so SESSION.lua OPTIONS...: the same kills at exchanges that take no id of the client's own, so that an order whose
# reply was not seen is told by what it is. The four adapters are the usual ones, robbed of theirs.
set -eu
crash=$1 bourse=$2 venues=$3 shim=$4 session=$5
shift 5
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
all=kraken,bitstamp,binance,okx
make_home
for id in kraken bitstamp binance okx; do
  sed '/^  client_id = "/d' "$root/exchanges/$id.lua" > "$tmp/home/exchanges/$id.lua"
  ! cmp -s "$root/exchanges/$id.lua" "$tmp/home/exchanges/$id.lua" || { echo "$id has its ids still"; exit 1; }
done
export BOURSE_HOME="$tmp/home"

# No order has an id of the client's own.
start_venues "$venues" --venues $all --manual --keys --for 300
for id in kraken bitstamp binance okx; do
  quote=USD
  case $id in binance | okx) quote=USDT ;; esac
  # shellcheck disable=SC2086 # one word an option
  "$bourse" call $id create_order BTC/$quote market buy 0.001 $urls --live --yes > "$tmp/out" 2> "$tmp/err" || { cat "$tmp/out" "$tmp/err"; exit 1; }
done
"$bourse" orders --format json > "$tmp/out" 2> "$tmp/err" || { cat "$tmp/err"; exit 1; }
[ "$(grep -c '"state": *"filled"' "$tmp/out")" = 4 ] || { echo "not all were filled"; cat "$tmp/out"; exit 1; }
if grep '"client_id": *"' "$tmp/out"; then echo "an order has an id of the client's own"; exit 1; fi

# Killed when the reply was on disk, and not read: the order is found by the id in it. It was over at once, so that nothing else tells of it.
cd "$tmp"
echo 'sleep(2) stop()' > idle.lua
last() { "$bourse" orders --format csv 2> /dev/null | tail -1; }
# killed_at STEP: and whether the reply was on disk then
killed_at() {
  rm -rf state
  # shellcheck disable=SC2086 # one word an option
  LD_LIBRARY_PATH=${shim%/*} LD_PRELOAD=${shim##*/} KILL_AT=$1 KILL_HOW=after \
    "$bourse" call bitstamp create_order BTC/USD limit buy 0.001 63500 '{"timeInForce":"IOC"}' $urls --live --yes > out 2> err || :
  "$bourse" journal export events 2> /dev/null | grep -q ',reply,'
}
before=1 at=400
while [ $((at - before)) -gt 1 ]; do
  step=$(((at + before) / 2))
  if killed_at $step; then at=$step; else before=$step; fi
done
killed_at $at || { echo "no step is that one"; cat err; exit 1; }
last | grep -q ',sent,' || { echo "it was not caught in between"; last; exit 1; }
# shellcheck disable=SC2086 # one word an option
timeout 50 "$bourse" run idle.lua --live --yes $urls > out 2> err || { cat out err; exit 1; }
last | grep -q ',cancelled,' || { echo "it was not found by its reply"; last; cat err; exit 1; }

TMPDIR=$tmp "$crash" "$bourse" "$venues" "$shim" "$session" --venues $all "$@"
