-- Deribit: options, futures, perpetuals and some spot. API 2: https://docs.deribit.com/
-- JSON-RPC by HTTP: every call, orders too, is a GET with a query; replies are {result} or {error = {code, message, data}}.
-- Amounts are not contracts: of inverse futures they are in USD, of the others (and of options) in the base. What an inverse contract costs is
-- amount / price, in the base.
-- An instrument is "BTC-PERPETUAL", "BTC-27DEC24", "BTC-27DEC24-60000-C" (inverse), "BTC_USDC-PERPETUAL" ... (linear) or "BTC_USDC" (spot); a
-- strike may have a "d" for its point. A user's own id of an order is its label.

local months = {
  JAN = "01", FEB = "02", MAR = "03", APR = "04", MAY = "05", JUN = "06", JUL = "07", AUG = "08", SEP = "09", OCT = "10", NOV = "11", DEC = "12",
}

-- Symbol of an instrument that is not listed (any more).
local function symbol_of(id)
  local coins, rest = id:match "^([%w_]+)(.*)$"
  local base, quote = (coins or ""):match "^(%w+)_(%w+)$"
  if base and rest == "" then return base .. "/" .. quote end
  local settle = quote
  if not base then base, quote, settle = coins, "USD", coins end
  local day, month, year, option = (rest or ""):match "^%-(%d%d?)(%u%u%u)(%d%d)(.*)$"
  local kind = rest == "-PERPETUAL" and "" or months[month] and ("-%s%s%02d"):format(year, months[month], day)
  local strike, letter = (option or ""):match "^%-(%d[%dd]*)%-([CP])$"
  if not kind or option and option ~= "" and not strike then return id end
  return base .. "/" .. quote .. ":" .. settle .. kind .. (strike and "-" .. strike:gsub("d", ".") .. "-" .. letter or "")
end

-- ---- reading ----

local function is_combo(o) return o.kind ~= nil and o.kind:find("combo", 1, true) ~= nil end

local ticker_fields = {
  market = "instrument_name", timestamp = "timestamp,creation_timestamp", bid = "best_bid_price,bid_price", bidVolume = "best_bid_amount",
  ask = "best_ask_price,ask_price", askVolume = "best_ask_amount", last = "last_price,last", high = "stats.high,high", low = "stats.low,low",
  baseVolume = "stats.volume,volume", quoteVolume = "stats.volume_notional,stats.volume_usd,volume_notional,volume_usd",
  markPrice = "mark_price", indexPrice = "index_price",
}

local function worth(amount, price, market)
  if not amount or not price or not decimal.is(price) then return nil end
  if not (market and market.inverse) then return decimal.mul(amount, price) end
  return decimal.cmp(price, 0) ~= 0 and decimal.div(amount, price, 20) or nil
end

local trade_fields = {
  market = "instrument_name", id = "trade_id", order = "order_id", timestamp = "timestamp", type = "order_type", side = "direction", price = "price",
  amount = "amount", cost = function(o, _, market) return worth(o.amount, o.price, market) end,
  takerOrMaker = { "liquidity", M = "maker", default = "taker" }, fee = { cost = "fee", currency = "fee_currency|code" },
}
local some_trades, own_trades = trades(with(trade_fields, { at = "result.trades" })), trades(with(trade_fields, { at = "result" }))

