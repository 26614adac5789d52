-- Bittrex: spot; closed in December 2023. API: https://bittrex.github.io/api/v3 . A signed request names its time and the SHA-512 of its body;
-- the signature covers those, the whole URL and the method. Failures are {code}, and older ones {success: false, message}.
-- Orders that wait for a trigger ("conditional orders") are kept apart: params.stop asks for them.

-- ---- reading ----

local ticker_fields = {
  market = "symbol", timestamp = "updatedAt|iso", last = "lastTradeRate", bid = "bidRate", ask = "askRate", high = "high", low = "low",
  percentage = "percentChange", baseVolume = "volume", quoteVolume = "quoteVolume",
}
local all_tickers = tickers(ticker_fields)

local other_side = { buy = "sell", sell = "buy" }
local own_trades = trades {
  id = "id", order = "orderId", market = "marketSymbol", timestamp = "executedAt|iso", price = "rate", amount = "quantity",
  takerOrMaker = function(o) return o.isTaker ~= nil and (o.isTaker and "taker" or "maker") or nil end,
  side = function(o)            -- the side told is the taker's
    local side = o.takerSide or o.direction
    if not side then return nil end
    side = side:lower()
    return o.isTaker == false and other_side[side] or side
  end,
  fee = { cost = "commission", currency = "@quote" },
}

-- An order, or one that a conditional order will place or cancel.
local function of_order(name, transform)
  transform = transform or ""
  return name .. transform .. ",orderToCreate." .. name .. transform .. ",orderToCancel." .. name .. transform
end
local tifs = { GOOD_TIL_CANCELLED = "GTC", IMMEDIATE_OR_CANCEL = "IOC", FILL_OR_KILL = "FOK", POST_ONLY_GOOD_TIL_CANCELLED = "PO", default = "." }
local order_fields = {
  id = "id", clientOrderId = "clientOrderId,clientConditionalOrderId", market = "marketSymbol", timestamp = "createdAt|iso",
  lastTradeTimestamp = "closedAt|iso,updatedAt|iso", type = of_order("type", "|lower"), side = of_order("direction", "|lower"),
  timeInForce = with({ of_order "timeInForce" }, tifs),
  postOnly = { of_order "timeInForce", POST_ONLY_GOOD_TIL_CANCELLED = true, default = false },
  price = of_order "limit", triggerPrice = "triggerPrice", filled = "fillQuantity", cost = "proceeds",
  amount = function(o)          -- CLOSED may be cancelled: what was filled is not the amount
    local inner = o.orderToCreate or o.orderToCancel
    local amount = o.quantity or inner and inner.quantity
    return amount ~= "" and amount or false
  end,
  status = { "status", FAILED = "rejected", default = "." },
  fee = {
    cost = "commission",
    currency = function(o, a, market)
      local quote = o.marketSymbol and o.marketSymbol:match "-(.+)$"
      return quote and a:code_of(quote) or market and market.quote
    end,
  },
}
-- An order is found by its id alone: what it says of its market counts, not what was asked.
local one_fields = with(order_fields, {
  symbol = function(o, _, market)
    return o.marketSymbol and (not market or market.id ~= o.marketSymbol) and o.marketSymbol:gsub("-", "/") or nil
  end,
})
local one_order, order_list = order(one_fields), orders(order_fields)
local cancelled = order(with(one_fields, { id = "={order_id}", status = "=canceled" }))

-- A deposit costs nothing, and counts as done as soon as it is listed. Deposits have a source, withdrawals a target.
local function transaction_fields(is_deposit)
  return {
    id = "id,clientWithdrawalId", txid = "txId", timestamp = "createdAt|iso,updatedAt|iso", updated = "updatedAt|iso",
    currency = "currencySymbol|code", amount = "quantity", address = "cryptoAddress", tag = "cryptoAddressTag",
    addressFrom = function(o) return is_deposit(o) and o.cryptoAddress or nil end,
    addressTo = function(o) return not is_deposit(o) and o.cryptoAddress or nil end,
    type = function(o) return is_deposit(o) and "deposit" or "withdrawal" end,
    status = function(o)
      if is_deposit(o) or o.status == "COMPLETED" or o.status == "AUTHORIZED" and o.txId then return "ok" end
      return ({ ERROR_INVALID_ADDRESS = "failed", CANCELLED = "canceled" })[o.status] or "pending"
    end,
    fee = {
      cost = function(o) return o.txCost or is_deposit(o) and "0" or nil end,
      currency = "currencySymbol|code",
    },
  }
