-- Foxbit. API 3: https://docs.foxbit.com.br/rest/v3/
-- Signed are time, method, path, the query before its escaping, and the body. Failures are {error: {code, message, details}}. An order's
-- quantity is what remains of it. Ids of orders are numbers in JSON.

-- ---- networks ----

local network_codes = {
  algorand = "ALGO", arbitrum = "ARBITRUM", avalanchecchain = "AVAX", bitcoin = "BTC", bitcoincash = "BCH", bsc = "BEP20", cardano = "ADA",
  cosmos = "ATOM", dogecoin = "DOGE", erc20 = "ERC20", hedera = "HBAR", litecoin = "LTC", near = "NEAR", optimism = "OPTIMISM", polkadot = "DOT",
  polygon = "MATIC", ripple = "XRP", solana = "SOL", stacks = "STX", stellar = "XLM", tezos = "XTZ", trc20 = "TRC20",
}
local network_ids = { ETH = "erc20", TRX = "trc20", AVAX = "avalanchecchain", OPTIMISM = "optimism" }
for id, code in pairs(network_codes) do network_ids[code] = id end
local own = { ETH = "ERC20", TRX = "TRC20" }      -- a coin on its own chain keeps its name

local function network_of(id, code)
  local network = network_codes[id] or id
  return own[code] == network and code or network
end

local function network_id(a)
  local network = a:take "network"
  return network and (network_ids[network] or network)
end

-- ---- reading ----

local function number(x) return x and tonumber(x) or nil end

local function networks_of(row, a)
  local out = {}
  local deposit, withdraw, code = row.deposit_info or {}, row.withdraw_info or {}, row.symbol and a:code_of(row.symbol)
  for _, n in ipairs(row.networks or {}) do
    local ins, outs = n.deposit_info or {}, n.withdraw_info or {}
    if n.code then
      local network = network_of(n.code, code)
      out[network] = {
        id = n.code, network = network, name = n.name, active = true, deposit = ins.status == "ENABLED", withdraw = outs.status == "ENABLED",
        fee = number(outs.fee), limits = { deposit = { min = number(deposit.min_amount) }, withdraw = { min = number(withdraw.min_amount) } },
        info = n,
      }
    end
  end
  return out
end

local ticker_fields = {
  market = "market_symbol", timestamp = "last_trade.date|iso", high = "rolling_24h.high", low = "rolling_24h.low", bid = "best.bid.price",
  bidVolume = "best.bid.volume", ask = "best.ask.price", askVolume = "best.ask.volume", open = "rolling_24h.open", last = "last_trade.price",
  change = "rolling_24h.price_change", percentage = "rolling_24h.price_change_percent", baseVolume = "rolling_24h.volume",
  quoteVolume = "rolling_24h.quote_volume",
}

local trade_list = trades {
  at = "data", id = "id", timestamp = "created_at|iso", side = "taker_side|lower,side|lower", price = "price", amount = "volume,quantity",
  fee = { cost = "fee", currency = "fee_currency_symbol|code" },
}

local order_fields = {
  market = "market_symbol", id = "id", clientOrderId = "client_order_id", timestamp = "created_at|iso", type = "type", side = "side|lower",
  timeInForce = "time_in_force", postOnly = "post_only", price = "price", triggerPrice = "stop_price", average = "price_avg",
  filled = "quantity_executed", remaining = "quantity", cost = "funds_received",
  status = { "state", PARTIALLY_CANCELED = "open", PENDING_CANCEL = "canceled", default = "." },
  fee = {
    cost = "fee_paid",
    currency = function(o, _, market) return o.side and market and (o.side:lower() == "buy" and market.base or market.quote) end,
  },
}
local one_order, order_list = order(order_fields), orders(with(order_fields, { at = "data" }))

