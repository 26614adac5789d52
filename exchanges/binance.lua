-- Binance: spot, margin, and perpetuals and futures settled in a stablecoin (fapi) or in the coin (dapi).
-- API: https://developers.binance.com/docs/binance-spot-api-docs ; how it signs, fails and names things: dialects/binance.lua, and
-- dialects/binance_wallet.lua for currencies, deposits, withdrawals and transfers, dialects/binance_contracts.lua for what contracts have more,
-- dialects/binance_options.lua for options.
-- Only spot markets are listed unless options.fetchMarkets.types has "linear", "inverse" or "option" too. Calls without a market go to the wallet that
-- params.type names ("spot", "margin", "swap", "delivery", "funding", "papi").
local b = dialect "binance"
local wallet = dialect "binance_wallet"
local contracts, money, options = dialect "binance_contracts", dialect "binance_money", dialect "binance_options"
local placed = b.placed

-- ---- markets ----

local function contract_markets(taker, maker)
  return markets(with(b.market_fields, {
    settleId = "marginAsset", expiry = { "deliveryDate", ["4133404800000"] = false, default = "." }, contractSize = "contractSize|default:1",
    created = "onboardDate", taker = taker, maker = maker, marginModes = { cross = true, isolated = true },
  }))
end
local lists = {
  spot = { get = "/api/v3/exchangeInfo", cost = 4, read = b.spot_markets },
  linear = { get = "/fapi/v1/exchangeInfo", host = "fapi", read = contract_markets(0.0005, 0.0002) },
  inverse = { get = "/dapi/v1/exchangeInfo", host = "dapi", read = contract_markets(0.0005, 0.0001) },
  option = options.markets,
}

-- ---- prices ----

local contract_ticker = with(b.ticker_fields, { market_type = "=swap" })
local one_ticker = { b.spot_ticker, contract = ticker(contract_ticker) }
local many_tickers = { b.spot_tickers, contract = tickers(with(contract_ticker, { exact_average = true })) }
local prices = { market = "symbol", price = "price", timestamp = "time" }
local last_prices = { tickers(with(prices, { market_type = "=spot" })), contract = tickers(with(prices, { market_type = "=swap" })) }

-- Lists of symbols: the market of the first tells where to ask. Spot takes a list, contracts one symbol or all.
local function of_symbols(names, read, lists_contracts)
  return {
    run = function(a)
      a.market = a.symbols and a:market_of(a.symbols[1]) or nil
      local part = b.part(a)
      local rolling = a:take "rolling"
      local path, host = b.path(part, rolling and part == "spot" and "ticker" or names)
      local spot = not host
      if not spot then a.symbol_id = lists_contracts and a.ids and #a.ids == 1 and a.ids[1] or nil end
      a.market = nil
      return {
        get = path, host = host, cost = spot and not a.symbols and 16 or 4, read = spot and read[1] or read.contract,
        send = spot and (names ~= "ticker/price" and "symbols={ids}" or "") or "symbol={symbol_id}", arrays = "json",
      }
    end,
  }
end

local contract_bids_asks = b.one_or_many { one_ticker.contract, many_tickers.contract }

local function klines(price)
  local names = price and { linear = price .. "Klines", inverse = price .. "Klines", spot = "/fapi/v1/" .. price .. "Klines" } or "klines"
  return function(a)
    local market = a.market
    local path, host = b.path(market.linear and "linear" or market.inverse and "inverse" or "spot", names)
    if price and not host then host = "fapi" end
    local send = b.klines_send
    if price == "indexPrice" then
      a.pair = a.id:match("^[^_]*")
      send = send:gsub("symbol={id}", "pair={pair}")
    end
    a.limit = b.klines_limit(a)
    if market.inverse and a.since and not a.given["until"] then
      a["until"] = math.min(a.now, a.since + a.limit * a.timeframe_s * 1000 - 1)
    end
    return { get = path, host = host, send = send, cost = 0.4, read = market.inverse and b.inverse_candles or b.spot_candles }
  end
end
local by_price = { last = klines(), mark = klines "markPrice", index = klines "indexPrice", premiumIndex = klines "premiumIndex" }

