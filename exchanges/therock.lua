-- TheRockTrading (closed in 2023). API 1: https://api.therocktrading.com/doc/v1/
-- Signed are the nonce and the whole URL, in which the colons of times stand as they are. A market is a fund: its trade_currency is bought
-- for its base_currency. Failures are {errors: [{message, code}]}, of which one tells what was wrong.

local failures = {
  { "Request already running", "BadRequest" }, { "cannot specify multiple address types", "BadRequest" },
  { "Currency is not included in the list", "BadRequest" }, { "Record not found", "OrderNotFound" },
  { "before must be greater than after param", "BadRequest" }, { "must be shorter than 60 days", "BadRequest" },
  { "must be a multiple of (period param) in minutes", "BadRequest" }, { "is not a valid value for param currency", "BadRequest" },
  { "Address allocation limit reached for currency", "InvalidAddress" }, { " is invalid", "InvalidAddress" },
}

local function share(percent) return percent and decimal.mul(percent, "0.01") end
local function dearer(o)
  local buy, sell = o.buy_fee, o.sell_fee
  return share(buy and sell and decimal.cmp(buy, sell) < 0 and sell or buy or sell)
end

-- A discount is a percentage of the fee, told by the currency of the fee.
local function less(fee, discounts)
  return function(o)
    local discount = discounts[o.base_currency] or "0"
    return o[fee] and share(share(decimal.mul(o[fee], decimal.sub("100", discount))))
  end
end
local function fee_fields(discounts)
  return { market = "id", taker = less("buy_fee", discounts), maker = less("sell_fee", discounts), percentage = true, tierBased = true }
end

local ticker_fields = {
  market = "fund_id", timestamp = "date|iso", high = "high", low = "low", bid = "bid", ask = "ask", open = "open", last = "last",
  previousClose = "close", baseVolume = "volume_traded", quoteVolume = "volume",
  average = function(o) return o.open and o.last and decimal.mul(decimal.add(o.open, o.last), "0.5") end,      -- need not be on a step
}

-- What a trade moved stands in its transactions, the commission among it.
local function commission(o)
  local sum
  for _, t in ipairs(o.transactions or {}) do
    if t.type == "paid_commission" and t.price then sum = decimal.add(sum or "0", t.price) end
  end
  return sum
end
local trade_fields = {
  id = "id", order = "order_id", market = "fund_id", timestamp = "date|iso", side = "side", price = "price", amount = "amount",
  fee = { cost = commission, currency = "transactions.[type=paid_commission].currency|code" },
}
local trade_list = trades(with(trade_fields, { at = "trades" }))

local order_fields = {
  id = "id", market = "fund_id", timestamp = "date|iso", type = "type", side = "side", price = "price", triggerPrice = "conditional_price",
  amount = "amount", remaining = "amount_unfilled", status = { "status", deleted = "canceled", default = "." },
  trades = trades(with(trade_fields, { at = "trades?" })),
}
local one_order = order(order_fields)
local function orders_in(state)
  return {
    get = "/v1/funds/{id}/orders", needs = "symbol", send = "after={since|iso} before={until|iso}" .. (state and " status=" .. state or ""),
    read = orders(with(order_fields, { at = "orders" })),
  }
end

local function outside_banks(path)
  return function(o)
    local detail = o.transfer_detail
    return detail and detail.method ~= "wire_transfer" and detail[path] or nil
  end
end
local transaction_fields = {
  at = "transactions", id = "id", txid = outside_banks "id", timestamp = "date|iso", currency = "currency|code", amount = "price", status = "=ok",
  network = "transfer_detail.method", address = outside_banks "recipient", addressTo = outside_banks "recipient", comment = "note",
  type = { "type", withdraw = "withdrawal", atm_payment = "deposit", default = "." },
  where = function(o) return o.type == "withdraw" or o.type == "atm_payment" end,
}
local function transactions_of(type)
  return {
    get = "/v1/transactions", read = transactions(transaction_fields),
    send = "currency={currency_id} after={since|iso} before={until|iso}" .. (type and " type=" .. type or ""),
  }
end

local entry_types = {
  affiliate_earnings = "referral", atm_payment = "transaction", bought_currency_from_fund = "trade", bought_shares = "trade",
  paid_commission = "fee", paypal_payment = "transaction", pos_payment = "transaction", released_currency_to_fund = "trade",
  rollover_commission = "fee", sold_currency_to_fund = "trade", sold_shares = "trade", transfer_received = "transfer", transfer_sent = "transfer",
  withdraw = "transaction",
}

