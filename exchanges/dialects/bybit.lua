-- API 5 of Bybit: what an adapter needs of it, in parts. Docs: https://bybit-exchange.github.io/docs/v5/intro
-- Spot, linear, inverse and option markets are the same calls with another `category`; ids repeat between spot and perpetuals (BTCUSDT).
-- Replies are {retCode, retMsg, result, time}; a failure is a retCode other than 0 in a 200 reply. Numbers are texts, and "" is nothing.
-- Accounts are unified trading accounts (the classic ones were converted).
-- Orders: dialects/bybit_orders.lua; what contracts have more: dialects/bybit_contracts.lua; the wallet: dialects/bybit_wallet.lua.

-- ---- failures ----

local errors = by_class {       -- ExchangeError is what the others are
  AccountSuspended = "10008",
  AuthenticationError = "-2015 10003 10004 10007 10009 33004 131004",
  BadRequest = [[
    -10009 -6029 -6025 -6017 -1103 -1021 -1004 7001 10001 10014 10017 12141 12201 20022 20023 20031 20070 20071 20084 30001 34036 35015
    110013 110015 110018 110024 110028 110029 110043 110046 110047 110048 110049 110050 110060 110061 110062 131002 131086 131088 131089
    131094 131095 131096 131202 131203 131204 131205 131207 131209 131210 131211 131213 131214 131215 140013 140018 140024 140025 140026
    140027 140029 140031 140036 140038 140039 140043 140046 140047 140048 140049 140060 140061 140062 170035 170036 170037 170105 170130
    170221 176002 176003 176004 176005 176006 176007 176008 176009 176010 176011 176012 176013 176014 176016 176017 176018 176019 176020
    176021 176022 176023 176024 176025 176026 176027 176028 176029 176030 176031 176034 176038 176039 176040 181000 181001 181017 3100116
    3100198
  ]],
  InsufficientFunds = [[
    30010 30031 30042 30049 30067 110004 110006 110007 110012 110014 110044 110045 110051 110052 110053 130021 131001 131085 131212 140004
    140006 140007 140012 140014 140044 140045 140051 140052 140053 170033 170034 170131 170223 170226 175003 175006 176015 3200300
  ]],
  InvalidNonce = "10002",
  InvalidOrder = [[
    -2013 -1197 -1140 12137 20003 20004 20005 20006 20007 20008 20009 20010 20011 20012 20013 20014 20015 20016 20017 20018 20019 20020
    20021 30003 30004 30005 30007 30008 30014 30015 30017 30018 30019 30020 30021 30022 30023 30024 30025 30026 30027 30028 30029 30030
    30032 30037 30043 30044 30045 30074 30075 110003 110005 110008 110009 110010 110011 110016 110017 110019 110020 110021 110022 110023
    110030 110031 110032 110033 110034 110035 110036 110037 110038 110039 110040 110041 110042 110054 110055 110056 110057 110058 110059
    110064 110070 110072 110092 110093 110094 130006 130074 140003 140005 140008 140009 140010 140011 140015 140016 140017 140019 140020
    140021 140022 140023 140028 140030 140032 140033 140034 140035 140037 140040 140041 140042 140050 140054 140055 140056 140057 140058
    140059 140064 140070 170005 170010 170011 170019 170115 170116 170117 170121 170124 170132 170133 170134 170135 170136 170137 170139
    170140 170141 170142 170143 170144 170145 170146 170147 170148 170151 170157 170159 170190 170191 170192 170193 170194 170195 170196
    170197 170198 170199 170200 170202 170203 170204 170206 170210 170217 170218 170228 170229 170371 170372 175000 175001 175002 175004
    175005 175007 175008 175009 175012 175013 175014 175015 175016 175017 181002 181003 181004 182000
  ]],
  ManualInteractionNeeded = "170241",
  MarginModeAlreadySet = "110026",
  NoChange = "110025 110027",
  NotSupported = "131231 131232",
  OrderNotFound = "20001 30034 110001 140001 170213",
  PermissionDenied = [[
    10005 10010 10020 10024 10027 10028 10029 30011 30012 30013 100028 110065 110067 110068 110069 140065 140067 140068 140069 170201 170224
    175010 176035 176036 176037
  ]],
  RateLimitExceeded = "10006 10018 30033 30035 170222",
  RequestTimeout = "170007",
  RestrictedLocation = "170209",}
