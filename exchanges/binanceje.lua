-- Binance Jersey, closed in 2020: Binance's API of its time. Docs: https://github.com/binance/binance-spot-api-docs ; what has not changed
-- since is in dialects/binance.lua and dialects/binance_spot.lua. The wallet is the old one (/wapi): what is sent stays in the URL.
local b, spot, wallet = dialect "binance", dialect "binance_spot", dialect "binance_wallet"

local errors = by_class {
  AuthenticationError = { "API key does not exist", "-1022", "-2014", "-2015" },
  InvalidOrder = { "Order would trigger immediately.", "-1013", "-1100" },
  InsufficientFunds = { "Account has insufficient balance for requested action." },
  ExchangeNotAvailable = { "Rest API trading is not enabled.", "Market is closed.", "-1000" },
  PermissionDenied = { "You don't have permission." }, RateLimitExceeded = { "-1003" }, InvalidNonce = { "-1021" },
  ExchangeError = { "-1104", "-1128", "-2010" }, OrderNotFound = { "-2011", "-2013" },
}
local failed = b.failed(errors)

local limited = { LIMIT = true, LIMIT_MAKER = true, STOP_LOSS_LIMIT = true, TAKE_PROFIT_LIMIT = true }
local stopping = { STOP_LOSS = true, TAKE_PROFIT = true, STOP_LOSS_LIMIT = true, TAKE_PROFIT_LIMIT = true }

local function new_order(a)
  local kind, quote = a.post_only and "LIMIT_MAKER" or a.type:upper(), a:take "quoteOrderQty" or a:take "cost"
  if a.trigger and not stopping[kind] then kind = kind == "MARKET" and "STOP_LOSS" or "STOP_LOSS_LIMIT" end
  if limited[kind] and not a.price then fail("InvalidOrder", "a " .. a.type .. " order needs a price") end
  if stopping[kind] and not a.trigger then fail("InvalidOrder", "a " .. a.type .. " order needs params.stopPrice") end
  if kind == "MARKET" and not quote and a.price then quote = decimal.mul(decimal.text(a.asked_amount), decimal.text(a.asked_price)) end
  if kind == "MARKET" and quote then a.amount, a.spent = nil, decimal.round(decimal.text(quote), a.market.precision.price, "places", "cut") end
  a.kind, a.told = kind, kind == "MARKET" and "FULL" or "RESULT"
  a.in_force = limited[kind] and kind ~= "LIMIT_MAKER" and a.options.timeInForce or nil
  if not limited[kind] then a.price = nil end
  return {
    post = a:take "test" and "/api/v3/order/test" or "/api/v3/order", read = b.an_order[1],
    send = "symbol={id} type={kind} side={side|upper} quoteOrderQty={spent} quantity={amount} newOrderRespType={told} price={price} "
      .. "timeInForce={in_force} stopPrice={trigger} newClientOrderId={clientOrderId}",
  }
end

-- What a trade cost was not told yet; where a quoteQty stands it is not price x amount.
local own_trades = trades(with(b.own_trade_fields, { market_type = "=spot", cost = function() end }))

-- At most 90 days in one call.
local function history(type, path, at)
  local read = transactions {
    at = at, id = "id", txid = "txId", timestamp = "insertTime,applyTime", currency = "asset|code", amount = "amount", address = "address",
    tag = "addressTag", type = "=" .. type, status = with(wallet.states[type], { default = "." }),
    fee = { cost = "transactionFee" },
  }
  return { get = path, send = "asset={currency_id} startTime={since} endTime={since|add:7776000000}", read = read }
end

local past = "symbol={id} startTime={since} limit={limit}"
local trade_fee = { market = "symbol", maker = "maker", taker = "taker" }

local fee_list = {
  get = "/wapi/v3/assetDetail.html", read = withdraw_fees { at = "assetDetail", currency = "@key|code", withdraw = { fee = "withdrawFee" } },
}

