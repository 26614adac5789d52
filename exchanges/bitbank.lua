-- bitbank. API: https://github.com/bitbankinc/bitbank-api-docs
-- A call is signed over its time, how long it may take, and its path and query or its body. Failures are {success: 0, data: {code}}.

local order_fields = {
  at = "data", id = "order_id", market = "pair", timestamp = "ordered_at", lastTradeTimestamp = "executed_at", type = "type|lower",
  side = "side|lower", price = "price", average = "average_price", amount = "start_amount", filled = "executed_amount",
  remaining = "remaining_amount", triggerPrice = "trigger_price", postOnly = "post_only",
  status = words("status", { open = "INACTIVE UNFILLED", canceled = "CANCELED_UNFILLED CANCELED_PARTIALLY_FILLED" }),
}
local one_order = order(order_fields)

local trade_fields = {
  id = "transaction_id,trade_id", order = "order_id", market = "pair", timestamp = "executed_at", type = "type", side = "side",
  price = "price", amount = "amount", takerOrMaker = "maker_taker",
  fee = { cost = "fee_amount_quote", currency = "@quote" },
}

-- Candles come by the day, long ones by the year.
local by_day = { ["1min"] = true, ["5min"] = true, ["15min"] = true, ["30min"] = true, ["1hour"] = true }

return {
  hosts = { api = "https://api.bitbank.cc/v1", markets = "https://api.bitbank.cc", public = "https://public.bitbank.cc" },
  rate = { interval_ms = 100, burst = 10 },
  encode = "json",
  timeframes = "1m=1min 5m=5min 15m=15min 30m=30min 1h=1hour 4h=4hour 8h=8hour 12h=12hour 1d=1day 1w=1week",

  failed = function(reply)
    if reply.success == "1" and reply.data ~= nil then return nil end
    return type(reply.data) == "userdata" and reply.data.code or "no success"
  end,
  errors = by_class {
    AccountSuspended = "50003 50004 50005 50006",
    AuthenticationError = "20001 20002 20003 20005 20011 20014 20023 20024 20025 20026",
    ArgumentsRequired = "30001 30006 30007 30009 30012 30013 30015 30016 30019 30039",
    BadRequest = "10000 10002 40006 40007 40008 40009 40015 40022 40028 40048 50011", BadSymbol = "40017", CancelPending = "70019",
    ExchangeError = "40025", ExchangeNotAvailable = "10001 10003 70001 70002 70003 70011 70012", InsufficientFunds = "60001",
    InvalidNonce = "20004", InvalidOrder = "40001 40020 40021 40024 60002 60003 60004 60005 60006 60011 70009 70010 70020 70021",
    MarketClosed = "70004 70005 70006 70013 70017 70018", OperationRejected = "70014 70015 70016",
    OrderNotFound = "40013 40014 50009 50010 50026 50027", PermissionDenied = "50008", RequestTimeout = "10005",
  },

  sign = function(req, key, a)
    if req.json then req.body = encode_json(req.json) end
    local now, window = key.time, tostring(a.options.timeWindow)
    req.headers["Content-Type"] = "application/json"
    req.headers["ACCESS-KEY"] = key.apiKey
    req.headers["ACCESS-REQUEST-TIME"] = now
    req.headers["ACCESS-TIME-WINDOW"] = window
    req.headers["ACCESS-SIGNATURE"] = hex(hmac("sha256", key.secret, now .. window .. (req.json and req.body or req.target)))
  end,

  fetch_markets = {
    get = "/spot/pairs", host = "markets",
    read = markets {
      at = "data.pairs", id = "name", baseId = "base_asset", quoteId = "quote_asset", active = "is_enabled", index = false,
      taker = "taker_fee_rate_quote", maker = "maker_fee_rate_quote", precision = { amount = "amount_digits|tick", price = "price_digits|tick" },
      limits = { amount = { min = "unit_amount", max = "limit_max_amount" } },
    },
  },
  fetch_ticker = {
    get = "/{id}/ticker", host = "public",
    read = ticker {
      at = "data", timestamp = "timestamp", bid = "buy", ask = "sell", last = "last", open = "open", high = "high", low = "low", baseVolume = "vol",
    },
  },
  fetch_order_book = { get = "/{id}/depth", host = "public", read = book { at = "data", bids = "bids", asks = "asks", timestamp = "timestamp" } },
  fetch_trades = { get = "/{id}/transactions", host = "public", read = trades(with(trade_fields, { at = "data.transactions" })) },
  fetch_ohlcv = {
    run = function(a)
      local since = a.since or a.now - a.timeframe_s * 1000 * (a.limit or 1000)
      a.day = iso8601(since):sub(1, by_day[a.timeframe] and 10 or 4):gsub("-", "")
      return {
        get = "/{id}/candlestick/{timeframe}/{day}", host = "public",
        read = candles { at = "data.candlestick.1.ohlcv", columns = "6 1 2 3 4 5" },
      }
    end,
  },

  fetch_trading_fees = {
    get = "/spot/pairs", host = "markets", right = "public",
    read = trading_fees {
      at = "data.pairs", market = "name", maker = "maker_fee_rate_quote", taker = "taker_fee_rate_quote", percentage = true, tierBased = false,
    },
  },
  fetch_balance = {
    get = "/user/assets", read = balance { at = "data.assets", currency = "asset|code", free = "free_amount", used = "locked_amount", total = "onhand_amount" },
  },
  fetch_order = { get = "/user/spot/order", needs = "symbol", send = "order_id={order_id} pair={id}", read = one_order },
  fetch_open_orders = {
    get = "/user/spot/active_orders", needs = "symbol", send = "pair={id} count={limit} since={since|s}",
    read = orders(with(order_fields, { at = "data.orders" })),
  },
  fetch_my_trades = {
    get = "/user/spot/trade_history", send = "pair={id} count={limit} since={since|s}", read = trades(with(trade_fields, { at = "data.trades" })),
  },
  create_order = {
    run = function(a)
      a.kind = a.trigger and (a.type == "market" and "stop" or "stop_limit") or a.type
      return {
        post = "/user/spot/order", cost = 1.66, read = one_order,
        send = "pair={id} amount={amount} side={side} type={kind} price={limit_price} post_only={post_only} trigger_price={trigger}",
      }
    end,
  },
  cancel_order = { post = "/user/spot/cancel_order", cost = 1.66, needs = "symbol", send = "order_id={order_id} pair={id}", read = one_order },

  fetch_deposit_address = {     -- the API knows addresses of one's own for withdrawals only, and tells the first of them
    get = "/user/withdrawal_account", send = "asset={currency_id}", read = address { at = "data.accounts.1", address = "address" },
  },
  withdraw = {                  -- params.uuid: that of an address registered for withdrawals
    post = "/user/request_withdrawal", cost = 1.66, needs = "uuid", send = "asset={currency_id} amount={amount|number}",
    read = transaction { id = "data.txid", txid = "data.txid" },
  },

  options = { timeWindow = 5000 },
}
