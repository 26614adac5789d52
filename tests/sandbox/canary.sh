#!/bin/sh
# A key in the environment, a strategy that calls private methods and fails, a dry run, reports, logs, what is stored: the key may be in what the
# server received, and nowhere else: not in the output, the state folder, or the worker's memory and environment.
# usage: canary.sh BOURSE FAULT_SERVE
set -u
bourse=$1 serve=$2
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
make_home
start_server "$serve"
# In halves, so that no text of this file or its arguments is what is looked for.
a=CANARY; b=secret7Hq2ZsX0pLw9VbN3; c=key4TgB8yRk1MfJ6; d=pass5WxE2uDn7
secret=$a$b key=$a$c password=$a$d
{
  key_forms "$secret" "$key" "$password"
  printf '%s' "$key:$secret" | base64 | tr -d '=\n' | cut -c1-44
} >"$tmp/forms"

cat >"$tmp/home/exchanges/canary.lua" <<'LUA'
return {
  hosts = { api = "https://api.example.com" },
  credentials = { "apiKey", "secret", "password" },
  failed = "error",
  sign = function(req, key)
    req.headers.Key, req.headers.Pass = key.apiKey, key.password
    req.headers.Authorization = "Basic " .. base64(key.apiKey .. ":" .. key.secret)
    req.headers.Sign = hex(hmac("sha512", key.secret, key.nonce .. req.target))
    if req.path == "/none" then req.path = "/" .. key.secret end      -- even there it must not come back
  end,
  fetch_markets = { get = "/markets", read = markets { at = "markets", id = "id", baseId = "base", quoteId = "quote" } },
  fetch_ticker = { get = "/ticker", read = ticker { bid = "bid", ask = "ask" } },
  fetch_balance = { get = "/balance", read = balance { at = "rows", currency = "asset", free = "free", total = "total" } },
  fetch_orders = { get = "/escapes", read = orders { at = "rows", id = "id" } },
  fetch_open_orders = { get = "/none", read = orders { at = "rows", id = "id" } },
  fetch_closed_orders = { get = "/reset_before", read = orders { at = "rows", id = "id" } },
  fetch_order = { get = "/html", read = order { id = "id" } },
  create_order = { post = "/order", send = "pair={id} amount={amount}", read = order { id = "id" } },
}
LUA
cat >"$tmp/strategy.lua" <<'LUA'
local ex = exchange "canary"
local function show(name, ...)
  local out = table.pack(pcall(ex[name], ex, ...))
  for i = 1, out.n do
    print(name, out[i])
    if type(out[i]) == "table" then
      report { kind = name, value = out[i] }
      for k, v in pairs(out[i]) do log(tostring(k) .. " " .. tostring(v)) end
    end
  end
  store[name] = out[1] and out[2] or tostring(out[2])
end
for _ = 1, 3 do
  show("fetch_balance")
  show("fetch_orders", "BTC/EUR")
  show("fetch_open_orders", "BTC/EUR")
  show("fetch_closed_orders", "BTC/EUR")
  show("fetch_order", "o1")
  show("create_order", "BTC/EUR", "limit", "buy", 1, 1)
  for k, v in pairs(ex.required_credentials or {}) do print(k, v) end
end
print "READY"
sleep(4)
ex:fetch_order("o2")      -- fails, uncaught
LUA
cd "$tmp" || exit 1
with_keys() {
  env BOURSE_CANARY_APIKEY="$key" BOURSE_CANARY_SECRET="$secret" BOURSE_CANARY_PASSWORD="$password" "$@"
}

