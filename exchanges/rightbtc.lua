-- RightBTC: spot; closed. API was at https://docs.rightbtc.com/api/
-- Prices, amounts and balances are whole numbers of hundred-millionths, both ways. Nothing is signed: the "signature" is the secret itself.
-- Replies are {status: {success, message}, result}; anything but success 1 is a failure that the message names.

local function e8(path) return path .. "|div:100000000" end

local ticker_fields = { timestamp = "date", bid = e8 "buy", ask = e8 "sell", last = e8 "last", high = e8 "high", low = e8 "low", baseVolume = e8 "vol24h" }

local trade_list = trades {
  at = "result?", id = "trade_id,tid", order = "order_id", market = "trading_pair", timestamp = "date,created_at|iso", type = "=limit",
  side = { "side|lower", b = "buy", s = "sell", default = "." }, price = e8 "price", amount = e8 "quantity" .. "," .. e8 "amount",
}

-- `limit` is the price asked for; `fee` a rate, and `min_fee` what was paid.
local order_fields = {
  id = "id", market = "trading_pair", timestamp = "time,transactTime,created,created_at|iso", side = "side|lower",
  type = function(_, a) return a.type or "limit" end, price = e8 "limit" .. "," .. e8 "price", amount = e8 "quantity", filled = e8 "filled_quantity",
  remaining = e8 "rest", cost = e8 "cost", status = { "status", TRADE = "closed", default = "." },
  fee = { cost = e8 "min_fee", rate = "fee", currency = "@quote" },
}
local listed = orders(with(order_fields, { at = "result" }))

return {
  hosts = { api = "https://www.rightbtc.com/api" },
  rate = { interval_ms = 2000, burst = 5 },
  precision = "places",
  renames = with(old_codes, { XRB = "NANO" }),
  fees = { taker = 0.002, maker = 0.001 },
  encode = "json_always",
  timeframes = "1m=min1 5m=min5 15m=min15 30m=min30 1h=hr1 1d=day1 1w=week",

  failed = function(reply)
    local status = reply.status
    if status and status.success ~= "1" then return status.message or status.success or "failed", status.message end
  end,
  errors = by_class {
    AuthenticationError = "ERR_USERTOKEN_NOT_FOUND", ExchangeError = "ERR_ASSET_NOT_EXISTS ERR_ASSET_NOT_AVAILABLE ERR_CANDLESTICK_DATA",
    InsufficientFunds = "ERR_BALANCE_NOT_ENOUGH", InvalidOrder = "ERR_CREATE_ORDER",
  },

  sign = function(req, key)
    req.headers.apikey = key.apiKey
    req.headers.signature = key.secret
  end,

  fetch_markets = {
    get = "/public/trading_pairs",
    read = markets {
      id = "@key", baseId = "bid_asset_symbol", quoteId = "ask_asset_symbol", active = true,
      precision = { amount = "bid_asset_decimals", price = "ask_asset_decimals" },
      limits = { amount = { min = "bid_asset_decimals|tick" }, price = { min = "ask_asset_decimals|tick" } },
    },
  },
  fetch_ticker = { get = "/public/ticker/{id}", read = ticker(with(ticker_fields, { at = "result" })) },
  fetch_tickers = { get = "/public/tickers", read = tickers(with(ticker_fields, { at = "result", market = "market" })) },
  fetch_order_book = {
    run = function(a)
      return {
        get = "/public/depth/{id}" .. (a.limit and "/{limit}" or ""),
        read = book { bids = "result.bid", asks = "result.ask", level = { e8 "1", e8 "2" } },
      }
    end,
  },
  fetch_trades = { get = "/public/trades/{id}", read = trade_list },
  fetch_ohlcv = {
    get = "/public/candlestick/{timeframe}/{id}",
    read = candles { at = "result?", columns = { time = 1, volume = e8 "2", open = e8 "3", high = e8 "4", low = e8 "5", close = e8 "6" } },
  },

  fetch_balance = { get = "/trader/balances", read = balance { at = "result?", currency = "asset|code", free = e8 "balance", used = e8 "frozen" } },
  fetch_order = {           -- open ones
    get = "/trader/orders/{id}/{order_id}", needs = "symbol",
    read = function(reply, a)
      for _, o in ipairs(listed(reply, a)) do
        if o.id == a.order_id then return o end
      end
      fail("OrderNotFound", "no open order " .. a.order_id)
    end,
  },
  fetch_open_orders = { get = "/trader/orderpage/{id}/0", needs = "symbol", read = orders(with(order_fields, { at = "result.orders" })) },
  fetch_orders = {          -- those that params.ids names: a list, or their ids with slashes between
    run = function(a)
      local ids = a:take "ids"
      if not a.symbol or not ids then fail("ArgumentsRequired", "orders are found by a symbol and params.ids, their ids") end
      if type(ids) == "table" then ids = table.concat(ids, "/") end
      return { get = "/trader/history/{id}/" .. ids, read = listed }
    end,
  },
  fetch_my_trades = { get = "/trader/historys/{id}/0", needs = "symbol", read = trade_list },
  create_order = {
    post = "/trader/order", read = order(order_fields),
    send = "trading_pair={id} quantity={amount|mul:100000000|number} limit={price|mul:100000000|number} type={type|upper} side={side|upper}",
  },
  cancel_order = { delete = "/trader/order/{id}/{order_id}", needs = "symbol", read = order {} },
}
