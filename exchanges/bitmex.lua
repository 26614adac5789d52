-- BitMEX, closed in September 2026. API: https://www.bitmex.com/api/explorer, https://docs.bitmex.com
-- Money travels in the smallest unit of its currency (XBt: satoshis), quantities of spot markets in that of their base, those of contracts in
-- contracts. The quantity of an inverse contract is in the quote: of an order it is told as its cost, and what it has filled by its average.
-- Public calls are signed, too, where there is a key: 120 a minute then, 30 without.
-- An instrument's type is a CFI code. Candles carry the time at which they end. A body of JSON belongs to a DELETE as well.

local m = dialect "bitmex_money"
local records = dialect "records"

local types = { FFWCSX = "swap", FFSCSX = "swap", IFXXXP = "spot", FFCCSX = "future", FFMCSX = "future", FFICSX = "future" }

-- ---- reading ----

local function is_contract(o) return types[o.typ] ~= "spot" end
local function by_position(in_quote)
  return function(o)
    local position = o.positionCurrency or o.underlying
    if (position == o.quoteCurrency) ~= in_quote or not o.maxOrderQty then return nil end
    return is_contract(o) and o.maxOrderQty or decimal.div(o.maxOrderQty, o.underlyingToPositionMultiplier, 20)
  end
end
local function size_of_contract(o, a)
  if not is_contract(o) then return nil end
  if not o.isInverse and not o.isQuanto then
    local per_coin = o.underlyingToPositionMultiplier or o.underlyingToSettleMultiplier
    return per_coin and decimal.abs(decimal.div("1", per_coin, 20))
  end
  if not o.multiplier then return nil end
  if o.isInverse then      -- so much of the quote
    return o.underlyingToSettleMultiplier and decimal.abs(decimal.div(o.multiplier, o.underlyingToSettleMultiplier, 20))
  end
  return decimal.mul(decimal.abs(o.multiplier), m.unit(m.code(o, a, "settlCurrency")))
end

local instruments = markets {
  where = function(o) return types[o.typ] end, id = "symbol", type = function(o) return types[o.typ] end,
  baseId = function(o) return o.typ == "FFICSX" and o.rootSymbol or o.underlying end,
  quoteId = function(o) return o.typ == "FFICSX" and o.underlying or o.quoteCurrency end,
  settleId = "settlCurrency", active = "state|eq:Open", expiry = "expiry|iso,closingTimestamp|iso",
  linear = function(o) return is_contract(o) and not o.isInverse and not o.isQuanto or nil end,
  inverse = function(o) return is_contract(o) and o.isInverse or nil end, quanto = function(o) return is_contract(o) and o.isQuanto or nil end,
  contractSize = size_of_contract, taker = "takerFee", maker = "makerFee", strike = "optionStrikePrice", lotSize = "lotSize",
  precision = {
    price = "tickSize",
    amount = function(o) return is_contract(o) and o.lotSize or o.lotSize and decimal.div(o.lotSize, o.underlyingToPositionMultiplier, 20) end,
  },
  limits = {
    amount = { max = by_position(false) }, price = { max = "maxPrice" }, cost = { max = by_position(true) },
    leverage = {
      min = function(o) return is_contract(o) and 1 or nil end,
      max = function(o) return is_contract(o) and o.initMargin and decimal.cmp(o.initMargin, 0) > 0 and decimal.div("1", o.initMargin, 8) or nil end,
    },
  },
}

local ticker_fields = {
  market = "symbol", timestamp = "timestamp|iso", high = "highPrice", low = "lowPrice", bid = "bidPrice", ask = "askPrice", vwap = "vwap",
  open = "prevPrice24h", last = "lastPrice", baseVolume = "homeNotional24h", quoteVolume = "foreignNotional24h", markPrice = "markPrice",
}

