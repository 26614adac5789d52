-- ZB: spot, margin (through params.marginMode), and perpetuals settled in USDT. Closed in 2022; its documentation was at
-- https://www.zb.com/i/developer . Spot and margin are in dialects/zb.lua. Contracts have their own host, ids in capitals (BTC_USDT) and
-- signature: HMAC-SHA256 over time, method, path and the sorted parameters, which travel as JSON when posted.
local zb = dialect "zb"
local records = dialect "records"

local slow = 16.667             -- of the 10,000 requests a minute; orders count once, contracts 3.334 times
local spot_periods = {
  ["1m"] = "1min", ["3m"] = "3min", ["5m"] = "5min", ["15m"] = "15min", ["30m"] = "30min", ["1h"] = "1hour", ["2h"] = "2hour", ["4h"] = "4hour",
  ["6h"] = "6hour", ["12h"] = "12hour", ["1d"] = "1day", ["3d"] = "3day", ["1w"] = "1week",
}
local swap_periods = { ["1m"] = "1M", ["5m"] = "5M", ["15m"] = "15M", ["30m"] = "30M", ["1h"] = "1H", ["6h"] = "6H", ["1d"] = "1D", ["5d"] = "5D" }

-- A call about contracts, public ("/api/public/v1/...") or not.
local function contract(verb, path, send, read, more)
  local public = path:sub(1, 1) == "/"
  return with({
    [verb] = public and path or "/Server/api/v2/" .. path, host = "fapi", cost = public and slow or 3.334, send = send, read = read,
    encode = verb == "post" and "json" or nil,
  }, more or {})
end
local function only_contracts(a)
  if not a.market.swap then fail("BadSymbol", a.symbol .. " is no contract") end
end

-- One call for spot markets, another for contracts; each a description, or function(a) giving one.
local function either(spot, swap, more)
  more = with({}, more or {})
  more.run = function(a)
    local d = a.market.swap and swap or spot
    return type(d) == "function" and d(a) or d
  end
  return more
end
local by_symbol = { needs = "symbol" }

-- ---- markets and prices ----

local spot_markets = {
  get = "/data/v1/markets", cost = slow,
  read = markets(with(zb.market_fields, {
    precision = { amount = "amountScale|tick", price = "priceScale|tick" }, limits = { amount = { min = "minAmount" }, cost = { min = "minSize" } },
  })),
}
local contract_markets = contract("get", "config/marketList", "", markets {
  at = "data?", where = "futures=true", id = "marketName", baseId = "sellerCurrencyName", quoteId = "buyerCurrencyName",
  settleId = "marginCurrencyName", contractSize = 1, active = "status|eq:1",
  precision = { amount = "amountDecimal|tick", price = "priceDecimal|tick" },
  limits = {
    leverage = { max = "maxLeverage" }, amount = { min = "minAmount", max = "maxAmount" }, cost = { min = "minTradeMoney", max = "maxTradeMoney" },
  },
}, { right = "public" })

local spot_ticker = ticker(with(zb.ticker_fields, { at = "ticker", timestamp = "/date", open = "open" }))
local contract_ticker = ticker { timestamp = zb.ticker_fields.timestamp, open = "1", high = "2", low = "3", last = "4", baseVolume = "5" }

-- Candles of contracts are told with their time last; those of the mark and index price have no volume.
local columns = { open = 1, high = 2, low = 3, close = 4 }
local contract_candles = candles { at = "data", columns = with(columns, { volume = 5, time = "6|s" }) }
local price_candles = candles { at = "data", columns = with(columns, { time = "5|s" }) }
local kline_paths = { mark = "markKline", index = "indexKline" }
local function klines(price)
  return function(a)
    price = price or a:take "price"
    a.period = (a.market.swap and swap_periods or spot_periods)[a.timeframe]
    if not a.period then fail("NotSupported", "no candles of " .. a.timeframe .. " for " .. a.symbol) end
    if not a.market.swap then
      return {
        get = "/data/v1/kline", cost = 166.667, send = "size={limit|default:1000} market={id} type={period} since={since}",
        read = candles { at = "data" },
      }
    end
    return contract("get", "/api/public/v1/" .. (kline_paths[price] or "kline"), "size={limit|default:1000} symbol={id} period={period}",
      kline_paths[price] and price_candles or contract_candles)
  end
end

