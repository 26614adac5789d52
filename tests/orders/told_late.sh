#!/bin/sh
# told_late.sh BOURSE VENUES KILL_AT.so: a fill that the venue tells of long after its order's end is found while the session runs; one
# that it tells again with other figures is said.
set -eu
bourse=$1 venues=$2 shim=$3
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
enter told_late.lua
echo 'return { limits = { order_notional = { USD = 1e6 }, day_notional = { USD = 1e7 }, price_band = 0.5 } }' > bourse.lua
start_venues "$venues" --venues kraken --manual --keys --funds USD=100000,BTC=5 --fault-at kraken:cancel1=late:900000 --for 200
fail() { echo "$1"; cat out err; exit 1; }
reads() { "$venues" get "$(venue_url kraken)/-/served"; }

# Its clock runs 40 times as fast: five minutes take 7.5 s.
: > out
# shellcheck disable=SC2086 # one word an option
LD_LIBRARY_PATH=${shim%/*} LD_PRELOAD=${shim##*/} KILL_SPEED=40 "$bourse" run told_late.lua --live --yes $urls > out 2> err & run=$!
said_by $run out '^ok' 200 || fail "it did not get so far"
sleep 9
"$bourse" fills --format csv > fills 2> fills.err || fail "no fills"
[ "$(wc -l < fills)" -le 1 ] || fail "a fill was told already"
before=$(reads)
"$venues" post "$(venue_url kraken)/-/advance?ms=900000" > /dev/null
said_by $run err 'the exchange told it after the end' 400 || fail "it was not found"
echo "$(($(reads) - before)) requests"

# The exchange tells that trade again with other figures: that is said, once for the same ones, and those that were told first stand.
told_otherwise() {
  looks=$(reads)
  "$venues" post "$(venue_url kraken)/-/fault?read=restate" > /dev/null
  until_count 300 $((looks + 1)) reads || fail "it did not look again"
  said_by $run err 'is told again with other figures' 50 || fail "that it is told otherwise is not said"
}
"$bourse" fills --format csv > first 2> fills.err || fail "no fills"
told_otherwise
told_otherwise
"$bourse" fills --format csv > fills 2> fills.err || fail "no fills"
cmp first fills || fail "the fill is another"
kill $run
wait $run || true
[ "$(grep -c 'is told again with other figures' err)" -eq 1 ] || fail "it is not said once"
"$bourse" journal export events --format csv > events 2> events.err || fail "no events"
[ "$(grep -c ',differs,' events)" -eq 1 ] || fail "the journal does not tell of it once"
"$bourse" orders --format csv > out 2>> err || fail "no orders"
grep -q 'cancelled' out || fail "the order does not stay cancelled"
"$bourse" fills --format csv > fills 2> fills.err || fail "no fills"
[ "$(wc -l < fills)" -eq 2 ] || fail "the fill is not there"
"$bourse" journal verify > out 2> err || fail "the journal is not whole"
echo ok
