-- Binance's API, as binance.com and its sisters speak it: what an adapter needs of it, in parts.
-- Docs: https://developers.binance.com/docs/binance-spot-api-docs
-- A signed request carries timestamp, recvWindow and a signature over all of it: in the query (GET, DELETE) or in the body (POST, PUT).
-- Failures are {code, msg}, also in a 200 reply; the same code means one thing for spot and another for contracts, and the message says
-- more than the code. Spot, margin, contracts and portfolio margin are the same calls at different paths: part() and path() know where.
local d = {}

-- ---- failures ----

d.errors = by_class {
  BadRequest = "400002 -1013 -1016 -1020 -1100 -1101 -1102 -1103 -1104 -1105 -1106 -1108 -1111 -1114 -1115 -1116 -1117 -1118 -1119 -1120 "
    .. "-1127 -1128 -1130 -1131 -1134 -1135 -1145 -3003 -3005 -3006 -3008 -3010 -3011 -3013 -3015 -3016 -3020 -3021 -3025 -3026 -3038 -3042 "
    .. "-4001 -4002 -4003 -4006 -4011 -4019 -4021 -4022 -4028 -4029 -4033 -4047 -5001 -5007 -5011 -5021 -5022 -6004 -6005 -6006 -6015 -6016 "
    .. "-6020 -7001 -7002 -10002 -10007 -10008 -10009 -10010 -10012 -10018 -10019 -10020 -10022 -10024 -10026 -10028 -20124 -20130 -20132 "
    .. "-20194 -20195 -20196 -20204 -21001 -21002 -32603",
  AuthenticationError = "100001003 200003903 -1002 -1022 -1099 -1125 -2008 -2014 -2015 -3001 -4004 -4013 -4046",
  OperationFailed = "-1000 -1001 -1004 -1006 -1008 -1010 -1112 -3000 -3007 -3029 -3037 -3044 -4027 -4031 -4037 -4038 -4041 -4045 -4060 -5010 "
    .. "-5012 -10001 -10015 -10016 -10023 -10025 -10032 -10041 -21006 -21007",
  RateLimitExceeded = "-1003 -1015 -4005 -6009 -12014",
  RequestTimeout = "-1007",
  InvalidNonce = "-1021",
  BadSymbol = "-1121 -1151 -3002 -3027 -3028 -4018 -5009 -6001 -10042 -20121",
  OperationRejected = "-2016 -3004 -3009 -3012 -3017 -3023 -3024 -3045 -4014 -4023 -4032 -4034 -4040 -4042 -4043 -5004 -5005 -5006 -5008 -6007 "
    .. "-6008 -6011 -6014 -6019 -10017 -10029 -10030 -10031 -10034 -10039 -10040 -10043 -10044 -10045 -10046 -11008 -13000 -13001 -13002 "
    .. "-13004 -13005 -13006 -18002 -18003 -18004 -18006 -18007 -20198 -21004",
  BadResponse = "-2021 -2022 -4030 -6013 -10005 -21003",
  InvalidOrder = "-1014 -2010 -2026 -10021",
  OrderNotFound = "-2011 -2013",
  AccountSuspended = "-3014 -3018 -3019 -3022 -3036",
  InsufficientFunds = "-3041 -4024 -4025 -4026 -5002 -5003 -5013 -6012 -6018 -10011 -10013 -21005",
  PermissionDenied = "-3043 -3999 -4007 -4008 -4010 -4012 -4015 -4016 -4017 -4035 -4036 -4039 -4044 -6003 -6017 -10047 -13003 -13007 -18005",
}
-- From -4000 on, what is not above means nothing more than "refused".

