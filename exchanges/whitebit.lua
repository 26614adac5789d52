-- WhiteBIT, spot, margin and perpetuals. API: https://docs.whitebit.com/
-- Every private call is a POST of JSON, whose base64 is signed. Failures are {code, message, errors: {field: [text]}}, the older
-- {status, errors, warning}, and on version 1 {success: false, message: {field: [text]}}. Times are seconds.
-- Margin and perpetuals ("BTC_PERP", settled in USDT) share the collateral account and its endpoints.

-- ---- reading ----

local records = dialect "records"
local function first_text(errors)
  for _, texts in pairs(errors) do return type(texts) == "userdata" and texts[1] or texts end
end

local ticker_fields = {
  high = "high", low = "low", open = "open", bid = "bid,highestBid", ask = "ask,lowestAsk",
  last = "last,last_price,lastPrice", percentage = "change", indexPrice = "index_price",
  baseVolume = "base_volume,volume,baseVolume24h,stock_volume", quoteVolume = "quote_volume,deal,quoteVolume24h,money_volume",
}

local trade_fields = {     -- of public trades, `quote_volume` is the amount of the base
  id = "tradeID,id", order = "dealOrderId,orderId", timestamp = "trade_timestamp|s,time|s", side = "type,side", price = "price",
  amount = "amount,quote_volume", cost = "deal", takerOrMaker = { "role", ["1"] = "maker", ["2"] = "taker" },
  fee = { cost = "fee", currency = "feeAsset|code" },
}

-- A market buy is asked for in money, unless in stock: its amount is what came of it.
local function is_buy_by_cost(o) return o.side == "buy" and (o.type == "market" or o.type == "stop market") end
local order_types = {
  "type", market = "market", ["stop market"] = "market", ["stock market"] = "market", ["margin market"] = "market",
  ["stop limit"] = "limit", ["margin limit"] = "limit", default = ".",
}
local order_fields = {
  id = "orderId,id", clientOrderId = "clientOrderId", timestamp = "ctime|s,timestamp|s", lastTradeTimestamp = "ftime|s", market = "market",
  status = { "status", CANCELED = "canceled", OPEN = "open", PARTIALLY_FILLED = "open", FILLED = "closed" },
  type = order_types, side = "side", price = "price|nonzero", triggerPrice = "activation_price", filled = "dealStock", cost = "dealMoney",
  amount = function(o)
    if not is_buy_by_cost(o) then return o.amount end
    return o.dealStock and tonumber(o.dealStock) ~= 0 and o.dealStock or nil
  end,
  remaining = function(o) return not (o.type or ""):find("market", 1, true) and o.left or nil end,
  postOnly = "postOnly",
  timeInForce = function(o) return o.ioc == true and "IOC" or o.postOnly == true and "PO" or nil end,
  fee = { cost = "dealFee", currency = "@quote" },
}
local one_order = order(order_fields)
local order_list = orders(order_fields)

