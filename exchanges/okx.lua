-- OKX, spot and contracts. API 5: https://www.okx.com/docs-v5/en/
-- Replies are {code, msg, data}; a failure has a code other than "0", or "1" and the code of each order in its row of `data`. "2" says that
-- a part of a batch was done. Numbers are texts, and "" is nothing. An order that waits for a price is an "algo" order: it has ids, paths
-- and lists of its own. Amounts of contracts are counts of contracts; fees are negative where they are paid.
-- A chain of a currency is "USDT-TRC20"; what stands behind the dash is its network.

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

local networks = {      -- network -> what a chain calls it
  BTC = "Bitcoin", BTCLIGHTNING = "Lightning", BEP20 = "BSC", BRC20 = "BRC20", ERC20 = "ERC20", TRC20 = "TRC20", CRONOS = "Crypto", ACA = "Acala",
  ALGO = "Algorand", APT = "Aptos", SONIC = "Sonic", SCROLL = "Scroll", ARBITRUM = "Arbitrum One", AVAXC = "Avalanche C-Chain",
  AVAXX = "Avalanche X-Chain", BASE = "Base", SUI = "SUI", ZKSYNCERA = "zkSync Era", LINEA = "Linea", VAULTA = "Vaulta", AR = "Arweave", ASTR = "Astar",
  BCH = "BitcoinCash", BSV = "Bitcoin SV", ADA = "Cardano", CSPR = "Casper", CANTON = "Canton Network", CELO = "CELO", XCH = "Chia", BABY = "Babylon",
  ATOM = "Cosmos", DGB = "Digibyte", DOGE = "Dogecoin", EGLD = "Elrond", CFX = "Conflux", EOS = "EOS", CORE = "CORE", ETC = "Ethereum Classic",
  ETHW = "EthereumPow", FIL = "Filecoin", HBAR = "Hedera", HYPER = "HyperEVM", ICP = "Dfinity", PI = "PI", IOTA = "MIOTA", KLAY = "Klaytn",
  KSM = "Kusama", LSK = "Lisk", LTC = "Litecoin", METIS = "Metis", MINA = "Mina", GLRM = "Moonbeam", MOVR = "Moonriver", NANO = "Nano", NEAR = "NEAR",
  NULS = "NULS", OASYS = "OASYS", ONT = "Ontology", OP = "Optimism", DOT = "Polkadot", MATIC = "Polygon", RVN = "Ravencoin", XRP = "Ripple",
  SC = "Siacoin", SOL = "Solana", STX = "l-Stacks", XLM = "Stellar Lumens", XTZ = "Tezos", TON = "TON", THETA = "Theta", WAX = "Wax", ZIL = "Zilliqa",
  ZEC = "Zcash", ZETA = "ZetaChain", TIA = "Celestia", SEI = "SEI", QUANTUM = "Quantum", PHAROS = "Pharos", RONIN = "Ronin", MEGAETH = "MegaETH",
  INJ = "INJ", FOGO = "Fogo", FLR = "Flare", FLOW = "FLOW", DYDX = "DYDX", AELF = "AELF", BERA = "Berachain", TEMPO = "Tempo", MONAD = "Monad",
  PLASMA = "Plasma",
}
local network_ids = { ETH = "ERC20", TRX = "TRC20", BSC = "BSC", CRC20 = "Crypto" }
local network_codes = {}
for code, id in pairs(networks) do network_codes[id], network_ids[code] = code, id end

-- A chain carries its own coin under the coin's name, tokens under the name of their standard.
local own = { ETH = "ETH", TRX = "TRX", CRO = "CRONOS", BTC = "BTC" }
local standard = { ETH = "ERC20", ERC20 = "ERC20", TRX = "TRC20", TRC20 = "TRC20", CRONOS = "CRC20", CRC20 = "CRC20", BTC = "BRC20", BRC20 = "BRC20" }
local function network_of(id, code)
  local network = network_codes[id] or id
  local token = standard[network]
  if not token then return network end
  local coin = own[code]
  return coin and standard[coin] == token and coin or token
end

local types = {
  spot = "SPOT", margin = "MARGIN", swap = "SWAP", future = "FUTURES", futures = "FUTURES", option = "OPTION",
}

-- The kind of instrument that a call is about.
local function type_asked(a, default)
  local asked, raw = a:take "type", a:take "instType"
  asked = asked or raw or a.market and a.market.type or default or a.options.defaultType
  return types[asked] or asked
end

-- ---- reading ----

local market_list = markets {
  at = "data", where = "instId", id = "instId", instIdCode = "instIdCode",
  baseId = "baseCcy,uly|before:-,instId|before:-", quoteId = "quoteCcy,uly|after:-,instId|after:-|before:-", settleId = "settleCcy",
  type = { "instType", SPOT = "spot", SWAP = "swap", FUTURES = "future", OPTION = "option" }, active = "state|eq:live",
  margin = function(o) return o.instType == "SPOT" and (tonumber(o.lever) or 1) > 1 end,
  contractSize = "ctVal", strike = "stk", optionType = { "optType", C = "call", P = "put" },
  expiry = function(o) return (o.instType == "FUTURES" or o.instType == "OPTION") and o.expTime or nil end,
  created = "contTdSwTime,listTime",
  taker = { "instType", SWAP = "0.0005", FUTURES = "0.0005", default = "0.0015" }, maker = { "instType", SWAP = "0.0002", FUTURES = "0.0002", default = "0.001" },
  precision = { amount = "lotSz", price = "tickSz" },
  limits = {
    amount = { min = "minSz", max = "maxLmtSz" }, leverage = { min = 1, max = "lever|default:1|min:1" },
    cost = { max = function(o) return o.instType == "SPOT" and o.maxMktSz or nil end },
  },
}

