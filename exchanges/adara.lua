-- Adara. API: https://api.adara.io/v1
-- JSON:API: what is asked for stands in `data`, as rows of {id, attributes, relationships}, what it refers to in `included`. Failures are a
-- list of {code, status, title, detail} in a 200 reply; any of the four may name the cause. The trades of all markets are told together.

local refusals = by_class {
  InvalidOrder = { "Amount is too small", "operation has invalid value", "closed order can't be changed" }, OrderNotFound = { "Order is not found" },
  InsufficientFunds = { "Insufficient funds" }, AuthenticationError = { "AUTH", "You are not authorized" }, BadRequest = { "Bad Request" },
  ExchangeError = "500",
}

local function included(reply, type)
  local out = {}
  for _, row in ipairs(reply.included or {}) do
    if row.type == type then out[row.id or ""] = row.attributes end
  end
  return out
end

local function step(places) return places and ("1e-%d"):format(places) end
local function whole(x) return math.tointeger(tonumber(x)) end
local function base_places(o, a) return a.accuracy[o.relationships.from.data.id] or 8 end
local market_list = markets {
  at = "data", id = "id", baseId = "relationships.from.data.id", quoteId = "relationships.to.data.id", active = "attributes.allowTrade",
  maker = "attributes.makerFee", taker = "attributes.takerFee", precision = { amount = base_places, price = "attributes.digits" },
  limits = { amount = { min = function(o, a) return step(base_places(o, a)) end }, price = { min = "attributes.digits|tick" } },
}

local function most(o)
  local places = o.attributes and whole(o.attributes.accuracy)
  return places and ("1e%d"):format(places)
end
local function usable(o)
  local told = o.attributes
  return told and told.active == true and told.allowDeposit == true and told.allowWithdraw == true
end

local ticker_fields = {
  at = "data", market = "id", timestamp = "attributes.serializedAt", high = "attributes.high", low = "attributes.low", last = "attributes.currentPrice",
  change = "attributes.change", percentage = "attributes.percentChange",
}