-- [price, amount, 1 or -1, seconds]
local contract_trades = trades { at = "data", price = "1", amount = "2", side = { "3", ["1"] = "buy", ["-1"] = "sell" }, timestamp = "4|s" }

-- ---- orders ----

-- side: 1 opens and 3 closes a long position, 2 and 4 a short one; 5 buys and 6 sells in one-way mode, 0 only closes.
local contract_order = {
  id = "orderId,id", timestamp = "createTime", lastUpdateTimestamp = "modifyTime", type = "=limit", price = "price,algoPrice",
  triggerPrice = "triggerPrice", average = "avgPrice|nonzero", amount = "amount,total_amount", filled = "tradeAmount,tradedAmount",
  cost = "tradeValue", timeInForce = "timeInForce",
  postOnly = { "action", ["4"] = true, default = false }, reduceOnly = { "side", ["0"] = true, ["3"] = true, ["4"] = true, default = false },
  side = { "side", ["1"] = "buy", ["4"] = "buy", ["5"] = "buy", ["2"] = "sell", ["3"] = "sell", ["6"] = "sell" },
  status = words("showStatus,status", { open = "1 3", canceled = "2", rejected = "4", closed = "5" }),
}
local contract_orders = orders(with(contract_order, { at = "data.list" }))
local spot_order = with(zb.order_fields, { postOnly = { "timeInForce", PO = true, default = false } })

-- Orders that wait for a trigger are kept apart: params.orderType (1: plan, 2: stop loss and take profit) or params.stop asks for those of
-- `status` (1 waiting, 2 cancelled, 5 done).
local function contract_list(path, status)
  return function(a)
    if a:take "stop" and a.params.orderType == nil then a.params.orderType = 1 end
    local waiting = a.params.orderType ~= nil
    if not waiting and not path then fail("NotSupported", "only orders with a trigger, by params.orderType; fetch_orders has all") end
    a.state = waiting and status or nil
    return contract("get", waiting and "trade/getOrderAlgos" or path, "symbol={id} pageNum={1} pageSize={limit} startTime={since} status={state}",
      contract_orders)
  end
end
local function spot_list(path, send, fields)
  return zb.listed(path, send, with({ postOnly = spot_order.postOnly }, fields or {})).run
end

-- A first look tells whether there is anything to list.
local list_canceled = spot_list("getOrdersIgnoreTradeType", "pageSize={limit|default:10}", { where = "status=1" })
local function canceled_on_spot(a)
  local list = list_canceled(a)
  local code = ask(with(list, { params = true, read = function(reply) return reply.code end }))
  return code == "3001" and {} or list
end

local actions = { GTC = 1, IOC = 3, PO = 4, FOK = 5 }
local margins = { isolated = 1, cross = 2 }

local function place_spot(a)
  local tif, post = a.params.timeInForce, a.params.postOnly == true or a.params.timeInForce == "PO"
  local mine = a:take "clientOrderId"
  for _, name in ipairs { "triggerPrice", "stopPrice", "stopLossPrice", "takeProfitPrice" } do
    if a.params[name] then fail("NotSupported", "no trigger orders on spot markets") end
  end
  local margin = a:take "marginMode"
  return zb.private("order", function()
    return ordered {
      { "amount", a.amount }, { "tradeType", a.side == "buy" and 1 or 0 }, { "currency", a.id }, { "price", a.price },
      { "orderType", post and 1 or tif == "IOC" and 2 or nil }, { "acctType", margins[margin] }, { "customerOrderId", mine },
    }
  end, zb.placed)
end

local function place_contract(a)
  local trigger, loss, profit = a:take "triggerPrice" or a:take "stopPrice", a:take "stopLossPrice", a:take "takeProfitPrice"
  local at, hedged, mine = loss or profit or trigger, a:take "hedged", a:take "clientOrderId"
  local tif, post, buy = a:take "timeInForce", a:take "postOnly", a.side == "buy"
  local reduce = a:take "reduceOnly" or loss or profit
  local side = reduce and 0 or buy and 5 or 6
  if hedged then side = reduce and (buy and 4 or 3) or (buy and 1 or 2) end
  local r = ordered { { "symbol", a.id }, { "side", side }, { "amount", a.amount }, { "clientOrderId", mine } }
  if not at then
    r.action, r.price = actions[post and "PO" or tif or "GTC"], a.price
    return contract("post", "trade/order", function() return r end, order(with(contract_order, { at = "data" })))
  end
  r.orderType = (loss or profit) and 2 or 1
  r.bizType = loss and 2 or profit and 1 or nil
  r.triggerPrice, r.algoPrice, r.priceType = a:to_price(at), a.price, 2
  return contract("post", "trade/orderAlgo", function() return r end, order { id = "data" })
