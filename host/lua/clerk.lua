-- The clerk: a worker that carries out what trades, for the broker. It runs no strategy, only this and the adapters: it rounds an order, looks at the
-- book that the guard judges by, sends what the broker has journalled, and finds out what became of it. Each task is one table with `do` and `task`;
-- what a function here returns is its answer.
local require = ...
local errors = require "errors"
local lookup = require "lookup"
local paper = require "paper"

local handlers, opened, books = {}, {}, {}

local function fail(class, message) error(errors.new(class, message), 0) end

-- The exchange object of a venue, with the options that the strategy gave it.
local function open(task)
  if task.options then return exchange(task.venue, { options = task.options }) end
  opened[task.venue] = opened[task.venue] or exchange(task.venue)
  return opened[task.venue]
end

local function text(x) return x ~= nil and decimal.text(x) or nil end

-- Is the book from before the other one, by the venue's own count or time?
local function before(b, other)
  if b.nonce and other.nonce then return b.nonce < other.nonce end
  return b.timestamp ~= nil and other.timestamp ~= nil and b.timestamp < other.timestamp
end

-- The last book of a market, at most `age` ms old when it is given. A venue of many servers may answer with one from before: it is asked again.
local function book_of(ex, symbol, age)
  local key = ex.id .. " " .. symbol
  local kept = books[key]
  if not kept or ex:milliseconds() - kept.at > age then
    local b = paper.fetch_book(ex, symbol)
    for _ = 1, 2 do
      if books[key] and before(b, books[key]) then b = paper.fetch_book(ex, symbol) end
    end
    kept = { at = b.received or ex:milliseconds(), bids = b.bids, asks = b.asks, nonce = b.nonce, timestamp = b.timestamp }
    books[key] = kept
  end
  return kept
end

-- A market's step of amounts or prices as decimal text; nil where it depends on the size (significant digits).
local function step_of(ex, precision)
  if precision == nil or ex.precision_mode == "SIGNIFICANT_DIGITS" then return nil end
  if ex.precision_mode == "TICK_SIZE" then return text(precision) end
  return decimal.text(10 ^ -precision)
end

local by_cost = { create_market_buy_order_with_cost = "buy", create_market_sell_order_with_cost = "sell", create_market_order_with_cost = true }

-- { do = "prepare", op, venue, args, params, data_age_ms } -> the order in exact text, the market's facts, and the top of the book.
function handlers.prepare(task)
  local ex, a, params = open(task), task.args, task.params or {}
  if ex.has[task.op] ~= true then fail("NotSupported", task.op .. " is not offered") end
  if type(a.symbol) ~= "string" then fail("ArgumentsRequired", "create_order needs a symbol") end
  local m = ex:market(a.symbol)
  local cost = a.cost or params.cost
  local side = type(by_cost[task.op]) == "string" and by_cost[task.op] or a.side
  local kind = by_cost[task.op] and "market" or a.type
  if side ~= "buy" and side ~= "sell" then fail("BadRequest", ("side must be 'buy' or 'sell', not '%s'"):format(tostring(side))) end
  if type(kind) ~= "string" then fail("ArgumentsRequired", "create_order needs a type") end
  if a.amount == nil and cost == nil then fail("ArgumentsRequired", "create_order needs an amount") end
  local book = book_of(ex, a.symbol, (task.data_age_ms or 5000) / 2)
  local bid, ask = book.bids[1], book.asks[1]
  local limits = m.limits or {}
  local function limit(group, which) return text(limits[group] and limits[group][which]) end
  return {
    symbol = m.symbol, market_id = m.id, base_id = m.baseId, quote_id = m.quoteId, type = kind, side = side, base = m.base, quote = m.quote, settle = m.settle,
    amount = a.amount ~= nil and ex:amount_to_precision(a.symbol, a.amount) or nil,
    price = a.price ~= nil and ex:price_to_precision(a.symbol, a.price) or nil, cost = text(cost),
    contract_size = m.contract and text(m.contractSize or 1) or nil, inverse = m.inverse == true,
    amount_step = step_of(ex, m.precision and m.precision.amount), price_step = step_of(ex, m.precision and m.precision.price),
    amount_min = limit("amount", "min"), amount_max = limit("amount", "max"), price_min = limit("price", "min"), price_max = limit("price", "max"),
    cost_min = limit("cost", "min"), cost_max = limit("cost", "max"), active = m.active,
    bid = bid and text(bid[1]), ask = ask and text(ask[1]), book_at = book.at, book_nonce = text(book.nonce), book_time = book.timestamp,
    client_id = params.clientOrderId, client_form = ex.client_id,
  }
