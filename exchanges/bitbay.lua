-- BitBay, later Zonda, closed. API: https://docs.zondacrypto.exchange/
-- Failures are {status: "Fail", errors: [texts]}, or {code, message}. Histories take what is asked as JSON in `query`. An order is cancelled
-- by its id, side and price together.

local fiat = { EUR = true, GBP = true, PLN = true, USD = true }

-- Markets of fiat money are dearer.
local function fee(of_fiat, other)
  return function(o)
    local m = o.market
    return (fiat[m.first.currency] or fiat[m.second.currency]) and of_fiat or other
  end
end

-- Today's numbers are told in two parts: prices (ticker) and statistics (stats, by params.method or options.ticker).
local ticker_fields = {
  market = "market.code,m", timestamp = "time", bid = "highestBid", ask = "lowestAsk", last = "rate", previousClose = "previousRate", high = "h",
  low = "l", open = "r24h", baseVolume = "v",
}
local one_ticker = ticker(with(ticker_fields, { at = "ticker,stats" }))
local ticker_list = tickers(with(ticker_fields, { at = "items" }))
local function told_by(a)
  local method = a:take "method" or a.options.ticker
  return method:lower():find "stats" and "/trading/stats" or "/trading/ticker"
end

local trade_fields = {
  at = "items", id = "id", order = "offerId", market = "market", timestamp = "time,t", side = "userAction|lower,ty|lower", price = "rate,r",
  amount = "amount,a", type = function(o) return o.offerId and "limit" or nil end,
  takerOrMaker = { "wasTaker", ["true"] = "taker", ["false"] = "maker" },
  fee = {
    cost = "commissionValue",
    currency = function(o, _, market)
      local action = o.commissionValue and market and o.userAction
      return action and (action:lower() == "buy" and market.base or market.quote) or nil
    end,
  },
}
local trade_list = trades(trade_fields)

local order_fields = {
  id = "id", market = "market", timestamp = "time", type = "mode", side = "offerType|lower", price = "rate", amount = "startAmount",
  remaining = "currentAmount", postOnly = { "postOnly", ["true"] = true, ["false"] = false }, timeInForce = { "postOnly", ["false"] = false, default = "PO" },
}

local placed = order {
  id = "offerId,stopOfferId", status = { "completed", ["true"] = "closed", ["false"] = "open" }, type = "={type}",
  side = "={side}", amount = "={amount}", price = "={price}",
  trades = trades { at = "transactions?", price = "rate", amount = "amount" },
}

local address_fields = { currency = "currency|code", address = "address", tag = "tag" }

local errors = by_class {
  AccountSuspended = "506", AuthenticationError = "501 502 505 INVALID_HASH_SIGNATURE", BadSymbol = "510",
  ExchangeError = "400 504 509 TIMEOUT RESPONSE_TIMEOUT", InsufficientFunds = "406 FUNDS_NOT_SUFFICIENT",
  InvalidNonce = "503 REQUEST_TIMESTAMP_TOO_OLD", InvalidOrder = "401 402 403 404 405 408 OFFER_FUNDS_NOT_EXCEEDING_MINIMUMS INVALID_STOP_RATE",
  OnMaintenance = "UNDER_MAINTENANCE", OrderImmediatelyFillable = "OFFER_WOULD_HAVE_BEEN_PARTIALLY_FILLED", OrderNotFound = "OFFER_NOT_FOUND",
  PermissionDenied = "PERMISSIONS_NOT_SUFFICIENT ACTION_BLOCKED", RateLimitExceeded = "ACTION_LIMIT_EXCEEDED",
}

-- What a history is asked for, with the call's params among it.
local function query(a, q)
  for k, v in pairs(a.params) do q[k] = v end
  a.params = {}
  return ordered { { "query", encode_json(q) } }
end

