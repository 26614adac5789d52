-- The arguments of a call as an adapter sees them: the table `a` of docs/adapter-form.md section 5.
local require = ...
local errors = require "errors"
local methods = require "methods"

local arguments = {}

local needs = {   -- arguments that a method cannot do without, whatever the exchange
  fetch_ticker = "symbol", fetch_order_book = "symbol", fetch_l2_order_book = "symbol", fetch_l3_order_book = "symbol",
  fetch_trades = "symbol", fetch_ohlcv = "symbol", fetch_trading_fee = "symbol", fetch_order = "order_id",
  cancel_order = "order_id", edit_order = "order_id symbol type side", create_order = "symbol type side amount",
  fetch_deposit_address = "code", create_deposit_address = "code", withdraw = "code amount address",
  transfer = "code amount from_account to_account", fetch_order_trades = "order_id", fetch_funding_rate = "symbol",
  fetch_position = "symbol", set_leverage = "leverage",
}
local numbers = { amount = true, price = true, cost = true, since = true, limit = true, leverage = true, timeout = true }
local texts = { symbol = true, code = true, order_id = true, type = true, side = true, address = true, tag = true, timeframe = true }

local units = { s = 1, m = 60, h = 3600, d = 86400, w = 604800, M = 2592000, y = 31536000 }

-- Seconds of "5m", or nil.
function arguments.timeframe_seconds(text)
  local n, unit = tostring(text):match("^(%d+)([smhdwMy])$")
  return n and math.tointeger(tonumber(n) * units[unit]) or nil
end

local function fail(class, message, ...)
  error(errors.new(class, message:format(...)), 0)
end

-- A symbol written as exchanges write it: BTCUSD, btc-usd, BTC_USD.
local quotes = { "USDT", "USDC", "USD", "EUR", "GBP", "JPY", "BTC", "ETH" }
local function like(self, symbol)
  local letters = tostring(symbol):upper()
  local plain = letters:gsub("[-_:]", "/")
  local found = self.venue.market(plain) and plain
  for _, quote in ipairs(quotes) do
    local base = not found and letters:match("^(%w+)" .. quote .. "$")
    if base and self.venue.market(base .. "/" .. quote) then found = base .. "/" .. quote end
  end
  return found and " (did you mean '" .. found .. "'?)" or ""
end

local Arguments = {}

function Arguments:market_of(symbol)
  local market = self.venue.market(symbol)
  if not market then
    fail("BadSymbol", "no market '%s'%s", tostring(symbol), self.venue.market_count() == 0 and " (no markets are loaded)" or like(self, symbol))
  end
  return market
end

-- The record of a currency code: the exchange's list, else what its markets call it.
function Arguments:currency_of(code)
  local currency = self.venue.currency(code)
  if currency then return currency end
  local id = self.venue.currency_id_in_markets(code)
  if id then return { id = id, code = code } end
  if self.venue.market_count() > 0 then fail("ExchangeError", "no currency '%s'", tostring(code)) end
  return { id = code, code = code }
end

function Arguments:currency_id_of(code)
  return self:currency_of(code).id
end

-- Code of the exchange's own currency id; nil where it tells none.
function Arguments:code_of(id)
  return id and id ~= "" and self.venue.code_of(id) or nil
end

-- A param of the call, taken out so that it is not sent again under its unified name.
function Arguments:take(name)
  local v = self.params[name]
  self.params[name] = nil
  return v
end

-- What a placeholder means: argument, option, param.
function Arguments:value(name)
  local v = self[name]
  if v == nil then v = self.options[name] end
  if v == nil then
    v = self.given[name]
    if v ~= nil then self.params[name] = nil end
  end
  return v
end

local function to_precision(self, x, market, field, way)
  local step = market and market.precision and market.precision[field]
  if step == nil then return decimal.text(x) end
  return decimal.round(x, step, self.venue.precision, way)
end

-- Exact text of an amount at the market's step, cut; zero left over is refused.
function Arguments:to_amount(x, market)
  local text = to_precision(self, x, market or self.market, "amount", "cut")
  if decimal.cmp(text, 0) == 0 then
    fail("InvalidOrder", "amount %s is below the smallest step of %s", tostring(x), (market or self.market).symbol)
  end
  return text
end

function Arguments:to_price(x, market)
  local text = to_precision(self, x, market or self.market, "price", "nearest")
  if decimal.cmp(text, 0) == 0 and decimal.cmp(x, 0) ~= 0 then
    fail("InvalidOrder", "price %s is below the smallest step of %s", tostring(x), (market or self.market).symbol)
  end
  return text
end

function Arguments:to_cost(x, market)
  local m = market or self.market
  return to_precision(self, x, m, m and m.precision and m.precision.cost ~= nil and "cost" or "price", "cut")
end

