-- BitMax, since renamed AscendEX; closed. Its last API: https://ascendex.github.io/ascendex-pro-api/ (spot and margin), .../ascendex-futures-pro-api-v2/
-- Most private paths start with the number of the account's group, which /info tells: options.accountGroup saves that request. What is signed
-- is the time and the path's end. Spot ids are symbols ("BTC/USDT"), perpetuals are "BTC-PERP". Failures are {code, message}, code 0 is success.

local records = dialect "records"

local categories = { spot = "cash", margin = "margin", swap = "futures" }

-- ---- reading ----

local ticker_fields = {
  market = "symbol", high = "high", low = "low", open = "open", last = "close", bid = "bid.1", bidVolume = "bid.2", ask = "ask.1",
  askVolume = "ask.2", baseVolume = "volume",
}

local one_ticker = ticker(with(ticker_fields, { at = "data" }))
local ticker_list = tickers(with(ticker_fields, {
  at = "data", average = function(o) return o.open and o.close and decimal.div(decimal.add(o.open, o.close), "2", 12) end,
}))

local order_fields = {
  id = "orderId", clientOrderId = "id", timestamp = "timestamp,sendingTime,time,lastExecTime", lastTradeTimestamp = "lastExecTime",
  market = "symbol", side = "side|lower", price = "price|nonzero", triggerPrice = "stopPrice|nonzero", amount = "orderQty",
  filled = "cumFilledQty,cumQty,fillQty", average = "avgPx|nonzero,avgFilledPx|nonzero",
  type = { "orderType|lower", stoplimit = "limit", stopmarket = "market", null_val = false, default = "." },
  status = { "status", PendingNew = "open", New = "open", PartiallyFilled = "open", Filled = "closed", Canceled = "canceled", Rejected = "rejected" },
  postOnly = { "execInst|lower", post = true }, reduceOnly = { "execInst|lower", reduceonly = true },
  fee = { cost = "cumFee,fee", currency = "feeAsset|code" },
}
local placed = order(with(order_fields, { at = "data.order,data.info" }))

local history_list = transactions {
  at = "data.data", id = "requestId", txid = "networkTransactionId", timestamp = "time", currency = "asset|code", type = "transactionType",
  address = "destAddress.address", addressTo = "destAddress.address", tag = "destAddress.destTag", tagTo = "destAddress.destTag",
  status = { "status", reviewing = "pending", confirmed = "ok", default = "." }, internal = false,
  amount = function(o) return o.amount and decimal.sub(o.amount, o.commission or "0") end,      -- what arrives
  fee = { cost = "commission", currency = "asset|code" },
}

local function margin_mode(o) return o.marginType and (o.marginType == "crossed" and "cross" or "isolated") end
local position_list = positions {
  at = "data.contracts?", market = "symbol", side = "side|lower", contracts = "position|abs", entryPrice = "avgOpenPrice",
  markPrice = "markPrice", unrealizedPnl = "unrealizedPnl", realizedPnl = "realizedPnl", marginMode = margin_mode, leverage = "leverage",
  notional = function(o) return o.position and o.markPrice and decimal.abs(decimal.mul(o.position, o.markPrice)) end,
  collateral = function(o) return o.marginType == "isolated" and o.isolatedMargin or nil end,
  stopLossPrice = "stopLossPrice|nonzero", takeProfitPrice = "takeProfitPrice|nonzero",
}

-- The row of the market asked for.
local function row_of(rows, a)
  for _, row in ipairs(rows) do
    if row.symbol == a.id then return row end
  end
  fail("BadSymbol", "nothing told of " .. a.symbol)
end

local function is_open(chain) return chain.allowDeposit == true and chain.allowWithdraw == true end

-- A spot market is told in two places: of all products, and of what cash trades, which knows the limits.
local function spot_market(id, product, cash)
  local function of(name)
    local v = cash and cash[name]
    if v == nil then v = product and product[name] end
    return v
  end
  local status, base, quote = of "status", (of "underlying" or id):match("^(.-)/(.*)$")
  local active = (status == "Normal" or status == "InternalTrading") and of "domain" ~= "LeveragedETF"
  return {
    id = id, baseId = base, quoteId = quote, margin = of "marginTradable" == true, active = active, taker = of "commissionReserveRate",
    maker = of "commissionReserveRate", precision = { amount = of "lotSize", price = of "tickSize" },
    limits = {
      amount = { min = of "minQty", max = of "maxQty" }, price = { min = of "tickSize" }, cost = { min = of "minNotional", max = of "maxNotional" },
    },
    created = tonumber(of "tradingStartTime"), info = cash or product,
  }