-- The fee is a part of the amount; its rate is that of what arrives.
local transaction_fields = {
  at = "data", id = "sn", txid = "details_crypto.transaction_id", timestamp = "created_at|iso", currency = "currency_symbol|code",
  network = "network_code", tag = "destination_tag", tagTo = "destination_tag",
  address = "details_crypto.receiving_address,details_crypto.destination_address",
  addressTo = "details_crypto.receiving_address,details_crypto.destination_address", amount = "amount",
  type = function(o) return o.sn and o.sn:sub(1, 1) == "D" and "deposit" or "withdrawal" end,
  status = words("state", { pending = "SUBMITTING SUBMITTED WARNING UNBLOCKED BLOCKED", ok = "ACCEPTED" }),
  fee = {
    cost = "fee", currency = "currency_symbol|code",
    rate = function(o)
      local net = number(o.fee) and number(o.amount) and decimal.sub(o.amount, o.fee)
      return net and decimal.cmp(net, 0) ~= 0 and decimal.div(o.fee, net, 18) or nil
    end,
  },
}
local transaction_list = transactions(transaction_fields)

local fee_list = trading_fees { at = "data", market = "market_symbol", maker = "maker", taker = "taker", percentage = true, tierBased = true }

-- ---- calls ----

local page = "page_size={limit|max:100} start_time={since|iso} end_time={until|iso}"
local function by_state(state)
  return {
    get = "/orders", cost = 2, read = order_list,
    send = (state and "state=" .. state or "") .. " market_symbol={id} start_time={since|iso} page_size={limit|max:100} end_time={until|iso}",
  }
end
local function history(path) return { get = path, cost = 10, send = page, read = transaction_list } end
local deposits, withdrawals = history "/deposits", history "/withdrawals"

local types = { LIMIT = true, MARKET = true, STOP_LIMIT = true, STOP_MARKET = true, INSTANT = true }

-- What a new order says of type, amount and price. An instant order is told in the quote; a trigger makes a stop of a plain order.
local function add_amounts(a, r, market, o, kind, trigger)
  r.stop_price = trigger and a:to_price(trigger, market) or nil
  if kind == "INSTANT" then r.amount = a:to_price(o.amount, market) else r.quantity = a:to_amount(o.amount, market) end
  if kind == "LIMIT" or kind == "STOP_LIMIT" then
    r.price = a:to_price(price_of(o), market)
  end
end

local function order_row(a, market, o, params)
  local function take(name)
    local v = params[name]
    params[name] = nil
    return v
  end
  local kind, tif, post, trigger, mine = o.type:upper(), take "timeInForce", take "postOnly", take "triggerPrice", take "clientOrderId"
  if trigger and (kind == "LIMIT" or kind == "MARKET") then kind = "STOP_" .. kind end
  if not types[kind] then fail("InvalidOrder", "the type is limit, market, stop_limit, stop_market or instant, not " .. o.type) end
  if kind:find "^STOP" and not trigger then fail("InvalidOrder", "a stop needs params.triggerPrice") end
  local r = ordered { { "market_symbol", market.id }, { "side", o.side:upper() }, { "type", kind } }
  tif = tif and tif:upper()
  if tif and tif ~= "PO" then r.time_in_force = tif end
  if post or tif == "PO" then r.post_only = true end
  add_amounts(a, r, market, o, kind, trigger)
  r.client_order_id = mine
  for k, v in pairs(sorted(params)) do r[k] = v end
  return r
end