-- Codes of USDⓈ-M contracts, of COIN-M ones, and of both, where they differ from spot.
local both = by_class {
  PermissionDenied = "-1005 -1011 -4192", BadRequest = "-1023 -1113 -1136 -4001 -4002 -4003 -4004 -4005 -4006 -4007 -4008 -4009 -4010 -4011 "
    .. "-4012 -4013 -4014 -4015 -4016 -4017 -4018 -4020 -4021 -4022 -4023 -4024 -4025 -4026 -4027 -4028 -4029 -4030 -4031 -4033 -4044 -4049 "
    .. "-4053 -4055 -4058 -4060 -4062 -4082 -4084 -4086 -4104 -4135 -4137 -4138 -4139",
  BadSymbol = "-1108", OperationRejected = "-1004 -2016 -2025 -2027 -2028 -4019 -4032 -4045 -4046 -4047 -4048 -4052 -4054 -4059 -4061 -4067 -4068 -4083",
  InsufficientFunds = "-2018 -2019 -4050 -4051", OperationFailed = "-2020 -2023", OrderImmediatelyFillable = "-2021 -4142",
  InvalidOrder = "-2022 -2026 -4000", AuthenticationError = "-4056 -4057",
}
d.linear_errors = with(both, by_class {
  PermissionDenied = "-1109 -2017 -4080 -4087 -4088 -4202 -4203 -4205 -4206 -4400 -4401 -4402 -4403", AuthenticationError = "-1099",
  OperationFailed = "-1008 -2012 -4078 -5041", InsufficientFunds = "-2024", OrderNotFillable = "-5021 -5022", BadSymbol = "-1126 -4144",
  BadRequest = "-1110 -1122 -4063 -4064 -4065 -4066 -4069 -4070 -4071 -4073 -4075 -4079 -4081 -4085 -4114 -4115 -4140 -4165 -4167 -4168 -4183 "
    .. "-4184 -4210 -4211 -5028 -5037 -5038 -5039 -5040",
  OperationRejected = "-4072 -4074 -4076 -4077 -4117 -4118 -4131 -4141 -4169 -4170 -4171 -4172 -4208 -4209 -5024 -5025 -5026 -5027",
  InvalidOrder = "-4116 -4136 -4164", MarginModeAlreadySet = "-4046",
})
d.inverse_errors = with(both, by_class {
  PermissionDenied = "-4089 -4090 -4194 -4195 -4200 -4201", AuthenticationError = "-1109", BadSymbol = "-1110 -4087",
  BadRequest = "-1128 -2024 -4086 -4088 -4110 -4111 -4151 -4152 -4154 -4155 -4178 -4188 -4196 -4199",
  OperationRejected = "-4112 -4113 -4150 -4197 -4198 -4202", MarginModeAlreadySet = "-4046",
})
-- Portfolio margin (orders as on USDⓈ-M contracts, with exceptions), and options, where what the wallet has codes for is no more than refused.
d.portfolio_errors = with(d.linear_errors, by_class {
  PermissionDenied = "-4056 -4057", BadSymbol = "-1110", NotSupported = "-4084", InvalidOrder = "-4061 -4183 -4184 -4408",
  BadRequest = "-1004 -1109 -4000 -4019 -4032 -4045 -4046 -4047 -4048 -4050 -4051 -4052 -4054 -4059 -4067 -4068 -4074 -4083 -4141",
  OperationFailed = "-1099 -2016 -2018 -2019 -5028", OperationRejected = "-2024 -4161", OrderNotFillable = "-2020",
  OrderImmediatelyFillable = "-4140", RateLimitExceeded = "-5041",
})
d.option_errors = by_class {
  RateLimitExceeded = "-1008", BadSymbol = "-1128 -1129", InsufficientFunds = "-2018 -2027",
  ExchangeError = "-4006 -4007 -4008 -4010 -4011 -4012 -4014 -4015 -4016 -4017 -4018 -4019 -4021 -4022 -4023 -4024 -4025 -4026 -4027 -4028 -4031 "
    .. "-4032 -4033 -4034 -4035 -4036 -4037 -4038 -4039 -4040 -4041 -4042 -4043 -4044 -4045 -4046 -4047 -4060 -20121 -20124 -20130 -20132 -20194 "
    .. "-20195 -20196 -20198 -20204",
}

