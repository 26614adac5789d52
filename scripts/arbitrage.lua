-- Arbitrage check: for each pair, where it could be bought for less than it could be sold for elsewhere, after fees, and if
-- not, why not. It looks and reports; it places no orders. USD and USDT are different money and are never compared.
--   bourse run scripts/arbitrage.lua --arg venues=kraken,bitstamp --arg pairs=BTC/USD --for 30s
args {
  venues = { type = "list", default = "kraken,bitstamp,coinbaseexchange,binance,okx,bitfinex,gemini,luno", help = "exchanges" },
  pairs = { type = "list", default = "BTC/USD,BTC/USDT,BTC/EUR,ETH/USD,ETH/USDT,ETH/BTC", help = "symbols to look at" },
  size = { type = "list", default = "5000,BTC=0.1,ETH=2", help = "most to spend at once, in the quote; NAME=x for one quote" },
  depth = { type = "integer", default = 50, min = 1, max = 500, help = "levels of each book" },
  min_net_percent = { type = "number", default = 0, min = 0, max = 100, help = "what must be left after fees" },
  suspect_percent = { type = "number", default = 5, min = 0.1, max = 1000, help = "a gap above this is too good to be true" },
  max_age_ms = { type = "number", default = 3000, min = 1, help = "oldest book, and most time between two books" },
  every = { type = "number", default = 2, min = 0.05, max = 3600, help = "seconds from round to round" },
  retry = { type = "number", default = 15, min = 1, max = 3600, help = "seconds until an exchange that failed is asked again" },
}

local caps = {}                                    -- quote -> most to spend; [1] for the others
for _, text in ipairs(args.size) do
  local quote, number = text:match("^(%w+)=(.+)$")
  local cap = tonumber(number or text)
  if not (cap and cap > 0 and cap < math.huge) then error("size: '" .. text .. "' is no number above 0 or NAME=number", 0) end
  caps[quote or 1] = cap
end

local venues = {}                                  -- { id, ex, again (s), said }
for i, id in ipairs(args.venues) do venues[i] = { id = id, ex = exchange(id), again = 0 } end

-- An exchange that fails is left out for a while. That is said once, and once more when it is back.
local function failed(v, e)
  if type(e) ~= "table" or not e.class then error(e, 0) end         -- a mistake, not a failure
  v.again = os.time() + args.retry
  if not v.said then log(v.id .. " is left out for now: " .. e.class .. ": " .. tostring(e.message)) end
  v.said = true
end

-- The market and its book, or nothing when the exchange has no such market, or failed.
local function fetch(v, symbol)
  local ok, market, book = pcall(function()
    local market = v.ex:load_markets()[symbol]
    if market and market.active ~= false and market.taker then return market, v.ex:fetch_order_book(symbol, args.depth) end
  end)
  if not ok then return failed(v, market) end
  if book and v.said then v.said = log(v.id .. " is back") end
  return market, book
end

-- Buys from the asks of `a`, sells into the bids of `b`, level by level, while a level leaves more than `least` per cent, at most
-- `most` of the base and `cap` of the quote. Returns what was bought, what it cost and what it brought, both before fees.
local function walk(a, b, most, cap, least)
  local i, j, amount, cost, brought = 1, 1, 0, 0, 0
  local ask, bid = a.asks[1], b.bids[1]
  local ask_left, bid_left = ask[2], bid[2]
  while ask and bid and bid[1] * (1 - b.fee) > ask[1] * (1 + a.fee) * (1 + least / 100) do
    local q = math.min(ask_left, bid_left, most - amount, (cap - cost) / ask[1])
    amount, cost, brought = amount + q, cost + q * ask[1], brought + q * bid[1]
    if amount >= most or cost >= cap * (1 - 1e-12) then break end
    ask_left, bid_left = ask_left - q, bid_left - q
    if ask_left <= 0 then i = i + 1; ask = a.asks[i]; ask_left = ask and ask[2] end
    if bid_left <= 0 then j = j + 1; bid = b.bids[j]; bid_left = bid and bid[2] end
  end
  return amount, cost, brought
end

