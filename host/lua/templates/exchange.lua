-- @NAME@. API: https://example.com/docs (what this file describes; docs/adapter-form.md has every field)
--
-- As it stands it reads an imaginary exchange, and `bourse check` passes. Change hosts, paths and fields to what
-- the exchange's documentation says; a method that is absent is unsupported.
return {
  hosts = { api = "https://api.example.com" },           -- the only hosts this adapter can reach
  rate = { interval_ms = 200, burst = 10 },
  fees = { taker = 0.0025, maker = 0.0015 },
  timeframes = "1m=60 1h=3600 1d=86400",

  -- {"error":{"code":"NO_FUNDS","message":"..."}}: the code, read before the HTTP status
  failed = "error.code", message = "error.message",
  errors = { NO_FUNDS = "InsufficientFunds", BAD_KEY = "AuthenticationError", NO_ORDER = "OrderNotFound" },

  sign = function(req, key)
    req.headers["X-Key"] = key.apiKey
    req.headers["X-Time"] = key.time
    req.headers["X-Sign"] = hex(hmac("sha256", key.secret, key.time .. req.method .. req.target .. req.body))
  end,

  fetch_markets = {
    get = "/v1/markets",
    read = markets { id = "id", baseId = "base", quoteId = "quote", active = "enabled",
      precision = { amount = "amount_step", price = "price_step" }, limits = { amount = { min = "min_amount" } } },
  },
  fetch_ticker = {
    get = "/v1/ticker", send = "market={id}",
    read = ticker { bid = "bid", ask = "ask", last = "last", high = "high", low = "low", baseVolume = "volume", timestamp = "time" },
  },
  fetch_order_book = {
    get = "/v1/book", send = "market={id} depth={limit|max:500}",
    read = book { bids = "bids", asks = "asks", level = { 1, 2 } },
  },
  fetch_trades = {
    get = "/v1/trades", send = "market={id} from={since} count={limit|max:1000}",
    read = trades { id = "id", timestamp = "time", side = "side", price = "price", amount = "amount" },
  },
  fetch_ohlcv = {
    get = "/v1/candles", send = "market={id} seconds={timeframe} from={since} count={limit}",
    read = candles { columns = "time open high low close volume" },
  },
  fetch_balance = {
    get = "/v1/balance",
    read = balance { currency = "coin|code", free = "available", used = "held" },
  },
  create_order = {
    post = "/v1/orders", encode = "json", right = "trade",
    send = "market={id} side={side} type={type} amount={amount} price={price} client_id={clientOrderId}",
    read = order { id = "id" },
  },
  cancel_order = {
    delete = "/v1/orders/{order_id}", right = "trade",
    read = order { id = "id" },
  },
}