local texts = by_class {
  OnMaintenance = { "System is under maintenance." }, OperationFailed = { "System abnormality" }, MarketClosed = { "Market is closed." },
  PermissionDenied = {
    "You are not authorized to execute this request.", "Rest API trading is not enabled.", "This account may not place or cancel orders.",
    "You don't have permission.", "This symbol is restricted for this account.", "This symbol is not permitted for this account.",
  },
  AuthenticationError = { "API key does not exist" }, InsufficientFunds = { "Account has insufficient balance for requested action." },
  OrderImmediatelyFillable = { "Order would trigger immediately.", "Stop price would trigger immediately.", "Order would immediately match and take." },
  OperationRejected = { "This type of sub-account exceeds the maximum number limit" },
  AccountSuspended = { "This action is disabled on this account." },
  BadRequest = { "Limit orders require GTC for this phase.", "This order type is not possible in this trading phase." },
  RateLimitExceeded = { "Too many requests. Please try again later." },
}
local fragments = { { "has no operation privilege", "PermissionDenied" }, { "MAX_POSITION", "BadRequest" }, { "PERCENT_PRICE_BY_SIDE", "InvalidOrder" } }
-- Filters that an order broke, named in the message of a 4xx.
local filters = { "Price * QTY is zero or less", "LOT_SIZE", "PRICE_FILTER", "NOTIONAL" }

-- `failed` of an adapter whose codes are those of `common`, or at a host of contracts its own: the message first, then the code.
local by_host = { fapi = d.linear_errors, dapi = d.inverse_errors, papi = d.portfolio_errors, eapi = d.option_errors }
function d.failed(common)
  return function(reply, status, _, host)
    local codes = by_host[host] or common
    if status == 418 or status == 429 then return reply.code or tostring(status), reply.msg, "DDoSProtection" end
    local only = #reply == 1 and reply[1]       -- one result of several orders
    local class = type(only) == "userdata" and only.code and (codes[only.code] or d.errors[only.code])
    if class then return only.code, only.msg, class end
    local code, message = reply.code, reply.msg
    if code and tonumber(code) and (tonumber(code) == 0 or tonumber(code) == 200) then code = nil end
    if message then
      for _, filter in ipairs(status >= 400 and filters or {}) do
        if message:find(filter, 1, true) then return code or "", message, "InvalidOrder" end
      end
      class = codes[message] or texts[message]
      for _, row in ipairs(fragments) do
        if not class and message:find(row[1], 1, true) then class = row[2] end
      end
      if class or message:match "^%-%d+$" then return code or message, message, class end
    end
    if code then return code, message, codes[code] end
    if reply.success == false then return "", message end
  end
end

-- ---- signing ----

function d.sign(req, key, a)
  local send = first(req.form or req.query, "timestamp", key.time)
  if send.recvWindow == nil then send.recvWindow = a.options.recvWindow end
  send.signature = signature(key.secret, req.form and encode_form(send) or encode_query(send))     -- HMAC, RSA or Ed25519
  req.headers["X-MBX-APIKEY"] = key.apiKey
end

-- ---- where a call goes ----

local roots = {
  spot = "/api/v3/", margin = "/sapi/v1/margin/", linear = "/fapi/v1/", inverse = "/dapi/v1/",
  pm_spot = "/papi/v1/margin/", pm_linear = "/papi/v1/um/", pm_inverse = "/papi/v1/cm/",
}
local wallet_of = { future = "linear", swap = "linear", delivery = "inverse" }

-- Which part of Binance a call is for: a key of `roots`; and the margin mode. Params type, subType, marginMode, portfolioMargin and the
-- options defaultType, defaultSubType, portfolioMargin say, or the market.
function d.part(a)
  local o, market = a.options, a.market
  local pm, papi = a:take "portfolioMargin", a:take "papi"
  local type, sub, mode = a:take "type", a:take "subType", a:take "marginMode"
  if a:take "margin" and not mode then mode = "cross" end
  mode = mode or o.defaultMarginMode
  type = type or market and market.type or o.defaultType or "spot"
  if type == "papi" then pm = true end
  if not sub and market then sub = market.linear and "linear" or market.inverse and "inverse" or nil end
  if not sub and not market then sub = o.defaultSubType end
  local part = sub or wallet_of[type] or (type == "margin" or mode) and "margin" or "spot"
  if market and market.option or not sub and type == "option" then fail("NotSupported", "options are not traded here") end
  if pm or papi or pm == nil and o.portfolioMargin then part = "pm_" .. (part == "margin" and "spot" or part) end
  return part, mode, type
