-- Ways round through the markets of one exchange (or, with across=yes, of several) that end with more than they began with: found among all tickers,
-- then checked against the books, with fees and lots, for the size that leaves most. It looks and reports; it places no orders.
--   bourse run scripts/triangular.lua --arg venues=kraken --for 30s
args {
  venues = { type = "list", default = "kraken,binance,okx,bitfinex,bitstamp", help = "exchanges" },
  across = { type = "bool", help = "legs on different exchanges: what is bought at one must be held at the next already" },
  legs = { type = "integer", default = 3, min = 2, max = 6, help = "at most so many trades" },
  start = { type = "list", default = "USD,USDT,EUR,BTC", help = "what can be put in; the first that is on the way counts" },
  size = { type = "amounts", default = "1000,BTC=0.02", help = "most to put in; NAME=x for one currency" },
  min_net_percent = { type = "number", default = 0, min = 0, max = 100, help = "what must be left" },
  suspect_percent = { type = "number", default = 5, min = 0.1, max = 1000, help = "more than this is too good to be true" },
  top = { type = "integer", default = 5, min = 1, max = 50, help = "ways to check against the books, in each round" },
  depth = { type = "integer", default = 50, min = 1, max = 500, help = "levels of each book" },
  max_age_ms = { type = "number", default = 3000, min = 1, help = "oldest book" },
  every = { type = "number", default = 5, min = 0.05, max = 3600, help = "seconds from round to round" },
}

for _, id in ipairs(args.venues) do exchange(id) end

-- The legs from the one on that begins with what can be put in; nil when none does.
local function turned(legs)
  for _, code in ipairs(args.start) do
    for i, leg in ipairs(legs) do
      if leg.from == code then
        local out = {}
        for k = 0, #legs - 1 do out[k + 1] = legs[(i + k - 1) % #legs + 1] end
        return out
      end
    end
  end
end

-- What a leg makes of `have`, the rest of a lot being lost; or nil and why not.
local function through(leg, have)
  local ex, market, sells = exchange(leg.venue), leg.market, leg.side == "sell"
  local amount, left = 0, sells and have or have / (1 + market.taker)        -- of the base; of the quote
  for _, l in ipairs(sells and leg.book.bids or leg.book.asks) do
    local q = math.min(l[2], sells and left or left / l[1])
    amount, left = amount + q, left - (sells and q or q * l[1])
    if left <= have * 1e-12 then break end
  end
  if left > have * 1e-9 then return nil, "the book of " .. leg.symbol .. " is too thin" end
  amount = tonumber(ex:amount_to_precision(leg.symbol, amount))
  local least, cost, rest = market.limits.amount.min or 0, 0, amount
  for _, l in ipairs(sells and leg.book.bids or leg.book.asks) do
    local q = math.min(l[2], rest)
    cost, rest = cost + q * l[1], rest - q
    if rest <= 0 then break end
  end
  if amount <= 0 or amount < least then return nil, ("%s takes no less than %.10g %s"):format(leg.venue, least, market.base) end
  if cost < (market.limits.cost.min or 0) then return nil, ("%s takes no order below %.10g %s"):format(leg.venue, market.limits.cost.min, market.quote) end
  return sells and cost * (1 - market.taker) or amount
end

local function round_with(legs, size)
  local have = size
  for _, leg in ipairs(legs) do
    local got, why = through(leg, have)
    if not got then return nil, why end
    have = got
  end
  return have
end

-- Against the books of all legs at one moment: the size that leaves most, of the largest one halved again and again.
local function check(cycle, venue)
  local out = { kind = "cycle", venue = venue, pair = cycle.path, gross = cycle.net }
  local function verdict(text, why)
    out.verdict, out.why = text, why
    report(out)
  end
  local legs = turned(cycle.legs)
  if not legs then return end
  out.pair = legs[1].from
  for _, leg in ipairs(legs) do out.pair = out.pair .. " > " .. leg.to end
  if cycle.net > args.suspect_percent then return verdict("suspect", ("%.1f %% is too good to be true"):format(cycle.net)) end
  if cycle.net <= args.min_net_percent then return verdict("below fees", ("%.3f %% at the best prices, after fees"):format(cycle.net)) end
  local calls = {}
  for i, leg in ipairs(legs) do
    calls[i] = function()
      leg.market, leg.book = exchange(leg.venue):market(leg.symbol), exchange(leg.venue):fetch_order_book(leg.symbol, args.depth)
    end
  end
  local _, errors = together(calls)
  for _, e in pairs(errors) do return verdict("no books", tostring(e)) end
  local oldest = 0
  for _, leg in ipairs(legs) do
    oldest = math.max(oldest, leg.book.age or 0)
    if not leg.market.taker or leg.market.active == false then return verdict("no market", leg.symbol .. " is not traded, or its fee is not known") end
  end
  out.age_ms = oldest // 1
  if oldest > args.max_age_ms then return verdict("stale", ("a book is %.0f ms old"):format(oldest)) end
  local size, why = args.size[legs[1].from] or args.size[1] or 1000, nil
  for _ = 1, 12 do
    local got, no = round_with(legs, size)
    if got and (not out.profit or got - size > out.profit) then out.size, out.profit, out.net = size, got - size, 100 * (got - size) / size end
    why, size = why or no, size / 2
  end
  if not out.profit then return verdict("too small", why) end
  if out.net <= args.min_net_percent then return verdict("gone", ("the books leave %.3f %%"):format(out.net)) end
  verdict("opportunity")
end

local function look(quotes, venue)
  local found = scan.cycles(quotes, { legs = args.legs, limit = args.top, min = args.min_net_percent })
  if #found == 0 then found = scan.cycles(quotes, { legs = args.legs, limit = 1, min = -5 }) end       -- the nearest miss
  for _, cycle in ipairs(found) do check(cycle, venue) end
end

every(args.every, function()
  local found = each_exchange(args.venues, function(ex)
    ex:load_markets()
    return { tickers = ex:fetch_tickers(), fee = ex:market(ex.symbols[1]).taker or 0.01 }
  end)
  local all = scan.quotes()
  for _, id in ipairs(args.venues) do
    local quotes = args.across and all or scan.quotes()
    if found[id] then
      quotes:set(id, found[id].tickers, { fee = found[id].fee })
      if not args.across then look(quotes, id) end
    end
  end
  if args.across then look(all, "several") end
end)