end

local contract_list = markets {
  at = "data", id = "symbol", settleId = "settlementAsset", contractSize = 1, active = "status|eq:Normal", created = "tradingStartTime",
  baseId = "underlying|before:/", quoteId = "underlying|after:/", taker = "commissionReserveRate", maker = "commissionReserveRate",
  precision = { amount = "lotSizeFilter.lotSize", price = "priceFilter.tickSize" },
  limits = {
    amount = { min = "lotSizeFilter.minQty", max = "lotSizeFilter.maxQty" }, price = { min = "priceFilter.minPrice", max = "priceFilter.maxPrice" },
    cost = { min = "minNotional", max = "maxNotional" },
  },
}

-- ---- sending ----

-- Finds the account's group, for `{group}` in paths.
local function find_group(a)
  a.group = a.options.accountGroup or ask({ get = "/api/pro/v1/info" }).data.accountGroup
end

local function grouped(verb, path, more)
  local d = with({ [verb] = "/{group}/api/pro/" .. path }, more)
  return {
    needs = more.needs,
    run = function(a)
      find_group(a)
      return d
    end,
  }
end

local function is_margin(a)
  local mode, asked = a:take "marginMode", a:take "margin"
  return mode ~= nil or asked == true, mode
end

-- "cash", "margin" or "futures": by the market asked for, or as params say.
local function category_of(a)
  local kind = a:take "type" or a.market and a.market.type or "spot"
  return categories[kind] or fail("NotSupported", "no market type " .. kind)
end

-- One of the account's endpoints that spot and margin (version 1) and futures (version 2) both have.
local function of_category(verb, path, futures_path, read, send)
  return {
    run = function(a)
      find_group(a)
      local category = category_of(a)
      local full = category == "futures" and "v2/futures/" .. futures_path or "v1/" .. category .. "/" .. path
      return { [verb] = "/{group}/api/pro/" .. full, send = send, read = read }
    end,
  }
end

-- The fields of one order; `params` keeps what travels under its own name.
local function order_request(a, o, market, category, params)
  local limit, force = o.type == "limit" or o.type == "stop_limit", params.timeInForce
  if limit then price_of(o) end
  if force == "PO" then params.timeInForce, params.postOnly = nil, true end
  local post, reduce, trigger = params.postOnly == true, params.reduceOnly == true, params.triggerPrice or params.stopPrice
  params.reduceOnly, params.triggerPrice, params.stopPrice = nil, nil, nil
  if post and not limit then fail("InvalidOrder", "a post-only order is a limit order") end
  local spot = not market.swap
  return ordered {
    { "symbol", market.id }, { "time", a.now }, { "orderQty", a:to_amount(o.amount, market) },
    { "orderType", trigger and (limit and "stop_limit" or "stop_market") or o.type }, { "side", o.side },
    { "orderPrice", limit and a:to_price(o.price, market) or nil }, { "timeInForce", (force == "IOC" or force == "FOK") and force or nil },
    { "postOnly", post or nil }, { "stopPrice", trigger and a:to_price(trigger, market) }, { "id", params.clientOrderId or params.id },
    { "category", spot and category or nil }, { "execInst", not spot and (post and "Post" or reduce and "ReduceOnly") or nil },
  }
end

local function change_margin(kind)
  return {
    needs = "symbol amount",
    run = function(a)
      local amount = a:to_amount(a.amount)
      find_group(a)
      return {
        post = "/{group}/api/pro/v2/futures/isolated-position-margin",
        send = ordered { { "symbol", a.id }, { "amount", kind == "add" and amount or decimal.neg(amount) } },
        read = function(reply)
          return { info = reply, symbol = a.symbol, type = kind, marginMode = "isolated", amount = tonumber(amount), code = a.quote, status = "ok" }
        end,
      }
    end,
  }
end

local function swap_setting(path, send)
  return {
    needs = "symbol",
    run = function(a)
      if not a.market.swap then fail("BadSymbol", a.symbol .. " is no swap") end
      local body = send(a)
      find_group(a)
      return { post = "/{group}/api/pro/v2/futures/" .. path, send = body }
    end,
  }
end

