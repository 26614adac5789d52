#!/bin/sh
# Mistakes in a strategy, and what is said of each: the script, its line, and what was wrong there. Usage: mistakes.sh BOURSE BOURSE-VENUES
set -u
bourse=$1 venues=$2
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
cd "$tmp" || exit 1
start_venues "$venues" --venues kraken,bitstamp --for 120

# row CODE LINE TEXT SOURCE: the mistake is in LINE of m.lua; the text is in the error. A unified error tells its line behind, "from m.lua:2".
row() {
  code=$1 line=$2 text=$3
  printf '%s\n' "$4" >m.lua
  # shellcheck disable=SC2086 # the options are words
  "$bourse" run m.lua --for 3s $urls >out 2>err </dev/null
  got=$?
  [ $got -eq "$code" ] || { fail "exit code $got, expected $code, of: $4"; cat err; }
  grep -qF -- "$text" err || { fail "not said: $text"; cat err; }
  grep -q "m.lua:$line\(:\|\$\)" err || { fail "line $line is not named, of: $4"; cat err; }
  if grep -q 'host/lua' err; then fail "it is said to be ours: $4"; cat err; fi
}

# --- where a function runs ---
row 1 2 "attempt to index a nil value (field 'x')" 'every(1, function()
  print(args.x.y)
end)'
row 1 2 "undefined global 'foo'" 'after(0, function()
  foo()
end)'
row 1 2 'mine' 'spawn(function()
  error "mine"
end)'
row 1 3 'attempt to concatenate a nil value' 'together(function() return 1 end,
  function()
    return nil .. "x"
  end)'
row 1 2 "attempt to index a nil value (field 'nope')" 'each_exchange({ "kraken" }, function(ex)
  return ex.nope.x
end)'
row 1 3 "attempt to perform arithmetic on a nil value (field 'lst')" 'local k = exchange "kraken"
local t = k:fetch_ticker("BTC/USD")
print(t.lst + 1)'
row 1 2 "attempt to call a number value (local 'n')" 'local n = 5
n()'
row 1 1 "'then' expected near '='" 'if x = 1 then end'
row 1 2 'to close' 'every(1, function()'

# --- the words of a strategy ---
row 1 1 'every: a function is expected, got nil' 'every(5)'
row 1 1 'every: a number of seconds above 0 is expected, then a function; got function' 'every(function() end, 5)'
row 1 1 'after: a function is expected, got number' 'after(1, 2)'
row 1 1 "at: '25:00' is no time of the day" 'at("25:00", print)'
row 1 1 'got nonsense' 'at("nonsense", print)'
row 1 1 'spawn: a function is expected, got nil' 'spawn(print())'
row 1 2 'together: functions are expected, such as function() return ex:fetch_ticker(symbol) end' 'local k = exchange "kraken"
together(k:fetch_ticker("BTC/USD"), k:fetch_ticker("ETH/USD"))'
row 1 1 'together: argument 2 is not a function but a number' 'together(print, 5)'
row 1 1 'each_exchange: a list of exchange ids is expected' 'each_exchange("kraken", print)'
row 1 1 'sleep: a number of seconds is expected, got string' 'sleep("5")'
row 1 1 'report: a table is expected, got number' 'report(5)'
row 1 1 'report: at .f: a function is no data' 'report { f = print }'
row 1 1 "offer: an exchange is expected, such as exchange \"kraken\", got 'kraken'" 'offer("kraken", "BTC/USD")'
row 1 1 'coin_route: an exchange is expected' 'coin_route("BTC")'
row 1 2 'settle: an order is expected, as create_order gives it; got nil' 'local k = exchange "kraken"
settle(k)'
row 1 1 "is_error: there is no class 'NetwrkError'" 'is_error({}, "NetwrkError")'
row 1 2 'args.par is not declared' 'args { pair = { default = "x" } }
print(args.par)'
row 1 1 "type 'txt' is none of text, number" 'args { pair = { type = "txt" } }'