# What is found in a process: its environment, arguments and memory. 0: nothing.
looked=0
look() {
  for part in environ cmdline; do
    if tr '\0' '\n' <"/proc/$1/$part" 2>/dev/null | grep -qF -f "$tmp/forms"; then fail "$2: a key is in /proc/PID/$part"; fi
  done
  [ "$3" = memory ] || return
  : >"$tmp/memory"
  while read -r range rights _ _ _ name; do
    case $rights in r*) ;; *) continue ;; esac
    case $name in '[vvar]'|'[vsyscall]'|'[vdso]') continue ;; esac
    from=$(printf '%d' "0x${range%-*}") to=$(printf '%d' "0x${range#*-}")
    [ $((to - from)) -le 268435456 ] || continue
    dd if="/proc/$1/mem" bs=4096 skip=$((from / 4096)) count=$(((to - from) / 4096)) 2>/dev/null >>"$tmp/memory"
  done <"/proc/$1/maps"
  [ -s "$tmp/memory" ] || return
  looked=$((looked + 1))
  grep -aqF fetch_closed_orders "$tmp/memory" || fail "$2: its memory was not read"
  if grep -aqF -f "$tmp/forms" "$tmp/memory"; then fail "$2: a key is in its memory"; fi
  rm -f "$tmp/memory"
}

# Not by with_keys: a shell of its own would stand between, and the broker would pass for the worker.
env BOURSE_CANARY_APIKEY="$key" BOURSE_CANARY_SECRET="$secret" BOURSE_CANARY_PASSWORD="$password" \
  "$bourse" run strategy.lua --home "$tmp/home" --base-url "canary=$url" --live --yes --timeout 2s >out.run 2>err.run </dev/null &
broker=$!
tries=0
until grep -q READY out.run; do
  tries=$((tries + 1))
  if [ $tries -gt 300 ] || ! kill -0 $broker 2>/dev/null; then fail "the strategy did not come to its wait"; cat err.run; break; fi
  sleep 0.1
done
pid=$broker
worker=$(cat /proc/$pid/task/$pid/children 2>/dev/null | tr -d ' ')
[ -n "$worker" ] || fail "no worker was found"
[ "$(cat "/proc/$pid/comm" 2>/dev/null)" = bourse ] || fail "the broker was not found"
look "$pid" broker environment
if [ -n "$worker" ] && [ -z "${CANARY_NO_MEMORY:-}" ]; then look "$worker" worker memory; fi
wait $broker
code=$?
[ $code -eq 5 ] || { fail "exit $code of the strategy, not 5"; cat err.run; }
grep -q 'not JSON' err.run || fail "the strategy's error was not told"

with_keys "$bourse" call canary create_order BTC/EUR limit buy 1 1 --dry-run --home "$tmp/home" --base-url "canary=$url" >out.dry 2>err.dry </dev/null ||
  { fail "the dry run"; cat err.dry; }
grep -q '<apiKey>' out.dry || fail "the dry run does not show where the key goes"
with_keys "$bourse" call canary fetch_open_orders BTC/EUR --home "$tmp/home" --base-url "canary=$url" >out.call 2>err.call </dev/null
with_keys "$bourse" call canary fetch_balance --info --home "$tmp/home" --base-url "canary=$url" >out.info 2>err.info </dev/null || fail "fetch_balance"
with_keys "$bourse" doctor canary --home "$tmp/home" --base-url "canary=$url" >out.doctor 2>err.doctor </dev/null
# An id that is not there, and a wrong command line.
with_keys "$bourse" call canary no_such_method >out.wrong 2>err.wrong </dev/null
with_keys "$bourse" call no_such_exchange fetch_time --home "$tmp/home" >>out.wrong 2>>err.wrong </dev/null

grep -qF "Key: $key" log && grep -qF "Pass: $password" log && grep -qF "/$secret" log || fail "the server did not get the keys: nothing was tested"
for f in out.* err.*; do
  if grep -qaF -f forms "$f"; then fail "a key is in $f"; grep -aF -f forms "$f" | head -n 2 | cut -c1-200; fi
done
[ -d "$tmp/state" ] || fail "no state folder"
if grep -raqF -f forms "$tmp/state"; then fail "a key is in the state folder: $(grep -ralF -f forms "$tmp/state")"; fi
[ $looked -gt 0 ] || echo "(the worker's memory could not be read here: it was not looked at)"
[ $failed -eq 0 ] && echo ok
exit $failed
