#!/bin/sh
# kill_race.sh BOURSE VENUES: the kill switch in each of its forms, and the death of the worker or of the program, while an order is on its way: prepared, in
# the journal but not sent, or on the wire. The exchange is stopped meanwhile. What was not sent never is, and the journal says why; what was sent is cancelled.
set -eu
bourse=$1 venues=$2
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
enter kill_race.lua
echo 'return { limits = { order_notional = { USD = 1e4 }, data_age_ms = 60000, price_band = 0.5 } }' > bourse.lua
start_venues "$venues" --venues kraken --manual --keys --funds USD=100000,BTC=5 --for 200
trap 'kill -CONT $server; ended' EXIT
fail() { echo "$mode, $held, $how: $1"; cat out err; exit 1; }
at_venue() { "$venues" get "$(venue_url kraken)/-/state" | tr '{' '\n' | grep -c "$1" || true; }
paper() { [ $mode = live ] || echo --paper; }

pull() {
  case $how in
    command) "$bourse" kill "a test" > /dev/null ;;
    file) : > "$BOURSE_STATE/kill" ;;
    twice) kill -TERM $run; kill -INT $run ;;
    death) kill -KILL "$(pgrep -P $run | sort -n | head -1)" ;;
    program) kill -KILL $run ;;
  esac
}

# one MODE HELD HOW
one() {
  mode=$1 held=$2 how=$3
  rm -f "$BOURSE_STATE"/journal.db* "$BOURSE_STATE"/paper.db* "$BOURSE_STATE/kill"      # the nonces stay
  : > out
  # shellcheck disable=SC2046,SC2086 # one word an option
  timeout 60 "$bourse" run kill_race.lua --$mode $([ $mode = paper ] || echo --yes) $urls --arg "held=$held" > out 2> err & timer=$!
  said_by $timer out '^ok' 100 || fail "it did not get so far"
  run=$(pgrep -P $timer)
  asked=$(at_venue '"status"')
  kill -STOP $server
  said_by $timer out '^placing' 100 || fail "it did not get so far"
  case $held in
    prepared) sleep 0.3 ;;
    *) tries=0
      # shellcheck disable=SC2046 # one word an option
      until "$bourse" orders $(paper) --format csv 2> orders.err | grep -q ",$held,"; do
        tries=$((tries + 1))
        [ $tries -lt 50 ] || fail "the order is not $held"
        sleep 0.1
      done ;;
  esac
  pull
  [ $how = program ] || said_by $timer err 'kill switch is on\|stopped twice\|died: ' 100 || fail "the switch was not heard"
  kill -CONT $server
  wait $timer || true
  # shellcheck disable=SC2046,SC2086 # one word an option
  [ $how != program ] || timeout 60 "$bourse" run kill_race.lua --$mode $([ $mode = paper ] || echo --yes) $urls --arg held=none > out 2> err || fail "the next run"
  now=$(at_venue '"status"') open=$(at_venue '"status":"open"')
  # shellcheck disable=SC2046 # one word an option
  "$bourse" journal export events $(paper) --format csv > events 2> events.err || fail "no events"
  # shellcheck disable=SC2046 # one word an option
  "$bourse" orders $(paper) --format csv > orders 2> orders.err || fail "no orders"
  if [ $held = sent ]; then
    [ "$now" -eq $((asked + 1)) ] && [ "$open" -eq 0 ] || fail "of what was on the wire, $open are open"
    [ "$(grep -c ',cancelled,' orders)" -eq 2 ] || fail "it is not cancelled in the journal"
  else
    [ "$now" -eq "$asked" ] || fail "it was sent"
    why='kill switch is on'
    [ $how != twice ] || why='stopped twice'
    [ $how != death ] || why='its worker died'
    [ $how != program ] || why='the run ended before'
    grep -q "not \(sent\|placed\): .*$why" events || fail "the journal does not say why it was not sent"
    if grep -q ',sent,' events; then fail "the journal says that it was sent"; fi
    [ $held = prepared ] || grep -q ',rejected,' orders || fail "it is not rejected in the journal"
    case $how in command | file) grep -q '^refused guard:kill not sent' out || fail "the strategy was not told" ;; esac
  fi
  if grep -q ',open,\|,sent,\|,intended,\|,unknown,' orders; then fail "something stands in the journal"; fi
  # shellcheck disable=SC2046 # one word an option
  "$bourse" journal verify $(paper) > verify 2>&1 || { cat verify; fail "the journal is not whole"; }
}

one live intended file
one paper intended file
one live intended program
one paper intended program
for how in command twice death; do
  for held in prepared intended; do
    one live $held $how
    one paper $held $how
  done
  one live sent $how
done
echo ok
