-- COSS. API: https://api.coss.io/v1/spec
-- The engine answers for the market data, another host for all tickers at once. Markets are "ETH_BTC", here and there "ETH-BTC" or "eth-btc".
-- Failures have no common form: the HTTP status tells them. Fees and totals are texts with their currency ("0.00659000 ETH").

local function market_id(name)
  return function(o) return o[name] and (o[name]:upper():gsub("-", "_")) end
end

local ticker_list = tickers {
  at = "result", market = market_id "MarketName", timestamp = "TimeStamp|iso", high = "High", low = "Low", bid = "Bid", ask = "Ask",
  open = "PrevDay", last = "Last", baseVolume = "Volume", quoteVolume = "BaseVolume",
}

local trade_fields = {
  id = "id", order = "order_id", market = "symbol", timestamp = "time,timestamp", price = "price", amount = "qty,quantity",
  side = function(o)
    if o.order_side then return o.order_side:lower() end
    return o.isBuyerMaker ~= nil and (o.isBuyerMaker == true and "sell" or "buy") or nil
  end,
  fee = { cost = "fee|before: ", currency = "fee|after: |code" },
  fees = function(o, a)         -- some trades pay in two currencies
    if not (o.fee and o.additional_fee) then return nil end
    local out = {}
    for i, fee in ipairs { o.fee, o.additional_fee } do
      local cost, id = fee:match "^(%S+) (%S+)$"
      out[i] = { cost = cost, currency = id and a:code_of(id) }
    end
    return out
  end,
}

local order_fields = {
  id = "order_id", market = market_id "order_symbol", timestamp = "createTime", type = "type", side = "order_side|lower", price = "order_price",
  triggerPrice = "stop_price|nonzero", amount = "order_size", filled = "executed", average = "avg",
  cost = function(o) return (o.total or ""):match "^%S+" or false end,
  status = { "status|upper", CANCELLING = "open", PARTIAL_FILL = "closed", default = "." },
}
local one_order = order(order_fields)
local function own_orders(list)
  return {
    post = "/order/list/" .. list, host = "trade", needs = "symbol", send = "symbol={id} limit={limit}",
    read = orders(with(order_fields, { at = "list,." })),       -- open ones stand in `list`
  }
end

return {
  hosts = {
    api = "https://trade.coss.io/c/api/v1", trade = "https://trade.coss.io/c/api/v1", engine = "https://engine.coss.io/api/v1",
    web = "https://trade.coss.io/c", exchange = "https://exchange.coss.io/api",
  },
  rate = { interval_ms = 1000, burst = 5 },
  precision = "places",
  fees = { taker = 0.0025, maker = 0, tierBased = true, percentage = true },
  renames = with(old_codes, { COS = "COSS", COSS = "COSS.io" }),
  encode = "json",
  timeframes = "1m 5m 15m 30m 1h 2h 4h 6h 12h 1d 1w",

  -- What is asked, or sent, is signed as it travels, with a time in front.
  sign = function(req, key, a)
    if req.json then req.json = first(req.json, "timestamp", a.now) else req.query = first(req.query, "timestamp", a.now) end
    req.headers.Signature = hex(hmac("sha256", key.secret, req.json and req.body or req.querystring))
    req.headers.Authorization = key.apiKey
    req.headers["X-Requested-With"] = "XMLHttpRequest"
  end,

  fetch_markets = {
    get = "/exchange-info",
    read = function(reply)
      local least_cost, least_amount, out = {}, {}, {}
      for _, c in ipairs(reply.base_currencies or {}) do least_cost[c.currency_code or ""] = c.minimum_total_order end
      for _, c in ipairs(reply.coins or {}) do least_amount[c.currency_code or ""] = c.minimum_order_amount end
      for i, m in ipairs(reply.symbols) do
        local base, quote = m.symbol:match "^(.*)_(.*)$"
        local places = tonumber(m.amount_limit_decimal)
        out[i] = {
          id = m.symbol, baseId = base, quoteId = quote, active = m.allow_trading == true,
          precision = { amount = m.amount_limit_decimal, price = m.price_limit_decimal }, info = m,
          limits = { amount = { min = least_amount[base] or places and ("1e-%d"):format(places) }, cost = { min = least_cost[base] } },
        }
      end
      return out
    end,
  },
  fetch_currencies = {
    get = "/coins/getinfo/all", host = "web",
    read = currencies {
      id = "currency_code", name = "name", type = "token_type", fee = "withdrawn_fee",
      active = function(o) return o.allow_buy and o.allow_sell and o.allow_withdrawn and o.allow_deposit and true or false end,
      precision = function(o)
        local digits = (o.decimal_format or ""):match "%.(.*)$"
        return digits and #digits > 1 and #digits or 8
      end,
      limits = { amount = { min = "minimum_order_amount" }, withdraw = { min = "minimum_withdrawn_amount" }, deposit = { min = "minimum_deposit_amount" } },
    },
  },
  fetch_ticker = { get = "/getmarketsummaries", host = "exchange", read = one_of(ticker_list) },
  fetch_tickers = { get = "/getmarketsummaries", host = "exchange", read = ticker_list },
  fetch_order_book = { get = "/dp", host = "engine", send = "symbol={id}", read = book { bids = "bids", asks = "asks", timestamp = "time" } },
  fetch_trades = { get = "/ht", host = "engine", send = "symbol={id}", read = trades(with(trade_fields, { at = "history" })) },
  fetch_ohlcv = { get = "/cs", host = "engine", send = "symbol={id} tt={timeframe}", read = candles { at = "series" } },

  fetch_balance = {
    get = "/account/balances", host = "trade",
    read = balance { currency = "currency_code|code", free = "available", used = "in_order", total = "total" },
  },
  fetch_order = { post = "/order/details", host = "trade", send = "order_id={order_id}", read = one_order },
  fetch_orders = own_orders "all",
  fetch_open_orders = own_orders "open",
  fetch_closed_orders = own_orders "completed",
  fetch_order_trades = { post = "/order/trade-detail", host = "trade", send = "order_id={order_id}", read = trades(trade_fields) },
  create_order = {
    post = "/order/add", host = "trade", read = one_order,
    send = "order_symbol={id} order_size={amount} order_side={side|upper} type={type} order_price={price}",
  },
  cancel_order = { delete = "/order/cancel", host = "trade", needs = "symbol", send = "order_id={order_id} order_symbol={id}", read = one_order },
}
