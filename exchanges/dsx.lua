-- DSX, closed. API: https://dsx.uk/developers/publicApi (dialects/btce.lua)
-- Orders to buy or sell at market need a price, too: the worst that is agreed to. Market ids have no border in the middle.
local btce = dialect "btce"

-- `avg` is one through the average.
local ticker_fields = with(btce.ticker_fields, {
  average = function(o) return tonumber(o.avg) and tonumber(o.avg) > 0 and decimal.div("1", o.avg, 16) or nil end,
  baseVolume = "vol", quoteVolume = "vol_cur",
})

local trade_fields = with(btce.trade_fields, { id = "number,id", order = "orderId", amount = "amount,volume" })
local trade_list = trades(trade_fields)

local bars = candles { columns = "timestamp open high low close amount" }

local order_fields = {
  market = "pair",
  cost = function(o)
    return o.volume and o.remainingVolume and o.rate and decimal.mul(o.rate, decimal.sub(o.volume, o.remainingVolume))
  end,
  timestamp = "timestampCreated|s", type = "orderType", side = "type", price = "rate", amount = "volume",
  remaining = "remainingVolume",
  filled = function(o) return o.volume and o.remainingVolume and decimal.sub(o.volume, o.remainingVolume) end,
  trades = trades(with(trade_fields, { at = "deals?" })),
  status = words("status", { open = "0", closed = "1", canceled = "2", canceling = "3", rejected = "7" }),
}

local function private(path, send, read, more) return with({ post = path, send = send, read = read }, more or {}) end

-- Orders of all markets, by id.
local order_list = orders(with(order_fields, {
  at = "return?", id = "@key", where = function(o, a) return not a.id or o.pair == a.id end,
}))

local function address_of(new)
  return private("/dwapi/v3/deposit/cryptoaddress", "currency={currency_id}" .. new, address {
    at = "return", currency = "={code}", address = "address",
  })
end

return {
  hosts = { api = "https://dsx.uk" },
  rate = { interval_ms = 1500, burst = 5 },
  precision = "places",
  fees = { taker = 0.0025, maker = 0.0015 },
  timeframes = "1m=m 1h=h 1d=d",
  renames = with(old_codes, { DSH = "DASH" }),
  nonce = "s",
  sign = btce.signed(base64),
  failed = btce.failed,
  errors = by_class {
    AuthenticationError = { "Sign is invalid" }, InvalidOrder = { "Order was rejected. Incorrect price." },
    InsufficientFunds = { "Order was rejected. You don't have enough money." },
    PermissionDenied = { "This method is blocked for your pair of keys" },
  },
  broad = btce.broad { { "INVALID_PARAMETER", "BadRequest" }, { "nonce is invalid", "InvalidNonce" } },

  fetch_markets = {
    get = "/mapi/info",
    read = markets(with(btce.market_fields, {
      baseId = "base_currency", quoteId = "quoted_currency", taker = false,
      precision = { amount = "decimal_places", price = "decimal_places" },
    })),
  },
  fetch_ticker = { get = "/mapi/ticker/{id}", read = btce.of_market(ticker(ticker_fields)) },
  fetch_tickers = btce.by_pieces("/mapi/ticker/", 250, tickers(with(ticker_fields, { market = "@key" }))),
  fetch_order_book = { get = "/mapi/depth/{id}", send = "limit={limit}", read = btce.of_market(btce.order_book) },
  fetch_trades = {
    get = "/mapi/trades/{id}", send = "limit={limit}", read = function(reply, a) return trade_list(reply[a.id] or {}, a) end,
  },
  fetch_ohlcv = {
    run = function(a)           -- times are seconds
      local path = "/mapi/lastBars/{id}/{timeframe}/{count}"
      a.count = a.limit or 100
      if a.since then
        path = "/mapi/periodBars/{id}/{timeframe}/{since|s}/{last|s}"
        a.last = a.limit and a.since + a.limit * a.timeframe_s * 1000 or a.now
      end
      return { get = path, read = function(reply) return bars(reply[a.id] or {}, a) end }
    end,
  },

  fetch_balance = private("/tapi/v3/info/account", function(a)
    a.params = {}               -- it takes none
  end, balance { at = "return.funds", currency = "@key|upper|code", free = "available", total = "total" }),
  fetch_order = private("/tapi/v3/order/status", "orderId={order_id}", order(with(order_fields, {
    at = "return", id = "={order_id}",
  }))),
  fetch_orders = private("/tapi/v3/history/orders", "count={limit}", order_list),
  fetch_open_orders = private("/tapi/v3/orders", nil, order_list),
  fetch_my_trades = private("/tapi/v3/history/trades", "pair={id} count={limit} since={since|s}",
    trades(with(trade_fields, { at = "return?", id = "number,id,@key" }))),
  create_order = {
    run = function(a)
      if not a.price then fail("ArgumentsRequired", "an order needs a price; at market it is the worst that is agreed to") end
      return private("/tapi/v3/order/new", "pair={id} type={side} volume={amount} rate={price} orderType={type}",
        btce.placed("orderId", "initOrderId"))
    end,
  },
  cancel_order = private("/tapi/v3/order/cancel", "orderId={order_id}", order { id = "={order_id}" }),
  fetch_deposit_address = address_of "",
  create_deposit_address = address_of " new=1",
  fetch_transactions = private("/tapi/v3/history/transactions", "currency={currency_id} since={since} count={limit}", transactions {
    at = "return?", id = "id", txid = "txid", timestamp = "timestamp|s", address = "address", amount = "amount",
    type = { "type", Incoming = "deposit", Withdraw = "withdrawal", default = "." }, currency = "currency|upper|code",
    status = words("status", { failed = "1 4", ok = "2", pending = "3" }),
    fee = { cost = "commission", currency = "currency|upper|code" },
  }),
  withdraw = private("/dwapi/v3/withdraw/crypto", function(a)
    return ordered {
      { "currency", a.currency_id }, { "amount", a.amount }, { "address", a.tag and a.address .. ":" .. a.tag or a.address },
      { "commission", a:take "commission" },
    }
  end, transaction { at = "return", id = "transactionId" }, { needs = "commission" }),
}