-- What a market order to buy spends, in text: the param cost; else amount x price, or with the param or option createMarketBuyOrderRequiresPrice = false
-- the amount itself. `o` and `take` are the order of a batch, and what takes its params.
function Arguments:to_spend(o, market, take)
  take = take or function(name) return self:take(name) end
  o = o or { amount = self.asked_amount, price = self.asked_price }
  local cost, needs_price = take "cost", take "createMarketBuyOrderRequiresPrice"
  if needs_price == nil then needs_price = self.options.createMarketBuyOrderRequiresPrice end
  if cost then return self:to_cost(cost, market) end
  if not needs_price then return self:to_cost(o.amount, market) end
  if not o.price then
    fail("InvalidOrder", "a market buy is told by what it costs: give a price, or params.cost, or createMarketBuyOrderRequiresPrice = false")
  end
  return self:to_cost(decimal.mul(decimal.text(o.amount), decimal.text(o.price)), market)
end

-- An order's figure at the market's step, from what was asked; nil when the adapter took it away.
local function rounded(name, way)
  return function(a)
    local asked = rawget(a, "asked_" .. name)
    if asked == nil or rawget(a, "read_" .. name) then return nil end
    local text = way(a, asked)
    rawset(a, "read_" .. name, true)
    rawset(a, name, text)
    return text
  end
end
local is_figure = { amount = true, price = true, cost = true }

-- Is the order for the book only, however the caller says so? Taken out of the params. True or nil.
local function post_only(a)
  local post, in_force = a:take "postOnly", a.params.timeInForce
  if in_force == "PO" then post = a:take "timeInForce" end
  if not post then return nil end
  if a.type == "market" or in_force == "IOC" or in_force == "FOK" then fail("InvalidOrder", "a post-only order is a limit order that may rest") end
  a.post_only = true
  return true
end

-- The price at which an order is set off, at the market's step; taken out of the params.
local function trigger(a)
  local price, stop = a:take "triggerPrice", a:take "stopPrice"
  if price or stop then a.trigger = a:to_price(price or stop) end
  return rawget(a, "trigger")
end

local lazy = {
  post_only = post_only, trigger = trigger,
  amount = rounded("amount", Arguments.to_amount), price = rounded("price", Arguments.to_price), cost = rounded("cost", Arguments.to_cost),
  limit_price = function(a) return a.type ~= "market" and a.price or nil end,
  now = function(a)          -- one instant for a call, however often it is asked for
    a.now = a.venue.now()
    return rawget(a, "now")
  end,
  id = function(a) return a.market and a.market.id end,
  base = function(a) return a.market and a.market.base end,
  quote = function(a) return a.market and a.market.quote end,
  base_id = function(a) return a.market and a.market.baseId end,
  quote_id = function(a) return a.market and a.market.quoteId end,
  all_symbols = function(a) return a.venue.symbols() end,
  currency = function(a) return a.code and a:currency_of(a.code) or nil end,
  currency_id = function(a) return a.code and a:currency_of(a.code).id or nil end,
  ids = function(a)
    if not a.symbols then return nil end
    local out = list {}
    for i, symbol in ipairs(a.symbols) do out[i] = a:market_of(symbol).id end
    return out
  end,
}

local meta = { __index = function(a, k)
  local method = Arguments[k]
  if method then return method end
  local f = lazy[k]
  return f and f(a)
end, __newindex = function(a, k, v)
  if v == nil and is_figure[k] then rawset(a, "read_" .. k, true) end
  rawset(a, k, v)
end }

local function check_number(a, name)
  local x = a[name]
  if x == nil then return end
  if type(x) ~= "number" and not (type(x) == "string" and decimal.is(x)) then
    fail("BadRequest", "%s must be a number or decimal text, not %s", name, type(x) == "string" and "'" .. x .. "'" or type(x))
  end
  if type(x) == "number" and (x ~= x or x == math.huge or x == -math.huge) then fail("BadRequest", "%s is not finite", name) end
end

