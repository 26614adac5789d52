-- Exchange objects as strategies hold them: exchange("kraken"):fetch_ticker("BTC/USD"). `venues` is venue.c: open, call and the market
-- table; a call waits for its answer while other tasks run.
local require = ...
local errors = require "errors"
local methods = require "methods"
local arguments = require "arguments"
local format = require "format"

local exchange = {}

local function is_exchange(x)
  return type(x) == "table" and rawget(x, "handle") ~= nil and rawget(x, "id") ~= nil
end
exchange.is = is_exchange

-- A method that was called with a dot has its first argument where the exchange should be. At the script's line: `level` is where the method is.
local function check_self(self, name, level)
  if not is_exchange(self) then error(("%s is called with a colon: kraken:%s(...), not kraken.%s(...)"):format(name, name, name), level + 1) end
end

local function signature(name)
  return name .. "(" .. table.concat(methods[name].args, ", ") .. ")"
end

local function fail(self, class, message)
  error(errors.new(class, message, { venue = self.id }), 0)
end

-- Where orders go in this session: "paper", "live", or nowhere. What trades is done by the broker and its clerk, never from here; on paper the
-- account is theirs too.
local orders_go = venues.orders()
local account_reads = {
  fetch_balance = true, fetch_order = true, fetch_orders = true, fetch_open_orders = true, fetch_closed_orders = true, fetch_canceled_orders = true,
  fetch_my_trades = true, fetch_order_trades = true, fetch_open_order = true, fetch_closed_order = true,
}

local function is_for_broker(name)
  local right = methods[name].right
  return orders_go and (right == "trade" or right == "withdraw" or orders_go == "paper" and account_reads[name])
end

-- The call as the broker takes it: arguments by name.
local function order(self, name, n, ...)
  local args, given = {}, { ... }
  for i, arg in ipairs(methods[name].args) do args[arg] = given[i] end
  if name == "create_order" and args.side ~= "buy" and args.side ~= "sell" then
    fail(self, "BadRequest", ("side must be 'buy' or 'sell', not '%s': %s"):format(tostring(args.side), signature(name)))
  end
  return venues.order { op = name, venue = self.id, args = args, params = given[n + 1], options = rawget(self, "settings") }
end

-- The function of a method, one for all objects. Arguments are positional; params follow when one table more is given. What goes wrong is
-- raised by venue.c as it is to be seen, so that no call is wrapped.
local callers = setmetatable({}, { __index = function(callers, name)
  local n = #methods[name].args
  local function call(self, ...)
    if not is_exchange(self) then check_self(self, name, 2) end
    if select("#", ...) > n then
      local params = select(n + 1, ...)
      if select("#", ...) > n + 1 or params ~= nil and type(params) ~= "table" then
        fail(self, "BadRequest", "too many arguments: " .. signature(name) .. ", and a table of params")
      end
    end
    local dry_run = rawget(self, "dry_run")
    if not dry_run and is_for_broker(name) then return order(self, name, n, ...) end
    if dry_run then     -- the market list is fetched, the call itself only signed
      venues.call(self.handle, "load_markets", 0)
      venues.call(self.handle, "load_currencies", 0)
    end
    return venues.call(self.handle, name, n, dry_run, ...)
  end
  callers[name] = call
  return call
end })

-- A method without arguments of which the caller can do without the answer: that it takes a key is not counted as a failure of the run.
function exchange.optional(self, name)
  if rawget(self.has, name) ~= true then return self[name](self) end
  return venues.optional(self.handle, name, 0)
end

local function has_of(self, info)
  local has = {}
  for name in pairs(info.has) do has[name] = true end
  local emulated = exchange.emulated
  for name, needs in pairs(emulated) do
    if not has[name] and has[needs] then has[name] = "emulated" end
  end
  return setmetatable(has, { __index = function(_, name) if methods[name] then return false end end })
end

local helpers = {}