local trade_fields = {
  id = "trdMatchID", order = "orderID", market = "symbol", timestamp = "timestamp|iso", side = "side|lower", type = "ordType|lower",
  price = "avgPx,price", amount = function(o, a, market) return m.quantity(o.size and "size" or "lastQty")(o, a, market) end,
}
local own_trades = trades(with(trade_fields, {
  cost = function(o, a, market)
    local x = m.settled "execCost" (o, a, market)
    return x and decimal.abs(x)
  end,
  takerOrMaker = function(o)
    if o.execType ~= "Trade" or not o.execComm then return nil end
    return decimal.cmp(o.execComm, 0) < 0 and "maker" or "taker"
  end,
  fee = { cost = m.settled "execComm", currency = "settlCurrency|upper|code,currency|upper|code", rate = "commission" },
}))

local function has_instruction(...)
  local words = { ... }
  return function(o)
    if not o.execInst then return nil end
    for _, word in ipairs(words) do
      if o.execInst:find(word, 1, true) then return true end
    end
    return false
  end
end

local function total(of_inverse)
  local read = m.quantity "orderQty"
  return function(o, a, market)
    if (market and market.inverse or false) == of_inverse then return read(o, a, market) end
  end
end
local statuses = {
  New = "open", PartiallyFilled = "open", Filled = "closed", DoneForDay = "open", Canceled = "canceled", PendingCancel = "open",
  PendingNew = "open", Rejected = "rejected", Expired = "expired", Stopped = "open", Untriggered = "open", Triggered = "open",
}
local order_fields = {
  id = "orderID", clientOrderId = "clOrdID", market = "symbol", timestamp = "timestamp|iso", lastTradeTimestamp = "transactTime|iso",
  type = "ordType|lower", side = "side|lower", price = "price", triggerPrice = "stopPx", average = "avgPx",
  timeInForce = { "timeInForce", GoodTillCancel = "GTC", ImmediateOrCancel = "IOC", FillOrKill = "FOK", default = "." },
  postOnly = has_instruction "ParticipateDoNotInitiate", reduceOnly = has_instruction("ReduceOnly", "Close"),
  status = with({ "ordStatus" }, with(statuses, { default = "." })),
  amount = total(false), cost = total(true), remaining = m.quantity "leavesQty",
  filled = function(o, a, market)
    if not market or not market.inverse then return m.quantity "cumQty" (o, a, market) end
    return o.cumQty and o.avgPx and decimal.cmp(o.avgPx, 0) > 0 and decimal.div(o.cumQty, o.avgPx, 20) or nil
  end,
}
local an_order, some_orders, first_order = order(order_fields), orders(order_fields), order(with(order_fields, { at = "1" }))

local statuses_of_transactions = { Confirmed = "pending", Pending = "pending", Canceled = "canceled", Completed = "ok", default = "." }
local transaction_fields = {
  id = "transactID", txid = "tx", type = "transactType|lower", currency = "currency|upper|code",
  network = function(o, a) return m.network_name(o.network, m.code(o, a, "currency")) end,
  amount = m.money("amount", true), status = with({ "transactStatus" }, statuses_of_transactions), timestamp = "transactTime|iso",
  updated = "timestamp|iso", address = function(o) return o.transactType == "Withdrawal" and o.address or nil end, addressFrom = "tx",
  addressTo = "address", fee = { cost = m.money "fee", currency = "currency|upper|code" },
}
local entries = ledger {
  id = "transactID", account = "account", timestamp = "transactTime|iso", referenceId = "tx", currency = "currency|upper|code",
  amount = m.money("amount", true), after = m.money "walletBalance", status = with({ "transactStatus" }, statuses_of_transactions),
  before = function(o, a)
    return o.walletBalance and o.amount and decimal.mul(decimal.sub(o.walletBalance, o.amount), m.unit(m.code(o, a, "currency")))
  end,
  direction = function(o) return o.amount and (decimal.cmp(o.amount, 0) < 0 and "out" or "in") end,
  type = words("transactType", {
    transaction = "Withdrawal Deposit", margin = "RealisedPNL UnrealisedPNL", transfer = "Transfer", referral = "AffiliatePayout", trade = "SpotTrade",
  }),
  fee = { cost = m.money "fee", currency = "currency|upper|code" },
}

