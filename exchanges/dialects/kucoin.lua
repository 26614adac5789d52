-- KuCoin's API as its adapter needs it, in parts. Docs: https://www.kucoin.com/docs-new
-- Replies are {code, msg, data}; "200000" is success, but for a few messages. Spot and margin are at one host, futures at another. Times are
-- milliseconds in the older replies and nanoseconds ("ts", "orderTime") in the newer ones, which also write names in capitals.
-- One kind of reply may come in both shapes, so the maps here read either.
-- Orders: dialects/kucoin_orders.lua; what contracts have more: dialects/kucoin_contracts.lua; the unified account: dialects/kucoin_unified.lua.

local renames = { BIFI = "BIFIF", VAI = "VAIOT", WAX = "WAXP", ALT = "APTOSLAUNCHTOKEN", KALT = "ALT", FUD = "FTX Users' Debt" }
local fixed = { XBT = "BTC", BCHSV = "BSV" }
local function code_of(id) return renames[id] or fixed[id] or id end

-- Symbol of a spot market that is not in the list (any more); ids of contracts show no border.
local function symbol_of(id)
  local base, quote = id:match("^([^-]+)-([^-]+)$")
  return base and code_of(base) .. "/" .. code_of(quote) or id
end

-- ---- networks ----

local network_ids = {         -- network -> chain, where it is not the same in small letters
  BRC20 = "btc", BTCNATIVESEGWIT = "bech32", ERC20 = "eth", TRC20 = "trx", HRC20 = "heco", BEP20 = "bsc", BEP2 = "bnb", AVAXX = "avax",
  OP = "optimism", APT = "aptos", BSV = "bchsv", BCHA = "bchabc", WAX = "waxp", IOTEX = "iotx", OASYS = "oas", NEM = "NEM", TT = "TT",
  KARDIA = "kai",
}
local network_codes = { op = "OP" }
for code, id in pairs(network_ids) do network_codes[id] = code end
for code in ([[
  BTC MATIC KCC SOL ALGO EOS ARBITRUM AVAXC TLOS CFX ACA ONT GLMR CSPR KLAY XRD RVN NEAR ETHW TON BCH OSMO NANO XLM VET IOST ZIL XRP TOMO XMR
  COTI XTZ ADA THETA ONE NULS KSM LTC WAVES DOT STEEM QTUM DOGE FIL XYM FLUX ATOM XDC KDA ICP CELO LSK VSYS KAR XCH FLOW BAND EGLD HBAR XPR AR
  FTM KAVA KMA XEC IOTA HNT ASTR PDEX METIS ZEC POKT OASIS ETC AKT FSN SCRT CFG ICX KMD STX DGB DCR CKB ELA HYDRA BTM SXP NEBL ZEN SDN LTO
  WEMIX EVER BNC BNCDOT AION GRIN LOKI QKC PIVX SERO METER STATEMINE DVPN XPRT MOVR ERGO ABBC DIVI PURA DFI NEON3 DOCK TRUE CS ORAI BASE TARA
]]):gmatch("%S+") do network_codes[code:lower()] = code end

-- A chain carries its own coin under the coin's name, tokens under the name of their standard.
local own = { btc = { "BTC", "BRC20" }, eth = { "ETH", "ERC20" }, trx = { "TRX", "TRC20" }, heco = { "HT", "HRC20" } }
local function network_of(id, code)
  local names = own[id]
  if names then return code == names[1] and names[1] or names[2] end
  return network_codes[id] or id
end

-- The chain that params.network names.
local function chain_asked(a)
  local name, other = a:take "network", a:take "networkCode"
  name = other or name
  return name and (network_ids[name:upper()] or name):lower()
end

local function network_in(o, a)
  local id = o.chainId or o.chain
  return id and network_of(id, o.currency and a:code_of(o.currency) or a.code)
end

-- ---- what a call is about ----

-- A switch of the call, or of the exchange object.
local function chosen(a, name)
  local v = a:take(name)
  if v == nil then v = a.options[name] end
  return v == true
end

-- "spot", "swap" ...: by the market, by params.type, or the default.
local function type_asked(a, market)
  local asked = a:take "type"
  market = market or a.market
  return asked or market and market.type or a.options.defaultType
end
local function is_spot(kind) return kind == "spot" or kind == "margin" end