local order_fields = {
  market = "instrument_name", id = "order_id", clientOrderId = "label", timestamp = "creation_timestamp",
  lastUpdateTimestamp = "last_update_timestamp",
  lastTradeTimestamp = function(o) return o.filled_amount and decimal.cmp(o.filled_amount, 0) > 0 and o.last_update_timestamp or nil end,
  status = { "order_state", untriggered = "open", default = "." },
  type = words("order_type", { limit = "stop_limit take_limit", market = "stop_market take_market" }),
  timeInForce = { "time_in_force", good_til_cancelled = "GTC", fill_or_kill = "FOK", immediate_or_cancel = "IOC", default = "." },
  postOnly = "post_only", reduceOnly = "reduce_only", side = "direction", price = function(o) return o.price ~= "market_price" and o.price or nil end,
  triggerPrice = "trigger_price,stop_price", amount = "amount", filled = "filled_amount", average = "average_price",
  cost = function(o, _, market) return worth(o.filled_amount, o.average_price, market) end,
  fee = { cost = "commission|abs", currency = function(o, _, market) return o.commission and market and (market.settle or market.base) end },
  trades = trades(with(trade_fields, { at = "trades?" })),
}
local one_order, order_list = order(with(order_fields, { at = "result" })), orders(with(order_fields, { at = "result" }))
local placed = order(with(order_fields, {
  at = "result.order", trades = trades(with(trade_fields, { at = "/result.trades?" })),
  fees = each { at = "/result.trades?", cost = "fee", currency = "fee_currency|code" },
}))

-- Only withdrawals have a fee.
local transaction_fields = {
  id = "id", txid = "transaction_id", timestamp = "created_timestamp,received_timestamp", updated = "updated_timestamp", currency = "currency|code",
  amount = "amount", address = "address", addressTo = "address", status = { "state", unconfirmed = "pending", default = "." },
  type = function(o) return o.fee and "withdrawal" or "deposit" end, fee = { cost = "fee", currency = "currency|code" },
}

local transfer_fields = {
  id = "id", timestamp = "created_timestamp", currency = "currency|code", amount = "amount",
  status = words("state", { pending = "prepared waiting_for_admin", ok = "confirmed" }),
  fromAccount = function(o) return o.direction ~= "payment" and o.other_side or nil end,
  toAccount = function(o) return o.direction == "payment" and o.other_side or nil end,
}

local function percent_of_size(name)
  return function(o)
    local size = o.size_currency and decimal.abs(o.size_currency)
    if not o[name] or not size or decimal.cmp(size, 0) == 0 then return nil end
    return decimal.mul(decimal.div(o[name], size, 18), 100)
  end
end
local position_fields = {
  market = "instrument_name", side = { "direction", buy = "long", sell = "short" }, contracts = "size|abs", notional = "size_currency|abs",
  entryPrice = "average_price", markPrice = "mark_price", liquidationPrice = "estimated_liquidation_price", leverage = "leverage",
  initialMargin = "initial_margin", initialMarginPercentage = percent_of_size "initial_margin",
  maintenanceMargin = "maintenance_margin", maintenanceMarginPercentage = percent_of_size "maintenance_margin",
  unrealizedPnl = "floating_profit_loss", realizedPnl = "realized_profit_loss",
}

local deposit_address = address { at = "result", address = "address" }

-- Of one currency, or of all.
local function balances(reply, a)
  local out = { info = reply }
  for _, o in ipairs(reply.result.summaries or { reply.result }) do
    out[a:code_of(o.currency)] = { free = o.available_funds, used = o.maintenance_margin, total = o.equity }
  end
  return out
end

local function dated(record, ms)
  record.timestamp = ms and math.tointeger(tonumber(ms))
  record.datetime = record.timestamp and iso8601(record.timestamp)
  return record
end
local function number(x) return x and tonumber(x) or nil end

-- ---- sending ----

-- The currency of a call without a market.
local function currency_asked(a)
  return a:currency_id_of(a:take "code" or a.options.code)
end

-- A list of one market, or of all of one currency: by_instrument or by_currency.
local function listed(path, read, count)
  return {
    run = function(a)
      return {
        get = path .. (a.market and "_by_instrument" or "_by_currency"), read = read,
        send = ordered { { "count", count and (a.limit or count) }, { a.market and "instrument_name" or "currency", a.id or currency_asked(a) } },
      }
    end,
  }
end

local function of_currency(path, read, right)
  return { get = path, needs = "code", right = right, send = "currency={currency_id} count={limit}", read = read }
