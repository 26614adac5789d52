#!/bin/sh
# Recorded on local venues, played without them. Usage: run.sh BOURSE BOURSE-VENUES
set -u
bourse=$1 venues=$2
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
cd "$tmp" || exit 1

same() { cmp -s "$1" "$2" || { fail "$3: $1 and $2 differ"; diff "$1" "$2" | head -5 >&2; }; }

start_venues "$venues" --seed 1 --speed 4 --for 120

# Everything that could differ from one process to another: chance, times, the order of tables, what is stored, failures, tasks at the same time.
cat >all.lua <<'LUA'
args { n = { type = "integer", default = 3 } }
local k, b = exchange "kraken", exchange "bitstamp"
store.count = (store.count or 0) + 1
print("count", store.count, args.n)
local seen = { [k] = 1, [b] = 2, [{}] = 3, [print] = 4, [function() end] = 5 }
for key, v in pairs(seen) do print(tostring(key), v) end
every(0.2, function()
  local a, c, _, failed = together(function() return k:fetch_ticker("BTC/USD") end, function() return b:fetch_order_book("BTC/USD", 5) end,
    function() return k:fetch_ticker("NO/SUCH") end)
  print(iso8601(os.time() * 1000), os.clock(), math.random(1000000), collectgarbage("count"))
  if a then for key, v in pairs(a) do if key ~= "info" then print(key, v) end end end
  if failed then for i, e in pairs(failed) do print(i, e) end end
  report { a = a and a.last, bid = c and c.bids[1][1], t = c and c.timestamp, r = math.random(), now = k:milliseconds() }
end)
spawn(function() while true do sleep(math.random() / 10) print("tick", k:milliseconds()) end end)
LUA
cp all.lua second.lua

# Orders on paper: markets, limits, what is open, what is taken back.
cat >trade.lua <<'LUA'
local k = exchange "kraken"
local function show(what, ...)
  local ok, o = pcall(what, ...)
  print(ok, type(o) == "table" and ok and json.encode(o) or o)
end
show(k.fetch_balance, k)
local n = 0
every(0.4, function()
  n = n + 1
  local b = k:fetch_order_book("BTC/USD", 5)
  if n % 2 == 1 then show(k.create_order, k, "BTC/USD", "market", "buy", 0.0005)
  else show(k.create_order, k, "BTC/USD", "limit", "sell", 0.0004, b.bids[1][1] * (n == 6 and 1 or 1.02)) end
  if n == 4 then show(k.create_order, k, "BTC/USD", "limit", "buy", 10, b.bids[1][1]) end
  for _, o in ipairs(k:fetch_open_orders("BTC/USD")) do
    print("open", o.id, o.price, o.filled, o.clientOrderId)
    if n == 5 then show(k.cancel_order, k, o.id, "BTC/USD") end
  end
  report { n = n, usd = k:fetch_balance().USD.total, now = k:milliseconds() }
  if n == 7 then stop() end
end)
LUA

# shellcheck disable=SC2086 # the options are words
record() { "$bourse" run "$@" $urls >rec.out 2>rec.err </dev/null || { fail "recording $*"; cat rec.err >&2; }; }
# play NAME ARGS...: without the state folder of the recording, which it may neither read nor change
play() {
  name=$1; shift
  BOURSE_STATE=$tmp/other "$bourse" run "$@" >"$name.out" 2>"$name.err" </dev/null
}

record all.lua --arg n=7 --for 3s --record one.tape
cp rec.out one.out
record all.lua second.lua --for 2s --record two.tape
record "$root/scripts/arbitrage.lua" --arg "venues=$names" --arg every=0.3 --for 3s --format json --record arbitrage.tape
cp rec.out arbitrage.out
record trade.lua --for 60s --record trade.tape
cp rec.out trade.out
"$bourse" run all.lua --record one.tape >again.out 2>again.err </dev/null && fail "a tape was written over another"
grep -q 'already' again.err || fail "why the tape was not written was not said"

# A recorder that is killed: good up to the last second but one.
# shellcheck disable=SC2086
"$bourse" run all.lua $urls --record killed.tape >killed.out 2>/dev/null </dev/null &
victim=$!
sleep 3
kill -9 $victim
wait $victim 2>/dev/null

stop "$server"

