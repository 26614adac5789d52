-- BTC Markets. API 3: https://docs.btcmarkets.net/
-- What is signed is method, path, time and the JSON of the body, without the query. Failures are {code, message}.

local side = { "side", Bid = "buy", Ask = "sell", default = "." }

-- Fees are taken in AUD where that is the quote, else in the coin.
local trade_list = trades {
  id = "id", order = "orderId", market = "marketId", timestamp = "timestamp|iso", side = side, price = "price", amount = "amount",
  takerOrMaker = "liquidityType|lower",
  fee = {
    cost = "fee", currency = function(o, _, market) return o.fee and market and (market.quote == "AUD" and "AUD" or market.base) end,
  },
}

local order_fields = {
  id = "orderId", clientOrderId = "clientOrderId", market = "marketId", timestamp = "creationTime|iso", type = "type|lower", side = side,
  price = "price", triggerPrice = "triggerPrice", amount = "amount", remaining = "openAmount", timeInForce = "timeInForce", postOnly = "postOnly",
  status = words("status", {
    open = { "Accepted", "Placed", "Partially Matched" }, closed = { "Fully Matched" }, canceled = { "Partially Cancelled" }, rejected = "Failed",
  }),
}
local one_order = order(order_fields)
local function order_list(status, where)
  return {
    get = "/v3/orders", send = "status=" .. status .. " marketId={id} after={since} limit={limit}", read = orders(with(order_fields, { where = where })),
  }
end

-- A withdrawal's amount includes its fee; the address may have the tag behind it.
local transaction_fields = {
  id = "id", txid = "paymentDetail.txId", timestamp = "creationTime|iso", updated = "lastUpdate|iso", currency = "assetName|code", comment = "description",
  type = { "type", Withdraw = "withdrawal", Deposit = "deposit", default = "." },
  status = { "status", Accepted = "pending", ["Pending Authorization"] = "pending", default = "." },
  address = "paymentDetail.address|before:?dt=", addressTo = "paymentDetail.address|before:?dt=",
  tag = "paymentDetail.address|after:?dt=", tagTo = "paymentDetail.address|after:?dt=",
  amount = function(o) return o.amount and o.fee and decimal.sub(o.amount, o.fee) or o.amount end,
  fee = { cost = "fee" },
}
local function history(path) return { get = path, send = "limit={limit} after={since}", read = transactions(transaction_fields) } end

local order_types = { limit = "Limit", market = "Market", stop = "Stop", ["stop limit"] = "Stop Limit", ["take profit"] = "Take Profit" }
local priced = { Limit = true, ["Stop Limit"] = true }
local triggered = { Stop = true, ["Stop Limit"] = true, ["Take Profit"] = true }