local function history(kind)      -- of one kind, or of all
  return {
    get = "/api/pro/v1/wallet/transactions", send = "asset={currency_id} startTs={since} pageSize={limit} " .. (kind and "txType=" .. kind or ""),
    read = history_list,
  }
end

return {
  hosts = { api = "https://ascendex.com" },
  client_id = "hex",
  rate = { interval_ms = 400, burst = 5 },
  fees = { taker = 0.002, maker = 0.002 },
  encode = "json",
  renames = { XBT = "XBT", BOND = "BONDED", BTCBEAR = "BEAR", BTCBULL = "BULL", BYN = "BeyondFi", PLN = "Pollen" },
  timeframes = "1m=1 5m=5 15m=15 30m=30 1h=60 2h=120 4h=240 6h=360 12h=720 1d 1w 1M=1m",

  failed = function(reply)
    local code, message = reply.code, reply.message
    if code ~= nil and code ~= "0" or message ~= nil then return code or message, message end
  end,
  errors = by_class {
    AccountSuspended = "300021", AuthenticationError = "2100 100009 200001 200010",
    BadRequest = "1900 100001 100002 100003 100004 100005 100006 100007 100010 100011 100012 100013 150001",
    BadSymbol = "5002 6001 100008 300012 310004",
    ExchangeError = "100101 200002 200003 200004 200005 200006 200007 200008 200009 200011 200012 200013 510001 900001",
    InsufficientFunds = "6010 300011 310001",
    InvalidOrder = "60060 600503 300001 300002 300003 300004 300005 300006 300007 300008 300009 300013 300014 300020 300031 310002 310003 310005",
    PermissionDenied = "200014 200015",
  },

  sign = function(req, key)
    local path = req.path:match("/api/pro/(.*)$"):gsub("^v1/", ""):gsub("^cash/", ""):gsub("^margin/", ""):gsub("^spot/", "")
    local time = clock("ms")
    req.headers["x-auth-key"] = key.apiKey
    req.headers["x-auth-timestamp"] = time
    req.headers["x-auth-signature"] = base64(hmac("sha256", key.secret, time .. "+" .. path))
  end,

  -- Market data

  fetch_time = { get = "/api/pro/v1/exchange-info", send = "requestTime={now}", read = time("data.requestReceiveAt") },
  fetch_currencies = {
    get = "/api/pro/v2/assets",
    read = currencies {
      at = "data", id = "assetCode", name = "assetName", precision = "nativeScale|tick",
      active = function(o)
        for _, chain in ipairs(o.blockChain or {}) do
          if is_open(chain) then return true end
        end
      end,
      limits = { withdraw = { min = "minWithdrawalAmt" } },
      networks = function(o)    -- under the exchange's own names, which params.network takes too
        local out = {}
        for _, chain in ipairs(o.blockChain or {}) do
          out[chain.chainName] = {
            active = is_open(chain), id = chain.chainName, network = chain.chainName, fee = tonumber(chain.withdrawFee), deposit = chain.allowDeposit,
            withdraw = chain.allowWithdraw, precision = o.nativeScale and tonumber("1e-" .. o.nativeScale), info = chain,
            limits = { withdraw = { min = tonumber(chain.minWithdrawal) }, deposit = { min = tonumber(chain.minDepositAmt) } },
          }
        end
        return out
      end,
    },
  },
  fetch_markets = {
    run = function()
      local cash, out = {}, {}
      local cash_rows = ask({ get = "/api/pro/v1/cash/products" }).data
      local contracts = ask { get = "/api/pro/v2/futures/contract", read = contract_list }
      for _, row in ipairs(cash_rows) do cash[row.symbol] = row end
      local told = {}
      for _, row in ipairs(ask({ get = "/api/pro/v1/products", params = true }).data) do
        told[row.symbol] = true
        if not row.symbol:find("-PERP", 1, true) then out[#out + 1] = spot_market(row.symbol, row, cash[row.symbol]) end
      end
      for _, row in ipairs(cash_rows) do
        if not told[row.symbol] and not row.symbol:find("-PERP", 1, true) then out[#out + 1] = spot_market(row.symbol, nil, row) end
      end
      for _, market in ipairs(contracts) do out[#out + 1] = market end
      return out
    end,
  },
  fetch_ticker = { get = "/api/pro/v1/ticker", send = "symbol={id}", read = one_ticker },
  fetch_tickers = {
    run = function(a)
      local kind = a:take "type" or a.symbols and a:market_of(a.symbols[1]).type or "spot"
      return {
        get = kind == "spot" and "/api/pro/v1/ticker" or "/api/pro/v2/futures/ticker", arrays = "comma", send = "symbol={ids}",
        read = function(reply)  -- one market is told as an object
          if reply.data.symbol then return { one_ticker(reply, a) } end
          return ticker_list(reply, a)
        end,
      }
    end,
  },
  fetch_order_book = {
    get = "/api/pro/v1/depth", send = "symbol={id}",
    read = book { at = "data.data", bids = "bids", asks = "asks", timestamp = "ts", nonce = "seqnum" },
  },
  fetch_trades = {
    get = "/api/pro/v1/trades", send = "symbol={id} n={limit}",
    read = trades {             -- bm: the buyer was there first
      at = "data.data", timestamp = "ts", price = "price,p", amount = "q", side = { "bm", ["true"] = "sell", ["false"] = "buy" },
    },
  },
  fetch_ohlcv = {
    get = "/api/pro/v1/barhist",
    send = function(a)
      local last, limit = math.tointeger(tonumber(a:take "until")), math.min(a.limit or 500, 500)
      local span, r = limit * a.timeframe_s * 1000, ordered { { "symbol", a.id }, { "interval", a.timeframe } }
      if a.since then
        r.from, r.to = a.since, math.min(a.since + span, last or math.maxinteger - 1) + 1
      elseif last then
        r.to, r.from = last + 1, last - span
      else
        r.n = a.limit
      end
      return r
    end,
    read = candles { at = "data", columns = "data.ts data.o data.h data.l data.c data.v" },
  },
  fetch_deposit_withdraw_fees = {
    get = "/api/pro/v2/assets", right = "public",
    read = function(reply, a)
      local names, out = {}, {}
      for name, id in pairs(a.options.networks) do names[id] = name end
      for _, row in ipairs(reply.data) do
        local fees = { withdraw = {}, deposit = {}, networks = {}, info = row }
        for _, chain in ipairs(row.blockChain or {}) do
          local withdraw, name = { fee = tonumber(chain.withdrawFee), percentage = false }, names[chain.chainName] or chain.chainName
          if #row.blockChain == 1 then fees.withdraw = withdraw end
          fees.networks[name == "ERC20" and row.assetCode == "ETH" and "ETH" or name] = { withdraw = withdraw, deposit = {} }
        end
        out[a:code_of(row.assetCode)] = fees
      end
      return out
    end,
  },
  fetch_funding_rates = {
    get = "/api/pro/v2/futures/pricing-data",
    read = funding_rates {
      at = "data.contracts", market = "symbol", timestamp = "time", fundingRate = "fundingRate", fundingTimestamp = "nextFundingTime",
      markPrice = "markPrice", indexPrice = "indexPrice", interestRate = 0,
    },
  },
  fetch_open_interests = {
    get = "/api/pro/v2/futures/pricing-data", read = records.keyed {
      at = "data.contracts", market = "symbol", of = "contract", time = "time", number = { openInterestAmount = "openInterest" },
    },
  },
  fetch_open_interest = {
    get = "/api/pro/v2/futures/pricing-data", needs = "symbol",
    read = function(reply, a)
      local row = row_of(reply.data.contracts, a)
      local open = tonumber(row.openInterest)
      return dated(row.time, { info = row, symbol = a.symbol, openInterestAmount = open, baseVolume = open })
    end,
  },
  fetch_leverage_tiers = {
    get = "/api/pro/v2/futures/contract",
    read = function(reply, a)
      local rows, out = {}, {}
      for _, row in ipairs(reply.data) do rows[row.symbol] = row end
      for _, symbol in ipairs(a.symbols or a.all_symbols) do
        local market = a:market_of(symbol)
        local row = rows[market.id]
        if row then
          out[symbol] = {}
          for i, tier in ipairs(row.marginRequirements or {}) do
            local rate = tier.initialMarginRate
            out[symbol][i] = {
              tier = i, symbol = symbol, currency = market.quote, minNotional = tonumber(tier.positionNotionalLowerBound),
              maxNotional = tonumber(tier.positionNotionalUpperBound), maintenanceMarginRate = tonumber(tier.maintenanceMarginRate),
              maxLeverage = rate and tonumber(decimal.div("1", rate, 8)), info = tier,
            }
          end
        end
      end
      return out
    end,
  },

  -- Account

  fetch_accounts = {
    get = "/api/pro/v1/info", read = function(reply) return { { id = reply.data.accountGroup, info = reply } } end,
  },
  fetch_trading_fees = grouped("get", "v1/spot/fee", {
    read = trading_fees { at = "data.fees", market = "symbol", maker = "fee.maker", taker = "fee.taker" },
  }),
  fetch_balance = {
    run = function(a)
      local margin, mode = is_margin(a)
      local category = margin and "margin" or category_of(a)
      if mode == "isolated" and category ~= "futures" then fail("BadRequest", "margin is cross only") end
      find_group(a)
      if category == "futures" then
        return {
          get = "/{group}/api/pro/v2/futures/position", read = balance { at = "data.collaterals?", currency = "asset|code", total = "balance" },
        }
      end
      return {
        get = "/{group}/api/pro/v1/" .. category .. "/balance",
        read = balance {
          at = "data", currency = "asset|code", free = "availableBalance", total = "totalBalance",
          debt = function(o) return o.borrowed and decimal.add(o.borrowed, o.interest or "0") end,
        },
      }
    end,
  },
  fetch_order = of_category("get", "order/status", "order/status", order(with(order_fields, { at = "data" })), "orderId={order_id}"),
  fetch_open_orders = of_category("get", "order/open", "order/open", orders(with(order_fields, {
    at = "data", where = function(o, a) return not a.id or o.symbol == a.id end,      -- those of all markets are told
  }))),
  fetch_closed_orders = {
    run = function(a)
      find_group(a)
      local category, ends = category_of(a), a:take "until"
      local futures = category == "futures"
      return {
        get = futures and "/{group}/api/pro/v2/futures/order/hist/current" or "/api/pro/data/v2/order/hist",
        send = ordered {
          { "symbol", a.id }, { "startTime", a.since }, { "endTime", ends }, { "account", not futures and category or nil },
          { futures and "pageSize" or "limit", a.limit },
        },
        read = orders(with(order_fields, { at = "data.data,data" })),
      }
    end,
  },
  fetch_positions = grouped("get", "v2/futures/position", { read = position_list }),
  fetch_leverage = grouped("get", "v2/futures/position", {
    needs = "symbol",
    read = function(reply, a)
      local row = row_of(reply.data.contracts, a)
      local leverage = tonumber(row.leverage)
      return { info = row, symbol = a.symbol, marginMode = margin_mode(row), longLeverage = leverage, shortLeverage = leverage }
    end,
  }),
  fetch_leverages = grouped("get", "v2/futures/position", { read = records.keyed {
    at = "data.contracts", market = "symbol", of = "contract", number = { longLeverage = "leverage", shortLeverage = "leverage" },
    value = { marginMode = margin_mode },
  } }),
  fetch_margin_modes = grouped("get", "v2/futures/position", { read = records.keyed {
    at = "data.contracts", market = "symbol", of = "contract", value = { marginMode = margin_mode },
  } }),
  set_leverage = swap_setting("leverage", function(a)
    if a.leverage < 1 or a.leverage > 100 then fail("BadRequest", "leverage is from 1 to 100") end
    return ordered { { "symbol", a.id }, { "leverage", a.leverage } }
  end),
  set_margin_mode = swap_setting("margin-type", function(a)
    local mode = a.mode:lower()
    if mode == "cross" then mode = "crossed" end
    if mode ~= "crossed" and mode ~= "isolated" then fail("BadRequest", "the margin mode is 'cross' or 'isolated'") end
    return ordered { { "symbol", a.id }, { "marginType", mode } }
  end),
  add_margin = change_margin "add",
  reduce_margin = change_margin "reduce",
  fetch_funding_history = grouped("get", "v2/futures/funding-payments", {
    send = "symbol={id} pageSize={limit}",
    read = function(reply, a)
      local symbols, out = {}, {}
      for _, symbol in ipairs(a.all_symbols) do symbols[a:market_of(symbol).id] = symbol end
      for i, row in ipairs(reply.data.data) do
        out[i] = dated(row.timestamp, { info = row, symbol = symbols[row.symbol], code = "USDT", amount = tonumber(row.paymentInUSDT) })
      end
      return oldest_first(out)
    end,
  }),

  -- Orders

  create_order = {
    run = function(a)
      local category = is_margin(a) and "margin" or category_of(a)
      local o = { type = a.type, side = a.side, amount = a.amount, price = a.price }
      local body = order_request(a, o, a.market, category, a.params)
      find_group(a)
      return {
        post = "/{group}/api/pro/" .. (a.market.swap and "v2/futures/order" or "v1/" .. category .. "/order"),
        send = body, read = placed,
      }
    end,
  },
  create_orders = {
    needs = "orders",
    run = function(a)           -- up to ten of one spot market
      local market, category, batch = a:market_of(a.orders[1].symbol), nil, list {}
      if market.swap then fail("NotSupported", "swaps have no batches") end
      one_market(a)
      for i, o in ipairs(a.orders) do
        local params = with(o.params or {}, {})
        local mine = params.marginMode and "margin" or "cash"
        params.marginMode = nil
        if i > 1 and mine ~= category then fail("BadRequest", "all orders of a batch are of margin, or none") end
        category = mine
        local r = order_request(a, o, market, category, params)
        for k, v in pairs(sorted(params)) do r[k] = v end
        batch[i] = r
      end
      find_group(a)
      return {
        post = "/{group}/api/pro/v1/" .. category .. "/order/batch", send = { orders = batch },
        read = orders(with(order_fields, { at = "data.info" })),
      }
    end,
  },
  cancel_order = {
    needs = "symbol",
    run = function(a)           -- an id of the request's own is echoed
      local mine = a:take "clientOrderId" or a:take "id"
      find_group(a)
      local category = category_of(a)
      return {
        delete = "/{group}/api/pro/" .. (category == "futures" and "v2/futures/order" or "v1/" .. category .. "/order"), read = placed,
        send = function()
          return ordered { { "symbol", a.id }, { "time", a.now }, { "id", mine or "foobar" }, { "orderId", not mine and a.order_id or nil } }
        end,
      }
    end,
  },
  cancel_all_orders = of_category("delete", "order/all", "order/all", function(reply) return { { info = reply } } end, "time={now} symbol={id}"),

  -- Money in and out

  fetch_deposits = history "deposit",
  fetch_withdrawals = history "withdrawal",
  fetch_deposits_withdrawals = history(),
  fetch_transactions = history(),
  fetch_deposit_address = {
    run = function(a)
      local network = a.params.network or a:take "chainName"
      local id = network and a.options.networks[network] or network
      return {
        get = "/api/pro/v1/wallet/deposit/address", send = ordered { { "asset", a.currency_id }, { "blockchain", id } },
        read = function(reply)
          local rows, found = reply.data.address, nil
          if #rows > 1 and not id then fail("ArgumentsRequired", a.code .. " has several addresses: params.network says which") end
          for _, row in ipairs(rows) do
            if #rows == 1 or row.chainName == id or row.blockchain == id then found = found or row end
          end
          if not (found and found.address) then fail("InvalidAddress", "no address for " .. a.code) end
          local names = {}
          for name, chain in pairs(a.options.networks) do names[chain] = name end
          return {
            currency = a.code, network = names[found.blockchain] or found.blockchain, address = found.address, tag = found[found.tagId or "destTag"],
            info = reply,
          }
        end,
      }
    end,
  },
  transfer = {
    run = function(a)
      local from, to = categories[a.from_account] or a.from_account, categories[a.to_account] or a.to_account
      if from ~= "cash" and to ~= "cash" then fail("ExchangeError", "margin and futures each deal with spot only") end
      find_group(a)
      return {
        post = "/{group}/api/pro/v1/transfer",
        send = ordered { { "amount", a.amount }, { "asset", a.currency_id }, { "fromAccount", from }, { "toAccount", to } },
        read = transfer {
          status = { "code", ["0"] = "ok" }, amount = "={amount}",
          fromAccount = function() return a.from_account end, toAccount = function() return a.to_account end,
        },
      }
    end,
  },

  options = {
    networks = {
      BSC = "BEP20 (BSC)", ARB = "arbitrum", SOL = "Solana", AVAX = "avalanche C chain", OMNI = "Omni", TRC20 = "TRC20", ERC20 = "ERC20",
      GO20 = "GO20", BEP2 = "BEP2", BTC = "Bitcoin", BCH = "Bitcoin ABC", LTC = "Litecoin", MATIC = "Matic Network", AKT = "Akash",
    },
  },
}