-- Texts that say more than their codes.
local texts = {
  { "Not supported symbols", "BadSymbol" }, { "Request timeout", "RequestTimeout" }, { "unknown orderInfo", "OrderNotFound" },
  { "invalid api_key", "AuthenticationError" }, { "oc_diff", "InsufficientFunds" }, { "new_oc", "InsufficientFunds" },
  { "openapi sign params error!", "AuthenticationError" },
}
local fine = { ["0"] = true, ["30084"] = true }       -- 30084: the margin mode is already as asked

local function failed(reply, status)
  local code, message = reply.retCode or reply.ret_code, reply.retMsg or reply.ret_msg
  if type(code) ~= "string" then
    if status >= 400 then return nil end
    return "", "the reply has no retCode", "BadResponse"
  end
  if fine[code] then return nil end
  local told = code .. " " .. (type(message) == "string" and message or "")
  for _, row in ipairs(texts) do
    if told:find(row[1], 1, true) then return code, message, row[2] end
  end
  return code, message
end

-- ---- signing ----

-- Signed are the time, the key, the window and what is sent; the secret of an RSA key is a private key, PEM.
local function sign(req, key, a)
  local now, window = key.time, tostring(a.options.recvWindow)
  local text = now .. key.apiKey .. window .. (req.method == "POST" and req.body or req.querystring)
  req.headers["Content-Type"] = "application/json"
  req.headers["X-BAPI-API-KEY"] = key.apiKey
  req.headers["X-BAPI-TIMESTAMP"] = now
  req.headers["X-BAPI-RECV-WINDOW"] = window
  req.headers["X-BAPI-SIGN"] = signature(key.secret, text)
  if req.method == "POST" and a.options.brokerId ~= "" then req.headers.Referer = a.options.brokerId end
end

-- ---- where a call goes ----

local categories = { spot = "spot", margin = "spot", option = "option", linear = "linear", inverse = "inverse" }

-- The category that a call is about, also kept as a.category: params type and subType say, or the market, or the options, or `default`.
local function category(a, default)
  local raw, type, sub, market = a:take "category", a:take "type", a:take "subType", a.market
  if not type then
    if market then type = market.spot and "spot" or market.option and "option" or market.inverse and "inverse" or "linear"
    else type = a.options.defaultType or default or "spot"
    end
  end
  a.category = raw or (type ~= "spot" and sub) or categories[type] or market and market.inverse and "inverse" or a.options.defaultSubType
  return a.category
end

-- A method whose call is told by its category: `send` may use {category}.
local function in_category(path, cost, send, read, more)
  more = with({}, more or {})
  local default = more.default
  more.default = nil
  more.run = function(a)
    category(a, default)
    return { get = path, cost = cost, send = send, read = read }
  end
  return more
end

-- Does the call ask for orders that wait for a trigger?
local function waiting(a)
  local stop, trigger = a:take "stop", a:take "trigger"
  return (stop or trigger) and true or false
end

-- Without a symbol, linear contracts are listed by what they settle in.
local function settle_coin(a)
  if a.symbol or a.category ~= "linear" or a.params.baseCoin then return nil end
  return a:take "settleCoin" or a.options.defaultSettle
end

-- Symbol of an option that is not in the list (any more): "BTC-27JUN25-100000-C", with "-USDT" where it is not settled in USDC.
local months = {
  JAN = "01", FEB = "02", MAR = "03", APR = "04", MAY = "05", JUN = "06", JUL = "07", AUG = "08", SEP = "09", OCT = "10", NOV = "11", DEC = "12",
}
local function symbol_of(id)
  local base, day, month, year, strike, kind, quote = id:match "^(%w+)%-(%d+)(%u%u%u)(%d%d)%-([%d.]+)%-([CP])%-?(%u*)$"
  if not base or not months[month] then return id end
  if quote == "" then quote = "USDC" end
  return ("%s/%s:%s-%s%s%02d-%s-%s"):format(base, quote, quote, year, months[month], tonumber(day), strike, kind)
