#!/bin/sh
# bourse backtest on a tape: what was recorded by one script answers another one, and the account on paper fills by the recorded books.
# usage: tape.sh BOURSE BOURSE-VENUES
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
bourse=$1 venues=$2
cd "$tmp" || exit 1
start_venues "$venues" --seed 5 --speed 6 --for 60

cat >watch.lua <<'END'
local ex = exchange "kraken"
every(0.25, function() ex:fetch_order_book("BTC/USD", 20) end)
END
# shellcheck disable=SC2086 # the options are words
"$bourse" run watch.lua --for 8s --record books.tape $urls >/dev/null 2>"$tmp/err" || fail "recording: $(cat "$tmp/err")"

try() {
  "$bourse" backtest "$@" --format json --tape books.tape >"$tmp/out" 2>"$tmp/err" </dev/null || fail "$*: exit $?: $(head -n 3 "$tmp/err")"
}
has() { grep -qF -e "$1" "$tmp/out" || fail "no $1 in: $(cut -c1-1500 "$tmp/out") $(head -n 3 "$tmp/err")"; }

# it records no order, and asks for books of its own number of levels
cat >trade.lua <<'END'
local ex = exchange "kraken"
sleep(1)
ex:create_market_buy_order("BTC/USD", 0.001)
sleep(3)
ex:create_market_sell_order("BTC/USD", 0.0005)
END
try trade.lua --balance USD=1000 --fee 0.2%,0.1%
has '"side":"buy"'
has '"side":"sell"'
has '"amount":0.001,"fee":0.000002,"fee_currency":"BTC"'
has '"tape":"books.tape"'
cp "$tmp/out" first
"$bourse" backtest trade.lua --balance USD=1000 --tape books.tape >"$tmp/out" 2>"$tmp/err" </dev/null || fail "as a table: $(head -n 3 "$tmp/err")"
grep -q '^20.* ([0-9]*\.[0-9] s); fees of the market' "$tmp/out" || fail "how long it was is not told in seconds: $(head -n 4 "$tmp/out")"
has ' s: too short a time to say much'
cp first "$tmp/out"
try trade.lua --balance USD=1000 --fee 0.2%,0.1%
cmp -s "$tmp/out" first || fail "another report the second time: $(diff "$tmp/out" first | cut -c1-300)"

try "$root/scripts/market_maker.lua" --balance USD=1000,BTC=0.1 --arg every=0.5 --arg spread_percent=0.6
has '"orders":'
grep -q '"orders":0,' "$tmp/out" && fail "market_maker: no orders: $(head -n 3 "$tmp/err")"
[ ! -e "$tmp/state/paper.db" ] || fail "the account on paper was touched"

# Two recordings of one market are one; what lies between them is not on any.
# shellcheck disable=SC2086 # the options are words
"$bourse" run watch.lua --for 3s --record more.tape $urls >/dev/null 2>"$tmp/err" || fail "recording: $(cat "$tmp/err")"
cat >late.lua <<'END'
local ex = exchange "kraken"
local begin = os.time()
every(0.5, function() ex:create_market_buy_order("BTC/USD", 0.0002) end)
every(0.5, function() report { passed = os.time() - begin } end)
END
try late.lua --balance USD=1000 --tape more.tape
has '"tape":"more.tape, books.tape"'
"$bourse" tape merge books.tape more.tape --out both.tape || fail "merge"
one=$(sed 's/.*"until":"\([^"]*\)".*/\1/' "$tmp/out")
"$bourse" backtest late.lua --balance USD=1000 --tape both.tape --format json >"$tmp/out" 2>"$tmp/err" </dev/null
[ "$(sed 's/.*"until":"\([^"]*\)".*/\1/' "$tmp/out")" = "$one" ] || fail "two tapes are not as one: $(cut -c1-200 "$tmp/out")"
"$bourse" backtest late.lua --balance USD=1000 --tape books.tape --format json >"$tmp/out" 2>"$tmp/err" </dev/null
until=$(sed 's/.*"until":"\([^"]*\)".*/\1/' "$tmp/out")
[ "$until" != "$one" ] && [ "$(printf '%s\n' "$one" "$until" | sort | head -n 1)" = "$until" ] || fail "the second tape was not played: $one"

# A strategy that orders nothing keeps what it has, in the time of the tape.
echo 'exchange("kraken"):fetch_order_book("BTC/USD", 20)' >look.lua
try look.lua --balance USD=1000
has '"begin":1000,"end":1000,'
has "\"from\":\"$(date -u +%Y)-"

refuses() {
  text=$1; shift
  "$bourse" backtest "$@" >"$tmp/out" 2>"$tmp/err" </dev/null
  [ $? -eq 2 ] || fail "$*: it was not refused"
  grep -qF -e "$text" "$tmp/err" || fail "$*: no '$text': $(head -n 2 "$tmp/err")"
}
refuses "--balance CODE=AMOUNT" trade.lua --tape books.tape
refuses "cannot read 'none.tape'" trade.lua --tape books.tape --tape none.tape --balance USD=1
refuses "exclude each other" trade.lua --tape books.tape --candles kraken:BTC/USD:1h
refuses "are of candles" trade.lua --tape books.tape --balance USD=1 --slippage 1

[ "$failed" -eq 0 ] && echo "backtest on a tape: all as it should be"
exit "$failed"
