-- Orders, one after the other, until they are refused or there are enough: run by disk.sh.
args { n = { type = "integer", default = 30, min = 0, help = "how many" },
  cancels = { type = "bool", default = false, help = "in the end the first is cancelled, again and again, until nothing more fits on the disk; then the last" }, wait = { type = "number", default = 0, help = "seconds to stay" } }
local ex = exchange "kraken"
local bid = ex:fetch_order_book("BTC/USD").bids[1][1]
local placed, why, ids = 0, nil, {}
for _ = 1, args.n do
  local ok, e = pcall(ex.create_order, ex, "BTC/USD", "limit", "buy", 0.0004, bid * 0.99)
  if ok then placed, ids[#ids + 1] = placed + 1, e.id else why = e.message end
end
if args.cancels then
  for _ = 1, 20 do pcall(ex.cancel_order, ex, ids[1], "BTC/USD") end
  local ok, e = pcall(ex.cancel_order, ex, ids[#ids], "BTC/USD")
  print(ok and "cancelled" or e.message)
end
print("READY")
sleep(args.wait)
print("placed " .. placed .. " " .. tostring(why))
stop()
