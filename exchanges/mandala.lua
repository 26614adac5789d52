-- Mandala (closed). API 1.1: https://apidocs.mandalaex.com
-- Signed is the sorted query, or body as a query, with the time. Below /order the account's own secret signs; below /api a secret that is
-- the same for everyone, beside the access token of a login (credential `token`). Ids and paths have the quote first: BTC/USDT is
-- USDT_BTC. Orders are kept apart by side: params.side is "buy", "sell", or "all" where that makes sense.

local shared_secret = "03c06dd7-4982-441a-910d-5fd2cbb3f1c6"       -- published in the documentation

local function tick(digits) return digits and ("1e-%d"):format(digits) end

-- "-" in a path stands for the API key.
local function with_key(path, key)
  local before, after = path:match "^(/order/.*/)%-(/.*)$"
  if not before then return path end
  return before .. key.apiKey .. after
end

local function wanted_side(a) return (a:take "side" or "ALL"):upper() end

-- ---- reading ----

local ticker_fields = {
  market = "Pair,@key", high = "High_24hr", low = "Low_24hr", bid = "HeighestBid", ask = "LowestAsk", last = "Last", percentage = "PercentChange",
  baseVolume = "QuoteVolume", quoteVolume = "BaseVolume",
}

local function told_symbol(o, a)
  return o.trade and o.market and a:code_of(o.trade) .. "/" .. a:code_of(o.market)
end

local trade_fields = {
  id = "TradeID", order = "orderId", symbol = told_symbol, timestamp = "Date|iso,date|iso", side = "Type|lower,side|lower", price = "Rate,rate",
  amount = "Volume,volume", cost = "Total,amount", fee = { cost = "serviceCharge", currency = "market|code" },
}

local function filled(o)
  local amount, remaining = o.volume or o.Volume, o.pendingVolume or o.PendingVolume
  if not amount or not remaining then return nil end
  return decimal.cmp(amount, remaining) > 0 and decimal.sub(amount, remaining) or "0"
end

local function status(o)
  local done = o.orderStatus
  if done == nil then done = o.Status end
  if not done then return "open" end
  local amount, part = o.volume or o.Volume, filled(o)
  return amount and part and decimal.cmp(part, amount) < 0 and "canceled" or "closed"
end

local order_fields = {
  id = "orderId", symbol = told_symbol, timestamp = "placementDate|iso,date|iso", type = "=limit", price = "rate|nonzero,Price|nonzero",
  amount = "volume,Volume", remaining = "pendingVolume,PendingVolume", filled = filled, status = status,
  side = function(o, a) return o.side and o.side:lower() or a.wanted == "BUY" and "buy" or a.wanted == "SELL" and "sell" or nil end,
  lastTradeTimestamp = function(o)
    local part = filled(o)
    return part and part ~= "0" and o.completionDate and parse8601(o.completionDate) or nil
  end,
  fee = { cost = "serviceCharge", currency = "market|code" },
}

local order_list = orders(with(order_fields, {
  at = "data", cost = function(o) return o.amount and decimal.cmp(o.amount, "0") ~= 0 and o.amount or false end,
}))

local transaction_fields = {
  txid = "txnHash", timestamp = "withdrawalReqDate|iso,withdrawalConfirmDate|iso", updated = "withdrawalConfirmDate|iso", amount = "withdrawalAmount",
  currency = "withdrawalType|code", address = "withdrawalAddress",
  type = function(o) return o.withdrawalReqDate and "withdrawal" or "deposit" end,
  status = function(o) return o.withdrawalStatus == "Pending" and "pending" or o.withdrawalStatus or (not o.withdrawalReqDate and "ok") or nil end,
}
local function movements(path, at)
  return {
    post = path, read = transactions(with(transaction_fields, { at = at })),
    send = function(a) return { currency = a.code and a.currency_id or "ALL" } end,
  }
end

-- An address that needs a tag has it behind a colon.
local function address_of(text) return text and text:match "^[^:]*" end
local function tag_of(text) return text and text:match "^[^:]*:(.*)$" end
local new_address = {
  post = "/api/GenerateAddress", send = "currency={currency_id}",
  read = address {
    at = "data", address = function(o) return address_of(o.address) end, tag = function(o) return tag_of(o.address) end,
  },
}

