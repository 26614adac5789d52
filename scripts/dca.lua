-- Buys for the same amount of money again and again, whatever the price, and keeps account of it. Places orders: on paper unless the program runs
-- with --live. What was bought and when is kept, so that a restart neither buys twice nor leaves out one.
--   bourse run scripts/dca.lua --arg venue=kraken --arg pair=BTC/EUR --arg cost=25 --arg hours=24
args {
  venue = { type = "text", default = "kraken", help = "exchange" },
  pair = { type = "text", default = "BTC/USD", help = "symbol" },
  cost = { type = "number", default = 25, min = 0.00000001, help = "to spend each time, in the quote, fee included" },
  hours = { type = "number", default = 24, min = 0.001, max = 8760, help = "from one purchase to the next" },
  max_slip_percent = { type = "number", default = 0.5, min = 0, max = 10, help = "most that the last of it may cost above the best ask" },
  max_spread_percent = { type = "number", default = 1, min = 0, max = 50, help = "a wider book is waited out" },
  max_price = { type = "number", min = 0, help = "nothing is bought above it" },
  times = { type = "integer", min = 1, help = "ends after so many purchases; without it never" },
  check = { type = "number", default = 60, min = 1, max = 3600, help = "seconds after which is looked again when the book was not good" },
}

local ex, key = exchange(args.venue), args.venue .. " " .. args.pair
local kept = store[key] or { spent = 0, bought = 0, times = 0 }
local done = 0

local function now() return ex:milliseconds() end

local function wait(verdict, why, ...)
  report { kind = "dca", pair = args.pair, venue = ex.id, verdict = verdict, why = why and why:format(...) }
end

-- One purchase; true when something was bought.
local function buy()
  local market, book = ex:market(args.pair), ex:fetch_order_book(args.pair, 50)
  local bid, ask = book:best()
  if not bid or not ask then return wait("waits", "an empty book") end
  local spread = 100 * (ask - bid) / ask
  if spread > args.max_spread_percent then return wait("waits", "a spread of %.2f %%", spread) end
  if args.max_price and ask > args.max_price then return wait("waits", "%.10g is above the price that was set", ask) end
  local worst, left, amount = ask * (1 + args.max_slip_percent / 100), args.cost / (1 + (market.taker or 0.01)), 0
  for _, l in ipairs(book.asks) do
    if l[1] > worst or left <= 0 then break end
    local q = math.min(l[2], left / l[1])
    amount, left = amount + q, left - q * l[1]
  end
  amount = tonumber(ex:amount_to_precision(args.pair, amount))
  local limits = market.limits
  if amount <= 0 or amount < (limits.amount.min or 0) or amount * ask < (limits.cost.min or 0) then
    return wait("too small", "%s takes no less than %.10g %s and %.10g %s", ex.id, limits.amount.min or 0, market.base, limits.cost.min or 0, market.quote)
  end
  -- Before the order, so that a crash in between leaves out a purchase rather than doubling it.
  local before = kept.last
  local function date(ms)
    kept.last = ms
    store[key] = kept
  end
  date(now())
  local ok, order = pcall(function() return ex:create_order(args.pair, "limit", "buy", amount, ex:price_to_precision(args.pair, worst)) end)
  if not ok then
    if is_error(order, "ExchangeError") then date(before) end           -- refused, so surely not placed; of any other failure that is not known
    error(order, 0)
  end
  order = settle(ex, order, 10)
  if order.filled <= 0 then
    date(before)
    return wait("not filled", "nothing was to be had up to %.10g", worst)
  end
  kept.spent, kept.bought, kept.times = kept.spent + order.cost, kept.bought + order.filled, kept.times + 1
  store[key] = kept
  done = done + 1
  report { kind = "dca", pair = args.pair, venue = ex.id, verdict = "bought", size = order.filled, price = order.cost / order.filled, times = kept.times,
    average = kept.spent / kept.bought, bought = kept.bought, spent = kept.spent, worth = kept.bought * bid }
  return true
end

every(args.check, function()
  if kept.last and now() < kept.last + args.hours * 3600000 then return end
  if buy() and args.times and done >= args.times then stop() end
end)