# --- exchanges and their methods ---
row 5 1 "no exchange 'karken' (did you mean 'kraken'?)" 'local k = exchange "karken"'
row 5 1 'such as "kraken", not a nil' 'local k = exchange(nil)'
row 1 2 "an exchange has no 'fetch_tickr' (did you mean 'fetch_ticker'?)" 'local k = exchange "kraken"
k:fetch_tickr("BTC/USD")'
row 1 2 "an exchange has no 'fetchOrderBook' (did you mean 'fetch_order_book'?)" 'local k = exchange "kraken"
k:fetchOrderBook("BTC/USD")'
row 1 2 'fetch_ticker is called with a colon: kraken:fetch_ticker(...)' 'local k = exchange "kraken"
k.fetch_ticker("BTC/USD")'
row 1 2 'price_to_precision is called with a colon' 'local k = exchange "kraken"
k.price_to_precision("BTC/USD", 1)'
row 5 2 'NotSupported: fetch_funding_rate is not offered' 'local k = exchange "kraken"
k:fetch_funding_rate("BTC/USD")'
row 5 2 'fetch_ticker needs symbol' 'local k = exchange "kraken"
k:fetch_ticker()'
row 5 2 'symbol must be text, not number' 'local k = exchange "kraken"
k:fetch_order_book(5)'
row 5 2 "limit must be a number or decimal text, not 'ten'" 'local k = exchange "kraken"
k:fetch_order_book("BTC/USD", "ten")'
row 5 2 'too many arguments: fetch_ticker(symbol), and a table of params' 'local k = exchange "kraken"
k:fetch_ticker("BTC/USD", 5)'
for symbol in BTCUSD btc/usd BTC-USD btc_usd; do
  row 5 2 "no market '$symbol' (did you mean 'BTC/USD'?)" "local k = exchange 'kraken'
k:fetch_ticker('$symbol')"
done
row 1 2 'currency: a code such as "BTC" is expected, got nil' 'local k = exchange "kraken"
k:currency()'
row 1 2 "not a decimal: 'x'" 'local k = exchange "kraken"
k:amount_to_precision("BTC/USD", "x")'
row 1 3 "not a decimal: 'x'" 'local k = exchange "kraken"
local _, e = pcall(k.amount_to_precision, k, "BTC/USD", "x")
error(e)'
row 1 1 'book_age: a book is expected, as fetch_order_book gives it; got nil' 'book_age(exchange "kraken")'
row 5 1 'a table of settings is expected, got a number' 'exchange("kraken", 5)'
row 5 2 "side must be 'buy' or 'sell', not 'limit': create_order(symbol, type, side, amount, price)" 'local k = exchange "kraken"
k:create_order("BTC/USD", "buy", "limit", 0.001, 60000)'
row 5 2 'create_order needs an amount' 'local k = exchange "kraken"
k:create_order("BTC/USD", "limit", "buy")'
row 5 2 'amount must be a number' 'local k = exchange "kraken"
k:create_order("BTC/USD", "limit", "buy", "a lot", 60000)'
row 5 3 'no market' '
local k = exchange "kraken"
k:market("NO/SUCH")'
row 5 1 'limits.order_notonal: no such limit (did you mean' 'limits { order_notonal = 5 }'

# --- arguments ---
echo 'args { pair = { default = "x" }, every = { type = "number", default = 1 } }' >m.lua
for given in "pairs=y|argument pairs: there is no such argument (did you mean 'pair'?); there are every, pair" "every=often|argument every: a number is expected, not 'often'"; do
  "$bourse" run m.lua --arg "${given%%|*}" >out 2>err </dev/null
  got=$?
  [ $got -eq 2 ] && grep -qF "${given#*|}" err || { fail "exit code $got of --arg ${given%%|*}"; cat err; }
done

# What is asked for and not there is no mistake.
echo 'local k = exchange "kraken" print(k.name, k.fetch_nothing_at_all, k.has.fetch_ticker)' >m.lua
"$bourse" run m.lua >out 2>err </dev/null && grep -q '^nil	nil	true$' out || { fail "a field that is not there"; cat out err; }
[ $failed -eq 0 ] && echo ok
exit $failed
