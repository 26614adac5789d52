-- FTX, bankrupt since November 2022. API: https://docs.ftx.com (https://web.archive.org/web/2022/https://docs.ftx.com)
-- Replies are {success, result}; a failure is {success: false, error} and its text is the only code. Ids of spot markets hold a slash, which
-- stays one in paths. Every POST and DELETE has a body of JSON. Futures name their underlying coin only, and the market list does not tell
-- perpetual ones from those that expire: the list of futures does. params.subaccount names the account that a private call is for.
-- Orders that wait for a price (params.stop, or a type of stop, trailingStop or takeProfit) are kept apart from the others.

local networks = {
  AVAX = "avax", BEP2 = "bep2", BEP20 = "bsc", BNB = "bep2", BSC = "bsc", ERC20 = "erc20", ETH = "eth", FTM = "ftm", MATIC = "matic",
  OMNI = "omni", SOL = "sol", SPL = "sol", TRC20 = "trx", TRX = "trx",
}
local network_names = { trx = "TRC20", erc20 = "ERC20", sol = "SOL", bsc = "BEP20", bep2 = "BEP2" }

-- ---- reading ----

local function of_future(field)
  return function(o, a) return a.futures[o.name] and a.futures[o.name][field] end
end
local expiry, perpetual = of_future "expiry", of_future "perpetual"
local function is_future(o) return o.type == "future" end
local instruments = markets {
  at = "result", id = "name", baseId = "baseCurrency,underlying", active = "enabled", contractSize = 1,
  where = function(o, a) return not is_future(o) or perpetual(o, a) == true or expiry(o, a) ~= nil end,
  type = function(o, a) return is_future(o) and (perpetual(o, a) == true and "swap" or "future") or "spot" end,
  base = function(o, a)        -- BTC-MOVE-0303 is no BTC
    return is_future(o) and perpetual(o, a) ~= true and o.name:match("^(.+%-.+)%-[^-]+$") or nil
  end,
  quoteId = function(o) return o.quoteCurrency or "USD" end, settleId = function(o) return is_future(o) and "USD" or nil end,
  linear = function(o) return is_future(o) or nil end, margin = function(o) return not is_future(o) end,
  expiry = function(o, a)
    local at = is_future(o) and perpetual(o, a) ~= true and expiry(o, a)
    return at and parse8601(at) or nil
  end,
  precision = { amount = "sizeIncrement", price = "priceIncrement" },
  limits = {
    leverage = { min = 1, max = 20 },
    amount = {
      min = function(o)
        local step, least = o.sizeIncrement, o.minProvideSize
        return step and least and decimal.cmp(least, step) < 0 and least or step
      end,
    },
  },
}

local ticker_fields = {
  timestamp = "time|s", high = "high", low = "low", bid = "bid", bidVolume = "bidSize", ask = "ask", askVolume = "askSize", last = "last",
  percentage = "change24h|mul:100", quoteVolume = "quoteVolume24h",
}

local function traded(o) return o.market or o.baseCurrency and o.quoteCurrency and o.baseCurrency .. "/" .. o.quoteCurrency or nil end
local trade_fields = {
  at = "result", id = "id", order = "orderId", timestamp = "time|iso", side = "side", price = "price", amount = "size", takerOrMaker = "liquidity",
  market = traded, symbol = function(o, _, market) return (not market or market.id ~= traded(o)) and traded(o) or nil end,
  fee = { cost = "fee", currency = "feeCurrency|code", rate = "feeRate" },
}
local some_trades = trades(trade_fields)

-- A closed order that has nothing left, but was not filled, was canceled.
local function was_canceled(o)
  return o.remainingSize and o.size and o.filledSize and decimal.cmp(o.remainingSize, 0) == 0 and decimal.cmp(o.size, o.filledSize) > 0
