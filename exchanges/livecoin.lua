-- LiveCoin. API: https://www.livecoin.net/api?lang=en
-- Failures are {errorCode, errorMessage} with an HTTP status that says so, or {success: false, message or exception} in a 200 reply, where
-- only the text tells the cause. Parameters travel, and are signed, in alphabetical order.

local function refused(reply, status)
  if status >= 300 then return reply.errorCode or "not told", reply.errorMessage end
  if reply.success == false then return "refused", reply.message or reply.exception end
end

local ticker_fields = {
  market = "symbol", timestamp = "={now}", high = "high", low = "low", bid = "best_bid", ask = "best_ask", last = "last",
  vwap = "vwap", baseVolume = "volume", quoteVolume = function(o) return o.volume and o.vwap and decimal.mul(o.volume, o.vwap) end,
}
local trade_fields = {
  id = "id", order = "clientorderid", market = "symbol", timestamp = "time|s,datetime|s", side = "type|lower", price = "price", amount = "quantity",
  fee = { cost = "commission", currency = "@quote" },
}

-- Times of orders are in ms, or ISO.
local function modified(o)
  local at = o.lastModificationTime
  return at and (at:find "T" and parse8601(at) or at)
end

local order_fields = {
  id = "id", market = "symbol,currencyPair", timestamp = modified, type = "type|lower|before:_", side = "type|lower|after:_", price = "price",
  amount = "quantity", remaining = "remaining_quantity,remainingQuantity",
  status = { "status,orderStatus", PARTIALLY_FILLED_AND_CANCELLED = "canceled", default = "." },
  fee = {
    rate = "commission_rate", currency = "@quote",
    cost = function(o)
      local left = o.remaining_quantity or o.remainingQuantity
      if not (o.commission_rate and o.quantity and left and o.price) then return nil end
      return decimal.mul(decimal.mul(decimal.sub(o.quantity, left), o.price), o.commission_rate)
    end,
  },
}
local order_list = orders(with(order_fields, { at = "data?" }))
local function own_orders(state)
  return { get = "/exchange/client_orders", send = "currencyPair={id} issuedFrom={since} endRow={limit|sub:1}" .. state, read = order_list }
end

local function transaction_list(fields)
  return transactions(with({
    id = "documentId", timestamp = "date", type = "type|lower", amount = "amount",
    currency = "fixedCurrency|code",
    fee = { cost = "fee", currency = "fixedCurrency|code" },
  }, fields))
end
-- Deposits are told when they are in the account.
local deposits = transaction_list { txid = "id", address = "externalKey", status = "=ok" }
local withdrawals = transaction_list { txid = "externalKey", address = "id" }

-- At most thirty days are told at once.
local function history(types, read)
  return {
    get = "/payment/history/transactions", read = read,
    send = function(a)
      return { types = types, ["end"] = a.now, start = a.since or a.now - 29 * 86400000, limit = a.limit }
    end,
  }
end

local money = { USD = "US Dollar", EUR = "Euro", RUR = "Russian ruble" }
local price_limits = { min = "0.00000001", max = "100000000" }

