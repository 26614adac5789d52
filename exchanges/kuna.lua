-- Kuna Pro, API 4. API: https://docs-pro.kuna.io
-- Replies are {data}, failures {errors: [{code, message}]}. Signed is what is asked (path, query), the nonce, and the JSON body, "{}" when
-- there is none. Sides are Bid and Ask, also of the public trades here; orders that are over are "filled" or canceled.

local ticker_fields = {
  market = "pair", bid = "bestBidPrice", ask = "bestAskPrice", high = "high", low = "low", open = "open", change = "priceChange",
  percentage = "percentagePriceChange", baseVolume = "baseVolume", quoteVolume = "quoteVolume",
}

local sides = { Bid = "buy", Ask = "sell" }
local trade_fields = {
  id = "id", market = "pair", order = "orderId", timestamp = "createdAt|iso", price = "matchPrice,price", amount = "matchQuantity,quantity",
  cost = "quoteQuantity", fee = { cost = "fee", currency = "feeCurrency|code" },
  side = function(o) return o.side and (sides[o.side] or o.side:lower()) or o.isBuyer ~= nil and (o.isBuyer and "buy" or "sell") or nil end,
  takerOrMaker = function(o) return o.isTaker == true and "taker" or "maker" end,
}

-- What the whole order comes to: it does not follow from what was filled.
local function cost(o) return o.cost and o.cost ~= "" and o.cost or false end

local order_fields = {
  id = "id,orderId", market = "pair", timestamp = "createdAt|iso", lastTradeTimestamp = "updatedAt|iso", side = { "side", Bid = "buy", Ask = "sell" },
  type = { "type|lower", stoplosslimit = "limit", takeprofitlimit = "limit", default = "." }, price = "price", triggerPrice = "stopPrice",
  amount = "quantity", filled = "executedQuantity", cost = cost, trades = trades(with(trade_fields, { at = "trades?" })),
  status = { "status", Closed = "filled", wait = "open", default = "." },
}
local one_order, order_list = order(with(order_fields, { at = "data" })), orders(with(order_fields, { at = "data" }))
local placed = order(with(order_fields, { at = "data", cost = "cost" }))

local function transaction_fields(type)
  return {
    id = "id", txid = "txId", timestamp = "createdAt|iso", updated = "updatedAt|iso", network = "paymentCode", address = "address",
    addressTo = "address", amount = "amount", comment = "memo", type = type,
    currency = "asset|code",
    status = words("status", { pending = "PartiallyProcessed WaitForConfirmation AmlChecking", ok = "Processed" }),
    fee = { cost = "fee", currency = "asset|code" },
  }
end
local told_type = { "type", Deposit = "deposit", deposit = "deposit", default = "withdrawal" }
local one_transaction = transaction(with(transaction_fields(told_type), { at = "data" }))
local function history(path)
  return {
    get = path, send = "currency={code} dateFrom={since|iso} take={limit} dateTo={until|iso}",
    read = transactions(with(transaction_fields(told_type), { at = "data" })),
  }
end

local deposit_address = address { at = "data", address = "address", currency = "source|code" }
local public_trades = trades(with(trade_fields, { at = "data" }))
local order_book = { get = "/v4/order/public/book/{id}", send = "level={limit}", read = book { at = "data" } }

