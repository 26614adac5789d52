-- Kraken, spot. API: https://docs.kraken.com/api/
-- Replies are {error, result}; a failure is a list of texts such as "EOrder:Insufficient funds", inside a 200 reply.
-- What belongs to one market stands under that market's name, which is not always the id that was asked for.
-- Old currencies have a letter for their class in front (XXBT, ZUSD), held or staked ones a suffix (XBT.M). Own orders and trades name
-- their market by its short name (XBTUSD, where its id is XXBTZUSD), and a new order is described by a sentence.

local renames = {
  XBT = "BTC", XDG = "DOGE", LUNA = "LUNC", LUNA2 = "LUNA", REP = "REPV1", REPV2 = "REP", UST = "USTC", FEE = "KFEE",
  XXBT = "BTC", XXDG = "DOGE", XETC = "ETC", XETH = "ETH", XLTC = "LTC", XMLN = "MLN", XREP = "REP", XXLM = "XLM", XXMR = "XMR",
  XXRP = "XRP", XZEC = "ZEC", ZAUD = "AUD", ZCAD = "CAD", ZEUR = "EUR", ZGBP = "GBP", ZJPY = "JPY", ZUSD = "USD",
}

-- "XXBT" -> "BTC", "XBT.M" -> "BTC.M"
local function code_of(id)
  local coin, suffix = id:match("^([^.]*)(.*)$")
  return (renames[coin] or coin) .. suffix
end

local function asset(o) return o.asset and code_of(o.asset) end