-- Volumes: vol24h in the base of spot markets and in contracts of others, whose base volume is volCcy24h.
local ticker_fields = {
  market = "instId", symbol = other_symbol, timestamp = "ts", bid = "bidPx", bidVolume = "bidSz", ask = "askPx", askVolume = "askSz", last = "last",
  open = "open24h", high = "high24h", low = "low24h", markPrice = "markPx", indexPrice = "idxPx",
  baseVolume = function(o, _, market) return market and market.contract and o.volCcy24h or o.vol24h end,
  quoteVolume = function(o, _, market) return market and market.spot and o.volCcy24h or nil end,
}
local one_ticker, ticker_list = ticker(with(ticker_fields, { at = "data.1" })), tickers(with(ticker_fields, { at = "data" }))

local trade_list = trades {
  at = "data", market = "instId", symbol = other_symbol, id = "tradeId", order = "ordId", timestamp = "ts", price = "fillPx,px", amount = "fillSz,sz",
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
  type = { "ordType", post_only = "limit", fok = "limit", ioc = "limit", rpi = "limit", default = "." },
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
  order_fields.status, canceled = "canceled", order_failed = "canceled", mmp_canceled = "canceled", live = "open", partially_filled = "open",
  partially_effective = "open", filled = "closed", effective = "closed", default = ".",
}
local one_order, order_list = order(with(order_fields, { at = "data.1" })), orders(with(order_fields, { at = "data" }))
local placed = order(with(order_fields, {
  at = "data.1", type = function(_, a) return a.type end, side = function(_, a) return a.side end,
}))

local function network_name(o, a)
  local chain = o.chain and o.chain:match("-(.*)$")
  return chain and network_of(chain, a:code_of(o.ccy))
end

local transaction_fields = {
  id = "wdId,depId", txid = "txId", timestamp = "ts", currency = "ccy|code", amount = "amt", network = network_name, addressFrom = "from",
  address = "to", addressTo = "to", tag = "pmtId,tag,memo", tagTo = "pmtId,tag,memo",
  type = function(o) return o.wdId and "withdrawal" or "deposit" end,
  status = { "state", ["-2"] = "canceled", ["-1"] = "failed", ["2"] = "ok", default = "pending" },
  fee = { cost = function(o) return o.wdId and o.fee or not o.wdId and "0" or nil end, currency = "ccy|code" },
}
local one_transaction, transaction_list = transaction(with(transaction_fields, { at = "data.1" })), transactions(with(transaction_fields, { at = "data" }))

local transfer_fields = {
  id = "transId,billId", timestamp = "ts", currency = "ccy|code", amount = "sz|abs,amt", status = { "state", success = "ok", default = "." },
  fromAccount = { "from", ["6"] = "funding", ["18"] = "trading" }, toAccount = { "to", ["6"] = "funding", ["18"] = "trading" },
}
local one_transfer = transfer(with(transfer_fields, { at = "data.1" }))

local entries = ledger {
  at = "data", id = "billId", timestamp = "ts", referenceId = "ordId", currency = "ccy|code", amount = "balChg", after = "bal", status = "=ok",
  type = {
    "type", ["1"] = "transfer", ["2"] = "trade", ["3"] = "trade", ["4"] = "rebate", ["5"] = "trade", ["6"] = "transfer", ["7"] = "trade", ["8"] = "fee",
    ["9"] = "trade", ["10"] = "trade", ["11"] = "trade", default = ".",
  },
  fee = { cost = "fee|neg", currency = "ccy|code" },
}