local trade_types = { cross = "MARGIN_TRADE", isolated = "MARGIN_ISOLATED_TRADE" }

local function client_id(a)
  local short, long = a:take "clientOid", a:take "clientOrderId"
  return short or long
end

local function waits(a)
  local stop, trigger = a:take "stop", a:take "trigger"
  return stop == true or trigger == true
end

-- ---- reading ----

local function number(x) return x and tonumber(x) or nil end
-- Symbol of a row's market: the one asked for, else by its id.
local function symbol_in(o, a)
  if a.symbol then return a.symbol end
  if not a.symbol_by_id then
    a.symbol_by_id = {}
    for _, symbol in ipairs(a.all_symbols) do a.symbol_by_id[a:market_of(symbol).id] = symbol end
  end
  return o.symbol and (a.symbol_by_id[o.symbol] or symbol_of(o.symbol)) or nil
end

-- A row about one market that was asked for is of that market; other rows say theirs.
local function the_asked(_, a) return a.symbol end

-- averagePrice is no middle of open and last, so a last price that is missing does not follow from it.
local function last(o)
  for _, name in ipairs { "price", "last", "lastTradedPrice", "lastPrice", "lastTradePrice" } do
    if o[name] and o[name] ~= "" then return o[name] end
  end
  return false
end

local ticker_fields = {
  market = "symbol", symbol = the_asked, timestamp = "time,datetime,timePoint,ts|ns", bid = "buy,bestBid,bestBidPrice",
  bidVolume = "bestBidSize", ask = "sell,bestAsk,bestAskPrice", askVolume = "bestAskSize",
  last = last, close = last, open = "open", high = "high,highPrice", low = "low,lowPrice",
  change = "changePrice,priceChange,priceChg", average = "averagePrice", baseVolume = "vol,baseVolume,volumeOf24h",
  quoteVolume = "volValue,quoteVolume,turnoverOf24h", markPrice = "markPrice,value", indexPrice = "indexPrice",
  percentage = function(o, _, market)       -- where there is no change in price that it follows from
    if o.changeRate then return decimal.mul(o.changeRate, 100) end
    local share = o.priceChangePercent
    if share then return market and market.spot and decimal.mul(share, 100) or share end
    return o.priceChgPct and not o.priceChg and decimal.mul(o.priceChgPct, 100) or nil
  end,
}

