-- STEX, which closed in 2023. API 3 as last published: https://apidocs.stex.com/
-- Replies are {success, data}, failures {success: false, message}. A token stands in the place of key and signature. Markets and currencies have numbers.
-- Limit orders only, a stop being a type of its own ("STOP_LIMIT_SELL"). `volume` is counted in the quote, `volumeQuote` in the base.

local function number(x) return x and tonumber(x) or nil end

-- ---- reading ----

local function larger(x, y)
  if not x or not y then return x or y end
  return decimal.cmp(x, y) < 0 and y or x
end
local function fee_of(o)
  local percent = larger(o.buy_fee_percent, o.sell_fee_percent)
  return percent and decimal.div(percent, "100", 12)
end

-- A reply may be of another market than was asked for; what is not listed goes by its number.
local function other_symbol(field)
  return function(o, _, market) return o[field] and (not market or market.id ~= o[field]) and o[field] or nil end
end

local ticker_fields = {
  market = "id", symbol = other_symbol "id", timestamp = "timestamp", high = "high", low = "low", bid = "bid", ask = "ask", open = "open", last = "last",
  baseVolume = "volumeQuote", quoteVolume = "volume",
}

local trade_fields = {
  id = "id", timestamp = "timestamp|s", side = "type|lower,trade_type|lower", price = "price", amount = "amount",
  order = function(o)
    if type(o) == "boolean" then return nil end
    if o.trade_type == "BUY" then return o.buy_order_id end
    return o.trade_type and o.sell_order_id
  end,
}
local trade_list = trades(with(trade_fields, { at = "data" }))
local trades_of_order = trades(with(trade_fields, { at = "data.trades?", market = "/data.currency_pair_id" }))

local order_fields = {
  id = "id", market = "currency_pair_id", symbol = other_symbol "currency_pair_id", timestamp = "timestamp|s", side = "type|lower", price = "price",
  triggerPrice = "trigger_price", amount = "initial_amount", filled = "processed_amount",
  type = { "original_type", BUY = "limit", SELL = "limit", default = "." },
  status = { "status", PROCESSING = "open", default = "." },
  remaining = function(o)
    if not number(o.initial_amount) or not number(o.processed_amount) then return nil end
    return larger(decimal.sub(o.initial_amount, o.processed_amount), "0")
  end,
  cost = function(o) return number(o.price) and number(o.processed_amount) and decimal.mul(o.price, o.processed_amount) or nil end,
  fees = each { at = "fees?", cost = "amount", currency = "currency_id|code" }, trades = trades(with(trade_fields, { at = "trades?" })),
}
local one_order, order_list = order(with(order_fields, { at = "data" })), orders(with(order_fields, { at = "data" }))
local an_order = order(order_fields)

-- The code of a currency's number, or where that is not listed what the reply calls it.
local function code_of(prefix)
  return function(o, a)
    local id, code = o[prefix .. "_id"], o[prefix .. "_code"]
    local known = id and a:code_of(id)
    if known and known ~= id then return known end
    return code and a:code_of(code) or known
  end
end
local fee_code, deposit_fee_code = code_of "fee_currency", code_of "deposit_fee_currency"
local transaction_fields = {
  id = "id", txid = "txid", timestamp = "timestamp|s,created_ts|s", updated = "updated_ts|s", currency = code_of "currency", amount = "amount",
  network = "withdrawal_address.protocol_name", address = "withdrawal_address.address", addressTo = "withdrawal_address.address",
  tag = "withdrawal_address.additional_address_parameter", tagTo = "withdrawal_address.additional_address_parameter",
  type = function(o) return o.deposit_status_id and "deposit" or "withdrawal" end,
  status = words("status|lower", {
    pending = { "checking by system", "hodl", "not confirmed", "approved", "awaiting" }, failed = { "amount too low", "withdrawal error", "deposit error" },
    canceled = { "cancelled by user", "cancelled by admin" },
  }),
  fee = { cost = "fee", currency = function(o, a) return fee_code(o, a) or deposit_fee_code(o, a) end },
}
local one_transaction, transaction_list = transaction(with(transaction_fields, { at = "data" })), transactions(with(transaction_fields, { at = "data" }))

local one_address = address { at = "data.deposit_address", address = "address", tag = "additional_address_parameter" }

local network_codes = { ["5"] = "ERC20", ["10"] = "OMNI", ["20"] = "XLM", ["22"] = "BEP2", ["24"] = "TRC20", ["25"] = "SOL", ["501"] = "BEP20" }
local network_ids = { ETH = 5, TRX = 24 }
for id, code in pairs(network_codes) do network_ids[code] = math.tointeger(tonumber(id)) end