end
local statuses = { new = "open", open = "open", closed = "closed", triggered = "closed" }
local order_fields = {
  id = "id", clientOrderId = "clientId", timestamp = "createdAt|iso", lastTradeTimestamp = "triggeredAt|iso", type = "type", side = "side",
  price = "price,triggerPrice,avgFillPrice", triggerPrice = "triggerPrice", average = "avgFillPrice", amount = "size", filled = "filledSize",
  remaining = function(o) return was_canceled(o) and decimal.sub(o.size, o.filledSize) or o.remainingSize end,
  status = function(o) return was_canceled(o) and "canceled" or statuses[o.status] or o.status end,
  postOnly = "postOnly", reduceOnly = "reduceOnly",
  timeInForce = function(o) return o.postOnly == true and "PO" or o.ioc == true and "IOC" or nil end,
}
local asked_order = order(with(order_fields, { at = "result" }))
local function other_symbol(o, _, market) return (not market or market.id ~= o.market) and o.market or nil end
local one_order = order(with(order_fields, { at = "result", market = "market", symbol = other_symbol }))
local asked_orders, all_orders = orders(with(order_fields, { at = "result" })), orders(with(order_fields, { at = "result", market = "market" }))

-- An address is text, or a table of address and tag.
local function address_of(o)
  local at = o.address
  if type(at) == "userdata" then return at.address end
  return type(at) == "string" and at or o.notes and o.notes:match("^Transfer to ?(.*)$") or nil
end
local function tag_of(o) return type(o.address) == "userdata" and o.address.tag or o.tag end
local function transaction_fields(kind)
  return {
    at = "result", id = "id", txid = "txid", timestamp = "time|iso", currency = "coin|code", amount = "size", type = kind,
    address = address_of,
    status = { "status", confirmed = "ok", default = "." },
    tag = tag_of, tagTo = tag_of, addressTo = address_of, fee = { cost = "fee", currency = "coin|code" },
  }
end

-- A transfer tells its ends by a sentence: "Transfer from main account to testSubaccount".
local function party(pattern)
  return function(o)
    local name = o.notes and o.notes:match(pattern)
    return name and name:gsub(" account$", "") or nil
  end
end

-- ---- positions ----

local function notional(o) return o.size and o.entryPrice and decimal.mul(o.size, o.entryPrice) end
local function maintenance(o)
  local value = notional(o)
  return value and o.maintenanceMarginRequirement and decimal.mul(value, o.maintenanceMarginRequirement)
end
-- What is lost down to the liquidation price, and the margin that is left there; all of it where there is no such price.
local function collateral(o)
  local value, kept = notional(o), maintenance(o)
  if not value or not o.estimatedLiquidationPrice then return nil end
  if decimal.cmp(o.estimatedLiquidationPrice, 0) == 0 then return value end
  if not o.recentAverageOpenPrice or not kept then return nil end
  local down = decimal.sub(o.entryPrice, o.estimatedLiquidationPrice)
  if o.side ~= "buy" then down = decimal.neg(down) end
  return decimal.add(decimal.mul(down, o.size), kept)
end
-- f of collateral and notional, where the position can be liquidated
local function by_collateral(f)
  return function(o)
    local held = collateral(o)
    if not held or decimal.cmp(held, 0) == 0 or decimal.cmp(o.estimatedLiquidationPrice, 0) == 0 then return nil end
    return f(o, held)
  end
end
local some_positions = positions {
  at = "result", market = "future", side = { "side", buy = "long", default = "short" }, contracts = "size", marginMode = "=cross",
  entryPrice = "recentAverageOpenPrice", markPrice = "entryPrice", notional = notional, liquidationPrice = "estimatedLiquidationPrice",
  initialMargin = "collateralUsed", initialMarginPercentage = "initialMarginRequirement", maintenanceMargin = maintenance,
  maintenanceMarginPercentage = "maintenanceMarginRequirement", collateral = collateral, unrealizedPnl = "recentPnl",
  leverage = by_collateral(function(o, held) return decimal.div(decimal.add(decimal.div(notional(o), held, 18), "0.005"), 1, 2) end),
  marginRatio = by_collateral(function(o, held) return decimal.div(maintenance(o), held, 4) end),
  percentage = function(o)
    if not o.recentPnl or not o.collateralUsed or decimal.cmp(o.collateralUsed, 0) == 0 then return nil end
    return decimal.mul(decimal.div(o.recentPnl, o.collateralUsed, 4), 100)
  end,
}

