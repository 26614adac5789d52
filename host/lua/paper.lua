-- Orders on paper: spot orders matched against the real books, with their depth, the venue's steps, minimums and fees, and some latency. What rests is
-- filled when the book comes to its price. Balances are kept by venue, in decimal text. Nothing is sent.
local require = ...
local errors = require "errors"
local candle_fills = require "candle_fills"

local paper = {}

local accounts, next_id, start, latency_ms = {}, 1, nil, 50
local by_candles, on_tape, fees = false, false, nil     -- of a backtest: prices are candles, or books of a tape; rates in place of the markets'
local orders, by_symbol = {}, {}        -- all of this account by id; those that rest by venue and symbol

local add, sub, mul, cmp = decimal.add, decimal.sub, decimal.mul, decimal.cmp

local function fail(venue, class, message, ...) error(errors.new(class, message:format(...), { venue = venue }), 0) end

local function text(x) return x ~= nil and decimal.text(x) or nil end
local function least(x, y) return cmp(x, y) <= 0 and x or y end

-- What an account starts with when the user's config says nothing.
local usual = { USD = "10000", EUR = "10000", GBP = "10000", USDT = "10000", USDC = "10000", JPY = "1500000", BTC = "0.2", ETH = "4" }

local function account_of(venue)
  local account = accounts[venue]
  if not account then
    account = {}
    accounts[venue] = account
    for code, amount in pairs(start and start[venue] or start and (start.any or start[1]) or usual) do
      if type(code) == "string" then account[code] = { free = text(amount), used = "0" } end
    end
  end
  return account
end

local function purse(venue, code)
  local account = account_of(venue)
  account[code] = account[code] or { free = "0", used = "0" }
  return account[code]
end

---- what the journal keeps ----

local function changes_new() return { balances = {}, fills = {}, orders = {} } end

