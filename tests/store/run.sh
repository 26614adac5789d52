#!/bin/sh
# What a script stores: there after SIGKILL and limits, whole, and told of when it cannot be kept. Usage: run.sh BOURSE
set -u
bourse=$1
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
cd "$tmp" || exit 1

# expect WHAT CODE PATTERN SCRIPT ARGS...: exit code, and a line of either stream
expect() {
  what=$1 code=$2 pattern=$3; shift 3
  "$bourse" run "$@" >out 2>err </dev/null
  got=$?
  [ $got -eq "$code" ] || { fail "$what: exit code $got, expected $code"; cat err; }
  cat out err | { [ -z "$pattern" ] || grep -q -e "$pattern"; } || { fail "$what: no line like '$pattern'"; cat out err; }
}

# --- killed at any moment: what was printed had been kept, and what is kept is whole ---
cat >count.lua <<'LUA'
local kept = store.kept or { n = 0, twice = 0, text = "" }
if kept.twice ~= 2 * kept.n or #kept.text ~= kept.n % 5000 then error("half a value: " .. kept.n .. " " .. kept.twice .. " " .. #kept.text) end
print("begins", kept.n)
while true do
  local n = kept.n + 1
  kept = { n = n, twice = 2 * n, text = ("x"):rep(n % 5000) }
  store.kept = kept
  print("kept", n)
  sleep(0)
end
LUA
last=0
for wait in 0.15 0.3 0.2 0.45 0.25 0.4; do
  "$bourse" run count.lua >out 2>err </dev/null &
  victim=$!
  sleep $wait
  kill -9 $victim
  wait $victim 2>/dev/null
  begins=$(sed -n 's/^begins	//p' out)
  [ -s err ] && { fail "killed after $wait s: it complains"; cat err; }
  [ -n "$begins" ] || continue                                  # killed before it had begun
  # the write under way when the kill came may have been kept without being printed
  [ "$begins" -eq "$last" ] || [ "$begins" -eq $((last + 1)) ] || fail "it went on at $begins after $last"
  told=$(sed -n 's/^kept	//p' out | tail -n 1)
  last=${told:-$begins}
done
[ "$last" -ge 20 ] || fail "only $last writes in all that time: nothing was tested"
expect "after the kills" 0 "^begins	$last\$\|^begins	$((last + 1))\$" count.lua --for 0.5s

# --- stopped by a limit ---
cat >limit.lua <<'LUA'
args { how = { default = "none" } }
store.runs = (store.runs or 0) + 1
print("run", store.runs)
if args.how == "cpu" then while true do end end
if args.how == "memory" then local t = {} while true do t[#t + 1] = ("x"):rep(1000) .. #t end end
if args.how == "error" then error "a mistake" end
LUA
expect "cpu" 3 '^run	1$' limit.lua --arg how=cpu --cpu 200ms
expect "memory" 3 '^run	2$' limit.lua --arg how=memory --memory 16
expect "a mistake" 1 '^run	3$' limit.lua --arg how=error
expect "after all that" 0 '^run	4$' limit.lua

# --- two runs of one script, at once: each sees what was there when it first looked; of one name the last write stays, no other is lost ---
cat >two.lua <<'LUA'
args { who = { required = true } }
for i = 1, 25 do
  store[args.who .. i] = i
  store.both = { who = args.who, n = i, again = i }
end
LUA
"$bourse" run two.lua --arg who=a >a.out 2>&1 </dev/null &
other=$!
expect "one of two" 0 '' two.lua --arg who=b
wait $other || { fail "the other of two"; cat a.out; }
cat >two.lua <<'LUA'
local n = 0
for _ in pairs(store) do n = n + 1 end
local b = store.both
print("names", n, b.n, b.n == b.again, b.who == "a" or b.who == "b")
LUA
expect "what two runs left" 0 '^names	51	25	true	true$' two.lua
mkdir -p elsewhere
cp limit.lua elsewhere/limit.lua
expect "a script of that name elsewhere" 0 '^run	1$' elsewhere/limit.lua

# --- what cannot be kept: said with the name, the script's line, and why ---
row() {
  printf '%s\n' "$2" >row.lua
  expect "$1" 1 "error: row.lua:1: $3" row.lua
}
row "a function" 'store.x = print' 'store.x: a function is no data'
row "one inside" 'store.x = { a = { b = function() end } }' 'store.x: at .a.b: a function is no data'
row "a table in itself" 'local t = {} t.t = t store.x = t' 'store.x: at .t.*: nested too deep, or a table that holds itself'
row "a table as a key" 'store.x = { [{}] = 1 }' 'store.x: a key that is not text or a number'
row "an exchange" 'store.x = exchange "kraken"' "store.x: an exchange cannot be kept; keep its id, 'kraken'"
row "too long" 'store.x = ("x"):rep(2 << 20)' 'store.x: more than 1 MiB'
row "a number as a name" 'store[1] = 1' 'store: names are texts, not a number'
row "no name" 'store[""] = 1' 'store: a name has 1 to 200 bytes'
row "a zero in a name" 'store["a\0b"] = 1' 'store: a name has 1 to 200 bytes'

# --- the file ---
mkdir damaged
echo 'this is no store' >damaged/store.db
BOURSE_STATE=$tmp/damaged expect "a damaged file" 1 'limit.lua:2: store.runs: .*damaged/store.db: file is not a database' limit.lua
cat >fill.lua <<'LUA'
print("before", store.before)
store.before = "kept"
for i = 1, 60 do
  local ok, e = pcall(function() store["n" .. i] = ("x"):rep(20000) .. i end)
  if not ok then
    print(e)
    print("still", store.before, store["n" .. i], #store.n1)
    return
  end
end
LUA
trap '' XFSZ       # a file that may not grow: the write fails instead
(ulimit -f 400; BOURSE_STATE=$tmp/full expect "a full disk" 0 "^fill.lua:4: store.n[0-9]*: 'n[0-9]*' was not kept in .*full/store.db: " fill.lua; exit $failed) || failed=1
BOURSE_STATE=$tmp/full expect "after it" 0 '^before	kept$' fill.lua
[ $failed -eq 0 ] && echo ok
exit $failed
