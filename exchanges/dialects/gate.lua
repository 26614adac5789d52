-- API 4 of Gate: what its adapters need of it, in parts. Docs: https://www.gate.com/docs/developers/apiv4/en
-- Replies are plain lists and objects; a failure is {label, message} (contracts: {label, detail}), also in a 200 reply.
-- Spot, perpetuals ("futures"), dated futures ("delivery") and options are the same calls under four paths; the middle two are split by the
-- currency that they settle in. A spot pair and a perpetual have the same id: only `currency_pair` or `contract` tells which is meant.
-- Amounts of contracts are counts, below zero to sell. An order that waits for a price is a "price order", with a path of its own.
-- Orders: dialects/gate_orders.lua; what contracts have more: dialects/gate_contracts.lua.
local d = {}

d.errors = by_class {
  AccountNotEnabled = "USER_NOT_FOUND", AccountSuspended = "ACCOUNT_LOCKED SUB_ACCOUNT_LOCKED", ArgumentsRequired = "MISSING_REQUIRED_PARAM",
  AuthenticationError = "AUTHENTICATION_FAILED INVALID_CREDENTIALS INVALID_KEY IP_FORBIDDEN INVALID_SIGNATURE MISSING_REQUIRED_HEADER "
    .. "REQUEST_EXPIRED",
  BadRequest = "INVALID_PARAM_VALUE INVALID_PROTOCOL INVALID_ARGUMENT INVALID_REQUEST_BODY BAD_REQUEST INVALID_CONTENT_TYPE NOT_ACCEPTABLE "
    .. "METHOD_NOT_ALLOWED RISK_LIMIT_TOO_LOW POSITION_HOLDING USER_LOAN_EXCEEDED",
  BadSymbol = "INVALID_CURRENCY INVALID_CURRENCY_PAIR CONTRACT_NOT_FOUND",
  ExchangeError = "NOT_FOUND SUB_ACCOUNT_NOT_FOUND MARGIN_BALANCE_EXCEPTION MARGIN_TRANSFER_FAILED TOO_MUCH_FUTURES_AVAILABLE ACCOUNT_EXCEPTION "
    .. "SUB_ACCOUNT_TRANSFER_FAILED ADDRESS_NOT_USED WITHDRAWAL_OVER_LIMIT INVALID_WITHDRAW_ID INVALID_WITHDRAW_CANCEL_STATUS "
    .. "NO_MATCHED_LOAN NOT_MERGEABLE REPAY_TOO_MUCH AUTO_BORROW_TOO_MUCH CONTRACT_NO_COUNTER RISK_LIMIT_EXCEEDED ORDER_NOT_OWNED "
    .. "ORDER_FINISHED POSITION_CROSS_MARGIN POSITION_IN_LIQUIDATION POSITION_IN_CLOSE REMOVE_TOO_MUCH RISK_LIMIT_NOT_MULTIPLE "
    .. "RISK_LIMIT_TOO_HIGH RISK_LIMIT_TOO_lOW CONTRACT_IN_DELISTING CROSS_ACCOUNT_NOT_FOUND",
  ExchangeNotAvailable = "API_WITHDRAW_DISABLED INTERNAL SERVER_ERROR TOO_BUSY",
  InsufficientFunds = "FUTURES_BALANCE_NOT_ENOUGH BALANCE_NOT_ENOUGH MARGIN_BALANCE_NOT_ENOUGH TRADE_RESTRICTED INSUFFICIENT_AVAILABLE",
  InvalidOrder = "INVALID_PRECISION ORDER_CLOSED ORDER_CANCELLED QUANTITY_NOT_ENOUGH MARGIN_NOT_SUPPORTED AMOUNT_TOO_LITTLE AMOUNT_TOO_MUCH "
    .. "REPEATED_CREATION TOO_MANY_CURRENCY_PAIRS TOO_MANY_ORDERS MIXED_ACCOUNT_TYPE LIQUIDATE_IMMEDIATELY LEVERAGE_TOO_HIGH LEVERAGE_TOO_LOW "
    .. "POSITION_EMPTY PRICE_TOO_DEVIATED SIZE_TOO_LARGE SIZE_TOO_SMALL PRICE_OVER_LIQUIDATION PRICE_OVER_BANKRUPT INCREASE_POSITION "
    .. "AUTO_TRIGGER_PRICE_LESS_LAST AUTO_TRIGGER_PRICE_GREATE_LAST NO_CHANGE PRICE_THRESHOLD_EXCEEDED",
  OrderImmediatelyFillable = "POC_FILL_IMMEDIATELY ORDER_POC_IMMEDIATE",
  OrderNotFound = "ORDER_NOT_FOUND CLIENT_ID_NOT_FOUND LOAN_NOT_FOUND LOAN_RECORD_NOT_FOUND",
  PermissionDenied = "READ_ONLY FORBIDDEN", RateLimitExceeded = "TOO_FAST TOO_MANY_REQUESTS",
}

