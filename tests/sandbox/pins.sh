#!/bin/sh
# A stored key is for the adapter that the user accepted with it: once its file or a dialect of it has changed, nothing is signed until the user has seen
# what differs, and agreed. The server of this machine must not have received the key in between.
# usage: pins.sh BOURSE FAULT_SERVE
set -u
bourse=$1 serve=$2
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
make_home
cd "$tmp" || exit 1
BOURSE_KEYFILE=$tmp/keyfile
export BOURSE_KEYFILE
start_server "$serve"
checks=0
secret=PINNEDsecret0123456789abcdef

adapter=home/exchanges/pinned.lua
cat >"$adapter" <<'LUA'
local d = dialect "pinning"
return {
  hosts = { api = "https://api.example.com" },
  credentials = { "apiKey", "secret" },
  sign = d.sign,
  fetch_markets = { get = "/markets", read = markets { at = "markets", id = "id", baseId = "base", quoteId = "quote" } },
  fetch_balance = { get = "/balance", read = balance { at = "rows", currency = "asset", free = "free", total = "total" } },
  fetch_order = { run = function() return { get = "/html", read = order { id = "id" } } end },
}
LUA
cat >home/exchanges/dialects/pinning.lua <<'LUA'
return { sign = function(req, key) req.headers.Key, req.headers.Pass = key.apiKey, key.secret end }
LUA
cp -r home first

change() { sed "$1" "$adapter" >next && mv next "$adapter"; }
undo() { rm -rf home && cp -r first home; }

# expect NAME CODE TEXT COMMAND...: its exit code and a text in what it says.
expect() {
  name=$1 code=$2 text=$3
  shift 3
  "$@" >out 2>err </dev/null
  got=$?
  checks=$((checks + 1))
  if [ $got -ne "$code" ] || ! cat out err | grep -qF -e "$text"; then
    failed=$((failed + 1))
    echo "not ok: $name: exit $got (expected $code), expected text: $text"
    head -c 800 out err
  fi
}
silent() { checks=$((checks + 1)); if grep -qF -e "$1" out err; then failed=$((failed + 1)); echo "not ok: $name: it said $1"; cat err; fi; }
call() { "$bourse" call pinned "$@" --home home --base-url "pinned=$url"; }
keys() { "$bourse" keys "$@" --home home; }
signs() { : >log; expect "$1" 0 total call fetch_balance; grep -qF $secret log || { failed=$((failed + 1)); echo "not ok: $1: the key was not sent"; }; }
refuses() {
  : >log
  expect "$1" 5 "$2" call fetch_balance
  if grep -qF $secret log || grep -qF /balance log; then failed=$((failed + 1)); echo "not ok: $1: it was sent all the same"; fi
}
accepts() { expect "$1: accepted" 0 "${2:-}" keys accept pinned --yes; signs "$1: once accepted"; }

printf 'PINNEDkey\n%s\n' $secret | keys add pinned >out 2>err || { echo "not ok: keys add"; cat err; exit 1; }
signs "as it was added"
expect "nothing to accept" 0 "is the one that was accepted" keys accept pinned
expect "listed" 0 " accepted " keys list

echo '-- a remark' >>"$adapter"
refuses "a remark" "PermissionDenied: its adapter changed since the key was added; 'bourse keys accept pinned' shows how"
expect "a public call goes on" 0 BTC call fetch_markets
expect "listed as changed" 0 '"adapter":"changed"' keys list --format json
expect "nobody there to agree" 4 "nobody is there to agree" keys accept pinned
refuses "not agreed" "its adapter changed"
accepts "a remark" "No host, endpoint or right of a method differs"
expect "listed as accepted" 0 '"adapter":"accepted"' keys list --format json
undo
refuses "the first one again" "its adapter changed"
accepts "the first one again" "No host, endpoint or right"

