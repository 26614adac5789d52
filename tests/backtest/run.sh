#!/bin/sh
# bourse backtest on candles that are made for it: fills and figures that can be worked out by hand, no look-ahead, the same output twice, nothing left behind.
# usage: run.sh BOURSE CANDLES_MAKE
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
bourse=$1 make=$2
scripts=$root/scripts
begin=1704067200000                                 # 2024-01-01
TMPDIR=$tmp/passing
export TMPDIR
mkdir "$TMPDIR"

# try NAME SCRIPT OPTIONS...: the report as JSON in $tmp/out
try() {
  name=$1 script=$2; shift 2
  timeout 120 "$bourse" backtest "$script" --format json "$@" >"$tmp/out" 2>"$tmp/err" </dev/null || fail "$name: exit $?: $(head -n 3 "$tmp/err")"
}
# has TEXT..: each is in the report
has() { for text in "$@"; do grep -qF -e "$text" "$tmp/out" || fail "$name: no $text in: $(cut -c1-1500 "$tmp/out")"; done; }
lacks() { grep -qF -e "$1" "$tmp/out" && fail "$name: $1 is in the report"; }
# said TEXT: the strategy said so (--verbose)
said() { grep -qF -e "$1" "$tmp/err" || fail "$name: not said: $1: $(head -n 5 "$tmp/err")"; }
script() { cat >"$tmp/$1.lua"; }

# ---- fills ----
# hours: open high low close volume
"$make" "$tmp/a.db" kraken BTC/USD 1h $begin 8 rows <<'END'
100 101 99 100 50
100 110 100 110 50
112 112 111 111 50
111 111 90 95 0.3
95 96 94 96 50
96 130 96 120 50
121 122 119 120 50
120 120 120 120 50
END
cat >"$tmp/wide.lua" <<'END'
return { limits = { order_notional = { USD = 1e6 }, minute_notional = { USD = 1e6 }, day_notional = { USD = 1e9 }, loss = { USD = 1e6 }, price_band = 0.5,
  open_orders = 50, orders_per_minute = 1000 } }
END

script market <<'END'
local ex = exchange "kraken"
local round = 0
every(3600, function()
  round = round + 1
  if round == 2 then ex:create_market_buy_order("BTC/USD", 1) end       -- 02:00, at the open of 112
  if round == 3 then sleep(60) ex:create_market_sell_order("BTC/USD", 0.5) end   -- 03:01: in time for 04:00, at 95
end)
END
try market "$tmp/market.lua" --candles "$tmp/a.db" --balance USD=1000 --fee 0.1%,0 --slippage 100 --config "$tmp/wide.lua"
has '"side":"buy","price":113.12,"amount":1,"fee":0.001,"fee_currency":"BTC"'
has '"datetime":"2024-01-01T04:00:00.0' '"side":"sell","price":94.05,"amount":0.5,"fee":0.047025'
has '"begin":1000,' '"end":993.737975,'         # 1000 - 113.12 + 94.05 / 2 * 0.999 + 0.499 * 120