return {
  hosts = { api = "https://api.kuna.io" },
  rate = { interval_ms = 1000, burst = 5 },
  fees = { taker = 0.0025, maker = 0.0025 },
  renames = { BCC = "BCH", PLA = "Plair" },
  encode = "json",

  failed = function(reply, status)
    local e = reply.errors and (reply.errors[1] or reply.errors) or status == 400 and reply.error
    if e then return e.code or "error", e.message end
  end,
  errors = by_class {
    BadRequest = "ARGUMENT_VALIDATION_ERROR PAYMENT_METHOD_NOT_SUPPORTED WrongRequestException", OrderNotFound = "NOT_FOUND 2003",
    InvalidOrder = "INVALID:ORDER_SIZE", InsufficientFunds = "INSUFFICIENT_FUNDS 2002",
  },

  sign = function(req, key, a)
    local body = req.json and encode_json(req.json) or "{}"
    if req.json then req.body = body end
    req.headers["Content-Type"] = "application/json"
    req.headers.accept = "application/json"
    req.headers.nonce = key.nonce
    req.headers["public-key"] = key.apiKey
    req.headers.signature = hex(hmac("sha384", key.secret, req.target .. key.nonce .. body))
    if a.options.account == "pro" then req.headers.account = "pro" end
  end,

  fetch_time = { get = "/v4/public/timestamp", read = time "data.timestamp_miliseconds" },
  fetch_currencies = {
    get = "/v4/public/currencies",
    read = currencies {
      at = "data", id = "code", name = "name",
      precision = function(o)       -- of the digits for money and for trades the fewer
        local money, trade = tonumber(o.precision), tonumber(o.tradePrecision)
        return money and trade and math.min(money, trade) or money or trade
      end,
    },
  },
  fetch_markets = {
    get = "/v4/markets/public/getAll",
    read = markets {
      at = "data", id = "pair", baseId = "baseAsset.code", quoteId = "quoteAsset.code",
      precision = { amount = "baseAsset.precision|tick", price = "quoteAsset.precision|tick" },
    },
  },
  fetch_ticker = { get = "/v4/markets/public/tickers?pairs={id}", read = ticker(with(ticker_fields, { at = "data.1" })) },
  fetch_tickers = {
    needs = "symbols",
    run = function(a)
      a.pairs = table.concat(a.ids or {}, ",")
      return { get = "/v4/markets/public/tickers?pairs={pairs}", read = tickers(with(ticker_fields, { at = "data" })) }
    end,
  },
  fetch_order_book = order_book,
  fetch_l2_order_book = order_book,
  fetch_l3_order_book = order_book,
  fetch_trades = { get = "/v4/trade/public/book/{id}", send = "limit={limit}", read = public_trades },

  fetch_balance = { get = "/v4/private/getBalance", read = balance { at = "data", currency = "currency|code", free = "balance", used = "lockBalance" } },
  fetch_order = { get = "/v4/order/private/details/{order_id}", send = "withTrades={true}", read = one_order },
  fetch_open_orders = { get = "/v4/order/private/active", send = "pairs={id} start={since|iso} limit={limit} end={until|iso}", read = order_list },
  fetch_orders_by_status = {
    needs = "status",
    run = function(a)
      if a.status == "open" then
        return { get = "/v4/order/private/active", send = "pairs={id} start={since|iso} limit={limit} end={until|iso}", read = order_list }
      end
      a.state = a.status:sub(1, 1):upper() .. a.status:sub(2)
      return {
        get = "/v4/order/private/history", send = "status={state} pairs={id} start={since|iso} limit={limit} end={until|iso}", read = order_list,
      }
    end,
  },
  fetch_closed_orders = {
    get = "/v4/order/private/history", send = "status=Closed pairs={id} start={since|iso} limit={limit} end={until|iso}", read = order_list,
  },
  fetch_my_trades = { get = "/v4/trade/private/history", send = "pair={id}", read = public_trades },
  create_order = {
    run = function(a)
      local trigger, stop = a:take "triggerPrice", a:take "stopPrice"
      trigger = trigger or stop
      local kind = a.type:sub(1, 1):upper() .. a.type:sub(2)
      if trigger and kind == "Market" then fail("BadRequest", "a trigger sets off limit orders only") end
      if trigger and kind ~= "TakeProfitLimit" then kind = "StopLossLimit" end
      return {
        post = "/v4/order/private/create", read = placed,
        send = ordered {
          { "pair", a.id }, { "orderSide", a.side == "buy" and "Bid" or "Ask" }, { "quantity", a.amount }, { "type", kind },
          { "price", kind ~= "Market" and a.price or nil }, { "stopPrice", trigger and a:to_price(trigger) },
        },
      }
    end,
  },
  cancel_order = {
    post = "/v4/order/private/cancel", send = "orderId={order_id}",
    read = function(reply, a) return { id = a.order_id, symbol = a.symbol, info = reply } end,
  },
  cancel_orders = { post = "/v4/order/private/cancel/multi", send = "orderIds={ids}", read = order_list },

  fetch_deposit_address = { get = "/v4/deposit/private/crypto/address", send = "source={currency_id|upper}", read = deposit_address },
  create_deposit_address = { post = "/v4/deposit/private/crypto/generateAddress", send = "source={currency_id}", read = deposit_address },
  fetch_deposits = history "/v4/deposit/private/history",
  fetch_withdrawals = history "/v4/withdraw/private/history",
  fetch_deposit = { get = "/v4/deposit/private/details/{order_id}", read = one_transaction },
  fetch_withdrawal = { get = "/v4/withdraw/private/details/{order_id}", read = one_transaction },
  withdraw = {
    run = function(a)
      local chain, network = a:take "chain", a:take "network"
      chain = chain or network
      if not chain and a.code:find("USD", 2, true) then fail("ArgumentsRequired", "params.network is needed for " .. a.code) end
      return {
        post = "/v4/withdraw/private/create", read = one_transaction,
        send = ordered {
          { "currency", a.currency_id }, { "amount", raw_number(a.amount) }, { "address", a.address },
          { "paymentMethod", chain or a.currency_id:upper() }, { "paymentId", a.tag },
        },
      }
    end,
  },

  options = { account = false },        -- "pro" for the account of Kuna Pro
}
