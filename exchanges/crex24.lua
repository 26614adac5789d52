-- CREX24 (closed in 2022). API 2: https://docs.crex24.com/trade-api/v2
-- Signed is the target of the request, the nonce and the body, with the secret as base64 of the key. A failure is its HTTP status, with
-- {errorDescription} for what went wrong. Times are ISO 8601; as arguments they have no zone.

-- Only errorDescription tells what failed: other fields of a reply may hold any text.
local failures = {
  { "Failed to verify request signature.", "AuthenticationError" }, { "API Key", "AuthenticationError" },
  { "Nonce error. Make sure", "InvalidNonce" }, { "Market orders are not supported by the instrument currently.", "InvalidOrder" },
  { "Parameter 'instrument' contains invalid value.", "BadSymbol" }, { "has been delisted.", "BadSymbol" },
  { "is currently suspended.", "BadSymbol" }, { "Insufficient funds", "InsufficientFunds" }, { "can not trade", "AccountSuspended" },
  { "Trading has been disabled for the account", "AccountSuspended" }, { "try again later", "ExchangeNotAvailable" },
}
local by_status = {
  [400] = "BadRequest", [401] = "AuthenticationError", [403] = "AuthenticationError", [429] = "DDoSProtection", [503] = "ExchangeNotAvailable",
  [504] = "RequestTimeout",
}

local renames = {
  ACM = "Actinium", BCC = "BCH", BCHABC = "BCH", BIT = "BitMoney", BULL = "BuySell", CLC = "CaluraCoin", CREDIT = "TerraCredit", DMS = "Documentchain",
  EGG = "NestEGG Coin", EPS = "Epanus", FUND = "FUNDChains", GHOST = "GHOSTPRISM", GM = "GM Holding", GMT = "GMT Token", GTC = "GastroCoin",
  IQ = "IQ.Cash", ONE = "One Hundred Coin", PUT = "PutinCoin", SBTC = "SBTCT", SPH = "SapphireCoin", SUPER = "SuperCoin", UNI = "Universe",
  YOYO = "YOYOW",
}

-- Symbol of an instrument that is not in the list (any more).
local function symbol_of(id)
  local base, quote = id:match "^(.+)%-(.+)$"
  return base and (renames[base] or base) .. "/" .. (renames[quote] or quote)
end
local function told_symbol(o, _, market)
  return o.instrument and (not market or market.id ~= o.instrument) and symbol_of(o.instrument) or nil
end

local ticker_fields = {
  market = "instrument", timestamp = "timestamp|iso", high = "high", low = "low", bid = "bid", ask = "ask", last = "last",
  percentage = "percentChange", baseVolume = "baseVolume", quoteVolume = "quoteVolume",
}

local trade_list = trades {
  id = "id", order = "orderId", market = "instrument", timestamp = "timestamp|iso", side = "side", price = "price", amount = "volume",
  fee = { cost = "fee", currency = "feeCurrency|code" },
}

-- An order found by its id may be of another market than was asked about.
local order_fields = {
  id = "id", symbol = told_symbol, market = "instrument", timestamp = "timestamp|iso", lastTradeTimestamp = "lastUpdate|iso", type = "type", side = "side",
  timeInForce = "timeInForce", price = "price", triggerPrice = "stopPrice", amount = "volume", remaining = "remainingVolume",
  status = words("status", { open = "submitting unfilledActive partiallyFilledActive", canceled = "partiallyFilledCancelled unfilledCancelled" }),
}
local one_order, order_list, first_order = order(order_fields), orders(order_fields), order(with(order_fields, { at = "1" }))
local cancelled_fields = with(order_fields, { id = "id,." })       -- cancelling answers with bare ids
local cancelled = orders(cancelled_fields)
local function history(send)
  return { get = "/v2/trading/orderHistory", send = send .. " till={until|iso_s|before:Z}", read = order_list }
end

local transaction_fields = {
  id = "id", txid = "txId", timestamp = "createdAt|iso", updated = "processedAt|iso", currency = "currency|code", type = "type", amount = "amount",
  address = "address", tag = "paymentId", status = "status", fee = { cost = "fee", currency = "currency|code" },
}
local function transfers_of(type)
  return {
    get = "/v2/account/moneyTransfers", read = transactions(transaction_fields),
    send = "currency={currency_id} from={since|iso_s|before:Z} till={until|iso_s|before:Z}" .. (type and " type=" .. type or ""),
  }