# --- the same again ---
for i in 1 2; do
  play one.$i --replay one.tape || fail "replay $i"
  play two.$i --replay two.tape || fail "replay $i of two scripts"
  play arbitrage.$i --replay arbitrage.tape --format json || fail "replay $i of the arbitrage check"
done
same one.1.out one.2.out "played twice"
same one.out one.1.out "as recorded"
same two.1.out two.2.out "two scripts, played twice"
same arbitrage.1.out arbitrage.2.out "the arbitrage check, played twice"
# The summary tells the time that it took, and counts what was still under way; the results are the same.
for f in arbitrage.out arbitrage.1.out; do
  [ "$(grep -c '"kind":"summary"' $f)" -eq 1 ] || fail "no summary in $f"
  sed -i 's/"\(seconds\|budget_percent\|again\|requests\)":[0-9.]*//g' $f
done
same arbitrage.out arbitrage.1.out "the arbitrage check, as recorded"
same one.1.err one.2.err "what else is said"
for i in 1 2; do
  play trade.$i --replay trade.tape || fail "replay $i of orders"
  play paper.$i trade.lua --replay trade.tape || fail "replay $i of orders, placed anew on paper"
done
same trade.out trade.1.out "orders, as recorded"
same trade.1.err trade.2.err "orders: what else is said"
same paper.1.out paper.2.out "orders placed anew, played twice"
same trade.out paper.1.out "orders placed anew, as recorded"
grep -q '^true.*"status":"closed"' trade.out && grep -q '^true.*"status":"canceled"' trade.out && grep -q '^false' trade.out && grep -q '^open' trade.out || { fail "no orders were placed"; cat trade.out >&2; }
[ ! -e "$tmp/other/paper.db" ] || fail "a replay wrote into the journal"
[ "$(grep -c spread arbitrage.out)" -ge 4 ] || fail "the arbitrage check saw next to nothing"
grep -q '^count	1	7$' one.out || fail "the script did not run as it was meant"
[ ! -e "$tmp/other/store.db" ] || fail "a replay wrote into the store"
play named all.lua --replay one.tape || fail "replay of a named script"
same one.out named.out "the script named"
play slow --replay one.tape --speed 6 || fail "replay at a speed"
same one.out slow.out "at a speed"
play short --replay one.tape --for 1s || fail "replay for a second"
[ "$(wc -l <short.out)" -lt "$(wc -l <one.out)" ] || fail "--for was not in the tape's time"
head -c "$(wc -c <short.out)" one.out | cmp -s - short.out || fail "--for: not the beginning of the whole"

# --- something else ---
cat >else.lua <<'LUA'
local k = exchange "kraken"
print(pcall(k.fetch_ticker, k, "ETH/BTC"))
local ok, e = pcall(k.fetch_ticker, k, "ETH/BTC")
print(e.class, e.message, e.retry)
print(k:fetch_ticker("BTC/USD").symbol)
while true do pcall(k.fetch_ticker, k, "ETH/BTC") end
LUA
play else else.lua --replay one.tape || fail "a script that asks for something else"
grep -q '^BadResponse	not on the tape: GET https://api.kraken.com/0/public/Ticker?pair=[A-Z]*	false$' else.out || { fail "no error for what is not on the tape"; cat else.out >&2; }
grep -q '^BTC/USD$' else.out || fail "what is on the tape was not found"
cat >slower.lua <<'LUA'
local k = exchange "kraken"
local asked = 0
every(0.5, function()
  local t = k:fetch_ticker "BTC/USD"
  asked = asked + 1
  print(k:milliseconds() - t.received, asked)
end)
LUA
play slower slower.lua --replay one.tape || fail "a script of another pace"
[ "$(wc -l <slower.out)" -ge 5 ] || { fail "a script of another pace got no answers"; cat slower.err >&2; }
play args all.lua --replay one.tape --arg n=9 || fail "another argument"
grep -q '^count	1	9$' args.out || fail "the argument did not come in place of the recorded one"
sed 's/"tick"/"tack"/' all.lua >changed.lua && mkdir -p other && mv changed.lua other/all.lua
play changed other/all.lua --replay one.tape || fail "a changed script"
grep -q 'note: other/all.lua is not as it was recorded' changed.err || fail "that the script is another one was not said"