return {
  hosts = { api = "https://api.btcmarkets.net" },
  client_id = "hex",
  rate = { interval_ms = 1000, burst = 5 },
  fees = { taker = 0.002, maker = -0.0005 },
  encode = "json",
  timeframes = "1m 1h 1d",

  failed = "code", message = "message",
  errors = by_class {
    BadRequest = "MissingArgument InvalidPaginationParameter", InsufficientFunds = "InsufficientFund", OrderNotFound = "OrderNotFound",
    InvalidOrder = "InvalidPrice InvalidAmount OrderAlreadyCancelled OrderStatusIsFinal",
  },

  sign = function(req, key)
    if req.json then req.json = sorted(req.json) end
    req.headers["Accept"] = "application/json"
    req.headers["Accept-Charset"] = "UTF-8"
    req.headers["Content-Type"] = "application/json"
    req.headers["BM-AUTH-APIKEY"] = key.apiKey
    req.headers["BM-AUTH-TIMESTAMP"] = key.nonce
    req.headers["BM-AUTH-SIGNATURE"] = base64(hmac("sha512", unbase64(key.secret), req.method .. req.path .. key.nonce .. req.body))
  end,

  fetch_markets = {
    get = "/v3/markets",
    read = markets {
      id = "marketId", baseId = "baseAssetName", quoteId = "quoteAssetName", index = false, active = "status|eq:Online",
      taker = function(o) return o.quoteAssetName == "AUD" and "0.0085" or nil end,
      maker = function(o) return o.quoteAssetName == "AUD" and "0.0085" or nil end,
      precision = { amount = "amountDecimals|tick", price = "priceDecimals|tick" },
      limits = {
        amount = { min = "minOrderAmount", max = "maxOrderAmount" },
        price = { min = function(o) return o.quoteAssetName == "AUD" and o.priceDecimals and "1e-" .. o.priceDecimals or nil end },
      },
    },
  },
  fetch_time = { get = "/v3/time", read = time "timestamp|iso" },
  fetch_ticker = {
    get = "/v3/markets/{id}/ticker",
    read = ticker {
      market = "marketId", timestamp = "timestamp|iso", bid = "bestBid", ask = "bestAsk", last = "lastPrice", high = "high24h", low = "low24h",
      change = "price24h", percentage = "pricePct24h", baseVolume = "volume24h", quoteVolume = "volumeQte24h",
    },
  },
  fetch_order_book = {
    get = "/v3/markets/{id}/orderbook", read = book { bids = "bids", asks = "asks", timestamp = "snapshotId|us", nonce = "snapshotId" },
  },
  fetch_trades = { get = "/v3/markets/{id}/trades", read = trade_list },
  fetch_ohlcv = {
    get = "/v3/markets/{id}/candles", send = "timeWindow={timeframe} from={since|iso} limit={limit|max:200}",
    read = candles { columns = "1|iso 2 3 4 5 6" },
  },

  fetch_balance = { get = "/v3/accounts/me/balances", read = balance { currency = "assetName|code", used = "locked", total = "balance" } },
  fetch_order = { get = "/v3/orders/{order_id}", read = one_order },
  fetch_orders = order_list "all",
  fetch_open_orders = order_list "open",
  fetch_closed_orders = order_list("all", "status=Fully Matched"),
  fetch_my_trades = { get = "/v3/trades", send = "marketId={id} after={since} limit={limit}", read = trade_list },

  create_order = {
    run = function(a)
      local stop, target = a.trigger or a:take "stopLossPrice", a:take "takeProfitPrice"
      local kind = order_types[a.type:lower()] or a.type
      if stop and kind == "Limit" then kind = "Stop Limit" elseif stop and kind == "Market" then kind = "Stop"
      elseif target and not triggered[kind] then kind = "Take Profit"
      end
      local at = stop or target
      if triggered[kind] and not at then fail("ArgumentsRequired", "params.triggerPrice is needed") end
      a.kind, a.set_off_at = kind, at and a:to_price(at)
      if not priced[kind] then a.price = nil end
      return {
        post = "/v3/orders", read = one_order,
        send = "amount={amount} clientOrderId={clientOrderId} marketId={id} price={price} side={side|as:buy=Bid;sell=Ask} triggerPrice={set_off_at} "
          .. "type={kind} postOnly={post_only}",
      }
    end,
  },
  cancel_order = { delete = "/v3/orders/{order_id}", read = one_order },
  cancel_orders = {
    run = function(a)           -- those that could not be cancelled stand apart, with a code of their own
      return {
        delete = "/v3/batchorders/" .. table.concat(a.ids, ","),
        read = function(reply)
          local out = {}
          for _, o in ipairs(reply.cancelOrders or {}) do out[#out + 1] = { id = o.orderId, clientOrderId = o.clientOrderId, info = o } end
          for _, o in ipairs(reply.unprocessedRequests or {}) do out[#out + 1] = { id = o.requestId, status = "rejected", info = o } end
          return out
        end,
      }
    end,
  },

  fetch_deposits = history "/v3/deposits",
  fetch_withdrawals = history "/v3/withdrawals",
  fetch_deposits_withdrawals = history "/v3/transfers",
  fetch_transactions = history "/v3/transfers",
  withdraw = {                  -- AUD goes to the bank account that is on file
    post = "/v3/withdrawals", read = transaction(transaction_fields),
    send = function(a)
      local address = a.code ~= "AUD" and a.address or nil
      return { assetName = a.currency_id, amount = a.amount, toAddress = address and a.tag and address .. "?dt=" .. a.tag or address }
    end,
  },
}
