#!/bin/sh
# disk.sh BOURSE VENUES: a disk that is full in the midst of a session, a journal that is read-only, a second process: orders are refused with the reason, what
# is at the venue is in the journal, and the next run goes on.
set -u
bourse=$1 venues=$2
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
enter disk.lua
start_venues "$venues" --venues kraken --manual --keys --for 150
echo 'return { limits = { order_notional = { USD = 100 }, minute_notional = { USD = 1e5 }, day_notional = { USD = 1e5 }, orders_per_minute = 10000,
  open_orders = 10000, self_cross = true } }' >bourse.lua

# session ARG...: its output in out and err, its exit code in $code
session() {
  # shellcheck disable=SC2086
  timeout 60 "$bourse" run disk.lua $urls --live --yes "$@" >out 2>err </dev/null
  code=$?
  placed=$(sed -n 's/^placed \([0-9]*\).*/\1/p' out)
}

# agree NAME: what the venue has is in the journal as open, and nothing else; the journal is whole
agree() {
  "$bourse" orders --format csv >list 2>err.list || { fail "$1: no list"; cat err.list; }
  at_venue=$("$venues" get "$(venue_url kraken)/-/state" | tr ',' '\n' | grep -c '"status":"open"')
  in_journal=$(grep -c ',open,' list)
  [ "$at_venue" = "$in_journal" ] || { fail "$1: $at_venue orders at the venue, $in_journal open in the journal"; cat list err; }
  "$bourse" journal verify >verdict 2>&1 || { fail "$1: the journal is not whole"; cat verdict; }
}

session --arg n=2
[ "$code $placed" = "0 2" ] || { fail "a session: exit $code, $placed placed"; cat out err; }
agree "a session"

# A second process, while the first one has the journal.
# shellcheck disable=SC2086
timeout 60 "$bourse" run disk.lua $urls --live --yes --arg n=1 --arg wait=4 >first 2>err.first </dev/null &
first=$!
tries=0
until grep -q READY first || [ $tries -gt 200 ]; do tries=$((tries + 1)); sleep 0.1; done
session --arg n=1
[ "$placed" = 0 ] && grep -q "in use by process $first\|in use by process" out || { fail "a second process: $placed placed"; cat out err; }
wait $first || { fail "the first process: exit $?"; cat first err.first; }
agree "a second process"

# No file may be longer than what is there now and a little, so that it ends in the midst of various things. (In dash and POSIX a unit is 512 bytes.)
for more in 90 103 118 131; do
  size=$(stat -c %s state/journal.db)
  (ulimit -f $((size / 512 + more)) && session --arg n=200 && echo "$code $placed" >told)
  read -r code placed <told || fail "the session on a full disk ended early"
  [ "$code" = 0 ] || { fail "a full disk: exit $code"; cat err; }
  [ "$placed" -lt 200 ] || { fail "a full disk: all $placed were placed"; cat err; }
  grep -q 'not sent, because the journal cannot be written: .*disk\|no orders: .*disk' out || { fail "a full disk: the reason"; cat out; }
  session --arg n=1
  [ "$code $placed" = "0 1" ] || { fail "after a full disk: exit $code, $placed placed"; cat out err; }
  agree "after a full disk"
done

# On a full disk no order is placed, but one is cancelled: what is at stake only gets less. The next run finds out.
size=$(stat -c %s state/journal.db)
before=$("$venues" get "$(venue_url kraken)/-/state" | tr ',' '\n' | grep -c '"status":"open"')
(ulimit -f $((size / 512 + 118)) && session --arg n=200 --arg cancels=true && echo "$placed" >told)
placed=$(cat told)
grep -qx cancelled out || { fail "cancels on a full disk"; cat out err; }
grep -q 'the cancel is sent all the same' err || { fail "that it is not in the journal is not said"; cat err; }
after=$("$venues" get "$(venue_url kraken)/-/state" | tr ',' '\n' | grep -c '"status":"open"')
[ "$after" -eq $((before + placed - 2)) ] || fail "cancels on a full disk: $before orders, $placed placed, $after left"
session --arg n=1
[ "$code $placed" = "0 1" ] || { fail "after cancels on a full disk: exit $code, $placed placed"; cat out err; }
agree "after cancels on a full disk"

# Not to be written. (Root may write anything: for root it is a file of somebody else.)
chmod 400 state/journal.db
[ "$(id -u)" != 0 ] || chown 1:1 state/journal.db
session --arg n=1
[ "$placed" = 0 ] && grep -q 'journal.db' out || { fail "a journal that cannot be written: $placed placed"; cat out err; }
[ "$(id -u)" != 0 ] || chown 0:0 state/journal.db
chmod 600 state/journal.db
session --arg n=1
[ "$code $placed" = "0 1" ] || { fail "after it was read-only: exit $code, $placed placed"; cat out err; }
agree "after it was read-only"
[ $failed -eq 0 ] && echo ok
exit $failed