local position_fields = {
  id = "account", market = "symbol", timestamp = "timestamp|iso", contracts = "currentQty|abs", entryPrice = "avgEntryPrice",
  markPrice = "markPrice", notional = "foreignNotional|abs,homeNotional|abs", leverage = "leverage", initialMargin = "initMargin",
  initialMarginPercentage = "initMarginReq", maintenanceMargin = m.settled "maintMargin", maintenanceMarginPercentage = "maintMarginReq",
  unrealizedPnl = m.settled "unrealisedPnl", liquidationPrice = "liquidationPrice", percentage = "unrealisedPnlPcnt",
  marginMode = function(o) return o.crossMargin == true and "cross" or "isolated" end,
  side = function(o) return o.homeNotional and (o.homeNotional:find("^-") and "short" or "long") end,
}

local rate_fields = {
  market = "symbol", timestamp = "timestamp|iso", fundingRate = "fundingRate", fundingTimestamp = "fundingTimestamp|iso",
  nextFundingRate = "indicativeFundingRate", markPrice = "markPrice", estimatedSettlePrice = "indicativeSettlePrice",
}

-- ---- sending ----

-- Signed where there is a key, else not.
local function public(path, d)
  d = with({ get = "/" .. path, cost = 5 }, d)
  local unsigned = with(d, { right = "public", cost = 20 })
  local signed = with(d, { params = true })
  return {
    right = "read", needs = d.needs,
    run = function(a)
      if d.prepare then d.prepare(a) end
      local params = with(a.params, {})
      local ok, result = pcall(ask, signed)
      if ok then return result end
      if type(result) ~= "table" or result.http or (result.class ~= "AuthenticationError" and result.class ~= "PermissionDenied") then
        error(result, 0)
      end
      a.params = params
      return unsigned
    end,
  }
end

local function refused(reply, status)
  if reply.error then return "HTTP " .. status, reply.error.message end
end

local function private(path, d) return with({ get = "/" .. path, cost = 5 }, d) end

local history = private("user/walletHistory", {
  send = function(a) return ordered { { "currency", m.currency_id(a) or "all" }, { "count", a.limit } } end,
  read = transactions(with(transaction_fields, {
    where = function(o) return o.transactType == "Withdrawal" or o.transactType == "Deposit" end,
  })),
})

local function listed(more)
  return {
    run = function(a)
      local filter = a:take "filter"
      if more.open then filter = with(filter or {}, { open = true }) end
      a.filter = filter and encode_json(filter)
      return {
        get = "/order", cost = 5, send = "symbol={id} startTime={since|iso} count={limit} endTime={until|iso} filter={filter}",
        read = more.read or some_orders,
      }
    end,
  }
end

-- The type of an order that waits for a price: which way the price has to go tells a stop from a take-profit.
local function triggered_type(a)
  local direction = a:take "triggerDirection"
  if a.type ~= "limit" and a.type ~= "market" then return a.type:sub(1, 1):upper() .. a.type:sub(2) end
  local above = direction == "above" or direction == "ascending"
  if not above and direction ~= "below" and direction ~= "descending" then
    fail("ArgumentsRequired", "params.triggerDirection: above or below")
  end
  local is_stop = above == (a.side == "buy")
  if a.type == "limit" then return is_stop and "StopLimit" or "LimitIfTouched" end
  return is_stop and "Stop" or "MarketIfTouched"
end

-- Trailing below the market: sales that stop, buys if touched.
local function trailing_offset(a, type, amount)
  local is_stop = type == "Stop" or type == "StopLimit"
  return raw_number((is_stop == (a.side == "sell") and "-" or "") .. decimal.text(amount))