return {
  hosts = { api = "https://api.livecoin.net" },
  rate = { interval_ms = 1000, burst = 5 },
  precision = "places",
  fees = { taker = 0.0018, maker = 0.0018, tierBased = false, percentage = true },
  renames = with(old_codes, {
    XBT = "Bricktox", BTCH = "Bithash", CPC = "Capricoin", CPT = "Cryptos", EDR = "E-Dinar Coin", eETT = "EETT", FirstBlood = "1ST", FORTYTWO = "42",
    LEO = "LeoCoin", ORE = "Orectic", PLN = "Plutaneum", RUR = "RUB", SCT = "SpaceCoin", TPI = "ThaneCoin", WAX = "WAXP", wETT = "WETT",
  }),

  failed = refused,
  errors = by_class {
    ExchangeError = "1 32 100", AuthenticationError = "2 10 11 12 20 30 101 102", NotSupported = "31", InvalidOrder = "103 104 105",
    RateLimitExceeded = "429", ExchangeNotAvailable = "503",
  },
  broad = {
    { "insufficient funds", "InsufficientFunds" }, { "NOT FOUND", "OrderNotFound" }, { "Cannot find order", "OrderNotFound" },
    { "Minimal amount is", "InvalidOrder" },
  },

  sign = function(req, key)
    req.query, req.form = sorted(req.query), req.form and sorted(req.form)
    req.headers["Api-Key"] = key.apiKey
    req.headers.Sign = upper(hex(hmac("sha256", key.secret, req.form and req.body or req.querystring)))
    req.headers["Content-Type"] = "application/x-www-form-urlencoded"
  end,

  fetch_markets = {             -- listed by their tickers; few have restrictions
    run = function()
      local listed, told, out = ask { get = "/exchange/ticker", params = true }, {}, {}
      for _, row in ipairs(ask { get = "/exchange/restrictions" }.restrictions) do told[row.currencyPair or ""] = row end
      for i, m in ipairs(listed) do
        local base, quote = m.symbol:match "^(.*)/(.*)$"
        local limits = told[m.symbol] or {}
        local places = math.tointeger(tonumber(limits.priceScale)) or 5
        out[i] = {
          id = m.symbol, baseId = base, quoteId = quote, active = true, precision = { amount = 8, price = places, cost = 8 }, info = m,
          limits = {
            amount = { min = limits.minLimitQuantity or "0.00000001", max = "100000000" },
            price = { min = ("1e-%d"):format(places), max = ("1e%d"):format(places) },
          },
        }
      end
      return out
    end,
  },
  fetch_currencies = {          -- coins only: money is known by the documentation
    get = "/info/coinInfo",
    read = function(reply, a)
      local out = {}
      for _, c in ipairs(reply.info) do
        out[a:code_of(c.symbol)] = {
          id = c.symbol, name = c.name, active = c.walletStatus == "normal", fee = c.withdrawFee, precision = 8, info = c,
          limits = {
            amount = { min = c.minOrderAmount, max = "100000000" }, price = price_limits, cost = { min = c.minOrderAmount },
            withdraw = { min = c.minWithdrawAmount, max = "100000000" }, deposit = { min = c.minDepositAmount },
          },
        }
      end
      for id, name in pairs(money) do
        out[a:code_of(id)] = { id = id, name = name, active = true, precision = 8, limits = { price = price_limits } }
      end
      return out
    end,
  },
  fetch_ticker = { get = "/exchange/ticker", send = "currencyPair={id}", read = ticker(ticker_fields) },
  fetch_tickers = { get = "/exchange/ticker", read = tickers(ticker_fields) },
  fetch_order_book = {
    get = "/exchange/order_book", send = "currencyPair={id} groupByPrice=false depth={limit}",
    read = book { bids = "bids", asks = "asks", timestamp = "timestamp" },
  },
  fetch_trades = { get = "/exchange/last_trades", send = "currencyPair={id}", read = trades(trade_fields) },

  fetch_balance = {
    get = "/payment/balances",
    read = function(reply, a)
      local out, fields = { info = reply }, { total = "total", available = "free", trade = "used" }
      for _, row in ipairs(reply) do
        local field, code = fields[row.type], row.currency and a:code_of(row.currency)
        if field and code then
          out[code] = out[code] or {}
          out[code][field] = row.value
        end
      end
      return out
    end,
  },
  fetch_trading_fee = { get = "/exchange/commissionCommonInfo", read = trading_fee { maker = "commission", taker = "commission" } },
  fetch_trading_fees = {        -- one rate for all markets
    get = "/exchange/commissionCommonInfo",
    read = function(reply, a)
      local out = {}
      for _, symbol in ipairs(a.all_symbols) do out[symbol] = { maker = reply.commission, taker = reply.commission, info = reply } end
      return out
    end,
  },
  fetch_order = { get = "/exchange/order", send = "orderId={order_id}", read = order(order_fields) },
  fetch_orders = own_orders "",
  fetch_open_orders = own_orders " openClosed=OPEN",
  fetch_closed_orders = own_orders " openClosed=CLOSED",
  fetch_my_trades = { get = "/exchange/trades", send = "currencyPair={id} limit={limit}", read = trades(trade_fields) },
  create_order = {
    post = "/exchange/{side}{type}", send = "currencyPair={id} quantity={amount} price={limit_price}",
    read = order { id = "orderId", status = { "success", ["true"] = "open" } },
  },
  cancel_order = {
    post = "/exchange/cancellimit", needs = "symbol", send = "orderId={order_id} currencyPair={id}",
    failed = function(reply, status)
      local code, message = refused(reply, status)
      if code then return code, message end
      if not reply.cancelled then return "not cancelled", reply.message, "OrderNotFound" end
    end,
    read = order { symbol = false, status = "=canceled" },
  },

  fetch_deposit_address = {     -- "address::tag"
    get = "/payment/get/address", send = "currency={currency_id}",
    read = address {
      address = function(reply) return reply.wallet and reply.wallet:match "^[^:]*" end,
      tag = function(reply) return reply.wallet and reply.wallet:match "::(.*)$" end,
    },
  },
  fetch_deposits = history("DEPOSIT", deposits),
  fetch_withdrawals = history("WITHDRAWAL", withdrawals),
  withdraw = {                  -- a withdrawal that the balance does not cover, with its fee, is told by a reply of nulls
    post = "/payment/out/coin",
    send = function(a)
      return {
        currency = a.currency_id, amount = decimal.round(a.amount, 8, "places", "cut"), wallet = a.address .. (a.tag and "::" .. a.tag or ""),
      }
    end,
    failed = function(reply, status)
      local code, message = refused(reply, status)
      if code then return code, message end
      if not reply.id then return "not sent", "the balance does not cover the amount with its fee", "InsufficientFunds" end
    end,
    read = transaction { id = "id" },
  },
}
