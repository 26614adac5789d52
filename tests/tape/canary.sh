#!/bin/sh
# Signed requests are recorded, and the exchange echoes the key: neither key nor signature may be on the tape, in whatever form it is written.
# usage: canary.sh BOURSE FAULT_SERVE
set -u
bourse=$1 serve=$2
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
make_home
start_server "$serve"
# In halves, so that no text of this file or its arguments is what is looked for.
a=CANARY; b=secret7Hq2/Zs+X0pLw9VbN3; c=key4TgB8yRk1MfJ6; d=pass5WxE2uDn7
secret=$a$b key=$a$c password=$a$d token=TOKEN${a}kq83hd72hs93
{
  key_forms "$secret" "$key" "$password" "$token"
  printf '%s' "$key:$secret" | base64 | tr -d '=\n' | cut -c1-44
} >"$tmp/forms"

# /echo sends back what came in the header X-Sign.
cat >"$tmp/home/exchanges/canary.lua" <<LUA
return {
  hosts = { api = "https://api.example.com" },
  credentials = { "apiKey", "secret", "password" },
  failed = "error",
  sign = function(req, key)
    req.headers.Key, req.headers.Pass = key.apiKey, key.password
    req.headers.Authorization = "Basic " .. base64(key.apiKey .. ":" .. key.secret)
    if req.form then
      req.query.key = key.apiKey
      req.query.nonce = key.nonce
      req.query.signature = hex(hmac("sha256", key.secret, key.nonce .. req.target))
      req.query.both = base64(key.apiKey .. ":" .. key.secret)
      req.form.secret = key.secret
      req.form.signed = hex(hmac("sha512", key.secret, "x" .. key.nonce))
    end
    local token = "TOKEN" .. "CANARY" .. "kq83hd72hs93"
    req.headers["X-Sign"] = '{"rows":[],"key":"' .. key.apiKey .. '","secret" : "' .. key.secret .. '","said":"no key ' .. key.apiKey .. '/' .. key.password
      .. '","accessToken":"' .. token .. '"}'
  end,
  fetch_markets = { get = "/markets", read = markets { at = "markets", id = "id", baseId = "base", quoteId = "quote" } },
  fetch_balance = { get = "/echo", read = balance { at = "rows", currency = "asset", free = "free", total = "total" } },
  fetch_orders = { post = "/order", right = "read", send = "pair={id}", read = orders { id = "id" } },
}
LUA
sed -i 's/local token = .*/local token = ("TOKEN-CANARY-kq83hd72hs93"):gsub("-", "")/' "$tmp/home/exchanges/canary.lua"
cat >"$tmp/strategy.lua" <<'LUA'
local ex = exchange "canary"
local ok, balance = pcall(ex.fetch_balance, ex)
print(ok, ok and #tostring(balance.info) > 0, ok or tostring(balance))
print(pcall(ex.fetch_orders, ex, "BTC/EUR"))
store.told, store.ok = ok and balance.info.said, ok      -- what it was told, it may tell
report { said = ok and balance.info.said }
log(ok and balance.info.key)
print(ok and balance.info.secret)
local list = exchange("canary", { options = { again = true } })
for _ = 1, 3 do pcall(list.fetch_balance, list) end
LUA
cd "$tmp" || exit 1
env BOURSE_CANARY_APIKEY="$key" BOURSE_CANARY_SECRET="$secret" BOURSE_CANARY_PASSWORD="$password" \
  "$bourse" run strategy.lua --home "$tmp/home" --base-url "canary=$url" --live --yes --record a.tape >out 2>err </dev/null || { fail "the run"; cat err; }
grep -q "^true	true" out || { fail "the balance was not read"; cat out err; }
grep -qF "Key: $key" log && grep -qF "$token" log || fail "the server did not get the keys: nothing was tested"
"$bourse" tape convert a.tape >lines || fail "convert"
grep -q '"what":"request".*"right":"read".*key=<apiKey>&nonce=[0-9]*&signature=' lines || { fail "the request is not there in its redacted form"; grep '"request"' lines; }
grep -q '"what":"request".*"body":"pair=BTCEUR&secret=<secret>&signed=' lines || { fail "the body is not there in its redacted form"; grep '"request"' lines; }
grep -q '"what":"reply".*no key x*[x1]*/' lines || { fail "the echo is not there"; grep '"reply"' lines; }
for f in a.tape lines; do
  if grep -qaF -f forms "$f"; then fail "a key is in $f"; grep -aoF -f forms "$f" | sort | uniq -c; fi
done
# What was sent as a signature: of the real key. On the tape there is one of a placeholder.
for s in $(grep -o 'signature=[0-9a-f]*\|signed=[0-9a-f]*' log | sort -u | cut -d= -f2); do
  if grep -qF "$s" lines; then fail "a signature is on the tape"; fi
done
grep -q '"headers"\|X-Sign\|Authorization: ' lines && grep -v '"what":"loaded"' lines | grep -q 'Authorization\|X-Sign' && fail "headers are on the tape"

# It is played without a key.
stop "$server"
for i in 1 2; do BOURSE_STATE=$tmp/other "$bourse" run --replay a.tape >out.$i 2>err.$i </dev/null || { fail "replay $i"; cat err.$i; }; done
cmp -s out.1 out.2 || fail "played twice, with other results"
grep -qF "$key" out && grep -qF "$secret" out || fail "the script did not print what it was told: nothing was tested"
[ "$(wc -l <out)" -eq "$(wc -l <out.1)" ] || { fail "not as recorded"; diff out out.1; }      # but for what was made unreadable
[ $failed -eq 0 ] && echo ok
exit $failed
