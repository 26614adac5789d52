-- API 5 of OKX, as it and its sisters speak it: what an adapter needs of it, in parts. Docs: https://www.okx.com/docs-v5/en/
-- Replies are {code, msg, data}; a failure has a code other than "0", or "1" and the code of each order in its row of `data`. "2" says that
-- a part of a batch was done. Numbers are texts, and "" is nothing. An order that waits for a price is an "algo" order: it has ids, paths
-- and lists of its own. Amounts of contracts are counts of contracts; fees are negative where they are paid.
-- A chain of a currency is "USDT-TRC20"; what stands behind the dash is its network.
-- Orders: dialects/okx_orders.lua; what contracts have more: dialects/okx_contracts.lua.

local renames = { AE = "AET" }      -- the ERC20 token of Aeternity
local fixed = { XBT = "BTC", BCHSV = "BSV" }
local function code_of(id) return renames[id] or fixed[id] or id end

-- Symbol of an instrument that is not in the list (any more).
local function symbol_of(id)
  local base, quote, date, strike, kind = id:match("^([^-]+)-([^-]+)-(%d+)-([^-]+)-([CP])$")
  if base then return ("%s/%s:%s-%s-%s-%s"):format(code_of(base), code_of(quote), code_of(base), date, strike, kind) end
  base, quote = id:match("^([^-]+)-([^-]+)$")
  return base and code_of(base) .. "/" .. code_of(quote) or id
end

local function other_symbol(o, _, market)
  return o.instId and market and market.id ~= o.instId and symbol_of(o.instId) or nil
end

local network_ids, network_codes, own = {}, {}, {}

-- The networks of an exchange: network -> what its chains call it; other names of them; and the coins that their own chain carries under
-- the coin's name.
local function know_networks(networks, others, own_names)
  for code, id in pairs(networks) do network_codes[id], network_ids[code] = code, id end
  for code, id in pairs(others) do network_ids[code] = id end
  own = own_names
end

-- A chain carries its own coin under the coin's name, tokens under the name of their standard.
local standard = { ETH = "ERC20", ERC20 = "ERC20", TRX = "TRC20", TRC20 = "TRC20", CRONOS = "CRC20", CRC20 = "CRC20", BTC = "BRC20", BRC20 = "BRC20" }
local function network_of(id, code)
  local network = network_codes[id] or id
  local token = standard[network]
  if not token then return network end
  local coin = own[code]
  return coin and standard[coin] == token and coin or token
end

local types = { spot = "SPOT", margin = "MARGIN", swap = "SWAP", future = "FUTURES", futures = "FUTURES", option = "OPTION" }

-- The kind of instrument that a call is about.
local function type_asked(a, default)
  local asked, raw = a:take "type", a:take "instType"
  asked = asked or raw or a.market and a.market.type or default or a.options.defaultType
  return types[asked] or asked
end

-- ---- reading ----

local market_fields = {
  at = "data", where = "instId", id = "instId", instIdCode = "instIdCode",
  baseId = "baseCcy,uly|before:-,instId|before:-", quoteId = "quoteCcy,uly|after:-,instId|after:-|before:-", settleId = "settleCcy",
  type = { "instType", SPOT = "spot", SWAP = "swap", FUTURES = "future", OPTION = "option" }, active = "state|eq:live",
  margin = function(o) return o.instType == "SPOT" and (tonumber(o.lever) or 1) > 1 end,
  contractSize = "ctVal", strike = "stk", optionType = { "optType", C = "call", P = "put" },
  expiry = function(o) return (o.instType == "FUTURES" or o.instType == "OPTION") and o.expTime or nil end,
  created = "contTdSwTime,listTime",
  taker = { "instType", SWAP = "0.0005", FUTURES = "0.0005", default = "0.0015" },
  maker = { "instType", SWAP = "0.0002", FUTURES = "0.0002", default = "0.001" },
  precision = { amount = "lotSz", price = "tickSz" },
  limits = {
    amount = { min = "minSz", max = "maxLmtSz" }, leverage = { min = 1, max = "lever|default:1|min:1" },
    cost = { max = function(o) return o.instType == "SPOT" and o.maxMktSz or nil end },
  },
}
local market_list = markets(market_fields)

