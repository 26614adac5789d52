-- The market list of 2,000, n times anew.
args { n = { type = "number", default = 5, help = "requests" } }
local ex = exchange "binance"
for _ = 1, args.n do
  ex:load_markets(true)
  assert(ex:market("BTC/USDT").precision.price)
end