end

local on_contracts = { linear = true, inverse = true, pm_linear = true, pm_inverse = true }
local hosts = { linear = "fapi", inverse = "dapi", pm_spot = "papi", pm_linear = "papi", pm_inverse = "papi" }
d.on_contracts = on_contracts

-- Path and host of `names` there: one name for all parts, or a table by part, by "contract", and [1]. Contract orders with a trigger are kept
-- apart: their names are "algo" (USDⓈ-M), "inverse_algo", "pm_algo"; the third result tells that one of those was taken.
function d.path(part, names, with_trigger)
  local name, algo = names, nil
  if type(names) == "table" then
    if with_trigger and on_contracts[part] then
      algo = part:sub(1, 3) == "pm_" and names.pm_algo or part == "linear" and names.algo or part == "inverse" and names.inverse_algo
    end
    name = algo or names[part] or on_contracts[part] and names.contract or names[1]
  end
  if not name then fail("NotSupported", "not offered for " .. part) end
  return name:sub(1, 1) == "/" and name or roots[part] .. name, hosts[part], algo and true
end

-- A method that is offered at several places. `send`: its template, or function(a, part, algo) giving one; `read`: a map, or maps by part
-- and [1]. On margin, isolated markets are marked.
function d.placed(verb, names, send, read, more)
  more = with({}, more or {})
  more.run = function(a)
    local part, mode = d.part(a)
    local waiting = type(names) == "table" and names.algo and (a:take "stop" or a:take "trigger" or a:take "conditional")
    local path, host, algo = d.path(part, names, waiting)
    local text = type(send) == "function" and send(a, part, algo) or send
    if mode == "isolated" and part == "margin" then text = text .. " isIsolated={true}" end
    return {
      [verb] = path, host = host, send = text, encode = verb == "delete" and "query" or nil, cost = d.cost(names, a),
      read = type(read) == "table" and (read[part] or on_contracts[part] and read.contract or read[1]) or read,
    }
  end
  return more
end

-- Request weight in fifths: 1200 a minute, the rate limit counts in units of 5 weight.
local costs = { order = 0.8, allOrders = 4, myTrades = 4, openOrders = 1.2 }
function d.cost(names, a)
  local name = type(names) == "table" and names[1] or names
  if name == "openOrders" and not a.symbol then return 16 end
  return costs[name] or 1
end

-- ---- market data ----

d.timeframes = "1s 1m 3m 5m 15m 30m 1h 2h 4h 6h 8h 12h 1d 3d 1w 1M"

-- Markets of spot and of contracts. A perpetual's delivery date is the end of the year 2100.
d.market_fields = {
  at = "symbols", id = "symbol", lowercaseId = "symbol|lower", baseId = "baseAsset", quoteId = "quoteAsset",
  active = { "status,contractStatus", TRADING = true, default = false },
  precision = {
    amount = "filters[filterType=LOT_SIZE].stepSize,quantityPrecision|tick",
    price = "filters[filterType=PRICE_FILTER].tickSize,pricePrecision|tick",
    base = "baseAssetPrecision|tick", quote = "quotePrecision|tick",
  },
  limits = {
    amount = { min = "filters[filterType=LOT_SIZE].minQty", max = "filters[filterType=LOT_SIZE].maxQty" },
    price = { min = "filters[filterType=PRICE_FILTER].minPrice", max = "filters[filterType=PRICE_FILTER].maxPrice" },
    market = { min = "filters[filterType=MARKET_LOT_SIZE].minQty", max = "filters[filterType=MARKET_LOT_SIZE].maxQty" },
    cost = {
      min = "filters[filterType=NOTIONAL].minNotional,filters[filterType=MIN_NOTIONAL].minNotional,filters[filterType=MIN_NOTIONAL].notional",
      max = "filters[filterType=NOTIONAL].maxNotional",
    },
  },
}
d.spot_markets = markets(with(d.market_fields, { margin = "isMarginTradingAllowed" }))

