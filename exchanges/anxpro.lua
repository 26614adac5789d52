-- ANXPro. API: https://anxv2.docs.apiary.io, https://anxv3.docs.apiary.io
-- Version 2 is forms, with a nonce in ms, version 3 JSON, with a tonce in us; both sign the path, a zero byte and the body. Amounts and prices
-- to version 2 are whole numbers of the smallest unit. Failures are {result, error}, {resultCode} or {status} in a 200 reply. Open orders of
-- all markets are told, whichever is asked for; public trades are not told at all.

local refusals = by_class {
  InsufficientFunds = { "Insufficient Funds" }, BadRequest = { "The currency pair is not supported" },
  InvalidOrder = {
    "Trade value too small", "Order amount is too low", "Order amount is too high", "order rate is too low", "order rate is too high",
    "Too many open orders",
  },
  ExchangeError = { "Unexpected error", "Unknown server error, please contact support." },
  ExchangeNotAvailable = { "Order Engine is offline", "Not available" },
  OrderNotFound = { "No executed order with that identifer found" },      -- spelt so
}

-- 1.5 with two decimals -> 150
local function units(x, places)
  if not places then fail("ExchangeError", "the market list tells no decimals") end
  return decimal.round(decimal.mul(x, ("1e%d"):format(places)), 0, "places", "cut")
end

-- A field of the currency that a market names.
local function of_coin(name, field)
  return function(o, a)
    local coin = a.coins[o[name] or ""]
    return coin and coin[field]
  end
end
local function on(...)
  local names = { ... }
  return function(o)
    for _, name in ipairs(names) do
      if not o.engineSettings or o.engineSettings[name] ~= true then return false end
    end
    return true
  end
end
local market_list = markets {
  at = "currencyStatic.currencyPairs", id = "@key", baseId = "tradedCcy", quoteId = "settlementCcy", active = on("displayEnabled", "tradingEnabled"),
  precision = { price = "priceDecimals", amount = of_coin("tradedCcy", "decimals") },
  limits = {
    price = { min = "minOrderRate", max = "maxOrderRate" },
    amount = { min = of_coin("tradedCcy", "minOrderSize"), max = of_coin("tradedCcy", "maxOrderSize") },
    cost = { min = of_coin("settlementCcy", "minOrderValue"), max = of_coin("settlementCcy", "maxOrderValue") },
  },
}

-- "address?dt=tag", or behind "Deposit to: "
local function destination(o)
  local text = o.coinAddress
  if not text and o.transactionType == "DEPOSIT" then text = (o.displayDescription or ""):match "^Deposit to: (.+)$" end
  if not text then return nil end
  local address, tag = text:match "^(.-)%?dt=(.*)$"
  return address or text, tag
end
-- What left the account is told with its fee, and below zero.
local function net_amount(o)
  local amount = o.amount and (o.transactionType == "WITHDRAWAL" and decimal.neg(o.amount) or o.amount)
  return amount and o.fee and decimal.sub(amount, o.fee) or amount
end

