-- BL3P, closed in 2024. API: https://github.com/BitonicNL/bl3p-api/tree/master/docs
-- Amounts travel as whole numbers: 1e-8 of a coin, 1e-5 of a euro. A private call is signed over its path without the version, a zero byte, and
-- the form. There was one market in the end.

local amount, price = "amount_int|div:100000000", "price_int|div:100000"

return {
  hosts = { api = "https://api.bl3p.eu/1" },
  renames = { BCC = "BCH" },
  rate = { interval_ms = 1000, burst = 10 },
  nonce = "s",

  failed = function(reply)
    local data = reply.data
    if reply.result == "error" then return type(data) == "userdata" and data.code or "error", type(data) == "userdata" and data.message or nil end
  end,
  errors = by_class {
    AccountNotEnabled = "UNKNOWN_ACCOUNT", AuthenticationError = "KEY_MISSING NOT_AUTHENTICATED SIGN_MISSING",
    BadRequest = "MISSING_FIELD UNKNOWN_CURRENCY UNKNOWN_PATH", BadSymbol = "UNKNOWN_MARKETPLACE", ExchangeError = "UNKNOWN_ERROR",
    ExchangeNotAvailable = "MARKETPLACE_INACCESSIBLE MARKETPLACE_NOT_ACCEPTING_ORDERS", InsufficientFunds = "INSUFFICIENT_FUNDS",
    InvalidOrder = "AMOUNT_FUNDS_LESS_THAN_MINIMUM AMOUNT_LESS_THAN_MINIMUM INVALID_AMOUNT INVALID_AMOUNT_FUNDS INVALID_FEE_CURRENCY "
      .. "INVALID_LIMIT_ORDER INVALID_PRICE INVALID_TYPE MISSING_AMOUNT",
    OrderNotFound = "UNKNOWN_ORDER", RateLimitExceeded = "LIMIT_REACHED",
  },

  sign = function(req, key)
    first(req.form, "nonce", key.nonce)
    req.body = encode_query(req.form)
    req.headers["Rest-Key"] = key.apiKey
    req.headers["Rest-Sign"] = base64(hmac("sha512", unbase64(key.secret), req.path:gsub("^/1/", "") .. "\0" .. req.body))
  end,

  fetch_markets = {
    run = function() return { { id = "BTCEUR", baseId = "BTC", quoteId = "EUR", taker = "0.0025", maker = "0.0025", index = false } } end,
  },
  fetch_currencies = {
    run = function()
      return { BTC = { id = "BTC", precision = "0.00000001" }, EUR = { id = "EUR", precision = "0.00000001" } }
    end,
  },
  fetch_ticker = {
    get = "/{id}/ticker",
    read = ticker { timestamp = "timestamp|s", bid = "bid", ask = "ask", last = "last", high = "high", low = "low", baseVolume = "volume.24h" },
  },
  fetch_order_book = { get = "/{id}/orderbook", read = book { at = "data", bids = "bids", asks = "asks", level = { price, amount } } },
  fetch_trades = { get = "/{id}/trades", read = trades { at = "data.trades", id = "trade_id", timestamp = "date", price = price, amount = amount } },

  fetch_balance = {
    post = "/GENMKT/money/info",
    read = balance { at = "data.wallets", currency = "@key|code", free = "available.value", total = "balance.value" },
  },
  fetch_trading_fees = {
    post = "/GENMKT/money/info",
    read = function(reply, a)       -- one rate for all, in percent
      local told, out = reply.data.trade_fee, {}
      local rate = told and decimal.div(told, 100, 8)
      for _, symbol in ipairs(a.all_symbols) do out[symbol] = { maker = rate, taker = rate, percentage = true, tierBased = false, info = reply.data } end
      return out
    end,
  },
  create_order = {
    post = "/{id}/money/order/add", read = order { id = "data.order_id", symbol = false },
    send = function(a)
      local function whole(x, unit) return x and decimal.round(decimal.mul(x, unit), 1, "tick", "cut") end
      local cost = a.type == "market" and a:take "cost"
      return ordered {
        { "amount_int", not cost and whole(a.amount, 100000000) or nil }, { "amount_funds_int", cost and whole(decimal.text(cost), 100000) or nil },
        { "fee_currency", a.quote }, { "type", a.side == "buy" and "bid" or "ask" },
        { "price_int", a.type == "limit" and whole(a.price, 100000) or nil },
      }
    end,
  },
  cancel_order = { post = "/BTCEUR/money/order/cancel", send = "order_id={order_id}", read = order { id = "={order_id}", status = "=canceled" } },
  create_deposit_address = {
    post = "/GENMKT/money/new_deposit_address", send = "currency={currency_id}", read = address { at = "data", address = "address" },
  },
}