-- Rows of COIN-M have a baseVolume in place of a quoteVolume: their volume counts contracts.
d.ticker_fields = {
  market = "symbol", timestamp = "closeTime,time", high = "highPrice", low = "lowPrice", bid = "bidPrice", bidVolume = "bidQty",
  ask = "askPrice", askVolume = "askQty", vwap = "weightedAvgPrice", open = "openPrice", last = "lastPrice", previousClose = "prevClosePrice",
  change = "priceChange", percentage = "priceChangePercent", markPrice = "markPrice", indexPrice = "indexPrice", baseVolume = "baseVolume,volume",
  quoteVolume = { "quoteVolume", function(o) return o.baseVolume and o.weightedAvgPrice and decimal.mul(o.baseVolume, o.weightedAvgPrice) end },
}
d.spot_ticker = ticker(with(d.ticker_fields, { market_type = "=spot" }))
d.spot_tickers = tickers(with(d.ticker_fields, { market_type = "=spot", exact_average = true }))

-- Some give one object when one symbol was asked for.
function d.one_or_many(maps)
  return function(reply, a)
    if not reply.symbol then return maps[2](reply, a) end
    local t = maps[1](reply, a)
    return { [t.symbol] = t }
  end
end
d.spot_bids_asks = d.one_or_many { d.spot_ticker, d.spot_tickers }

d.order_book = book { timestamp = "T", nonce = "lastUpdateId,u" }

-- Public trades: of /aggTrades, and of /trades. `m`: the buyer was the maker.
d.public_trades = trades {
  id = "a,id", timestamp = "T,time", price = "p,price", amount = "q,qty", cost = "quoteQty",
  side = { "m,isBuyerMaker", ["true"] = "sell", ["false"] = "buy" },
}
-- From `since` on, aggTrades gives an hour.
function d.trades_send(a, part)
  a["until"] = a:take "until" or a.since and a.since + 3600000
  return "symbol={id} startTime={since} endTime={until} limit={limit" .. (on_contracts[part] and "|max:1000}" or "}")
end

d.spot_candles = candles { columns = "1,openTime 2,open 3,high 4,low 5,close 6,volume" }
d.inverse_candles = candles { columns = "1,openTime 2,open 3,high 4,low 5,close 8,volume" }      -- the sixth counts contracts
d.klines_send = "interval={timeframe} limit={limit} symbol={id} startTime={since} endTime={until}"
function d.klines_limit(a)
  return math.min(a.limit or (a.since and a.given["until"] and 1000) or 500, 1000)
end

-- ---- orders and own trades ----

local statuses = {
  "status,strategyStatus,algoStatus", NEW = "open", PENDING_NEW = "open", PARTIALLY_FILLED = "open", ACCEPTED = "open", TRIGGERING = "open",
  FILLED = "closed", TRIGGERED = "closed", FINISHED = "closed", CANCELED = "canceled", CANCELLED = "canceled", PENDING_CANCEL = "canceling",
  REJECTED = "rejected", EXPIRED = "expired", EXPIRED_IN_MATCH = "expired", default = ".",
}
local function status_of(o) return statuses[o.status or o.strategyStatus or o.algoStatus] end

local fee = { cost = "commission", currency = "commissionAsset|code" }
local order_fields = {
  id = "strategyId,orderId,algoId", clientOrderId = "clientOrderId,newClientStrategyId,clientAlgoId", market = "symbol",
  timestamp = "time,createTime,workingTime,transactTime,updateTime", lastUpdateTimestamp = "transactTime,updateTime", status = statuses,
  lastTradeTimestamp = function(o)        -- the last change was a trade when it is filled, or still open and partly filled
    local status = status_of(o)
    if status ~= "closed" and not (status == "open" and tonumber(o.executedQty or o.filledQty or 0) > 0) then return nil end
    return o.updateTime or o.transactTime
  end,
  timeInForce = { "timeInForce", GTX = "PO", default = "." }, side = "side|lower", price = "price,limitPrice", average = "avgPrice",
  amount = "origQty,quantity", filled = "executedQty,filledQty", triggerPrice = "stopPrice|nonzero,triggerPrice|nonzero",
  reduceOnly = "reduceOnly", postOnly = function(o) return o.type == "LIMIT_MAKER" or o.timeInForce == "GTX" end,
  trades = trades { at = "fills", id = "tradeId", price = "price", amount = "qty", fee = fee },
}
d.order_fields = with(order_fields, {
  market_type = "=spot", cost = "cummulativeQuoteQty,cumQuote",
  type = words("type|lower", {
    limit = "limit_maker stop_loss_limit take_profit_limit stop", market = "stop_loss take_profit stop_market take_profit_market trailing_stop_market",
  }),
})
d.contract_order_fields = with(order_fields, {
  market_type = "=swap", cost = "cumBase,cumQuote",
  type = words("type|lower,orderType|lower", { limit = "stop take_profit", market = "stop_market take_profit_market trailing_stop_market" }),
})

