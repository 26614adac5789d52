-- Run by loss.sh: buys and sells at the market, which loses the fees; then the loss stop holds.
local ex = exchange "kraken"
for _, side in ipairs { "buy", "sell" } do ex:create_order("BTC/USD", "market", side, 0.05) end
local e
for _ = 1, 20 do                               -- until the fills are known
  sleep(0.5)
  local ok, o = pcall(ex.create_order, ex, "BTC/USD", "limit", "buy", 0.0005, ex:fetch_ticker("BTC/USD").bid * 0.98)
  if not ok then
    e = o
    break
  end
  ex:cancel_order(o.id, "BTC/USD")
end
assert(e, "no loss stopped it")
assert(e.code == "guard:loss", tostring(e))
print "ok"
stop()
