-- Arbitrage check: where each pair could be bought for less than it can be sold for elsewhere, at the best size and after all that stands between -
-- and where it could not, why not. USD and USDT are different money and are never compared. It looks and reports; `--arg execute=yes` also places
-- both legs, on paper unless the program runs with --live.
--   bourse run scripts/arbitrage.lua --arg venues=kraken,bitstamp --arg pairs=BTC/USD --for 30s
args {
  venues = { type = "list", default = "kraken,bitstamp,coinbaseexchange,binance,okx,bitfinex,gemini,luno", help = "exchanges" },
  pairs = { type = "list", default = "BTC/USD,BTC/USDT,BTC/EUR,ETH/USD,ETH/USDT,ETH/BTC", help = "symbols; or `all`: those whose tickers are furthest apart" },
  top = { type = "integer", default = 20, min = 1, max = 500, help = "with pairs=all: how many of them" },
  size = { type = "amounts", default = "5000,BTC=0.1,ETH=2", help = "most to spend at once, in the quote; NAME=x for one quote" },
  depth = { type = "integer", default = 50, min = 1, max = 500, help = "levels of each book" },
  min_net_percent = { type = "number", default = 0, min = 0, max = 100, help = "what must be left after fees" },
  suspect_percent = { type = "number", default = 5, min = 0.1, max = 1000, help = "a gap above this is too good to be true" },
  collisions = { type = "list", default = "BCC,BOX,BTM,BTT,CTR,GET,HOT,LUNA,MIN,NEIRO", help = "names of more than one coin: a contract must prove it" },
  max_age_ms = { type = "number", default = 3000, min = 1, help = "oldest book" },
  max_own_age_ms = { type = "number", default = 15000, min = 1, help = "oldest book by the exchange's own time in it: one of a quiet market is old" },
  max_skew_ms = { type = "number", default = 1000, min = 1, help = "most time between two books" },
  transfer = { type = "text", default = "known", choices = { "known", "must", "no" }, help = "no way to move the coin: a reason when known; always; never" },
  every = { type = "number", default = 2, min = 0.05, max = 3600, help = "seconds from round to round" },
  retry = { type = "number", default = 15, min = 1, max = 3600, help = "seconds until an exchange that failed is asked again" },
  show = { type = "text", default = "best", choices = { "best", "all" }, help = "of each pair the best way, or all and who is left out" },
  execute = { type = "bool", help = "place both legs of what is found" },
  settle = { type = "number", default = 5, min = 0.5, max = 60, help = "seconds that a leg may stay open before it is cancelled" },
  policy = { type = "text", default = "hold", choices = { "hold", "reverse", "proceed" }, help = "what to do with a leg that is left over" },
  loss = { type = "number", min = 0, help = "most that reverse or proceed may cost, in the quote" },
}

local collisions, execute, quotes = {}, args.execute, scan.quotes()
for _, code in ipairs(args.collisions) do collisions[code] = true end
for _, id in ipairs(args.venues) do exchange(id) end        -- a wrong name is told at once

local too_small = { lot = "less than one lot", min_amount = "%s takes no less than %.10g %s", min_cost = "%s takes no order below %.10g %s" }

-- What buying at `a` and selling at `b` comes to: the record to report, and what scan.fill found.
local function compare(a, b, symbol)
  local base, quote, route = a.market.base, a.market.quote, { open = true }
  local function fill(fixed)
    return scan.fill({ book = a.book, market = a.market, mode = a.ex.precision_mode }, { book = b.book, market = b.market, mode = b.ex.precision_mode },
      { max_cost = args.size[quote] or args.size[1] or 5000, min = args.min_net_percent, fixed = fixed })
  end
  local r = fill(0)
  if r.why == "empty" then return end
  if not r.why and args.transfer ~= "no" then
    route = coin_route(base, a.ex, b.ex)
    if route.fee then r = fill(route.fee * b.bid) end
  end
  local age_a, own_a = book_age(a.ex, a.book)
  local age_b, own_b = book_age(b.ex, b.book)
  local skew = math.abs((a.book.received or 0) - (b.book.received or 0))
  local age, gap, apart = math.max(age_a, age_b), 100 * (b.bid - a.ask) / a.ask, math.log(b.bid / a.ask, 10)
  local out = { kind = "spread", pair = symbol, buy = a.id, sell = b.id, age_ms = math.max(age, skew) // 1, buy_price = r.buy_price,
    sell_price = r.sell_price, size = r.size, gross = r.gross, net = r.net, fees = r.gross - r.net, profit = r.profit }
  local function verdict(text, why, ...)
    out.verdict, out.why = text, why and why:format(...)
    return out, r
  end
  if r.why == "no gap" then return verdict("no gap") end
  local unit = 10 ^ math.floor(apart + 0.5)
  if unit > 1 and math.abs(apart % 1 - 0.5) > 0.47 then return verdict("suspect", "the prices are %.0f times apart: another unit", unit) end
  if gap > args.suspect_percent then return verdict("suspect", "a gap of %.1f %% is too good to be true", gap) end
  if collisions[base] and not route.same then return verdict("suspect", "%s is the name of more than one coin", base) end
  if route.same == false then return verdict("suspect", "%s", route.why) end
  if r.why == "fees" then return verdict("below fees", "fees %.3f %%, gap %.3f %%", out.fees, out.gross) end
  if age > args.max_age_ms then return verdict("stale", "the book of %s is %.0f ms old", age_a > age_b and a.id or b.id, age) end
  for _, side in ipairs { { a.id, own_a or 0 }, { b.id, own_b or 0 } } do
    if side[2] > args.max_own_age_ms then return verdict("stale", "%s itself calls its book %.1f s old", side[1], side[2] / 1000) end
    if side[2] < -args.max_skew_ms then return verdict("stale", "the book of %s is from %.1f s ahead", side[1], -side[2] / 1000) end
  end
  if skew > args.max_skew_ms then return verdict("stale", "%.0f ms lie between the two books", skew) end
  if r.why == "min" then return verdict("below minimum", "%.3f %% is left, %g %% is wanted", out.net, args.min_net_percent) end
  if too_small[r.why] then
    return verdict("too small", too_small[r.why], r.side == "buy" and a.id or b.id, r.least, r.why == "min_cost" and quote or base)
  end
  if not route.open then return verdict("no transfer", "%s", route.why) end
  if not route.known and args.transfer == "must" then return verdict("no transfer", "not known whether %s can be moved", base) end
  if r.why == "fixed" then return verdict("below fees", "sending %s costs %.10g %s", base, route.fee, base) end
  return verdict("opportunity")
