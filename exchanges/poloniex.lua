-- Poloniex, spot and perpetuals. API: https://api-docs.poloniex.com/spot/ and https://api-docs.poloniex.com/v3/futures/api/
-- Spot replies are bare, those about contracts (below /v3) {code, msg, data} with short names: px, qty, cTime. A failure has a code other
-- than 200, wherever it comes from. An order that waits for a price is a "smart order", of spot only, with paths of its own.
-- Positions, leverage and margin: dialects/poloniex_contracts.lua.
-- A currency on another chain has an id of its own (USDTTRON), which only wallets know; markets and balances have USDT.

local function is_contract(a) return a.market and a.market.contract end

-- Whether a call is about contracts: its market tells, or params.type.
local function about_contracts(a, default)
  local kind = a:take "type"
  if a.market then return is_contract(a) end
  kind = kind or default or a.options.defaultType
  return kind == "swap" or kind == "future"
end

local function smart(a)
  local trigger, stop = a:take "trigger", a:take "stop"
  return (trigger or stop) and "/smartorders" or "/orders"
end

-- A user's own id of an order.
local function own_id(a)
  local long, short = a:take "clientOrderId", a:take "clOrdId"
  return long or short
end

local function product(x, y)
  return x and y and decimal.is(x) and decimal.is(y) and decimal.mul(x, y) or nil
end

-- ---- reading ----

local market_fields = {
  id = "symbol", baseId = "baseCurrencyName", quoteId = "quoteCurrencyName", feeSide = "=get", active = "state|eq:NORMAL", index = false,
  created = "tradableStartTime", precision = { amount = "symbolTradeLimit.quantityScale|tick", price = "symbolTradeLimit.priceScale|tick" },
  limits = { amount = { min = "symbolTradeLimit.minQuantity" }, cost = { min = "symbolTradeLimit.minAmount" } },
}
local spot_markets = markets(market_fields)
local contract_markets = markets {
  at = "data", id = "symbol", baseId = "bCcy", quoteId = "qCcy", settleId = "sCcy",
  type = function(o) return o.alias and o.alias ~= "" and "future" or "swap" end,
  active = "status|eq:OPEN", linear = "ctType|eq:LINEAR", contractSize = "ctVal", taker = "tFee", maker = "mFee", created = "oDate",
  precision = { amount = "lotSz", price = "tSz" },
  limits = { amount = { min = "minSz", max = "limitMaxQty" }, price = { min = "minPx", max = "maxPx" }, leverage = { max = "maxLever" } },
}

local ticker_fields = {
  id = "symbol,s", market = "symbol,s", timestamp = "ts,cT", high = "high,h", low = "low,l", bid = "bid,bPx", bidVolume = "bidQuantity,bSz", ask = "ask,aPx",
  askVolume = "askQuantity,aSz", open = "open,o", last = "close,c", percentage = "dailyChange|mul:100,dc|mul:100",
  quoteVolume = "amount,amt", markPrice = "markPrice,mPx", indexPrice = "iPx",
  baseVolume = function(o, _, market)       -- of contracts it is counted in contracts
    if market and market.contract then return product(o.qty, market.contractSize) end
    return o.quantity
  end,
}

local trade_fields = {
  market = "symbol", id = "id,tradeID,trdId", order = "orderId,ordId", timestamp = "ts,createTime,cT,cTime", side = "side|lower,takerSide|lower",
  type = "ordType|lower,type|lower", takerOrMaker = "matchRole|lower,role|lower", price = "price,px", amount = "quantity,qty",
  cost = "amount,amt", fee = { cost = "feeAmount,feeAmt", currency = "feeCurrency|code,feeCcy|code" },
  where = function(o, a) return not (a.market and o.symbol) or o.symbol == a.id end,      -- own trades of spot come of all markets
}
local trade_list, contract_trades = trades(trade_fields), trades(with(trade_fields, { at = "data" }))

-- Prices in the order low, high, open, close.
local spot_candles = candles { columns = "13 3 2 1 4 6" }
local contract_candles = candles { at = "data", columns = "8 3 2 1 4 6" }

