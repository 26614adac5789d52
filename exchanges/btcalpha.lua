-- BTC-Alpha. API: https://btc-alpha.github.io/api-docs
-- Limit orders only. Failures are {error}, the text with the numbers in it; a new order that is refused says success = false.

-- Times are told in seconds, in thousands of them or in ms, as it comes: their size says which.
local function ms(name)
  return function(o)
    local n = tonumber(o[name])
    return n and decimal.mul(o[name], n < 1e8 and 1000000 or n < 1e11 and 1000 or 1) or o[name]
  end
end

local ticker_fields = {
  market = "pair", timestamp = ms "timestamp", high = "high", low = "low", bid = "buy", ask = "sell", last = "last", change = "diff",
  quoteVolume = "vol",
}

-- The public list knows a trade by one id only.
local trade_fields = {
  id = "id", order = "o_id,id", market = "pair", timestamp = ms "timestamp", type = "=limit", side = "my_side,type", price = "price", amount = "amount",
}

local order_fields = {
  id = "oid,id,order", market = "pair", timestamp = ms "date", type = "=limit", side = "my_side,type", price = "price",
  status = { "status", ["1"] = "open", ["2"] = "canceled", ["3"] = "closed", default = "." },
  amount = "amount_original|nonzero", filled = "amount_filled", remaining = "amount",
  trades = trades(with(trade_fields, { at = "trades?" })),
}
local one_order = order(order_fields)

local function own_orders(state)
  return { get = "/v1/orders/own/", send = "pair={id} limit={limit}" .. state, read = orders(order_fields) }
end

local transaction_fields = {
  id = "id", timestamp = ms "timestamp", currency = "currency|code", amount = "amount",
  status = words("status", { pending = "10 20", ok = "30", failed = "40", canceled = "50" }),
}

return {
  hosts = { api = "https://btc-alpha.com/api" },
  rate = { interval_ms = 2000, burst = 5 },
  fees = { taker = 0.002, maker = 0.002 },
  renames = { CBC = "Cashbery" },
  timeframes = "5m=5 15m=15 30m=30 1h=60 4h=240 1d=D",
  headers = { Accept = "application/json" },

  failed = "error", message = "error",
  broad = { { "Out of balance", "InsufficientFunds" } },

  -- The parameters of a POST are signed in alphabetical order, those of a GET not at all.
  sign = function(req, key)
    req.form = req.form and sorted(req.form)
    req.headers["X-KEY"] = key.apiKey
    req.headers["X-SIGN"] = hex(hmac("sha256", key.secret, key.apiKey .. req.body))
    req.headers["X-NONCE"] = key.nonce
  end,

  fetch_markets = {
    get = "/v1/pairs/",
    read = markets {
      id = "name", baseId = "currency1", quoteId = "currency2", active = true,
      precision = { amount = "amount_precision|tick", price = "price_precision|tick" },
      limits = {
        amount = { min = "minimum_order_size", max = "maximum_order_size" }, price = { min = "price_precision|tick" },
        cost = {
          min = function(o)
            local least, places = o.minimum_order_size, tonumber(o.price_precision)
            return least and places and decimal.mul(least, ("1e-%d"):format(places))
          end,
        },
      },
    },
  },
  fetch_ticker = { get = "/v1/ticker/", send = "pair={id}", read = ticker(ticker_fields) },
  fetch_tickers = { get = "/v1/ticker/", read = tickers(ticker_fields) },
  fetch_order_book = {
    get = "/v1/orderbook/{id}", send = "limit_sell={limit} limit_buy={limit}",
    read = book { bids = "buy", asks = "sell", level = { "price", "amount" } },
  },
  fetch_trades = { get = "/v1/exchanges/", send = "pair={id} limit={limit}", read = trades(trade_fields) },
  fetch_ohlcv = {
    get = "/charts/{id}/{timeframe}/chart/", send = "limit={limit} since={since|s}",
    read = candles { columns = "time|s open high low close volume" },
  },

  fetch_balance = { get = "/v1/wallets/", read = balance { currency = "currency|code", used = "reserve", total = "balance" } },
  fetch_order = { get = "/v1/order/{order_id}/", read = one_order },
  fetch_orders = own_orders "",
  fetch_open_orders = own_orders " status=1",
  fetch_closed_orders = own_orders " status=3",
  fetch_my_trades = { get = "/v1/exchanges/own/", send = "pair={id} limit={limit}", read = trades(trade_fields) },
  create_order = {
    run = function(a)
      if a.type ~= "limit" then fail("InvalidOrder", "limit orders only") end
      return {
        post = "/v1/order/", send = "pair={id} type={side} amount={amount} price={price}", read = one_order,
        failed = function(reply, status)
          if reply.error then return reply.error, reply.error end
          if reply.success ~= true and status < 400 then return "refused", nil, "InvalidOrder" end
        end,
      }
    end,
  },
  cancel_order = { post = "/v1/order-cancel/", send = "order={order_id}", read = order(with(order_fields, { symbol = false })) },
  fetch_deposits = { get = "/v1/deposits/", read = transactions(with(transaction_fields, { type = "=deposit" })) },
  fetch_withdrawals = {
    get = "/v1/withdraws/", send = "currency_id={currency_id}", read = transactions(with(transaction_fields, { type = "=withdrawal" })),
  },
}