end

-- ---- reading ----

local function told(x) return x ~= "" and x or nil end
local function number(x) return x and tonumber(x) or nil end
local function nonzero(x) return x ~= "" and number(x) ~= 0 and x or nil end
local function as_it_is(reply) return reply end

-- Of ids that spot and perpetuals share: the market asked for says which, else the category.
local function preferred_type(_, a) return not a.market and a.category and a.category ~= "spot" and "swap" or nil end

local market_fields = {
  at = "result.list", id = "symbol", baseId = "baseCoin", quoteId = "quoteCoin", active = "status|eq:Trading",
  precision = { amount = "lotSizeFilter.qtyStep,lotSizeFilter.basePrecision", price = "priceFilter.tickSize,lotSizeFilter.quotePrecision" },
}
local spot_markets = markets(with(market_fields, {
  margin = function(o) return o.marginTrading ~= nil and o.marginTrading ~= "none" end, taker = 0.001, maker = 0.001,
  limits = {
    leverage = { min = 1 }, amount = { min = "lotSizeFilter.minOrderQty", max = "lotSizeFilter.maxOrderQty" },
    cost = { min = "lotSizeFilter.minOrderAmt", max = "lotSizeFilter.maxOrderAmt" },
  },
}))
-- An inverse contract is one dollar.
local contract_fields = with(market_fields, {
  settleId = "settleCoin", contractSize = 1, created = "launchTime", taker = 0.0006, maker = 0.0001,
  limits = {
    leverage = { min = "leverageFilter.minLeverage", max = "leverageFilter.maxLeverage" },
    amount = { min = "lotSizeFilter.minOrderQty", max = "lotSizeFilter.maxOrderQty" },
    price = { min = "priceFilter.minPrice", max = "priceFilter.maxPrice" }, cost = { min = "lotSizeFilter.minNotionalValue" },
  },
})
local contract_markets = markets(with(contract_fields, {
  type = { "contractType", LinearFutures = "future", InverseFutures = "future", default = "swap" },
  linear = { "contractType", LinearPerpetual = true, LinearFutures = true, InversePerpetual = false, InverseFutures = false },
  settle = { "settleCoin|code", USD = "USDC", default = "." },
  expiry = function(o)
    return (o.contractType == "LinearFutures" or o.contractType == "InverseFutures") and o.deliveryTime ~= "0" and o.deliveryTime or nil
  end,
}))
local option_markets = markets(with(contract_fields, {
  type = "=option", optionType = "optionsType|lower", expiry = "deliveryTime", strike = "symbol|after:-|after:-|before:-",
}))

local ticker_fields = {
  market = "symbol", market_type = preferred_type, high = "highPrice24h", low = "lowPrice24h", bid = "bid1Price",
  bidVolume = "bid1Size,bidSize", ask = "ask1Price", askVolume = "ask1Size,askSize", open = "prevPrice24h", last = "lastPrice",
  percentage = "price24hPcnt|mul:100", baseVolume = "volume24h", quoteVolume = "turnover24h", markPrice = "markPrice", indexPrice = "indexPrice",
}
local order_book = book { at = "result", bids = "b", asks = "a", timestamp = "ts" }
local function candle_list(volume)
  return candles { at = "result.list", columns = { time = 1, open = 2, high = 3, low = 4, close = 5, volume = volume } }
end

-- Fees of spot trades are paid in what is got, rebates in what is given, where the reply does not name the coin.
local function fee_currency(o, _, market)
  local cost = told(o.execFee)
  if not number(cost) or not market then return nil end
  if not market.spot then return market.inverse and market.base or market.settle end
  if not told(o.side) then return nil end
  return (decimal.cmp(cost, 0) > 0) == (o.side == "Buy") and market.base or market.quote