end

-- Arguments by position, as the method has them.
local methods = require "methods"
local function positional(op, args)
  local out = {}
  for i, name in ipairs(methods[op].args) do out[i] = args[name] end
  return out, #methods[op].args
end

local function act(ex, op, order, what, args, params)
  local list, n = positional(op, args)
  list[n + 1] = params
  return venues.act(ex.handle, op, n, order, what, table.unpack(list, 1, n + 1))
end

local function copy(t)
  local out = {}
  for k, v in pairs(t or {}) do out[k] = v end
  return out
end

-- { do = "execute", op, venue, args, params, order, client_id, amount, price } -> { order }: the order as the exchange told it.
function handlers.execute(task)
  local ex, args, params = open(task), copy(task.args), copy(task.params)
  if task.amount then args.amount = task.amount end
  if task.price then args.price = task.price end
  params.clientOrderId = task.client_id
  if task.paper then return paper.create(ex, task, function(age) return book_of(ex, task.symbol, age) end) end
  return { order = act(ex, task.op, task.order, "create", args, params) }
end

-- { do = "cancel", venue, order, id, symbol, params } -> { order }
function handlers.cancel(task)
  local ex = open(task)
  if task.paper then return paper.cancel(ex, task) end
  return { order = act(ex, "cancel_order", task.order or 0, "cancel", { order_id = task.id, symbol = task.symbol }, task.params) }
end

-- { do = "cancel_all", venue, symbol, params } -> { orders }
function handlers.cancel_all(task)
  local ex = open(task)
  if task.paper then return paper.cancel_all(ex, task) end
  if ex.has.cancel_all_orders == true then return { orders = act(ex, "cancel_all_orders", 0, "cancel", { symbol = task.symbol }, task.params) } end
  local out = {}
  for i, o in ipairs(ex:fetch_open_orders(task.symbol)) do
    out[i] = act(ex, "cancel_order", 0, "cancel", { order_id = o.id, symbol = o.symbol }, nil)
  end
  return { orders = out }
end

-- { do = "other", op, venue, args, params, order }: what has the right to trade or withdraw and is no order: leverage, transfers, withdrawals.
function handlers.other(task)
  local ex = open(task)
  if ex.has[task.op] ~= true then fail("NotSupported", task.op .. " is not offered") end
  if task.paper then fail("NotSupported", task.op .. " is not simulated on paper") end
  return { value = act(ex, task.op, task.order, "other", task.args, task.params) }
end

-- { do = "lookup", venue, known = { order's journal fields }, others = { ids that are other orders } } -> lookup.find's answer
function handlers.lookup(task) return lookup.find(open(task), task.known, task.others or {}) end

-- { do = "late", venue, symbol, orders = { those of the market that were over lately } } -> lookup.late's answer
function handlers.late(task) return lookup.late(open(task), task.symbol, task.orders) end

-- { do = "read", op, venue, args, params }: the account on paper
function handlers.read(task) return { value = paper.read(open(task), task) } end

-- { do = "boot", balances, orders, start }: what the paper account holds
function handlers.boot(task)
  paper.boot(task)
  return {}
end

-- { do = "hold", order, why }: an order on paper that is about to be placed is not
function handlers.hold(task)
  paper.hold(task)
  return {}
end

-- { do = "config", text } -> { value }: the user's bourse.lua, which is data
function handlers.config(task)
  local value = host.load(task.text, task.name)
  if type(value) ~= "table" then fail("BadRequest", task.name .. ": a table is expected: return { limits = { ... } }") end
  return { value = value }
end

-- { do = "catch_up" }: the candles are over
function handlers.catch_up() return {} end

local function tell(changes) clerk.facts { changes = changes } end
paper.tell = clerk.facts

clerk.serve(function(task)
  local handler = handlers[task["do"]]
  local ok, answer = pcall(function()
    if paper.is_by_candles() then paper.catch_up(tell) end
    return handler(task)
  end)
  if ok then
    answer.task = task.task
    clerk.answer(answer)
    return
  end
  local e = answer
  if type(e) ~= "table" or rawget(e, "class") == nil then e = { class = "BaseError", message = tostring(e) } end
  clerk.answer { task = task.task, error = { class = e.class, message = e.message, venue = e.venue, code = e.code, http = e.http, retry = e.retry } }
end)

-- What rests on paper is looked after. It ends when the broker says so.
while true do
  sleep(paper.is_by_candles() and 1e7 or 1)
  if not paper.is_by_candles() then paper.tick(tell) end
  if paper.is_on_tape() then paper.look() end
end