local order_fields = {
  market = "symbol", id = "id,orderId,ordId", clientOrderId = "clientOrderId,clOrdId", timestamp = "createTime,cTime",
  lastTradeTimestamp = "updateTime", side = "side|lower", price = "price,px", triggerPrice = "triggerPrice,stopPrice",
  average = "avgPrice,avgPx", amount = "quantity,sz", filled = "filledQuantity,execQty", cost = "execAmt", timeInForce = "timeInForce",
  type = words("type", { market = "MARKET STOP STOP-MARKET", limit = "LIMIT LIMIT_MAKER STOP_LIMIT STOP-LIMIT" }),
  postOnly = function(o) return o.type == "LIMIT_MAKER" end,
  status = words("state", { canceled = "PENDING_CANCEL PARTIALLY_CANCELED FAILED" }),
  marginMode = "mgnMode|lower", reduceOnly = "reduceOnly", leverage = "lever",
  hedged = function(o) return o.posSide ~= "BOTH" end,
  fee = {
    cost = "tokenFee,feeAmt", currency = "tokenFeeCurrency|code,feeCcy|code",
    rate = function(o) return (o.tokenFee or o.feeAmt) and o.fee end,
  },
}
local one_order, order_list = order(order_fields), orders(order_fields)
local contract_order, contract_orders = order(with(order_fields, { at = "data" })), orders(with(order_fields, { at = "data" }))

-- {"23139.82", "0.317981", "23140", "0.191091", ...}
local function levels(flat)
  local out = {}
  for i = 1, #flat, 2 do out[#out + 1] = { flat[i], flat[i + 1] } end
  return out
end
local function spot_book(reply)
  return { bids = levels(reply.bids), asks = levels(reply.asks), timestamp = math.tointeger(tonumber(reply.time)) }
end

local transaction_fields = {
  id = "withdrawalRequestsId,depositNumber", txid = "txid", timestamp = "timestamp|s", currency = "currency|code", amount = "amount",
  address = "address", tag = "paymentID", fee = { cost = "fee", currency = "currency|code" },
  status = words("status", { pending = { "AWAITING APPROVAL", "AWAITING_APPROVAL" }, failed = { "COMPLETE ERROR", "COMPLETE_ERROR" } }),
  type = function(o) return o.withdrawalRequestsId and "withdrawal" or "deposit" end,
}
local deposit_list = transactions(with(transaction_fields, { at = "deposits" }))
local withdrawal_list = transactions(with(transaction_fields, {
  at = "withdrawals",
  amount = function(o)      -- with the fee in it
    if not (o.withdrawalRequestsId and o.amount and o.fee) then return o.amount end
    return decimal.is(o.amount) and decimal.is(o.fee) and decimal.sub(o.amount, o.fee) or nil
  end,
}))

local function spot_balances(reply, a)
  local out = { info = reply }
  for _, account in ipairs(reply) do
    for _, b in ipairs(account.balances) do out[a:code_of(b.currency)] = { free = b.available, used = b.hold } end
  end
  return out
end
local function contract_balances(reply, a)
  local out = { info = reply, timestamp = math.tointeger(tonumber(reply.data.uTime)) }
  for _, b in ipairs(reply.data.details) do out[a:code_of(b.ccy)] = { total = b.avail, used = b.im } end
  return out
end

-- ---- currencies, networks ----

local network_codes = { BSC = "BEP20", ETH = "ERC20", TRX = "TRC20", TRON = "TRC20" }
local network_ids = { BEP20 = "BSC", ERC20 = "ETH", TRC20 = "TRX" }

-- The unified name of a chain: a coin on its own chain keeps the coin's name.
local function network_code(id, code)
  if id == code then return id end
  return network_codes[id] or id
end

local currency_list = currencies {
  id = "coin", name = "name", margin = "supportBorrow",
  networks = function(o, a)
    local code, out = a:code_of(o.coin), {}
    for _, n in ipairs(o.networkList or {}) do
      local network = network_code(n.blockchain, code)
      out[network] = {
        id = n.blockchain, code = network, coin = n.coin, depositAddress = n.depositAddress, deposit = n.depositEnable,
        withdraw = n.withdrawalEnable, fee = tonumber(n.withdrawFee), precision = tonumber(n.decimals) and tonumber("1e-" .. n.decimals),
        limits = { withdraw = { min = tonumber(n.withdrawMin) }, deposit = {} }, info = n,
      }
    end
    return out
  end,
}

