#!/bin/sh
# clock.sh BOURSE VENUES SHIFT: clocks that are set by an hour while there are orders, this machine's and an exchange's: said or refused, and nothing is lost.
set -u
bourse=$1 venues=$2 folder=${3%/*} shift_clock=${3##*/}
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
enter clock.lua
echo 0 >here.ms
echo 0 >there.ms
limits='order_notional = { USD = 100, USDT = 100 }, minute_notional = { USD = 1e5, USDT = 1e5 }, orders_per_minute = 1000, open_orders = 100, self_cross = true'
echo "return { limits = { $limits } }" >bourse.lua

# session NAME FILE MS MS: a session at four venues; when it says so, FILE's clock is set by so much
session() {
  name=$1 file=$2 first=$3 second=$4
  rm -rf "$tmp/state"
  CLOCK_SHIFT=$tmp/there.ms LD_LIBRARY_PATH=$folder LD_PRELOAD=$shift_clock \
    start_venues "$venues" --venues kraken,binance,bitstamp,okx --manual --keys --for 200
  # shellcheck disable=SC2086
  CLOCK_SHIFT=$tmp/here.ms LD_LIBRARY_PATH=$folder LD_PRELOAD=$shift_clock timeout 60 \
    "$bourse" run clock.lua $urls --live --yes --arg "venues=$names" >out 2>err </dev/null &
  run=$!
  for step in "as it is=$first" "ahead=$second" "back=0"; do
    tries=0
    until grep -q "READY ${step%=*}" out; do
      tries=$((tries + 1))
      if [ $tries -gt 300 ] || ! kill -0 $run 2>/dev/null; then fail "$name: it did not come to '$step'"; cat out err; return; fi
      sleep 0.1
    done
    echo "${step#*=}" >"$file"
  done
  wait $run || { fail "$name: it ended with $?"; cat err; }
}

# agree NAME: what was placed is in the journal as open, and at the venues; the journal is whole
agree() {
  placed=$(sed -n 's/^placed //p' out)
  "$bourse" orders --open --format csv >list 2>err.list || { fail "$1: no list"; cat err.list; }
  [ "$(grep -c ',open,' list)" = "$placed" ] || { fail "$1: $placed were placed, and open in the journal are"; cat list out err; }
  there=0
  for id in kraken binance bitstamp okx; do
    there=$((there + $("$venues" get "$(venue_url $id)/-/state" | tr ',' '\n' | grep -c '"status":"open"')))
  done
  [ "$there" = "$placed" ] || { fail "$1: $placed were placed, and open at the venues are $there"; cat out err; }
  "$bourse" journal verify >verdict 2>&1 || { fail "$1: the journal is not whole"; cat verdict; }
}

session "this clock" here.ms 3600000 -3600000
grep -q 'clock was set ahead by 3600' err && grep -q 'clock was set back by 7200' err || { fail "that the clock was set is not said"; cat err; }
for id in kraken binance okx; do      # bitstamp does not tell its time
  [ "$(grep -c "	$id	placed" out)" = 4 ] || { fail "$id: not all were placed"; cat out; }
done
agree "this clock"
session "their clock" there.ms 3600000 -3600000
agree "their clock"
grep -q "clock is .* \(ahead\|behind\|away\)" err out || { fail "that their clock was set is not said"; cat err out; }
[ $failed -eq 0 ] && echo ok
exit $failed
