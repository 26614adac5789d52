#!/bin/sh
# Several scripts of one run, each in a worker of its own: one market list for all, and one rate budget. Usage: several.sh BOURSE BOURSE-VENUES
set -u
bourse=$1 venues=$2
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
cd "$tmp" || exit 1
start_venues "$venues" --venues luno --for 60
url=$(venue_url luno)

# served STATE OPTIONS... SCRIPTS...: how many requests of luno that took
served() {
  state=$1; shift
  before=$("$venues" get "$url/-/served")
  # shellcheck disable=SC2086 # the options are words
  BOURSE_STATE=$tmp/$state "$bourse" run "$@" $urls >out 2>err </dev/null || { fail "$*"; cat err; }
  after=$("$venues" get "$url/-/served")
  took=$((after - before))
}

# --- the market list ---
for n in 1 2 3 4; do echo 'print(#exchange("luno").symbols, #exchange("luno"):load_markets() > 0)' >list$n.lua; done
served one --markets-age 1h list1.lua
alone=$took
[ "$alone" -ge 1 ] || fail "a list without a request"
served four --markets-age 1h list1.lua list2.lua list3.lua list4.lua
[ "$took" -eq "$alone" ] || fail "four scripts asked $took times for what one asked for $alone times"
[ "$(grep -c 'true$' out)" -eq 4 ] || { fail "not all four got it"; cat out err; }
served four --markets-age 1h list1.lua list2.lua
[ "$took" -eq 0 ] || fail "asked $took times although it was on disk"
served none --markets-age 0s list1.lua list2.lua
[ "$took" -eq $((2 * alone)) ] || fail "nothing was to be kept, and two scripts asked $took times, one $alone times"

# --- the budget: so many requests take so long, whether one script makes them or two ---
cat >asks.lua <<'LUA'
args { n = { type = "integer", default = 10 } }
local k = exchange "luno"
k:load_markets()
for _ = 1, args.n do k:fetch_ticker("BTC/EUR") end
print("ended", k:milliseconds())
LUA
cp asks.lua also.lua
# last OPTIONS...: ms from the start of the run to the end of its last script
last() {
  from=$(date +%s%N)
  # shellcheck disable=SC2086 # the options are words
  BOURSE_STATE=$tmp/b$from "$bourse" run "$@" $urls >out 2>err </dev/null || { fail "$*"; cat err; }
  took=$(($(sed -n 's/^ended	//p' out | sort -n | tail -n 1) - from / 1000000))
}
last --budget asks.lua
one=$took
last --budget asks.lua also.lua
both=$took
last asks.lua also.lua
without=$took
# luno: 5 at once, then one each 200 ms
[ "$both" -ge $((one + 10 * 200 - 300)) ] || fail "two scripts took $both ms, one $one ms: they do not share a budget"
[ "$without" -lt "$one" ] || fail "without --budget a local server has one: $without ms, $one ms with it"
[ $failed -eq 0 ] && echo ok
exit $failed
