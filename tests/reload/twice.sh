#!/bin/sh
# twice.sh BOURSE FAULT_SERVE: an adapter that takes a while to load (it asks for a dialect, by a name that is made on the way) is saved again and again while
# a script is busy, so that several saves load at once: the last one counts, and nothing of the others is used after it is gone.
set -eu
bourse=$1 serve=$2
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
make_home
echo 'return { ticker = "/ticker" }' >"$tmp/home/exchanges/dialects/slow.lua"
start_server "$serve"
save() {
  cat >"$tmp/next" <<LUA
local d = dialect("sl" .. "ow")
return {
  hosts = { api = "https://api.example.com" },
  markets_need = false,
  fetch_status = { get = d.ticker, read = function() return { status = "ok", url = "save $1" } end },
}
LUA
  mv "$tmp/next" "$tmp/home/exchanges/busy.lua"
}
save 0
cat >"$tmp/watch.lua" <<'LUA'
local ex = exchange "busy"
every(0.05, function()
  print(ex:fetch_status().url)
  local x = 0
  for i = 1, 12000000 do x = x + i end
end)
LUA
enter
"$bourse" run watch.lua --home "$tmp/home" --base-url "busy=$url" --for 60s >out 2>err &
run=$!
for i in $(seq 100); do [ -s out ] && break; sleep 0.1; done
for i in 1 2 3 4 5 6 7 8 9 10 11 12; do
  save "$i"
  sleep 0.03
done
sleep 1
save 13; sleep 0.03; save 14; sleep 0.03; save last
for i in $(seq 250); do [ "$(tail -n 1 out)" = "save last" ] && break; sleep 0.1; done
kill -INT $run 2>/dev/null || :
wait $run || [ $? -eq 130 ] || { echo "the run failed:"; cat err; exit 1; }
fail() { echo "$1"; echo "-- out"; uniq -c out; echo "-- err"; cat err; exit 1; }
[ "$(head -n 1 out)" = "save 0" ] || fail "no call went through before the change"
[ "$(tail -n 1 out)" = "save last" ] || fail "the last save did not take effect"
! grep -qiE 'sanitizer|crashed|not taken' err || fail "something else was said"
echo ok
