-- CoinTiger, closed. API: https://github.com/cointiger/api-docs-en/wiki
-- Every call but those of the web site carries the key; private ones are signed over their parameters as text, in alphabetical order, followed by
-- the secret. Failures are {code, msg}; of orders cancelled, each that was not stands in data.failed. Amounts of some replies lie in
-- {amount, icon, title}.
local huobi = dialect "huobi"

local own_classes = {
  ["Balance insufficient"] = "InsufficientFunds", ["offsetNot Null"] = "ExchangeError", ["api_keyNot EXIST"] = "AuthenticationError",
  ["price precision exceed the limit"] = "InvalidOrder",
}
-- "no order with this number", "the state of the order does not allow it"
local unknown, done = "根据订单号没有查询到订单", "订单状态不能取消"

local function failed(reply)
  local code, message = reply.code, reply.msg
  if code and code ~= "0" then
    for text, class in pairs(own_classes) do
      if (code == "1" or code == "2") and tostring(message):find(text, 1, true) then return code, message, class end
    end
    return code, message
  end
  local data = reply.data
  local rows = type(data) == "userdata" and type(data.failed) == "userdata" and data.failed
  if not rows or not rows[1] or data.success and data.success[1] then return nil end
  local texts = ""
  for _, row in ipairs(rows) do texts = texts .. tostring(row["err-msg"]) .. "\n" end
  local gone = texts:find(unknown, 1, true) or texts:find(done, 1, true) and texts:find("Parameter error", 1, true)
  return rows[1]["err-code"] or "failed", texts, gone and "OrderNotFound" or "InvalidOrder"
end

local function split(o) return (o.type or ""):lower():match("^(%a+)%-?(%a*)") end
local function side(o) return o.side and o.side:lower() or (split(o)) end
local function type_of(o)
  local _, kind = split(o)
  return kind ~= "" and kind or nil
end
local fee = {
  cost = "fee,buy_fee,sell_fee",
  currency = function(o, _, market) return market and (side(o) == "sell" and market.quote or market.base) end,
}

local trade_fields = {
  id = "id", order = "orderId", timestamp = "created,mtime,created_at,ts", side = side, type = type_of, fee = fee,
  price = "deal_price.amount,price.amount,price", amount = "amount,volume.amount,volume",
}
local order_fields = {
  id = "id", timestamp = "created_at,ctime", lastTradeTimestamp = "mtime", side = side, type = type_of, fee = fee,
  price = "price.amount,price", average = "age_price.amount,avg_price", amount = "volume.amount,amount,volume",
  filled = "deal_volume.amount,deal_volume", remaining = "remain_volume.amount",
  status = words("status", { open = "0 1 3", closed = "2", canceled = "4", rejected = "6" }),
}
local own_trades, order_list = trades(with(trade_fields, { at = "data" })), orders(with(order_fields, { at = "data", market = "symbol" }))

-- There is no open, and no change: only how much of it, in percent.
local ticker_fields = {
  timestamp = "id", bid = "highestBid", ask = "lowestAsk", last = "last", high = "high24hr", low = "low24hr", percentage = "percentChange",
  baseVolume = "baseVolume", quoteVolume = "quoteVolume", open = false, change = false, average = false, vwap = false,
}
local one_ticker = ticker(ticker_fields)

local market_list = markets {
  id = function(o) return o.baseCurrency and o.quoteCurrency and o.baseCurrency .. o.quoteCurrency end,
  uppercaseId = function(o) return o.baseCurrency and o.quoteCurrency and (o.baseCurrency .. o.quoteCurrency):upper() end,
  baseId = "baseCurrency", quoteId = "quoteCurrency", active = true, precision = { amount = "amountPrecision", price = "pricePrecision" },
  limits = { amount = { min = "amountPrecision|tick" }, price = { min = "pricePrecision|tick" }, cost = { min = 0 } },
}

local function listed(states)
  return {
    get = "/v2/order/orders", needs = "symbol", send = "symbol={id} states=" .. states .. " direct=next size={limit|default:50}", read = order_list,
  }
end

local function text_of(v)
  local kind = type(v)
  return (kind == "boolean" or kind == "number") and tostring(v) or v
end