end

local function order_quantity(a)
  if not a.asked_amount then return nil end
  return a.market.spot and m.to_units(a.asked_amount, a.market.base, a.market.lotSize) or raw_number(a.amount)
end

-- Of the queue of deleveraging, as a share: 1 is first.
local ranks = records.list {
  market = "symbol", of = "contract", value = { percentage = function(o)
    return decimal.is(o.deleveragePercentile) and tonumber(decimal.mul(o.deleveragePercentile, 100)) or nil
  end },
}

return {
  hosts = { api = "https://www.bitmex.com/api/v1" },
  client_id = "hex",
  rate = { interval_ms = 100, burst = 10 },
  encode = "json",
  headers = { ["Content-Type"] = "application/json" },
  renames = { USDt = "USDT", XBt = "BTC", XBT = "BTC", Gwei = "ETH", GWEI = "ETH", LAMP = "SOL", LAMp = "SOL" },
  timeframes = "1m 5m 1h 1d",

  sign = function(req, key, a)
    local expires = clock("s", a.options.recvWindow)
    req.headers["api-key"] = key.apiKey
    req.headers["api-expires"] = expires
    req.headers["api-signature"] = hex(hmac("sha256", key.secret, req.method .. req.target .. expires .. req.body))
  end,

  failed = refused,
  errors = by_class {
    AuthenticationError = { "Invalid API Key." },
    InvalidOrder = { "orderQty is invalid", "Invalid price", "Invalid stopPx for ordType" },
    DuplicateOrderId = { "Duplicate clOrdID" },
    PermissionDenied = { "This key is disabled.", "Access Denied", "Account is restricted" },
  },
  broad = {
    { "Signature not valid", "AuthenticationError" }, { "overloaded", "ExchangeNotAvailable" },
    { "Account has insufficient Available Balance", "InsufficientFunds" }, { "Service unavailable", "ExchangeNotAvailable" },
    { "Server Error", "ExchangeError" }, { "Unable to cancel order due to existing state", "OrderNotFound" },
    { "We require all new traders to verify", "PermissionDenied" }, { "HTTP 400", "BadRequest" },
  },

  -- Market data

  fetch_currencies = public("wallet/assets", { read = m.currencies }),
  fetch_markets = public("instrument/active", { read = instruments }),
  fetch_ticker = public("instrument", {
    send = "symbol={id}",
    read = function(reply, a)
      if not reply[1] then fail("BadSymbol", "no instrument " .. a.id) end
      return ticker(with(ticker_fields, { at = "1" }))(reply, a)
    end,
  }),
  fetch_tickers = public("instrument/activeAndIndices", { read = tickers(with(ticker_fields, { exact_average = true })) }),
  fetch_order_book = public("orderBook/L2", {
    send = "symbol={id} depth={limit}",
    read = function(reply, a)
      local out, size = { symbol = a.symbol, bids = {}, asks = {}, info = reply }, m.quantity "size"
      for _, o in ipairs(reply) do
        local side = o.side == "Sell" and out.asks or o.side == "Buy" and out.bids
        if side and o.price then side[#side + 1] = { o.price, size(o, a, a.market) } end
      end
      return out
    end,
  }),
  fetch_trades = public("trade", {
    prepare = function(a) a.backwards = not a.since or nil end,
    send = "symbol={id} startTime={since|iso} reverse={backwards} count={limit|max:1000} endTime={until|iso}", read = trades(trade_fields),
  }),
  fetch_ohlcv = public("trade/bucketed", {
    prepare = function(a)
      a.first = a.since and a.since + a.timeframe_s * 1000
      a.backwards = not a.since or nil
    end,
    send = "symbol={id} binSize={timeframe} partial={true} count={limit} endTime={until|iso} startTime={first|iso} reverse={backwards}",
    read = function(reply, a)
      local volume = a.market.spot and "volume|mul:" .. m.unit(a.market.base) or "volume"
      return candles {
        columns = { time = "timestamp|iso|sub:" .. a.timeframe_s * 1000, open = "open", high = "high", low = "low", close = "close", volume = volume },
      }(reply, a)
    end,
  }),
  fetch_funding_rate = public("instrument", { needs = "symbol", send = "symbol={id}", read = funding_rate(with(rate_fields, { at = "1" })) }),
  fetch_funding_rates = public("instrument/activeAndIndices", {
    read = funding_rates(with(rate_fields, { where = function(o) return types[o.typ] == "swap" end })),
  }),
  fetch_funding_rate_history = public("funding", {
    prepare = function(a) a.backwards = not a.since and a.params["until"] == nil or nil end,
    send = "symbol={id} startTime={since|iso} count={limit} endTime={until|iso} reverse={backwards}",
    read = function(reply, a)
      local out = {}
      for i, row in ipairs(reply) do
        local time = row.timestamp and parse8601(row.timestamp)
        out[i] = { symbol = a.symbol, fundingRate = tonumber(row.fundingRate), timestamp = time, datetime = time and iso8601(time), info = row }
      end
      return out
    end,
  }),
  fetch_settlement_history = public("settlement", {
    send = "symbol={id} startTime={since|iso} endTime={until|iso} count={limit}",
    read = function(reply, a)
      local out = {}
      for _, row in ipairs(reply) do
        local ms = type(row.timestamp) == "string" and parse8601(row.timestamp) or nil
        out[#out + 1] = records.dated(ms and tostring(ms), {
          info = row, symbol = records.symbol_of(row.symbol, a, "contract"), price = records.number(row.settledPrice),
        })
      end
      return records.cut(out, a)
    end,
  }),
  fetch_open_interests = public("stats", {      -- of all contracts of a coin that settle in one: told for each perpetual
    read = function(reply, a)
      local out = {}
      for _, symbol in ipairs(a.symbols or a.all_symbols) do
        local market = a:market_of(symbol)
        for _, row in ipairs(market.swap and reply or {}) do
          if m.code(row, a, "rootSymbol") == market.base and m.code(row, a, "currency") == market.settle then
            out[symbol] = {
              info = row, symbol = symbol, openInterestAmount = records.number(row.openInterest), openInterestValue = records.number(row.openValue),
            }
          end
        end
      end
      return out
    end,
  }),
  fetch_open_interest = public("stats", {
    needs = "symbol",
    read = function(reply, a)
      for _, row in ipairs(reply) do
        if m.code(row, a, "rootSymbol") == a.base and m.code(row, a, "currency") == a.market.settle then
          return {
            symbol = a.symbol, openInterestAmount = tonumber(row.openInterest), openInterestValue = tonumber(row.openValue), info = row,
          }
        end
      end
      fail("BadSymbol", "no open interest of " .. a.symbol)
    end,
  }),
  fetch_liquidations = public("liquidation", {
    needs = "symbol", send = "symbol={id} startTime={since} count={limit} endTime={until}",
    read = function(reply, a)
      local out = {}
      for i, row in ipairs(reply) do
        out[i] = { symbol = a.symbol, contractSize = a.market.contractSize, price = tonumber(row.price), side = row.side and row.side:lower(), info = row }
      end
      return out
    end,
  }),
  fetch_deposit_withdraw_fees = public("wallet/assets", { read = m.fees }),
  fetch_deposit_withdraw_fee = public("wallet/assets", { read = m.fee }),

  -- Account

  fetch_balance = private("user/margin", {
    send = "currency=all",
    read = balance { currency = "currency|upper|code", free = m.money "availableMargin", total = m.money "marginBalance" },
  }),
  fetch_order = {
    run = function(a)
      local mine = a:take "clientOrderId" or a:take "clOrdID"
      local filter = with(a:take "filter" or {}, mine and { clOrdID = mine } or { orderID = a.order_id })
      a.filter = encode_json(filter)
      return {
        get = "/order", cost = 5, send = "symbol={id} filter={filter}",
        read = function(reply)
          if #reply ~= 1 then fail("OrderNotFound", "no order " .. (mine or a.order_id)) end
          return first_order(reply, a)
        end,
      }
    end,
  },
  fetch_orders = listed {},
  fetch_open_orders = listed { open = true },
  fetch_closed_orders = listed {
    read = orders(with(order_fields, { where = function(o) return o.ordStatus == "Filled" or o.ordStatus == "Canceled" end })),
  },
  fetch_my_trades = {
    run = function(a)
      local filter = a:take "filter"
      a.filter = filter and encode_json(filter)
      return {
        get = "/execution/tradeHistory", cost = 5, read = own_trades,
        send = "symbol={id} startTime={since|iso} count={limit|max:500} endTime={until|iso} filter={filter}",
      }
    end,
  },
  fetch_positions = private("position", { read = positions(position_fields) }),
  fetch_leverages = private("position", { read = records.keyed {
    market = "symbol", of = "contract", number = { longLeverage = "leverage", shortLeverage = "leverage" },
    value = { marginMode = function(o) return position_fields.marginMode(o) end },
  } }),
  fetch_position_adl_rank = private("position", {
    needs = "symbol",
    read = function(reply, a) return ranks(reply, a)[1] or fail("NullResponse", "no position in " .. a.symbol) end,
  }),
  fetch_positions_adl_rank = private("position", { read = ranks }),
  fetch_leverage = private("position", {
    needs = "symbol",
    read = function(reply, a)
      for _, o in ipairs(reply) do
        if o.symbol == a.id then
          local leverage = tonumber(o.leverage)
          return {
            symbol = a.symbol, marginMode = position_fields.marginMode(o), longLeverage = leverage, shortLeverage = leverage, info = o,
          }
        end
      end
      fail("BadSymbol", "no position of " .. a.symbol .. " tells its leverage")
    end,
  }),

  -- Orders

  create_order = {
    run = function(a)
      local reduce, post = a:take "reduceOnly", a:take "postOnly" or a.params.timeInForce == "PO"
      if a.params.timeInForce == "PO" then a:take "timeInForce" end
      if reduce ~= nil and a.market.spot then fail("InvalidOrder", "only contracts take reduceOnly") end
      local trigger = a:take "triggerPrice" or a:take "stopPx" or a:take "stopPrice"
      local trailing = a:take "trailingAmount" or a:take "pegOffsetValue"
      local type = (trigger or trailing) and triggered_type(a) or a.type:sub(1, 1):upper() .. a.type:sub(2)
      local words = {}
      if reduce == true then words[1] = "ReduceOnly" end
      if post then words[#words + 1] = "ParticipateDoNotInitiate" end
      local r = ordered {
        { "symbol", a.id }, { "side", a.side == "buy" and "Buy" or "Sell" }, { "orderQty", order_quantity(a) }, { "ordType", type },
        { "text", a.options.brokerId }, { "execInst", words[1] and table.concat(words, ",") },
      }
      if trailing then
        r.pegOffsetValue = trailing_offset(a, type, trailing)
        r.pegPriceType = "TrailingStopPeg"
      elseif trigger then
        r.stopPx = raw_number(a:to_price(trigger))
      end
      if type == "Limit" or type == "StopLimit" or type == "LimitIfTouched" then
        r.price = raw_number(a.price)
      end
      r.clOrdID = a:take "clOrdID" or a:take "clientOrderId"
      return { post = "/order", send = r, read = an_order }
    end,
  },
  edit_order = {
    run = function(a)
      local trailing, mine, new = a:take "trailingAmount" or a:take "pegOffsetValue", a:take "origClOrdID", a:take "clOrdID"
      mine = mine or a:take "clientOrderId"
      local r = ordered {
        { "pegOffsetValue", trailing and trailing_offset(a, triggered_type(a), trailing) }, { "origClOrdID", mine }, { "clOrdID", new },
        { "orderID", not mine and a.order_id or nil }, { "orderQty", order_quantity(a) }, { "price", a.price and raw_number(a.price) },
        { "text", a.options.brokerId },
      }
      return { put = "/order", send = r, read = an_order }
    end,
  },
  cancel_order = {
    run = function(a)
      local mine = a:take "clOrdID" or a:take "clientOrderId"
      return {
        delete = "/order", send = mine and { clOrdID = mine } or { orderID = a.order_id }, read = first_order,
        failed = function(reply, status)      -- one that is over comes back as it is, with the reason inside
          local code, message = refused(reply, status)
          return code or reply[1] and reply[1].error, message
        end,
      }
    end,
  },
  cancel_orders = {
    needs = "ids",
    run = function(a)
      local mine = a:take "clOrdID" or a:take "clientOrderId"
      return { delete = "/order", send = mine and { clOrdID = mine } or { orderID = list(a.ids) }, read = some_orders }
    end,
  },
  cancel_all_orders = { delete = "/order/all", send = "symbol={id}", read = some_orders },
  cancel_all_orders_after = {
    post = "/order/cancelAllAfter", cost = 5, send = "timeout={timeout|s}", read = function(reply) return reply end,
  },
  close_position = {
    post = "/order", needs = "symbol", read = an_order,
    send = function(a)
      return ordered { { "symbol", a.id }, { "side", a.side and (a.side == "buy" and "Buy" or "Sell") }, { "execInst", "Close" } }
    end,
  },
  set_leverage = {
    needs = "symbol",
    run = function(a)
      if decimal.cmp(a.leverage, "0.01") < 0 or decimal.cmp(a.leverage, 100) > 0 then fail("BadRequest", "leverage is from 0.01 to 100") end
      if a.market.spot then fail("BadSymbol", "only contracts have leverage") end
      return { post = "/position/leverage", send = "symbol={id} leverage={leverage|number}", read = function(reply) return reply end }
    end,
  },
  set_margin_mode = {
    needs = "mode symbol",
    run = function(a)
      local mode = a.mode:lower()
      if mode ~= "isolated" and mode ~= "cross" then fail("BadRequest", "the margin mode is isolated or cross") end
      if a.market.spot then fail("BadSymbol", "only contracts have a margin mode") end
      a.enabled = mode == "isolated"
      return { post = "/position/isolate", send = "symbol={id} enabled={enabled}", read = function(reply) return reply end }
    end,
  },

  -- Money in and out

  fetch_ledger = private("user/walletHistory", {
    send = function(a) return ordered { { "count", a.limit }, { "currency", m.currency_id(a) } } end, read = entries,
  }),
  fetch_deposits_withdrawals = history,
  fetch_transactions = history,
  fetch_deposit_address = private("user/depositAddress", {
    needs = "network", text = true,
    send = function(a)
      a.network = a:take "network"
      return ordered { { "currency", m.currency_id(a) }, { "network", m.network_id(a.network, a.code) } }
    end,
    read = function(text, a)    -- the address alone, as JSON text
      return { currency = a.code, network = a.network, address = text:match '^%s*"([^"]+)"%s*$' or fail("BadResponse", "no address"), info = text }
    end,
  }),
  withdraw = {
    run = function(a)
      local network = a:take "network"
      local r = ordered {
        { "currency", m.currency_id(a) }, { "amount", m.to_units(a.amount, a.code) },
        { "address", a.address }, { "network", network and m.network_id(network, a.code) },
      }
      return {
        post = "/user/requestWithdrawal", cost = 5, send = r,
        read = transaction(transaction_fields),
      }
    end,
  },

  options = {
    recvWindow = 5000,          -- ms that a request is good for
    brokerId = "CCXT",          -- the text that orders carry
  },
}