-- ---- balances ----

local sum = function(x, y) return decimal.add(x or "0", y or "0") end
local with_debt = {
  at = "userAssets", currency = "asset|code", free = "free", used = "locked", debt = function(o) return sum(o.borrowed, o.interest) end,
}
local contract_wallet = {
  at = "assets", currency = "asset|code", free = "availableBalance", used = "initialMargin", total = "marginBalance,balance",
  where = function(o) return o.updateTime ~= "0" end,      -- of no use yet
}
local function isolated(reply)
  local out = {}
  for _, pair in ipairs(reply.assets) do
    for _, o in ipairs { pair.baseAsset, pair.quoteAsset } do
      local w = out[o.asset] or {}
      out[o.asset] = { free = sum(w.free, o.free), used = sum(w.used, o.locked), debt = sum(w.debt, sum(o.borrowed, o.interest)) }
    end
  end
  return out
end
local function portfolio(fields)
  return { get = "/papi/v1/balance", host = "papi", cost = 4, read = balance(with(fields, { currency = "asset|code" })) }
end
local wallets = {
  spot = { get = "/api/v3/account", cost = 4, read = b.spot_balance },
  margin = { get = "/sapi/v1/margin/account", cost = 2, read = balance(with_debt) },
  isolated = {
    get = "/sapi/v1/margin/isolated/account", cost = 2, read = isolated,
    send = function(a)
      local symbols = a:take "symbols"
      if type(symbols) == "table" then
        local ids = {}
        for i, symbol in ipairs(symbols) do ids[i] = a:market_of(symbol).id end
        symbols = table.concat(ids, ",")
      end
      return ordered { { "symbols", symbols } }
    end,
  },
  funding = {
    post = "/sapi/v1/asset/get-funding-asset", right = "read",
    read = balance { currency = "asset|code", free = "free", used = function(o) return sum(o.freeze, sum(o.locked, o.withdrawing)) end },
  },
  linear = { get = "/fapi/v3/account", host = "fapi", read = balance(contract_wallet) },
  inverse = { get = "/dapi/v1/account", host = "dapi", read = balance(contract_wallet) },
  pm_spot = portfolio { total = function(o) return sum(o.totalWalletBalance, sum(o.umUnrealizedPNL, o.cmUnrealizedPNL)) end },
  pm_margin = portfolio {
    free = "crossMarginFree", used = "crossMarginLocked", total = "crossMarginAsset",
    debt = function(o) return sum(o.crossMarginBorrowed, o.crossMarginInterest) end,
  },
  pm_linear = portfolio { free = "umWalletBalance", used = "umUnrealizedPNL" },
  pm_inverse = portfolio { free = "cmWalletBalance", used = "cmUnrealizedPNL" },
}

-- ---- contracts only ----

local position_fields = {
  market = "symbol", market_type = "=swap", timestamp = "updateTime", contracts = "positionAmt|abs", entryPrice = "entryPrice|nonzero",
  markPrice = "markPrice|nonzero", notional = "notional|abs,notionalValue|abs", leverage = "leverage",
  unrealizedPnl = "unRealizedProfit,unrealizedProfit",
  liquidationPrice = "liquidationPrice|nonzero", marginMode = { "marginType", default = "cross", isolated = "isolated", cross = "cross" },
  initialMargin = "initialMargin", maintenanceMargin = "maintMargin", collateral = "isolatedMargin|nonzero,initialMargin",
  hedged = { "positionSide", BOTH = false, LONG = true, SHORT = true },
  side = function(o)
    local n = tonumber(o.positionAmt)
    return o.positionSide == "LONG" and "long" or o.positionSide == "SHORT" and "short" or n > 0 and "long" or n < 0 and "short" or nil
  end,
}
local open_positions = positions(with(position_fields, { where = function(o) return tonumber(o.positionAmt) ~= 0 end }))

local risk_names = { linear = "/fapi/v3/positionRisk", contract = "positionRisk" }