# The hostile one: a host more, which what the key signs could go to.
change 's|hosts = {|hosts = { evil = "https://evil.example.net",|; s|get = "/balance"|get = "/balance", host = "evil"|'
refuses "a host more" "names https://evil.example.net, which was not there when the key was added"
expect "the host is shown" 4 "  + host https://evil.example.net" keys accept pinned
expect "and what goes there" 4 "  ~ fetch_balance: read GET https://evil.example.net/balance; it was read GET https://api.example.com/balance" keys accept pinned
refuses "seen, and not agreed" "names https://evil.example.net"
accepts "a host more" "+ host"
undo
refuses "a host less" "its adapter changed"
accepts "a host less" "  - host https://evil.example.net"

change 's|get = "/balance"|post = "/withdraw_all"|'
expect "an endpoint" 4 "  ~ fetch_balance: read POST https://api.example.com/withdraw_all; it was read GET" keys accept pinned
change 's|post = "/withdraw_all"|get = "/balance", right = "withdraw"|'
expect "a right" 4 "  ~ fetch_balance: withdraw GET" keys accept pinned
undo
change 's|fetch_order =|cancel_order =|'
expect "a method more" 4 "  + cancel_order: trade what a function says" keys accept pinned
expect "a method less" 4 "  - fetch_order: read what a function says" keys accept pinned
undo
# What could pass for another line of the difference, or steer a terminal.
change 's|get = "/balance"|get = "/balance\\nhost https://evil.example.net\\27[2J"|'
expect "lines that are made up" 4 "/balance?host https://evil.example.net?[2J" keys accept pinned
silent "  + host"
undo
signs "as it was all along"

echo '-- a remark' >>home/exchanges/dialects/pinning.lua
refuses "a dialect" "its adapter changed"
accepts "a dialect" "No host, endpoint or right"
rm home/exchanges/dialects/pinning.lua
expect "a dialect that is gone" 2 "no such file" call fetch_balance
undo
# A name that is made on the way is in no pin: what it leads to could change unseen.
change 's|dialect "pinning"|dialect("pin" .. "ning")|'
expect "a dialect by a name that is made" 1 "exchanges/pinned.lua:1: dialect 'pinning': not there" keys accept pinned --yes
refuses "a dialect by a name that is made" 'dialect "pinning" is written out nowhere'
undo
rm "$adapter"
expect "no adapter" 0 '"adapter":"absent"' keys list --format json
undo
accepts "all as it was" ""

# While a strategy runs: a save stops the signing, accepting it in another window lets it go on.
cat >watch.lua <<'LUA'
local ex = exchange "pinned"
every(0.1, function()
  local ok, why = pcall(function() return ex:fetch_balance() end)
  print(ok and "signed" or why.class .. " " .. why.message)
end)
LUA
"$bourse" run watch.lua --live --yes --home home --base-url "pinned=$url" >out.run 2>err.run </dev/null &
run=$!
# wait_for TEXT FROM: the text stands in the output behind that line.
wait_for() {
  checks=$((checks + 1))
  tries=0
  until tail -n "+$2" out.run | grep -qF -e "$1"; do
    tries=$((tries + 1))
    if [ $tries -gt 100 ] || ! kill -0 $run 2>/dev/null; then failed=$((failed + 1)); echo "not ok: a running strategy: no '$1'"; tail -n 5 out.run err.run; return; fi
    sleep 0.1
  done
}
wait_for signed 1
sed 's|-- a remark||; $a -- saved while it runs' "$adapter" >next && mv next "$adapter"
wait_for "PermissionDenied its adapter changed" 1
expect "accepted in another window" 0 "accepted: pinned" keys accept pinned --yes
line=$(wc -l <out.run)
wait_for signed $((line + 1))
kill $run
wait $run

# Keys of the environment are for whatever adapter is there, and that is said.
change 's|/balance|/rows|'
BOURSE_PINNED_APIKEY=from-outside BOURSE_PINNED_SECRET=$secret
export BOURSE_PINNED_APIKEY BOURSE_PINNED_SECRET
expect "not pinned" 0 '"account":"(environment)","rights":"all","fingerprint":"' keys list --format json
expect "not pinned" 0 '"adapter":"not pinned"' keys list --format json
undo
signs "a key of the environment"

echo "$checks checks, $failed failed"
[ $failed -eq 0 ]
