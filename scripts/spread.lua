-- Two exchanges, one pair: how far their prices are apart, how unusual that is (z-score over a window), and what buying at one and selling at the
-- other when it is, and back when it is not any more, would have come to at the prices that one really gets, after taker fees. Places no orders.
--   bourse run scripts/spread.lua --arg venues=kraken,bitstamp --arg pair=BTC/USD
args {
  venues = { type = "list", default = "kraken,bitstamp", help = "two exchanges" },
  pair = { type = "text", default = "BTC/USD", help = "symbol" },
  window = { type = "integer", default = 120, min = 10, max = 10000, help = "samples that mean and deviation are of" },
  enter = { type = "number", default = 2, min = 0.1, help = "z-score at which both sides are taken" },
  leave = { type = "number", default = 0.5, min = 0, help = "z-score at which they are given back" },
  cost = { type = "number", default = 1000, min = 0.000001, help = "to spend on a side, in the quote" },
  max_age_ms = { type = "number", default = 3000, min = 1, help = "oldest book, and most time between the two" },
  every = { type = "number", default = 5, min = 0.05, max = 3600, help = "seconds between samples" },
}
if #args.venues ~= 2 then error("venues: two exchanges are expected", 0) end
if args.leave >= args.enter then error("leave must be below enter", 0) end

local key = table.concat(args.venues, "/") .. " " .. args.pair
local kept = store[key] or { samples = {}, total = 0, trades = 0 }         -- goes on after a restart

local function z_score(x)
  local n, sum, squares = #kept.samples, 0, 0
  for _, s in ipairs(kept.samples) do sum = sum + s end
  local mean = sum / n
  for _, s in ipairs(kept.samples) do squares = squares + (s - mean) ^ 2 end
  local deviation = math.sqrt(squares / (n - 1))
  return deviation > 0 and (x - mean) / deviation or 0, mean
end

local function keep(sample)
  table.insert(kept.samples, sample)
  while #kept.samples > args.window do table.remove(kept.samples, 1) end
end

-- The price at which `amount` is bought or sold on average; nil when the book holds less.
local function average(levels, amount)
  local left, total = amount, 0
  for _, l in ipairs(levels) do
    local q = math.min(left, l[2])
    left, total = left - q, total + q * l[1]
    if left <= amount * 1e-9 then return total / amount end
  end
end

-- Buys at one side and sells at the other; what is left of it in the quote, after fees (negative: paid).
local function both(buy, sell, amount)
  local paid, got = average(buy.book.asks, amount), average(sell.book.bids, amount)
  if not paid or not got then return end
  return amount * (got * (1 - sell.fee) - paid * (1 + buy.fee)), paid, got
end

every(args.every, function()
  local found = each_exchange(args.venues, function(ex)
    local market = ex:market(args.pair)
    return { id = ex.id, fee = market.taker or 0.001, book = ex:fetch_order_book(args.pair, 50) }
  end)
  local a, b = found[args.venues[1]], found[args.venues[2]]
  if not a or not b then return end
  local bid_a, ask_a = a.book:best()
  local bid_b, ask_b = b.book:best()
  if not (bid_a and ask_a and bid_b and ask_b) then return end
  local age = math.max(a.book.age or 0, b.book.age or 0, math.abs((a.book.received or 0) - (b.book.received or 0)))
  local mid_a, mid_b = (bid_a + ask_a) / 2, (bid_b + ask_b) / 2
  local spread = 100 * math.log(mid_a / mid_b)
  local out = { kind = "spread", pair = args.pair, venue = key, [a.id] = mid_a, [b.id] = mid_b, spread = spread, age_ms = age // 1, trades = kept.trades,
    total = kept.total }
  if age > args.max_age_ms then
    out.verdict = "stale"
    return report(out)
  end
  if #kept.samples >= math.min(30, args.window) then
    local z, mean = z_score(spread)
    out.z, out.mean, out.verdict = z, mean, "wait"
    local p = kept.position
    if not p and math.abs(z) >= args.enter then
      local buy, sell = a, b                                          -- z below zero: a is cheap
      if z > 0 then buy, sell = b, a end
      local amount = args.cost / buy.book.asks[1][1]
      local left = both(buy, sell, amount)
      if left then
        kept.position = { buy = buy.id, sell = sell.id, amount = amount, left = left, side = z > 0 and 1 or -1, at = iso8601(os.time() * 1000) }
        out.verdict, out.buy, out.sell = "enter", buy.id, sell.id
      end
    elseif p and (z * p.side <= args.leave) then
      local back = both(found[p.sell], found[p.buy], p.amount)          -- the other way round
      if back then
        kept.total, kept.trades, kept.position = kept.total + p.left + back, kept.trades + 1, nil
        out.verdict, out.profit, out.total, out.trades = "leave", p.left + back, kept.total, kept.trades
      end
    elseif p then
      out.verdict = "hold"
    end
  else
    out.verdict, out.why = "learning", ("%d of %d samples"):format(#kept.samples, math.min(30, args.window))
  end
  keep(spread)
  store[key] = kept
  report(out)
end)