local function near(word, words)
  local found = type(word) == "string" and format.nearest(word, words)
  return found and " (did you mean '" .. found .. "'?)" or ""
end

local function check_text(x, what, where)
  if type(x) ~= "string" then error(("%s: %s is expected, got %s"):format(where, what, type(x)), 3) end
end

function helpers.market(self, symbol)
  check_text(symbol, 'a symbol such as "BTC/USD"', "market")
  venues.call(self.handle, "load_markets", 0)
  return venues.market(self.handle, symbol) or fail(self, "BadSymbol", "no market '" .. tostring(symbol) .. "'" .. near(symbol, self.symbols))
end

function helpers.currency(self, code)
  check_text(code, 'a code such as "BTC"', "currency")
  venues.call(self.handle, "load_markets", 0)
  venues.call(self.handle, "load_currencies", 0)
  return venues.currency(self.handle, code) or fail(self, "BadSymbol", "no currency '" .. tostring(code) .. "'")
end

function helpers.load_markets(self, reload)
  venues.call(self.handle, "load_markets", 1, false, reload)
  return self.markets
end

local function place(self, symbol, type_, side, amount, price, params, more)
  local all = {}
  for k, v in pairs(params or {}) do all[k] = v end
  for k, v in pairs(more or {}) do all[k] = v end
  return self:create_order(symbol, type_, side, amount, price, all)
end

function helpers.create_limit_order(self, symbol, side, amount, price, params) return place(self, symbol, "limit", side, amount, price, params) end
function helpers.create_market_order(self, symbol, side, amount, price, params) return place(self, symbol, "market", side, amount, price, params) end
function helpers.create_limit_buy_order(self, symbol, amount, price, params) return place(self, symbol, "limit", "buy", amount, price, params) end
function helpers.create_limit_sell_order(self, symbol, amount, price, params) return place(self, symbol, "limit", "sell", amount, price, params) end
function helpers.create_market_buy_order(self, symbol, amount, params) return place(self, symbol, "market", "buy", amount, nil, params) end
function helpers.create_market_sell_order(self, symbol, amount, params) return place(self, symbol, "market", "sell", amount, nil, params) end
function helpers.create_post_only_order(self, symbol, type_, side, amount, price, params) return place(self, symbol, type_, side, amount, price, params, { postOnly = true }) end
function helpers.create_reduce_only_order(self, symbol, type_, side, amount, price, params) return place(self, symbol, type_, side, amount, price, params, { reduceOnly = true }) end
function helpers.create_trigger_order(self, symbol, type_, side, amount, price, trigger, params) return place(self, symbol, type_, side, amount, price, params, { triggerPrice = trigger }) end
function helpers.create_stop_loss_order(self, symbol, type_, side, amount, price, stop, params) return place(self, symbol, type_, side, amount, price, params, { stopLossPrice = stop }) end
function helpers.create_take_profit_order(self, symbol, type_, side, amount, price, stop, params) return place(self, symbol, type_, side, amount, price, params, { takeProfitPrice = stop }) end

function helpers.fetch_order_status(self, id, symbol, params) return self:fetch_order(id, symbol, params).status end

-- Built from other calls where an exchange has no endpoint for it.
exchange.emulated = {
  edit_order = "cancel_order", fetch_ticker = "fetch_tickers", fetch_order_trades = "fetch_my_trades", fetch_l2_order_book = "fetch_order_book",
  fetch_ohlcv = "fetch_trades", fetch_bids_asks = "fetch_tickers", fetch_order_status = "fetch_order",
  fetch_deposits_withdrawals = "fetch_transactions", fetch_transactions = "fetch_deposits_withdrawals",
  create_limit_order = "create_order", create_market_order = "create_order", fetch_open_order = "fetch_order", fetch_closed_order = "fetch_order",
}

local emulate = {}

-- Not atomic: between the two calls there is no order.
function emulate.edit_order(self, id, symbol, type_, side, amount, price, params)
  self:cancel_order(id, symbol)
  return self:create_order(symbol, type_, side, amount, price, params)