return {
  hosts = {
    api = "https://api.cointiger.pro/exchange/trading/api", keyed = "https://api.cointiger.pro/exchange/trading/api",
    web = "https://www.cointiger.pro/exchange",
  },
  rate = { interval_ms = 2000, burst = 5 },
  precision = "places",
  fees = { taker = 0.0015, maker = 0.0008 },
  headers = { Language = "en_US" },
  renames = with(old_codes, { HOT = "Hydro Protocol", FGC = "FoundGameCoin", TCT = "The Tycoon Chain Token" }),
  timeframes = "1m=1min 5m=5min 15m=15min 30m=30min 1h=60min 1d=1day 1w=1week 1M=1mon 1y=1year",
  failed = failed,
  errors = with(huobi.errors, by_class {
    AuthenticationError = "16 100005", BadRequest = "2", DDoSProtection = "110030", ExchangeError = "1 100001 100003", ExchangeNotAvailable = "100002",
    InvalidOrder = "5 6", OrderNotFound = "8",
  }),
  http = { [429] = "DDoSProtection" },

  sign = function(req, key)
    if req.section == "keyed" then return first(req.query, "api_key", key.apiKey) end
    local send = {}
    for k, v in pairs(req.form or req.query) do send[k] = text_of(v) end
    send.time = key.time
    send = sorted(send)
    local text = ""
    for k, v in pairs(send) do text = text .. k .. v end
    local query = { api_key = key.apiKey, time = key.time }
    if req.form then req.form = send else
      for k, v in pairs(send) do query[k] = v end
    end
    req.query = sorted(query)
    req.query.sign = hex(hmac("sha512", key.secret, text .. key.secret))
  end,

  fetch_markets = {
    get = "/v2/currencys", host = "keyed", right = "read",
    read = function(reply, a)      -- by partition of the market
      local out = {}
      for _, partition in pairs(reply.data) do
        for _, market in ipairs(market_list(partition, a)) do out[#out + 1] = market end
      end
      return out
    end,
  },
  fetch_ticker = {
    get = "/api/public/market/detail", host = "web",
    read = function(reply, a) return one_ticker(reply[a.id:upper()] or fail("BadSymbol", "no ticker of " .. a.symbol), a) end,
  },
  fetch_tickers = { get = "/api/public/market/detail", host = "web", read = tickers(with(ticker_fields, { market = "@key|lower" })) },
  fetch_order_book = {
    get = "/market/depth", host = "keyed", right = "read", send = "symbol={id} type=step0",
    read = book { at = "data.depth_data", bids = "tick.buys", asks = "tick.asks", timestamp = "ts" },
  },
  fetch_trades = {
    get = "/market/history/trade", host = "keyed", right = "read", send = "symbol={id} size={limit|default:1000}",
    read = trades(with(trade_fields, { at = "data.trade_data" })),
  },
  fetch_ohlcv = {
    get = "/market/history/kline", host = "keyed", right = "read", send = "symbol={id} period={timeframe} size={limit|default:1000}",
    read = candles { at = "data.kline_data", columns = "id|s open high low close vol" },
  },

  fetch_balance = { get = "/user/balance", read = balance { at = "data", currency = "coin|code", free = "normal", used = "lock" } },
  fetch_order = {
    get = "/v2/order/details", needs = "symbol", send = "symbol={id} order_id={order_id}", read = order(with(order_fields, { at = "data" })),
  },
  fetch_orders = listed "new,part_filled,filled,canceled,expired",
  fetch_open_orders = listed "new,part_filled",
  fetch_closed_orders = listed "filled,canceled",
  fetch_order_trades = { get = "/v2/order/make_detail", needs = "symbol", send = "symbol={id} order_id={order_id}", read = own_trades },
  fetch_my_trades = {
    get = "/v2/order/match_results", needs = "symbol", read = own_trades,
    send = function(a)           -- a week at once
      local start = a.since or a.now - 604800000
      return ordered {
        { "symbol", a.id }, { "start-date", iso8601(start):sub(1, 10) }, { "end-date", iso8601(start + 604800000):sub(1, 10) },
        { "size", a.limit or 1000 },
      }
    end,
  },
  create_order = {
    run = function(a)
      local volume, cost = a.amount, a:take "cost"
      if a.type == "market" and a.side == "buy" then      -- which is told in the quote
        cost = cost or a.price and decimal.mul(decimal.text(a.asked_amount), decimal.text(a.asked_price))
        volume = a:to_amount(cost or fail("InvalidOrder", "a market order to buy needs a price, or params.cost: what it may spend"))
      elseif a.type == "limit" and not a.price then
        fail("ArgumentsRequired", "a limit order needs a price")
      end
      return {
        post = "/v2/order", read = order(with(huobi.placed_fields, { id = "data.order_id", timestamp = "={now}" })),
        send = ordered {
          { "symbol", a.id }, { "side", a.side:upper() }, { "type", a.type == "limit" and 1 or 2 }, { "volume", volume }, { "price", a.price or "0" },
        },
      }
    end,
  },
  cancel_order = { delete = "/order", encode = "query", needs = "symbol", send = "symbol={id} order_id={order_id}", read = order(huobi.cancelled_fields) },
  cancel_orders = {
    post = "/v2/order/batch_cancel", needs = "ids symbol",
    send = function(a) return { orderIdList = encode_json(ordered { { a.id, list(a.ids) } }) } end,
    read = function(reply)
      local out = {}
      for _, id in ipairs(reply.data.success or {}) do out[#out + 1] = { id = id, status = "canceled", info = reply } end
      for _, row in ipairs(reply.data.failed or {}) do out[#out + 1] = { id = row["order-id"], info = row } end
      return out
    end,
  },
}