-- Short names of markets, and ids of those that are no more: "XBTUSDT" and "XXBTZUSD" show no border to cut at.
local quotes = {
  "USD", "EUR", "GBP", "CAD", "AUD", "JPY", "CHF", "AED", "XBT", "ETH", "SOL", "DOT", "DAI", "USDT", "USDC", "USDG", "USDQ", "USDR",
  "PYUSD", "RLUSD", "EURC", "EURQ", "EURR",
}
local function split(id)
  local base, quote = id:match("^([XZ]%u%u%u)([XZ]%u%u%u)$")
  if not base then base, quote = id:match("^(USDT)(ZUSD)$") end
  for _, q in ipairs(base and {} or quotes) do
    local rest = id:sub(1, -#q - 1)
    if #rest > 1 and rest .. q == id and #q > #(quote or "") then base, quote = rest, q end
  end
  if base then return code_of(base), code_of(quote) end
end

local function symbol_of(id)
  local base, quote = split(id)
  return base and base .. "/" .. quote
end

-- The market of an own order or trade: nil for the one that is known already, by its id or as the one asked for.
local function pair_of(o) return o.pair or o.descr and o.descr.pair end
local function is_named(market, id) return market and (market.id == id or market.altname == id) end
local function other_symbol(o, _, market)
  local id = pair_of(o)
  return id and not is_named(market, id) and symbol_of(id) or nil
end

local function coins(o, market)
  local id = pair_of(o)
  if not id or is_named(market, id) then return market and market.base, market and market.quote end
  return split(id)
end

-- ---- reading ----

local ticker_fields = {
  at = "result.*", bid = "b.1", bidVolume = "b.3", ask = "a.1", askVolume = "a.3", last = "c.1", open = "o", high = "h.2", low = "l.2",
  vwap = "p.2", baseVolume = "v.2", quoteVolume = function(o) return o.v and o.p and decimal.mul(o.v[2], o.p[2]) end,
}

local function flagged(word)
  return function(o) return (o.oflags or ""):find(word, 1, true) ~= nil end
end

local function fee_currency(o, _, market)
  local base, quote = coins(o, market)
  if o.ordertxid then return o.fee and quote end       -- of a trade
  return flagged "fciq" (o) and quote or flagged "fcib" (o) and base or nil
end

-- The price that sets off an order of this kind.
local function trigger(kind)
  return function(o)
    local d = o.descr
    return d and d.ordertype and d.ordertype:find(kind) and d.price or nil
  end
end
local stop_loss, take_profit = trigger "^stop%-loss", trigger "^take%-profit"

-- Relative prices ("+5.0%") and "0" are none.
local function absolute(price) return price and decimal.is(price) and price:find("^%d") and tonumber(price) ~= 0 and price or nil end

local order_fields = {
  id = "@key", clientOrderId = "cl_ord_id,userref", timestamp = "opentm|s", lastUpdateTimestamp = "closetm|s",
  market = "descr.pair", symbol = other_symbol,
  status = { "status", pending_new = "open", default = "." },
  type = words("descr.ordertype", { market = "stop-loss take-profit", limit = "stop-loss-limit take-profit-limit trailing-stop-limit" }),
  side = "descr.type", amount = "vol", filled = "vol_exec", average = "price|nonzero", postOnly = flagged "post",
  reduceOnly = "reduce_only", stopLossPrice = stop_loss, takeProfitPrice = take_profit,
  triggerPrice = function(o) return stop_loss(o) or take_profit(o) end,
  price = function(o)
    if stop_loss(o) or take_profit(o) then return absolute(o.descr.price2) end
    return absolute(o.descr and o.descr.price) or absolute(o.limitprice)
  end,
  fee = { cost = "fee", currency = fee_currency },     -- `cost` of the reply is cut short: the host's, from price and amount, is exact
  trades = trades { at = "trades?", id = "." },
}

-- A new order's sentence: "buy 0.1 LTCUSDT @ limit 30", "sell 1 LTCUSDT @ stop loss 29 -> limit 28", "sell 9 XRPEUR @ trailing stop +5%".
local function sentence(o)
  local side, volume, what = (o.descr and o.descr.order or ""):match("^(%l+) (%S+) %S+ @ (.*)$")
  if not side then return {} end
  local kind = what:match("^market") or what:match("^limit") or what:match("^%l+ %l+")
  local t = { side = side, volume = volume, type = kind, price = what:match("limit (%d[%d.]*)") }
  if kind == "stop loss" or kind == "take profit" then
    t.type = t.price and "limit" or "market"
    t.trigger = what:match("^%l+ %l+ (%d[%d.]*)")
    t[kind] = t.trigger
  end
  return t
end
local function told(part)
  return function(o) return sentence(o)[part] end
end

local placed_fields = {
  id = "txid.1,txid", side = told "side", type = told "type", price = told "price", triggerPrice = told "trigger",
  stopLossPrice = told "stop loss", takeProfitPrice = told "take profit", postOnly = flagged "post",
}
local placed = order(with(placed_fields, { at = "result", amount = told "volume" }))
local placed_by_cost = order(with(placed_fields, { at = "result", cost = told "volume" }))
local placed_batch = orders(with(placed_fields, {
  at = "result.orders", amount = told "volume", symbol = function(_, a) return a.orders[1].symbol end,
  status = function(o) return o.error and "rejected" or nil end,
}))

local trade_fields = {     -- streams have names of their own
  id = function(o, _, _, key) return o.ordertxid and key or o.trade_id end,
  order = "ordertxid", market = "pair", symbol = other_symbol, timestamp = "time|s,timestamp|iso", type = "ordertype,ord_type",
  side = "type,side", price = "price", amount = "vol,qty", cost = "cost", fee = { cost = "fee", currency = fee_currency },
  takerOrMaker = { "maker", ["true"] = "maker", ["false"] = "taker" },
}

local trades_of_order = trades(with(trade_fields, { at = "result" }))

local function transaction_fields(type)
  return {
    id = "refid", txid = "txid", timestamp = "time|s", currency = asset, amount = "amount", address = "info", type = type,
    network = "network|map:networks,network",
    status = {
      function(o)
        local held = o["status-prop"]
        return (held == "on-hold" or held == "onhold" or held == "cancel-pending") and "Pending" or o.status
      end,
      Initial = "pending", Pending = "pending", Settled = "pending", Success = "ok", Partial = "ok", Failure = "failed", default = ".",
    },
    fee = { cost = "fee", currency = asset },
  }
end

local ledger_fields = {
  id = "@key", timestamp = "time|s", referenceId = "refid", currency = asset, amount = "amount|abs", after = "balance", status = "=ok",
  direction = function(o) return o.amount:find("^-") and "out" or "in" end,
  type = { "type", withdrawal = "transaction", deposit = "transaction", default = "." },
  fee = { cost = "fee", currency = asset },
}

-- ---- sending ----

local function private(path, more) return with({ post = "/0/private/" .. path, cost = 3 }, more) end

-- Deposits or withdrawals.
local function movements(path, type, at)
  return private(path, {
    send = "asset={currency_id} start={since|text|div:1000} end={until|text|div:1000|add:1}",
    read = transactions(with(transaction_fields(type), { at = at })),
  })
end

local function percent(x)
  x = tostring(x)
  return x:find("%%$") and x or x .. "%"
end

-- The fields of one order, from unified ones. What is understood of `params` is taken out of it.
local function order_request(a, market, o, params)
  local function take(name)
    local v = params[name]
    params[name] = nil
    return v
  end
  local function price(x) return a:to_price(x, market) end
  local is_limit = o.type:find("limit$") ~= nil
  if is_limit then price_of(o) end
  local cost, flags = take "cost", take "oflags"
  local by_cost = o.type == "market" and (cost or flags and flags:find("viqc", 1, true))
  if by_cost and not (flags and flags:find("viqc", 1, true)) then flags = flags and flags .. ",viqc" or "viqc" end
  local volume = by_cost and a:to_cost(cost or o.amount, market) or a:to_amount(o.amount, market)
  local r = ordered { { "type", o.side }, { "ordertype", o.type }, { "volume", volume }, { "cl_ord_id", take "clientOrderId" } }
  local stop, target, offset = take "stopLossPrice", take "takeProfitPrice", take "offset" or "-"
  local by_amount, by_percent = take "trailingAmount", take "trailingPercent"
  local limit_amount, limit_percent = take "trailingLimitAmount", take "trailingLimitPercent"
  if stop or target then
    r.ordertype = (stop and "stop-loss" or "take-profit") .. (is_limit and "-limit" or "")
    r.price = price(stop or target)
    r.price2 = is_limit and price(o.price) or nil
  elseif by_amount or by_percent then
    local limit = limit_percent and offset .. percent(limit_percent) or limit_amount and offset .. decimal.text(limit_amount) or nil
    r.trigger = params.trigger or "last"
    r.ordertype = (is_limit or limit) and "trailing-stop-limit" or "trailing-stop"
    r.price = "+" .. (by_percent and percent(by_percent) or decimal.text(by_amount))
    r.price2 = limit
  elseif is_limit then
    r.price = price(o.price)
  end
  r.reduce_only = take "reduceOnly" and "true" or nil
  local close = take "close"
  if close then
    r.close = ordered()
    for _, k in ipairs { "ordertype", "price", "price2" } do
      local v = close[k]
      r.close[k] = v ~= nil and (k == "ordertype" and v or decimal.is(v) and price(v) or tostring(v)) or nil
    end
  end
  local time_in_force, post = take "timeInForce", take "postOnly"
  if time_in_force == "PO" then time_in_force, post = nil, true end
  if post and (o.type == "market" or time_in_force == "IOC" or time_in_force == "FOK") then
    cannot_rest()
  end
  r.timeinforce = time_in_force
  if post then flags = flags and flags .. ",post" or "post" end
  r.oflags = flags
  return r
end

-- Relative prices travel as JSON, in which "%" stays as it is.
local function add_order(a, o)
  local r = order_request(a, a.market, o, a.params)
  first(r, "pair", a.id)
  return {
    post = "/0/private/AddOrder", cost = 0, encode = r.price and r.price:find("%%$") and "json" or "form",
    send = r, read = (r.oflags or ""):find("viqc", 1, true) and placed_by_cost or placed,
  }
end

local function by_cost(side)
  return {
    run = function(a)
      a.params.cost = a.cost
      return add_order(a, { type = "market", side = side or a.side })
    end,
  }
end

-- An order that is not in the reply does not exist.
local function order_not_told(reply, _, a)
  local failure = reply.error and reply.error[1]
  return failure or not (reply.result and reply.result[a.order_id]) and "EOrder:Unknown order" or nil
end

local queried_order = private("QueryOrders", {
  send = "trades=true txid={order_id} userref={clientOrderId} userref={userref}", failed = order_not_told,
  read = order(with(order_fields, { at = "result.*" })),
})

-- What Kraken calls the way in. Its own list of them is asked for where ours has none, or none for that network.
local function deposit_method(a)
  local method, network = a:take "method", a:take "network"
  if method then return method end
  local usual, alias = a.options.depositMethods, a.options.networks
  if network then
    network = alias[network:upper()] or network:upper()
    method = usual[a.code .. "-" .. network] or usual[a.code]
    if method and (network == a.code or network == alias[a.code] or method:upper():find(network, 1, true)) then return method end
  elseif usual[a.code] then
    return usual[a.code]
  end
  for _, m in ipairs(ask(private("DepositMethods", { send = "asset={currency_id}" })).result) do
    if not network or m.method:upper():find(network, 1, true) then return m.method end
  end
  fail("BadRequest", "no way to deposit " .. a.code .. (network and " over " .. network or ""))
end

local first_address = address { at = "result.1", address = "address", tag = "tag" }

local function deposit_address(new)
  return {
    run = function(a)
      local method = deposit_method(a)
      local reply = ask(private("DepositAddresses", { params = true, send = ordered { { "asset", a.currency_id }, { "method", method }, { "new", new } } }))
      if not reply.result[1] then fail("InvalidAddress", "no address for " .. a.code) end
      return first_address(reply, a)
    end,
  }
end

local wallets = { spot = "Spot Wallet", swap = "Futures Wallet", future = "Futures Wallet" }

return {
  hosts = { api = "https://api.kraken.com" },
  client_id = "uuid",
  rate = { interval_ms = 1000, burst = 15 },
  fees = { taker = 0.0026, maker = 0.0016 },
  renames = renames,
  symbol_of = symbol_of,
  timeframes = "1m=1 5m=5 15m=15 30m=30 1h=60 4h=240 1d=1440 1w=10080 2w=21600",

  sign = function(req, key)
    first(req.json or req.form, "nonce", key.nonce)
    if req.form then req.body = encode_query(req.form) end      -- a blank is %20
    req.headers["API-Key"] = key.apiKey
    req.headers["API-Sign"] = base64(hmac("sha512", unbase64(key.secret), req.path .. sha256(key.nonce .. req.body)))
  end,

  failed = "error.1",
  errors = by_class {
    AccountSuspended = { "ETrade:User Locked" },
    AuthenticationError = { "EAPI:Invalid key", "EAPI:Invalid signature", "ESession:Invalid session" },
    BadRequest = { "EGeneral:Invalid arguments", "EFunding:No funding method" },
    BadSymbol = { "EQuery:Invalid asset pair", "EQuery:Unknown asset", "EFunding:Unknown asset" },
    DDoSProtection = { "EAPI:Rate limit exceeded", "EOrder:Rate limit exceeded", "EGeneral:Temporary lockout", "EGeneral:Too many requests" },
    ExchangeNotAvailable = { "EService:Unavailable", "EService:Busy", "EGeneral:Internal error", "EDatabase:Internal error" },
    InsufficientFunds = { "EOrder:Insufficient funds", "EFunding:Invalid amount" },
    InvalidAddress = { "EFunding:Unknown withdraw key" },
    InvalidNonce = { "EAPI:Invalid nonce" },
    DuplicateOrderId = { "EGeneral:Invalid arguments:cl_ord_id not unique" },
    InvalidOrder = {
      "EGeneral:Invalid arguments:price", "EOrder:Invalid price:Invalid price argument", "EOrder:Order minimum not met",
      "EOrder:Cost minimum not met", "EOrder:Tick size check failed",
    },
    OrderImmediatelyFillable = { "EOrder:Post only order" },
    OnMaintenance = { "EService:Market in post_only mode", "EService:Market in cancel_only mode" },
    OrderNotFound = { "EOrder:Unknown order" },
    PermissionDenied = { "EGeneral:Permission denied" },
  },
  broad = {
    { ":Invalid order", "InvalidOrder" }, { ":Invalid arguments:volume", "InvalidOrder" }, { ":Invalid arguments:viqc", "InvalidOrder" },
    { ":Invalid nonce", "InvalidNonce" }, { ":IInsufficient funds", "InsufficientFunds" }, { ":Cancel pending", "CancelPending" },
    { ":Rate limit exceeded", "RateLimitExceeded" },
  },

  -- Market data

  fetch_time = { get = "/0/public/Time", read = time("result.unixtime|s") },
  fetch_status = { get = "/0/public/SystemStatus", read = status { status = { "result.status", online = "ok", default = "maintenance" } } },
  fetch_currencies = {
    get = "/0/public/Assets",
    read = currencies {
      at = "result", id = "@key", name = "altname", active = "status|eq:enabled", precision = "decimals|tick",
      code = function(o, _, _, id)
        local classed = id ~= o.altname and id:find("^[XZ]") and not id:find(".", 1, true)
        return code_of(classed and o.altname or id)
      end,
      type = function(o, _, _, id)
        local fiat = id:find("^Z%u%u%u$") and id ~= o.altname or id:find(".HOLD", 1, true)
        return fiat and "fiat" or "crypto"
      end,
    },
  },
  fetch_markets = {
    get = "/0/public/AssetPairs",
    read = markets {
      at = "result", id = "@key", baseId = "base|code", quoteId = "quote|code", active = "status|eq:online", wsId = "wsname",
      altname = "altname",
      symbol = function(_, _, _, id) return id:find(":BTNL", 1, true) and id or nil end,
      margin = function(o) return o.leverage_buy ~= nil and #o.leverage_buy > 0 end,
      taker = "fees.1.2|div:100", maker = "fees_maker.1.2|div:100",
      precision = { amount = "lot_decimals|tick", price = "tick_size,pair_decimals|tick" },
      limits = { amount = { min = "ordermin" }, cost = { min = "costmin" }, leverage = { min = 1, max = "leverage_buy.-1|default:1" } },
    },
  },
  fetch_ticker = { get = "/0/public/Ticker", send = "pair={id}", read = ticker(ticker_fields) },
  fetch_tickers = {
    get = "/0/public/Ticker",
    send = function(a)
      local ids = {}
      for _, symbol in ipairs(a.symbols or {}) do
        local market = a:market_of(symbol)
        if market.active then ids[#ids + 1] = market.id end
      end
      return ordered { { "pair", a.symbols and table.concat(ids, ",") } }
    end,
    read = tickers(with(ticker_fields, { at = "result", market = "@key" })),
  },
  fetch_order_book = {
    get = "/0/public/Depth", cost = 1.2, send = "pair={id} count={limit}",
    read = book { at = "result.*", bids = "bids", asks = "asks", level = { 1, 2 } },
  },
  fetch_trades = {
    get = "/0/public/Trades", cost = 1.2, send = "pair={id} since={since|s} count={limit}",
    read = trades {
      at = "result.*", id = "7", timestamp = "3|s", price = "1", amount = "2", side = { "4", s = "sell", default = "buy" },
      type = { "5", l = "limit", default = "market" },
    },
  },
  fetch_ohlcv = {
    get = "/0/public/OHLC", cost = 1.2,
    send = function(a)          -- candles after `since`, without the one that starts there
      return ordered { { "pair", a.id }, { "interval", a.timeframe }, { "since", a.since and a.since // 1000 - a.timeframe_s } }
    end,
    read = candles { at = "result.*", columns = "1|s 2 3 4 5 7" },
  },

  -- Account

  fetch_balance = private("BalanceEx", {
    read = balance { at = "result", currency = function(_, _, _, key) return code_of(key) end, total = "balance", used = "hold_trade" },
  }),
  fetch_trading_fee = private("TradeVolume", {
    send = "pair={id} fee-info=true",
    read = trading_fee { at = "result", maker = "fees_maker.*.fee|div:100", taker = "fees.*.fee|div:100", percentage = true, tierBased = true },
  }),
  fetch_open_orders = private("OpenOrders", {
    send = "start={since|s} userref={userref} cl_ord_id={clientOrderId}", read = orders(with(order_fields, { at = "result.open" })),
  }),
  fetch_closed_orders = private("ClosedOrders", {
    send = "start={since|s} userref={userref} cl_ord_id={clientOrderId} end={until|s|add:1}",
    read = orders(with(order_fields, { at = "result.closed" })),
  }),
  fetch_order = {
    run = function(a)           -- one with a client's id that is no number is only in the lists
      local mine = a.params.clientOrderId
      if mine == nil or tostring(mine):find "^%d+$" then return queried_order end
      for _, list in ipairs { "Open", "Closed" } do
        local at = "result." .. list:lower()
        local found = ask(private(list .. "Orders", { send = "trades=true cl_ord_id={clientOrderId}", read = orders(with(order_fields, { at = at })) }))
        if found[1] then return found[1] end
      end
      fail("OrderNotFound", "no order has the client's id " .. mine)
    end,
  },
  fetch_my_trades = private("TradesHistory", {
    cost = 6, send = "start={since|s} end={until|s|add:1}", read = trades(with(trade_fields, { at = "result.trades" })),
  }),
  fetch_order_trades = {
    run = function(a)           -- the order knows its trades by id; twenty are told at once
      local known, ids, out = a:take "trades", {}, {}
      if not known then
        local found = ask(private("QueryOrders", { send = "trades=true txid={order_id}", failed = order_not_told }))
        known = found.result[a.order_id].trades or {}
      end
      for _, t in ipairs(known) do ids[#ids + 1] = type(t) == "string" and t or t.id end
      for i = 1, #ids, 20 do
        local batch = table.concat(ids, ",", i, math.min(i + 19, #ids))
        local told = private("QueryTrades", { send = { txid = batch }, read = trades_of_order })
        for _, t in ipairs(ask(told)) do out[#out + 1] = t end
      end
      return out
    end,
  },
  fetch_ledger = private("Ledgers", {
    cost = 6, send = "asset={currency_id} start={since|s} end={until|s|add:1}",
    read = ledger(with(ledger_fields, { at = "result.ledger" })),
  }),
  fetch_ledger_entry = private("QueryLedgers", { send = "id={order_id}", read = ledger_entry(with(ledger_fields, { at = "result.*" })) }),
  fetch_positions = private("OpenPositions", {
    send = "docalcs=true consolidation=market",
    read = positions {
      at = "result", market = "pair", symbol = other_symbol, side = { "type", buy = "long", default = "short" }, contracts = "vol",
      leverage = "leverage", initialMargin = "margin", unrealizedPnl = "net",
    },
  }),

  -- Orders

  create_order = {
    run = function(a) return add_order(a, { type = a.type, side = a.side, amount = a.asked_amount, price = a.asked_price }) end,
  },
  create_market_order_with_cost = by_cost(),
  create_market_buy_order_with_cost = by_cost "buy",
  create_orders = {
    needs = "orders",
    run = function(a)           -- two to fifteen, of one market; each may be refused alone
      local batch, market = list {}, nil
      one_market(a)
      for i, o in ipairs(a.orders) do
        market = market or a:market_of(o.symbol)
        local params = with(o.params or {}, {})
        local r = order_request(a, market, o, params)
        for k, v in pairs(sorted(params)) do r[k] = v end
        batch[i] = r
      end
      return {
        post = "/0/private/AddOrderBatch", cost = 0, encode = "json",
        send = ordered { { "orders", batch }, { "pair", market.id } }, read = placed_batch,
      }
    end,
  },
  edit_order = {
    post = "/0/private/AmendOrder", cost = 0,
    send = function(a)          -- an amended order keeps its ids
      local mine, post, trigger_price = a:take "clientOrderId" or a:take "cl_ord_id", a:take "postOnly", nil
      if a.params.timeInForce == "PO" then post = a:take "timeInForce" end
      for name in ("trailingLimitPercent trailingLimitAmount trailingPercent trailingAmount takeProfitPrice stopLossPrice"):gmatch "%a+" do
        trigger_price = a:take(name) or trigger_price
      end
      local offset = a:take "offset"
      return ordered {
        { "txid", not mine and a.order_id or nil }, { "cl_ord_id", mine }, { "post_only", post and "true" or nil },
        { "order_qty", a.amount }, { "limit_price", a.price },
        { "trigger_price", trigger_price and (offset and offset .. trigger_price or a:to_price(trigger_price)) },
      }
    end,
    read = order { at = "result", id = "={order_id}" },
  },
  cancel_order = {
    post = "/0/private/CancelOrder", cost = 0,
    send = function(a)
      local mine = a:take "clientOrderId" or a:take "cl_ord_id"
      if mine then return ordered { { "cl_ord_id", mine } } end
      return ordered { { "txid", a:take "userref" or a.order_id } }
    end,
  },
  cancel_orders = {
    post = "/0/private/CancelOrderBatch", cost = 0, encode = "json", needs = "ids", send = function(a) return { orders = list(a.ids) } end,
  },
  cancel_all_orders = {
    run = function(a)           -- those of all markets: there is no way to name one
      a.symbol = nil
      return private("CancelAll", {})
    end,
  },
  cancel_all_orders_after = {
    run = function(a)
      if a.timeout > 86400000 then fail("BadRequest", "at most a day ahead") end
      return private("CancelAllOrdersAfter", { send = "timeout={timeout|s}", read = function(reply) return reply end })
    end,
  },

  -- Money in and out

  fetch_deposits = movements("DepositStatus", "type|default:deposit", "result"),
  fetch_withdrawals = movements("WithdrawStatus", "type|default:withdrawal", "result.withdrawals,result"),
  fetch_deposit_address = deposit_address(),
  create_deposit_address = deposit_address "true",
  withdraw = private("Withdraw", {      -- params.key: the name that the address has in the account; a tag belongs to it
    needs = "key", send = "asset={currency_id} amount={amount} address={address} key={key}",
    read = transaction(with(transaction_fields "type", { at = "result" })),
  }),
  transfer = {
    run = function(a)
      local from, to = wallets[a.from_account] or a.from_account, wallets[a.to_account] or a.to_account
      if from ~= wallets.spot then fail("BadRequest", "only from the spot wallet; the futures wallet's own API sends from there") end
      return private("WalletTransfer", {
        send = ordered { { "amount", a.amount }, { "from", from }, { "to", to }, { "asset", a.currency_id } },
        read = function(reply) return { id = reply.result.refid, amount = a.amount, fromAccount = from, toAccount = to, info = reply } end,
      })
    end,
  },

  maps = {
    networks = {                -- of withdrawals
      Lightning = "Lightning", Bitcoin = "BTC", Ripple = "XRP", Litecoin = "LTC", Dogecoin = "DOGE", Stellar = "XLM", Ethereum = "ERC20",
      ["Arbitrum One"] = "Arbitrum", Polygon = "MATIC", ["Arbitrum Nova"] = "Arbitrum", Optimism = "Optimism", ["zkSync Era"] = "zkSync",
      ["Ethereum Classic"] = "ETC", Zcash = "ZEC", Monero = "XMR", Tron = "TRC20", Solana = "SOL", EOS = "EOS", ["Bitcoin Cash"] = "BCH",
      Cardano = "ADA", Qtum = "QTUM", Tezos = "XTZ", Cosmos = "ATOM", Nano = "NANO", Siacoin = "SC", Lisk = "LSK", Waves = "WAVES",
      ICON = "ICX", Algorand = "ALGO", ["Polygon - USDC.e"] = "MATIC", ["Arbitrum One - USDC.e"] = "Arbitrum", Polkadot = "DOT",
      Kava = "KAVA", Filecoin = "FIL", Kusama = "KSM", Flow = "FLOW", ["Energy Web"] = "EW", Mina = "MINA", Centrifuge = "CFG",
      Karura = "KAR", Moonriver = "MOVR", Shiden = "SDN", Khala = "PHA", ["Bifrost Kusama"] = "BNC", Songbird = "SGB",
      ["Terra classic"] = "LUNC", KILT = "KILT", Basilisk = "BSX", Flare = "FLR", ["Avalanche C-Chain"] = "AVAX", Kintsugi = "KINT",
      Altair = "AIR", Moonbeam = "GLMR", Acala = "ACA", Astar = "ASTR", Akash = "AKT", Robonomics = "XRT", Fantom = "FTM",
      Elrond = "EGLD", THORchain = "RUNE", Secret = "SCRT", Near = "NEAR", ["Internet Computer Protocol"] = "ICP", Picasso = "PICA",
      ["Crust Shadow"] = "CSM", Integritee = "TEER", ["Parallel Finance"] = "PARA", HydraDX = "HDX", Interlay = "INTR",
      ["Fetch.ai"] = "FET", NYM = "NYM", ["Terra 2.0"] = "LUNA2", Juno = "JUNO", Nodle = "NODL", Stacks = "STX",
      ["Ethereum PoW"] = "ETHW", Aptos = "APT", Sui = "SUI", Genshiro = "GENS", Aventus = "AVT", Sei = "SEI", OriginTrail = "OTP",
      Celestia = "TIA",
    },
  },
  options = {
    networks = { ETH = "ERC20", TRX = "TRC20" },
    depositMethods = {          -- the usual one of each currency
      ["1INCH"] = "1inch (1INCH)", AAVE = "Aave", ADA = "ADA", ALGO = "Algorand", ANKR = "ANKR (ANKR)", ANT = "Aragon (ANT)",
      ATOM = "Cosmos", AXS = "Axie Infinity Shards (AXS)", BADGER = "Bager DAO (BADGER)", BAL = "Balancer (BAL)",
      BAND = "Band Protocol (BAND)", BAT = "BAT", BCH = "Bitcoin Cash", BNC = "Bifrost (BNC)", BNT = "Bancor (BNT)", BTC = "Bitcoin",
      CHZ = "Chiliz (CHZ)", COMP = "Compound (COMP)", CRV = "Curve DAO Token (CRV)", CTSI = "Cartesi (CTSI)", DAI = "Dai", DASH = "Dash",
      DOGE = "Dogecoin", DOT = "Polkadot", DYDX = "dYdX (DYDX)", ENJ = "Enjin Coin (ENJ)", EOS = "EOS", ETC = "Ether Classic (Hex)",
      ETH = "Ether (Hex)", EWT = "Energy Web Token", FEE = "Kraken Fee Credit", FIL = "Filecoin", FLOW = "Flow",
      GHST = "Aavegotchi (GHST)", GNO = "GNO", GRT = "GRT", ICX = "Icon", INJ = "Injective Protocol (INJ)", KAR = "Karura (KAR)",
      KAVA = "Kava", KEEP = "Keep Token (KEEP)", KNC = "Kyber Network (KNC)", KSM = "Kusama", LINK = "Link",
      LPT = "Livepeer Token (LPT)", LRC = "Loopring (LRC)", LSK = "Lisk", LTC = "Litecoin", MANA = "MANA", MATIC = "Polygon (MATIC)",
      MINA = "Mina", MIR = "Mirror Protocol (MIR)", MKR = "Maker (MKR)", MLN = "MLN", MOVR = "Moonriver (MOVR)", NANO = "NANO",
      OCEAN = "OCEAN", OGN = "Origin Protocol (OGN)", OMG = "OMG", OXT = "Orchid (OXT)", OXY = "Oxygen (OXY)", PAXG = "PAX (Gold)",
      PERP = "Perpetual Protocol (PERP)", PHA = "Phala (PHA)", QTUM = "QTUM", RARI = "Rarible (RARI)", RAY = "Raydium (RAY)",
      REN = "Ren Protocol (REN)", REP = "REPv2", REPV1 = "REP", SAND = "The Sandbox (SAND)", SC = "Siacoin", SDN = "Shiden (SDN)",
      SOL = "Solana", SNX = "Synthetix  Network (SNX)", SRM = "Serum", STORJ = "Storj (STORJ)", SUSHI = "Sushiswap (SUSHI)",
      TBTC = "tBTC", TRX = "Tron", UNI = "UNI", USDC = "USDC", USDT = "Tether USD (ERC20)", ["USDT-TRC20"] = "Tether USD (TRC20)",
      WAVES = "Waves", WBTC = "Wrapped Bitcoin (WBTC)", XLM = "Stellar XLM", XMR = "Monero", XRP = "Ripple XRP", XTZ = "XTZ",
      YFI = "YFI", ZEC = "Zcash (Transparent)", ZRX = "0x (ZRX)",
    },
  },
}
