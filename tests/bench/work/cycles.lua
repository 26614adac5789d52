-- n searches for profitable ways round through the markets of one venue.
args { n = { type = "number", default = 10 }, assets = { type = "number", default = 200 }, markets = { type = "number", default = 2000 },
  legs = { type = "number", default = 3 } }
local state = 12345
local function random()
  state = state * 48271 % 2147483647
  return state / 2147483647
end
local tickers, count = {}, 0
while count < args.markets do
  local a, b = random() * args.assets // 1, random() * args.assets // 1
  local symbol = ("A%d/A%d"):format(a, b)
  if a ~= b and not tickers[symbol] then
    local mid = (a + 10) / (b + 10) * (1 + (random() - 0.5) / 100)
    tickers[symbol] = { symbol = symbol, bid = mid * 0.9995, ask = mid * 1.0005 }
    count = count + 1
  end
end
local quotes = scan.quotes()
quotes:set("one", tickers, { fee = 0.001 })
local left, options = args.n, { legs = args.legs }
every(0.001, function()
  for _ = 1, 20 do
    if left <= 0 then stop() end
    left = left - 1
    local found, whole = scan.cycles(quotes, options)
    assert(whole and #found > 0)
  end
end)