-- Older rows begin with seconds, and the close stands before the high.
local function candle_map(at)
  local old = candles { at = at, columns = "1|s 2 4 5 3 6" }
  local new = candles { at = at }
  return function(reply, a)
    local rows = at == "data" and reply.data or reply.data.list
    local time = rows and rows[1] and rows[1][1]
    return (time and #time > 10 and new or old)(reply, a)
  end
end

local trade_fields = {
  market = "symbol", symbol = the_asked, id = "tradeId", order = "orderId", timestamp = "time|ns,ts|ns,executionTime|ns,createdAt",
  type = { "type|lower,orderType|lower", match = false, default = "." }, side = "side|lower",
  takerOrMaker = "liquidity|lower,liquidityRole|lower", price = "price", amount = "size", cost = "funds,value",
  fee = {
    cost = "fee", rate = "feeRate",
    currency = function(o, a, market)
      if not o.fee then return nil end
      if o.feeCurrency and o.feeCurrency ~= "" then return a:code_of(o.feeCurrency) end
      return market and (o.side == "sell" and market.quote or market.base)
    end,
  },
}

local states = { ["0"] = "open", ["1"] = "open", ["2"] = "open", ["3"] = "closed", ["4"] = "open", ["5"] = "canceled", ["6"] = "closed" }
local function state_of(o)
  if states[o.status or ""] then return states[o.status] end
  if o.status == "fail" then return "rejected" end
  if o.cancelExist == true then return "canceled" end
  local active = o.isActive
  if active == nil then active = o.active end
  if o.stop and o.stop ~= "" then
    if o.status == "NEW" then return "open" end
    if active ~= true and o.stopTriggered ~= true then return "canceled" end
  end
  if active == nil then return nil end
  return active and "open" or "closed"
end

-- A market order by cost says what was filled in the quote.
local function in_quote(o) return o.sizeUnit == "QUOTECCY" end
local function average(o, _, market)
  for _, price in ipairs { o.avgDealPrice or "", o.avgPrice or "" } do
    if tonumber(price) and tonumber(price) ~= 0 then return price end
  end
  local filled, value = number(o.filledSize), number(o.filledValue)
  if not (market and market.contract and filled and value and filled > 0 and value > 0) then return nil end
  local coins = decimal.mul(market.contractSize or 1, o.filledSize)
  return market.inverse and decimal.div(coins, o.filledValue, 12) or decimal.div(o.filledValue, coins, 12)
end

local order_fields = {
  market = "symbol", symbol = the_asked, id = "id,orderId,newOrderId,cancelledOrderId", clientOrderId = "clientOid",
  timestamp = "createdAt,orderTime|ns", lastUpdateTimestamp = "updatedAt,updatedTime|ns", type = "type|lower,orderType|lower",
  timeInForce = { "timeInForce", GTT = "GTD", default = "." }, postOnly = "postOnly", reduceOnly = "reduceOnly", side = "side|lower",
  price = "price|nonzero", triggerPrice = "stopPrice,triggerPrice", stopLossPrice = "slTriggerPrice", takeProfitPrice = "tpTriggerPrice",
  amount = function(o) return not in_quote(o) and o.size or nil end, average = average, status = state_of,
  filled = function(o)
    if not in_quote(o) then return o.filledSize or o.dealSize end
    local price = number(o.avgPrice)
    return price and price ~= 0 and o.filledSize and decimal.div(o.filledSize, o.avgPrice, 12) or nil
  end,
  cost = function(o) return in_quote(o) and o.filledSize or o.filledValue or o.dealFunds end,
  fee = { cost = "fee", currency = "feeCurrency|code" },
}

-- What placing, changing and cancelling answer: ids. `at` = where.
local function ids_at(at, more)
  return with({
    at = at, id = "cancelledOrderIds.1,orderId,newOrderId,cancelledOrderId", clientOrderId = "clientOid", timestamp = "ts|ns",
  }, more or {})
end
local placed = order(ids_at("data"))
local canceled = order(ids_at("data", { symbol = false }))

local transaction_fields = {
  at = "data.items", id = "id,withdrawalId", txid = "walletTxId|before:@,walletTxId", timestamp = "createdAt,createAt|s",
  updated = function(o) return o.updatedAt and (o.createdAt and o.updatedAt or decimal.mul(o.updatedAt, 1000)) end,
  currency = "currency|code", amount = "amount", network = network_in, tag = "memo", tagTo = "memo", comment = "remark", internal = "isInner",
  status = { "status", WALLET_PROCESSING = "pending", FAILURE = "failed", default = "." },
  fee = {
    cost = "fee", currency = function(o, a) return o.fee and o.currency and a:code_of(o.currency) end,
    rate = function(o)
      local amount = number(o.amount)
      return o.fee and amount and amount ~= 0 and decimal.div(o.fee, o.amount, 12) or nil
    end,
  },
}
-- Old deposits have "hash@address@..." and no address.
local function address_in(o)
  if o.address and o.address ~= "" then return o.address end
  return o.walletTxId and o.walletTxId:match("^[^@]*@([^@][^@]+)")
end
transaction_fields.address, transaction_fields.addressTo = address_in, address_in

local address_fields = {
  currency = function(o, a) return a.code or o.currency and a:code_of(o.currency) end, network = network_in, tag = "memo",
  address = function(o) return o.address and (o.address:gsub("^bitcoincash:", "")) end,
}

-- Kind of a ledger's row -> unified type.
local entry_types = {}
for type, names in pairs {
  transfer = {
    "Assets Transferred in After Upgrading", "Transfer", "Sub-account transfer", "TransferIn", "TransferOut", "TRANSFER", "SUB_TRANSFER",
    "SUB_TO_SUB_TRANSFER",
  },
  transaction = { "Deposit", "Withdrawal" }, bonus = { "KuCoin Bonus", "Rewards", "Other rewards" }, referral = { "Referral Bonus" },
  trade = {
    "Trade_Exchange", "Buy Crypto", "Public Offering Purchase", "Margin Trade", "Instant Exchange", "RealisedPNL", "TRADE_EXCHANGE",
    "SPOT_EXCHANGE", "FUTURES_EXCHANGE_OPEN", "FUTURES_EXCHANGE_CLOSE", "AUTO_EXCHANGE_USER",
  },
  airdrop = { "Airdrop/Fork" }, rebate = { "Fee Rebate", "SPOT_EXCHANGE_REBATE", "FUTURES_EXCHANGE_REBATE" }, sell = { "Sell Crypto" },
  fee = {
    "Refunded Fees", "KCS Pay Fees", "Liquidation Fees", "RETURNED_FEES", "DEDUCTION_FEES", "FUNDING_FEE", "LIABILITY_INTEREST",
    "KCS_DEDUCTION_FEES", "KCS_RETURNED_FEES",
  },
  other = { "OTHER" },
} do
  for _, name in ipairs(names) do entry_types[name] = type end
end
entry_types[1], entry_types.default = "bizType,businessType,type", "."

-- Entries of a contract account have no accountType.
local function account_of(o) return o.accountType or not o.createdAt and o.time and "CONTRACT" or nil end
local function entries(at)
  return ledger {
    at = at, id = "id", timestamp = "createdAt,time,ts|ns", currency = "currency|code", amount = "amount|abs", after = "balance|nonzero",
    account = account_of, referenceAccount = account_of, type = entry_types,
    direction = { "direction,type", ["in"] = "in", out = "out", IN = "in", OUT = "out", TransferIn = "in", TransferOut = "out" },
    status = "status",
    fee = { cost = "fee|nonzero", currency = function(o, a) return (number(o.fee) or 0) ~= 0 and o.currency and a:code_of(o.currency) end },
    referenceId = function(o)           -- `context` is JSON, or the id itself
      local context = o.context ~= "" and o.context or nil
      if not context or context:sub(1, 1) ~= "{" then return context end
      local ok, told = pcall(json.decode, context)
      if not ok then return context end
      return type(told) == "table" and (told.tradeId or told.orderId) or nil
    end,
  }
end

-- A balance as most accounts tell it.
local function wallet(o)
  local debt = o.liability
  if debt and o.interest then debt = decimal.add(debt, o.interest) end
  return {
    free = o.availableBalance or o.available, used = o.holdBalance or o.hold, total = o.totalBalance or o.total, debt = o.interest and debt,
  }
end
-- Several wallets may hold one currency.
local function add_wallet(out, a, o)
  if not (o and o.currency) then return end
  local code, w = a:code_of(o.currency), wallet(o)
  for field, x in pairs(out[code] or {}) do w[field] = w[field] and decimal.add(x, w[field]) or x end
  out[code] = w
end

local order_book = book { at = "data", bids = "bids", asks = "asks", timestamp = "time,ts|ns", nonce = "sequence" }
local server_status = status { status = { "data.status,data.serverStatus", open = "ok", default = "maintenance" } }

-- ---- accounts ----

-- Id of the market that an account of isolated margin is named by.
local function market_named(a, account)
  for _, symbol in ipairs(account:find("[/%-_]") and a.all_symbols or {}) do
    local market = a:market_of(symbol)
    if symbol == account or market.id == account then return market.id end
  end
end

local transferred = transfer {
  at = "data", id = "orderId,applyId,id", status = "=ok", amount = "={amount}",
  currency = "={code}", fromAccount = "={from_account}",
  toAccount = "={to_account}",
}

local accounts_by_type = {
  spot = "trade", margin = "margin", cross = "margin", marginv2 = "margin", isolated = "isolated", main = "main", funding = "main",
  future = "contract", swap = "contract", mining = "pool", hf = "trade_hf", contract = "contract", uta = "unified", unified = "unified",
}

-- ---- failures ----

local errors = by_class {
  OrderNotFound = {
    "Order not exist or not allow to be cancelled", "The order does not exist.", "order not exist", "order not exist.", "order_not_exist",
    "order_not_exist_or_not_allow_to_cancel", "130103", "130108", "126043", "100001",
  },
  InvalidOrder = {
    "Order size below the minimum requirement.", "Order size increment invalid.", "The quantity is below the minimum requirement.", "103000",
    "130308", "130309", "130311", "130312", "130313", "130314", "126003", "126022", "126027", "126028", "126029", "126030", "126033", "126034",
    "126036", "126044", "210014", "300000", "400200", "400330", "400350", "400370", "400760", "600101", "330012", "330005", "300012", "300009",
  },
  ExchangeError = {
    "The withdrawal amount is below the minimum requirement.", "130102", "130104", "130107", "130202", "130310", "126000", "126002", "126004",
    "126006", "126007", "126009", "126010", "126011", "126015", "126037", "126038", "126039", "126041", "126042", "135005", "135018",
  },
  InsufficientFunds = {
    "Unsuccessful! Exceeded the max. funds out-transfer limit", "130105", "130203", "130301", "126013", "200004", "210021", "230003",
    "260100", "600100", "300003", "330008",
  },
  BadRequest = {
    "The amount increment is invalid.", "not in the given range!", "recAccountType not in the given range", "400", "130101", "130204", "400100",
    "400400", "401000", "408000", "415000", "900014", "100004",
  },
  BadSymbol = { "Unsupported trading pair.", "400000", "400600" },
  AuthenticationError = "401 400001 400003 400004 400005 400006 400007 400401", InvalidNonce = "400002",
  NotSupported = "403 404 405 415 130106 130303 130304 130305 130306 130307 130315 126001 126021 126045 126046 400008 404000",
  PermissionDenied = "101030 112010 130201 130302 126005 126047 126048 400303", AccountSuspended = "411100",
  RateLimitExceeded = "429", ExchangeNotAvailable = "500 503 500000", InvalidAddress = "260000 260220", RestrictedLocation = "400500",
}
local no_position = "Position does not exist"     -- comes with the code of success

-- A known message says more than the code.
local function failed(reply)
  local code, text = reply.code, reply.msg
  if text == nil and type(reply.data) == "string" then text = reply.data end
  local class = type(text) == "string" and errors[text] or nil
  if (code == "200000" or code == "200") and not class and not (text and text:find(no_position, 1, true)) then return nil end
  return code or "error", text, class
end

-- ---- signing ----

-- The unified API wants the trade type of a classic account's order in the URL too.
local typed = { ["/api/ua/v1/classic/order/place"] = true, ["/api/ua/v1/classic/order/cancel"] = true }

-- Signed is the query as it is before it is escaped.
local function sign(req, key, a)
  local now, h, body = clock "ms", req.headers, req.json
  if body and body.rows then req.body = encode_json(body.rows) end        -- a body that is a list
  if typed[req.path] then req.query.tradeType = body.tradeType end
  local pairs_ = {}
  for k, v in pairs(req.query) do pairs_[#pairs_ + 1] = k .. "=" .. tostring(v) end
  local target = req.path .. (pairs_[1] and "?" .. table.concat(pairs_, "&") or "")
  h["KC-API-KEY-VERSION"] = "2"
  h["KC-API-KEY"] = key.apiKey
  h["KC-API-TIMESTAMP"] = now
  h["KC-API-PASSPHRASE"] = base64(hmac("sha256", key.secret, key.password))
  h["KC-API-SIGN"] = base64(hmac("sha256", key.secret, now .. req.method .. target .. req.body))
  local futures = req.section == "futures" or req.path:find("/api/ua/", 1, true) and (req.query.tradeType or body and body.tradeType) == "FUTURES"
  local partner = a.options.partner and a.options.partner[futures and "future" or "spot"]
  if not partner then return end
  h["KC-API-PARTNER"] = partner.id
  h["KC-API-PARTNER-SIGN"] = base64(hmac("sha256", partner.key, now .. partner.id .. key.apiKey))
  h["KC-API-PARTNER-VERIFY"] = "true"
end

return {
  renames = renames, symbol_of = symbol_of, errors = errors, failed = failed, sign = sign,
  network_of = network_of, chain_asked = chain_asked, chosen = chosen, type_asked = type_asked, is_spot = is_spot, trade_types = trade_types,
  client_id = client_id, waits = waits, number = number, dated = dated, symbol_in = symbol_in, ticker_fields = ticker_fields,
  candle_map = candle_map, trade_fields = trade_fields, order_fields = order_fields,
  ids_at = ids_at, placed = placed, canceled = canceled, transaction_fields = transaction_fields, address_fields = address_fields,
  entries = entries, add_wallet = add_wallet, order_book = order_book, server_status = server_status, market_named = market_named,
  transferred = transferred, accounts_by_type = accounts_by_type, no_position = no_position,
}