-- Volumes: vol24h in the base of spot markets and in contracts of others, whose base volume is volCcy24h.
local ticker_fields = {
  market = "instId", symbol = other_symbol, timestamp = "ts", bid = "bidPx", bidVolume = "bidSz", ask = "askPx", askVolume = "askSz",
  last = "last",
  open = "open24h", high = "high24h", low = "low24h", markPrice = "markPx", indexPrice = "idxPx",
  baseVolume = function(o, _, market) return market and market.contract and o.volCcy24h or o.vol24h end,
  quoteVolume = function(o, _, market) return market and market.spot and o.volCcy24h or nil end,
}
local one_ticker, ticker_list = ticker(with(ticker_fields, { at = "data.1" })), tickers(with(ticker_fields, { at = "data" }))

local trade_list = trades {
  at = "data", market = "instId", symbol = other_symbol, id = "tradeId", order = "ordId", timestamp = "ts", price = "fillPx,px",
  amount = "fillSz,sz",
  side = "side", takerOrMaker = { "execType", T = "taker", M = "maker" }, fee = { cost = "fee|neg", currency = "feeCcy|code" },
}

local function candle_list(volume)
  return candles { at = "data", columns = { time = 1, open = 2, high = 3, low = 4, close = 5, volume = volume } }
end
local spot_candles, contract_candles, price_candles = candle_list(6), candle_list(7), candle_list(nil)

-- Spot market orders to buy may tell their size in the quote.
local function by_cost(o)
  return o.side == "buy" and o.ordType == "market" and o.instType == "SPOT" and o.tgtCcy == "quote_ccy"
end

local function refused(o) return o.sCode and o.sCode ~= "0" end

local order_fields = {
  market = "instId", symbol = other_symbol, id = "algoId,ordId", clientOrderId = "clOrdId,algoClOrdId", timestamp = "cTime",
  lastUpdateTimestamp = "uTime", lastTradeTimestamp = "fillTime", side = "side",
  type = words("ordType", { limit = "post_only fok ioc rpi" }),
  timeInForce = { "ordType", fok = "FOK", ioc = "IOC" },
  postOnly = function(o) return (o.ordType == "post_only" or o.ordType == "rpi") or nil end,
  status = function(o)
    if refused(o) then return "rejected" end
    return o.state
  end,
  price = function(o)
    local price = o.px ~= "" and o.px or o.ordPx
    return price ~= "-1" and price or nil       -- that is a market price
  end,
  average = "avgPx", filled = "accFillSz",
  amount = function(o) return not by_cost(o) and o.sz or nil end,
  cost = function(o) return by_cost(o) and o.sz or nil end,
  triggerPrice = "triggerPx,moveTriggerPx", stopLossPrice = "slTriggerPx", takeProfitPrice = "tpTriggerPx",
  reduceOnly = function(o) return not refused(o) and tostring(o.reduceOnly) == "true" end,
  fee = { cost = "fee|neg", currency = "feeCcy|code" },
}
order_fields.status = {
  order_fields.status, canceled = "canceled", order_failed = "canceled", mmp_canceled = "canceled", live = "open",
  partially_filled = "open",
  partially_effective = "open", filled = "closed", effective = "closed", default = ".",
}
local one_order, order_list = order(with(order_fields, { at = "data.1" })), orders(with(order_fields, { at = "data" }))
local placed = order(with(order_fields, { at = "data.1", type = "={type}", side = "={side}" }))

local function network_name(o, a)
  local chain = o.chain and o.chain:match("-(.*)$")
  return chain and network_of(chain, a:code_of(o.ccy))
end

local transaction_fields = {
  id = "wdId,depId", txid = "txId", timestamp = "ts", currency = "ccy|code", amount = "amt", network = network_name, addressFrom = "from",
  address = "to", addressTo = "to", tag = "pmtId,tag,memo", tagTo = "pmtId,tag,memo",
  type = function(o) return o.wdId and "withdrawal" or "deposit" end,
  status = { "state", ["-2"] = "canceled", ["-1"] = "failed", ["2"] = "ok", default = "pending" },
  fee = { cost = function(o) return not o.wdId and "0" or tonumber(o.fee) and o.fee or nil end, currency = "ccy|code" },
}
local one_transaction = transaction(with(transaction_fields, { at = "data.1" }))
local transaction_list = transactions(with(transaction_fields, { at = "data" }))