function d.failed(reply)
  local label, message = reply.label, reply.message or reply.detail
  if not label then return nil end
  -- The label of an order below the minimum is that of any wrong value.
  local small = label == "INVALID_PARAM_VALUE" and tostring(message):find("Your order size", 1, true)
  return label, message, small and "InvalidOrder" or nil
end

-- What is signed is the query as it reads before it is encoded. A PATCH has its parameters in both places.
function d.sign(req, key)
  local now, told = clock "s", {}
  if req.method == "PATCH" then req.query = req.json end
  if req.json and req.json.rows then req.body = encode_json(req.json.rows) end
  for k, v in pairs(req.query) do told[#told + 1] = k .. "=" .. tostring(v) end
  local text = req.method .. "\n" .. req.path .. "\n" .. table.concat(told, "&") .. "\n" .. hex(sha512(req.body)) .. "\n" .. now
  req.headers.KEY = key.apiKey
  req.headers.Timestamp = now
  req.headers.SIGN = hex(hmac("sha512", key.secret, text))
  req.headers["Content-Type"] = "application/json"
end

-- ---- names ----

d.renames = {
  ["88MPH"] = "MPH", ASS = "ASSF", AXIS = "AXISDEFI", BIFI = "BITCOINFILE", BOX = "DEFIBOX", BYN = "BEYONDFI", EGG = "GOOSEFINANCE",
  GTC = "GAMECOM", GTC_BSC = "GAMECOM_BSC", GTC_HT = "GAMECOM_HT", HIT = "HITCHAIN", MM = "MILLION", MPH = "MORPHER", ORT = "XREATORS",
  POINT = "GATEPOINT", RAI = "RAIREFLEXINDEX", SBTC = "SUPERBITCOIN", TNC = "TRINITYNETWORKCREDIT", TRAC = "TRACO", VAI = "VAIOT",
}

-- Symbol of an id that is not in the list (any more): BTC_USDT, BTC_USDT_20240628, BTC_USDT-20240628-60000-C.
function d.symbol_of(id, type)
  local base, quote, date, rest = id:match "^([^_]+)_([^_-]+)[_-]?(%d*)(.*)$"
  if not base then return id end
  base, quote = d.renames[base] or base, d.renames[quote] or quote
  local symbol = base .. "/" .. quote
  if date == "" and type ~= "swap" then return symbol end
  return symbol .. ":" .. (quote == "USD" and base or quote) .. (date ~= "" and "-" .. date:sub(3) .. rest or "")
end

local network_names = {
  BTCBRC = "BRC20", ETH = "ERC20", TRX = "TRC20", HT = "HRC20", HECO = "HRC20", BSC = "BEP20", OPETH = "OP", AVAX_C = "AVAXC",
  ARBEVM = "ARBITRUM", ARBNOVA = "ARBITRUM_NOVA", BASEEVM = "BASE", SCROLLETH = "SCROLL", TAIKOETH = "TAIKO", LINEAETH = "LINEA",
  BLASTETH = "BLAST", RBTC = "RSK", ZKSERA = "ZKSYNC", AURORAEVM = "AURORA", KONET = "KON", GTEVM = "GATECHAIN", KSMSM = "KUSAMA",
  OKT = "OKC", DOTSM = "POLKADOT", LUNC = "LUNA", POLYGON = "MATIC", POL = "MATIC",
}
local network_ids = { OPTIMISM = "OPETH", MATIC = "MATIC", HRC20 = "HT", CRONOS = "CRO" }
for id, name in pairs(network_names) do network_ids[name] = network_ids[name] or id end

-- A coin's own chain has the coin's name; tokens on it have its standard's.
function d.network_name(id, code)
  if id == code and (id == "ETH" or id == "TRX") then return id end
  if id == "BTC" and code ~= "BTC" then return "BRC20" end
  return network_names[id] or id
end

-- The exchange's name of a network of the currency asked for.
function d.network_id(name, a)
  local known = a.currency and a.currency.networks and a.currency.networks[name]
  return known and known.id or network_ids[name] or name
end

-- ---- where a call goes ----

local paths = { spot = "/spot", margin = "/spot", option = "/options" }
local costs = { future = 4 / 3, option = 4 / 3 }

-- Kind of market, where its paths begin, and what a reading call there costs. Params type and settle say, or the market.
function d.place(a, default)
  local kind, settle = a:take "type", nil
  kind = kind or a.market and a.market.type or default or a.options.defaultType
  if kind == "margin" then kind = "spot" end
  if kind == "swap" or kind == "future" then
    settle = a:take "settle"
    settle = settle or a.market and a.market.contract and a.market.settleId or "usdt"
  end
  local root = paths[kind] or kind == "swap" and "/futures/" .. settle:lower() or kind == "future" and "/delivery/" .. settle:lower()
  if not root then fail("NotSupported", "no such type here: " .. tostring(kind)) end
  return kind, root, costs[kind]
end

-- A market stands under one of two names.
function d.pair_key(kind) return kind == "spot" and "currency_pair" or "contract" end

-- An option's calls ask for what lies under it.
function d.underlying(id) return id and id:match "^[^-]+" end

-- Which of the accounts for spot trading: spot, margin (isolated), cross_margin, unified.
local accounts = { cross = "cross_margin", isolated = "margin", [""] = "spot" }
function d.account(a, waiting)
  local mode, raw, unified = a:take "marginMode", a:take "account", a:take "unifiedAccount"
  mode = (mode or raw or a.options.defaultMarginMode):lower()
  mode = accounts[mode] or mode
  if waiting and mode == "cross_margin" then fail("BadRequest", "orders with a trigger are not offered on cross margin") end
  if unified or unified == nil and a.options.unifiedAccount then return "unified" end
  return waiting and mode == "spot" and "normal" or mode
end

-- ---- reading ----

-- Seconds of a unified time, for ranges.
function d.seconds(ms)
  ms = ms and math.tointeger(tonumber(ms))
  return ms and ms // 1000
end

function d.number(x) return x and tonumber(x) or nil end

-- Times are seconds, ms or µs, with or without a fraction: the digits before the point tell.
function d.instant(x)
  local whole = decimal.is(x) and x:match "^%d+"
  if not whole then return x end
  if decimal.cmp(x, 0) == 0 then return nil end
  local ms = #whole >= 16 and decimal.div(x, 1000, 3) or #whole >= 13 and x or decimal.mul(x, 1000)
  return decimal.round(ms, 0, "places", "cut")
end

function d.dated(x, record)
  record.timestamp = math.tointeger(tonumber(d.instant(x)))
  record.datetime = iso8601(record.timestamp)
  return record
end

d.oldest_first = oldest_first

function d.abs(x) return decimal.is(x) and decimal.abs(x) or x end

-- The sign of a count of contracts.
function d.sign_of(size) return decimal.is(size) and decimal.cmp(size, 0) or 0 end

function d.side_of(size)
  local sign = d.sign_of(size)
  return sign > 0 and "buy" or sign < 0 and "sell" or nil
end

function d.quotient(x, y, places)
  if decimal.is(x) and decimal.is(y) and decimal.cmp(y, 0) ~= 0 then return decimal.div(x, y, places or 18) end
end

local function nonzero(x) return x and not (decimal.is(x) and decimal.cmp(x, 0) == 0) and x or nil end

-- Which market an id in a row is: contracts say `contract`.
local function type_of(o) return o.currency_pair and "spot" or "swap" end

local function volume(x)
  if x == "nan" then return "0" end
  return x
end
-- Rows with a mark price are not cut to a price step: the middle of last and open, which the change tells.
local function middle(o)
  if o.mark_price == nil or not decimal.is(o.last) or not decimal.is(o.change_percentage) then return nil end
  local open = d.quotient(o.last, decimal.add(1, decimal.div(o.change_percentage, 100, 12)), 12)
  return open and decimal.mul(decimal.add(o.last, open), "0.5")
end
local ticker_fields = {
  market = "currency_pair,contract,name", market_type = type_of, timestamp = "t", high = "high_24h", low = "low_24h",
  bid = "highest_bid,bid1_price", bidVolume = "B,highest_size,bid1_size", ask = "lowest_ask,ask1_price",
  askVolume = "A,lowest_size,ask1_size|abs", last = "last,last_price", percentage = "change_percentage",
  baseVolume = function(o) return volume(o.base_volume or o.volume_24h_base) end,
  quoteVolume = function(o) return volume(o.quote_volume or o.volume_24h_quote) end, average = middle,
  markPrice = "mark_price", indexPrice = "index_price",
}
d.ticker, d.first_ticker, d.tickers = ticker(ticker_fields), ticker(with(ticker_fields, { at = "1" })), tickers(ticker_fields)

-- Fees are paid in the currency, in GT or in points.
local function trade_fees(o, a, market)
  local fees = {}
  local function add(cost, currency) if cost then fees[#fees + 1] = { cost = cost, currency = currency } end end
  add(o.fee, o.fee_currency and a:code_of(o.fee_currency) or market and market.settle)
  add(nonzero(o.gt_fee), "GT")
  add(nonzero(o.point_fee), "GATEPOINT")
  return fees
end

d.trades = trades {
  market = "currency_pair,contract", market_type = type_of, id = "id,trade_id", order = "order_id", price = "price",
  amount = "amount,size|abs", side = function(o) return o.side or d.side_of(o.size) end, takerOrMaker = "role",
  timestamp = function(o) return d.instant(o.create_time_ms or o.create_time or o.time) end, fees = trade_fees,
}

-- ---- orders ----

-- The order that a trigger sets off.
local function inner(o)
  local x = o.put or o.initial
  return type(x) == "userdata" and x or {}
end
local function is_contract(o)
  local id = o.contract or inner(o).contract
  return id ~= nil and id ~= ""
end
local function waits(o) return type(o.trigger) == "userdata" and nonzero(o.trigger.price) ~= nil end
-- A spot market order to buy tells amounts in the quote.
local function by_cost(o) return o.account ~= nil and o.type == "market" and o.side == "buy" end

local function size_of(o)
  local x = inner(o)
  return o.amount or o.size or x.amount or x.size
end

-- Two currencies and GT may have paid, and one part may come back.
local function order_fees(o, a)
  local fees = {}
  if o.gt_fee then fees[1] = { cost = o.gt_fee, currency = "GT" } end
  if o.fee then fees[#fees + 1] = { cost = o.fee, currency = o.fee_currency and a:code_of(o.fee_currency) } end
  local back = o.rebated_fee
  if back then
    back = decimal.is(back) and decimal.neg(back) or back
    fees[#fees + 1] = { cost = back, currency = o.rebated_fee_currency and a:code_of(o.rebated_fee_currency) }
  end
  return fees
end

local in_force = "time_in_force,tif,put.time_in_force,initial.tif"
local order_fields = {
  market = "currency_pair,market,contract,initial.contract", id = "id", clientOrderId = "text,initial.text,trigger.text",
  market_type = function(o) return (o.currency_pair or o.market) and "spot" or "swap" end,
  timestamp = function(o) return d.instant(o.create_time_ms or o.create_time or o.ctime) end,
  lastTradeTimestamp = function(o) return d.instant(o.update_time_ms or o.update_time or o.finish_time) end,
  status = {
    function(o)
      if o.succeeded == false then return "rejected" end
      return o.finish_as ~= "" and o.finish_as or o.status
    end,
    _new = "open", filled = "closed", finished = "closed", finish = "closed", succeeded = "closed", liquidated = "closed",
    cancelled = "canceled", ioc = "canceled", fok = "canceled", poc = "canceled", stp = "canceled", failed = "canceled",
    expired = "canceled", reduce_only = "canceled", default = ".",
  },
  type = function(o)
    if not is_contract(o) then return o.type or inner(o).type end
    local price = o.price or inner(o).price
    return price and not nonzero(price) and (o.tif or inner(o).tif) == "ioc" and "market" or "limit"
  end,
  timeInForce = { in_force, gtc = "GTC", ioc = "IOC", fok = "FOK", poc = "PO", default = "." },
  postOnly = { in_force, poc = true, default = false },
  side = function(o)
    if is_contract(o) then return d.side_of(size_of(o)) end
    return o.side or inner(o).side
  end,
  price = function(o) return not by_cost(o) and (o.price or inner(o).price) or nil end,
  average = function(o)
    if is_contract(o) then return o.fill_price end
    return o.avg_deal_price
  end,
  triggerPrice = "trigger.price|nonzero",
  amount = function(o)
    if by_cost(o) then return d.quotient(o.amount, o.avg_deal_price) end
    return d.abs(size_of(o))
  end,
  remaining = function(o)
    if waits(o) then return d.abs(size_of(o)) end
    if by_cost(o) then return d.quotient(o.left, o.avg_deal_price) end
    return d.abs(o.left)
  end,
  cost = function(o)
    if waits(o) then return "0" end
    return by_cost(o) and nonzero(o.avg_deal_price) and o.amount or d.abs(o.filled_total)
  end,
  reduceOnly = "is_reduce_only,initial.is_reduce_only", fees = order_fees,
}
d.order, d.orders = order(order_fields), orders(order_fields)

-- All open spot orders come in groups, one a market.
function d.grouped_orders(reply, a)
  local out = {}
  for _, group in ipairs(reply) do
    for _, o in ipairs(group.orders or {}) do out[#out + 1] = d.order(o, a) end
  end
  return out
end

return d
