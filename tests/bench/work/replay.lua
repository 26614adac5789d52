-- n order books of a tape (tape_make.c), one after the other, best prices looked at.
args { n = { type = "number", default = 1000, help = "requests" } }
local ex = exchange "binance"
local sum = 0
for _ = 1, args.n do
  local b = ex:fetch_order_book("BTC/USDT", 10)
  sum = sum + b.asks[1][1] - b.bids[1][1]
end
print(("%.2f"):format(sum))