return {
  hosts = { api = "https://zapi.mandalaex.com" },
  credentials = { "apiKey", "secret", "token" },
  rate = { interval_ms = 1500, burst = 5 },
  precision = "places",
  fees = { taker = 0.005, maker = 0.005 },
  renames = old_codes,
  timeframes = "1m=1 5m=5 1h=60 1d=1440",
  encode = "json",
  symbol_of = function(id) return (id:gsub("^(.-)_(.+)$", "%2/%1")) end,

  failed = function(reply)
    local state = reply.status or reply.Status
    if state and state ~= "Success" then return reply.message or reply.errorMessage or reply.Message or state end
  end,
  errors = by_class {
    InsufficientFunds = "Exception_Insufficient_Funds", AuthenticationError = "Exception_HMAC_Validation",
    BadRequest = {
      "Exception_TimeStamp", "Exception_General", "Must provide the orderID param.", "Invalid Type", "Exception_Invalid_CurrencyName",
      "Exception_BadRequest",
    },
    InvalidOrder = { "Invalid volume parameter.", "Invalid rate parameter.", "Invalid parameter 'side', must be 'BUY' or 'SELL'." },
    ExchangeError = { "Failure_General", "Invalid Market_Currency pair!" },
  },
  http = { [429] = "DDoSProtection" },
  broad = { { "Some error occurred, try again later.", "ExchangeNotAvailable" } },

  sign = function(req, key, a)
    local of_login = req.path:find("^/api/") ~= nil
    local sent = req.json or req.query
    if req.path == "/order/my-trade-history" then sent.apiKey = key.apiKey end
    sent.timestamp = a.now // 1000
    sent = sorted(sent)
    if req.json then
      req.json = sent
      req.headers.apiKey = key.apiKey
    else
      req.query = sent
    end
    req.path = with_key(req.path, key)
    req.headers.HMAC = upper(hex(hmac("sha512", of_login and shared_secret or key.secret, encode_query(sent))))
    if of_login then req.headers.Authorization = "bearer " .. key.token end
  end,

  -- Market data

  fetch_markets = {       -- steps are those of the two currencies
    run = function(a)
      local settings, out = {}, {}
      for _, c in ipairs(ask({ get = "/api/CurrencySettings", params = true }).data or {}) do
        if c.shortName then settings[c.shortName] = c end
      end
      for id, m in pairs(ask { get = "/market/get-market-summary" }.data) do
        local quote_id, base_id = id:match "^(.-)_(.+)$"
        local base, quote = settings[base_id] or {}, settings[quote_id] or {}
        local amount_digits, price_digits = base.decimalPrecision or "8", quote.decimalPrecision or "8"
        out[#out + 1] = {
          id = id, baseId = base_id, quoteId = quote_id, active = base.tradeEnabled ~= false and quote.tradeEnabled ~= false,
          precision = { amount = amount_digits, price = price_digits },
          limits = { amount = { min = tick(amount_digits) }, price = { min = tick(price_digits) } }, info = type(m) == "userdata" and m or nil,
        }
      end
      return out
    end,
  },
  fetch_currencies = {
    get = "/api/CurrencySettings",
    read = currencies {
      at = "data", id = "shortName", name = "fullName", precision = "decimalPrecision", deposit = "depositEnabled", withdraw = "withdrawalEnabled",
      active = function(o) return o.depositEnabled == true and o.withdrawalEnabled == true end,
      fee = "withdrawalServiceCharge|div:100",        -- a share of the amount
      limits = {
        amount = { min = "decimalPrecision|tick", max = function(o) return o.decimalPrecision and "1e" .. o.decimalPrecision end },
        price = { min = "decimalPrecision|tick", max = function(o) return o.decimalPrecision and "1e" .. o.decimalPrecision end },
        withdraw = { min = "minWithdrawalLimit", max = "maxWithdrawalLimit" },
      },
    },
  },
  fetch_ticker = { get = "/market/get-market-summary/{id}", read = ticker(with(ticker_fields, { at = "data", market = "Pair" })) },
  fetch_tickers = { get = "/market/get-market-summary", read = tickers(with(ticker_fields, { at = "data" })) },
  fetch_order_book = { get = "/market/depth", send = "symbol={id} limit={limit|default:10}", read = book { at = "data", timestamp = "lastUpdate" } },
  fetch_trades = { get = "/market/get-trade-history/{id}", read = trades(with(trade_fields, { at = "data" })) },
  fetch_ohlcv = {         -- told by where they end
    get = "/market/get-chart-data",
    send = function(a)
      local limit = a.limit or 100
      local stop = a.since and a.since + (limit + 1) * a.timeframe_s * 1000 or a.now
      return ordered {
        { "interval", a.timeframe }, { "baseCurrency", a.base_id }, { "quoteCurrency", a.quote_id }, { "limit", limit }, { "timestamp", stop },
      }
    end,
    read = candles { at = "data", columns = "time open high low close volume" },
  },

  -- Account and orders

  fetch_balance = {
    post = "/order/get-balance", send = "currency=ALL",
    read = balance { at = "Data", currency = "currency|code", free = "balance", used = "balanceInTrade" },
  },
  fetch_order = {
    needs = "side",
    run = function(a)
      a.wanted = wanted_side(a)
      return {
        get = "/order/my-order-status/-/{wanted}/{order_id}",
        read = order(with(order_fields, { at = "data", id = "={order_id}" })),
      }
    end,
  },
  fetch_orders = {
    needs = "side",
    run = function(a)
      a.wanted = wanted_side(a)
      return { get = "/order/my-order-history/-/{wanted}", read = order_list }
    end,
  },
  fetch_open_orders = {
    run = function(a)
      a.wanted, a.pair = wanted_side(a), a.market and a.base_id .. "-" .. a.quote_id or "ALL"
      return { get = "/api/GetPendingOrders", send = "side={wanted} pair={pair}", read = order_list }
    end,
  },
  fetch_my_trades = {
    run = function(a)
      a.wanted = wanted_side(a)
      return {
        get = "/order/my-trade-history", send = "side={wanted} pair={id|default:ALL} orderID=-1", read = trades(with(trade_fields, { at = "Data" })),
      }
    end,
  },
  create_order = {
    run = function(a)
      local trigger, stop = a:take "triggerPrice", a:take "stopPrice"
      trigger = trigger or stop
      local kind = trigger and a.type == "limit" and "STOPLIMIT" or a.type:upper()
      return {
        post = "/order/PlaceOrder",
        send = ordered {
          { "market", a.quote_id }, { "trade", a.base_id }, { "type", kind }, { "side", a.side:upper() }, { "timeInForce", "GTC" },
          { "rate", kind ~= "MARKET" and a.price or "0" }, { "volume", a.amount }, { "stop", trigger and raw_number(a:to_price(trigger)) or 0 },
        },
        read = order { at = "Data", id = "orderId", status = "=open", type = "={type}", side = "={side}", price = "={price}", amount = "={amount}" },
      }
    end,
  },
  cancel_order = {        -- {Data: "Success!"} is all the reply says
    post = "/order/cancel-my-order", needs = "side", send = "orderId={order_id} side={side|upper}",
    read = function(reply, a) return { id = a.order_id, symbol = a.symbol, status = "canceled", info = reply } end,
  },
  cancel_all_orders = { post = "/order/cancel-all-my-orders", needs = "symbol side", send = "side={side|upper} pair={id}", read = function() return {} end },

  -- Money in and out

  fetch_deposits = movements("/api/GetDeposits", "data.deposits?"),
  fetch_withdrawals = movements("/api/GetWithdrawals", "data.withdrawals?"),
  fetch_deposit_address = new_address,
  create_deposit_address = new_address,
  fetch_deposit_addresses = {
    get = "/api/ListAllAddresses",
    read = function(reply, a)
      local out = {}
      for id, text in pairs(reply.data) do
        local code = a:code_of(id:upper())
        if type(text) == "string" then out[code] = { currency = code, address = address_of(text), tag = tag_of(text) } end
      end
      return out
    end,
  },
  withdraw = {            -- pending until it is confirmed by what an e-mail tells: there, or by params.emailToken
    run = function(a)
      local code = a:take "emailToken"
      local told = ask {
        post = "/api/RequestWithdraw", params = true,
        send = function()
          return ordered { { "currency", a.currency_id }, { "amount", raw_number(a.amount) }, { "address", a.address }, { "addressTag", a.tag } }
        end,
      }
      if code then ask { post = "/api/RequestWithdrawConfirmation", send = { EmailToken = code } } end
      return {
        id = told.data and told.data.withdrawalId, currency = a.code, amount = a.amount, address = a.address, addressTo = a.address, tag = a.tag,
        tagTo = a.tag, type = "withdrawal", status = "pending", timestamp = a.now, info = told,
      }
    end,
  },
}