-- The amount cut to what both exchanges can trade; 0 when nothing is left.
local function cut(a, b, symbol, amount)
  for _, side in ipairs { a, b, a } do
    amount = amount > 0 and tonumber(side.ex:amount_to_precision(symbol, amount)) or 0
  end
  return amount
end

local function least_of(side, amount, cost)
  local market, limits = side.market, side.market.limits or {}
  local base, quote = limits.amount and limits.amount.min, limits.cost and limits.cost.min
  if base and amount < base then return side.id .. " takes no less than " .. base .. " " .. market.base end
  if quote and cost < quote then return side.id .. " takes no order below " .. quote .. " " .. market.quote end
end

-- What buying at `a` and selling at `b` comes to: the record to report.
local function compare(a, b, symbol)
  local ask, bid = a.asks[1][1], b.bids[1][1]
  local age, skew = math.max(a.age, b.age), math.abs(a.received - b.received)
  local out = { kind = "spread", pair = symbol, buy = a.id, sell = b.id, age_ms = math.max(age, skew) // 1 }
  local function percent(amount, cost, brought)
    out.buy_price, out.sell_price, out.size = cost / amount, brought / amount, amount
    out.gross, out.fees = 100 * (brought - cost) / cost, 100 * (cost * a.fee + brought * b.fee) / cost
    out.net, out.profit = out.gross - out.fees, brought * (1 - b.fee) - cost * (1 + a.fee)
  end
  local function verdict(text, why, ...)
    out.verdict, out.why = text, why and why:format(...)
    return out
  end
  percent(1, ask, bid)
  out.size = math.min(a.asks[1][2], b.bids[1][2])
  out.profit = out.profit * out.size
  if bid <= ask then return verdict("no gap") end
  if out.gross > args.suspect_percent then return verdict("suspect", "a gap of %.1f %% is too good to be true", out.gross) end
  if out.net <= 0 then return verdict("below fees", "fees %.3f %%, gap %.3f %%", out.fees, out.gross) end
  local older, least = a.age > b.age and a.id or b.id, args.min_net_percent
  if age > args.max_age_ms then return verdict("stale", "the book of %s is %.0f ms old", older, age) end
  if skew > args.max_age_ms then return verdict("stale", "%.0f ms lie between the two books", skew) end
  if out.net <= least then return verdict("below minimum", "%.3f %% is left, %g %% is wanted", out.net, least) end
  local size = cut(a, b, symbol, (walk(a, b, math.huge, caps[a.market.quote] or caps[1] or 5000, least)))
  if size > 0 then percent(walk(a, b, size, math.huge, least)) end
  local why = size <= 0 and "less than one lot" or least_of(a, size, size * out.buy_price)
    or least_of(b, size, size * out.sell_price)
  return why and verdict("too small", "%s", why) or verdict("opportunity")
end

local function better(x, y)
  local good = x.verdict == "opportunity"
  if good ~= (y.verdict == "opportunity") then return good end
  if good then return x.profit > y.profit else return x.net > y.net end
end

-- One pair: its books from all exchanges at the same moment (so pair after pair), then the best of all ways.
local function check(symbol)
  local asked, sides, best = {}, {}, nil
  for _, v in ipairs(venues) do
    asked[#asked + 1] = v.again <= os.time() and function()
      local market, book = fetch(v, symbol)
      if not book or #book.bids == 0 or #book.asks == 0 then return end
      if book.bids[1][1] >= book.asks[1][1] then return end         -- crossed in itself: out of step
      sides[#sides + 1] = { id = v.id, ex = v.ex, market = market, fee = market.taker, book = book }
    end or nil
  end
  together(asked)
  for _, s in ipairs(sides) do
    s.bids, s.asks, s.age, s.received = s.book.bids, s.book.asks, s.book.age or 0, s.book.received or 0
  end
  table.sort(sides, function(x, y) return x.id < y.id end)
  for _, a in ipairs(sides) do
    for _, b in ipairs(sides) do
      local found = a ~= b and compare(a, b, symbol)
      if found and not (best and better(best, found)) then best = found end
    end
  end
  if best then report(best) end
end

every(args.every, function()
  for _, symbol in ipairs(args.pairs) do check(symbol) end
end)
