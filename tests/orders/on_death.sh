#!/bin/sh
# on_death.sh BOURSE VENUES: a strategy that dies with open orders, live and on paper: they are cancelled, and those of another strategy are not; with
# on_death = "keep" they stay, and are told. And on paper: stopped twice, and the kill file.
set -eu
bourse=$1 venues=$2
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
enter on_death.lua
cp on_death.lua other.lua
limits='order_notional = { USD = 1e4 }, price_band = 0.5'
start_venues "$venues" --venues kraken --manual --keys --funds USD=100000,BTC=5 --for 200
fail() { echo "$mode, $how: $1"; cat out err; exit 1; }
at_venue() { "$venues" get "$(venue_url kraken)/-/state" | tr '{' '\n' | grep -c '"status":"open"' || true; }
paper() { [ $mode = live ] || echo --paper; }
# standing WANTED: so many orders are open in the journal and at the venue
standing() {
  # shellcheck disable=SC2046 # one word an option
  "$bourse" orders $(paper) --format csv > orders 2> orders.err || fail "no orders"
  [ "$(grep -c ',open,' orders || true)" -eq "$1" ] || { cat orders; fail "not $1 orders are open in the journal"; }
  [ $mode = paper ] || [ "$(at_venue)" -eq "$1" ] || fail "not $1 orders are open at the venue"
  # shellcheck disable=SC2046 # one word an option
  "$bourse" journal verify $(paper) > verify 2>&1 || { cat verify; fail "the journal is not whole"; }
}
# begin MODE HOW SCRIPTS...: in the background, until each has its orders
begin() {
  mode=$1 how=$2
  shift 2
  echo "return { limits = { $limits, on_death = \"$on_death\" } }" > bourse.lua
  : > out
  arg=$how
  case $how in error | exchange | loop) ;; *) arg=waits ;; esac
  # shellcheck disable=SC2046,SC2086 # one word an option
  "$bourse" run "$@" --$mode $([ $mode = paper ] || echo --yes) $urls --arg "how=$arg" > out 2> err & run=$!
  for n in $(seq $#); do
    until_count 100 "$n" grep -c '^ok' out || fail "it did not get so far"
  done
}
cancelled() {
  grep -q 'died: its 2 open orders are cancelled' err || fail "that they are cancelled is not told"
  [ "$(grep -c 'order [0-9]* is cancelled' err)" -eq 2 ] || fail "the confirmation is not told"
}

for mode in live paper; do
  on_death=cancel
  for how in error exchange loop; do
    begin $mode $how on_death.lua
    wait $run || true
    cancelled
    if grep -q 'stands' err; then fail "something stands"; fi
    standing 0
  done

  # One of two: the other's orders stay, and it goes on.
  begin $mode signal on_death.lua other.lua
  kill -KILL "$(pgrep -P $run | sort -n | head -1)"
  tries=0
  until [ "$(grep -c 'order [0-9]* is cancelled' err)" -eq 2 ]; do
    tries=$((tries + 1))
    [ $tries -lt 100 ] || fail "they are not cancelled"
    sleep 0.1
  done
  cancelled
  kill -0 $run || fail "the other one ended"
  standing 2
  kill -TERM $run
  kill -INT $run
  wait $run || true
  grep -q 'stopped twice: 2 open orders are cancelled' err || fail "twice is not the kill switch"
  standing 0

  on_death=keep
  begin $mode error on_death.lua
  wait $run || true
  if grep -q 'cancelled' err; then fail "they are cancelled"; fi
  [ "$(grep -c 'stands: order' err)" -eq 2 ] || fail "what stands is not told"
  standing 2
  on_death=cancel
done

# The kill file, made by hand: what an earlier run on paper left is cancelled too.
begin paper file on_death.lua
: > "$BOURSE_STATE/kill"
said_by $run err '4 open orders are cancelled' 100 || fail "the kill file is not heeded"
kill $run
wait $run || true
standing 0
echo ok