end
local deposit_fields = transaction_fields(function() return true end)
local withdrawal_fields = transaction_fields(function(o) return o.source ~= nil end)

-- ---- sending ----

local function conditional(a) return a:take "stop" and "/conditional-orders" or "/orders" end

-- fetch_deposits, fetch_withdrawals: what is done, or with params.status = "pending" what is not.
local function history(path, fields)
  local read = transactions(fields)
  return {
    run = function(a)
      a.start = a.since and a.since - a.since % 1000
      return {
        get = path .. (a:take "status" == "pending" and "/open" or "/closed"), read = read,
        send = "currencySymbol={currency_id} startDate={start|iso} pageSize={limit}",
      }
    end,
  }
end

local function address_failed(failed)
  return function(reply, status)
    if reply.code == "NOT_FOUND" then return reply.code, nil, "InvalidAddress" end
    return failed(reply, status)
  end
end
local address_of = address { address = "cryptoAddress", tag = "cryptoAddressTag" }
local function read_address(reply, a)
  if reply.status == "REQUESTED" or not reply.cryptoAddress then fail("AddressPending", "the address of " .. a.code .. " is being made") end
  return address_of(reply, a)
end

local tif_ids = { GTC = "GOOD_TIL_CANCELLED", IOC = "IMMEDIATE_OR_CANCEL", FOK = "FILL_OR_KILL", PO = "POST_ONLY_GOOD_TIL_CANCELLED" }

-- The order itself. A ceiling order is by what it may spend: types ceiling_limit and ceiling_market, or market with params.cost.
local function order_of(a)
  local kind, tif, post = a.type:upper(), a:take "timeInForce", a:take "postOnly"
  local cost = a:take "ceiling" or a:take "cost"
  if cost and kind == "MARKET" then kind = "CEILING_MARKET" end
  local by_cost, at_limit = kind:sub(1, 8) == "CEILING_", kind == "LIMIT" or kind == "CEILING_LIMIT"
  if by_cost and not cost then
    cost = decimal.text(a.asked_amount)
    if kind == "CEILING_MARKET" and a.price then cost = decimal.mul(cost, decimal.text(a.asked_price)) end
  end
  return ordered {
    { "marketSymbol", a.id }, { "direction", a.side:upper() }, { "type", kind }, { "quantity", not by_cost and a.amount or nil },
    { "ceiling", by_cost and a:to_cost(cost) or nil }, { "limit", at_limit and a.price or nil },
    { "timeInForce", post and tif_ids.PO or tif_ids[tif] or tif or (kind == "LIMIT" and tif_ids.GTC or tif_ids.IOC) },
    { "clientOrderId", a:take "clientOrderId" }, { "useAwards", a:take "useAwards" },
  }
end

-- With a trigger, an order is placed when the price reaches triggerPrice from below (operand GTE, triggerDirection ascending) or from above
-- (LTE, descending), or turns by trailingPercent.
local operands = { ascending = "GTE", descending = "LTE" }
local function new_order(a)
  local trigger, trailing = a:take "triggerPrice" or a:take "stopPrice", a:take "trailingPercent" or a:take "trailingStopPercent"
  local stop = a:take "stop"
  local create = order_of(a)
  if not (stop or trigger or trailing) then return { post = "/orders", send = create, read = one_order } end
  local operand = a:take "operand" or operands[a:take "triggerDirection"]
  if not operand then fail("ArgumentsRequired", "a trigger needs params.triggerDirection or params.operand") end
  local cancel = a:take "orderToCancel"
  return {
    post = "/conditional-orders", read = one_order,
    send = ordered {
      { "marketSymbol", a.id }, { "operand", operand }, { "triggerPrice", trigger and a:to_price(trigger) },
      { "trailingStopPercent", trailing and decimal.text(trailing) }, { "orderToCreate", create }, { "orderToCancel", cancel },
    },
  }
end

