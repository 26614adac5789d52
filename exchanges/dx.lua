-- DX.Exchange: spot; closed. API was at https://apidocs.dx.exchange
-- JSON-RPC: every call is a POST to one address, what is asked is the only element of `params`. Own calls carry a token that lasts a while: the
-- one of options.accessToken, or else one that is asked for, before each call, with the API key. Numbers are {value, decimals}: 15 and 1 for 1.5.
-- Failures are {error}.

local login = "Authorization.LoginByToken"

local function number(name)
  return function(o)
    local n = (o.order or o)[name]
    return n and n.value and n.decimals and decimal.mul(decimal.round(n.value, 0, "places", "nearest"), ("1e-%d"):format(tonumber(n.decimals)))
  end
end

local function value_of(text)
  if text:find(".", 1, true) then text = text:gsub("0+$", ""):gsub("%.$", "") end
  local whole, fraction = text:match "^(%d*)%.?(%d*)$"
  return ordered { { "value", raw_number(((whole .. fraction):gsub("^0+(%d)", "%1"))) }, { "decimals", #fraction } }
end

local function message(a, method, inner)
  return ordered { { "jsonrpc", "2.0" }, { "id", a.now }, { "method", method }, { "params", list { inner } } }
end

-- `asked(a)` gives what is asked; the call's params go in with it.
local function public(method, read, asked, with_token)
  return {
    run = function(a)
      local inner = asked and asked(a) or ordered {}
      for k, v in pairs(a.params) do inner[k] = v end
      a.params = {}
      local token = with_token and (a.options.accessToken or ask { post = "/", send = message(a, login, ordered {}) }.result.token) or nil
      return { post = "/", read = read, send = message(a, method, inner), headers = { Authorization = token } }
    end,
  }
end
local function own(method, read, asked) return public(method, read, asked, true) end

local function places(m)
  local n = tonumber(m.meQuantityMultiplier)
  return n and n > 0 and math.floor(math.log(n, 10) + 1e-9) or n
end

local function page(a) return ordered { { "limit", a.limit }, { "offset", 0 } } end
local function of_market(a) return ordered { { "pagination", page(a) }, { "instrumentId", a.id and tonumber(a.id) } } end

-- Sides are named by what one can do: sell to the bids.
local function order_book(reply)
  local out = { bids = {}, asks = {} }
  for i, o in ipairs(reply.result.sell) do out.bids[i] = { number "price" (o), number "qty" (o) } end
  for i, o in ipairs(reply.result.buy) do out.asks[i] = { number "price" (o), number "qty" (o) } end
  return out
end

-- Past orders stand one deeper than open ones, and their states count anew.
local order_fields = {
  id = "order.externalOrderId,externalOrderId", market = "order.instrumentId,instrumentId", timestamp = "order.time|s,time|s",
  type = function(o) return (o.order or o).orderType == "1" and "market" or "limit" end,
  side = function(o) return (o.order or o).direction == "2" and "sell" or "buy" end,
  price = number "price", amount = number "quantity", filled = number "filledQuantity",
  status = function(o)
    if not o.order then return o.status == "1" and "open" or nil end
    return o.order.status == "1" and "closed" or o.order.status == "2" and "canceled" or nil
  end,
}

return {
  hosts = { api = "https://acl.dx.exchange" },
  credentials = { "apiKey" },
  rate = { interval_ms = 1500, burst = 5 },
  precision = "places",
  renames = with(old_codes, { BCH = "Bitcoin Cash" }),
  fees = { taker = 0.0025, maker = 0.0025, tierBased = true, percentage = true },
  timeframes = "1m 5m 1h 1d",
  encode = "json",
  headers = { ["Content-Type"] = "application/json-rpc" },

  failed = "error", message = "error",
  errors = by_class { BadRequest = "EOF" },
  broad = {
    { "json: cannot unmarshal object into Go value of type", "BadRequest" }, { "not allowed to cancel this order", "BadRequest" },
    { "request timed out", "RequestTimeout" }, { "balance_freezing.freezing validation.balance_freeze", "InsufficientFunds" },
    { "order_creation.validation.validation", "InvalidOrder" },
  },

  sign = function(req, key)
    if req.json.method == login then req.json.params[1].token = key.apiKey end
  end,

  fetch_markets = public("AssetManagement.GetInstruments", markets {
    at = "result.instruments", id = "id", baseId = "asset.baseCurrencyId", quoteId = "asset.quotedCurrencyId",
    numericId = "id|number", baseNumericId = "asset.baseCurrencyId|number", quoteNumericId = "asset.quotedCurrencyId|number",
    base = "asset.fullName|before:/|code", quote = "asset.fullName|after:/|code",
    precision = { amount = places, price = "asset.tailDigits" },
    limits = { amount = { min = "minOrderQuantity", max = "maxOrderQuantity" }, price = { min = 0 }, cost = { min = 0 } },
  }),
  fetch_ticker = public("AssetManagement.GetTicker", ticker {
    at = "result.tickers.*", timestamp = "time|us", last = "last", high = "high24", low = "low24", change = "change", baseVolume = "volume24",
    quoteVolume = "volume24converted",
  }, function(a) return ordered { { "instrumentIds", list { tonumber(a.id) } }, { "currencyId", tonumber(a.market.quoteId) } } end),
  fetch_order_book = public("OrderManagement.GetOrderBook", order_book, function(a) return ordered { { "instrumentId", tonumber(a.id) } } end),
  fetch_ohlcv = public("AssetManagement.History", candles { at = "result.assets", columns = "date|s open high low close volume" }, function(a)
    return ordered { { "timestampFrom", a.since }, { "instrumentId", tonumber(a.id) }, { "type", a.timeframe }, { "pagination", page(a) } }
  end),

  fetch_balance = own("Balance.Get", balance { at = "result.balance", currency = "@key|code", free = "available", used = "frozen", total = "total" }),
  fetch_open_orders = own("OrderManagement.OpenOrders", orders(with(order_fields, { at = "result.orders" })), of_market),
  fetch_closed_orders = own("OrderManagement.OrderHistory", orders(with(order_fields, { at = "result.ordersForHistory" })), of_market),
  create_order = own("OrderManagement.Create", order { id = "result.externalOrderId" }, function(a)
    return ordered {
      { "order", ordered {
        { "direction", a.side == "buy" and 1 or 2 }, { "instrumentId", tonumber(a.id) }, { "orderType", a.type == "limit" and 2 or 1 },
        { "quantity", value_of(a.amount) }, { "price", a.type == "limit" and value_of(a.price) or nil },
      } },
    }
  end),
  cancel_order = own("OrderManagement.Cancel", order {}, function(a) return ordered { { "externalOrderId", a.order_id } } end),
}