local address_list = addresses {
  at = "data", where = "selected=true", currency = "ccy|code", network = network_name, address = "addr", tag = "tag,pmtId,memo,addrEx.comment",
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
        id = row.chain, network = name, deposit = row.canDep, withdraw = row.canWd, fee = number(row.fee), precision = number("1e-" .. row.wdTickSz),
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

local function side_of(o, _, market)
  local side = o.posSide or o.direction
  if side ~= "net" then return side end
  if market and market.margin then return o.posCcy and o.posCcy ~= "" and (o.posCcy == market.baseId and "long" or "short") or nil end
  local sign = decimal.cmp(o.pos, 0)
  return sign > 0 and "long" or sign < 0 and "short" or nil
end

local function notional(o, _, market)
  if not (market and market.inverse) then return o.notionalUsd end
  return o.markPx and o.markPx ~= "" and decimal.div(decimal.mul(decimal.abs(o.pos), market.contractSize), o.markPx) or nil
end

local position_fields = {
  market = "instId", symbol = other_symbol, id = "posId", timestamp = "cTime", lastUpdateTimestamp = "uTime", side = side_of, contracts = "pos|abs",
  hedged = function(o) return (o.posSide or o.direction) ~= "net" end, entryPrice = "avgPx,openAvgPx", markPrice = "markPx", lastPrice = "closeAvgPx",
  leverage = "lever", unrealizedPnl = "upl", realizedPnl = "realizedPnl", liquidationPrice = "liqPx", marginMode = "mgnMode", notional = notional,
  maintenanceMargin = "mmr", percentage = "uplRatio|mul:100",
  initialMargin = function(o, a, market)
    if o.mgnMode == "cross" then return o.imr end
    local worth = notional(o, a, market)
    return worth and worth ~= "" and o.lever and o.lever ~= "" and decimal.div(worth, o.lever) or nil
  end,
  collateral = function(o)
    if o.mgnMode ~= "cross" then return o.margin end
    return o.imr and o.imr ~= "" and o.upl and o.upl ~= "" and decimal.add(o.imr, o.upl) or nil
  end,
}
local one_position, position_list = position(with(position_fields, { at = "data.1" })), positions(with(position_fields, { at = "data" }))

local funding_fields = {
  market = "instId", symbol = other_symbol, fundingRate = "fundingRate", fundingTimestamp = "fundingTime", nextFundingRate = "nextFundingRate",
  nextFundingTimestamp = "nextFundingTime", interestRate = 0,
  interval = function(o)
    local hours = (tonumber(o.nextFundingTime) or 0) - (tonumber(o.fundingTime) or 0)
    return hours > 0 and hours // 3600000 .. "h" or nil
  end,
}

local one_funding_rate = funding_rate(with(funding_fields, { at = "data.1" }))

local function dated(ms, record)
  record.timestamp = math.tointeger(tonumber(ms))
  record.datetime = iso8601(record.timestamp)
  return record
end

local function symbol_in(o, a)
  if a.market and o.instId == a.id then return a.symbol end
  return symbol_of(o.instId)
end

local function oldest_first(list)
  table.sort(list, function(x, y) return x.timestamp < y.timestamp end)
  return list
end

-- ---- sending ----

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

-- Fields of a stop or target that comes with an entry: prefix "sl" or "tp".
local function attached(out, prefix, x, price)
  local trigger = x.triggerPrice or x.stopPrice or x[prefix .. "TriggerPx"]
  if not trigger then fail("InvalidOrder", "a stopLoss or takeProfit needs its triggerPrice") end
  local limit = x.price or x[prefix == "sl" and "stopLossPrice" or "takeProfitPrice"] or x[prefix .. "OrdPx"]
  local kind = x.type or prefix == "tp" and x.tpOrdKind or nil
  if kind and kind ~= "limit" and kind ~= "market" then fail("InvalidOrder", "the type of a stopLoss or takeProfit is 'limit' or 'market'") end
  if kind == "limit" and not limit then fail("InvalidOrder", "a limit stopLoss or takeProfit needs its price") end
  if kind == "market" then limit = nil end
  local by = x.triggerPriceType or x[prefix .. "TriggerPxType"] or "last"
  if by ~= "last" and by ~= "index" and by ~= "mark" then fail("InvalidOrder", "triggerPriceType is 'last', 'index' or 'mark'") end
  out[prefix .. "TriggerPx"] = price(trigger)
  if prefix == "tp" and limit then out.tpOrdKind = "limit" end
  out[prefix .. "OrdPx"] = limit and price(limit) or "-1"
  out[prefix .. "TriggerPxType"] = by
end

-- One order as the exchange wants it, and whether it is an algo order. What is understood of `params` is taken out of it.
local function order_row(a, market, o, params)
  local function take(name, other)
    local v, w = params[name], other and params[other]
    params[name] = nil
    if other then params[other] = nil end
    if v == nil then v = w end
    return v
  end
  local function price(x) return tonumber(x) == -1 and "-1" or a:to_price(x, market) end
  local kind, is_market, spot = o.type, o.type == "market", not market.contract
  local target, stop = take("takeProfitPrice", "tpTriggerPx"), take("stopLossPrice", "slTriggerPx")
  local conditional = stop or target or kind == "conditional"
  local trigger_price = take("triggerPrice", "stopPrice") or take "triggerPx"
  local trigger = trigger_price or kind == "trigger"
  local r = ordered { { "instId", market.id }, { "side", o.side }, { "ordType", kind } }

  local mode, on_margin = take "marginMode" or params.tdMode, take "margin"
  local margin_currency = take("ccy", "currency")
  on_margin = mode and mode ~= "cash" or (not mode or mode == "cash") and on_margin == true
  if not mode or mode == "cash" then mode = a.options.defaultMarginMode end
  local cost = spot and is_market and take "cost" or nil
  local unit = take "tgtCcy" or (cost and "quote_ccy" or a.options.tgtCcy)
  if not (conditional or kind == "oco") or not params.closeFraction then
    r.sz = spot and is_market and unit == "quote_ccy" and a:to_cost(cost or take "sz" or o.amount, market) or a:to_amount(o.amount, market)
  end
  if spot then
    if on_margin then r.ccy = margin_currency or (o.side == "buy" and market.quoteId or market.baseId) end
    r.tdMode = on_margin and mode or "cash"
    if not on_margin then r.tgtCcy = unit end
  else
    r.tdMode = mode
    local hedged, side = take "hedged", take("positionSide", "posSide")
    if not side and hedged and not market.option then
      local closing = stop or target or params.reduceOnly or params.closeFraction
      if params.reduceOnly then params.reduceOnly = nil end
      side = (o.side == "buy") == not closing and "long" or "short"
    end
    r.posSide = side
  end

  local in_force, post = take "timeInForce", take "postOnly"
  post = post or in_force == "PO" or kind == "post_only"
  local ioc, fok = in_force == "IOC" or kind == "ioc", in_force == "FOK" or kind == "fok"
  if post and (is_market or ioc or fok) then fail("InvalidOrder", "a post-only order is a limit order that may rest") end
  local at_once = is_market and ioc or kind == "optimal_limit_ioc"
  if is_market or at_once then
    r.ordType = at_once and not spot and "optimal_limit_ioc" or "market"
  elseif not trigger and not conditional then
    if not o.price and not algo_types[kind] then fail("ArgumentsRequired", "a limit order needs a price") end
    r.px = o.price and price(o.price) or nil
  end
  if post then r.ordType = "post_only"
  elseif ioc and not at_once then r.ordType = "ioc"
  elseif fok then r.ordType = "fok"
  end

  local percent, distance = take "trailingPercent", take("trailingAmount", "trailingPrice")
  local entry_stop, entry_target = take "stopLoss", take "takeProfit"
  if percent or distance or params.callbackRatio or params.callbackSpread then
    r.ordType = "move_order_stop"
    r.callbackRatio = percent and decimal.div(percent, 100) or nil
    r.callbackSpread = distance and decimal.text(distance) or nil
    local starts = take "trailingTriggerPrice"
    r.activePx = starts and price(starts) or nil
  elseif entry_stop or entry_target then
    local legs = ordered()
    if entry_stop then attached(legs, "sl", entry_stop, price) end
    if entry_target then attached(legs, "tp", entry_target, price) end
    r.attachAlgoOrds = list { legs }
  end
  if trigger then
    r.ordType = "trigger"
    r.triggerPx = trigger_price and price(trigger_price) or nil
    if not is_market and not o.price then fail("ArgumentsRequired", "a limit order needs a price") end
    r.orderPx = is_market and "-1" or price(o.price)
  elseif conditional then
    r.ordType = stop and target and "oco" or "conditional"
    if o.side == "sell" then r.tgtCcy = nil end
    if r.tdMode == "cash" then r.tdMode = mode end
    local target_price, stop_price = take "tpOrdPx" or o.price, take "slOrdPx" or o.price
    local function leg(prefix, trigger_at, limit)
      r[prefix .. "TriggerPx"] = price(trigger_at)
      r[prefix .. "OrdPx"] = limit and price(limit) or "-1"
      r[prefix .. "TriggerPxType"] = take(prefix .. "TriggerPxType") or "last"
    end
    if target then leg("tp", target, target_price) end
    if stop then leg("sl", stop, stop_price) end
  end

  local algo = algo_types[r.ordType] or algo_types[kind]
  local mine, broker = take("clOrdId", "clientOrderId"), a.options.brokerId
  if mine then
    r[algo and "algoClOrdId" or "clOrdId"] = mine
  elseif broker and broker ~= "" then
    r.clOrdId = broker .. random_hex(16)
    r.tag = broker
  end
  for k, v in pairs(sorted(params)) do r[k] = v end
  return r, algo
end

-- The body of these calls is a list; see `sign`.
local function rows(path, list_, cost, read)
  return { post = path, cost = cost, send = function() return ordered { { "rows", list_ } } end, read = read }
end

local function add_order(a, o)
  local row, algo = order_row(a, a.market, o, a.params)
  for k in pairs(a.params) do a.params[k] = nil end
  if algo then return { post = "/trade/order-algo", send = function() return row end, read = placed } end
  return rows("/trade/batch-orders", list { row }, 1 / 15, placed)
end

local function order_by_cost(side)
  return {
    run = function(a)
      if not a.market.spot then fail("NotSupported", "only spot markets take a cost") end
      a.type, a.side = "market", side
      a.params.tgtCcy, a.params.cost = a.params.tgtCcy or "quote_ccy", a.cost
      return add_order(a, { type = "market", side = side, amount = a.cost })
    end,
  }
end

local function cancel_rows(a, ids, read)
  local trigger, trailing = waiting(a)
  local algo = trigger or trailing
  local mine, more, out = own_id(a), a:take "algoId", list {}
  local function add(name, x)
    for _, id in ipairs(type(x) == "table" and x or { x }) do
      for one in tostring(id):gmatch("[^,]+") do out[#out + 1] = ordered { { name, one }, { "instId", a.id } } end
    end
  end
  if mine then
    add(algo and "algoClOrdId" or "clOrdId", mine)
  else
    if more then add("algoId", more) algo = true end
    add(algo and "algoId" or "ordId", ids or {})
  end
  a.params = {}
  return rows(algo and "/trade/cancel-algos" or "/trade/cancel-batch-orders", out, algo and 1 or 1 / 15, read)
end

-- Orders that are no more.
local function past_orders(state, algo_state)
  return {
    run = function(a)
      local trigger, trailing = waiting(a)
      local method, kind = a:take "method", a:take "ordType"
      local algo = trigger or trailing or algo_types[kind]
      if algo and not kind then kind = trailing and "move_order_stop" or "trigger" end
      local path = algo and "/trade/orders-algo-history" or method and method:find "Archive" and "/trade/orders-history-archive" or "/trade/orders-history"
      return {
        get = path, cost = algo and 1 or 1 / 2, read = order_list,
        send = function()
          local r = ordered { { "instId", a.id }, { "instType", type_asked(a) }, { "limit", a.limit and math.min(a.limit, 100) } }
          if state == "canceled" then r.state = state end
          if algo then
            r.state = algo_state
          else
            r.begin = a.since
            r["end"] = a:take "until"
            r.state = state
          end
          r.ordType = kind
          return r
        end,
      }
    end,
  }
end

local function transactions_of(path)
  return {
    get = path, cost = 5 / 3, read = transaction_list,
    send = function(a)          -- `before` is the newer side of a page
      return ordered {
        { "ccy", a.currency_id }, { "before", a.since and math.max(a.since - 1, 0) }, { "limit", a.limit }, { "after", a:take "until" },
      }
    end,
  }
end

local function my_trades(a)
  return {
    get = "/trade/fills-history", cost = 2, read = trade_list,
    send = function()           -- with a limit the latest ones come: not what is asked for with `since`
      return ordered {
        { "instId", a.id }, { "begin", a.since }, { "end", a:take "until" }, { "instType", type_asked(a) }, { "limit", not a.since and a.limit or nil },
        { "ordId", a.order_id },
      }
    end,
  }
end

local function ohlcv(price)
  return {
    run = function(a)
      local told = a:take "price"
      local of = price or (told == "mark" or told == "index") and told
      local step, n = a.timeframe_s * 1000, math.min(a.limit or 100, of and 100 or 300)
      local old = a.since and a.since < a.now - 1439 * step
      local kind, zone = a:take "type", a.options.fetchOHLCV and a.options.fetchOHLCV.timezone or "UTC"
      if kind then old = kind == "HistoryCandles" end
      local bar = zone == "UTC" and a.timeframe_s >= 21600 and a.timeframe .. "utc" or a.timeframe
      local name = (old and "history-" or "") .. (of == "mark" and "mark-price-candles" or of == "index" and "index-candles" or "candles")
      return {
        get = "/market/" .. name, cost = (old or of) and 1 or 1 / 2,
        read = of and price_candles or a.market.contract and contract_candles or spot_candles,
        send = function()       -- between before and after, both left out
          return ordered {
            { "instId", of == "index" and a.base_id .. "-" .. a.quote_id or a.id }, { "bar", bar },
            { "limit", old and not of and not a.limit and 300 or n }, { "before", a.since and math.max(a.since - 1, 0) },
            { "after", a:take "until" or a.since and a.since + step * n },
          }
        end,
      }
    end,
  }
end

local function tickers_of(path, cost, default)
  return {
    run = function(a)
      local first_market = a.symbols and a:market_of(a.symbols[1])
      local kind = type_asked(a, first_market and first_market.type or default)
      return {
        get = path, cost = cost, read = ticker_list,
        send = function() return ordered { { "instType", kind }, { "uly", kind == "OPTION" and not a.params.uly and "BTC-USD" or nil } } end,
      }
    end,
  }
end

local function margin_of(kind)
  return {
    post = "/account/position/margin-balance",
    send = function(a)
      return ordered { { "instId", a.id }, { "amt", raw_number(a.amount) }, { "type", kind }, { "posSide", a:take "posSide" or "net" } }
    end,
    read = function(reply, a)
      local row = reply.data[1]
      return {
        info = row, symbol = a.symbol, type = row.type, marginMode = "isolated", amount = number(row.amt), status = "ok",
        code = a.market.inverse and a.base or a.quote,
      }
    end,
  }
end

local function margin_mode(a)
  local given, raw = a:take "marginMode", a:take "mgnMode"
  local mode = given or raw or "cross"
  if mode ~= "cross" and mode ~= "isolated" then fail("BadRequest", "marginMode is 'cross' or 'isolated'") end
  return mode
end

local function leverage_of(a, x)
  x = tonumber(x)
  if not x or x < 1 or x > 125 then fail("BadRequest", "leverage is from 1 to 125") end
  return raw_number(decimal.text(x))
end

local function as_it_is(reply) return reply end

return {
  hosts = { api = "https://www.okx.com/api/v5" },
  credentials = { "apiKey", "secret", "password" },
  rate = { interval_ms = 110, burst = 10 },
  fees = { taker = 0.0015, maker = 0.001 },
  encode = "json",
  renames = renames,
  symbol_of = symbol_of,
  timeframes = {
    ["1m"] = "1m", ["3m"] = "3m", ["5m"] = "5m", ["15m"] = "15m", ["30m"] = "30m", ["1h"] = "1H", ["2h"] = "2H", ["4h"] = "4H", ["6h"] = "6H",
    ["12h"] = "12H", ["1d"] = "1D", ["1w"] = "1W", ["1M"] = "1M", ["3M"] = "3M",
  },

  failed = function(reply)
    local code = reply.code
    if code == "0" or code == "2" then return nil end
    for _, row in ipairs(reply.data or {}) do
      if refused(row) then return row.sCode, row.sMsg end
    end
    return code or "error", reply.msg
  end,
  errors = by_class {           -- ExchangeError is what the others are
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
  },
  broad = { { "Internal Server Error", "ExchangeNotAvailable" }, { "server error", "ExchangeNotAvailable" } },
  http = { [429] = "ExchangeNotAvailable" },

  sign = function(req, key, a)
    local now = clock "iso"
    if req.json and req.json.rows then req.body = encode_json(req.json.rows) end
    req.headers["OK-ACCESS-KEY"] = key.apiKey
    req.headers["OK-ACCESS-PASSPHRASE"] = key.password
    req.headers["OK-ACCESS-TIMESTAMP"] = now
    req.headers["OK-ACCESS-SIGN"] = base64(hmac("sha256", key.secret, now .. req.method .. req.target .. req.body))
    if a.options.sandboxMode then req.headers["x-simulated-trading"] = "1" end
  end,

  -- Market data

  fetch_time = { get = "/public/time", cost = 2, read = time "data.1.ts" },
  fetch_status = {
    get = "/system/status", cost = 50,
    read = function(reply)      -- past, present and planned maintenance
      local out = { status = "ok" }
      for _, event in ipairs(reply.data) do
        local present = event.state == "ongoing"
        if present or out.status == "ok" then out.eta, out.url = event["end"], event.href end
        if present then out.status = "maintenance" end
      end
      return out
    end,
  },
  fetch_markets = {
    run = function(a)
      local kinds = a.options.fetchMarkets and a.options.fetchMarkets.types or { "spot", "future", "swap", "option" }
      local families = a.options.defaultUnderlying or { "BTC-USD", "ETH-USD" }
      local calls, out = {}, {}
      for _, kind in ipairs(kinds) do
        for _, family in ipairs(kind == "option" and families or { false }) do calls[#calls + 1] = { types[kind] or kind, family or nil } end
      end
      local function call(c)
        return {
          get = "/public/instruments", send = function() return ordered { { "instType", c[1] }, { "uly", c[2] } } end, read = market_list, params = true,
        }
      end
      if #calls == 1 then return call(calls[1]) end
      for _, c in ipairs(calls) do
        for _, market in ipairs(ask(call(c))) do out[#out + 1] = market end
      end
      return out
    end,
  },
  fetch_currencies = { get = "/asset/currencies", right = "read", cost = 5 / 3, read = currency_table },
  fetch_ticker = { get = "/market/ticker", send = "instId={id}", read = one_ticker },
  fetch_tickers = tickers_of("/market/tickers", 1),
  fetch_mark_price = { get = "/public/mark-price", cost = 2, send = "instId={id}", read = one_ticker },
  fetch_mark_prices = tickers_of("/public/mark-price", 2, "swap"),
  fetch_order_book = {
    run = function(a)           -- 400 levels at most, 5000 from the slower call
      local method = a:take "method"
      local full = a.limit and a.limit > 400 or method and method:find "Full"
      return {
        get = full and "/market/books-full" or "/market/books", cost = full and 2 or 1 / 2,
        send = "instId={id} sz={limit|default:" .. (full and "5000" or "100") .. "}",
        read = book { at = "data.1", bids = "bids", asks = "asks", level = { 1, 2, 3 }, timestamp = "ts" },
      }
    end,
  },
  fetch_trades = {
    run = function(a)
      if a.market.option then return { get = "/public/option-trades", send = "instId={id}", read = trade_list } end
      local method = a:take "method"
      local old = method and method:find "History"
      return { get = old and "/market/history-trades" or "/market/trades", cost = old and 2 or 1 / 5, send = "instId={id} limit={limit}", read = trade_list }
    end,
  },
  fetch_ohlcv = ohlcv(),
  fetch_mark_ohlcv = ohlcv "mark",
  fetch_index_ohlcv = ohlcv "index",
  fetch_funding_rate = {
    run = function(a)
      if not a.market.contract then fail("BadSymbol", a.symbol .. " has no funding rate") end
      return { get = "/public/funding-rate", cost = 2, send = "instId={id}", read = one_funding_rate }
    end,
  },
  fetch_funding_rates = { get = "/public/funding-rate", cost = 2, send = "instId=ANY", read = funding_rates(with(funding_fields, { at = "data" })) },
  fetch_funding_rate_history = {
    get = "/public/funding-rate-history", cost = 2, needs = "symbol",
    send = function(a) return ordered { { "instId", a.id }, { "before", a.since and math.max(a.since - 1, 0) }, { "limit", a.limit } } end,
    read = function(reply, a)
      local out = {}
      for i, row in ipairs(reply.data) do
        out[i] = dated(row.fundingTime, { info = row, symbol = symbol_in(row, a), fundingRate = number(row.realizedRate) })
      end
      return oldest_first(out)
    end,
  },
  fetch_open_interest = {
    run = function(a)
      if not a.market.contract then fail("BadRequest", a.symbol .. " is no contract") end
      return {
        get = "/public/open-interest",
        send = function() return ordered { { "instType", type_asked(a) }, { "uly", a.base_id .. "-" .. a.quote_id }, { "instId", a.id } } end,
        read = function(reply)
          local row = reply.data[1]
          return dated(row.ts, {
            info = row, symbol = a.symbol, openInterestAmount = number(row.oi), openInterestValue = number(row.oiUsd), baseVolume = number(row.oiCcy),
          })
        end,
      }
    end,
  },
  fetch_open_interest_history = {      -- of all contracts of a coin
    run = function(a)
      local period = a.timeframe_name == "5m" and "5m" or a.timeframe_name == "1h" and "1H" or a.timeframe_name == "1d" and "1D"
      if not period then fail("BadRequest", "only 5m, 1h and 1d") end
      return {
        get = "/rubik/stat/contracts/open-interest-volume", cost = 4,
        send = function()
          return ordered { { "ccy", a.base_id }, { "period", period }, { "begin", a.since }, { "end", a:take "until" } }
        end,
        read = function(reply)
          local out = {}
          for i, row in ipairs(reply.data) do out[i] = dated(row[1], { info = row, openInterestValue = number(row[2]), quoteVolume = number(row[3]) }) end
          return oldest_first(out)
        end,
      }
    end,
  },

  -- Account

  fetch_balance = {
    run = function(a)
      local kind = a:take "type"
      if kind == "funding" then return { get = "/asset/balances", cost = 5 / 3, read = balances } end
      return { get = "/account/balance", cost = 2, read = balances }
    end,
  },
  fetch_accounts = { get = "/account/config", cost = 4, read = accounts { at = "data", id = "uid", type = "acctLv" } },
  fetch_trading_fee = {
    get = "/account/trade-fee", cost = 4,
    send = function(a)
      local spot = not a.market.contract
      return ordered {
        { "instType", types[a.market.type] }, { "instId", spot and a.id or nil }, { "uly", not spot and a.base_id .. "-" .. a.quote_id or nil },
      }
    end,
    read = trading_fee { at = "data.1", maker = "maker|neg,makerU|neg", taker = "taker|neg,takerU|neg" },
  },
  fetch_deposit_withdraw_fees = {
    get = "/asset/currencies", cost = 5 / 3,
    send = function(a)
      local ids = {}
      for i, code in ipairs(a.codes or {}) do ids[i] = a:currency_id_of(code) end
      return ordered { { "ccy", ids[1] and table.concat(ids, ",") } }
    end,
    read = fee_table,
  },
  fetch_deposit_withdraw_fee = {
    get = "/asset/currencies", cost = 5 / 3, needs = "code", send = "ccy={currency_id}",
    read = function(reply, a) return fee_table(reply, a)[a.code] or fail("ExchangeError", "no fee told for " .. a.code) end,
  },
  fetch_order = {
    run = function(a)
      local algo, mine = waiting(a), own_id(a)
      return {
        get = algo and "/trade/order-algo" or "/trade/order", cost = algo and 1 or 1 / 3, read = one_order,
        send = function()
          local name = mine and (algo and "algoClOrdId" or "clOrdId") or algo and "algoId" or "ordId"
          return ordered { { "instId", a.id }, { name, mine or a.order_id } }
        end,
      }
    end,
    needs = "symbol",
  },
  fetch_open_orders = {
    run = function(a)
      local trigger, trailing = waiting(a)
      local kind = a:take "ordType"
      local algo = trigger or trailing or algo_types[kind]
      if trailing then kind = "move_order_stop" elseif trigger and not kind then kind = "trigger" end
      return {
        get = algo and "/trade/orders-algo-pending" or "/trade/orders-pending", cost = algo and 1 or 1 / 3, read = order_list,
        send = function()
          local asked = a:take "type"
          return ordered {
            { "instId", a.id }, { "limit", a.limit and math.min(a.limit, 100) }, { "ordType", kind }, { "instType", asked and (types[asked] or asked) },
          }
        end,
      }
    end,
  },
  fetch_closed_orders = past_orders("filled", "effective"),
  fetch_canceled_orders = past_orders("canceled", "canceled"),
  fetch_my_trades = { run = my_trades },
  fetch_order_trades = { run = my_trades },
  fetch_ledger = {
    run = function(a)
      local method, mode, raw = a:take "method", a:take "marginMode", a:take "mgnMode"
      local archive, funding = method and method:find "Archive", method and method:find "AssetBills"
      return {
        get = archive and "/account/bills-archive" or funding and "/asset/bills" or "/account/bills", cost = archive and 4 or funding and 5 / 3 or 2,
        send = function()
          return ordered {
            { "mgnMode", not funding and (mode or raw) or nil }, { "instType", type_asked(a) }, { "limit", a.limit }, { "ccy", a.currency_id },
            { "end", a:take "until" },
          }
        end,
        read = entries,
      }
    end,
  },
  fetch_funding_history = {
    get = "/account/bills-archive", cost = 4,
    send = function(a)
      local contract = a.market and a.market.contract
      local kind = type_asked(a)
      return ordered {
        { "type", "8" }, { "limit", a.limit }, { "ctType", contract and (a.market.linear and "linear" or "inverse") or nil },
        { "ccy", contract and (a.market.linear and a.quote_id or a.base_id) or nil }, { "instType", kind == "SWAP" and kind or nil },
      }
    end,
    read = function(reply, a)
      local out = {}
      for _, row in ipairs(reply.data) do
        local changed = row.balChg and row.balChg ~= "" and tonumber(row.balChg) ~= 0 and row.balChg or row.posBalChg
        if not a.market or row.instId == a.id then
          out[#out + 1] = dated(row.ts, {
            info = row, id = row.billId, symbol = symbol_in(row, a), code = a:code_of(row.ccy), amount = number(changed),
          })
        end
      end
      return oldest_first(out)
    end,
  },

  -- Orders

  create_order = { run = function(a) return add_order(a, { type = a.type, side = a.side, amount = a.asked_amount, price = a.asked_price }) end },
  create_market_buy_order_with_cost = order_by_cost "buy",
  create_market_sell_order_with_cost = order_by_cost "sell",
  create_orders = {
    run = function(a)           -- up to twenty; each may be refused alone
      local out = list {}
      for i, o in ipairs(a.orders) do
        local params = {}
        for k, v in pairs(o.params or {}) do params[k] = v end
        for k, v in pairs(a.params) do params[k] = v end
        out[i] = order_row(a, a:market_of(o.symbol), o, params)
      end
      a.params = {}
      return rows("/trade/batch-orders", out, #out / 15, order_list)
    end,
  },
  edit_order = {
    run = function(a)
      local algo, mine, r = algo_types[a.type], own_id(a), ordered { { "instId", a.id } }
      r[(algo and "algo" or "") .. (mine and (algo and "ClOrdId" or "clOrdId") or (algo and "Id" or "ordId"))] = mine or a.order_id
      local function leg(name, trigger, limit, market_price, by)
        if not trigger then return end
        if not limit and not market_price then fail("BadRequest", "a price is needed for the order that new" .. name .. "TriggerPx sets off") end
        r["new" .. name .. "TriggerPx"] = a:to_price(trigger)
        r["new" .. name .. "OrdPx"] = market_price and "-1" or a:to_price(limit)
        r["new" .. name .. "TriggerPxType"] = by or "last"
      end
      a:take "postOnly"
      local at_market = a.type == "market"
      local stop, raw_stop, target, raw_target = a:take "stopLossPrice", a:take "newSlTriggerPx", a:take "takeProfitPrice", a:take "newTpTriggerPx"
      if algo and not (stop or raw_stop or target or raw_target) then fail("BadRequest", "of an algo order only stopLossPrice and takeProfitPrice change") end
      local stop_by, target_by, entry_stop, entry_target = a:take "newSlTriggerPxType", a:take "newTpTriggerPxType", a:take "stopLoss", a:take "takeProfit"
      leg("Sl", stop or raw_stop, a:take "newSlOrdPx", at_market, stop_by)
      leg("Tp", target or raw_target, a:take "newTpOrdPx", at_market, target_by)
      if entry_stop then leg("Sl", entry_stop.triggerPrice, entry_stop.price, entry_stop.type == "market", stop_by) end
      if entry_target then
        r.newTpOrdKind = entry_target.type == "limit" and "limit" or "condition"
        leg("Tp", entry_target.triggerPrice, entry_target.price, entry_target.type == "market", target_by)
      end
      r.newSz = a.amount
      r.newPx = not algo and a.price or nil
      return { post = algo and "/trade/amend-algos" or "/trade/amend-order", cost = algo and 1 or 1 / 3, send = function() return r end, read = placed }
    end,
  },
  cancel_order = {
    needs = "symbol",
    run = function(a)
      local p = a.params
      if p.stop or p.trigger or p.trailing then return cancel_rows(a, { a.order_id }, one_order) end
      local mine = own_id(a)
      return {
        post = "/trade/cancel-order", cost = 1 / 3, read = one_order,
        send = function() return ordered { { "instId", a.id }, { mine and "clOrdId" or "ordId", mine or a.order_id } } end,
      }
    end,
  },
  cancel_orders = { needs = "symbol", run = function(a) return cancel_rows(a, a.ids, order_list) end },
  cancel_all_orders_after = {   -- seconds; 0 calls it off
    post = "/trade/cancel-all-after", cost = 10, read = as_it_is,
    send = function(a) return ordered { { "timeOut", raw_number(tostring(math.max(math.tointeger((a.timeout or 0) // 1) // 1000, 0))) } } end,
  },

  -- Money in and out

  fetch_deposit_addresses_by_network = { get = "/asset/deposit-address", cost = 5 / 3, needs = "code", send = "ccy={currency_id}", read = address_list },
  fetch_deposit_address = {
    run = function(a)
      local asked = a:take "network"
      local known = ask { get = "/asset/deposit-address", cost = 5 / 3, send = "ccy={currency_id}", params = true, read = address_list }
      local names = {}
      for name in pairs(known) do names[#names + 1] = name end
      table.sort(names)
      local network = network_of(asked or a.code, a.code)
      return known[network] or known[network_of(network_ids[network] or network, a.code)] or not asked and known[names[1] or ""]
        or fail("InvalidAddress", "no address for " .. a.code .. (asked and " over " .. asked or ""))
    end,
  },
  fetch_deposits = transactions_of "/asset/deposit-history",
  fetch_withdrawals = transactions_of "/asset/withdrawal-history",
  fetch_deposit = { get = "/asset/deposit-history", cost = 5 / 3, send = "depId={order_id} ccy={currency_id}", read = one_transaction },
  fetch_withdrawal = { get = "/asset/withdrawal-history", cost = 5 / 3, send = "wdId={order_id} ccy={currency_id}", read = one_transaction },
  withdraw = {
    run = function(a)           -- the fee is part of the order; without one it is what the network costs now
      local asked, fee = a:take "network", a:take "fee"
      local id = asked and (network_ids[asked:upper()] or asked)
      local chain = id and a.currency_id .. "-" .. id
      if not fee then
        for _, row in ipairs(ask({ get = "/asset/currencies", right = "read", cost = 5 / 3 }).data) do
          if chain and row.chain == chain then fee = row.fee end
        end
        if not fee then fail("ArgumentsRequired", "withdraw needs a network, or the fee in params ('0' between accounts of OKX)") end
      end
      local to = a.tag and a.tag ~= "" and a.address .. ":" .. a.tag or a.address
      return {
        post = "/asset/withdrawal", cost = 5 / 3, read = one_transaction,
        send = function()       -- dest 3: to another account of OKX, 4: out on a chain
          return ordered {
            { "ccy", a.currency_id }, { "toAddr", to }, { "dest", "4" }, { "amt", a.amount }, { "chain", chain }, { "fee", decimal.text(fee) },
          }
        end,
      }
    end,
  },
  transfer = {
    post = "/asset/transfer", cost = 5, read = one_transfer,
    send = function(a)          -- 6 is the funding account, 18 the one for trading; others are names of sub-accounts
      local ids = a.options.accountsByType
      local from, to = ids[a.from_account] or a.from_account, ids[a.to_account] or a.to_account
      local down, up = from == "master", to == "master"
      return ordered {
        { "ccy", a.currency_id }, { "amt", a.amount }, { "type", down and "1" or up and "2" or "0" },
        { "from", (down or up) and "6" or from }, { "to", (down or up) and "6" or to }, { "subAcct", down and to or up and from or nil },
      }
    end,
  },
  fetch_transfer = { get = "/asset/transfer-state", send = "transId={order_id}", read = one_transfer },
  fetch_transfers = {
    get = "/account/bills-archive", cost = 4, send = "type=1 ccy={currency_id} begin={since} limit={limit}",
    read = transfers(with(transfer_fields, { at = "data" })),
  },

  -- Contracts

  fetch_position = {
    get = "/account/positions", cost = 2, send = function(a) return ordered { { "instId", a.id }, { "instType", type_asked(a) } } end,
    read = function(reply, a)
      if not reply.data[1] then fail("NullResponse", "no position in " .. a.symbol) end
      return one_position(reply, a)
    end,
  },
  fetch_positions = {
    get = "/account/positions", cost = 2, read = position_list,
    send = function(a) return ordered { { "instId", a.ids and table.concat(a.ids, ",") } } end,
  },
  close_position = {
    post = "/trade/close-position", needs = "symbol", read = one_order,
    send = function(a)
      local sides, code = { buy = "long", sell = "short" }, a:take "code"
      return ordered {
        { "instId", a.id }, { "mgnMode", margin_mode(a) }, { "posSide", a.side and (sides[a.side] or a.side) }, { "clOrdId", own_id(a) },
        { "ccy", code and a:currency_id_of(code) },
      }
    end,
  },
  fetch_leverage = {
    get = "/account/leverage-info", needs = "symbol", send = function(a) return ordered { { "instId", a.id }, { "mgnMode", margin_mode(a) } } end,
    read = function(reply, a)
      local out = { symbol = a.symbol, info = reply.data }
      for _, row in ipairs(reply.data) do
        out.marginMode = row.mgnMode
        if row.posSide ~= "short" then out.longLeverage = number(row.lever) end
        if row.posSide ~= "long" then out.shortLeverage = number(row.lever) end
      end
      return out
    end,
  },
  set_leverage = {
    post = "/account/set-leverage", needs = "symbol", read = as_it_is,
    send = function(a)
      local mode, side = margin_mode(a), a:take "posSide"
      return ordered { { "lever", leverage_of(a, a.leverage) }, { "mgnMode", mode }, { "instId", a.id }, { "posSide", side or mode == "isolated" and "net" or nil } }
    end,
  },
  set_margin_mode = {
    post = "/account/set-leverage", needs = "symbol mode", read = as_it_is,
    send = function(a)
      a.params.marginMode = a.mode:lower()
      local mode, long, short = margin_mode(a), a:take "leverage", a:take "lever"
      return ordered { { "lever", leverage_of(a, short or long) }, { "mgnMode", mode }, { "instId", a.id } }
    end,
  },
  set_position_mode = {
    post = "/account/set-position-mode", cost = 4, read = as_it_is,
    send = function(a) return { posMode = a.hedged and "long_short_mode" or "net_mode" } end,
  },
  add_margin = margin_of "add",
  reduce_margin = margin_of "reduce",

  options = {
    defaultType = "spot", defaultMarginMode = "cross", tgtCcy = "base_ccy",
    brokerId = "6b9ad766b55dBCDE",      -- goes with new orders as their tag and the start of their client id; "" for none
    accountsByType = {
      funding = "6", trading = "18", spot = "18", future = "18", futures = "18", margin = "18", swap = "18", option = "18",
    },
  },
}