script limit <<'END'
local ex = exchange "kraken"
ex:create_limit_buy_order("BTC/USD", 1, 90)            -- 03:00 goes down to 90, not through it
ex:create_limit_buy_order("BTC/USD", 1, 92)            -- it goes through this one
ex:create_limit_sell_order("BTC/USD", 0.5, 119.5)      -- 05:00
after(4 * 3600 - 1, function() assert(#ex:fetch_open_orders("BTC/USD") == 2) end)
sleep(3 * 3600 - 1)                                    -- the candle of 03:00 is over at 04:00, and nobody knows of the fill before
assert(ex:fetch_balance().BTC.total == 2, "no fill before the candle is over")
sleep(2)
assert(ex:fetch_balance().BTC.total == 3, "known when it is over")
sleep(3 * 3600)
END
try limit "$tmp/limit.lua" --candles "$tmp/a.db" --balance USD=1000,BTC=2 --fee 0,0 --slippage 0 --config "$tmp/wide.lua"
has '"side":"buy","price":92,"amount":1' '"2024-01-01T03:59:59.999Z","order":2' '"side":"sell","price":119.5,"amount":0.5'
has '"code":"volume"' '"code":"no_fees"' '"code":"no_slippage"'
lacks '"price":90,'

# ---- refusals ----
script refused <<'END'
local ex = exchange "kraken"
local function try(...) local ok, e = pcall(ex.create_order, ex, ...) log(ok and "taken" or tostring(e.class) .. " " .. tostring(e.code)) end
try("BTC/USD", "market", "buy", 5)
try("BTC/USD", "market", "buy", 0.0005)
try("BTC/USD", "limit", "buy", 0.9, 99)
try("BTC/USD", "limit", "buy", 0.5, 99)
log("open " .. #ex:fetch_open_orders("BTC/USD"))
END
try refused "$tmp/refused.lua" --candles "$tmp/a.db" --balance USD=100 --verbose
said "guard:order_notional"
said "InsufficientFunds"
said "open 1"
has '"code":"guard"' '"code":"rejected"' '"orders_refused":'

# ---- what the venue tells ----
script tells <<'END'
local ex = exchange "kraken"
local function eq(a, b, what) if a ~= b then error(what .. ": " .. tostring(a) .. ", not " .. tostring(b), 0) end end
sleep(3 * 3600)                                        -- 04:00
local c = ex:fetch_ohlcv("BTC/USD", "1h")
eq(#c, 4, "candles") eq(c[4][5], 95, "close") eq(c[1][1], 1704067200000, "first")
eq(#ex:fetch_ohlcv("BTC/USD", "1h", 1704067200000 + 3600000, 2), 2, "limit")
eq(#ex:fetch_ohlcv("BTC/USD", "2h"), 2, "made of shorter ones")
eq(ex:fetch_ohlcv("BTC/USD", "2h")[2][3], 112, "their high")
eq(#ex:fetch_ohlcv("BTC/USD", "1h", ex:milliseconds(), 100), 0, "nothing of what is to come")
local t = ex:fetch_ticker("BTC/USD")
eq(t.last, 95, "last") eq(t.high, 112, "high") eq(t.low, 90, "low") eq(t.bid, 94.95, "bid") eq(t.ask, 95.05, "ask")
local b = ex:fetch_order_book("BTC/USD")
eq(b.bids[1][1], 94.95, "book") eq(b.info.made, true, "made") eq(b.info.next, nil, "the next open is nobody's")
local trades = ex:fetch_trades("BTC/USD", nil, 4)
eq(trades[#trades].price, 95, "last trade")
eq(ex:market("BTC/USD").taker, 0.001, "taker") eq(ex:market("BTC/USD").limits.cost.min, 1, "least")
local ok, e = pcall(exchange, "binance")
eq(ok, false, "a venue without candles")
eq(notify "nobody hears this", true, "notify")
local begun = ex:milliseconds()
at("05:30", function() eq(ex:milliseconds() // 60000 % 1440, 330, "at") log "half past five" end)
local _, late = together({ function() sleep(7200) end }, { deadline = 60 })
eq(late[1].class, "RequestTimeout", "deadline")
store.x = { 1 } eq(store.x[1], 1, "store")
log "all told"
END
try tells "$tmp/tells.lua" --candles "$tmp/a.db" --verbose
said "all told"
said "half past five"

# ---- no look-ahead ----
"$make" "$tmp/w.db" kraken BTC/USD 1h $begin 1000 walk
"$make" "$tmp/w.db" kraken ETH/USD 15m $begin 4000 walk
script cheat <<'END'
-- Buys when it can find out that the price will rise: from candles not over, trades and tickers of later, other timeframes, odd arguments.
local ex = exchange "kraken"
local seen = 0
every(3600, function()
  local now = ex:milliseconds()
  local function look(list, length)
    for _, c in ipairs(list or {}) do
      local t = c.timestamp or c[1] + length
      if t > now + 1000 then
        seen = seen + 1
        if (c.price or c[5]) > ex:fetch_ticker("BTC/USD").last then ex:create_market_buy_order("BTC/USD", 0.5) end
      end
    end
  end
  local function ask(f, ...) local ok, list = pcall(f, ex, ...) return ok and list end
  for tf, length in pairs { ["1h"] = 3600000, ["2h"] = 7200000, ["1d"] = 86400000, ["1w"] = 604800000 } do
    look(ask(ex.fetch_ohlcv, "BTC/USD", tf), length)
    look(ask(ex.fetch_ohlcv, "BTC/USD", tf, now - length, 1000), length)
    look(ask(ex.fetch_ohlcv, "BTC/USD", tf, now, 1000, { ["until"] = now + 86400000, now = now + 86400000, to = now + 86400000 }), length)
  end
  look(ask(ex.fetch_trades, "BTC/USD", now, 1000))
  look(ask(ex.fetch_trades, "BTC/USD", nil, 1000))
  if ask(ex.fetch_order_book, "BTC/USD").info.next then seen = seen + 1 end
end)
every(1e5, function() if seen > 0 then error("saw " .. seen .. " of what was to come", 0) end end)
END
try cheat "$tmp/cheat.lua" --candles "$tmp/w.db" --balance USD=1000 --to 2024-01-15
has '"buys":0,' '"begin":1000,"end":1000,'

# What is to come may be anything: nothing before it changes. Same prices for 600 hours, others after that.
script follow <<'END'
local ex = exchange "kraken"
local round = 0
every(1800, function()
  round = round + 1
  local c = ex:fetch_ohlcv("BTC/USD", "1h", nil, 24)
  if #c < 24 then return end
  local rising = c[24][5] > c[1][5]
  if round % 7 == 0 then pcall(ex.cancel_all_orders, ex, "BTC/USD") end
  if round % 5 == 0 then pcall(ex.create_order, ex, "BTC/USD", "limit", rising and "buy" or "sell", 0.2, c[24][5] * (rising and 0.995 or 1.005)) end
  if round % 31 == 0 then pcall(ex.create_order, ex, "BTC/USD", "market", rising and "buy" or "sell", 0.3) end
end)
END
"$make" "$tmp/other.db" kraken BTC/USD 1h $begin 600 walk
"$make" "$tmp/other.db" kraken BTC/USD 1h $((begin + 600 * 3600000)) 400 steps
turn=$(date -u -d @$(((begin + 600 * 3600000) / 1000)) +%Y-%m-%dT%H:%M:%S)
for file in w other; do
  try "follow $file" "$tmp/follow.lua" --candles "kraken:BTC/USD:1h" --file "$tmp/$file.db" --balance USD=5000,BTC=20 --config "$tmp/wide.lua"
  tr '{' '\n' <"$tmp/out" | grep '"order":' | awk -v turn="$turn" -F'"' '$6 <= turn' | sed 's/},*$//' >"$tmp/fills.$file"
  cp "$tmp/out" "$tmp/follow.$file"
done
[ "$(wc -l <"$tmp/fills.w")" -gt 60 ] || fail "follow: only $(wc -l <"$tmp/fills.w") fills"
cmp -s "$tmp/fills.w" "$tmp/fills.other" || fail "what was to come changed what was before: $(diff "$tmp/fills.w" "$tmp/fills.other" | head -n 4)"
cmp -s "$tmp/follow.w" "$tmp/follow.other" && fail "the two files are the same"

# ---- the same twice, and nothing left behind ----
try again "$tmp/follow.lua" --candles "kraken:BTC/USD:1h" --file "$tmp/other.db" --balance USD=5000,BTC=20 --config "$tmp/wide.lua"
cmp -s "$tmp/out" "$tmp/follow.other" || fail "another report the second time"
[ ! -e "$tmp/state/paper.db" ] && [ ! -e "$tmp/state/store.db" ] || fail "the account on paper, or the store, was touched"
[ -z "$(ls "$TMPDIR")" ] || fail "left behind: $(ls "$TMPDIR")"

# ---- scripts that ship ----
try dca "$scripts/dca.lua" --candles "kraken:BTC/USD:1h" --file "$tmp/w.db" --balance USD=1000 --arg cost=20
has '"fees":' '"buys":'
lacks '"buys":0,'
lacks '"code":"rejected"'
try rebalance "$scripts/rebalance.lua" --candles "$tmp/w.db" --balance USD=1000,BTC=1 --arg targets=BTC=40,ETH=20,USD=40 --arg execute=yes \
  --config "$tmp/wide.lua"
has '"symbol":"ETH/USD","side":"buy"'
try screener "$scripts/screener.lua" --candles "$tmp/w.db" --arg venues=kraken --verbose --to 2024-01-08
said '"symbol":"ETH/USD"'
has '"code":"no_trades"'

# ---- warnings ----
"$make" "$tmp/gap.db" kraken BTC/USD 1h $begin 200 flat 50 9
try gap "$tmp/market.lua" --candles "$tmp/gap.db" --config "$tmp/wide.lua"
has 'lacks 9 candles' '"code":"few_trades"' '"code":"one_market"' '"code":"short"'
"$make" "$tmp/gap.db" kraken ETH/USD 1h $begin 100 flat
try "ends early" "$tmp/market.lua" --candles "$tmp/gap.db"
has '"code":"ends_early"'
lacks '"code":"one_market"'

# ---- the table, and what is refused ----
timeout 60 "$bourse" backtest "$tmp/follow.lua" --candles "$tmp/w.db" --config "$tmp/wide.lua" >"$tmp/out" 2>"$tmp/err" || fail "table: $(cat "$tmp/err")"
name=table
has "buy and hold" "max drawdown" "profit factor" "Before you believe it:"

# The page; a program that was built without its charts says so.
name=page
if "$bourse" backtest "$tmp/follow.lua" --candles "$tmp/w.db" --config "$tmp/wide.lua" --html "$tmp/page.html" >"$tmp/out" 2>"$tmp/err" </dev/null; then
  cp "$tmp/page.html" "$tmp/out"
  has 'backtest of ' '"Equity"' '"BTC/USD on kraken"' '"Fills"' 'before you believe it'
else
  grep -qF 'charts' "$tmp/err" || fail "page: $(cat "$tmp/err")"
fi

# Broken off: the report is of the time until then, and says so.
echo 'local ex = exchange "kraken" every(0.01, function() ex:milliseconds() end)' >"$tmp/busy.lua"
"$bourse" backtest "$tmp/busy.lua" --candles "$tmp/a.db" --format json >"$tmp/out" 2>"$tmp/err" </dev/null &
pid=$!
sleep 1
kill -TERM $pid
wait $pid
[ $? -eq 1 ] && grep -q '"code":"broken_off"' "$tmp/out" || fail "broken off: $(tail -c 300 "$tmp/out") $(head -n 2 "$tmp/err")"

refuses() {
  code=$1 text=$2
  shift 2
  timeout 30 "$bourse" backtest "$@" >"$tmp/out" 2>"$tmp/err" </dev/null
  got=$?
  if [ $got -ne "$code" ] || ! grep -qF -e "$text" "$tmp/err"; then fail "$*: exit $got, expected $code and '$text': $(head -n 2 "$tmp/err")"; fi
}
refuses 2 "--candles FILE|ID" "$tmp/market.lua"
refuses 2 "No such file" "$tmp/none.lua" --candles "$tmp/a.db"
refuses 2 "there is no file" "$tmp/market.lua" --candles "$tmp/none.db"
refuses 1 "no candles of kraken:BTC/USD:5m" "$tmp/market.lua" --candles kraken:BTC/USD:5m --file "$tmp/a.db"
refuses 1 "not a database" "$tmp/market.lua" --candles "$tmp/market.lua"
refuses 2 "--from takes a date" "$tmp/market.lua" --candles "$tmp/a.db" --from tomorrow
refuses 2 "--to takes a date" "$tmp/market.lua" --candles "$tmp/a.db" --to 2024-02-31
refuses 1 "no time is left" "$tmp/market.lua" --candles "$tmp/a.db" --to 2023-01-01
refuses 2 "--fee takes" "$tmp/market.lua" --candles "$tmp/a.db" --fee lots
refuses 2 "--slippage takes" "$tmp/market.lua" --candles "$tmp/a.db" --slippage -1
refuses 2 "--balance takes" "$tmp/market.lua" --candles "$tmp/a.db" --balance USD
refuses 2 "no candles of 'binance'" "$tmp/market.lua" --candles "$tmp/a.db" --balance binance:USD=1
refuses 1 "--html: " "$tmp/market.lua" --candles "$tmp/a.db" --html "$tmp/none/page.html"
echo 'error "a mistake"' >"$tmp/wrong.lua"
refuses 1 "a mistake" "$tmp/wrong.lua" --candles "$tmp/a.db"
echo 'while true do end' >"$tmp/loop.lua"
refuses 3 "CPU" "$tmp/loop.lua" --candles "$tmp/a.db" --cpu 200ms

[ $failed -eq 0 ] && echo "backtest: all as it should be"
exit $failed