return {
  hosts = { api = "https://api.foxbit.com.br/rest/v3", status = "https://metadata-v2.foxbit.com.br/api" },
  client_id = "hex",
  rate = { interval_ms = 33.334, burst = 30 },
  fees = { taker = 0.005, maker = 0.0025 },
  encode = "json",
  headers = {      -- every client names itself
    ["X-FB-CLIENT"] = "ccxt", ["X-FB-CLIENT-VERSION"] = "4.5.83", ["Content-Type"] = "application/json",
  },
  timeframes = "1m 5m 15m 30m 1h 2h 4h 6h 12h 1d 1w 2w 1M",

  failed = function(reply)
    local e = reply.error
    if e == nil then return nil end
    if type(e) ~= "userdata" then return tostring(e) end
    return e.code or "error", e.message
  end,
  errors = by_class {
    BadRequest = "400 404 2004 4001 4005", RateLimitExceeded = "429 4011", AuthenticationError = "2001 2002 2003",
    PermissionDenied = "2005 3001 3002 4009", AccountSuspended = "3003", InsufficientFunds = "4002", InvalidOrder = "4003 4008 5004 5005 5006",
    BadSymbol = "4004", ExchangeError = "500 4007 4012", ExchangeNotAvailable = "5001", OnMaintenance = "5002 5003",
  },

  sign = function(req, key)
    local query = {}
    for k, v in pairs(req.query) do query[#query + 1] = k .. "=" .. tostring(v) end
    local text = key.time .. req.method .. req.path .. table.concat(query, "&") .. req.body
    req.headers["X-FB-ACCESS-KEY"] = key.apiKey
    req.headers["X-FB-ACCESS-TIMESTAMP"] = key.time
    req.headers["X-FB-ACCESS-SIGNATURE"] = hex(hmac("sha256", key.secret, text))
  end,

  -- Market data

  fetch_status = {
    get = "/status", host = "status", cost = 30,
    read = status {
      status = { "data.attributes.status", NORMAL = "ok", UNDER_MAINTENANCE = "maintenance", default = "." }, updated = "data.attributes.updatedAt|iso",
    },
  },
  fetch_markets = {
    get = "/markets", cost = 5,
    read = markets {
      at = "data", id = "symbol", baseId = "base.symbol", quoteId = "quote.symbol", active = true, taker = "default_fees.taker",
      maker = "default_fees.maker", index = false, percentage = true, tierBased = false, feeSide = "=get",
      precision = { amount = "quantity_increment", price = "price_increment" },
      limits = { amount = { min = "quantity_min" }, price = { min = "price_min" } },
    },
  },
  fetch_currencies = {
    get = "/currencies", cost = 5,
    read = currencies {
      at = "data", id = "symbol", name = "name", type = "type|lower", active = true, precision = "precision|tick", fee = "withdraw_info.fee",
      limits = { deposit = { min = "deposit_info.min_amount" }, withdraw = { min = "withdraw_info.min_amount" } }, networks = networks_of,
    },
  },
  fetch_ticker = { get = "/markets/{id}/ticker/24hr", cost = 15, read = ticker(with(ticker_fields, { at = "data.1" })) },
  fetch_tickers = { get = "/markets/ticker/24hr", cost = 60, read = tickers(with(ticker_fields, { at = "data" })) },
  fetch_order_book = {
    get = "/markets/{id}/orderbook", cost = 6, send = "depth={limit|default:20}",
    read = book { bids = "bids", asks = "asks", timestamp = "timestamp" },
  },
  fetch_trades = { get = "/markets/{id}/trades/history", cost = 12, send = "page_size={limit|max:200}", read = trade_list },
  fetch_ohlcv = {
    get = "/markets/{id}/candlesticks", cost = 12, send = "interval={timeframe} start_time={since|iso} limit={limit|max:500} end_time={until|iso}",
    read = candles { columns = "1 2 3 4 5 7" },
  },

  -- Account

  fetch_trading_fees = { get = "/me/fees/trading", cost = 60, read = fee_list },
  fetch_trading_fee = { get = "/me/fees/trading", cost = 60, read = one_of(fee_list) },
  fetch_balance = {
    get = "/accounts", cost = 2,
    read = balance { at = "data", currency = "currency_symbol|code", free = "balance_available", used = "balance_locked", total = "balance" },
  },
  fetch_order = { get = "/orders/by-order-id/{order_id}", cost = 2, read = one_order },
  fetch_orders = by_state(),
  fetch_open_orders = by_state "ACTIVE",
  fetch_closed_orders = by_state "FILLED",
  fetch_canceled_orders = by_state "CANCELED",
  fetch_orders_by_status = {
    needs = "status",
    run = function(a)
      local states = { open = "ACTIVE", closed = "FILLED", canceled = "CANCELED" }
      return by_state(states[a.status] or a.status)
    end,
  },
  fetch_my_trades = {
    get = "/trades", cost = 6, needs = "symbol", read = trade_list,
    send = "market_symbol={id} start_time={since|iso} page_size={limit|max:100} end_time={until|iso}",
  },
  fetch_ledger = {
    get = "/accounts/{currency_id}/transactions", cost = 60, needs = "code", send = page,
    read = ledger {
      at = "data", id = "uuid", timestamp = "created_at|iso", currency = "currency_symbol|code", amount = "amount|abs", after = "balance",
      status = "=ok", fee = { cost = "fee", currency = "currency_symbol|code" },
      before = function(o) return number(o.balance) and number(o.amount) and decimal.sub(o.balance, o.amount) or nil end,
      direction = function(o)
        local amount = number(o.amount)
        return amount and (amount < 0 and "out" or "in") or nil
      end,
      type = words("reason_type", { transaction = "DEPOSITING WITHDRAWING OTHERS", trade = "TRADING", transfer = "INTERNAL_TRANSFERING" }),
    },
  },

  -- Orders

  create_order = {
    run = function(a)
      local row = order_row(a, a.market, { type = a.type, side = a.side, amount = a.asked_amount, price = a.asked_price }, a.params)
      a.params = {}
      return { post = "/orders", cost = 2, read = one_order, send = row }
    end,
  },
  create_orders = {       -- up to five
    post = "/orders/batch", cost = 7.5, read = order_list,
    send = function(a)
      local rows = list {}
      for i, o in ipairs(a.orders) do rows[i] = order_row(a, a:market_of(o.symbol), o, with(o.params or {}, {})) end
      return ordered { { "data", rows } }
    end,
  },
  edit_order = {          -- a new order is made also when the old one cannot be canceled; the price of a stop is its trigger
    post = "/orders/cancel-replace", cost = 3, read = order(with(order_fields, { at = "create" })),
    send = function(a)
      local kind = a.type:upper()
      if not types[kind] or kind == "STOP_LIMIT" then fail("InvalidOrder", "the type is limit, market, stop_market or instant, not " .. a.type) end
      local made = ordered { { "type", kind }, { "side", a.side:upper() }, { "market_symbol", a.id } }
      if not a.asked_amount then fail("ArgumentsRequired", "edit_order needs an amount") end
      add_amounts(a, made, a.market, { amount = a.asked_amount, price = a.asked_price }, kind, kind == "STOP_MARKET" and a.asked_price)
      return ordered {
        { "mode", "ALLOW_FAILURE" }, { "cancel", ordered { { "type", "ID" }, { "id", raw_number(a.order_id) } } }, { "create", made },
      }
    end,
  },
  cancel_order = { put = "/orders/cancel", cost = 2, send = "id={order_id|number} type=ID", read = order(with(order_fields, { at = "data.1" })) },
  cancel_all_orders = {
    put = "/orders/cancel", cost = 2, read = function(reply) return { { info = reply } } end,
    send = function(a) return ordered { { "type", a.symbol and "MARKET" or "ALL" }, { "market_symbol", a.id } } end,
  },

  -- Money in and out

  fetch_deposit_address = {
    get = "/deposits/address", cost = 10,
    send = function(a) return ordered { { "currency_symbol", a.currency_id }, { "network_code", network_id(a) } } end,
    read = address {
      currency = "currency_symbol|code", address = "address", tag = "destination_tag",
      network = function(o, a) return o.network and o.network.code and network_of(o.network.code, a.code) end,
    },
  },
  fetch_deposits = deposits,
  fetch_withdrawals = withdrawals,
  fetch_transactions = {
    run = function(a)
      local out, more = {}, with(deposits, { params = true })
      for _, t in ipairs(ask(with(withdrawals, { params = true }))) do out[#out + 1] = t end
      for _, t in ipairs(ask(more)) do out[#out + 1] = t end
      return out
    end,
  },
  withdraw = {
    post = "/withdrawals", cost = 10, read = transaction(with(transaction_fields, { at = "." })),
    send = function(a)
      return ordered {
        { "currency_symbol", a.currency_id }, { "amount", a.amount }, { "destination_address", a.address }, { "destination_tag", a.tag },
        { "network_code", network_id(a) },
      }
    end,
  },
}