-- The maps of one kind for every part: spot and margin, and contracts.
local function both_maps(make, spot, contract)
  return { make(spot), contract = make(contract) }
end
d.an_order = both_maps(order, d.order_fields, d.contract_order_fields)
d.all_orders = both_maps(orders, d.order_fields, d.contract_order_fields)
-- Those of certain unified statuses only.
function d.orders_that_are(...)
  local wanted = {}
  for _, status in ipairs { ... } do wanted[status] = true end
  local function where(o) return wanted[status_of(o)] end
  return both_maps(orders, with(d.order_fields, { where = where }), with(d.contract_order_fields, { where = where }))
end

d.own_trade_fields = {
  id = "id", order = "orderId", market = "symbol", timestamp = "time", price = "price", amount = "qty", cost = "quoteQty,baseQty",
  side = { "side|lower,isBuyer", buy = "buy", sell = "sell", ["true"] = "buy", ["false"] = "sell" },
  takerOrMaker = { "isMaker,maker", ["true"] = "maker", ["false"] = "taker" }, fee = fee,
}
d.own_trades = both_maps(trades, with(d.own_trade_fields, { market_type = "=spot" }), with(d.own_trade_fields, { market_type = "=swap" }))

-- Which order: by the exchange's id, or by the client's, given in params.
function d.order_ref(a, part, algo)
  local id, client = "orderId", "origClientOrderId"
  if algo then
    if part:sub(1, 3) == "pm_" then id, client = "strategyId", "newClientStrategyId" else id, client = "algoId", "clientAlgoId" end
  end
  local send = "symbol={id} "
  for _, name in ipairs { "origClientOrderId", "clientOrderId", "newClientStrategyId", "clientAlgoId" } do
    if a.given[name] then return send .. client .. "={" .. name .. "}" end
  end
  return send .. id .. "={order_id}"
end

-- Must the order rest on the book? (params postOnly, timeInForce = "PO")
local function is_post_only(a, market_order)
  local tif, post = a.params.timeInForce, a:take "postOnly"
  if tif == "PO" then a.params.timeInForce = nil end
  local wanted = tif == "PO" or post == true or a.type:upper() == "LIMIT_MAKER"
  if wanted and market_order then fail("InvalidOrder", "a market order cannot be post-only") end
  if wanted and (tif == "IOC" or tif == "FOK") then fail("InvalidOrder", "a post-only order cannot be " .. tif) end
  return wanted
end

local function set(words)
  local out = {}
  for word in words:gmatch "%S+" do out[word] = true end
  return out
end
local needs_price = set "LIMIT STOP_LOSS_LIMIT TAKE_PROFIT_LIMIT LIMIT_MAKER STOP"
local needs_trigger = set "STOP_LOSS TAKE_PROFIT STOP_LOSS_LIMIT TAKE_PROFIT_LIMIT STOP STOP_MARKET TAKE_PROFIT_MARKET"
local needs_time = set "LIMIT STOP_LOSS_LIMIT TAKE_PROFIT_LIMIT"