-- A book is a list of orders, told apart by their ids: OBID... and OSID...
local function order_book(reply)
  local out = { bids = {}, asks = {} }
  for _, row in ipairs(reply.data) do
    local told, at = row.attributes, whole(row.attributes.serializedAt)
    local side = row.id:find "OBID" and out.bids or row.id:find "OSID" and out.asks or fail("BadResponse", "a level is neither bid nor ask: " .. row.id)
    side[#side + 1] = { told.price, told.amount }
    out.timestamp = at and math.max(at, out.timestamp or at) or out.timestamp
  end
  return out
end

local function quote_of(o, _, market) return market and o.attributes and o.attributes.fee and market.quote end
local function of_market(o, a)
  local row = o.relationships
  return not a.id or (row and row.symbol and row.symbol.data and row.symbol.data.id or a.id) == a.id
end

-- The trades of an order are named with it, and told beside it.
local function trades_of(o, a, market)
  local named, out = o.relationships and o.relationships.trades, {}
  for _, ref in ipairs(named and named.data or {}) do
    local t = a.told[ref.id or ""]
    if t then
      out[#out + 1] = {
        id = ref.id, order = o.id, symbol = market and market.symbol, timestamp = t.createdAt and parse8601(t.createdAt), type = o.attributes.orderType,
        side = t.operation, price = t.price, amount = t.amount, cost = t.total, fee = t.fee and { cost = t.fee, currency = market and market.quote },
        info = t,
      }
    end
  end
  return #out > 0 and out or nil
end
local order_fields = {
  at = "data", id = "id", clientOrderId = "attributes.clientId", market = "relationships.symbol.data.id", timestamp = "attributes.timeOpen|iso",
  lastTradeTimestamp = "attributes.timeClose|iso", type = "attributes.orderType", side = "attributes.operation", price = "attributes.price",
  average = "attributes.averagePrice", amount = "attributes.amount", filled = "attributes.filled", status = "attributes.status",
  fee = { cost = "attributes.fee", currency = quote_of }, trades = trades_of,
}
local function with_trades(read)
  return function(reply, a)
    a.told = included(reply, "trade")
    return read(reply, a)
  end
end
local one_order = with_trades(order(order_fields))
local order_list = with_trades(orders(with(order_fields, { where = of_market })))

local function own_orders(state)
  return { get = "/order", send = "include=trades filters[symbol]={id} filters[status][]=" .. state, read = order_list }
end

return {
  hosts = { api = "https://api.adara.io/v1" },
  rate = { interval_ms = 1000, burst = 5 },
  precision = "places",
  fees = { taker = 0.001, maker = 0.001, tierBased = false, percentage = true },
  renames = old_codes,
  encode = "json",
  options = { expiredAt = 10000 },      -- ms for which a signature holds
  symbol_of = function(id)
    local base, quote = id:match "^(.+)(...)$"
    return base and base .. "/" .. quote
  end,

  failed = function(reply)
    local first_one = reply.errors and reply.errors[1]
    if not first_one then return nil end
    local message = first_one.detail or first_one.title or first_one.message
    for _, name in ipairs { "code", "status", "title", "detail" } do
      local cause = first_one[name]
      if cause and refusals[cause] then return cause, message end
    end
    return first_one.code or "not told", message
  end,
  errors = refusals,

  -- Signed is the verb with the path, which must be without its query, or with the body.
  sign = function(req, key, a)
    local expires = tostring(a.now + a.options.expiredAt)
    local payload = req.json and req.body or req.path:gsub("^/v1", "")
    req.headers["X-ADX-EXPIRE"] = expires
    req.headers["X-ADX-APIKEY"] = key.apiKey
    req.headers["X-ADX-SIGNATURE"] = base64(hmac("sha512", key.secret, req.method .. payload .. "expiredAt=" .. expires))
  end,

  fetch_markets = {
    get = "/symbols", send = "include=from,to",
    read = function(reply, a)
      a.accuracy = {}
      for id, told in pairs(included(reply, "currency")) do a.accuracy[id] = whole(told.accuracy) end
      return market_list(reply, a)
    end,
  },
  fetch_currencies = {
    get = "/currencies",
    read = currencies {
      at = "data", id = "id", name = "attributes.name", active = usable, fee = "attributes.withdrawFee", precision = "attributes.accuracy",
      limits = {
        amount = { min = "attributes.accuracy|tick", max = most }, price = { min = "attributes.accuracy|tick", max = most },
        withdraw = { min = "attributes.withdrawMinAmount", max = most },
      },
    },
  },
  fetch_ticker = { get = "/quote/{id}", read = ticker(ticker_fields) },
  fetch_tickers = { get = "/quote/", read = tickers(ticker_fields) },
  fetch_order_book = { get = "/orderBook", send = "filters[symbol]={id}", read = order_book },
  fetch_trades = {
    get = "/trade",
    read = trades {
      at = "data", id = "id", market = "relationships.symbol.data.id", timestamp = "attributes.createdAt|iso", side = "attributes.operation",
      price = "attributes.price", amount = "attributes.amount", cost = "attributes.total", fee = { cost = "attributes.fee", currency = quote_of },
      where = of_market,
    },
  },

  fetch_balance = {
    get = "/balance",
    read = balance { at = "data", currency = "relationships.currency.data.id|code", total = "attributes.totalBalance", used = "attributes.onOrders" },
  },
  fetch_order = { get = "/order/{order_id}", send = "include=trades", read = one_order },
  fetch_open_orders = own_orders "open",
  fetch_closed_orders = own_orders "closed",
  create_order = {
    post = "/order", needs = "price", read = one_order,
    send = function(a)
      local told = ordered { { "amount", raw_number(a.amount) }, { "operation", a.side }, { "orderType", a.type }, { "price", raw_number(a.price) } }
      local symbol = ordered { { "id", a.id }, { "type", "symbol" } }
      return ordered {
        { "data", ordered { { "type", "order" }, { "attributes", told }, { "relationships", { symbol = { data = symbol } } } } },
        { "included", list { symbol } },
      }
    end,
  },
  cancel_order = { patch = "/order/{order_id}", read = one_order, send = { data = { attributes = { status = "canceled" } } } },
}