local function note_balance(changes, venue, code)
  local p = purse(venue, code)
  changes.balances[#changes.balances + 1] = { venue = venue, code = code, free = p.free, used = p.used }
end

-- What the fills cost in fees, a currency each.
local function fees_of(o)
  local sums, list = {}, {}
  for _, f in ipairs(o.fills) do
    if not sums[f.fee_currency] then list[#list + 1] = f.fee_currency end
    sums[f.fee_currency] = add(sums[f.fee_currency] or "0", f.fee_cost)
  end
  for i, currency in ipairs(list) do list[i] = { currency = currency, cost = tonumber(sums[currency]) } end
  return list
end

-- The order as a strategy sees it.
local function shown(o)
  local fees = fees_of(o)
  return {
    id = o.id, clientOrderId = o.client_id, timestamp = o.created_ms, datetime = iso8601(o.created_ms), status = o.status, symbol = o.symbol, type = o.type,
    timeInForce = o.tif, side = o.side, price = tonumber(o.price or o.average), average = o.average and tonumber(o.average), amount = tonumber(o.amount),
    filled = tonumber(o.filled), remaining = tonumber(sub(o.amount, o.filled)), cost = tonumber(o.cost), postOnly = o.tif == "PO", fees = fees, fee = fees[1],
    lastTradeTimestamp = o.traded_ms, info = {},
  }
end

local function note_order(changes, o) changes.orders[#changes.orders + 1] = { order = o.journal, status = o.status, venue_id = o.id, filled = o.filled, average = o.average, cost = o.cost } end

---- filling ----

-- The market of an order. One that was open before this run began gets it when it is first needed: the venue may be away when the account is read.
local function market_of(o)
  o.market = o.market or o.ex:market(o.symbol)
  return o.market
end

-- Where the venue takes its fee: of what is got, unless the market says otherwise.
local function fee_of(o, amount, cost, maker)
  local market = market_of(o)
  local rate = text(fees and fees[maker and "maker" or "taker"] or maker and market.maker or market.taker) or "0"
  local side = market.feeSide or "get"
  local in_base = side == "base" or side == "get" and o.side == "buy" or side == "give" and o.side == "sell"
  return { currency = in_base and o.base or o.quote, cost = mul(in_base and amount or cost, rate), rate = tonumber(rate) }
end

local function fill(o, price, amount, maker, now, changes)
  local cost = mul(price, amount)
  local fee = fee_of(o, amount, cost, maker)
  local base, quote = purse(o.venue, o.base), purse(o.venue, o.quote)
  if o.side == "buy" then
    local held = o.rests and mul(o.price, amount) or nil
    if held then
      quote.used = sub(quote.used, held)
      quote.free = add(quote.free, sub(held, cost))
    else
      quote.free = sub(quote.free, cost)
    end
    base.free = add(base.free, amount)
  else
    if o.rests then base.used = sub(base.used, amount) else base.free = sub(base.free, amount) end
    quote.free = add(quote.free, cost)
  end
  local payer = fee.currency == o.base and base or quote
  payer.free = sub(payer.free, fee.cost)
  o.filled, o.cost = add(o.filled, amount), add(o.cost, cost)
  o.average, o.traded_ms = decimal.div(o.cost, o.filled, 12), now
  o.n_fills = o.n_fills + 1
  local f = {
    order = o.journal, id = o.id .. "-" .. o.n_fills, timestamp = now, symbol = o.symbol, side = o.side, price = price, amount = amount, cost = cost,
    fee_cost = fee.cost, fee_currency = fee.currency, maker = maker,
  }
  o.fills[#o.fills + 1] = f
  changes.fills[#changes.fills + 1] = f
end

-- Walks the other side of the book as far as the order goes. What is taken from a level is gone for the next one that meets this book.
local function match(o, book, maker, now, changes)
  local levels = o.side == "buy" and book.asks or book.bids
  book.taken = book.taken or {}
  for _, level in ipairs(levels) do
    local left = sub(o.amount, o.filled)
    if cmp(left, "0") <= 0 then break end
    local price, size = text(level[1]), text(level[2])
    local beyond = o.price and (o.side == "buy" and cmp(price, o.price) > 0 or o.side == "sell" and cmp(price, o.price) < 0)
    if beyond then break end
    local key = o.side .. price
    size = sub(size, book.taken[key] or "0")
    local amount = least(left, size)
    if cmp(amount, "0") > 0 then
      book.taken[key] = add(book.taken[key] or "0", amount)
      fill(o, maker and o.price or price, amount, maker, now, changes)
    end
  end
end

-- What would be taken at once, without taking it.
local function reach(o, book)
  local got, cost = "0", "0"
  for _, level in ipairs(o.side == "buy" and book.asks or book.bids) do
    local price, left = text(level[1]), sub(o.amount, got)
    if cmp(left, "0") <= 0 or o.price and (o.side == "buy" and cmp(price, o.price) > 0 or o.side == "sell" and cmp(price, o.price) < 0) then break end
    local amount = least(left, text(level[2]))
    got, cost = add(got, amount), add(cost, mul(amount, price))
  end
  return got, cost
end

local function rest(o, changes)
  local held = o.side == "buy" and o.quote or o.base
  local left = sub(o.amount, o.filled)
  local amount = o.side == "buy" and mul(o.price, left) or left
  local p = purse(o.venue, held)
  p.free, p.used, o.rests = sub(p.free, amount), add(p.used, amount), true
  local key = o.venue .. " " .. o.symbol
  by_symbol[key] = by_symbol[key] or { ex = o.ex, symbol = o.symbol, list = {} }
  if next(by_symbol[key].list) == nil then by_symbol[key].seen = o.from_ms end
  by_symbol[key].list[o.id] = o
  note_balance(changes, o.venue, held)
end

-- It is over: what it held is free again.
local function over(o, status, changes)
  o.status = status
  if o.rests then
    local left = sub(o.amount, o.filled)
    local p = purse(o.venue, o.side == "buy" and o.quote or o.base)
    local amount = o.side == "buy" and mul(o.price, left) or left
    p.used, p.free, o.rests = sub(p.used, amount), add(p.free, amount), nil
    local waiting = by_symbol[o.venue .. " " .. o.symbol]
    if waiting then waiting.list[o.id] = nil end
  end
  note_balance(changes, o.venue, o.base)
  note_balance(changes, o.venue, o.quote)
  note_order(changes, o)
end

---- what the venue would refuse ----

local function check(ex, o, book)
  local m, limits = o.market, o.market.limits or {}
  local function bound(group, which) return text(limits[group] and limits[group][which]) end
  if not m.spot then fail(ex.id, "NotSupported", "%s is no spot market; paper trades spot only", o.symbol) end
  if m.active == false then fail(ex.id, "MarketClosed", "%s is not traded now", o.symbol) end
  if o.type ~= "limit" and o.type ~= "market" then fail(ex.id, "NotSupported", "orders of type '%s' are not simulated on paper", o.type) end
  local min, max = bound("amount", "min"), bound("amount", "max")
  if min and cmp(o.amount, min) < 0 then fail(ex.id, "InvalidOrder", "amount %s is below the smallest, %s", o.amount, min) end
  if max and cmp(o.amount, max) > 0 then fail(ex.id, "InvalidOrder", "amount %s is above the largest, %s", o.amount, max) end
  local got, cost = reach(o, book)
  local value = o.price and mul(o.price, o.amount) or cost
  min = bound("cost", "min")
  if min and cmp(value, min) < 0 then fail(ex.id, "InvalidOrder", "%s of %s is below the smallest order, %s", value, m.quote, min) end
  if o.type == "market" and cmp(got, "0") <= 0 then fail(ex.id, "OrderNotFillable", "there is nothing on the other side of the book") end
  if o.tif == "PO" and cmp(got, "0") > 0 then fail(ex.id, "OrderImmediatelyFillable", "a post-only order would trade at once") end
  local need = o.side == "sell" and o.amount or o.price and value or cost
  local code = o.side == "sell" and m.base or m.quote
  if cmp(purse(ex.id, code).free, need) < 0 then
    fail(ex.id, "InsufficientFunds", "the order needs %s %s, and %s is free on paper", need, code, purse(ex.id, code).free)
  end
  return got
end

---- what the clerk calls ----

-- task: { balances = {{venue, code, free, used}}, orders = open ones of the journal, config }
function paper.boot(task)
  local config = task.config or {}
  start, latency_ms, by_candles, fees = config.balances, config.latency_ms or latency_ms, config.by_candles == true, config.fees
  on_tape = config.on_tape == true
  for _, b in ipairs(task.balances or {}) do
    accounts[b.venue] = accounts[b.venue] or {}
    accounts[b.venue][b.code] = { free = b.free, used = b.used }
  end
  next_id = task.next_id or 1
  for _, j in ipairs(task.orders or {}) do
    local ok, ex = pcall(exchange, j.venue)
    local base, quote = j.symbol:match("^([^/]+)/([^:]+)$")
    if ok and base and j.price and j.venue_id then
      local o = {
        id = j.venue_id, journal = j.id, client_id = j.client_id, venue = j.venue, ex = ex, base = base, quote = quote, symbol = j.symbol, type = j.type, side = j.side,
        price = j.price, amount = j.amount, filled = j.filled or "0", cost = j.cost or "0", average = j.average, status = "open", created_ms = j.created_ms, tif = "GTC",
        fills = {}, n_fills = j.n_fills or 0, rests = true,
      }
      orders[o.id] = o
      local key = o.venue .. " " .. o.symbol
      by_symbol[key] = by_symbol[key] or { ex = ex, symbol = o.symbol, list = {} }
      by_symbol[key].list[o.id] = o
    end
  end
end

-- Orders that were called back before they were placed, and why: the kill switch, or the strategy is gone.
local held = {}

function paper.hold(task) held[task.order] = task.why end

local in_force = { GTC = true, IOC = true, FOK = true, PO = true }

function paper.create(ex, task, book_of)
  local a, params = task.args, task.params or {}
  local now = ex:milliseconds()
  if latency_ms > 0 then sleep(latency_ms / 1000) end
  local tif = params.timeInForce or (params.postOnly and "PO") or "GTC"
  if not in_force[tif] then fail(ex.id, "InvalidOrder", "timeInForce '%s' is not known", tostring(tif)) end
  local o = {
    journal = task.order, client_id = params.clientOrderId, venue = ex.id, ex = ex, market = ex:market(task.symbol), symbol = task.symbol,
    type = task.type, side = task.side, price = task.type == "limit" and task.price or nil, amount = task.amount, filled = "0", cost = "0", status = "open",
    created_ms = now, tif = tif, fills = {}, n_fills = 0,
  }
  o.base, o.quote = o.market.base, o.market.quote
  if o.type == "limit" and not o.price then fail(ex.id, "ArgumentsRequired", "a limit order needs a price") end
  local book = by_candles and candle_fills.book_for(o) or book_of(0)
  if not o.amount then o.amount = paper.amount_for(ex, o, task.cost, book) end
  if held[o.journal] then error(errors.new("OperationRejected", held[o.journal], { venue = ex.id, code = "guard:kill" }), 0) end
  local at_once = check(ex, o, book)
  o.id, next_id = ("paper-%d"):format(next_id), next_id + 1        -- from here on nothing is waited for: others are placed meanwhile
  local changes = changes_new()
  if tif == "FOK" and cmp(at_once, o.amount) < 0 then
    over(o, "canceled", changes)
  else
    match(o, book, false, ex:milliseconds(), changes)
    if cmp(o.filled, o.amount) >= 0 then over(o, "closed", changes)
    elseif o.type == "market" or tif == "IOC" or tif == "FOK" then over(o, "canceled", changes)
    else
      rest(o, changes)
      note_balance(changes, o.venue, o.base)
      note_order(changes, o)
    end
  end
  orders[o.id] = o
  return { order = shown(o), changes = changes }
end

-- How much of the base a cost buys now, at the market's step.
function paper.amount_for(ex, o, cost, book)
  local left, amount = cost, "0"
  for _, level in ipairs(o.side == "buy" and book.asks or book.bids) do
    local price, size = text(level[1]), text(level[2])
    local worth = mul(price, size)
    if cmp(worth, left) >= 0 then
      amount = add(amount, decimal.div(left, price, 12))
      left = "0"
      break
    end
    amount, left = add(amount, size), sub(left, worth)
  end
  return ex:amount_to_precision(o.symbol, amount)
end

function paper.cancel(ex, task)
  local o = orders[task.id]
  if not o or o.venue ~= ex.id then fail(ex.id, "OrderNotFound", "no order '%s' on paper", tostring(task.id)) end
  if o.status ~= "open" then fail(ex.id, "OrderNotFound", "order %s is %s", o.id, o.status) end
  local changes = changes_new()
  over(o, "canceled", changes)
  return { order = shown(o), changes = changes }
end

function paper.cancel_all(ex, task)
  local changes, list = changes_new(), {}
  for _, o in pairs(orders) do
    if o.venue == ex.id and o.status == "open" and (not task.symbol or o.symbol == task.symbol) then list[#list + 1] = o end
  end
  table.sort(list, function(x, y) return x.created_ms < y.created_ms end)
  local out = {}
  for i, o in ipairs(list) do
    over(o, "canceled", changes)
    out[i] = shown(o)
  end
  return { orders = out, changes = changes }
end

---- reading the account ----

local function trade_of(o, f)
  return {
    id = f.id, order = o.id, timestamp = f.timestamp, datetime = iso8601(f.timestamp), symbol = o.symbol, type = o.type, side = o.side,
    takerOrMaker = f.maker and "maker" or "taker", price = tonumber(f.price), amount = tonumber(f.amount), cost = tonumber(f.cost),
    fee = { cost = tonumber(f.fee_cost), currency = f.fee_currency }, info = {},
  }
end

local function listed(ex, a, wanted)
  local out = {}
  for _, o in pairs(orders) do
    if o.venue == ex.id and (not a.symbol or o.symbol == a.symbol) and (not a.since or o.created_ms >= a.since) and wanted(o) then out[#out + 1] = o end
  end
  table.sort(out, function(x, y)
    if x.created_ms ~= y.created_ms then return x.created_ms < y.created_ms end
    return tonumber(x.id:match("%d+")) < tonumber(y.id:match("%d+"))
  end)
  if a.limit then out = table.move(out, math.max(1, #out - a.limit + 1), #out, 1, {}) end
  for i, o in ipairs(out) do out[i] = shown(o) end
  return out
end

local reads = {}

function reads.fetch_balance(ex)
  local out = { free = {}, used = {}, total = {}, info = {} }
  for code, p in pairs(account_of(ex.id)) do
    local total = add(p.free, p.used)
    out[code] = { free = tonumber(p.free), used = tonumber(p.used), total = tonumber(total) }
    out.free[code], out.used[code], out.total[code] = out[code].free, out[code].used, out[code].total
  end
  return out
end

function reads.fetch_order(ex, a)
  local o = orders[a.order_id]
  if not o or o.venue ~= ex.id then fail(ex.id, "OrderNotFound", "no order '%s' on paper", tostring(a.order_id)) end
  return shown(o)
end
reads.fetch_open_order, reads.fetch_closed_order = reads.fetch_order, reads.fetch_order

function reads.fetch_orders(ex, a) return listed(ex, a, function() return true end) end
function reads.fetch_open_orders(ex, a) return listed(ex, a, function(o) return o.status == "open" end) end
function reads.fetch_closed_orders(ex, a) return listed(ex, a, function(o) return o.status == "closed" end) end
function reads.fetch_canceled_orders(ex, a) return listed(ex, a, function(o) return o.status == "canceled" end) end

function reads.fetch_my_trades(ex, a)
  local out = {}
  for _, o in pairs(orders) do
    if o.venue == ex.id and (not a.symbol or o.symbol == a.symbol) and (not a.order_id or o.id == a.order_id) then
      for _, f in ipairs(o.fills) do
        if not a.since or f.timestamp >= a.since then out[#out + 1] = trade_of(o, f) end
      end
    end
  end
  table.sort(out, function(x, y)
    if x.timestamp ~= y.timestamp then return x.timestamp < y.timestamp end
    return x.id < y.id
  end)
  return out
end
reads.fetch_order_trades = reads.fetch_my_trades

function paper.read(ex, task)
  local read = reads[task.op] or fail(ex.id, "NotSupported", "%s is not simulated on paper", task.op)
  return read(ex, task.args or {})
end

---- books of a tape ----

local levels, seen = { false, 10, 20, 25, 50, 5, 100, 200, 500, 1000, 1, 15, 30, 40, 150, 400, 5000 }, {}

-- The book; on a tape the one that was recorded, with whatever number of levels it was asked for.
function paper.fetch_book(ex, symbol)
  if not on_tape then return ex:fetch_order_book(symbol) end
  local key, book, why = ex.id .. " " .. symbol, nil, nil
  local known = seen[key]
  for _, limit in ipairs(known and { known.limit } or levels) do
    local ok, b = pcall(ex.fetch_order_book, ex, symbol, limit or nil)
    if ok then
      book, seen[key] = b, { ex = ex, symbol = symbol, limit = limit }
      break
    end
    why = why or b
  end
  if not book then error(why, 0) end
  local bid, ask = book.bids[1], book.asks[1]
  if bid and ask then
    local base, quote = symbol:match("^([^/]+)/([^:]+)")
    paper.tell { mark = { venue = ex.id, base = base, quote = quote, price = (bid[1] + ask[1]) / 2 } }
  end
  return book
end

-- Prices go into the report also while nothing rests.
function paper.look()
  for _, s in pairs(seen) do pcall(paper.fetch_book, s.ex, s.symbol) end
end

---- what rests ----

function paper.is_on_tape() return on_tape end
function paper.is_by_candles() return by_candles end

-- What the candles that are over since it was looked last did to resting orders.
function paper.catch_up(tell)
  candle_fills.catch_up(by_symbol, function(o, at)
    local changes = changes_new()
    market_of(o)
    fill(o, o.price, sub(o.amount, o.filled), true, at, changes)
    over(o, "closed", changes)
    tell(changes)
  end)
end

-- Looks at the books of markets where orders rest, and fills what they reach. `tell` gets the changes.
function paper.tick(tell)
  for _, waiting in pairs(by_symbol) do
    if next(waiting.list) then
      local ok, b = pcall(paper.fetch_book, waiting.ex, waiting.symbol)
      for _, o in pairs(waiting.list) do ok = ok and pcall(market_of, o) end
      if ok then
        local book, changes, now = { bids = b.bids, asks = b.asks }, changes_new(), waiting.ex:milliseconds()
        for _, o in pairs(waiting.list) do
          local before = o.filled
          match(o, book, true, now, changes)
          if cmp(o.filled, o.amount) >= 0 then over(o, "closed", changes)
          elseif cmp(o.filled, before) > 0 then
            note_balance(changes, o.venue, o.base)
            note_balance(changes, o.venue, o.quote)
            note_order(changes, o)
          end
        end
        if #changes.orders > 0 then tell(changes) end
      end
    end
  end
end

return paper