-- Recent candles reach back a day (minutes), 31 days (hours) or a year (days); older ones are asked for by the day, month or year they are in.
local year, month, day = "/{since|date|before:-}", "/{since|date|after:-|before:-|number}", "/{since|date|after:-|after:-|number}"
local older = {
  MINUTE_1 = { 86400000, year .. month .. day }, MINUTE_5 = { 86400000, year .. month .. day }, HOUR_1 = { 2678400000, year .. month },
  DAY_1 = { 31622400000, year },
}

local function failed(reply)
  if reply.success == false then return reply.message or "failed", reply.message end
  return type(reply.code) == "string" and reply.code or nil, reply.detail
end

return {
  hosts = { api = "https://api.bittrex.com/v3" },
  client_id = "uuid",
  rate = { interval_ms = 1500, burst = 10 },
  encode = "json",
  timeframes = "1m=MINUTE_1 5m=MINUTE_5 1h=HOUR_1 1d=DAY_1",
  symbol_of = function(id) return (id:gsub("-", "/")) end,
  renames = {
    BCC = "BCH", BIFI = "Bifrost Finance", BTR = "BTRIPS", GMT = "GMT Token", MEME = "Memetic", MER = "Mercury", PROS = "Pros.Finance",
    REPV2 = "REP", TON = "Tokamak Network",
  },
  fees = { taker = 0.0075, maker = 0.0075 },
  -- summaries: tickers with the day's high, low and volumes, but without prices. subaccountId: on whose behalf a partner asks.
  options = { summaries = false },
  failed = failed,
  errors = by_class {
    BadRequest = "BAD_REQUEST STARTDATE_OUT_OF_RANGE", AuthenticationError = "APISIGN_NOT_PROVIDED APIKEY_INVALID INVALID_SIGNATURE INVALID_PERMISSION",
    ExchangeError = "INVALID_CURRENCY", InsufficientFunds = "INSUFFICIENT_FUNDS", OrderNotFound = "NOT_FOUND ORDER_NOT_OPEN UUID_INVALID",
    InvalidOrder = "INVALID_CEILING_MARKET_BUY INVALID_FIAT_ACCOUNT INVALID_ORDER_TYPE QUANTITY_NOT_PROVIDED MIN_TRADE_REQUIREMENT_NOT_MET "
      .. "INVALID_ORDER RATE_NOT_PROVIDED DUST_TRADE_DISALLOWED_MIN_VALUE",
    BadSymbol = "INVALID_MARKET RESTRICTED_MARKET", PermissionDenied = "WHITELIST_VIOLATION_IP",
  },
  broad = { { "We are down for scheduled maintenance", "OnMaintenance" }, { "throttled", "DDoSProtection" }, { "problem", "ExchangeNotAvailable" } },
  sign = function(req, key, a)
    local now, hash, sub = key.time, hex(sha512(req.body)), a.options.subaccountId
    req.target = req.target:gsub("%%3A", ":")           -- as it was signed: times are written out
    req.headers["Api-Key"], req.headers["Api-Timestamp"], req.headers["Api-Content-Hash"] = key.apiKey, now, hash
    req.headers["Api-Subaccount-Id"] = sub
    req.headers["Api-Signature"] = hex(hmac("sha512", key.secret, now .. req.url .. req.method .. hash .. (sub or "")))
  end,

  -- Market data

  fetch_time = { get = "/ping", read = time "serverTime" },
  fetch_status = { get = "/ping", read = status { status = "=ok" } },
  fetch_markets = {
    get = "/markets",
    read = markets {
      id = "symbol", baseId = "baseCurrencySymbol", quoteId = "quoteCurrencySymbol", active = "status|eq:ONLINE",
      precision = { amount = 1e-8, price = "precision|tick" }, limits = { amount = { min = "minTradeSize" } },
    },
  },
  fetch_currencies = {
    get = "/currencies",
    read = currencies {
      id = "symbol", name = "name", type = { "coinType", FIAT = "fiat", Award = "other", default = "crypto" }, active = "status|eq:ONLINE",
      fee = "txFee", precision = 1e-8, limits = { amount = { min = 1e-8 }, withdraw = { min = "txFee" } },
    },
  },
  fetch_ticker = {
    run = function(a) return { get = "/markets/{id}/" .. (a.options.summaries and "summary" or "ticker"), read = ticker(ticker_fields) } end,
  },
  fetch_tickers = {
    run = function(a) return { get = "/markets/" .. (a.options.summaries and "summaries" or "tickers"), read = all_tickers } end,
  },
  fetch_bids_asks = { get = "/markets/tickers", read = all_tickers },
  fetch_order_book = {
    run = function(a)
      if a.limit and a.limit ~= 1 and a.limit ~= 25 and a.limit ~= 500 then fail("BadRequest", "the limit of a book is 1, 25 or 500") end
      return {
        get = "/markets/{id}/orderbook", send = "depth={limit}",
        read = book { bids = "bid", asks = "ask", level = { "rate", "quantity" } },
      }
    end,
  },
  fetch_trades = {
    get = "/markets/{id}/trades",
    read = trades { id = "id", timestamp = "executedAt|iso", side = "takerSide|lower", price = "rate", amount = "quantity" },
  },
  fetch_ohlcv = {
    run = function(a)
      local past = older[a.timeframe]
      return {
        get = "/markets/{id}/candles/{timeframe}/" .. (a.since and a.now - a.since > past[1] and "historical" .. past[2] or "recent"),
        read = candles { columns = "startsAt|iso open high low close volume" },
      }
    end,
  },

  -- Fees

  fetch_trading_fee = { get = "/account/fees/trading/{id}", read = trading_fee { market = "marketSymbol", maker = "makerRate", taker = "takerRate" } },
  fetch_trading_fees = { get = "/account/fees/trading", read = trading_fees { market = "marketSymbol", maker = "makerRate", taker = "takerRate" } },
  fetch_deposit_withdraw_fees = {
    get = "/currencies", right = "public", read = withdraw_fees { currency = "symbol|code", withdraw = { fee = "txFee", percentage = false } },
  },

  -- Account and orders

  fetch_balance = { get = "/balances", read = balance { currency = "currencySymbol|code", free = "available", total = "total" } },
  fetch_order = { run = function(a) return { get = conditional(a) .. "/{order_id}", read = one_order } end },
  fetch_open_orders = { run = function(a) return { get = conditional(a) .. "/open", send = "marketSymbol={id}", read = order_list } end },
  fetch_closed_orders = {
    run = function(a)
      return { get = conditional(a) .. "/closed", send = "pageSize={limit} startDate={since|iso_s} marketSymbol={id}", read = order_list }
    end,
  },
  fetch_my_trades = { get = "/executions", send = "pageSize={limit} startDate={since|iso_s} marketSymbol={id}", read = own_trades },
  fetch_order_trades = { get = "/orders/{order_id}/executions", read = own_trades },
  create_order = { run = new_order },
  cancel_order = {
    run = function(a)
      return {
        delete = conditional(a) .. "/{order_id}", encode = "query", read = function(reply, args) return cancelled(reply[1] or reply, args) end,
      }
    end,
  },
  cancel_all_orders = {
    delete = "/orders/open", encode = "query", send = "marketSymbol={id}",
    read = function(reply, a)
      local out = {}
      for i, row in ipairs(reply) do
        local o = one_order(row.result or row, a)
        if o.amount == nil then o.amount = false end
        out[i] = o
      end
      return out
    end,
  },

  -- Money in and out

  create_deposit_address = { post = "/addresses", send = "currencySymbol={currency_id}", read = read_address, failed = address_failed(failed) },
  fetch_deposit_address = { get = "/addresses/{currency_id}", read = read_address, failed = address_failed(failed) },
  fetch_deposits = history("/deposits", deposit_fields),
  fetch_withdrawals = history("/withdrawals", withdrawal_fields),
  fetch_deposit = { get = "/deposits/ByTxId/{order_id}", read = transaction(with(deposit_fields, { at = "1" })) },
  fetch_withdrawal = { get = "/withdrawals/ByTxId/{order_id}", read = transaction(with(withdrawal_fields, { at = "1" })) },
  withdraw = {
    post = "/withdrawals", read = transaction(withdrawal_fields),
    send = function(a)
      return ordered {
        { "currencySymbol", a.currency_id }, { "quantity", raw_number(a.amount) }, { "cryptoAddress", a.address }, { "cryptoAddressTag", a.tag },
      }
    end,
  },
}
