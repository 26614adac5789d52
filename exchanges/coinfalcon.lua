-- CoinFalcon. API: https://docs.coinfalcon.com
-- Replies are {data}. A failure is told by its HTTP status. Of the exchange's own when ordering: post_only = true.

local ticker_fields = {
  at = "data", market = "name", timestamp = "={now}", bid = "highest_bid", ask = "lowest_ask", last = "last_price",
  change = "change_in_24h", percentage = false, average = false, quoteVolume = "volume",
}
local ticker_list = tickers(ticker_fields)

local trade_list = trades {
  at = "data", id = "id", order = "order_id", market = "market_name", timestamp = "created_at|iso", side = "side", price = "price", amount = "size",
  takerOrMaker = { "liquidity", T = "taker", M = "maker" }, fee = { cost = "fee", currency = "fee_currency_code|upper|code" },
}

local order_fields = {
  at = "data", id = "id", market = "market", timestamp = "created_at|iso", type = "operation_type|before:_", side = "order_type", price = "price",
  amount = "size", filled = "size_filled", postOnly = "post_only",
  status = { "status", fulfilled = "closed", default = "." },
}
local one_order = order(order_fields)
local open = { pending = true, open = true, partially_filled = true }

-- Only withdrawals may cost something.
local transaction_fields = {
  at = "data", id = "id", txid = "txid", address = "address", tag = "tag", amount = "amount", type = { "type", withdraw = "withdrawal", default = "." },
  currency = "currency_code|upper|code",
  status = { "status", denied = "failed", approval_pending = "pending", default = "." },
  fee = {
    cost = function(o) return o.fee or o.type == "deposit" and "0" or nil end,
    currency = "currency_code|upper|code",
  },
}
local transaction_list = transactions(transaction_fields)

-- Without times, newest first.
local function history(name)
  return {
    get = "/account/" .. name, send = "currency={currency_id|lower} since_time={since|iso}",
    read = function(reply, a)
      local list, out = transaction_list(reply, a), {}
      for i = #list, 1, -1 do out[#out + 1] = list[i] end
      return out
    end,
  }
end

return {
  hosts = { api = "https://coinfalcon.com/api/v1" },
  rate = { interval_ms = 1000, burst = 5 },
  fees = { taker = 0.002, maker = 0, tierBased = true },
  renames = { BCC = "BCH" },
  encode = "json_always",
  http = { default = "ExchangeError", [401] = "AuthenticationError", [429] = "RateLimitExceeded" },

  sign = function(req, key)
    local seconds = clock "s"
    local payload = seconds .. "|" .. req.method .. "|" .. req.target
    if req.json then payload = payload .. "|" .. req.body end
    req.headers["CF-API-KEY"] = key.apiKey
    req.headers["CF-API-TIMESTAMP"] = seconds
    req.headers["CF-API-SIGNATURE"] = hex(hmac("sha256", key.secret, payload))
    req.headers["Content-Type"] = "application/json"
  end,

  fetch_markets = {
    get = "/markets",
    read = markets {
      at = "data", id = "name", baseId = "name|before:-", quoteId = "name|after:-", active = true,
      precision = { amount = "size_precision|tick", price = "price_precision|tick" },
    },
  },
  fetch_ticker = { get = "/markets", read = one_of(ticker_list) },
  fetch_tickers = { get = "/markets", read = ticker_list },
  fetch_order_book = {
    get = "/markets/{id}/orders", send = "level=3",
    read = book { bids = "data.bids", asks = "data.asks", level = { "price", "size" } },
  },
  fetch_trades = { get = "/markets/{id}/trades", send = "since={since|iso}", read = trade_list },

  fetch_balance = {
    get = "/user/accounts",
    read = balance { at = "data", currency = "currency_code|upper|code", free = "available_balance", used = "hold_balance", total = "balance" },
  },
  fetch_trading_fees = {        -- one rate for all markets, in percent
    get = "/user/fees",
    read = each_market(trading_fee { maker = "data.maker_fee|div:100", taker = "data.taker_fee|div:100", percentage = true, tierBased = true }),
  },
  fetch_order = { get = "/user/orders/{order_id}", read = one_order },
  fetch_open_orders = {
    get = "/user/orders", send = "market={id} since_time={since|iso}",
    read = orders(with(order_fields, { where = function(o) return open[o.status] end })),
  },
  fetch_my_trades = { get = "/user/trades", needs = "symbol", send = "market={id} start_time={since|iso} limit={limit}", read = trade_list },
  create_order = {
    post = "/user/orders", send = "market={id} size={amount} order_type={side} price={limit_price} operation_type={type}_order", read = one_order,
  },
  cancel_order = { delete = "/user/orders/{order_id}", read = one_order },

  fetch_deposit_address = {
    get = "/account/deposit_address", send = "currency={currency_id|lower}", read = address { at = "data", address = "address", tag = "tag" },
  },
  fetch_deposits = history "deposits",
  fetch_withdrawals = history "withdrawals",
  withdraw = {
    post = "/account/withdraw", send = "currency={currency_id|lower} address={address} amount={amount|number} tag={tag}",
    read = transaction(transaction_fields),
  },
}