end
local trade_list = trades {
  at = "result.list", market = "symbol", market_type = preferred_type, id = "execId", order = "orderId", timestamp = "execTime,time",
  side = "side|lower", price = "execPrice,price", amount = "execQty,size", cost = "execValue",
  type = { "orderType|lower", unknown = false, default = "." },
  takerOrMaker = { "isMaker", ["true"] = "maker", ["false"] = "taker" },
  fee = {
    cost = "execFee", rate = "feeRate",
    currency = function(o, a, market)
      local coin = told(o.feeCurrency) or told(o.feeCoin)
      return coin and a:code_of(coin) or fee_currency(o, a, market)
    end,
  },
}

-- Market orders to buy on spot tell their size in the quote, unless marketUnit says otherwise.
local function by_cost(o, market)
  if not (market and market.spot) or o.orderType == "Limit" then return false end
  local unit = told(o.marketUnit)
  return unit ~= "baseCoin" and (unit == "quoteCoin" or o.side ~= "Sell")
end

-- A reduce-only order with a trigger is a stop or a target: by its direction (1 rising, 2 falling) and side.
local function closing_price(o, stops)
  local trigger = nonzero(o.triggerPrice)
  if o.reduceOnly ~= true or not trigger then return nil end
  local rising = tostring(o.triggerDirection) == "1"
  if not rising and tostring(o.triggerDirection) ~= "2" then return nil end
  return (rising == (o.side == "Buy")) == stops and trigger or nil
end

local order_fields = {
  market = "symbol", market_type = preferred_type, id = "orderId", clientOrderId = "orderLinkId", timestamp = "createdTime",
  lastTradeTimestamp = "updatedTime", lastUpdateTimestamp = "updatedTime", type = "orderType|lower", side = "side|lower",
  timeInForce = { "timeInForce", GoodTillCancel = "GTC", ImmediateOrCancel = "IOC", FillOrKill = "FOK", PostOnly = "PO", default = "." },
  status = words("orderStatus", { open = "PendingCancel PENDING_CANCEL PENDING_NEW Untriggered Triggered", closed = "PartiallyFilledCanceled", canceled = "Deactivated" }),
  price = "price", average = "avgPrice|nonzero", filled = "cumExecQty", cost = "cumExecValue", reduceOnly = "reduceOnly",
  remaining = function(o) return told(o.qty) and o.leavesQty end,      -- 0 of a canceled order: tells nothing of the amount
  amount = function(o, _, market) return not by_cost(o, market) and o.qty or nil end,
  triggerPrice = "triggerPrice|nonzero",
  stopLossPrice = function(o) return nonzero(o.stopLoss) or closing_price(o, true) end,
  takeProfitPrice = function(o) return nonzero(o.takeProfit) or closing_price(o, false) end,
  fees = function(o, a)
    local out = {}
    for coin, cost in pairs(o.cumFeeDetail or {}) do out[#out + 1] = { currency = a:code_of(coin), cost = cost } end
    return out
  end,
}

local parts = {
  errors = errors, failed = failed, sign = sign, symbol_of = symbol_of, category = category, in_category = in_category, waiting = waiting,
  settle_coin = settle_coin, told = told, number = number, nonzero = nonzero, dated = dated, oldest_first = oldest_first, as_it_is = as_it_is,
  preferred_type = preferred_type, spot_markets = spot_markets, contract_markets = contract_markets, option_markets = option_markets,
  one_ticker = ticker(with(ticker_fields, { at = "result.list.1" })), ticker_list = tickers(with(ticker_fields, { at = "result.list" })),
  order_book = order_book, candle_list = candle_list(6), inverse_candles = candle_list(7), trade_list = trade_list,
  one_order = order(with(order_fields, { at = "result" })), order_list = orders(with(order_fields, { at = "result.list" })),
  canceled_list = orders(with(order_fields, { at = "result.list?" })),      -- or only {success}
}

-- The order with the id asked for, out of a list.
local first_order = order(with(order_fields, { at = "result.list.1" }))
function parts.found_order(reply, a)
  local n = #reply.result.list
  if n > 1 then fail("InvalidOrder", "more than one order " .. tostring(a.order_id)) end
  if n == 0 then fail("OrderNotFound", "no order " .. tostring(a.order_id) .. "; one that waits for a trigger is found with params.trigger") end
  return first_order(reply, a)
end

return parts
