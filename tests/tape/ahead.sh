#!/bin/sh
# A worker that goes ahead with what a tape has for it gets the same answers at the same times as one that asks the broker for each: a replay as fast as it goes
# against one at a speed that nobody can wait for. Usage: ahead.sh BOURSE TAPE_MAKE
set -u
bourse=$1 make=$2
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
cd "$tmp" || exit 1
"$make" books.tape 160000 || exit 1                 # 40,000 books in about 47 minutes

# both NAME SCRIPT OPTIONS...
both() {
  name=$1; shift
  "$bourse" run "$@" --replay books.tape --quiet >"$name.ahead" 2>"$name.ahead.err" </dev/null || { fail "$name: exit $?"; cat "$name.ahead.err"; }
  "$bourse" run "$@" --replay books.tape --quiet --speed 1000000000 >"$name.asked" 2>"$name.asked.err" </dev/null || fail "$name, asked for each: exit $?"
  cmp -s "$name.ahead" "$name.asked" || { fail "$name: not the same"; diff "$name.ahead" "$name.asked" | head -5; }
  cmp -s "$name.ahead.err" "$name.asked.err" || { fail "$name: not the same is said"; diff "$name.ahead.err" "$name.asked.err" | head -5; }
}

cat >mixed.lua <<'LUA'
local ex = exchange "binance"
local function show(b) print(b.asks[1][1], b.received, ex:milliseconds()) end
for _ = 1, 300 do show(ex:fetch_order_book("BTC/USDT", 10)) end
spawn(function() for _ = 1, 400 do sleep(0.37) print("tick", ex:milliseconds()) end end)
every(0.5, function()
  local a, b, _, failed = together(function() return ex:fetch_order_book("BTC/USDT", 10) end, function() return ex:fetch_order_book("BTC/USDT", 10) end,
    function() return ex:fetch_ticker("BTC/USDT") end)
  show(a) show(b)
  print(failed[3].message)
end)
after(20, function()
  store.x = ex:milliseconds()
  print(store.x, ex:milliseconds())
  print(pcall(ex.create_order, ex, "BTC/USDT", "market", "buy", 0.001))      -- the clerk's questions are not on the tape
  print(ex:milliseconds())
end)
after(90, function() sleep(200) show(ex:fetch_order_book("BTC/USDT", 10)) stop() end)
LUA
both mixed mixed.lua
[ "$(wc -l <mixed.ahead)" -gt 1000 ] && grep -q '^false	' mixed.ahead && grep -q 'not on the tape: GET .*ticker' mixed.ahead || { fail "mixed: next to nothing was played"; head mixed.ahead; }

# More is left unasked than is kept; what was asked first of all comes from the tape all the same, and the end of the tape is met.
cat >late.lua <<'LUA'
sleep(2400)
local ex = exchange "binance"
for i = 1, 200000 do
  local b = ex:fetch_order_book("BTC/USDT", 10)
  if i % 500 == 0 or i < 10 then print(i, b.asks[1][1], b.received, ex:milliseconds()) end
end
LUA
both late late.lua
grep -q '^500	' late.ahead || fail "late: nothing was played"

[ $failed -eq 0 ] && echo ok
exit $failed