local transfer_fields = {
  id = "transId,billId", timestamp = "ts", currency = "ccy|code", amount = "sz|abs,amt",
  status = "state",
  fromAccount = { "from", ["6"] = "funding", ["18"] = "trading" }, toAccount = { "to", ["6"] = "funding", ["18"] = "trading" },
}
local one_transfer = transfer(with(transfer_fields, { at = "data.1" }))

local entries = ledger {
  at = "data", id = "billId", timestamp = "ts", referenceId = "ordId", currency = "ccy|code", amount = "balChg", after = "bal",
  status = "=ok",
  type = words("type", { transfer = "1 6", trade = "2 3 5 7 9 10 11", rebate = "4", fee = "8" }),
  fee = { cost = "fee|neg", currency = "ccy|code" },
}

local address_list = addresses {
  at = "data", where = "selected=true", currency = "ccy|code", network = network_name, address = "addr",
  tag = "tag,pmtId,memo,addrEx.comment",
}

local function number(x) return x and tonumber(x) or nil end

-- Currencies stand once for each chain; fiat ones have none.
local function currency_table(reply, a)
  local out = {}
  for _, row in ipairs(reply.data) do
    local code = a:code_of(row.ccy)
    local c = out[code] or { id = row.ccy, code = code, name = row.name, type = "crypto", networks = {}, info = row }
    out[code] = c
    local name = network_name(row, a)
    if not name then
      c.type = "fiat"
    else
      c.networks[name] = {
        id = row.chain, network = name, deposit = row.canDep, withdraw = row.canWd, fee = number(row.fee or row.minFee),
        precision = row.wdTickSz and number("1e-" .. row.wdTickSz),
        limits = { withdraw = { min = number(row.minWd), max = number(row.maxWd) } }, info = row,
      }
    end
  end
  return out
end

local function fee_table(reply, a)
  local out, count = {}, {}
  for _, row in ipairs(reply.data) do
    local code, network = a:code_of(row.ccy), network_name(row, a)
    local fees = out[code] or { withdraw = {}, deposit = {}, networks = {}, info = row }
    out[code] = fees
    if network then
      local fee = number(row.fee)
      local withdraw = { fee = fee, percentage = fee and false }
      count[code] = (count[code] or 0) + (fees.networks[network] and 0 or 1)
      fees.networks[network] = { withdraw = withdraw, deposit = {} }
      if count[code] == 1 or network == code then fees.withdraw = withdraw end
      if count[code] == 2 and not fees.networks[code] then fees.withdraw = {} end
    end
  end
  return out
end

local function balances(reply, a)
  local account = reply.data[1]
  local out = { info = reply, timestamp = account and account.uTime and math.tointeger(tonumber(account.uTime)) }
  for _, row in ipairs(account and account.details or reply.data) do
    local equity = row.availEq ~= "" and row.availEq or nil
    local used = not equity and row.frozenBal or nil
    out[a:code_of(row.ccy)] = { total = row.eq or row.bal, free = equity or row.availBal, used = used }
  end
  return out
end

local function symbol_in(o, a)
  if a.market and o.instId == a.id then return a.symbol end
  return symbol_of(o.instId)
end

local function oldest_first(list)
  table.sort(list, function(x, y) return x.timestamp < y.timestamp end)
  return list
end

-- ---- calls ----

-- A user's own id of an order, or nothing.
local function own_id(a)
  local long, short = a:take "clientOrderId", a:take "clOrdId"
  return short or long
end

-- Whether the call is about orders that wait: by a trigger, or trailing a price.
local function waiting(a)
  local stop, trigger, trailing = a:take "stop", a:take "trigger", a:take "trailing"
  return (stop or trigger) and true or false, trailing and true or false
end

local algo_types = { conditional = true, trigger = true, oco = true, move_order_stop = true, iceberg = true, twap = true }

local function failed(reply)
  local code = reply.code
  if code == "0" or code == "2" then return nil end
  for _, row in ipairs(reply.data or {}) do
    if refused(row) then return row.sCode, row.sMsg end
  end
  return code or "error", reply.msg
end