-- Wallets are asked for by the currency's id on the chain.
local function wallet_of(a)
  local network = a:take "network"
  if not network then fail("ArgumentsRequired", "params.network is needed: an address belongs to a network") end
  local known = (a.currency.networks or {})[network_code(network, a.code)]
  return known and (known.coin or known.id) or network_ids[network] or network, known
end

-- Some chains have one address for all, and a tag for each account.
local function address_of(text, known, a, info)
  if not text then fail("InvalidAddress", "no address of " .. a.code .. ": create_deposit_address makes one") end
  local shared = known and known.depositAddress
  return { currency = a.code, address = shared or text, tag = shared and text or nil, info = info }
end

local function withdraw_fee(row)
  local fee = tonumber(row.withdrawalFee)
  return { fee = fee, percentage = fee and false }
end

-- A list of objects with one currency each; those on other chains are named by their parent, and told apart.
local function fee_table(reply, a)
  local rows, out = {}, {}
  for _, entry in ipairs(reply) do
    for id, row in pairs(entry) do rows[id] = row end
  end
  for id, row in pairs(rows) do
    if row.isChildChain ~= true then
      local code, own = a:code_of(id), withdraw_fee(row)
      local networks = {}
      if row.blockchain then networks[network_code(row.blockchain, code)] = { withdraw = own, deposit = {} } end
      for _, child in ipairs(row.childChains or {}) do
        local chain = child:sub(1, #id) == id and child:sub(#id + 1) or child
        if rows[child] then networks[network_code(chain, code)] = { withdraw = withdraw_fee(rows[child]), deposit = {} } end
      end
      out[code] = { withdraw = own, deposit = {}, networks = networks, info = row }
    end
  end
  return out
end
local fees_call = { get = "/currencies", right = "public", cost = 20, send = "includeMultiChainCurrencies={true}", read = fee_table }

-- ---- calls ----

-- All deposits and withdrawals: both ends must be given, in seconds.
local function activity(read)
  return {
    get = "/wallets/activity", cost = 20, read = read,
    send = function(a)
      local now = a.now // 1000
      return ordered { { "start", a.since and a.since // 1000 or now - 10 * 360 * 86400 }, { "end", now } }
    end,
  }
end
local all_activity = activity(function(reply, a)
  local out = {}
  for _, part in ipairs { deposit_list, withdrawal_list } do
    for _, t in ipairs(part(reply, a)) do out[#out + 1] = t end
  end
  return out
end)

-- What a market order to buy on spot spends.
local function cost_of(a, price_needed)
  local cost = a:take "cost"
  if cost then return a:to_cost(cost) end
  if not price_needed then return a:to_cost(a.asked_amount) end
  if not a.asked_price then fail("InvalidOrder", "a market order to buy needs a price, or what it spends in params.cost") end
  return a:to_cost(decimal.mul(decimal.text(a.asked_amount), decimal.text(a.asked_price)))
end

-- Fields of a new order, or of one that replaces another, and whether it is a smart order.
local function order_request(a, r)
  local contract = is_contract(a)
  local kind = a.type:upper()
  local is_market = kind == "MARKET"
  local stop, trigger = a:take "stopPrice", a:take "triggerPrice"
  local post, in_force = a:take "postOnly", a:take "timeInForce"
  local price_needed = a:take "createMarketBuyOrderRequiresPrice" ~= false
  trigger = trigger or stop
  post = post or in_force == "PO" or kind == "LIMIT_MAKER"
  if post and (is_market or in_force == "IOC" or in_force == "FOK") then
    cannot_rest()
  end
  if contract then
    local mode, hedged = a:take "marginMode", a:take "hedged"
    if mode and mode ~= "cross" and mode ~= "isolated" then fail("ArgumentsRequired", "marginMode is 'cross' or 'isolated'") end
    if hedged and not (mode and a.params.posSide) then fail("ArgumentsRequired", "a hedged order needs marginMode, and posSide 'LONG' or 'SHORT'") end
    if trigger then fail("InvalidOrder", "contracts have no trigger orders") end
    r.mgnMode = mode and mode:upper()
  end
  if trigger then
    r.stopPrice = a:to_price(trigger)
    kind = a.price and "STOP_LIMIT" or "STOP"
  elseif post then
    kind = "LIMIT_MAKER"
  end
  r.type = kind
  local size = contract and "sz" or "quantity"
  if not is_market then
    r[size] = a:to_amount(a.asked_amount)
    r[contract and "px" or "price"] = a.price
  elseif a.side == "buy" and not contract then
    r.amount = cost_of(a, price_needed)
  else
    r[size] = a:to_amount(a.asked_amount)
  end
  r.timeInForce = in_force ~= "PO" and in_force or nil
  r[contract and "clOrdId" or "clientOrderId"] = own_id(a)
  return r, trigger ~= nil
end

local function place(a)
  local r, is_smart = order_request(a, ordered { { "symbol", a.id }, { "side", a.side:upper() } })
  local path = is_contract(a) and "/v3/trade/order" or is_smart and "/smartorders" or "/orders"
  return { post = path, cost = 4, send = r, read = is_contract(a) and contract_order or one_order }
end

-- Orders by their id, or by the user's own.
local function order_path(a)
  local mine = own_id(a)
  return smart(a) .. (mine and "/cid:" .. urlencode(mine) or "/" .. urlencode(a.order_id))
end

return with(dialect "poloniex_contracts" (product), {
  hosts = { api = "https://api.poloniex.com" },
  client_id = "hex",
  rate = { interval_ms = 5, burst = 200 },
  fees = { taker = 0.0009, maker = 0.0009 },
  encode = "json",
  renames = {
    AIR = "AirCoin", APH = "AphroditeCoin", BCC = "BTCtalkcoin", BCHABC = "BCHABC", BDG = "Badgercoin", BTM = "Bitmark", CON = "Coino",
    ETHTRON = "ETH", GOLD = "GoldEagles", GPUC = "GPU", HOT = "Hotcoin", ITC = "Information Coin", KEY = "KEYCoin",
    MASK = "NFTX Hashmasks Index", MEME = "Degenerator Meme", PLX = "ParallaxCoin", REPV2 = "REP", STR = "XLM", SOC = "SOCC",
    TRADE = "Unitrade", TRXETH = "TRX", XAP = "API Coin", USDTBSC = "USDT", USDTTRON = "USDT", USDTETH = "USDT", UST = "USTC",
  },
  timeframes = "1m=MINUTE_1 5m=MINUTE_5 10m=MINUTE_10 15m=MINUTE_15 30m=MINUTE_30 1h=HOUR_1 2h=HOUR_2 4h=HOUR_4 6h=HOUR_6 12h=HOUR_12 1d=DAY_1 3d=DAY_3"
    .. " 1w=WEEK_1 1M=MONTH_1",

  failed = function(reply)
    local code = reply.code
    if code and code ~= "200" then return code, reply.message or reply.msg end
  end,
  errors = by_class {
    AccountSuspended = "1003 10008 21351 21601",
    ArgumentsRequired = "602",
    AuthenticationError = "1000 21100 21600 21605 21704",
    BadRequest = [[
      400 404 601 10014 10016 10017 11003 21110 21324 21356 21604 21700 21705 21708 24102 24103 24104 24105 24106 25018 250001 250002 250003
      250004 250008 820181 820201 830111
    ]],
    BadSymbol = "10001 10020 10040 10041 21352 24101 25019",
    DuplicateOrderId = "250",
    ExchangeNotAvailable = "500 503 24201",
    InsufficientFunds = "21709 21721 250005",
    InvalidOrder = [[
      10002 10003 10004 10010 10011 10012 10013 21309 21310 21311 21312 21314 21315 21317 21319 21320 21321 21322 21327 21328 21330 21335 21336
      21337 21341 21342 21343 21344 21345 21346 21347 21348 21349 21350 21360 25000 25001 25002 25004 25006 25007 25008 25011 25020
    ]],
    MarketClosed = "10000 10005",
    OnMaintenance = "1002 21340",
    OperationRejected = "10006 10007 10009 10015 10018 10019 11004 21001",
    OrderNotFound = "11008 21301 21305 21359 25013 25014 25015",
    PermissionDenied = "403 12004 21353 21354 25010",
    RateLimitExceeded = "429",
    RequestTimeout = "603",
  },

  -- Signed are method, path and parameters: those of a GET by their names and with the time among them, else the body and the time.
  sign = function(req, key)
    local now = clock "ms"
    local what
    if req.method == "GET" then
      what = encode_query(sorted(with(req.query, { signTimestamp = now })))
    else
      what = (req.body ~= "" and "requestBody=" .. req.body .. "&" or "") .. "signTimestamp=" .. now
    end
    req.headers["Content-Type"] = "application/json"
    req.headers.key = key.apiKey
    req.headers.signTimestamp = now
    req.headers.signature = base64(hmac("sha256", key.secret, req.method .. "\n" .. req.path .. "\n" .. what))
  end,

  -- Market data

  fetch_time = { get = "/timestamp", read = time "serverTime" },
  fetch_markets = {
    run = function()
      local contracts = ask { get = "/v3/market/allInstruments", cost = 2 / 3, params = true, read = contract_markets }
      local out = ask { get = "/markets", cost = 20, params = true, read = spot_markets }
      for _, m in ipairs(contracts) do out[#out + 1] = m end
      return out
    end,
  },
  fetch_currencies = { get = "/v2/currencies", cost = 20, read = currency_list },
  fetch_ticker = {
    run = function(a)
      if is_contract(a) then
        return { get = "/v3/market/tickers", cost = 2 / 3, send = "symbol={id}", read = ticker(with(ticker_fields, { at = "data.1" })) }
      end
      return { get = "/markets/{id}/ticker24h", cost = 20, read = ticker(ticker_fields) }
    end,
  },
  fetch_tickers = {
    run = function(a)
      a.market = a.symbols and a.symbols[1] and a:market_of(a.symbols[1]) or nil
      if about_contracts(a) then
        a.one = a.ids and #a.ids == 1 and a.ids[1] or nil
        return { get = "/v3/market/tickers", cost = 2 / 3, send = "symbol={one}", read = tickers(with(ticker_fields, { at = "data" })) }
      end
      return { get = "/markets/ticker24h", cost = 20, read = tickers(ticker_fields) }
    end,
  },
  fetch_order_book = {
    run = function(a)
      if not is_contract(a) then return { get = "/markets/{id}/orderBook", send = "limit={limit}", read = spot_book } end
      for _, n in ipairs { 150, 100, 20, 10, 5 } do       -- the depths there are
        if a.limit and (n == 150 or n >= a.limit) then a.depth = n end
      end
      return {
        get = "/v3/market/orderBook", cost = 2 / 3, send = "symbol={id} limit={depth}", read = book { at = "data", timestamp = "ts" },
      }
    end,
  },
  fetch_trades = {
    run = function(a)
      if is_contract(a) then
        return { get = "/v3/market/trades", cost = 2 / 3, send = "symbol={id} limit={limit}", read = contract_trades }
      end
      return { get = "/markets/{id}/trades", cost = 20, send = "limit={limit}", read = trade_list }
    end,
  },
  fetch_ohlcv = {
    run = function(a)
      if is_contract(a) then
        return {
          get = "/v3/market/candles", cost = 10, read = contract_candles,
          send = "symbol={id} interval={timeframe} sTime={since} limit={limit} eTime={until}",
        }
      end
      return {
        get = "/markets/{id}/candles", send = "interval={timeframe} startTime={since} limit={limit} endTime={until}", read = spot_candles,
      }
    end,
  },

  -- Account

  fetch_balance = {
    run = function(a)
      if about_contracts(a) then return { get = "/v3/account/balance", cost = 4, read = contract_balances } end
      return { get = "/accounts/balances", cost = 4, send = "accountType=SPOT", read = spot_balances }
    end,
  },
  fetch_trading_fees = {
    get = "/feeinfo", cost = 20,
    read = function(reply, a)       -- one for all
      local fee, out = { maker = reply.makerRate, taker = reply.takerRate, percentage = true, tierBased = true, info = reply }, {}
      for _, symbol in ipairs(a.all_symbols) do out[symbol] = fee end
      return out
    end,
  },
  fetch_deposit_withdraw_fees = fees_call,
  fetch_deposit_withdraw_fee = with(fees_call, {
    needs = "code",
    read = function(reply, a) return fee_table(reply, a)[a.code] or fail("ExchangeError", "no fee told for " .. a.code) end,
  }),
  fetch_order = {
    run = function(a)
      if about_contracts(a) then fail("NotSupported", "orders of contracts are told in lists only") end
      local path = order_path(a)
      return { get = path, cost = 4, send = "symbol={id}", read = path:find "^/smart" and order(with(order_fields, { at = "1" })) or one_order }
    end,
  },
  fetch_open_orders = {
    run = function(a)         -- a limit asks for as many as there may be: which come first is not said
      local contract = about_contracts(a)
      a.most = a.limit and (contract and 100 or 2000)
      local path = smart(a)
      return {
        get = contract and "/v3/trade/order/opens" or path, cost = 20, send = "symbol={id} limit={most}",
        read = contract and contract_orders or order_list,
      }
    end,
  },
  fetch_closed_orders = {
    run = function(a)
      if not about_contracts(a, "swap") then fail("NotSupported", "of contracts only") end
      return {
        get = "/v3/trade/order/history", cost = 20, send = "symbol={id} limit={limit|max:200} sTime={since} eTime={until}",
        read = contract_orders,
      }
    end,
  },
  fetch_my_trades = {
    run = function(a)
      if about_contracts(a) then
        return { get = "/v3/trade/order/trades", cost = 20, send = "sTime={since} limit={limit} symbol={id} eTime={until}", read = contract_trades }
      end
      return { get = "/trades", cost = 20, send = "startTime={since} limit={limit} endTime={until}", read = trade_list }
    end,
  },
  fetch_order_trades = { get = "/orders/{order_id}/trades", cost = 4, read = trades(with(trade_fields, { where = function() return true end })) },

  -- Orders

  create_order = { run = place },
  create_market_buy_order_with_cost = {
    run = function(a)
      a.type, a.side, a.asked_amount, a.params.cost = "market", "buy", a.cost, a.cost
      return place(a)
    end,
  },
  edit_order = {
    run = function(a)
      if is_contract(a) then fail("NotSupported", "spot orders only") end
      local r, is_smart = order_request(a, ordered())
      return {
        put = (is_smart and "/smartorders/" or "/orders/") .. urlencode(a.order_id), cost = 20, send = r,
        read = order(with(order_fields, { type = function(_, b) return b.type end, side = function(_, b) return b.side end })),
      }
    end,
  },
  cancel_order = {
    needs = "symbol",
    run = function(a)
      if is_contract(a) then
        local mine = own_id(a)
        return {
          delete = "/v3/trade/order", cost = 2, read = contract_order,
          send = ordered { { "symbol", a.id }, { mine and "clOrdId" or "ordId", mine or a.order_id } },
        }
      end
      return { delete = order_path(a), cost = 4, read = order(with(order_fields, { symbol = false })) }
    end,
  },
  cancel_all_orders = {
    run = function(a)
      if about_contracts(a) then return { delete = "/v3/trade/allOrders", cost = 20, send = "symbol={id}", read = contract_orders } end
      return { delete = smart(a), cost = 20, send = { symbols = list { a.id } }, read = order_list }
    end,
  },

  -- Money in and out

  fetch_deposit_address = {
    run = function(a)
      local id, known = wallet_of(a)
      local reply = ask { get = "/wallets/addresses", cost = 20, send = { currency = id }, params = true }
      return address_of(reply[id], known, a, reply)
    end,
  },
  create_deposit_address = {
    run = function(a)
      local id, known = wallet_of(a)
      local reply = ask { post = "/wallets/address", cost = 20, send = { currency = id }, params = true }
      return address_of(reply.address, known, a, reply)
    end,
  },
  fetch_deposits = activity(deposit_list),
  fetch_withdrawals = activity(withdrawal_list),
  fetch_deposits_withdrawals = all_activity,
  fetch_transactions = all_activity,
  withdraw = {
    run = function(a)
      local network = a:take "network"
      if not network then fail("ArgumentsRequired", "withdraw needs params.network") end
      return {
        post = "/v2/wallets/withdraw", cost = 20,
        send = ordered {
          { "coin", a.currency_id }, { "amount", a.amount }, { "address", a.address }, { "network", network_ids[network] or network },
          { "paymentId", a.tag },
        },
        read = transaction { id = "withdrawalRequestsId", type = "=withdrawal", status = "=pending" },
      }
    end,
  },
  transfer = {
    post = "/accounts/transfer", cost = 4,
    send = function(a)
      local names = { future = "futures", swap = "futures" }
      return ordered {
        { "amount", a.amount }, { "currency", a.currency_id }, { "fromAccount", names[a.from_account] or a.from_account },
        { "toAccount", names[a.to_account] or a.to_account },
      }
    end,
    read = transfer { id = "transferId" },
  },

  options = { defaultType = "spot" },
})
