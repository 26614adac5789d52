-- Orders, one after the other, until they are refused or there are enough: run by disk.sh.
args { n = { type = "integer", default = 30, min = 0, help = "how many" }, wait = { type = "number", default = 0, help = "seconds to stay" } }
local ex = exchange "kraken"
local bid = ex:fetch_order_book("BTC/USD").bids[1][1]
local placed, why = 0, nil
for _ = 1, args.n do
  local ok, e = pcall(ex.create_order, ex, "BTC/USD", "limit", "buy", 0.0004, bid * 0.99)
  if ok then placed = placed + 1 else why = e.message end
end
print("READY")
sleep(args.wait)
print("placed " .. placed .. " " .. tostring(why))
stop()