local errors = by_class {       -- ExchangeError is what the others are
  AccountNotEnabled = "51010 51763 60021 60029 60030 64003",
  AccountSuspended = "50007 50009 51009 51024 58004 58101 58204 59508",
  ArgumentsRequired = "60027",
  AuthenticationError = [[
    50008 50101 50103 50104 50105 50106 50107 50111 50112 50113 50114 51732 51733 51734 58001 58213 59113 60001 60002 60003 60004
    60005 60007 60008 60009 60010 60011 60022 60024 60026 60031 60032 4001 4007
  ]],
  BadRequest = [[
    50000 50002 50006 50014 50024 50044 50115 51000 51003 51111 51156 51159 51323 51324 51407 51765 51768 51770 54073 58125 58126
    58127 58128 58221 58222 58224 58227 58228 59216 59414 59642 59684 59686 60012 60013 60017 60018 60019 64000 64001 64002 64004
    70010 70013 70016 70060 70061 70062 70064 70065 70066 70067 1009 4002 4006
  ]],
  BadSymbol = "51001 51002 51012 51014 51015 51026 51130",
  CancelPending = "51410",
  ContractUnavailable = "51021 51022 51027 51028 51029 51030",
  DDoSProtection = "60023",
  ExchangeNotAvailable = "50005 50013 50026 60016 4005",
  InsufficientFunds = "51008 51119 51127 51131 51502 51736 51764 51772 58229 58350 59103 59108 59200 59201 59411",
  InvalidAddress = "58203 58207",
  InvalidNonce = "50102 60006",
  InvalidOrder = [[
    51004 51005 51006 51007 51011 51016 51020 51031 51046 51047 51051 51072 51073 51074 51090 51091 51092 51093 51094 51095 51096
    51098 51099 51100 51101 51102 51103 51104 51105 51106 51107 51108 51109 51110 51112 51115 51116 51117 51118 51120 51121 51122
    51124 51125 51126 51128 51129 51132 51133 51134 51135 51136 51137 51138 51139 51162 51163 51166 51174 51185 51201 51202 51203
    51204 51205 51250 51251 51252 51253 51254 51255 51256 51257 51258 51259 51260 51261 51262 51263 51264 51265 51267 51268 51269
    51270 51271 51272 51273 51274 51275 51276 51277 51278 51279 51280 51321 51322 51325 51327 51328 51329 51330 51403 51404 54008
    54009 54011 54051 54094 55100 55101 55102 55103 55104 55111 55112 55113 59128
  ]],
  ManualInteractionNeeded = "4088",
  NetworkError = "60015 64008 4004",
  NotSupported = "60028",
  OnMaintenance = "50001 51767 51774",
  OperationRejected = "59410 59412 59413",
  OrderNotFound = "51400 51401 51402 51603",
  PermissionDenied = "50027 50110 51773 58002 59260 59262",
  RateLimitExceeded = "50011 51113 58102 60014 4003 4008",
  RequestTimeout = "50004",
  RestrictedLocation = "51155",
}

local function sign(req, key, a)
  local now = clock "iso"
  if req.json and req.json.rows then req.body = encode_json(req.json.rows) end
  req.headers["OK-ACCESS-KEY"] = key.apiKey
  req.headers["OK-ACCESS-PASSPHRASE"] = key.password
  req.headers["OK-ACCESS-TIMESTAMP"] = now
  req.headers["OK-ACCESS-SIGN"] = base64(hmac("sha256", key.secret, now .. req.method .. req.target .. req.body))
  if a.options.sandboxMode then req.headers["x-simulated-trading"] = "1" end
end

return {
  failed = failed, errors = errors, sign = sign, know_networks = know_networks, network_ids = network_ids, network_of = network_of,
  renames = renames, symbol_of = symbol_of, other_symbol = other_symbol, types = types, type_asked = type_asked,
  market_fields = market_fields, market_list = market_list, one_ticker = one_ticker, ticker_list = ticker_list, trade_list = trade_list,
  spot_candles = spot_candles,
  contract_candles = contract_candles, price_candles = price_candles, one_order = one_order, order_list = order_list, placed = placed,
  one_transaction = one_transaction, transaction_list = transaction_list, transfer_fields = transfer_fields, one_transfer = one_transfer,
  entries = entries, address_list = address_list, currency_table = currency_table, fee_table = fee_table, balances = balances,
  number = number, dated = dated, symbol_in = symbol_in, oldest_first = oldest_first, own_id = own_id, waiting = waiting,
  algo_types = algo_types,
}