-- What a market order by quote amount spends: `cost`, or amount x price; nil when the order is by base amount.
local function quote_amount(a)
  local cost = a:take "quoteOrderQty" or a:take "cost" or a.cost
  if a.options.quoteOrderQty == false then return nil end
  if not cost and a.price then cost = decimal.mul(decimal.text(a.asked_amount), decimal.text(a.asked_price)) end
  return cost and decimal.round(decimal.text(cost), a.market.precision.price, "tick", "cut")
end

-- Quantity, price, trigger and validity of an order of the exchange's type `kind`, into `r`.
local function add_amounts(a, r, kind, trigger, trigger_name, other_trigger)
  local quote = kind == "MARKET" and a.market.spot and quote_amount(a)
  if quote then r.quoteOrderQty = quote
  elseif a.params.closePosition ~= true then
    if not a.amount then fail("ArgumentsRequired", "the order needs an amount") end
    r.quantity = a.amount
  end
  if (needs_price[kind] or a.market.contract and kind == "TAKE_PROFIT") and not a.params.priceMatch then
    if not a.price then fail("InvalidOrder", "a " .. a.type .. " order needs a price") end
    r.price = a.price
  end
  if needs_trigger[kind] then
    if trigger then r[trigger_name] = a:to_price(trigger)
    elseif not other_trigger then fail("InvalidOrder", "a " .. a.type .. " order needs a triggerPrice") end
  end
  if needs_time[kind] and a.params.timeInForce == nil and r.timeInForce == nil then r.timeInForce = a.options.timeInForce end
end

-- A spot type for an order with a trigger; on contracts the names differ.
local function trigger_kind(a, base, contract)
  local upper = a.type:upper()
  if upper == "MARKET" then return contract and (base == "STOP_LOSS" and "STOP_MARKET" or "TAKE_PROFIT_MARKET") or base end
  if upper == "LIMIT" then return contract and (base == "STOP_LOSS" and "STOP" or "TAKE_PROFIT") or base .. "_LIMIT" end
  return upper
end

-- The fields of a new order in the order in which they travel, and whether it waits for a trigger.
function d.new_order(a, part, mode, type)
  local market, contract, pm = a.market, on_contracts[part], part:sub(1, 3) == "pm_"
  local upper = a.type:upper()
  local kind = upper
  local r = ordered { { "symbol", a.id }, { "side", a.side:upper() } }
  local reduce = a.params.reduceOnly
  if reduce == true and part == "margin" then
    a:take "reduceOnly"
    r.sideEffectType = "AUTO_REPAY"
  end
  local trigger, stop_loss, take_profit = a:take "triggerPrice" or a:take "stopPrice", a:take "stopLossPrice", a:take "takeProfitPrice"
  local percent, trailing_from = a:take "trailingPercent" or a:take "callbackRate", a:take "trailingTriggerPrice" or a:take "activationPrice"
  local delta = a.params.trailingDelta
  if delta and not percent and contract then percent = a:take "trailingDelta" end
  local waits = trigger or stop_loss or take_profit or percent or delta
  local at
  if percent and contract then
    kind = "TRAILING_STOP_MARKET"
    r.callbackRate = decimal.text(percent)
    if trailing_from then r.activationPrice = a:to_price(trailing_from) end
  elseif percent then                       -- in hundredths of a percent
    local what = a:take "stopLossOrTakeProfit"
    if not needs_trigger[kind] then
      if what ~= "stopLoss" and what ~= "takeProfit" then
        fail("InvalidOrder", "trailingPercent needs stopLossOrTakeProfit: stopLoss or takeProfit")
      end
      kind = (what == "stopLoss" and "STOP_LOSS" or "TAKE_PROFIT") .. (upper == "MARKET" and "" or "_LIMIT")
    end
    at = trailing_from
    r.trailingDelta = decimal.mul(decimal.text(percent), 100)
  elseif stop_loss or trigger or delta then
    at = stop_loss or trigger
    kind = trigger_kind(a, "STOP_LOSS", contract)
  elseif take_profit then
    at = take_profit
    kind = trigger_kind(a, "TAKE_PROFIT", contract)
  end
  local client = a:take "newClientOrderId" or a:take "clientOrderId" or a:take "clientAlgoId" or uuid()
  local algo = waits and contract
  local client_name = algo and (pm and "newClientStrategyId" or market.linear and market.swap and "clientAlgoId") or "newClientOrderId"
  r[client_name] = client
  local post = is_post_only(a, upper == "MARKET")
  if post and not contract then kind = "LIMIT_MAKER" end
  if mode == "isolated" and part == "margin" then r.isIsolated = true end
  if post and contract and pm then r.timeInForce = "GTX" end
  r.newOrderRespType = (contract or pm) and "RESULT" or a.options.newOrderRespType
  r[algo and pm and "strategyType" or "type"] = kind
  add_amounts(a, r, kind, at, market.swap and not pm and "triggerPrice" or "stopPrice", delta or percent)
  if post and contract then r.timeInForce = "GTX" end
  if a:take "hedged" == true and contract then
    local closing = reduce == true and a:take "reduceOnly"
    r.positionSide = (a.side == "buy") == not closing and "LONG" or "SHORT"
  end
  local prevention = a:take "selfTradePrevention"
  if prevention then r.selfTradePreventionMode = prevention:upper() end
  local iceberg = a:take "icebergAmount"
  if iceberg and market.spot then r.icebergQty = a:to_amount(iceberg) end
  if algo and not pm then r.algoType = "CONDITIONAL" end
  return r, algo
