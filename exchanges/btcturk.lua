-- BtcTurk. API: https://docs.btcturk.com
-- Only the key and the time are signed, not what is asked. Replies are {success, message, code, data}; a refused order may be told by the message
-- alone, beside code 0. Candles come from another host, in columns.

-- A new order has another name for its time than one that is listed; `time` of a new one is 0.
local order_fields = {
  id = "id", clientOrderId = "orderClientId", market = "pairSymbol", timestamp = "time|nonzero,updateTime,datetime", type = "method|map:methods,method",
  side = "type", price = "price", triggerPrice = "stopPrice|nonzero", amount = "amount|abs,quantity|abs", remaining = "leftAmount",
  status = { "status", Untouched = "open", default = "." },
}
local bids, asks = orders(with(order_fields, { at = "data.bids?" })), orders(with(order_fields, { at = "data.asks?" }))

local trade_list = trades {
  at = "data", id = "tid,id", order = "orderId", market = "pair", timestamp = "date,timestamp", side = "side,orderType", price = "price",
  amount = "amount|abs", fee = { cost = "fee|abs", currency = "denominatorSymbol|code" },
  symbol = function(o, a)       -- own trades name their currencies
    local base, quote = o.numeratorSymbol, o.denominatorSymbol
    return not o.pair and base and quote and a:code_of(base) .. "/" .. a:code_of(quote) or nil
  end,
}

local prices = "filters.[filterType=PRICE_FILTER]."

local function last(o) return o.last ~= "" and o.last or false end      -- not to be made of the average

return {
  hosts = { api = "https://api.btcturk.com", graph = "https://graph-api.btcturk.com" },
  rate = { interval_ms = 100, burst = 5 },
  fees = { taker = 0.0009, maker = 0.0005 },
  encode = "json",
  timeframes = { ["1m"] = 1, ["15m"] = 15, ["30m"] = 30, ["1h"] = 60, ["4h"] = 240, ["1d"] = "1 d", ["1w"] = "1 w", ["1y"] = "1 y" },

  failed = function(reply)
    local code, message = reply.code, reply.message
    if code and code ~= "0" and code ~= "SUCCESS" then return code, message or code end
    if message and message:find "^FAILED" then return message, message end
  end,
  errors = { FAILED_ORDER_WITH_OPEN_ORDERS = "InsufficientFunds", FAILED_LIMIT_ORDER = "InvalidOrder", FAILED_MARKET_ORDER = "InvalidOrder" },

  sign = function(req, key)
    req.headers["X-PCK"] = key.apiKey
    req.headers["X-Stamp"] = key.nonce
    req.headers["X-Signature"] = base64(hmac("sha256", unbase64(key.secret), key.apiKey .. key.nonce))
    req.headers["Content-Type"] = "application/json"
  end,

  fetch_markets = {
    get = "/api/v2/server/exchangeinfo",
    read = markets {
      at = "data.symbols", id = "name", baseId = "numerator", quoteId = "denominator", index = false, active = "status|eq:TRADING",
      precision = { amount = "numeratorScale|tick", price = "denominatorScale|tick" },
      limits = {
        amount = { min = prices .. "minAmount", max = prices .. "maxAmount" }, price = { min = prices .. "minPrice", max = prices .. "maxPrice" },
        cost = { min = prices .. "minExchangeValue" },
      },
    },
  },
  fetch_tickers = {
    get = "/api/v2/ticker", cost = 0.1,
    read = tickers {
      at = "data", market = "pair", timestamp = "timestamp", bid = "bid", ask = "ask", open = "open", high = "high", low = "low",
      last = last, close = last,
      change = "daily", percentage = "dailyPercent", average = "average", baseVolume = "volume",
    },
  },
  fetch_order_book = {
    get = "/api/v2/orderbook", send = "pairSymbol={id}",
    read = book { bids = "data.bids", asks = "data.asks", timestamp = "data.timestamp" },
  },
  fetch_trades = { get = "/api/v2/trades", send = "pairSymbol={id} last={limit}", read = trade_list },
  fetch_ohlcv = {
    get = "/v1/klines/history", host = "graph",
    send = function(a)
      local step, limit = a.timeframe_s, a.limit
      local from, to = a.since and a.since // 1000, (a:take "until" or a.now) // 1000
      if not from then limit = limit or 100 end
      if limit and a.timeframe == "1 y" then fail("BadRequest", "years are not of one length: since without limit, please") end
      local span = limit and step * (math.min(limit, 11000) - 1)
      if from and span then to = math.min(to, from + span) end
      return ordered { { "symbol", a.id }, { "resolution", a.timeframe }, { "to", to }, { "from", from or to - span } }
    end,
    read = candle_lists("t o h l c v", "s"),
  },

  fetch_balance = {
    get = "/api/v1/users/balances", read = balance { at = "data", currency = "asset|code", free = "free", used = "locked", total = "balance" },
  },
  fetch_orders = {
    get = "/api/v1/allOrders", needs = "symbol", send = "pairSymbol={id} last={limit} startTime={since|s}",
    read = orders(with(order_fields, { at = "data" })),
  },
  fetch_open_orders = {
    get = "/api/v1/openOrders", send = "pairSymbol={id}",
    read = function(reply, a)
      local out = bids(reply, a)
      for _, o in ipairs(asks(reply, a)) do out[#out + 1] = o end
      return out
    end,
  },
  fetch_my_trades = { get = "/api/v1/users/transactions/trade", read = trade_list },

  create_order = {
    run = function(a)
      a.method = a.trigger and not a.type:find "^stop" and "stop" .. a.type or a.type
      if not a.type:find "limit" then a.price = nil end
      a.own_id = a:take "newClientOrderId" or a.params.clientOrderId or uuid()       -- and the API passes over clientOrderId
      return {
        post = "/api/v1/order", read = order(with(order_fields, { at = "data" })),
        send = "orderType={side} orderMethod={method} pairSymbol={id} quantity={amount} price={price} stopPrice={trigger} newClientOrderId={own_id}",
      }
    end,
  },
  cancel_order = { delete = "/api/v1/order", send = "id={order_id}", encode = "query", read = order { symbol = false } },

  maps = { methods = { stoplimit = "limit", stopmarket = "market" } },
}