return {
  hosts = { api = "https://anxpro.com/api/2", v3 = "https://anxpro.com/api/3" },
  rate = { interval_ms = 1500, burst = 5 },
  precision = "places",
  fees = { taker = 0.002, maker = 0.001, tierBased = false, percentage = true },
  renames = old_codes,
  options = { fetchMyTradesMethod = "private_post_money_trade_list" },       -- or "v3private_post_trade_list", which tells no sides

  failed = function(reply)
    local result, code, state, message = reply.result, reply.resultCode, reply.status, reply.error
    if (result == nil or result == "success") and (code == nil or code == "OK") and state == nil then return nil end
    for _, cause in ipairs { code or "", message or "", state or "" } do
      if refusals[cause] then return cause, message end
    end
    return message or code or state or result, message
  end,
  errors = refusals,
  http = { [403] = "AuthenticationError" },

  sign = function(req, key, a)
    local path = req.path:gsub("^/api/2/", "")
    if req.section == "v3" then
      path = req.path:sub(2)
      req.json = first(req.json, "tonce", a.now * 1000)
    else
      req.form = first(req.form, "nonce", key.nonce)
    end
    req.headers["Rest-Key"] = key.apiKey
    req.headers["Rest-Sign"] = base64(hmac("sha512", unbase64(key.secret), path .. "\0" .. req.body))
  end,

  -- Market data

  fetch_markets = {
    get = "/currencyStatic", host = "v3",
    read = function(reply, a)
      a.coins = reply.currencyStatic.currencies
      return market_list(reply, a)
    end,
  },
  fetch_currencies = {
    get = "/currencyStatic", host = "v3",
    read = currencies {
      at = "currencyStatic.currencies", id = "@key", name = "@key|code", type = "type|lower", precision = "decimals", fee = "networkFee",
      active = on("depositsEnabled", "withdrawalsEnabled", "displayEnabled"),
      limits = { amount = { min = "minOrderSize", max = "maxOrderSize" }, cost = { min = "minOrderValue", max = "maxOrderValue" } },
    },
  },
  fetch_ticker = {
    get = "/{id}/money/ticker",
    read = ticker {
      at = "data", timestamp = "dataUpdateTime|us", bid = "buy.value", ask = "sell.value", last = "last.value", high = "high.value", low = "low.value",
      average = "avg.value", baseVolume = "vol.value",
    },
  },
  fetch_order_book = {
    get = "/{id}/money/depth/full",
    read = book { bids = "data.bids", asks = "data.asks", level = { "price", "amount" }, timestamp = "data.dataUpdateTime|us" },
  },

  -- Account and orders

  fetch_balance = {
    post = "/money/info",
    read = balance { at = "data.Wallets", currency = "@key|code", free = "Available_Balance.value", total = "Balance.value" },
  },
  fetch_my_trades = {
    run = function(a)
      local v3 = a.options.fetchMyTradesMethod:find "^v3"
      return {
        post = v3 and "/trade/list" or "/money/trade/list", host = v3 and "v3" or "api", encode = v3 and "json" or "form", send = "max={limit}",
        read = trades {
          at = "trades,data", id = "tradeId", order = "orderId", market = "ccyPair", timestamp = "timestamp", side = "side|lower", price = "price",
          amount = "tradedCurrencyFillAmount", cost = "settlementCurrencyFillAmount",
          where = function(o) return not a.id or (o.ccyPair or a.id) == a.id end,
        },
      }
    end,
  },
  fetch_open_orders = {
    post = "/{id}/money/orders", needs = "symbol",
    read = orders {
      at = "data", where = function(o, a) return o.item == a.base_id and o.currency == a.quote_id end, id = "oid", timestamp = "date", type = "=limit",
      side = { "type", bid = "buy", offer = "sell", default = "." }, price = "price.value", amount = "amount.value",
      remaining = "effective_amount.value", status = "status",
    },
  },
  create_order = {
    run = function(a)
      a.as_sent, a.amount_int = a.side == "buy" and "bid" or "ask", units(a.amount, a.market.precision.amount)
      if a.type == "limit" then
        a.price_int = units(a.price, a.market.precision.price)
      end
      return {
        post = "/{id}/money/order/add", send = "amount_int={amount_int} price_int={price_int} type={as_sent}", read = order { id = "data" },
      }
    end,
  },
  cancel_order = { post = "/{id}/money/order/cancel", needs = "symbol", send = "oid={order_id}", read = order { id = "data.oid" } },

  -- Money in and out

  fetch_deposit_address = { post = "/money/{currency_id}/address", read = address { at = "data", address = "addr" } },
  fetch_transactions = {
    post = "/transaction/list", host = "v3", encode = "json", send = "from={since} max={limit} ccy={currency_id}",
    read = transactions {
      at = "transactions?", where = function(o) return o.transactionType == "DEPOSIT" or o.transactionType == "WITHDRAWAL" end,
      id = "uuid", txid = "coinTransactionId", type = "transactionType|lower", timestamp = "received", updated = "processed", currency = "ccy|code",
      amount = net_amount, address = function(o) return (destination(o)) end, tag = function(o) return select(2, destination(o)) end,
      status = words("transactionState", { ok = "PROCESSED", canceled = "REVERSED CANCELLED_INSUFFICIENT_FUNDS CANCELLED_LIMIT_BREACH" }),
      fee = { cost = "fee", currency = "ccy|code" },
    },
  },
  withdraw = {          -- some coins have eight decimals, everything else two
    post = "/money/{currency_id}/send_simple",
    send = function(a)
      local eight = { BTC = true, LTC = true, STR = true, XRP = true, DOGE = true }
      return ordered { { "amount_int", units(a.amount, eight[a.code] and 8 or 2) }, { "address", a.address }, { "destinationTag", a.tag } }
    end,
    read = transaction { id = "data.transactionId" },
  },
}