end

-- create_order, and the market orders by quote amount.
d.order_names = { "order", algo = "algoOrder", inverse_algo = "algoOrder", pm_algo = "conditional/order" }
function d.create(a)
  local test, sor = a:take "test", a:take "sor" or a:take "SOR"
  local part, mode, type = d.part(a)
  local r, algo = d.new_order(a, part, mode, type)
  local path, host = d.path(part, d.order_names, algo)
  if part == "spot" then path = (sor and "/api/v3/sor/order" or path) .. (test and "/test" or "") end
  return {
    post = path, host = host, send = r, cost = 0.2,
    read = on_contracts[part] and d.an_order.contract or d.an_order[1],
  }
end
function d.create_with_cost(side)
  return {
    run = function(a)
      a.type, a.side = "market", a.side or side
      return d.create(a)
    end,
  }
end

-- edit_order: spot orders are cancelled and replaced, nothing happens when the cancellation fails; contract orders are changed.
local replaced = order(with(d.order_fields, { at = "newOrderResponse" }))
function d.edit(a)
  local part = d.part(a)
  if on_contracts[part] then
    local path, host = d.path(part, "order")
    if not a.price and not a.params.priceMatch then fail("ArgumentsRequired", "the order needs a price") end
    return {
      put = path, host = host, read = d.an_order.contract,
      send = "symbol={id} side={side|upper} orderId={order_id} quantity={amount} price={price} origClientOrderId={clientOrderId}",
    }
  end
  local upper = a.type:upper()
  local kind, trigger = upper, a:take "stopPrice" or a:take "triggerPrice"
  if is_post_only(a, upper == "MARKET") then kind = "LIMIT_MAKER" end
  if trigger then kind = kind == "MARKET" and "STOP_LOSS" or kind == "LIMIT" and "STOP_LOSS_LIMIT" or kind end
  local r = ordered {
    { "symbol", a.id }, { "side", a.side:upper() }, { "type", kind },
    { "newClientOrderId", a:take "newClientOrderId" or a:take "clientOrderId" or uuid() }, { "newOrderRespType", a.options.newOrderRespType },
  }
  add_amounts(a, r, kind, trigger, "stopPrice")
  r.cancelReplaceMode = "STOP_ON_FAILURE"
  if not a.params.cancelOrigClientOrderId and not a.params.cancelNewClientOrderId then r.cancelOrderId = a.order_id end
  return { post = "/api/v3/order/cancelReplace", send = r, read = replaced }
end

-- ---- trading fees, the spot balance ----

d.fee_fields = { market = "symbol", market_type = "=spot", maker = "makerCommission", taker = "takerCommission" }

local wallet = balance { at = "balances,userAssets", currency = "asset|code", free = "free", used = "locked" }
d.spot_balance = function(reply, a)
  local b = wallet(reply, a)
  b.timestamp = reply.updateTime
  return b
end

return d