-- ---- sending ----

local function market_path(a, rest) return "/markets/" .. a.id .. (rest or "") end

-- Records with their time, oldest first, from `since` on, `limit` of them.
local function in_time(a, list, field, record)
  local out = {}
  for _, row in ipairs(list) do
    local at = row[field] and parse8601(row[field])
    if not a.since or at and at >= a.since then
      local r = record(row)
      r.timestamp, r.datetime, r.info = at, at and iso8601(at), row
      out[#out + 1] = r
    end
  end
  oldest_first(out)
  if a.limit and #out > a.limit then
    return a.since and { table.unpack(out, 1, a.limit) } or { table.unpack(out, #out - a.limit + 1) }
  end
  return out
end

local function to_now(a)
  local last = a:take "until" or a:take "till" or a.since and a.now
  a.last = last and tonumber(last) // 1000
end

local function candle_rows(of_index)
  return {
    run = function(a)
      local max, price = 5000, a:take "price"
      local count, last = math.min(a.limit or 1500, max), a:take "until"
      a.count, a.first = count, a.since and a.since // 1000
      if a.since then
        a.last = math.min(a.first + count * a.timeframe_s, a.now // 1000)
        if a.timeframe_s > 86400 then a.count = math.min(count * (a.timeframe_s // 86400), max) end      -- counted in days then
      end
      if last then a.last = tonumber(last) // 1000 end
      local path = (of_index or price == "index") and "/indexes/" .. a.market.baseId .. "/candles" or market_path(a, "/candles")
      return {
        get = path, send = "resolution={timeframe} limit={count} start_time={first} end_time={last}",
        read = candles { at = "result", columns = "time open high low close volume" },
      }
    end,
  }
end

local conditional = { stop = true, trailingStop = true, takeProfit = true }
local function waits(a)
  local kind, stop = a:take "type", a:take "stop"
  return stop == true or conditional[kind]
end

local function fills(order_id)
  return {
    run = function(a)
      to_now(a)
      return {
        get = "/fills", send = "market={id} start_time={since|s} end_time={last} limit={limit} " .. (order_id or ""), read = some_trades,
      }
    end,
  }
end

local function transfers_of(path, kind)
  return { get = "/wallet/" .. path, read = transactions(transaction_fields(kind)) }
end

local function number(a, x) return x and raw_number(a:to_price(x)) end

return with(dialect "ftx_margin", {
  hosts = { api = "https://ftx.com/api" },
  rate = { interval_ms = 28.57, burst = 20 },
  fees = { taker = 0.0007, maker = 0.0002 },
  renames = { BCC = "BCH", BCHABC = "BCH", AMC = "AMC Entertainment Holdings", STARS = "StarLaunch" },
  encode = "json_always",
  timeframes = "15s=15 1m=60 5m=300 15m=900 1h=3600 4h=14400 1d=86400 3d=259200 1w=604800 2w=1209600 1M=2592000",

  sign = function(req, key)
    local sent = req.json or req.query
    local account = sent.subaccount or sent["FTX-SUBACCOUNT"]
    sent.subaccount, sent["FTX-SUBACCOUNT"] = nil, nil
    req.headers["FTX-KEY"] = key.apiKey
    req.headers["FTX-TS"] = key.time
    req.headers["FTX-SIGN"] = hex(hmac("sha256", key.secret, key.time .. req.method .. req.target .. req.body))
    req.headers["FTX-SUBACCOUNT"] = account
  end,

  failed = function(reply)
    if not reply.success then return reply.error or "no success" end
  end,
  errors = by_class {
    CancelPending = { "Order already queued for cancellation" }, DuplicateOrderId = { "Duplicate client order ID" },
    ExchangeNotAvailable = { "Internal Error" }, InsufficientFunds = { "Not enough balances", "Account does not have enough balances" },
    InvalidOrder = {
      "Size too small for provide", "InvalidPrice", "Size too small", "Size too large", "Invalid price", "Missing parameter price",
      "Order already closed", "Trigger price too high", "Trigger price too low", "Spot orders cannot be reduce-only",
      "Invalid reduce-only order",
    },
    OrderNotFound = { "Order not found" }, RateLimitExceeded = { "Slow down" },
    PermissionDenied = { "Not authorized for subaccount-specific access", "Not approved to trade this product" },
  },
  broad = {
    { "Not logged in", "AuthenticationError" }, { "Account does not have enough margin for order", "InsufficientFunds" },
    { "Invalid parameter", "BadRequest" }, { "The requested URL was not found on the server", "BadRequest" }, { "No such coin", "BadRequest" },
    { "No such subaccount", "AuthenticationError" }, { "No such future", "BadSymbol" }, { "No such market", "BadSymbol" },
    { "Do not send more than", "RateLimitExceeded" }, { "Cannot send more than", "RateLimitExceeded" },
    { "An unexpected error occurred", "ExchangeNotAvailable" }, { "Please retry request", "ExchangeNotAvailable" },
    { "Please try again", "ExchangeNotAvailable" }, { "Try again", "ExchangeNotAvailable" },
    { "Only have permissions for subaccount", "PermissionDenied" },
  },

  -- Market data

  fetch_currencies = { get = "/coins", read = currencies { at = "result", id = "id", name = "name" } },
  fetch_markets = {
    run = function(a)
      local list = ask { get = "/markets", params = true }
      a.futures = {}
      for _, o in ipairs(ask({ get = "/futures" }).result) do
        if o.name then a.futures[o.name] = o end
      end
      return instruments(list, a)
    end,
  },
  fetch_ticker = { run = function(a) return { get = market_path(a), read = ticker(with(ticker_fields, { at = "result" })) } end },
  fetch_tickers = { get = "/markets", read = tickers(with(ticker_fields, { at = "result", market = "name" })) },
  fetch_order_book = { run = function(a) return { get = market_path(a, "/orderbook"), send = "depth={limit}", read = book { at = "result" } } end },
  fetch_trades = {
    run = function(a)
      to_now(a)
      return { get = market_path(a, "/trades"), send = "start_time={since|s} end_time={last} limit={limit}", read = some_trades }
    end,
  },
  fetch_ohlcv = candle_rows(),
  fetch_index_ohlcv = candle_rows(true),
  fetch_funding_rate = {
    run = function(a)
      return {
        get = "/futures/" .. a.id .. "/stats",
        read = funding_rate {
          at = "result", fundingRate = "nextFundingRate", fundingTimestamp = "nextFundingTime|iso", interestRate = 0,
          estimatedSettlePrice = "predictedExpirationPrice",
        },
      }
    end,
  },
  fetch_funding_rate_history = {
    run = function(a)
      a.last = a:take "until" or a:take "till"
      return {
        get = "/funding_rates", send = "future={id} start_time={since|s} end_time={last|s}",
        read = function(reply)
          local symbols = {}
          for _, symbol in ipairs(a.all_symbols) do symbols[a:market_of(symbol).id] = symbol end
          return in_time(a, reply.result, "time", function(row)
            return { symbol = symbols[row.future or ""] or row.future, fundingRate = tonumber(row.rate) }
          end)
        end,
      }
    end,
  },
  fetch_open_interest = {
    needs = "symbol",
    run = function(a)
      if not a.market.contract then fail("BadRequest", "only contracts have open interest") end
      return {
        get = "/futures/" .. a.id .. "/stats",
        read = function(reply)
          return { symbol = a.symbol, openInterestAmount = tonumber(reply.result.openInterest), info = reply.result }
        end,
      }
    end,
  },

  -- Account

  fetch_trading_fee = {
    get = "/account", read = trading_fee { at = "result", maker = "makerFee", taker = "takerFee", percentage = true, tierBased = true },
  },
  fetch_trading_fees = {
    get = "/account",
    read = function(reply, a)   -- one rate for all
      local told = reply.result
      local fee = { maker = told.makerFee, taker = told.takerFee, percentage = true, tierBased = true, info = told }
      local out = {}
      for _, symbol in ipairs(a.all_symbols) do out[symbol] = fee end
      return out
    end,
  },
  fetch_balance = {
    get = "/wallet/balances", read = balance { at = "result", currency = "coin|code", free = "availableWithoutBorrow,free", total = "total" },
  },
  fetch_order = {
    run = function(a)
      a.client = a:take "clientOrderId" or a:take "client_order_id"
      return { get = a.client and "/orders/by_client_id/{client}" or "/orders/{order_id}", read = one_order }
    end,
  },
  fetch_orders = {
    run = function(a)
      return {
        get = waits(a) and "/conditional_orders/history" or "/orders/history", send = "market={id} limit={limit} start_time={since|s}",
        read = a.symbol and asked_orders or all_orders,
      }
    end,
  },
  fetch_open_orders = {
    run = function(a)
      return { get = waits(a) and "/conditional_orders" or "/orders", send = "market={id}", read = a.symbol and asked_orders or all_orders }
    end,
  },
  fetch_my_trades = fills(),
  fetch_order_trades = fills "orderId={order_id}",
  fetch_positions = { get = "/positions", send = "showAvgPrice={true}", read = some_positions },
  fetch_funding_history = {
    run = function(a)
      to_now(a)
      return {
        get = "/funding_payments", send = "future={id} start_time={since|s} end_time={last}",
        read = function(reply)
          return in_time(a, reply.result, "time", function(row)
            return { symbol = a.symbol or row.future, code = "USD", id = row.id, amount = tonumber(row.payment), rate = tonumber(row.rate) }
          end)
        end,
      }
    end,
  },

  -- Orders

  create_order = {
    run = function(a)
      local r = ordered { { "market", a.id }, { "side", a.side }, { "size", raw_number(a.amount) } }
      r.reduceOnly = a:take "reduceOnly" == true or nil
      r.clientId = a:take "clientId" or a:take "clientOrderId"
      local trigger, loss, profit = a:take "triggerPrice" or a:take "stopPrice", a:take "stopLossPrice", a:take "takeProfitPrice"
      local kind = (a.type == "takeProfit" or a.type == "stop") and a.type or not trigger and (profit and "takeProfit" or loss and "stop") or nil
      trigger = trigger or profit or loss
      if kind or trigger then
        if not trigger then fail("ArgumentsRequired", "params.triggerPrice is missing") end
        r.type = kind
        r.triggerPrice = number(a, trigger)
        r.orderPrice = a.price and raw_number(a.price)
        return { post = "/conditional_orders", send = r, read = asked_order }
      end
      r.type = a.type
      if a.type == "trailingStop" then      -- below 0 for sales
        local value = a:take "trailValue" or a.asked_price
        if not value then fail("ArgumentsRequired", "params.trailValue is missing") end
        r.trailValue = number(a, value)
        return { post = "/conditional_orders", send = r, read = asked_order }
      end
      if a.type ~= "limit" and a.type ~= "market" then fail("InvalidOrder", "no orders of type '" .. a.type .. "' here") end
      r.price = a.type == "limit" and raw_number(a.price) or null
      local tif, post = a:take "timeInForce", a:take "postOnly"
      if tif ~= nil and tif ~= "IOC" and tif ~= "PO" then fail("InvalidOrder", "the time in force is IOC or PO") end
      post = post or tif == "PO"
      if post and (a.type == "market" or tif == "IOC") then cannot_rest() end
      r.postOnly = post or nil
      r.ioc = tif == "IOC" or nil
      return { post = "/orders", send = r, read = asked_order }
    end,
  },
  edit_order = {
    run = function(a)
      local client = a:take "clientOrderId" or a:take "client_order_id"
      local trigger, price, trail = a:take "triggerPrice", a:take "orderPrice", a:take "trailValue"
      local path, r = nil, ordered()
      if trigger or price or trail then
        path = "/conditional_orders/{order_id}/modify"
        r.triggerPrice = number(a, trigger)
        r.orderPrice = number(a, price)
        r.trailValue = number(a, trail)
      else
        a.client = client
        path = client and "/orders/by_client_id/{client}/modify" or "/orders/{order_id}/modify"
        r.price = a.price and raw_number(a.price)
      end
      r.size = a.amount and raw_number(a.amount)
      return { post = path, send = r, read = asked_order }
    end,
  },
  cancel_order = {
    run = function(a)
      local stop = waits(a)
      a.client = a:take "clientOrderId" or a:take "client_order_id"
      return {
        delete = a.client and "/orders/by_client_id/{client}" or stop and "/conditional_orders/{order_id}" or "/orders/{order_id}",
        read = function(reply) return { id = not a.client and a.order_id or nil, clientOrderId = a.client, info = reply } end,
      }
    end,
  },
  cancel_orders = {
    needs = "ids",
    run = function(a)
      local clients = a:take "clientOrderIds"
      return {
        delete = clients and "/bulk_orders_by_client_id" or "/bulk_orders",
        send = clients and { clientOrderIds = clients } or { orderIds = list(a.ids) },
        read = function() return {} end,
      }
    end,
  },
  cancel_all_orders = { delete = "/orders", send = "market={id}", read = function() return {} end },
  set_leverage = {              -- of the account
    run = function(a)
      if decimal.cmp(a.leverage, 1) < 0 or decimal.cmp(a.leverage, 20) > 0 then fail("BadRequest", "leverage is from 1 to 20") end
      return { post = "/account/leverage", send = "leverage={leverage|number}", read = function(reply) return reply end }
    end,
  },

  -- Money in and out

  fetch_deposits = transfers_of("deposits", "=deposit"),
  fetch_withdrawals = transfers_of("withdrawals", "=withdrawal"),
  fetch_deposit_address = {
    get = "/wallet/deposit_address/{currency_id}",
    send = function(a)
      local network = a:take "network"
      return ordered { { "method", network and (networks[network:upper()] or network:upper()) } }
    end,
    read = address { at = "result", address = "address", tag = "tag", network = with({ "method" }, with(network_names, { default = "." })) },
  },
  withdraw = {
    cost = 90, post = "/wallet/withdrawals",
    send = function(a)
      local network = a:take "network"
      return ordered {
        { "coin", a.currency_id }, { "size", raw_number(a.amount) }, { "address", a.address }, { "tag", a.tag },
        { "method", network and (networks[network:upper()] or network:upper()) },
      }
    end,
    read = transaction(transaction_fields(nil)),
  },
  transfer = {                  -- between subaccounts
    post = "/subaccounts/transfer",
    send = function(a)
      return ordered {
        { "coin", a.currency_id }, { "source", a.from_account }, { "destination", a.to_account }, { "size", raw_number(a.amount) },
      }
    end,
    read = transfer {
      at = "result", id = "id", datetime = "time", currency = "coin|code", amount = "size", status = "status",
      fromAccount = party "^Transfer from (.-) to ", toAccount = party " to (.*)$",
    },
  },
})