end

local function numbers(ids)
  local out = list {}
  for i, id in ipairs(ids) do out[i] = math.tointeger(tonumber(id)) or fail("BadRequest", "no order id: " .. tostring(id)) end
  return out
end

local networks = { ETH = "ERC20", TRX = "TRC20", BSC = "BEP20" }

local function new_order(a)
  local trigger, stop = a:take "triggerPrice", a:take "stopPrice"
  trigger = trigger or stop
  local type = trigger and a.type == "limit" and "stopLimit" or a.type
  if type ~= "market" and not a.price then fail("InvalidOrder", "a limit order needs a price") end
  if type == "stopLimit" and not trigger then fail("InvalidOrder", "a stop order needs params.triggerPrice") end
  return {
    post = "/v2/trading/placeOrder", read = one_order,
    send = ordered {
      { "instrument", a.id }, { "volume", a.amount }, { "type", type }, { "side", a.side }, { "price", type ~= "market" and a.price or nil },
      { "stopPrice", trigger and a:to_price(trigger) },
    },
  }
end

local function cancel(ids)
  return { post = "/v2/trading/cancelOrdersById", send = { ids = numbers(ids) } }
end

return {
  hosts = { api = "https://api.crex24.com" },
  rate = { interval_ms = 500, burst = 5 },
  fees = { taker = 0.001, maker = -0.0001 },
  renames = renames, symbol_of = symbol_of,
  encode = "json_always",
  timeframes = "1m 3m 5m 15m 30m 1h 4h 1d 1w 1M=1mo",

  failed = function(reply, status)
    if status < 400 then return nil end
    local text = reply.errorDescription
    local class
    for _, row in ipairs(failures) do
      if text and text:find(row[1], 1, true) then class = row[2] break end
    end
    return text or "error", text, class or by_status[status] or "ExchangeError"
  end,

  sign = function(req, key)
    local nonce = key.nonce
    req.headers["X-CREX24-API-KEY"] = key.apiKey
    req.headers["X-CREX24-API-NONCE"] = nonce
    req.headers["X-CREX24-API-SIGN"] = base64(hmac("sha512", unbase64(key.secret), req.target .. nonce .. req.body))
  end,

  fetch_markets = {
    run = function()
      local list = ask {
        get = "/v2/public/instruments",
        read = markets {
          id = "symbol", baseId = "baseCurrency", quoteId = "quoteCurrency", active = "state|eq:active", schedule = "feeSchedule",
          precision = { amount = "volumeIncrement", price = "tickSize" },
          limits = {
            amount = { min = "minVolume", max = "maxVolume" }, price = { min = "minPrice", max = "maxPrice" },
            cost = { min = "minQuoteVolume", max = "maxQuoteVolume" },
          },
        },
      }
      local lowest = {}           -- by schedule, the rates of a beginner
      for _, s in ipairs(ask { get = "/v2/public/tradingFeeSchedules" }) do
        for _, rates in ipairs(s.feeRates or {}) do
          if tonumber(rates.volumeThreshold) == 0 then lowest[s.name] = rates end
        end
      end
      for _, m in pairs(list) do
        local rates = lowest[m.info.feeSchedule]
        if rates then m.maker, m.taker = rates.maker, rates.taker end
      end
      return list
    end,
  },
  fetch_currencies = {
    get = "/v2/public/currencies",
    read = currencies {
      id = "symbol", name = "name", type = { "isFiat", ["true"] = "fiat", default = "crypto" }, deposit = "depositsAllowed",
      withdraw = "withdrawalsAllowed", fee = "flatWithdrawalFee", precision = "withdrawalPrecision|tick",
      active = function(o) return o.depositsAllowed == true and o.withdrawalsAllowed == true and o.isDelisted ~= true end,
      limits = {
        amount = { min = "withdrawalPrecision|tick" }, deposit = { min = "minDeposit" }, withdraw = { min = "minWithdrawal", max = "maxWithdrawal" },
      },
    },
  },
  fetch_ticker = { get = "/v2/public/tickers", send = "instrument={id}", read = ticker(with(ticker_fields, { at = "1" })) },
  fetch_tickers = {
    get = "/v2/public/tickers", read = tickers(ticker_fields),
    send = function(a) return { instrument = a.ids and table.concat(a.ids, ",") } end,
  },
  fetch_order_book = {
    get = "/v2/public/orderBook", send = "instrument={id} limit={limit}",
    read = book { bids = "buyLevels", asks = "sellLevels", level = { "price", "volume" } },
  },
  fetch_trades = { get = "/v2/public/recentTrades", send = "instrument={id} limit={limit}", read = trade_list },
  fetch_ohlcv = {
    get = "/v2/public/ohlcv", send = "granularity={timeframe} instrument={id} limit={limit}",
    read = candles { columns = "timestamp|iso open high low close volume" },
  },
  fetch_transaction_fees = {        -- the fee of a withdrawal may be paid in any of some currencies
    get = "/v2/public/currenciesWithdrawalFees", right = "public", kind = "raw",
    read = function(reply, a)
      local out = {}
      for _, row in ipairs(reply) do
        local fees = {}
        for _, fee in ipairs(row.fees or {}) do fees[a:code_of(fee.feeCurrency)] = tonumber(fee.amount) end
        out[a:code_of(row.currency)] = fees
      end
      return { withdraw = out, deposit = {}, info = reply }
    end,
  },

  fetch_balance = { get = "/v2/account/balance", read = balance { currency = "currency|code", free = "available", used = "reserved" } },
  fetch_trading_fees = {            -- told by schedule; a market says which is its own
    get = "/v2/trading/tradingFee",
    read = function(reply, a)
      local rates, out = {}, {}
      for _, row in ipairs(reply.feeRates or {}) do rates[row.schedule] = row end
      for _, symbol in ipairs(a.all_symbols) do
        local m = a:market_of(symbol)
        local own = rates[m.info and m.info.feeSchedule or "OriginalSchedule"] or {}
        out[symbol] = { symbol = symbol, maker = tonumber(own.maker), taker = tonumber(own.taker), percentage = true, tierBased = true, info = reply }
      end
      return out
    end,
  },
  fetch_order = {
    get = "/v2/trading/orderStatus", send = "id={order_id}",
    read = function(reply, a) return #reply > 0 and first_order(reply, a) or fail("OrderNotFound", "no order " .. a.order_id) end,
  },
  fetch_orders = history "from={since|iso_s|before:Z} limit={limit} instrument={id}",
  fetch_closed_orders = history "instrument={id} from={since|iso_s|before:Z} limit={limit}",
  fetch_open_orders = { get = "/v2/trading/activeOrders", send = "instrument={id}", read = order_list },
  fetch_order_trades = { get = "/v2/trading/orderTrades", send = "id={order_id}", read = trade_list },
  fetch_my_trades = {
    get = "/v2/trading/tradeHistory", send = "instrument={id} from={since|iso_s|before:Z} limit={limit} till={until|iso_s|before:Z}", read = trade_list,
  },
  create_order = { run = new_order },
  edit_order = {                    -- modifyOrder keeps the side; here everything may change
    run = function(a)
      ask(cancel { a.order_id })
      return new_order(a)
    end,
  },
  cancel_order = { run = function(a) return with(cancel { a.order_id }, { read = order(with(cancelled_fields, { at = "1" })) }) end },
  cancel_orders = { needs = "ids", run = function(a) return with(cancel(a.ids), { read = cancelled }) end },
  cancel_all_orders = {
    run = function(a)
      if not a.symbol then return { post = "/v2/trading/cancelAllOrders", read = cancelled } end
      return {
        post = "/v2/trading/cancelOrdersByInstrument", read = cancelled, send = { instruments = list { a.id } },
      }
    end,
  },

  fetch_deposit_address = {
    get = "/v2/account/depositAddress", send = "currency={currency_id}", read = address { address = "address", tag = "paymentId" },
  },
  fetch_transactions = transfers_of(),
  fetch_deposits = transfers_of "deposit",
  fetch_withdrawals = transfers_of "withdrawal",
  withdraw = {
    post = "/v2/account/withdraw", read = transaction(transaction_fields),
    send = function(a)
      local network = a:take "network"
      network = network and network:upper()
      return ordered {
        { "currency", a.currency_id }, { "address", a.address }, { "amount", raw_number(a.amount) }, { "feeCurrency", a.currency_id },
        { "paymentId", a.tag }, { "transport", networks[network] or network },
      }
    end,
  },
}
