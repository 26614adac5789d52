-- n order books of 100 levels, 16 in flight, best prices and one level read.
args { n = { type = "number", default = 100, help = "requests" } }
local ex = exchange "binance"
local left = args.n
local function one()
  while left > 0 do
    left = left - 1
    local b = ex:fetch_order_book("BTC/USDT", 100)
    assert(b.bids[1][1] < b.asks[1][1])
  end
end
ex:load_markets()
local flight = {}
for i = 1, 16 do flight[i] = one end
together(table.unpack(flight))
