-- n lists of 2,000 tickers, 16 in flight.
args { n = { type = "number", default = 10, help = "requests" } }
local ex = exchange "binance"
local left = args.n
local function one()
  while left > 0 do
    left = left - 1
    local t = ex:fetch_tickers()
    assert(t["BTC/USDT"].last)
  end
end
ex:load_markets()
local flight = {}
for i = 1, 16 do flight[i] = one end
together(table.unpack(flight))
