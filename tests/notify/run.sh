#!/bin/sh
# notify() from a strategy to a webhook. Usage: run.sh BOURSE FAULT_SERVE
set -eu
bourse=$1 serve=$2
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
start_server "$serve"
cd "$tmp"
fail() { echo "notify: $*" >&2; cat out err >&2; exit 1; }

cat >tell.lua <<'LUA'
print(notify("BTC \"up\"", 5, "\n\xff ü"))
LUA
printf '# ours\n\n  %s/ok?token=secret \n' "$url" >to
"$bourse" run tell.lua --notify to >out 2>err || fail "exit code $?"
grep -q '^true' out || fail "not told"
grep -q 'BTC "up"' err || fail "nothing on stderr"
tr -d '\r' <log | grep -qF '{"text":"BTC \"up\"\u00095\u0009\u000a? ü","content":"BTC \"up\"\u00095\u0009\u000a? ü"}' || fail "another body: $(cat log)"
tr -d '\r' <log | grep -q '^POST /ok?token=secret ' || fail "another request"

cat >more.lua <<'LUA'
local told, why = notify("x")
print(told, why)
LUA
"$bourse" run more.lua >out 2>err || fail "exit code $?"
grep -q 'false.*nobody to tell' out || fail "without --notify"
printf '%s/ok\n%s/status/500?token=secret\nhttp://127.0.0.1:1/x\n' "$url" "$url" >to
"$bourse" run more.lua --notify to >out 2>err || fail "exit code $?"
grep -q 'false' out || fail "a server that fails"
grep -q 'secret' out err && fail "the address is told to the script"
cat >many.lua <<'LUA'
local told, why
for _ = 1, 21 do told, why = notify("again") end
print(told, why)
LUA
echo "$url/ok" >to
"$bourse" run many.lua --notify to >out 2>err || fail "exit code $?"
grep -q 'more than 20 in a minute' out || fail "no limit"

for bad in 'http://example.com/x' 'ftp://x' 'https://user@example.com/'; do
  echo "$bad" >to
  if "$bourse" run more.lua --notify to >out 2>err; then fail "$bad was taken"; fi
  grep -q 'line 1' err || fail "$bad: no line is told"
done
: >to
if "$bourse" run more.lua --notify to >out 2>err; then fail "an empty file was taken"; fi
echo "notify: ok"