local function networks_of(o)
  local out = {}
  for _, n in ipairs(o.protocol_specific_settings or {}) do
    local network = n.protocol_id and network_codes[n.protocol_id] or n.protocol_name
    if network then out[network] = { withdraw = { fee = number(n.withdrawal_fee_const) }, deposit = {} } end
  end
  return out
end
local fee_listing = {
  get = "/public/currencies", right = "public",
  read = withdraw_fees {
    at = "data", currency = "code|code", withdraw = { fee = "withdrawal_fee_const", percentage = false },
    deposit = { fee = "deposit_fee_const", percentage = false }, networks = networks_of,
  },
}

-- ---- sending ----

local function history(path)
  return { get = path, cost = 3, send = "currencyId={currency_id} limit={limit} timeStart={since}", read = transaction_list }
end

return {
  hosts = { api = "https://api3.stex.com" },
  credentials = { "token" },
  rate = { interval_ms = 333.3333333333333, burst = 10 },
  fees = { taker = 0.002, maker = 0.002 },
  encode = "json_always",
  renames = {
    BCC = "BCH", BCHABC = "BCH", BC = "Bitcoin Confidential", BITS = "Bitcoinus", BITSW = "BITS", BHD = "Bithold", BTH = "Bithereum",
    MPH = "Chasyr Token", SBTC = "SBTCT",
  },
  timeframes = "1m=1 5m=5 30m=30 1h=60 4h=240 12h=720 1d=1D",

  failed = function(reply)
    if reply.success == nil or reply.success == false then return reply.message or "no success", reply.message end
  end,
  errors = by_class {
    BadRequest = { "Wrong parameters" }, AuthenticationError = { "Unauthenticated." }, ExchangeError = { "Server Error" },
    PermissionDenied = { "This feature is only enabled for users verifies by Cryptonomica", "Invalid scope(s) provided." },
    DDoSProtection = { "Too Many Attempts." }, BadSymbol = { "Selected Pair is disabled" },
    InvalidOrder = { "The maximum amount of open orders with the same price cannot exceed 10" }, AccountSuspended = { "Your account not verified!" },
  },
  broad = { { "Not enough", "InsufficientFunds" } },

  sign = function(req, key) req.headers.Authorization = "Bearer " .. key.token end,

  -- Market data

  fetch_time = { get = "/public/ping", read = time "data.server_datetime.date|iso" },
  fetch_status = { get = "/public/ping", read = status { status = "=ok" } },
  fetch_currencies = {
    get = "/public/currencies",
    read = currencies {
      at = "data", id = "id", numericId = "id", code = "code|code", name = "name", active = "active", fee = "withdrawal_fee_const",
      precision = "precision|tick",
      limits = { amount = { min = "precision|tick" }, deposit = { min = "minimum_deposit_amount" }, withdraw = { min = "minimum_withdrawal_amount" } },
    },
  },
  fetch_markets = {
    get = "/public/currency_pairs/list/ALL",
    read = markets {
      at = "data", id = "id", numericId = "id|number", base = "currency_code|code", quote = "market_code|code", baseId = "currency_id",
      quoteId = "market_currency_id", baseNumericId = "currency_id|number", quoteNumericId = "market_currency_id|number", active = "active",
      taker = fee_of, maker = fee_of, precision = { amount = "currency_precision|tick", price = "market_precision|tick" },
      limits = {
        amount = { min = "min_order_amount" }, price = { min = function(o) return larger(o.min_buy_price, o.min_sell_price) end },
      },
    },
  },
  fetch_ticker = { get = "/public/ticker/{id}", read = ticker(with(ticker_fields, { at = "data" })) },
  fetch_tickers = { get = "/public/ticker", read = tickers(with(ticker_fields, { at = "data" })) },
  fetch_order_book = {
    get = "/public/orderbook/{id}", send = "limit_bids={limit} limit_asks={limit}",
    read = book { bids = "data.bid", asks = "data.ask", level = { "price", "amount" } },
  },
  fetch_trades = {
    get = "/public/trades/{id}", read = trade_list,
    send = function(a)          -- `from` counts only in rising order
      return ordered { { "limit", a.limit }, { "sort", a.since and "ASC" or nil }, { "from", a.since and a.since // 1000 } }
    end,
  },
  fetch_ohlcv = {
    get = "/public/chart/{id}/{timeframe}",
    send = function(a)
      local span = (a.limit or 100) * a.timeframe_s
      local from = a.since and a.since // 1000 or a.now // 1000 - span
      return ordered { { "limit", a.limit }, { "timeStart", from }, { "timeEnd", from + span } }
    end,
    read = candles { at = "data", columns = "time open high low close volume" },
  },
  fetch_transaction_fees = fee_listing,
  fetch_deposit_withdraw_fees = fee_listing,

  -- Account

  fetch_trading_fee = {
    get = "/trading/fees/{id}", read = trading_fee { at = "data", maker = "sell_fee", taker = "buy_fee", percentage = true, tierBased = true },
  },
  fetch_balance = {
    get = "/profile/wallets", cost = 3,
    read = balance { at = "data", currency = "currency_id|code", free = "balance", used = "frozen_balance" },
  },
  fetch_order = { get = "/trading/order/{order_id}", cost = 12, read = one_order },
  fetch_closed_order = { get = "/reports/orders/{order_id}", cost = 12, read = one_order },
  fetch_order_trades = { get = "/reports/orders/{order_id}", cost = 12, read = trades_of_order },
  fetch_open_orders = {
    run = function(a)
      return { get = a.symbol and "/trading/orders/{id}" or "/trading/orders", cost = a.symbol and 6 or 12, send = "limit={limit}", read = order_list }
    end,
  },
  fetch_my_trades = { get = "/reports/trades/{id}", cost = 12, needs = "symbol", send = "timeStart={since|iso} limit={limit}", read = trade_list },

  -- Orders

  create_order = {
    post = "/trading/orders/{id}", cost = 1.5, read = one_order,
    send = function(a)
      if a.type == "market" then fail("ExchangeError", "limit orders only") end
      local trigger, kind = a:take "triggerPrice" or a:take "stopPrice", a.type
      if kind == "limit" then kind = trigger and "stop_limit_" .. a.side or a.side end
      return ordered {
        { "type", kind:upper() }, { "amount", raw_number(a.amount) }, { "price", raw_number(a.price) },
        { "trigger_price", trigger and raw_number(a:to_price(trigger)) },
      }
    end,
  },
  cancel_order = {              -- is done later, from a queue
    delete = "/trading/order/{order_id}", encode = "query", cost = 1.5,
    read = function(reply, a)
      local queued, refused = reply.data.put_into_processing_queue or {}, reply.data.not_put_into_processing_queue or {}
      if #queued > 0 and #refused == 0 then return an_order(queued[1], a) end
      if #queued == 0 and #refused > 0 then return an_order(refused[1], a) end
      fail("OrderNotFound", "no order " .. a.order_id)
    end,
  },
  cancel_all_orders = {
    kind = "raw",
    run = function(a)
      return {
        delete = a.symbol and "/trading/orders/{id}" or "/trading/orders", encode = "query", cost = a.symbol and 12 or 30,
        read = function(reply) return reply end,
      }
    end,
  },

  -- Money in and out

  create_deposit_address = { post = "/profile/wallets/{currency_id}", cost = 3, read = one_address },
  fetch_deposit_address = {
    run = function(a)
      local wallet
      for _, w in ipairs(ask { get = "/profile/wallets", cost = 3 }.data) do
        if w.currency_id == a.currency_id then wallet = w.id end
      end
      if not wallet then fail("ExchangeError", "no wallet of " .. a.code .. "; create_deposit_address makes one") end
      return { get = "/profile/wallets/" .. urlencode(wallet), cost = 3, read = one_address }
    end,
  },
  fetch_deposit = { get = "/profile/deposits/{order_id}", cost = 3, read = one_transaction },
  fetch_withdrawal = { get = "/profile/withdrawals/{order_id}", cost = 3, read = one_transaction },
  fetch_deposits = history "/profile/deposits",
  fetch_withdrawals = history "/profile/withdrawals",
  withdraw = {
    post = "/profile/withdraw", cost = 30, read = one_transaction,
    send = function(a)
      local network = a:take "network"
      local id = network and (network_ids[network:upper()] or math.tointeger(tonumber(network)))
      if network and not id and network:upper() ~= a.code then fail("BadRequest", "no network " .. network) end
      return ordered {
        { "currency_id", a.currency_id }, { "amount", raw_number(a.amount) }, { "address", a.address }, { "additional_address_parameter", a.tag },
        { "protocol_id", id },
      }
    end,
  },
  transfer = {                  -- between a wallet, named by its id, and what it holds back; a negative amount holds
    run = function(a)
      local from, to = a.from_account, a.to_account
      local path, amount
      if from == "referal" and to == "spot" then path = "/profile/referral/bonus_transfer/" .. urlencode(a.currency_id)
      elseif to == "hold" then path, amount = "/profile/wallets/" .. urlencode(from) .. "/hold_amount", decimal.neg(a.amount)
      elseif from == "hold" then path, amount = "/profile/wallets/" .. urlencode(to) .. "/hold_amount", raw_number(a.amount)
      else fail("ExchangeError", "only from referal to spot, and between a wallet's id and hold")
      end
      return {
        post = path, cost = 3, send = ordered { { "amount", amount } },
        read = function(reply)
          local told = type(reply.data) == "userdata" and reply.data or {}
          return { id = told.id, currency = a.code, amount = a.amount, fromAccount = from, toAccount = to, info = reply }
        end,
      }
    end,
  },
}