# --- tapes that are not whole ---
size=$(wc -c <one.tape)
head -c $((size - size / 10)) one.tape >half.tape
for i in 1 2; do play half.$i --replay half.tape || fail "replay of a part of a tape"; done
same half.1.out half.2.out "a part of a tape"
grep -q 'cut off' half.1.err || fail "that the tape was cut off was not said"
n=$(wc -c <half.1.out)
[ "$n" -gt 1000 ] && [ "$n" -lt "$(wc -c <one.out)" ] || fail "a part of a tape gave $n bytes"
head -c "$n" one.out | cmp -s - half.1.out || fail "a part of a tape: not the beginning of the whole"
for i in 1 2; do play killed.$i --replay killed.tape || fail "replay of a killed recording"; done
same killed.1.out killed.2.out "a killed recording"
# The tape may have a line more than what was printed before the end came, or less.
n=$(wc -c <killed.1.out) printed=$(wc -c <killed.out)
[ "$n" -le "$printed" ] || n=$printed
[ "$n" -gt 1000 ] || fail "of a killed recording next to nothing is left"
head -c "$n" killed.out >printed; head -c "$n" killed.1.out >played
same printed played "a killed recording"
cp one.tape bad.tape
printf 'xxxxxxxxxxxxxxxx' | dd of=bad.tape bs=1 seek=$((size - size / 8)) conv=notrunc 2>/dev/null
play bad --replay bad.tape && fail "a damaged tape was played"
grep -q 'damaged behind byte' bad.err || { fail "that the tape is damaged was not said"; cat bad.err >&2; }
"$bourse" tape info bad.tape >bad.info 2>&1 && fail "info of a damaged tape"
"$bourse" tape cut bad.tape --out sound.tape 2>/dev/null || fail "cut of a damaged tape"
play sound --replay sound.tape || fail "replay of what is left of a damaged tape"
head -c "$(wc -c <sound.out)" one.out | cmp -s - sound.out || fail "what is left of a damaged tape: not the beginning of the whole"
echo 'print(1)' >no.tape
play no --replay no.tape && fail "a text was played"
grep -q 'not a tape' no.err || fail "that a text is no tape was not said"

# --- bourse tape ---
"$bourse" tape info one.tape >info || fail "info"
grep -q '^one.tape: whole$' info && grep -q 'script  all.lua  {"n":"7"}' info && grep -q '^  exchange  kraken ' info || { fail "info does not say what is on it"; cat info >&2; }
"$bourse" tape info one.tape --format json | grep -q '"state":"whole".*"venues":\[{"id":"kraken","requests":[1-9]' || fail "info as JSON"
"$bourse" tape convert one.tape >one.json || fail "convert"
grep -q '"what":"reply".*"body":"{' one.json || fail "no reply among the JSON lines"
asked=$(grep -c '"what":"request"' one.json) replied=$(grep -c '"what":"reply"' one.json)
[ "$replied" -ge $((asked - 3)) ] && [ "$replied" -le "$asked" ] || fail "$asked requests, $replied replies"      # some were under way at the end
"$bourse" tape cut one.tape --from 1s --to 2s --venue kraken --out cut.tape || fail "cut"
"$bourse" tape convert cut.tape >cut.json
grep -q '"venue":"bitstamp".*"what":"request"\|"what":"request".*"venue":"bitstamp"' cut.json && fail "cut kept another venue"
for i in 1 2; do play cut.$i --replay cut.tape || fail "replay of a part"; done
same cut.1.out cut.2.out "a part, played twice"
grep -q 'bitstamp: BadResponse: not on the tape' cut.1.out || fail "the venue that was cut away answered"
grep -q '^symbol	BTC/USD$' cut.1.out || fail "the venue that was kept did not answer"
"$bourse" tape merge one.tape two.tape --out both.tape || fail "merge"
for i in 1 2; do play both.$i --replay both.tape || fail "replay of two runs in one"; done
same both.1.out both.2.out "two runs in one, played twice"
cat one.1.out two.1.out | sort >apart.sorted
sort both.1.out >both.sorted
same apart.sorted both.sorted "two runs in one"
"$bourse" tape convert one.tape --format rows --venue kraken >kraken.lua || fail "rows"
"$bourse" conform kraken.lua >conform.out 2>&1 || { fail "the rows do not pass"; cat conform.out >&2; }
grep -q '^kraken [1-9]' conform.out || fail "no rows"
[ $failed -eq 0 ] && echo ok
exit $failed