end

local lasting = { GTC = "good_til_cancelled", IOC = "immediate_or_cancel", FOK = "fill_or_kill" }

local function order_request(a)
  local r = ordered { { "instrument_name", a.id }, { "amount", a.amount } }
  local stop, target, plain, raw = a:take "stopLossPrice", a:take "takeProfitPrice", a:take "triggerPrice", a:take "trigger_price"
  local trail, offset = a:take "trailingAmount", a:take "trigger_offset"
  trail = trail or offset
  local prefix, kind = a.type:match "^(%l+)_(%l+)$"
  kind = kind or a.type
  if (stop or prefix == "stop") and (target or prefix == "take") then
    fail("InvalidOrder", "one of stopLossPrice and takeProfitPrice: an order waits for one price")
  end
  local trigger = stop or target or plain or raw
  prefix = (target or prefix == "take") and "take_" or (trigger or prefix) and "stop_" or ""
  r.type = trail and "trailing_stop" or prefix .. kind
  r.price = kind == "limit" and a.price or nil
  if trail then
    r.trigger = a:take "trigger" or "last_price"
    r.trigger_offset = decimal.text(trail)
  elseif prefix ~= "" then
    if not trigger then fail("ArgumentsRequired", "an order that waits needs stopLossPrice or takeProfitPrice") end
    r.trigger_price = a:to_price(trigger)
    r.trigger = a:take "trigger" or "last_price"
  end
  local reduce, reduce_raw = a:take "reduceOnly", a:take "reduce_only"
  if reduce or reduce_raw then r.reduce_only = true end
  local in_force, post, post_raw = a:take "timeInForce", a:take "postOnly", a:take "post_only"
  in_force = in_force and in_force:upper()
  if post or post_raw or in_force == "PO" then
    if kind == "market" or in_force == "IOC" or in_force == "FOK" then cannot_rest() end
    r.post_only = true
    r.reject_post_only = true
  end
  r.time_in_force = lasting[in_force]
  r.label = a:take "clientOrderId"
  return r
end