return {
  hosts = { api = "https://api.therocktrading.com" },
  rate = { interval_ms = 100, burst = 10 },
  fees = { taker = 0.002, maker = 0.002 },
  renames = { BCC = "BCH", BCHABC = "BCH" },
  encode = "json",
  nonce = "s",

  failed = function(reply)
    local first = reply.errors and reply.errors[1]
    if not first then return nil end
    for _, e in ipairs(reply.errors) do
      for _, row in ipairs(failures) do
        if e.message and e.message:find(row[1], 1, true) then return e.code or "error", e.message, row[2] end
      end
    end
    return first.code or "error", first.message
  end,

  sign = function(req, key)
    if #req.query > 0 then
      req.path = req.path .. "?" .. encode_query(req.query):gsub("%%3A", ":")
      req.query = ordered()
    end
    local nonce = key.nonce
    req.headers["X-TRT-KEY"] = key.apiKey
    req.headers["X-TRT-NONCE"] = nonce
    req.headers["X-TRT-SIGN"] = hex(hmac("sha512", key.secret, nonce .. req.url))
  end,

  fetch_markets = {
    get = "/v1/funds",
    read = markets {
      at = "funds", id = "id", baseId = "trade_currency", quoteId = "base_currency", active = true, taker = dearer, maker = dearer,
      margin = function(o) return o.leverages ~= nil and #o.leverages > 0 end,
      precision = { amount = "trade_currency_decimals|tick", price = "base_currency_decimals|tick" },
      limits = {
        amount = { min = "minimum_quantity_offer" }, price = { min = "minimum_price_offer" },
        leverage = { min = 1, max = "leverages.-1|default:1" },
      },
    },
  },
  fetch_ticker = { get = "/v1/funds/{id}/ticker", read = ticker(ticker_fields) },
  fetch_tickers = { get = "/v1/funds/tickers", read = tickers(with(ticker_fields, { at = "tickers" })) },
  fetch_order_book = {
    get = "/v1/funds/{id}/orderbook", read = book { bids = "bids", asks = "asks", level = { "price", "amount" }, timestamp = "date|iso" },
  },
  fetch_trades = { get = "/v1/funds/{id}/trades", send = "per_page={limit} after={since|iso} before={until|iso}", read = trade_list },
  fetch_ohlcv = {         -- any whole number of minutes
    get = "/v1/funds/{id}/ohlc_statistics",
    send = function(a) return { period = a.timeframe_s // 60 } end,
    read = candles { columns = "interval_starts_at|iso open high low close traded_volume" },
  },
  fetch_trading_fee = {
    run = function(a)
      local fund = ask { get = "/v1/funds/{id}", right = "public", params = true }
      local told = ask { get = "/v1/discounts/{quote_id}", params = true }
      return trading_fee(fee_fields { [a.quote_id] = told.discount })(fund, a)
    end,
  },
  fetch_trading_fees = {
    run = function(a)
      local funds, discounts = ask { get = "/v1/funds", right = "public", params = true }, {}
      for _, d in ipairs(ask({ get = "/v1/discounts", params = true }).discounts or {}) do
        if d.currency then discounts[d.currency] = d.discount end
      end
      return trading_fees(with(fee_fields(discounts), { at = "funds" }))(funds, a)
    end,
  },

  fetch_balance = { get = "/v1/balances", read = balance { at = "balances", currency = "currency|code", free = "trading_balance", total = "balance" } },
  fetch_order = { get = "/v1/funds/{id}/orders/{order_id}", needs = "symbol", read = one_order },
  fetch_orders = orders_in(),
  fetch_open_orders = orders_in "active",
  fetch_closed_orders = orders_in "executed",
  fetch_my_trades = { get = "/v1/funds/{id}/trades", needs = "symbol", send = "per_page={limit} after={since|iso} before={until|iso}", read = trade_list },
  create_order = {        -- a price of 0 is any price
    post = "/v1/funds/{id}/orders", read = one_order,
    send = function(a)
      return ordered { { "side", a.side }, { "amount", raw_number(a.amount) }, { "price", raw_number(a.type == "market" and "0" or a.price) } }
    end,
  },
  cancel_order = { delete = "/v1/funds/{id}/orders/{order_id}", needs = "symbol", encode = "query", read = one_order },

  fetch_transactions = transactions_of(),
  fetch_deposits = transactions_of "atm_payment",
  fetch_withdrawals = transactions_of "withdraw",
  fetch_ledger = {
    get = "/v1/transactions", send = "currency={currency_id} after={since|iso} before={until|iso}",
    read = ledger {
      at = "transactions", id = "id", timestamp = "date|iso", currency = "currency|code", amount = "price", status = "=ok",
      type = with(entry_types, { "type", default = "." }),
      direction = {
        "type", affiliate_earnings = "in", atm_payment = "in", paypal_payment = "in", pos_payment = "in", sold_currency_to_fund = "in",
        sold_shares = "in", transfer_received = "in", bought_currency_from_fund = "out", bought_shares = "out", paid_commission = "out",
        released_currency_to_fund = "out", rollover_commission = "out", transfer_sent = "out", withdraw = "out",
      },
      referenceId = function(o)
        local type = entry_types[o.type]
        return (type == "trade" or type == "fee") and o.trade_id or nil
      end,
    },
  },
  withdraw = {            -- the reply has nothing but an id
    post = "/v1/atms/withdraw",
    send = function(a)
      return ordered {
        { "currency", a.currency_id }, { "destination_address", a.address }, { "amount", raw_number(a.amount) }, { "destination_tag", a.tag },
      }
    end,
    read = transaction {
      id = "transaction_id", type = "=withdrawal", status = "=ok", amount = "={amount}",
      address = "={address}", addressTo = "={address}", tag = "={tag}",
    },
  },
}
