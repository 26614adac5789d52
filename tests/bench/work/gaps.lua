-- n scans for the best pair of venues for each symbol. take = yes: the tickers are taken in anew for each scan.
args { n = { type = "number", default = 10 }, venues = { type = "number", default = 100 }, symbols = { type = "number", default = 500 }, take = { type = "bool" } }
local state = 12345
local function random()
  state = state * 48271 % 2147483647
  return state / 2147483647
end
local all, ids = {}, {}
for v = 1, args.venues do
  local id, list = "venue" .. v, {}
  for s = 1, args.symbols do
    local symbol, mid = "C" .. s .. "/USDT", s * (1 + (random() - 0.5) / 200)
    list[symbol] = { symbol = symbol, timestamp = 1718454896789, datetime = "2024-06-15T12:34:56.789Z", high = mid * 1.05, low = mid * 0.95, bid = mid * 0.9995,
      bidVolume = random() * 9, ask = mid * 1.0005, askVolume = random() * 9, vwap = mid, open = mid * 0.98, close = mid, last = mid, previousClose = mid,
      change = mid * 0.02, percentage = 2.04, average = mid * 0.99, baseVolume = 12345.678, quoteVolume = 12345.678 * mid }
  end
  all[id], ids[v] = list, id
end
local quotes = scan.quotes()
local function take()
  for _, id in ipairs(ids) do quotes:set(id, all[id], { fee = 0.001 }) end
end
take()
local function one()
  if args.take then take() end
  local gaps = scan.gaps(quotes, { min = 0.1 })
  assert(gaps[1].net > 0.1)
end
local left = args.n
every(0.001, function()          -- a few at a time, as a strategy has them: none of its callbacks may use a second
  for _ = 1, 20 do
    if left <= 0 then stop() end
    left = left - 1
    one()
  end
end)