-- Lists by market: {"BTC_USDT": [...]}; a list alone is of the market asked for.
local function by_market(kind, fields)
  return function(reply, a)
    local out = {}
    for id, rows in pairs(reply) do
      if type(id) == "string" then
        for _, row in ipairs(kind(with(fields, { market = "=" .. id }))(rows, a)) do out[#out + 1] = row end
      end
    end
    return out
  end
end
local past_orders = by_market(orders, with(order_fields, { status = "=closed" }))
local trades_by_market = by_market(trades, trade_fields)
local own_trades = trades(trade_fields)

local transaction_fields = {
  at = "records?", id = "uniqueId", txid = "transactionId", timestamp = "createdAt|s", currency = "ticker|code", amount = "amount",
  network = "network", address = "address", tag = "memo", comment = "description",
  addressFrom = function(o) return o.method == "1" and o.address or nil end,
  addressTo = function(o) return o.method == "2" and o.address or nil end,
  type = function(o) return o.method == "1" and "deposit" or "withdrawal" end,
  status = words("status", { pending = "1 2 5 6 10 11 12 13 14 15 16 17", ok = "3 7", canceled = "4 9" }),
  fee = { cost = "fee", currency = "ticker|code" },
}
local transaction_list = transactions(transaction_fields)

local deposit_address = address { address = "account.address,url", tag = "account.memo" }      -- of fiat, a page to pay at

local position_fields = {     -- a short position has an amount below zero
  market = "market", id = "positionId", timestamp = "openDate|s", lastUpdateTimestamp = "modifyDate|s", contracts = "amount|abs",
  side = function(o)
    if o.positionSide == "LONG" or o.positionSide == "SHORT" then return o.positionSide:lower() end
    local sign = o.amount and decimal.cmp(o.amount, 0) or 0
    return sign > 0 and "long" or sign < 0 and "short" or nil
  end,
  entryPrice = "basePrice", liquidationPrice = "liquidationPrice", unrealizedPnl = "pnl", realizedPnl = "orderDetail.realizedPnl",
  percentage = "pnlPercent", collateral = "margin", stopLossPrice = "tpsl.stopLoss", takeProfitPrice = "tpsl.takeProfit",
}

local funding_fields = {
  at = "result", market = "ticker_id", fundingRate = "funding_rate", fundingTimestamp = "next_funding_rate_timestamp",
  indexPrice = "index_price", markPrice = "markPrice", interestRate = "interestRate",
}
local funding_list = funding_rates(funding_fields)

-- The token network of a chain's own coin is that chain.
local own_networks = { ETH = "ERC20", TRX = "TRC20" }
local function network_of(currency, id) return own_networks[currency] == id and currency or id end

-- "USDT (ERC20)" -> a fee of one network, "BTC" -> of the currency.
local function fee_of(x)
  local fixed = x and tonumber(x.fixed)
  return fixed and { fee = fixed, percentage = false } or {}
end
local function fees_by_currency(reply, a)
  local out = {}
  for name, row in pairs(reply) do
    local id, network = name:match("^(%S+) %((.+)%)$")
    local code = a:code_of(id or name)
    local entry = out[code] or { withdraw = {}, deposit = {}, networks = {}, info = {} }
    out[code], entry.info[name] = entry, row
    local place = entry
    if network then
      place = {}
      entry.networks[network_of(code, network)] = place
    end
    place.withdraw, place.deposit = fee_of(row.withdraw), fee_of(row.deposit)
  end
  return out
end

local function network_list(o, _, _, currency)
  local by_id, out = {}, {}
  for way, list in pairs { deposit = o.networks and o.networks.deposits, withdraw = o.networks and o.networks.withdraws } do
    for _, id in ipairs(list) do
      by_id[id] = by_id[id] or { id = id, network = network_of(currency, id), deposit = false, withdraw = false, limits = {} }
      by_id[id][way] = true
    end
  end
  for id, network in pairs(by_id) do
    out[network.network] = network
    for _, way in ipairs { "deposit", "withdraw" } do
      local limit = o.limits and o.limits[way] and o.limits[way][id]
      network.limits[way] = { min = limit and tonumber(limit.min), max = limit and tonumber(limit.max) }
    end
  end
  return out
end

-- ---- sending ----

local function private(path, more) return with({ post = "/v4/" .. path }, more) end

local function is_collateral(a)
  local mode = a:take "marginMode"
  if mode and mode ~= "cross" then fail("NotSupported", "margin is cross only") end
  return mode ~= nil or a.market.swap
end

-- A market buy is in base ("stock"), or with `cost` in quote.
local function new_order(a, cost)
  local collateral, trigger = is_collateral(a), a:take "triggerPrice" or a:take "stopPrice" or a:take "activation_price"
  local time_in_force, post_only, mine = a:take "timeInForce", a:take "postOnly", a:take "clOrdId" or a:take "clientOrderId" or uuid()
  cost = cost or a:take "cost"
  if cost and (a.type ~= "market" or a.side ~= "buy") then fail("InvalidOrder", "only a market buy can be given by its cost") end
  local limit = a.type == "limit"
  time_in_force = time_in_force and time_in_force:upper()
  post_only = post_only or time_in_force == "PO"
  local ioc = time_in_force == "IOC"
  if time_in_force and not (ioc or time_in_force == "PO" or time_in_force == "GTC") then
    fail("NotSupported", "no time in force " .. time_in_force .. " here")
  end
  if post_only and not limit then fail("InvalidOrder", "a post-only order is a limit order") end
  if (ioc or post_only) and (trigger or not limit) then fail("NotSupported", "only plain limit orders can be IOC or post-only") end
  local path
  if trigger then
    if limit then path = collateral and "collateral/stop-limit" or "stop_limit"
    else path = collateral and "collateral/trigger-market" or "stop_market" end
  elseif limit then
    path = collateral and "collateral/limit" or "new"
  else
    path = collateral and "collateral/market" or cost and "market" or "stock_market"
  end
  return private("order/" .. path, {
    read = one_order,
    send = ordered {
      { "market", a.id }, { "side", a.side }, { "amount", cost and a:to_cost(cost) or a.amount }, { "clientOrderId", mine },
      { "postOnly", post_only or nil }, { "ioc", ioc or nil }, { "activation_price", trigger and a:to_price(trigger) },
      { "price", limit and a.price or nil },
    },
  })
end

local function market_by_cost(a)
  a.type, a.side = "market", a.side or "buy"
  return new_order(a, a.cost)
end

-- Fiat goes through a provider.
local function is_fiat(a)
  return a.currency.type == "fiat" or a.options.fiat[a.code] == true
end

local account_ids = { funding = "main", margin = "collateral", trade = "spot", swap = "collateral" }

local currency_list = {
  get = "/v4/public/assets", right = "public",
  read = currencies {
    id = "@key", deposit = "can_deposit", withdraw = "can_withdraw", precision = "currency_precision|tick",
    type = function(o) return o.providers ~= nil and "fiat" or "crypto" end,
    limits = { deposit = { min = "min_deposit", max = "max_deposit" }, withdraw = { min = "min_withdraw", max = "max_withdraw" } },
    networks = network_list,
  },
}
local function fee_of(told)
  if not told then return nil end
  local flex = told.flex
  return {
    fixed = records.number(told.fixed),
    flex = flex and { min = records.number(flex.min_fee), max = records.number(flex.max_fee), percent = records.number(flex.percent) } or nil,
  }
end

return with(dialect "whitebit_convert", {
  hosts = { api = "https://whitebit.com/api" },
  client_id = "hex",
  rate = { interval_ms = 20, burst = 10 },
  fees = { taker = 0.001, maker = 0.001 },
  encode = "json",
  timeframes = "1m 3m 5m 15m 30m 1h 2h 4h 6h 8h 12h 1d 3d 1w 1M",
  symbol_of = function(id)
    local base, quote = id:match("^(.+)_(.+)$")
    return quote ~= "PERP" and base and base .. "/" .. quote or nil
  end,

  failed = function(reply)
    local errors = reply.errors
    if reply.status and reply.status ~= "200" and errors then return reply.status, reply.warning or reply.status end
    if reply.code and reply.message then
      local text = type(errors) == "userdata" and first_text(errors) or reply.message
      return text, text
    end
    if reply.success == false then
      local text = type(reply.message) == "userdata" and first_text(reply.message) or reply.message or "failed"
      return text, text
    end
  end,
  errors = by_class {
    AuthenticationError = { "Unauthorized request." },
    BadSymbol = { "The market format is invalid.", "Market is not available" },
    BadRequest = { "Invalid payload.", "The selected from is invalid." },
    InvalidOrder = { "Amount must be greater than 0", "The order id field is required." },
    InsufficientFunds = { "Not enough balance.", "Not enough balance" },
    PermissionDenied = { "This action is unauthorized.", "This API Key is not authorized to perform this action." },
    OrderNotFound = { "Unexecuted order was not found.", "422" }, ExchangeNotAvailable = "503",
  },
  broad = {
    { "limit must be less than or equal to", "BadRequest" }, { "The Price should be less than or equal to", "InvalidOrder" },
    { "The Price should be greater than or equal to", "InvalidOrder" }, { "This action is unauthorized", "PermissionDenied" },
    { "Given amount is less than min amount", "InvalidOrder" }, { "Min amount step", "InvalidOrder" },
    { "Total is less than", "InvalidOrder" }, { "fee must be no less than", "InvalidOrder" },
    { "Enable your key in API settings", "PermissionDenied" }, { "You don't have such amount for transfer", "InsufficientFunds" },
  },
  http = { [404] = "ExchangeError", [418] = "DDoSProtection", [429] = "DDoSProtection" },

  sign = function(req, key, a)
    local json = ordered { { "request", req.path }, { "nonce", key.nonce }, { "nonceWindow", a.options.nonceWindow } }
    for k, v in pairs(req.json) do json[k] = v end
    req.body = encode_json(json)
    local payload = base64(req.body)
    req.headers["X-TXC-APIKEY"] = key.apiKey
    req.headers["X-TXC-PAYLOAD"] = payload
    req.headers["X-TXC-SIGNATURE"] = hex(hmac("sha512", key.secret, payload))
  end,

  -- Market data

  fetch_time = { get = "/v4/public/time", read = time("time|s") },
  fetch_status = { get = "/v4/public/ping", read = status { status = { "1", pong = "ok", default = "." } } },
  fetch_markets = {
    get = "/v4/public/markets",
    read = markets {
      id = "name", baseId = "stock", quoteId = { "money", PERP = "USDT", default = "." },
      settleId = function(o) return (o.type or ""):lower():find("futures", 1, true) and (o.money == "PERP" and "USDT" or o.money) or nil end,
      contractSize = function(o) return (o.type or ""):lower():find("futures", 1, true) and 1 or nil end,
      margin = function(o) return o.isCollateral == true and o.type == "spot" end,
      index = false, active = "tradesEnabled", taker = "takerFee|div:100", maker = "makerFee|div:100",
      precision = { amount = "stockPrec|tick", price = "moneyPrec|tick" },
      limits = { amount = { min = "minAmount" }, cost = { min = "minTotal", max = "maxTotal" } },
    },
  },
  fetch_currencies = currency_list,
  fetch_ticker = { get = "/v1/public/ticker", send = "market={id}", read = ticker(with(ticker_fields, { at = "result" })) },
  fetch_tickers = {
    run = function(a)
      local method, kind, swaps = a:take "method" or "", a:take "type", a.symbols ~= nil
      for _, symbol in ipairs(a.symbols or {}) do swaps = swaps and a:market_of(symbol).swap end
      local old = method:find("v2", 1, true)
      local futures = method == "v4PublicGetFutures" or method == "" and (swaps or kind == "swap")
      return {
        get = old and "/v2/public/ticker" or futures and "/v4/public/futures" or "/v4/public/ticker",
        read = tickers(with(ticker_fields, { at = "result,.", market = "tradingPairs,ticker_id,@key" })),
      }
    end,
  },
  fetch_order_book = { get = "/v4/public/orderbook/{id}", send = "limit={limit}", read = book { bids = "bids", asks = "asks", timestamp = "timestamp|s" } },
  fetch_trades = { get = "/v4/public/trades/{id}", read = trades(trade_fields) },
  fetch_ohlcv = {
    get = "/v1/public/kline",
    send = function(a)
      local limit, last = a.limit or a.since and 1440, math.tointeger(tonumber(a:take "until"))
      return ordered {
        { "market", a.id }, { "interval", a.timeframe }, { "start", a.since and a.since // 1000 }, { "end", last and last // 1000 },
        { "limit", limit and math.min(limit, 1440) },
      }
    end,
    read = candles { at = "result", columns = "1|s 2 4 5 3 6" },
  },
  fetch_trading_fees = {
    get = "/v4/public/assets", right = "public",
    read = function(reply, a)   -- a currency's rate holds for all markets of which it is the base
      local out = {}
      for _, symbol in ipairs(a.all_symbols) do
        local row = reply[a:market_of(symbol).baseId]
        if row then
          out[symbol] = {
            maker = row.maker_fee and decimal.mul(row.maker_fee, "0.01"), taker = row.taker_fee and decimal.mul(row.taker_fee, "0.01"),
            percentage = true, tierBased = false, info = row,
          }
        end
      end
      return out
    end,
  },
  fetch_trading_limits = {
    run = function(a)           -- the market list has them
      local out = {}
      for _, symbol in ipairs(a.symbols or a.all_symbols) do
        local market = a:market_of(symbol)
        out[symbol] = { info = market.info, limits = market.limits }
      end
      return out
    end,
  },
  fetch_deposit_withdraw_fees = { get = "/v4/public/fee", right = "public", read = fees_by_currency },
  fetch_transaction_fees = { get = "/v4/public/fee", right = "public", read = fees_by_currency },
  fetch_funding_limits = {
    right = "public",
    run = function(a)           -- what a currency's networks take stands in the list of currencies, what moving it costs in that of fees
      local fees, out = {}, {}
      local assets = ask(currency_list)
      for _, row in pairs(ask { get = "/v4/public/fee", params = true }) do fees[row.ticker or ""] = fees[row.ticker or ""] or row end
      a.params = {}
      for code, currency in pairs(assets) do
        local fee, limits = fees[code] or {}, { networks = currency.networks }
        for _, way in ipairs { "deposit", "withdraw" } do
          local least = currency.limits and currency.limits[way] or {}
          limits[way] = { min = least.min, max = least.max, fee = fee_of(fee[way]) }
        end
        out[code] = { info = currency.info, limits = limits }
      end
      for code in pairs(a.codes and out or {}) do
        local asked = false
        for _, one in ipairs(a.codes) do asked = asked or one == code end
        if not asked then out[code] = nil end
      end
      return out
    end,
  },
  fetch_funding_rates = { get = "/v4/public/futures", read = funding_list },
  fetch_funding_rate = {
    get = "/v4/public/futures",
    read = function(reply, a)
      for _, row in ipairs(funding_list(reply, a)) do
        if row.symbol == a.symbol then return row end
      end
    end,
  },
  fetch_funding_rate_history = {
    get = "/v4/public/funding-history/{id}", needs = "symbol", send = "startDate={since|s} endDate={until|s} limit={limit}",
    read = function(reply, a)
      local out = {}
      for i, row in ipairs(reply) do
        local seconds = tonumber(row.fundingTime)
        out[i] = dated(seconds and seconds * 1000, { info = row, symbol = a.symbol, fundingRate = tonumber(row.fundingRate) })
      end
      return oldest_first(out)
    end,
  },

  -- Account

  fetch_balance = {
    run = function(a)
      local account = a:take "account" or a:take "type" or "spot"
      local path = (account == "main" or account == "funding") and "main-account" or account == "swap" and "collateral-account"
      return private((path or "trade-account") .. "/balance", {
        read = balance {        -- the collateral account tells bare totals
          currency = "@key|code", free = "available,main_balance", used = "freeze",
          total = function(o) return type(o) ~= "userdata" and o or o.main_balance end,
        },
      })
    end,
  },
  fetch_accounts = private("sub-account/list", { read = accounts { at = "data", id = "id", type = "=subaccount", name = "alias" } }),
  fetch_order = {
    run = function(a)           -- among the open ones, then among those that were executed
      local open, executed = a:take "checkActive" ~= false, a:take "checkExecuted" ~= false
      local function found(path, read)
        local rows = ask(private(path, { send = "orderId={order_id} market={id}", read = read, params = true }))
        for _, o in ipairs(rows) do
          if o.id == a.order_id then return o end
        end
        if #rows > 0 then fail("BadResponse", "told of another order than " .. a.order_id) end
      end
      return open and found("orders", order_list) or executed and found("trade-account/order/history", past_orders)
        or fail("OrderNotFound", "no order " .. a.order_id)
    end,
  },
  fetch_orders = {
    run = function(a)
      local out = {}
      for path, read in pairs(sorted { orders = order_list, ["trade-account/order/history"] = past_orders }) do
        for _, o in ipairs(ask(private(path, { send = "market={id} limit={limit|max:100}", read = read, params = true }))) do out[#out + 1] = o end
      end
      return out
    end,
  },
  fetch_open_orders = private("orders", { send = "market={id} limit={limit|max:100}", read = orders(with(order_fields, { status = "=open" })) }),
  fetch_closed_orders = private("trade-account/order/history", { send = "market={id} limit={limit|max:100}", read = past_orders }),
  fetch_my_trades = private("trade-account/executed-history", {
    send = "market={id}",
    read = function(reply, a) return reply[1] and own_trades(reply, a) or trades_by_market(reply, a) end,
  }),
  fetch_order_trades = private("trade-account/order", {
    send = "orderId={order_id|number} market={id} limit={limit|max:100}", read = trades(with(trade_fields, { at = "records" })),
  }),
  fetch_positions = private("collateral-account/positions/open", { read = positions(position_fields) }),
  fetch_borrow_interest = private("collateral-account/positions/open", {       -- the rate is the same for all: https://whitebit.com/fees
    send = "market={id}",
    read = records.list {
      market = "market", time = "modifyDate|s", number = { interest = "unrealizedFunding", amountBorrowed = "amount" },
      value = { currency = "USDT", interestRate = 0.00098, marginMode = "cross" },
    },
  }),
  fetch_position_history = private("collateral-account/positions/history", {
    needs = "symbol", send = "market={id} startDate={since} limit={limit} endDate={until}", read = positions(position_fields),
  }),
  fetch_position = private("collateral-account/positions/open", { send = "market={id}", read = position(with(position_fields, { at = "1" })) }),
  fetch_funding_history = private("collateral-account/funding-history", {
    needs = "symbol", send = "market={id} startDate={since} limit={limit} endDate={until|number}",
    read = function(reply, a)
      local out = {}
      for i, row in ipairs(reply.records) do
        out[i] = dated(tonumber(row.fundingTime), { info = row, symbol = a.symbol, amount = tonumber(row.fundingAmount) })
      end
      return oldest_first(out)
    end,
  }),
  set_leverage = {
    run = function(a)           -- of the account, not of a market
      if a.symbol then fail("NotSupported", "the leverage is the account's: no symbol") end
      if a.leverage < 1 or a.leverage > 100 then fail("BadRequest", "leverage is from 1 to 100") end
      return private("collateral-account/leverage", { send = "leverage={leverage}" })
    end,
  },

  -- Orders

  create_order = { run = new_order },
  create_market_order_with_cost = { run = market_by_cost },
  create_market_buy_order_with_cost = { run = market_by_cost },
  edit_order = private("order/modify", {
    send = function(a)
      local mine, trigger, total = a:take "clientOrderId", a:take "triggerPrice" or a:take "stopPrice" or a:take "activationPrice", a:take "total"
      if not (a.amount or a.price or trigger or total) then fail("ArgumentsRequired", "nothing to change: amount, price, triggerPrice or total") end
      local by_total = total and a:to_amount(total) or a.type == "market" and a.side == "buy" and a.amount or nil
      return ordered {
        { "market", a.id }, { "clientOrderId", mine }, { "orderId", not mine and a.order_id or nil },
        { "activation_price", trigger and a:to_price(trigger) }, { "total", by_total }, { "amount", not by_total and a.amount or nil },
        { "price", a.price },
      }
    end,
    read = one_order,
  }),
  cancel_order = private("order/cancel", { needs = "symbol", send = "market={id} orderId={order_id|number}", read = one_order }),
  cancel_all_orders = {
    run = function(a)
      local kind, margin = a:take "type" or a.market and a.market.type or "spot", a:take "isMargin"
      local name = kind == "swap" and "futures" or kind == "spot" and (margin and "margin" or "spot") or fail("NotSupported", "no type " .. kind)
      return private("order/cancel/all", {
        send = ordered { { "market", a.id }, { "type", list { name } } },
        read = orders(with(order_fields, { id = "orderId,id,@key" })),
      })
    end,
  },
  cancel_all_orders_after = {
    run = function(a)
      local symbol = a:take "symbol" or fail("ArgumentsRequired", "params.symbol: the timer is a market's")
      local id = a:market_of(symbol).id
      local seconds = a.timeout > 0 and decimal.mul(decimal.text(a.timeout), "0.001") or "null"
      return private("order/kill-switch", {
        send = ordered { { "market", id }, { "timeout", seconds } }, read = function(reply) return reply end,
      })
    end,
  },

  -- Money in and out

  fetch_deposit_address = {
    run = function(a)
      if not is_fiat(a) then return private("main-account/address", { send = "ticker={currency_id}", read = deposit_address }) end
      for _, name in ipairs { "provider", "amount", "uniqueId" } do
        if a.params[name] == nil then fail("ArgumentsRequired", "a fiat deposit needs params." .. name) end
      end
      return private("main-account/fiat-deposit-url", {
        send = "ticker={currency_id} provider={provider} amount={amount} uniqueId={uniqueId}", read = deposit_address,
      })
    end,
  },
  create_deposit_address = private("main-account/create-new-address", { send = "ticker={currency_id}", read = deposit_address }),
  fetch_deposits = private("main-account/history", {
    send = "transactionMethod={1} limit={limit|default:100|max:100|number} offset={0} ticker={currency_id}", read = transaction_list,
  }),
  fetch_deposit = private("main-account/history", {
    send = "transactionMethod={1} uniqueId={order_id} limit={1} offset={0} ticker={currency_id}",
    read = transaction(with(transaction_fields, { at = "records.1" })),
  }),
  fetch_withdrawals = private("main-account/history", {
    send = "ticker={currency_id} startDate={since|s} limit={limit|default:100|max:100|number} transactionMethod=2", read = transaction_list,
  }),
  fetch_transactions = private("main-account/history", {
    send = "ticker={currency_id} startDate={since|s} limit={limit|default:100|max:100|number}", read = transaction_list,
  }),
  fetch_deposits_withdrawals = private("main-account/history", { send = "ticker={currency_id} limit={limit}", read = transaction_list }),
  withdraw = {
    run = function(a)           -- known by an id that the caller chooses
      if is_fiat(a) and a.params.provider == nil then fail("ArgumentsRequired", "a fiat withdrawal needs params.provider") end
      local mine = a:take "uniqueId" or uuid()
      return private("main-account/withdraw", {
        send = ordered {
          { "ticker", a.currency_id }, { "amount", a.amount }, { "address", a.address }, { "uniqueId", mine }, { "memo", a.tag },
          { "provider", a:take "provider" },
        },
        read = transaction(with(transaction_fields, { at = ".", id = function() return mine end })),
      })
    end,
  },
  transfer = private("main-account/transfer", {
    send = function(a)
      return ordered {
        { "ticker", a.currency_id }, { "amount", a.amount }, { "from", account_ids[a.from_account] or a.from_account },
        { "to", account_ids[a.to_account] or a.to_account },
      }
    end,
    read = transfer { amount = "={amount}" },
  }),

  options = {
    nonceWindow = false,        -- true: a nonce may be up to 5 s old, which calls side by side need
    fiat = { EUR = true, USD = true, RUB = true, UAH = true },
  },
})