return with(dialect "deribit_options" (symbol_of), {
  hosts = { public = "https://www.deribit.com/api/v2/public", api = "https://www.deribit.com/api/v2/private" },
  client_id = "uuid",
  rate = { interval_ms = 50, burst = 20 },
  symbol_of = symbol_of,
  timeframes = "1m=1 3m=3 5m=5 10m=10 15m=15 30m=30 1h=60 2h=120 3h=180 6h=360 12h=720 1d=1D",

  failed = function(reply)
    local e = reply.error
    if e then return e.code or "error", e.data and e.data.reason and ("%s: %s"):format(e.message, e.data.reason) or e.message end
  end,
  errors = by_class {
    AuthenticationError = "10000 12000 12003 12004 12005 12998 12999 13000 13001 13003 13004 13005 13006 13007 13009",
    BadRequest = "11029 11037 11043 11045 11046 11047 11049 11050 13010 13011 13013 13014 13015 13016 -32602 -32601 -32700 -32000",
    DDoSProtection = "10028 10047 11035 11093 12001",
    ExchangeError = "10001 10020 10030 10031 10048 11030 11031 11048 11052 11053 11094 11095 11096 12002 12100 13008 13017 13018 13019 13020 13025",
    ExchangeNotAvailable = "10040",
    InsufficientFunds = "10009",
    InvalidAddress = "11090 11091 11092",
    InvalidOrder = "10002 10003 10005 10006 10007 10008 10011 10012 10021 10022 10023 10024 10025 10026 10027 10032 10034 10035 10036 10043 10044 "
      .. "10045 10046 11008 11036 11038 11039 11041 11044 11054",
    NotSupported = "10033",
    OnMaintenance = "10041 11051",
    OrderNotFound = "10004 10010 10029",
    PermissionDenied = "9999 10013 10014 10015 10016 10017 10018 10019 11042 13002 13012 13021",
  },

  sign = function(req, key)
    local signed = key.time .. "\n" .. key.nonce .. "\n" .. req.method .. "\n" .. req.target .. "\n\n"
    req.headers.Authorization = "deri-hmac-sha256 id=" .. key.apiKey .. ",ts=" .. key.time .. ",sig=" .. hex(hmac("sha256", key.secret, signed))
      .. ",nonce=" .. key.nonce
  end,

  -- Market data

  fetch_time = { get = "/get_time", host = "public", read = time "result" },
  fetch_status = {
    get = "/status", host = "public",
    read = status { status = { "result.locked", ["false"] = "ok", default = "maintenance" }, updated = "usIn|us" },
  },
  fetch_currencies = {
    get = "/get_currencies", host = "public",
    read = currencies { at = "result", id = "currency", name = "currency_long", type = "=crypto", fee = "withdrawal_fee" },
  },
  fetch_markets = {
    get = "/get_instruments", host = "public",
    read = markets {
      at = "result", id = "instrument_name", baseId = "base_currency", quoteId = "counter_currency",
      settleId = function(o) return o.kind ~= "spot" and o.settlement_currency or nil end,
      symbol = function(o) return is_combo(o) and o.instrument_name or nil end,
      type = function(o)
        if o.settlement_period == "perpetual" then return "swap" end
        return o.kind and o.kind:gsub("_combo$", "")
      end,
      active = "is_active", taker = "taker_commission", maker = "maker_commission", contractSize = "contract_size", expiry = "expiration_timestamp",
      strike = "strike", optionType = "option_type", created = "creation_timestamp",
      precision = { amount = "min_trade_amount", price = "tick_size" },
      limits = { amount = { min = "min_trade_amount" }, price = { min = "tick_size" } },
    },
  },
  fetch_ticker = { get = "/ticker", host = "public", send = "instrument_name={id}", read = ticker(with(ticker_fields, { at = "result" })) },
  fetch_tickers = {
    get = "/get_book_summary_by_currency", host = "public", read = tickers(with(ticker_fields, { at = "result" })),
    send = function(a)          -- of one currency at a time: what contracts are settled in, the base of spot
      local code, raw, kind = a:take "code", a:take "currency", nil
      code = code or raw
      for i, symbol in ipairs(a.symbols or {}) do
        local market = a:market_of(symbol)
        local coin = market.settle or market.base
        code = code or coin
        if coin ~= code and market.base ~= code then fail("BadRequest", "tickers of one currency at a time, not of " .. code .. " and " .. coin) end
        kind = (i == 1 or kind == market.type) and market.type or nil
      end
      if not code then fail("ArgumentsRequired", "params.code is needed: tickers are of one currency at a time") end
      return ordered { { "currency", a:currency_id_of(code) }, { "kind", kind ~= "swap" and kind or nil } }
    end,
  },
  fetch_order_book = {
    get = "/get_order_book", host = "public", send = "instrument_name={id} depth={limit}",
    read = book { at = "result", bids = "bids", asks = "asks", timestamp = "timestamp", nonce = "change_id" },
  },
  fetch_trades = {
    run = function(a)
      local last = a:take "until" or a:take "end_timestamp"
      return {
        get = (a.since or last) and "/get_last_trades_by_instrument_and_time" or "/get_last_trades_by_instrument", host = "public", read = some_trades,
        send = ordered {
          { "instrument_name", a.id }, { "include_old", true }, { "start_timestamp", a.since }, { "count", a.limit and math.min(a.limit, 1000) },
          { "end_timestamp", last },
        },
      }
    end,
  },
  fetch_ohlcv = {
    get = "/get_tradingview_chart_data", host = "public",
    send = function(a)          -- at most 5000
      local step, from, last = a.timeframe_s * 1000, a.since and math.max(a.since - 1, 0), tonumber(a:take "until")
      last = last or from and a.limit and from + a.limit * step or a.now
      return ordered {
        { "instrument_name", a.id }, { "resolution", a.timeframe }, { "start_timestamp", from or last - ((a.limit or 1000) - 1) * step },
        { "end_timestamp", last },
      }
    end,
    read = function(reply)      -- a list for each column
      local r, out = reply.result, {}
      for i, tick in ipairs(r.ticks) do out[i] = { math.tointeger(tonumber(tick)), r.open[i], r.high[i], r.low[i], r.close[i], r.volume[i] } end
      return out
    end,
  },
  fetch_funding_rate = {
    get = "/get_funding_rate_value", host = "public",
    send = function(a) return ordered { { "instrument_name", a.id }, { "start_timestamp", a.now - 28800000 }, { "end_timestamp", a.now } } end,
    read = funding_rate { fundingRate = "result", interval = "=8h" },
  },
  fetch_funding_rate_history = {
    get = "/get_funding_rate_history", host = "public", needs = "symbol",
    send = function(a)          -- a month at once
      local month, last = 30 * 86400000, a:take "until"
      local from = a.since or a.now - month
      return ordered { { "instrument_name", a.id }, { "start_timestamp", from - 1 }, { "end_timestamp", last or from + month } }
    end,
    read = function(reply, a)
      local out = {}
      for i, row in ipairs(reply.result) do
        out[i] = dated({
          symbol = a.symbol, fundingRate = number(row.interest_8h), indexPrice = number(row.index_price), interval = "8h", info = row,
        }, row.timestamp)
      end
      return out
    end,
  },
  fetch_open_interest = {
    get = "/get_book_summary_by_instrument", host = "public", needs = "symbol",
    send = function(a)
      if a.market.spot then fail("BadRequest", "only contracts have open interest") end
      return ordered { { "instrument_name", a.id } }
    end,
    read = function(reply, a)   -- in the unit of amounts: USD of perpetuals and inverse futures, the base of others
      local row = reply.result[1]
      local in_base = a.market.option or a.market.future and a.market.linear
      return dated({
        symbol = a.symbol, openInterestAmount = in_base and number(row.open_interest) or nil,
        openInterestValue = not in_base and number(row.open_interest) or nil, info = row,
      }, row.creation_timestamp)
    end,
  },
  fetch_liquidations = {
    get = "/get_last_settlements_by_instrument", host = "public", needs = "symbol",
    send = function(a)
      if a.market.spot then fail("NotSupported", "only contracts are liquidated") end
      return ordered { { "instrument_name", a.id }, { "type", "bankruptcy" }, { "search_start_timestamp", a.since }, { "count", a.limit } }
    end,
    read = function(reply, a)
      local out = {}
      for i, row in ipairs(reply.result.settlements or {}) do
        out[i] = dated({
          symbol = a.symbol, contractSize = a.market.contractSize, baseValue = number(row.session_bankruptcy or row.session_bankrupcy), info = row,
        }, row.timestamp)
      end
      return out
    end,
  },
  fetch_deposit_withdraw_fees = {
    get = "/get_currencies", host = "public", right = "public",
    read = withdraw_fees { at = "result", currency = "currency|code", withdraw = { fee = "withdrawal_fee", percentage = false } },
  },

  -- Account

  fetch_accounts = { get = "/get_subaccounts", read = accounts { at = "result", id = "id", type = "type" } },
  fetch_balance = {
    run = function(a)
      local code = a:take "code"
      if not code then return { get = "/get_account_summaries", read = balances } end
      return { get = "/get_account_summary", send = "currency=" .. a:currency_id_of(code), read = balances }
    end,
  },
  fetch_trading_fees = {
    get = "/get_account_summary", send = function(a) return ordered { { "currency", currency_asked(a) }, { "extended", true } } end,
    read = function(reply, a)   -- what the account pays by sort of instrument, else what the instrument says
      local by_type, out = {}, {}
      for _, fee in ipairs(reply.result.fees or {}) do by_type[fee.instrument_type or ""] = fee end
      for _, symbol in ipairs(a.all_symbols) do
        local market = a:market_of(symbol)
        local fee = by_type[market.swap and "perpetual" or market.type]
        out[symbol] = {
          maker = fee and number(fee.maker_fee) or market.maker, taker = fee and number(fee.taker_fee) or market.taker, percentage = true,
          tierBased = true, info = fee,
        }
      end
      return out
    end,
  },
  fetch_order = { get = "/get_order_state", send = "order_id={order_id}", read = one_order },
  fetch_open_orders = listed("/get_open_orders", order_list),
  fetch_closed_orders = listed("/get_order_history", order_list, 1000),
  fetch_order_trades = { get = "/get_user_trades_by_order", send = "order_id={order_id}", read = own_trades },
  fetch_my_trades = {
    run = function(a)
      local last = a:take "until"
      return {
        get = "/get_user_trades" .. (a.market and "_by_instrument" or "_by_currency") .. ((a.since or last) and "_and_time" or ""), read = some_trades,
        send = ordered {
          { "include_old", true }, { "count", a.limit }, { a.market and "instrument_name" or "currency", a.id or currency_asked(a) },
          { "start_timestamp", a.since }, { "end_timestamp", last },
        },
      }
    end,
  },
  fetch_position = { get = "/get_position", send = "instrument_name={id}", read = position(with(position_fields, { at = "result" })) },
  fetch_positions = { get = "/get_positions", read = positions(with(position_fields, { at = "result" })) },

  -- Orders

  create_order = {
    run = function(a)
      local r = order_request(a)
      return { get = "/" .. a.side, cost = 4, send = r, read = placed }
    end,
  },
  edit_order = {
    get = "/edit", cost = 4, needs = "amount", read = placed,
    send = function(a)
      local trail, offset = a:take "trailingAmount", a:take "trigger_offset"
      trail = trail or offset
      return ordered { { "order_id", a.order_id }, { "amount", a.amount }, { "price", a.price }, { "trigger_offset", trail and decimal.text(trail) } }
    end,
  },
  cancel_order = { get = "/cancel", cost = 4, send = "order_id={order_id}", read = one_order },
  cancel_all_orders = {
    run = function(a)           -- the answer is how many there were
      return {
        get = a.market and "/cancel_all_by_instrument" or "/cancel_all", cost = 4, send = "instrument_name={id}",
        read = function(reply) return { { info = reply } } end,
      }
    end,
  },

  -- Money in and out

  fetch_deposit_address = { get = "/get_current_deposit_address", send = "currency={currency_id}", read = deposit_address },
  create_deposit_address = { get = "/create_deposit_address", send = "currency={currency_id}", read = deposit_address },
  fetch_deposits = of_currency("/get_deposits", transactions(with(transaction_fields, { at = "result.data" }))),
  fetch_withdrawals = of_currency("/get_withdrawals", transactions(with(transaction_fields, { at = "result.data" }))),
  fetch_transfers = of_currency("/get_transfers", transfers(with(transfer_fields, { at = "result.data" }))),
  withdraw = {                  -- to an address of the account's book
    get = "/withdraw", send = "currency={currency_id} address={address} amount={amount}",
    read = transaction(with(transaction_fields, { at = "result,." })),
  },
  transfer = {                  -- to a subaccount by its id, or to another user (params.method = "submit_transfer_to_user")
    run = function(a)
      local method = a:take "method" or ""
      return {
        get = method:lower():find "to_?user" and "/submit_transfer_to_user" or "/submit_transfer_to_subaccount",
        send = "amount={amount} currency={currency_id} destination={to_account}", read = transfer(with(transfer_fields, { at = "result" })),
      }
    end,
  },

  options = { code = "BTC" },   -- the currency of lists that are asked for without a market
})