end

local rank = { opportunity = 2, ["no gap"] = 0 }
local function better(x, y)
  local p, q = rank[x.verdict] or 1, rank[y.verdict] or 1
  if p ~= q then return p > q end
  if p == 2 then return x.profit > y.profit else return x.net > y.net end
end

-- Both legs as one pair, in the journal, at the worst prices of the plan. When they are not even in the end that is told, and nothing more is placed.
local function trade(plan, r, a, b)
  local base, quote = a.market.base, a.market.quote
  local out = { kind = "trade", pair = plan.pair, buy = a.id, sell = b.id, size = r.size, expected = r.profit }
  local need = r.cost * (1 + a.market.taker)
  local paid, held = a.ex:fetch_balance()[quote] or {}, b.ex:fetch_balance()[base] or {}
  if (paid.free or 0) < need or (held.free or 0) < r.size then
    out.verdict, out.why = "no funds", ("%.10g %s at %s and %.10g %s at %s are needed"):format(need, quote, a.id, r.size, base, b.id)
    return report(out)
  end
  local ok, p = pcall(pair, { { a.ex, symbol = plan.pair, side = "buy", price = a.ex:price_to_precision(plan.pair, r.buy_limit) },
    { b.ex, symbol = plan.pair, side = "sell", price = b.ex:price_to_precision(plan.pair, r.sell_limit) },
    amount = r.amount, seconds = args.settle, policy = args.policy, loss = args.loss })
  if not ok then
    if not is_error(p, "BaseError") then error(p, 0) end
    out.verdict, out.why = "refused", tostring(p)
    return report(out)
  end
  local x, y = p.legs[1], p.legs[2]
  local bought, sold = tonumber(x.filled), tonumber(y.filled)
  out.size, out.verdict, out.why = math.min(bought, sold), p.state, p.reason or x.reason or y.reason
  if p.state == "done" and #p.legs == 2 then
    out.profit = sold * tonumber(y.average) * (1 - b.market.taker) - bought * tonumber(x.average) * (1 + a.market.taker)
  elseif p.state == "held" then
    execute = false
    notify(("%s: %s %s bought at %s, %s sold at %s; nothing more is placed"):format(plan.pair, x.filled, base, a.id, y.filled, b.id))
  end
  report(out)
end

-- One pair: its books from all exchanges at the same moment (so pair after pair), then the best of all ways.
local function check(symbol)
  local best, found, from, to
  local sides = each_exchange(args.venues, function(ex) return offer(ex, symbol, args.depth) end, { retry = args.retry, limit = #args.venues })
  for _, i in ipairs(args.venues) do
    for _, k in ipairs(args.venues) do
      local a, b, record, fill = sides[i], sides[k], nil, nil
      if a and b and a ~= b and not a.why and not b.why then record, fill = compare(a, b, symbol) end
      if record and args.show == "all" then report(record, { buy = a.book, sell = b.book }) end
      if record and not (best and better(best, record)) then best, found, from, to = record, fill, a, b end
    end
  end
  for _, id in ipairs(not (best and args.show == "best") and args.venues or {}) do
    local x = sides[id]
    if x and x.why then report { kind = "left out", pair = symbol, venue = id, verdict = x.verdict, why = x.why } end
  end
  if best and args.show == "best" then report(best, { buy = from.book, sell = to.book }) end
  if best and execute and best.verdict == "opportunity" then trade(best, found, from, to) end
end

local function furthest_apart()
  local out = {}
  local all = each_exchange(args.venues, function(ex)
    ex:load_markets()
    return { fee = ex:market(ex.symbols[1]).taker or 0, tickers = ex:fetch_tickers() }
  end, { retry = args.retry })
  for id, v in pairs(all) do quotes:set(id, v.tickers, { fee = v.fee }) end
  for i, gap in ipairs(scan.gaps(quotes, { limit = args.top, min = args.min_net_percent, max_age = 30000 })) do out[i] = gap.symbol end
  return out
end

every(args.every, function()
  for _, symbol in ipairs(args.pairs[1] == "all" and furthest_apart() or args.pairs) do check(symbol) end
end)