local rate_fields = {
  market = "symbol", market_type = "=swap", timestamp = "time", fundingRate = "lastFundingRate", fundingTimestamp = "nextFundingTime",
  markPrice = "markPrice", indexPrice = "indexPrice", interestRate = "interestRate", estimatedSettlePrice = "estimatedSettlePrice",
}
local rates, rate = funding_rates(rate_fields), funding_rate(rate_fields)
local mark_tickers, mark_ticker = many_tickers.contract, one_ticker.contract
-- COIN-M answers with a list also when one symbol is asked for.
local function first_of(map)
  return function(reply, a) return map(#reply > 0 and not reply.symbol and reply[1] or reply, a) end
end

-- Where contracts are asked for; linear unless something else is said.
local function of_contracts(verb, names, send, read, more)
  more = with({}, more or {})
  more.run = function(a)
    if a.symbols and not a.market then a.market = a:market_of(a.symbols[1]) end
    if not a.market and not a.params.type and not a.params.subType then a.params.subType = a.options.defaultSubType or "linear" end
    local part = b.part(a)
    if not b.on_contracts[part] then fail("NotSupported", "only for contracts") end
    if a.symbols then a.market = nil end
    local path, host = b.path(part, names)
    return {
      [verb] = path, host = host, send = send, read = read, encode = verb == "delete" and "query" or nil,
    }
  end
  return more
end

local income = ledger {
  id = "tranId", timestamp = "time", currency = "asset|code", amount = "income|abs", referenceId = "tradeId",
  direction = function(o) return tonumber(o.income) <= 0 and "out" or "in" end,
  type = words("incomeType", {
    commission = "COMMISSION", fee = "FUNDING_FEE POSITION_LIMIT_INCREASE_FEE", transfer = "TRANSFER CROSS_COLLATERAL_TRANSFER INTERNAL_TRANSFER",
    referral = "REFERRAL_KICKBACK", rebate = "COMMISSION_REBATE API_REBATE", cashback = "CONTEST_REWARD WELCOME_BONUS", trade = "REALIZED_PNL",
    settlement = "INSURANCE_CLEAR DELIVERED_SETTELMENT", exchange = "AUTO_EXCHANGE", deposit = "COIN_SWAP_DEPOSIT", withdrawal = "COIN_SWAP_WITHDRAW",
  }),
}

local my_trades_send = "symbol={id} startTime={since} endTime={until} limit={limit} orderId={order_id}"
local trade_names = { "myTrades", contract = "userTrades" }
local function my_trades_of(a, part)
  if part == "linear" and a.since and not a.given["until"] and a.now - a.since >= 604800000 then
    a["until"] = math.min(a.since + 604800000, a.now)      -- at most a week from the start
  end
  return my_trades_send
end
local orders_send = "symbol={id} startTime={since} limit={limit} endTime={until}"
local all_names = { "allOrders", algo = "allAlgoOrders", pm_algo = "conditional/allOrders" }
local open_names = { "openOrders", algo = "openAlgoOrders", inverse_algo = "openAlgoOrders", pm_algo = "conditional/openOrders" }
local fee_path = { spot = "/sapi/v1/asset/tradeFee", margin = "/sapi/v1/asset/tradeFee" }
local some_send = "symbol={id} startTime={since} endTime={until}"
local function past(...) return placed("get", all_names, some_send, b.orders_that_are(...), { needs = "symbol" }) end

return with(with(with(contracts(b, of_contracts), money(b)), options.methods), {
  hosts = {
    api = "https://api.binance.com", fapi = "https://fapi.binance.com", dapi = "https://dapi.binance.com", papi = "https://papi.binance.com",
    eapi = "https://eapi.binance.com",
  },
  client_id = "hex",
  rate = { interval_ms = 50, burst = 100 },
  timeframes = b.timeframes,
  renames = { BCC = "BCC", YOYO = "YOYOW" },
  fees = { taker = 0.001, maker = 0.001 },
  -- The secret of an RSA or Ed25519 key is the private key, PEM.
  options = { fetchMarkets = { types = { "spot" } }, fetchMargins = true, recvWindow = 10000, timeInForce = "GTC", newOrderRespType = "FULL" },
  failed = b.failed(b.errors),
  errors = b.errors,
  http = { [429] = "DDoSProtection" },
  sign = b.sign,

  fetch_markets = {
    run = function(a)
      local types = a.options.fetchMarkets.types
      for _, type in ipairs(types) do
        if not lists[type] then fail("BadRequest", "no markets of type '" .. tostring(type) .. "': spot, linear, inverse or option") end
      end
      if #types == 1 then return lists[types[1]] end
      local all = {}
      for _, type in ipairs(types) do
        for _, market in ipairs(ask(lists[type])) do all[#all + 1] = market end
      end
      return all
    end,
  },
  fetch_currencies = {
    right = "read",
    run = function(a)       -- what can be borrowed stands in the list of margin pairs
      if a.options.fetchMargins then
        a.on_margin = {}
        for _, pair in ipairs(ask { get = "/sapi/v1/margin/allPairs", cost = 0.2 }) do
          for _, id in ipairs { pair.base, pair.quote } do a.on_margin[id] = a.on_margin[id] or pair.isMarginTrade end
        end
      end
      return { get = "/sapi/v1/capital/config/getall", cost = 2, read = wallet.currency_list }
    end,
  },
  fetch_time = placed("get", "time", "", time "serverTime"),
  fetch_status = { get = "/sapi/v1/system/status", read = status { status = { "status", ["0"] = "ok", ["1"] = "maintenance", default = "." } } },
  fetch_ticker = {
    steady = true,
    run = function(a)
      local part = b.part(a)
      local path, host = b.path(part, part == "spot" and a:take "rolling" and "ticker" or "ticker/24hr")
      return { get = path, host = host, send = "symbol={id}", cost = 0.4, read = host and first_of(one_ticker.contract) or b.spot_ticker }
    end,
  },
  fetch_tickers = of_symbols("ticker/24hr", many_tickers),
  fetch_bids_asks = of_symbols("ticker/bookTicker", { b.spot_bids_asks, contract = contract_bids_asks }, true),
  fetch_last_prices = of_symbols("ticker/price", last_prices),
  fetch_mark_price = of_contracts("get", "premiumIndex", "symbol={id}", first_of(mark_ticker)),
  fetch_mark_prices = of_contracts("get", "premiumIndex", "", mark_tickers),
  fetch_order_book = {
    steady = true,
    run = function(a)
      local path, host = b.path(b.part(a), a:take "rpi" and "rpiDepth" or "depth")
      return { get = path, host = host, send = "symbol={id} limit={limit}", cost = (a.limit or 100) > 100 and 10 or 1, read = b.order_book }
    end,
  },
  fetch_trades = placed("get", "aggTrades", b.trades_send, b.public_trades),
  fetch_ohlcv = {
    run = function(a)
      local price = a:take "price" or "last"
      return (by_price[price] or fail("BadRequest", "no candles of the price '" .. tostring(price) .. "'"))(a)
    end,
  },
  fetch_mark_ohlcv = { run = by_price.mark },
  fetch_index_ohlcv = { run = by_price.index },
  fetch_premium_index_ohlcv = { run = by_price.premiumIndex },
  fetch_trading_fee = placed("get", with(fee_path, { contract = "commissionRate" }), "symbol={id}", {
    trading_fee(with(b.fee_fields, { at = "1" })),
    contract = trading_fee { market = "symbol", market_type = "=swap", maker = "makerCommissionRate", taker = "takerCommissionRate" },
  }),
  fetch_trading_fees = placed("get", fee_path, "", trading_fees(b.fee_fields)),
  fetch_transaction_fee = wallet.transaction_fees,
  fetch_transaction_fees = wallet.transaction_fees,
  fetch_deposit_withdraw_fee = { get = "/sapi/v1/capital/config/getall", cost = 2, read = wallet.withdraw_fee_of },
  fetch_deposit_withdraw_fees = { get = "/sapi/v1/capital/config/getall", cost = 2, read = wallet.withdraw_fee_list },

  fetch_balance = {
    run = function(a)
      if a.params.type == "funding" then
        a:take "type"
        return wallets.funding
      end
      local asked = a.params.type
      local part, mode = b.part(a)
      if part == "margin" and mode == "isolated" then part = "isolated" end
      if part == "pm_spot" and (asked == "margin" or mode) then part = "pm_margin" end
      return wallets[part]
    end,
  },
  fetch_order = placed("get", { "order", algo = "algoOrder", pm_algo = "order" }, b.order_ref, b.an_order, { needs = "symbol" }),
  fetch_open_order = of_contracts("get", "openOrder", "symbol={id} orderId={order_id}", b.an_order.contract, { needs = "symbol" }),
  fetch_orders = placed("get", all_names, orders_send, b.all_orders, { needs = "symbol" }),
  fetch_open_orders = placed("get", open_names, "symbol={id}", b.all_orders),
  fetch_closed_orders = past "closed",
  fetch_canceled_orders = past "canceled",
  fetch_canceled_and_closed_orders = past("canceled", "closed"),
  fetch_my_trades = placed("get", trade_names, my_trades_of, b.own_trades, { needs = "symbol" }),
  fetch_order_trades = placed("get", trade_names, my_trades_of, b.own_trades, { needs = "symbol" }),
  create_order = { priceless = true, run = b.create },      -- params.priceMatch names a price
  create_market_order_with_cost = b.create_with_cost(),
  create_market_buy_order_with_cost = b.create_with_cost "buy",
  create_market_sell_order_with_cost = b.create_with_cost "sell",
  edit_order = { run = b.edit },
  cancel_order = placed("delete", b.order_names, b.order_ref, b.an_order, { needs = "symbol" }),
  cancel_all_orders = placed("delete", {
    "openOrders", contract = "allOpenOrders", pm_spot = "allOpenOrders", algo = "algoOpenOrders", pm_algo = "conditional/allOpenOrders",
  }, "symbol={id}", { b.all_orders[1], contract = function(reply) return { { info = reply } } end }, { needs = "symbol" }),
  cancel_orders = of_contracts("delete", "batchOrders", function(a)
    local clients = a:take "clientOrderIds" or a:take "origClientOrderIdList"
    return ordered {
      { "symbol", a.id }, { "orderidlist", not clients and "[" .. table.concat(a.given_ids or a.ids, ",") .. "]" or nil },
      { "origclientorderidlist", clients and json.encode(clients) or nil },
    }
  end, b.all_orders.contract, { needs = "symbol" }),

  fetch_deposit_address = wallet.deposit_address,
  fetch_deposits = wallet.history("deposit", "/sapi/v1/capital/deposit/hisrec", 0),
  fetch_withdrawals = wallet.history("withdrawal", "/sapi/v1/capital/withdraw/history", 1),
  withdraw = wallet.withdraw,
  transfer = wallet.transfer,
  fetch_transfers = wallet.transfers,

  fetch_ledger = {
    run = function(a)
      local part = b.part(a)
      if not b.on_contracts[part] then fail("NotSupported", "only the ledgers of contracts are offered: type = swap or delivery in params") end
      local path, host = b.path(part, "income")
      return {
        get = path, host = host, cost = 6, send = "startTime={since} limit={limit} endTime={until}", read = income,
      }
    end,
  },
  fetch_positions = of_contracts("get", risk_names, "", open_positions),
  fetch_positions_risk = of_contracts("get", risk_names, "", open_positions),
  fetch_position = of_contracts("get", risk_names, "symbol={id}", first_of(position(position_fields))),
  set_leverage = of_contracts("post", "leverage", "symbol={id} leverage={leverage}", nil, { needs = "symbol" }),
  set_margin_mode = of_contracts("post", "marginType", function(a)
    local mode = a.mode:upper()
    return ordered { { "symbol", a.id }, { "marginType", mode == "CROSS" and "CROSSED" or mode } }
  end, nil, { needs = "mode symbol" }),
  set_position_mode = of_contracts("post", "positionSide/dual", "dualSidePosition={hedged|text}"),
  fetch_funding_rate = of_contracts("get", "premiumIndex", "symbol={id}", first_of(rate)),
  fetch_funding_rates = of_contracts("get", "premiumIndex", "", rates),
})