return {
  hosts = { api = "https://api.zondacrypto.exchange/rest" },
  rate = { interval_ms = 1000, burst = 5 },
  fees = { taker = 0.001, maker = 0 },
  encode = "json",
  renames = { GGC = "Global Game Coin" },
  timeframes = "1m=60 3m=180 5m=300 15m=900 30m=1800 1h=3600 2h=7200 4h=14400 6h=21600 12h=43200 1d=86400 3d=259200 1w=604800",
  options = { ticker = "ticker" },

  failed = function(reply)
    if reply.code ~= nil then return reply.code, reply.message end
    if reply.status ~= "Fail" then return nil end
    local first
    for _, text in ipairs(reply.errors or {}) do
      if errors[text] then return text end
      first = first or text
    end
    return first or "Fail"
  end,
  errors = errors,

  sign = function(req, key)
    local now = key.nonce
    req.headers["Request-Timestamp"] = now
    req.headers["Operation-Id"] = uuid()
    req.headers["API-Key"] = key.apiKey
    req.headers["API-Hash"] = hex(hmac("sha512", key.secret, key.apiKey .. now .. req.body))
    req.headers["Content-Type"] = "application/json"
  end,

  fetch_markets = {
    get = "/trading/ticker",
    read = markets {
      at = "items", id = "market.code", baseId = "market.first.currency", quoteId = "market.second.currency",
      taker = fee("0.0043", "0.001"), maker = fee("0.003", "0"),
      precision = { amount = "market.first.scale|tick", price = "market.second.scale|tick" },
      limits = { amount = { min = "market.first.minOffer" } },
    },
  },
  fetch_ticker = { run = function(a) return { get = told_by(a) .. "/{id}", read = one_ticker } end },
  fetch_tickers = { run = function(a) return { get = told_by(a), read = ticker_list } end },
  fetch_order_book = {
    get = "/trading/orderbook/{id}", read = book { bids = "buy", asks = "sell", level = { "ra", "ca" }, timestamp = "timestamp", nonce = "seqNo" },
  },
  fetch_trades = {      -- those after fromTime
    get = "/trading/transactions/{id}", send = "fromTime={since|sub:1} limit={limit}", read = trade_list,
  },
  fetch_ohlcv = {
    run = function(a)
      local span = math.min(a.limit or 100, 11000) * a.timeframe_s * 1000
      a.from = a.since or a.now - span
      a.to = a.from + span
      return {
        get = "/trading/candle/history/{id}/{timeframe}", send = "from={from} to={to}",
        read = candles { at = "items", columns = "1 2.o 2.h 2.l 2.c 2.v" },
      }
    end,
  },

  fetch_balance = {
    get = "/balances/BITBAY/balance",
    read = balance { at = "balances", currency = "currency|code", free = "availableFunds", used = "lockedFunds" },
  },
  fetch_open_orders = { get = "/trading/offer", read = orders(with(order_fields, { at = "items", status = "=open" })) },
  fetch_my_trades = {
    get = "/trading/history/transactions", read = trade_list,
    send = function(a) return query(a, ordered { { "markets", a.id and list { a.id } or nil } }) end,
  },
  create_order = {
    run = function(a)
      local s1, s2, s3 = a:take "stopPrice", a:take "stopLossPrice", a:take "triggerPrice"
      local stop, kind = s1 or s2 or s3, a.type:match "^stop%-(.*)$" or a.type
      local with_stop = stop or kind ~= a.type
      if kind ~= "limit" and kind ~= "market" then fail("InvalidOrder", "no orders of the type " .. a.type) end
      if with_stop and not stop then fail("ArgumentsRequired", "a " .. a.type .. " order needs params.triggerPrice") end
      local r = ordered { { "offerType", a.side:upper() }, { "amount", raw_number(a.amount) } }
      r.rate = kind == "limit" and a.price or nil
      r.mode = with_stop and "stop-" .. kind or kind
      r.stopRate = stop and a:to_price(stop) or nil
      local tif = a.params.timeInForce
      if tif == "PO" or tif == "FOK" then
        a:take "timeInForce"
        r[tif == "PO" and "postOnly" or "fillOrKill"] = true
      end
      return { post = with_stop and "/trading/stop/offer/{id}" or "/trading/offer/{id}", send = r, read = placed }
    end,
  },
  cancel_order = {
    delete = "/trading/offer/{id}/{order_id}/{side}/{price|text}", encode = "query", needs = "symbol side price",
    read = order(order_fields),
  },
  fetch_deposit_address = {
    get = "/api_payments/deposits/crypto/addresses", send = "currency={currency_id}", read = address(with(address_fields, { at = "data.1" })),
  },
  fetch_deposit_addresses = { get = "/api_payments/deposits/crypto/addresses", read = addresses(with(address_fields, { at = "data" })) },
  fetch_ledger = {
    get = "/balances/BITBAY/history",
    send = function(a)
      return query(a, ordered {
        { "balanceCurrencies", a.code and list { a.currency_id } or list {} }, { "fromTime", a.since }, { "limit", a.limit },
      })
    end,
    read = ledger {
      at = "items", id = "historyId", referenceId = "detailId", timestamp = "time", currency = "balance.currency|code", amount = "change.total|abs",
      before = "fundsBefore.total", after = "fundsAfter.total", status = "=ok",
      direction = function(o)
        local moved = o.change and o.change.total
        return moved and (decimal.cmp(moved, 0) < 0 and "out" or "in") or nil
      end,
      type = words("type", {
        transaction = "ADD_FUNDS BITCOIN_GOLD_FORK CREATE_BALANCE FUNDS_MIGRATION WITHDRAWAL_LOCK_FUNDS WITHDRAWAL_SUBTRACT_FUNDS WITHDRAWAL_UNLOCK_FUNDS",
        fee = "TRANSACTION_COMMISSION_OUTCOME TRANSACTION_COMMISSION_RETURN",
        trade = "TRANSACTION_OFFER_ABORTED_RETURN TRANSACTION_OFFER_COMPLETED_RETURN TRANSACTION_POST_INCOME TRANSACTION_POST_OUTCOME"
          .. " TRANSACTION_PRE_LOCKING",
      }),
    },
  },
  transfer = {
    post = "/balances/BITBAY/balance/transfer/{from_account}/{to_account}", send = "currency={currency_id} funds={amount}",
    read = transfer {
      currency = "from.currency|code", amount = "={amount}", fromAccount = "from.id", toAccount = "to.id",
      status = { "status", Fail = "failed", default = "." },
    },
  },
  withdraw = {
    run = function(a)
      local money = fiat[a.code]
      return {
        post = money and "/api_payments/withdrawals/fiat" or "/api_payments/withdrawals/crypto",
        send = ordered {
          { "currency", a.currency_id }, { "amount", raw_number(a.amount) }, { "address", a.address }, { "tag", not money and a.tag or nil },
        },
        read = transaction { at = "data", id = "id", currency = "={code}" },
      }
    end,
  },
}