end

-- ---- positions and money ----

local position_fields = {
  at = "data", market = "marketName", contracts = "amount", entryPrice = "avgPrice", side = { "side", ["1"] = "long", ["0"] = "short" },
  leverage = "leverage", marginMode = { "marginMode", ["1"] = "isolated", ["2"] = "cross" }, notional = "nominalValue", initialMargin = "margin",
  maintenanceMargin = "maintainMargin", marginRatio = "marginRate", unrealizedPnl = "unrealizedPnl", liquidationPrice = "liquidatePrice",
  percentage = "returnRate|mul:100", timestamp = "createTime",
}
local rate_fields = {
  market = "symbol", fundingRate = "fundingRate,lastFundingRate", nextFundingTimestamp = "nextCalculateTime|iso",
  fundingTimestamp = "nextFundingTime", markPrice = "markPrice", indexPrice = "indexPrice",
}

-- The account of an isolated market holds its two currencies, c (base) and f (quote).
local function isolated_accounts(reply, a)
  local out = {}
  for _, row in ipairs(reply.message.datas.levers) do
    for _, side in ipairs { "c", "f" } do
      local code = a:code_of(row[side .. "ShowName"])
      local w = out[code] or { free = "0", used = "0", debt = "0" }
      w.free, w.used = decimal.add(w.free, row[side .. "Available"]), decimal.add(w.used, row[side .. "Freeze"])
      w.debt = decimal.add(w.debt, row[side .. "LoanIn"])
      out[code] = w
    end
  end
  return out
end
local wallets = {
  spot = zb.private("getAccountInfo", "", balance { at = "result.coins", currency = "key|code", free = "available", used = "freez" }, { cost = slow }),
  isolated = zb.private("getLeverAssetsInfo", "", isolated_accounts, { cost = slow }),
  cross = zb.private("getCrossAssets", "", balance {
    at = "result.list", currency = "key|code", total = "amount", used = "freeze", debt = "loanIn",
  }, { cost = slow }),
  swap = contract("get", "Fund/balance", "futuresAccountType={1}", balance {
    at = "data", currency = "currencyName|code", total = "accountBalance", free = "allowTransferOutAmount", used = "freezeAmount",
  }),
}

local account_names = { future = "swap", linear = "swap", main = "spot" }
local moved = transfer { id = "data" }
-- Between spot and one other account: swap, cross, or isolated with its market in params.symbol.
local function transfer_between(a)
  local from, to = account_names[a.from_account] or a.from_account, account_names[a.to_account] or a.to_account
  local out = to == "spot"
  local other = out and from or to
  if not out and from ~= "spot" or other == "spot" then fail("BadRequest", "transfers go between spot and another account") end
  if other == "swap" then
    a.way = out and 0 or 1
    return contract("post", "Fund/transferFund", "amount={amount} currencyName={currency_id} clientId={clientId} side={way}", moved)
  elseif other == "cross" then
    return zb.private(out and "transferOutCross" or "transferInCross", "amount={amount} coin={currency_id}", moved, { cost = slow })
  elseif other ~= "isolated" then
    fail("BadRequest", "no account '" .. tostring(other) .. "': spot, swap, cross or isolated")
  end
  local symbol = a:take "symbol" or fail("ArgumentsRequired", "an isolated account needs params.symbol")
  a.name = a:market_of(symbol).id
  return zb.private(out and "transferOutLever" or "transferInLever", "amount={amount} coin={currency_id} marketName={name}", moved, { cost = slow })
end

local function margin_change(way)
  return {
    run = function(a)
      if not a.params.positionsId then fail("ArgumentsRequired", "the position is named by params.positionsId") end
      a.way = way
      return contract("post", "Positions/updateMargin", "positionsId={positionsId} amount={amount} type={way} futuresAccountType={1}",
        function(reply, args)
          return {
            type = way == 1 and "add" or "reduce", amount = tonumber(args.amount), code = args.quote, symbol = args.symbol,
            status = reply.data.status == "1" and "ok" or "failed", info = reply,
          }
        end)
    end,
  }