-- What is to be checked of a method's arguments, worked out once (`method`: the row of `name` in methods.lua). With the kept templates and
-- the coroutines that serve again, this made an order book a third cheaper (samples of a profile, both processes).
function arguments.prepare(name, method, description)
  local p = { name = name, args = method.args, needs = {}, numbers = {}, texts = {}, trade = method.right == "trade" and name:find("order") ~= nil,
    default_timeframe = name == "fetch_open_interest_history" and "1h" or "1m" }
  for word in ((needs[name] or "") .. " " .. (description.needs or "")):gmatch("%S+") do p.needs[#p.needs + 1] = word end
  for _, arg in ipairs(method.args) do
    if numbers[arg] then p.numbers[#p.numbers + 1] = arg end
    if texts[arg] then p.texts[#p.texts + 1] = arg end
    if arg == "timeframe" then p.timeframe = true end
  end
  p.side = name:find("order") ~= nil
  p.priced = name == "create_order" and not description.priceless
  p.by_cost = name:find "_with_cost$" ~= nil
  if description.types then
    p.types, p.types_text = {}, description.types:gsub("%s+", " and ")
    for word in description.types:gmatch("%S+") do p.types[word] = true end
  end
  p.positive = p.side or name == "withdraw" or name == "transfer" or name == "deposit" or name:find("^borrow_")
    or name:find("^repay_") or name:find("convert_")
  return p
end

local nothing = {}

-- `a` for one call. `prepared` is what `prepare` gave (nil for endpoints of no method), `given` the positional arguments,
-- `params` what came last. `venue` is what the endpoint module knows of the exchange. Raises unified errors.
function arguments.new(venue, prepared, given, params)
  -- The names without a value make room for what most calls get, so that the table need not grow.
  local a = setmetatable({ venue = venue, options = venue.options, maps = venue.adapter.maps, params = {}, given = params or {},
    symbol = nil, limit = nil, market = nil, received = nil }, meta)
  if params and type(params[1]) == "table" then      -- { {key, value}, ... }: they travel in that order
    local in_order, given_by_key = ordered(), {}
    for _, pair in ipairs(params) do
      in_order[pair[1]], given_by_key[pair[1]] = pair[2], pair[2]
    end
    a.params, a.given = in_order, given_by_key
  else
    for k, v in pairs(params or nothing) do a.params[k] = v end
  end
  if not prepared then return a end
  local args = prepared.args
  for i = 1, #args do a[args[i]] = given[i] end
  for _, name in ipairs(prepared.needs) do
    if a[name] == nil and a.given[name] == nil then fail("ArgumentsRequired", "%s needs %s", prepared.name, name) end
  end
  if prepared.types and not prepared.types[a.type] then fail("NotSupported", "%s orders only, not '%s'", prepared.types_text, tostring(a.type)) end
  if prepared.priced and a.price == nil and tostring(a.type):lower():find "limit" then fail("ArgumentsRequired", "a limit order needs a price") end
  for _, name in ipairs(prepared.numbers) do check_number(a, name) end
  for _, name in ipairs(prepared.texts) do
    local v = a[name]
    if v ~= nil and type(v) ~= "string" then
      if name == "order_id" and math.type(v) == "integer" then a.order_id = tostring(v)
      else fail("BadRequest", "%s must be text, not %s", name, type(v)) end
    end
  end
  if a.limit then
    a.limit = math.tointeger(tonumber(a.limit))
    if not a.limit or a.limit < 0 then fail("BadRequest", "limit must be a whole number") end
  end
  if a.since then
    a.since = math.tointeger(tonumber(a.since))
    if not a.since then fail("BadRequest", "since must be whole milliseconds") end
  end
  if a.side and prepared.side and a.side ~= "buy" and a.side ~= "sell" then
    fail("BadRequest", "side must be 'buy' or 'sell', not '%s'", a.side)
  end
  -- Where the sign of an amount tells the side, a negative one would trade the other way.
  if prepared.positive and a.amount ~= nil and decimal.cmp(decimal.text(a.amount), "0") < 0 then
    fail("InvalidOrder", "amount must be above 0, not %s", tostring(a.amount))
  end
  if a.symbol then a.market = a:market_of(a.symbol) end
  if prepared.by_cost and a.market and a.market.contract then fail("NotSupported", "only spot orders are made by their cost") end
  if a.symbols then
    if type(a.symbols) ~= "table" then fail("BadRequest", "symbols must be a list") end
    for _, symbol in ipairs(a.symbols) do a:market_of(symbol) end
    if #a.symbols == 0 then a.symbols = nil end
  end
  if a.code and not venue.adapter.codes_free then a:currency_of(a.code) end
  if a.market and prepared.trade then
    -- rounded when they are read: an adapter that has a way of its own takes what was asked
    a.asked_amount, a.asked_price, a.asked_cost = a.amount, a.price, a.cost
    a.amount, a.price, a.cost = nil, nil, nil
  elseif a.amount ~= nil then
    a.amount = decimal.text(a.amount)
  end
  if prepared.timeframe then
    a.timeframe_name = a.timeframe or prepared.default_timeframe
    a.timeframe_s = arguments.timeframe_seconds(a.timeframe_name)
    local frames = venue.adapter.timeframes
    a.timeframe = frames and frames[a.timeframe_name]
    if not a.timeframe_s or (frames and a.timeframe == nil) then
      local names = {}
      for name in pairs(frames or {}) do names[#names + 1] = name end
      table.sort(names, function(x, y) return (arguments.timeframe_seconds(x) or 0) < (arguments.timeframe_seconds(y) or 0) end)
      fail("BadRequest", "no timeframe '%s' here%s", tostring(a.timeframe_name), names[1] and "; there are " .. table.concat(names, " ") or "")
    end
  end
  return a
end

return arguments