end

function emulate.fetch_ticker(self, symbol, params)
  local all = self:fetch_tickers({ symbol }, params)
  return all[symbol] or fail(self, "NullResponse", "no ticker of " .. tostring(symbol) .. " in the reply")
end

function emulate.fetch_order_trades(self, id, symbol, since, limit, params)
  local out = {}
  for _, t in ipairs(self:fetch_my_trades(symbol, since, limit, params)) do
    if t.order == id then out[#out + 1] = t end
  end
  return out
end

-- Candles of the public trades that one call gives: periods without trades are left out, and the oldest one may lack its first trades.
function emulate.fetch_ohlcv(self, symbol, timeframe, since, limit, params)
  local seconds = arguments.timeframe_seconds(timeframe or "1m")
  if not seconds then fail(self, "BadRequest", "no timeframe '" .. tostring(timeframe) .. "'") end
  local period, candles, volume = seconds * 1000, {}, nil
  for _, t in ipairs(self:fetch_trades(symbol, since, limit, params)) do        -- oldest first
    if t.timestamp and t.price and t.amount then
      local start = t.timestamp - t.timestamp % period
      local c = candles[#candles]
      if not c or c[1] ~= start then
        c, volume = { start, t.price, t.price, t.price, t.price, 0 }, "0"
        candles[#candles + 1] = c
      end
      volume = decimal.add(volume, decimal.text(t.amount))
      c[3], c[4], c[5], c[6] = math.max(c[3], t.price), math.min(c[4], t.price), t.price, tonumber(volume)
    end
  end
  return candles
end

-- Those of the tickers that tell a best price.
function emulate.fetch_bids_asks(self, symbols, params)
  local out = {}
  for symbol, t in pairs(self:fetch_tickers(symbols, params)) do
    if t.bid or t.ask then out[symbol] = t end
  end
  return out
end

function emulate.fetch_deposits_withdrawals(self, ...) return self:fetch_transactions(...) end
function emulate.fetch_transactions(self, ...) return self:fetch_deposits_withdrawals(...) end
function emulate.fetch_l2_order_book(self, ...) return self:fetch_order_book(...) end
function emulate.fetch_open_order(self, ...) return self:fetch_order(...) end
function emulate.fetch_closed_order(self, ...) return self:fetch_order(...) end

-- Where the broker sees to orders, it sees to each of them.
local one_by_one = {}

function one_by_one.create_orders(self, list, params)
  local out = {}
  if type(list) ~= "table" then fail(self, "BadRequest", "create_orders: a list of orders is expected, got a " .. type(list)) end
  for i, o in ipairs(list) do
    if type(o) ~= "table" then fail(self, "BadRequest", ("create_orders: order %d is not a table but a %s"):format(i, type(o))) end
    local more = {}
    for k, v in pairs(params or {}) do more[k] = v end
    for k, v in pairs(o.params or {}) do more[k] = v end
    out[i] = self:create_order(o.symbol, o.type, o.side, o.amount, o.price, more)
  end
  return out
end

function one_by_one.cancel_orders(self, ids, symbol, params)
  local out = {}
  if type(ids) ~= "table" then fail(self, "BadRequest", "cancel_orders: a list of ids is expected, got a " .. type(ids)) end
  for i, id in ipairs(ids) do out[i] = self:cancel_order(id, symbol, params) end
  return out
end

one_by_one.edit_order = emulate.edit_order

local function rounded(self, symbol, x, field, way)
  local market = self:market(symbol)
  local step = market.precision and market.precision[field]
  if step == nil then return decimal.text(x) end
  return decimal.round(x, step, self.mode, way)
end
function helpers.amount_to_precision(self, symbol, x) return rounded(self, symbol, x, "amount", "cut") end
function helpers.price_to_precision(self, symbol, x) return rounded(self, symbol, x, "price", "nearest") end
function helpers.cost_to_precision(self, symbol, x) return rounded(self, symbol, x, "price", "cut") end
function helpers.currency_to_precision(self, code, x)
  local step = self:currency(code).precision
  return step == nil and decimal.text(x) or decimal.round(x, step, self.mode, "nearest")
end

function helpers.calculate_fee(self, symbol, _, side, amount, price, taker_or_maker)
  local market = self:market(symbol)
  local which = taker_or_maker or "taker"
  local rate = market[which]
  if rate == nil then return { type = which } end
  local cost = decimal.mul(decimal.mul(decimal.text(amount), decimal.text(price)), decimal.text(rate))
  local get = market.feeSide == "get" or market.feeSide == "give"
  if market.feeSide == "base" or (get and ((side == "buy") == (market.feeSide == "get"))) then
    return { type = which, currency = market.base, rate = rate, cost = tonumber(decimal.mul(decimal.text(amount), decimal.text(rate))) }
  end
  return { type = which, currency = market.quote, rate = rate, cost = tonumber(cost) }
end

function helpers.milliseconds() return venues.now() end
function helpers.parse_timeframe(_, text) return arguments.timeframe_seconds(text) end

local function markets_of(self)
  -- Made one market at a time, when touched: most strategies look at a handful of thousands.
  local handle = self.handle
  return setmetatable({}, {
    __index = function(t, symbol)
      local m = venues.market(handle, symbol)
      if m then rawset(t, symbol, m) end
      return m
    end,
    __pairs = function(t)
      local i = 0
      return function()
        i = i + 1
        local symbol = venues.symbol(handle, i)
        if symbol then return symbol, t[symbol] end
      end, t, nil
    end,
    __len = function() return venues.market_count(handle) end,
  })
end

-- What the adapter says of itself; again after it was saved anew.
local function refresh(self)
  local version, info = venues.describe(rawget(self, "handle"))
  self.version, self.timeframes, self.options, self.rate_limit = version, info.timeframes, info.options, info.rate_limit
  self.precision_mode, self.required_credentials, self.hosts = info.precision_mode, info.credentials, info.hosts
  self.client_id = info.client_id
  self.mode = exchange.modes[info.precision_mode]
  self.has = has_of(self, info)
end

for _, set in ipairs { helpers, emulate, one_by_one } do
  for name, f in pairs(set) do
    set[name] = function(self, ...)
      if not is_exchange(self) then check_self(self, name, 2) end
      return f(self, ...)
    end
  end
end

-- What is nearly a method's name is a slip; of anything else there is none, which is no error: it may be asked whether there is.
local names
local function misspelt(k)
  if not names then
    names = { "markets", "symbols", "currencies" }
    for name in pairs(methods) do names[#names + 1] = name end
    for name in pairs(helpers) do names[#names + 1] = name end
    table.sort(names)
  end
  local snake = k:gsub("%u", function(c) return "_" .. c:lower() end)
  local found = format.nearest(snake, names)
  if found and (#k < 6 or format.distance(snake, found) > 2) then found = nil end
  return found
end

local Exchange = {}
Exchange.__index = function(self, k)
  if methods[k] and rawget(self, "version") ~= venues.version(rawget(self, "handle")) then refresh(self) end
  if k == "markets" then
    local m = markets_of(self)
    rawset(self, k, m)
    return m
  elseif k == "symbols" then
    return venues.symbols(rawget(self, "handle"))
  elseif k == "currencies" then
    return venues.currencies(rawget(self, "handle"))
  elseif helpers[k] and not methods[k] then
    return helpers[k]
  elseif methods[k] then
    local has = rawget(self, "has")
    if orders_go and one_by_one[k] and rawget(has, k) then
      return one_by_one[k]
    elseif rawget(has, k) == true then
      return callers[k]
    elseif emulate[k] and rawget(has, k) then
      return emulate[k]
    end
    return function(s)
      check_self(s, k, 2)
      fail(s, "NotSupported", k .. " is not offered")
    end
  elseif type(k) == "string" then
    local found = misspelt(k)
    if found then error(("an exchange has no '%s' (did you mean '%s'?)"):format(k, found), 2) end
  end
end
Exchange.__tostring = function(self) return "exchange " .. self.id end

venues.dress(errors.shown)
exchange.modes = { TICK_SIZE = "tick", DECIMAL_PLACES = "places", SIGNIFICANT_DIGITS = "digits" }
local opened = {}

-- Raises the error, with the id that may have been meant.
local function not_there(id, e)
  local text = type(e) == "table" and rawget(e, "message")
  if type(text) == "string" and text:find(" (bourse exchanges lists them)", 1, true) then
    local ids = {}
    for _, entry in ipairs(require "registry" ()) do ids[#ids + 1] = entry.adapter and entry.id or nil end
    local found = near(id, ids)
    if found ~= "" then e.message = text:gsub(" %(bourse exchanges lists them%)", "") .. found end
  end
  error(e, 0)
end

-- exchange(id [, { options = {...}, account = "..." }]): the object for an id of exchanges/, or for an old id of the registry.
function exchange.open(id, settings)
  if type(id) ~= "string" or not id:match("^[%a_][%w_]*$") then
    error(errors.new("BadRequest", "an exchange id is a text of letters and digits, such as \"kraken\", not "
      .. (type(id) == "string" and "'" .. id .. "'" or "a " .. type(id))), 0)
  end
  if settings ~= nil and type(settings) ~= "table" then
    error(errors.new("BadRequest", "exchange: behind the id a table of settings is expected, got a " .. type(settings)), 0)
  end
  id = id:lower()
  if opened[id] and not settings then return opened[id] end
  local ok, handle, info = pcall(venues.open, id, settings and settings.options)
  if not ok then not_there(id, handle) end
  local self = { handle = handle, id = info.id, settings = settings and settings.options, dry_run = settings and settings.dry_run or nil }
  refresh(self)
  setmetatable(self, Exchange)
  if not settings then opened[id] = self end
  return self
end

-- pair { { exchange, symbol =, side =, price = [, amount =] }, { ... }, amount =, seconds = 10, policy = "hold" | "reverse" | "proceed", loss = }: two orders that
-- belong together, kept in the journal as one (broker/order_pair.c). Waits for its end; -> { id, state, reason, legs }.
function exchange.pair(spec)
  if type(spec) ~= "table" or type(spec[1]) ~= "table" or type(spec[2]) ~= "table" then
    error(errors.new("BadRequest", "pair: two legs are expected, pair { { exchange, symbol = .., side = .., price = .. }, { .. }, amount = .. }"), 0)
  end
  if not orders_go then error(errors.new("NotSupported", "there are no orders in this run"), 0) end
  local legs = {}
  for i = 1, 2 do
    local leg, ex = spec[i], spec[i][1]
    if type(ex) ~= "table" or type(rawget(ex, "id")) ~= "string" then error(errors.new("BadRequest", "pair: a leg begins with its exchange"), 0) end
    legs[i] = { venue = ex.id, symbol = leg.symbol, side = leg.side, amount = leg.amount, price = leg.price }
  end
  return venues.order { op = "pair", venue = legs[1].venue, args = { legs = legs, amount = spec.amount, seconds = spec.seconds, policy = spec.policy, loss = spec.loss } }
end

-- limits { order_notional = { USD = 20 }, orders_per_minute = 2, .. }: what this script may do, in the words of bourse.lua. It can only narrow what the user allows.
function exchange.limits(spec)
  if type(spec) ~= "table" then error(errors.new("BadRequest", "limits { .. } takes a table, as limits in bourse.lua"), 0) end
  if orders_go then venues.order { op = "limits", venue = "all", args = spec } end
end

return exchange