end

local bill_types = {
  ["1"] = "trade", ["2"] = "fee", ["3"] = "fee", ["4"] = "fee", ["5"] = "settlement", ["6"] = "transfer", ["7"] = "transfer", ["8"] = "margin",
  ["9"] = "margin", ["10"] = "fee", ["14"] = "transfer", ["15"] = "trade", ["16"] = "fee", ["17"] = "rebate", default = ".",
}

local loan = {
  at = "result", code = { currency = "coinName" }, number = { rate = "interestRateOfDay", period = "repaymentDay" },
  value = { timestamp = function(_, a) return a.now end, datetime = function(_, a) return iso8601(a.now) end },
}

return {
  hosts = { api = "https://api.zb.com", trade = "https://trade.zb.com", fapi = "https://fapi.zb.com" },
  credentials = { "apiKey", "secret", "password" },
  rate = { interval_ms = 6, burst = 100 },
  timeframes = "1m 3m 5m 15m 30m 1h 2h 4h 6h 12h 1d 3d 5d 1w",
  renames = { BCC = "BCH", BCHABC = "BCHABC", BCHSV = "BCHSV", ANG = "Anagram", ENT = "ENTCash" },
  fees = { taker = 0.002, maker = 0.002 },
  failed = zb.failed, errors = zb.errors, broad = zb.broad,
  sign = function(req, key)
    if req.section ~= "fapi" then return zb.sign(req, key) end
    local send, now = sorted(req.json or req.query), clock "iso"
    if req.json then req.json = send end
    req.headers["ZB-APIKEY"], req.headers["ZB-TIMESTAMP"] = key.apiKey, now
    req.headers["ZB-SIGN"] = base64(hmac("sha256", hex(sha1(key.secret)), now .. req.method .. req.path .. encode_query(send)))
  end,

  -- Market data

  fetch_markets = {
    run = function()
      local all = ask(spot_markets)
      for _, market in ipairs(ask(contract_markets)) do all[#all + 1] = market end
      return all
    end,
  },
  fetch_currencies = { get = "/api/getFeeInfo", host = "trade", cost = slow, read = zb.currency_list },
  fetch_ticker = either(
    { get = "/data/v1/ticker", cost = slow, send = "market={id}", read = spot_ticker },
    contract("get", "/api/public/v1/ticker", "symbol={id}", function(reply, a) return contract_ticker(reply.data[a.id], a) end)),
  fetch_tickers = with(zb.all_tickers, { cost = slow }),
  fetch_order_book = either(
    { get = "/data/v1/depth", cost = slow, send = "market={id} size={limit}", read = zb.order_book },
    contract("get", "/api/public/v1/depth", "symbol={id} size={limit}", book { at = "data", timestamp = "time" })),
  fetch_trades = either(
    { get = "/data/v1/trades", cost = slow, send = "pageSize={limit} startTime={since} market={id}", read = zb.public_trades },
    contract("get", "/api/public/v1/trade", "symbol={id} size={limit}", contract_trades)),
  fetch_ohlcv = { run = klines() },
  fetch_mark_ohlcv = { run = klines "mark" },
  fetch_index_ohlcv = { run = klines "index" },
  fetch_funding_rate = {
    run = function(a)
      only_contracts(a)
      return contract("get", "/api/public/v1/fundingRate", "symbol={id}", funding_rate(with(rate_fields, { at = "data" })))
    end,
  },
  fetch_funding_rates = contract("get", "premiumIndex", "", funding_rates(with(rate_fields, { at = "data" }))),
  fetch_funding_rate_history = contract("get", "fundingRate", "symbol={id} startTime={since} endTime={until} limit={limit}", function(reply, a)
    local out = {}
    for i, row in ipairs(reply.data) do
      out[i] = { symbol = a.symbol, fundingRate = tonumber(row.fundingRate), timestamp = tonumber(row.fundingTime), info = row }
    end
    return oldest_first(out)
  end, by_symbol),

  -- Account

  fetch_balance = {
    run = function(a)
      local mode, type = a:take "marginMode", a:take "type"
      if mode and not margins[mode] then fail("BadRequest", "marginMode is cross or isolated") end
      return wallets[mode or type == "margin" and "cross" or account_names[type] or type or "spot"] or fail("BadRequest", "no such account")
    end,
  },
  fetch_ledger = contract("get", "Fund/getBill", "currencyName={currency_id} futuresAccountType={1} pageSize={limit} startTime={since}", ledger {
    at = "data.list", id = "id", timestamp = "createTime", account = "userId", type = with({ "type" }, bill_types), currency = "unit|code",
    amount = "changeAmount", before = "beforeAmount", after = "available", direction = { "isIn", ["1"] = "in", ["0"] = "out" },
  }, { needs = "code" }),
  fetch_positions = contract("get", "Positions/getPositions", "futuresAccountType={1}", positions(position_fields)),
  fetch_position = contract("get", "Positions/getPositions", "futuresAccountType={1} symbol={id}",
    position(with(position_fields, { at = "data.1" })), by_symbol),
  set_leverage = {
    needs = "symbol",
    run = function(a)
      only_contracts(a)
      if a.leverage < 1 or a.leverage > 125 then fail("BadRequest", "leverage is 1 to 125") end
      return contract("post", "setting/setLeverage", "symbol={id} leverage={leverage} futuresAccountType={1}")
    end,
  },
  add_margin = margin_change(1),
  reduce_margin = margin_change(0),

  -- Orders

  create_order = {
    run = function(a)
      if a.type == "market" then fail("InvalidOrder", "limit orders only") end
      return a.market.swap and place_contract(a) or place_spot(a)
    end,
  },
  cancel_order = either(
    zb.private("cancelOrder", "id={order_id} currency={id}", order {}),
    contract("post", "trade/cancelOrder", "orderId={order_id} symbol={id} clientOrderId={clientOrderId}", order { id = "data" }), by_symbol),
  cancel_all_orders = either(
    function() fail("NotSupported", "only on contract markets") end,
    function(a)
      return contract("post", a:take "stop" and "trade/cancelAlgos" or "trade/cancelAllOrders", "symbol={id}",
        function(reply) return { { info = reply } } end)
    end, by_symbol),
  fetch_order = either(
    zb.private("getOrder", "id={order_id} currency={id}", order(spot_order)),
    contract("get", "trade/getOrder", "orderId={order_id} symbol={id} clientOrderId={clientOrderId}", order(with(contract_order, { at = "data" }))),
    by_symbol),
  fetch_orders = either(spot_list("getOrdersIgnoreTradeType", "pageSize={limit}"), contract_list("trade/getAllOrders"), by_symbol),
  fetch_open_orders = either(spot_list("getUnfinishedOrdersIgnoreTradeType", "pageSize={limit}"), contract_list("trade/getUndoneOrders", 1), by_symbol),
  fetch_closed_orders = either(spot_list("getFinishedAndPartialOrders", "pageSize={limit|default:10}"), contract_list(nil, 5), by_symbol),
  fetch_canceled_orders = either(canceled_on_spot, contract_list(nil, 2), by_symbol),

  -- Loans

  borrow_margin = {             -- with the safe password; for one market, or for all
    run = function(a)
      local mode = a:take "marginMode" or (a.symbol and "isolated" or "cross")
      if mode == "isolated" and not a.symbol then fail("ArgumentsRequired", "isolated margin is borrowed for a symbol") end
      a.name = mode == "isolated" and a.id or nil
      return zb.private(mode == "isolated" and "borrow" or "doCrossLoan", "coin={currency_id} amount={amount} marketName={name}",
        function(reply) return { currency = a.code, amount = tonumber(a.amount), symbol = a.symbol, info = reply } end, { cost = slow })
    end,
  },
  fetch_borrow_rate = zb.private("getLoans", "coin={currency_id}", records.one(with(loan, { at = "result.1" })), { needs = "code", cost = slow }),
  fetch_borrow_rates = {
    needs = "coin",
    run = function(a)
      a.coin = a:currency_id_of(a:take "coin")
      return zb.private("getLoans", "coin={coin}", records.list(loan), { cost = slow })
    end,
  },

  -- Money in and out

  fetch_deposit_address = zb.deposit_address,
  fetch_deposit_addresses = zb.deposit_addresses,
  fetch_deposits = zb.deposits,
  fetch_withdrawals = zb.withdrawals,
  withdraw = zb.withdraw,
  transfer = { run = transfer_between },
}