return {
  hosts = { api = "https://api.binance.je" },
  rate = { interval_ms = 500, burst = 10 },
  precision = "places",
  timeframes = "1m 3m 5m 15m 30m 1h 2h 4h 6h 8h 12h 1d 3d 1w 1M",
  renames = { BCC = "BCC", YOYO = "YOYOW", DRK = "DASH", BCHABC = "BCH" },
  fees = { taker = 0.0005, maker = 0.0005 },
  options = { recvWindow = 5000, timeInForce = "GTC" },
  failed = function(reply, status)
    local inner = reply.success == false and type(reply.msg) == "string" and reply.msg:match "^{.*}$"
    inner = inner and json.decode(inner)        -- the wallet's failures are JSON inside the message
    return failed(inner and { code = inner.code and tostring(inner.code), msg = inner.msg } or reply, status)
  end,
  errors = errors,
  http = { [429] = "DDoSProtection" },
  sign = function(req, key, a)
    local send = req.form or req.query
    first(send, "recvWindow", send.recvWindow or a.options.recvWindow)
    b.sign(req, key, a)
  end,

  fetch_time = { get = "/api/v1/time", read = time "serverTime" },
  fetch_status = { get = "/wapi/v3/systemStatus.html", read = spot.state },
  fetch_markets = {
    get = "/api/v1/exchangeInfo",
    read = markets(with(b.market_fields, {
      precision = {             -- steps are kept as numbers of decimal places
        amount = "filters[filterType=LOT_SIZE].stepSize|places", price = "filters[filterType=PRICE_FILTER].tickSize|places", base = "baseAssetPrecision",
        quote = "quotePrecision",
      },
    })),
  },
  fetch_ticker = { get = "/api/v1/ticker/24hr", send = "symbol={id}", read = b.spot_ticker },
  fetch_tickers = { get = "/api/v1/ticker/24hr", read = b.spot_tickers },
  fetch_bids_asks = { get = "/api/v1/ticker/bookTicker", read = b.spot_tickers },
  fetch_order_book = { get = "/api/v1/depth", send = "symbol={id} limit={limit}", read = b.order_book },
  fetch_trades = spot.public_trades "/api/v1/aggTrades",
  fetch_ohlcv = { get = "/api/v1/klines", send = "symbol={id} interval={timeframe} startTime={since} limit={limit}", read = b.spot_candles },
  fetch_trading_fee = { get = "/wapi/v3/tradeFee.html", send = "symbol={id}", read = trading_fee(with(trade_fee, { at = "tradeFee.1" })) },
  fetch_trading_fees = { get = "/wapi/v3/tradeFee.html", read = trading_fees(with(trade_fee, { at = "tradeFee" })) },
  fetch_transaction_fees = fee_list,
  fetch_deposit_withdraw_fees = fee_list,

  fetch_balance = { get = "/api/v3/account", read = b.spot_balance },
  fetch_order = spot.fetch_order(),
  fetch_orders = spot.listed(b.all_orders, past),
  fetch_closed_orders = spot.listed(b.orders_that_are "closed", past),
  fetch_open_orders = { get = "/api/v3/openOrders", send = "symbol={id}", read = b.all_orders[1] },
  fetch_my_trades = { get = "/api/v3/myTrades", needs = "symbol", send = past, read = own_trades },
  create_order = { priceless = true, run = new_order },
  cancel_order = spot.cancel_order,
  cancel_all_orders = spot.cancel_all_orders,

  fetch_deposit_address = { get = "/wapi/v3/depositAddress.html", send = "asset={currency_id}", read = address { address = "address", tag = "addressTag" } },
  fetch_deposits = history("deposit", "/wapi/v3/depositHistory.html", "depositList"),
  fetch_withdrawals = history("withdrawal", "/wapi/v3/withdrawHistory.html", "withdrawList"),
  withdraw = {          -- the address is filed under a name, which must be given
    post = "/wapi/v3/withdraw.html", encode = "query", read = transaction { id = "id" },
    send = function(a)
      return ordered {
        { "asset", a.currency_id }, { "address", a.address }, { "amount", a.amount }, { "name", a.address:sub(1, 20) }, { "addressTag", a.tag },
      }
    end,
  },
}
