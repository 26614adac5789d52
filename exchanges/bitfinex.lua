-- Bitfinex, API v2. API: https://docs.bitfinex.com/reference
-- Replies are bare lists; what a place means is told by the documentation only. Market data has a host of its own. A failure is
-- ["error", code, text], an object, or a notice [time, kind, .., .., what, code, "ERROR", text] inside a 200 reply; codes 10001 and 10020
-- stand for anything, so their text counts first.
-- Ids: "tBTCUSD", "tDOGE:USD" (names longer than three letters), "tBTCF0:USTF0" for perpetuals; "F0" marks the currencies of derivatives.
-- Amounts are negative for sells. Amounts have eight places, prices five digits and at most eight places.
-- "EXCHANGE LIMIT" trades from the exchange wallet, "LIMIT" on margin (and all derivatives).
-- Cancelling all orders knows no market: it is always all of them.

local renames = {
  UST = "USDT", EUTF0 = "EURT", USTF0 = "USDT", ALG = "ALGO", AMP = "AMPL", ATO = "ATOM", BCHABC = "XEC", BCHN = "BCH", DAT = "DATA",
  DOG = "MDOGE", DSH = "DASH", EDO = "PNT", EUS = "EURS", EUT = "EURT", HTX = "HT", IDX = "ID", IOT = "IOTA", IQX = "IQ", LUNA = "LUNC",
  LUNA2 = "LUNA", MNA = "MANA", ORS = "ORS Group", PAS = "PASS", QSH = "QASH", QTM = "QTUM", RBT = "RBTC", SNG = "SNGLS", STJ = "STORJ",
  TERRAUST = "USTC", TSD = "TUSD", YGG = "YEED", YYW = "YOYOW", UDC = "USDC", VSY = "VSYS", WAX = "WAXP", XCH = "XCHF", ZBT = "ZB",
}

local broad = {
  { "available balance is only", "InsufficientFunds" }, { "not enough exchange balance", "InsufficientFunds" },
  { "Order not found", "OrderNotFound" }, { "symbol: invalid", "BadSymbol" },
}

-- The failure in what a reply says: its text where that tells the kind, else its code.
local function failure(code, text)
  for _, row in ipairs(broad) do
    if text and text:find(row[1], 1, true) then return text, text end
  end
  return code or text or "error", text
end

local function refused(notice) return notice[7] == "ERROR" or notice[7] == "FAILURE" end

local function failed(reply)
  if reply[1] == "error" then return failure(reply[2], reply[3]) end
  if refused(reply) then return failure(reply[6], reply[8]) end
  return reply.message or reply.error, reply.error_description
end

local function with(fields, more)
  local out = {}
  for k, v in pairs(fields) do out[k] = v end
  for k, v in pairs(more) do out[k] = v end
  return out
end

-- ---- markets and currencies ----

local function set(names)
  local out = {}
  for _, name in ipairs(names or {}) do out[name] = true end
  return out
end

local function markets_of(reply, a)
  local securities, margin, out = set(reply[3]), set(reply[4]), {}
  local function code_of(id) return (a:code_of(id):gsub("F0$", "")) end
  local function add(pair)
    local id, facts = pair[1]:upper(), pair[2] or {}
    local baseId, quoteId = id:match("^(.*):(.*)$")
    if not baseId then baseId, quoteId = id:sub(1, 3), id:sub(4, 6) end
    local swap = id:find("F0", 1, true) ~= nil
    local base, quote = code_of(baseId), code_of(quoteId)
    out[#out + 1] = {
      id = "t" .. id, baseId = baseId, quoteId = quoteId, settleId = swap and quote or nil, base = base, quote = quote,
      settle = swap and quote or nil, type = swap and "swap" or "spot", margin = not swap and margin[id] or false, linear = swap or nil,
      tradfi = securities[id] or false, contractSize = swap and 1 or nil, active = true, precision = { amount = 8, price = 5 },
      limits = { amount = { min = facts[4], max = facts[5] }, price = { min = 1e-8 } }, info = facts,
    }
  end
  for _, pair in ipairs(reply[1]) do add(pair) end
  for _, pair in ipairs(reply[2] or {}) do add(pair) end
  return out
end

-- Code of a network's id; the way of a currency's own chain has the currency's name.
local mainnet = { ERC20 = "ETH", TRC20 = "TRX" }
local function network_code(a, id, code)
  if not id then return nil end
  local name = id == "TETHERUSE" and "ERC20" or id
  for known, network in pairs(a.options.networks) do
    if network == id then name = known end
  end
  return mainnet[name] == code and code or name
end

local function by_id(rows)
  local out = {}
  for _, row in ipairs(rows or {}) do out[row[1]] = row end
  return setmetatable(out, { __index = function() return {} end })
end

local function currencies_of(reply, a)
  local label, pool, explorer, fees, states = by_id(reply[3]), by_id(reply[6]), by_id(reply[7]), by_id(reply[8]), by_id(reply[10])
  local margin, networks, out = set(reply[11]), {}, {}
  for _, row in ipairs(reply[9] or {}) do      -- ["TETHERUSE", ["UST"]]
    local way, state = row[1], states[row[1]]
    for _, id in ipairs(row[2] or {}) do
      networks[id] = networks[id] or {}
      networks[id][network_code(a, way, a:code_of(id))] = {
        id = way:lower(), network = way, deposit = state[2] == "1", withdraw = state[3] == "1", limits = { withdraw = {} }, info = way,
      }
    end
  end
  for _, id in ipairs(reply[1]) do
    if not id:find("F0$") then
      local fee = (fees[id][2] or {})[2]
      out[id] = {
        id = id, code = a:code_of(id), name = label[id][2], type = (pool[id][2] or explorer[id][1]) and "crypto" or nil, active = true,
        fee = fee, precision = 8, margin = margin[id] or false, networks = networks[id] or {}, limits = { withdraw = { min = fee } },
        info = { id = id, label = label[id], pool = pool[id], fees = fees[id] },
      }
    end
  end
  return out
end

-- What a network is called in requests: by its code, by its own name, or the only one.
local function method_of(a)
  local asked = a:take "network"
  local networks = a.currency.networks or {}
  local network = networks[asked or a.code]
  if network then return network.id end
  local wanted = asked and (a.options.networks[asked] or asked):lower()
  local only, n = nil, 0
  for code, way in pairs(networks) do
    if wanted and (way.id == wanted or code == a.code and mainnet[asked] == code) then return way.id end
    only, n = way.id, n + 1
  end
  if not asked and n == 1 then return only end
  fail("ArgumentsRequired", "which network of " .. a.code .. "? params.network tells")
end

-- ---- reading ----

-- Lists of tickers have the market's id in front.
local function ticker_fields(skip)
  local function at(n) return tostring(n + skip) end
  return {
    bid = at(1), ask = at(3), change = at(5), percentage = at(6) .. "|mul:100", last = at(7), baseVolume = at(8), high = at(9), low = at(10),
  }
end

-- All orders one by one ("R0": id, price, amount) or added up by price ("P0".."P4": price, count, amount).
local function book_of(added_up)
  return function(rows, a)
    local price_at = (a.given.precision or "R0") == "R0" and 2 or 1
    local bids, asks = {}, {}
    local levels = { [bids] = {}, [asks] = {} }
    for _, row in ipairs(rows) do
      local price, amount, half = row[price_at], decimal.abs(row[3]), row[3]:sub(1, 1) == "-" and asks or bids
      local same = added_up and levels[half][price]
      if same then
        same[2] = decimal.add(same[2], amount)
      else
        half[#half + 1] = { price, amount }
        levels[half][price] = half[#half]
      end
    end
    table.sort(bids, function(x, y) return tonumber(x[1]) > tonumber(y[1]) end)
    table.sort(asks, function(x, y) return tonumber(x[1]) < tonumber(y[1]) end)
    return { bids = bids, asks = asks, timestamp = a.now, info = rows }
  end
end

local function side(place) return function(o) return o[place] and (o[place]:sub(1, 1) == "-" and "sell" or "buy") end end

-- A market that is no more is named by its id, never by the one that was asked for.
local function gone(place) return function(o, _, market) return (not market or market.id ~= o[place]) and o[place] or nil end end

local types = { MARKET = "market", LIMIT = "limit", STOP = "market", ["STOP LIMIT"] = "limit", IOC = "limit", FOK = "limit", ["TRAILING STOP"] = "market" }

local function type_in(place) return function(o) return o[place] and types[(o[place]:gsub("^EXCHANGE ", ""))] end end

local own_trades = trades {
  id = "1", market = "2", symbol = gone(2), timestamp = "3", order = "4", side = side(5), amount = "5|abs", price = "6", type = type_in(7),
  takerOrMaker = { "9", ["1"] = "maker", default = "taker" }, fee = { cost = "10|neg", currency = "11|code" },
}

local statuses = {
  ACTIVE = "open", PARTIALLY = "open", EXECUTED = "closed", CANCELED = "canceled", INSUFFICIENT = "canceled", POSTONLY = "canceled",
  IOC = "canceled", FILLORKILL = "canceled", RSN_DUST = "rejected", RSN_PAUSE = "rejected",
}

local function has_flag(bit) return function(o) return (math.tointeger(tonumber(o[13])) or 0) & bit ~= 0 end end
local function is_stop(o) return (o[9] or ""):find("^STOP") or (o[9] or ""):find("^EXCHANGE STOP") end

local order_fields = {
  id = "1", clientOrderId = "3", market = "4", symbol = gone(4), timestamp = "6", side = side(8), amount = "8|abs", remaining = "7|abs",
  average = "18|nonzero", type = type_in(9), postOnly = has_flag(4096), reduceOnly = function(o) return has_flag(1024)(o) or nil end,
  timeInForce = function(o) return (o[9] or ""):match("IOC$") or (o[9] or ""):match("FOK$") or "GTC" end,
  triggerPrice = function(o) return is_stop(o) and o[17] or nil end,
  price = function(o)
    if not is_stop(o) then return o[17] end
    return o[9]:find("LIMIT$") and o[20] or nil
  end,
  status = function(o) return o[14] and (statuses[o[14]:match("^%S*")] or o[14]) end,      -- "PARTIALLY FILLED @ 25000.0(0.2)"
}
local order_list = orders(order_fields)
local first_of_list = order(with(order_fields, { at = "1" }))
local changed = order(with(order_fields, { at = "5" }))
local canceled = orders(with(order_fields, { at = "5" }))

local function placed_batch(reply, a)
  local out = list {}
  for i, notice in ipairs(reply[5]) do
    out[i] = refused(notice) and { symbol = a.orders[i].symbol, status = "rejected", info = notice } or first_of_list(notice[5], a)
  end
  return out
end

local movements = transactions {
  id = "1", currency = "2|code", timestamp = "6", updated = "7", amount = "13|abs", address = "17", addressTo = "17",
  txid = "21", comment = "22",
  network = function(o, a) return network_code(a, o[3], o[2] and a:code_of(o[2])) end,
  type = function(o) return o[13] and (o[13]:sub(1, 1) == "-" and "withdrawal" or "deposit") end,
  status = {      -- PENDING APPROVAL, PENDING REVIEW, ...
    function(o) return o[10] and (o[10]:match("^PENDING") or o[10]) end, SUCCESS = "ok", COMPLETED = "ok", ERROR = "failed",
    FAILURE = "failed", CANCELED = "canceled", PENDING = "pending", SENDING = "pending", ["USER APPROVED"] = "pending", default = ".",
  },
  fee = { cost = "14|abs", currency = "2|code" },
}

local ledger_types = {
  { "fee", "fee" }, { "charged", "fee" }, { "rebate", "rebate" }, { "deposit", "transaction" }, { "withdrawal", "transaction" },
  { "transfer", "transfer" }, { "payment", "payout" }, { "exchange", "trade" }, { "position", "trade" },
}
local entries = ledger {
  id = "1", referenceId = "1", currency = "2|code", timestamp = "4", amount = "6", after = "7",
  type = function(o)      -- "Exchange 0.5 BTC for USD @ 25000 on wallet exchange"
    if not o[9] then return nil end
    local what = o[9]:lower():match("^(.-) @ ") or o[9]:lower()
    for _, row in ipairs(ledger_types) do
      if what:find(row[1], 1, true) then return row[2] end
    end
    return what
  end,
}

-- Of a derivative. The rows of its history lack the id in front.
local funding_fields = {
  market = "1", timestamp = "2", indexPrice = "4", nextFundingTimestamp = "9", nextFundingRate = "10", fundingRate = "13", markPrice = "16",
}

local function past_funding(row, a)
  local at, next_at = math.tointeger(tonumber(row[1])), math.tointeger(tonumber(row[8]))
  return {
    symbol = a.symbol, timestamp = at, datetime = iso8601(at), fundingRate = tonumber(row[12]), indexPrice = tonumber(row[3]),
    markPrice = tonumber(row[15]), nextFundingRate = tonumber(row[9]), nextFundingTimestamp = next_at, nextFundingDatetime = iso8601(next_at),
    info = row,
  }
end

local open_positions = positions {
  market = "1", id = "12", notional = "3", entryPrice = "4", unrealizedPnl = "7", percentage = "8", liquidationPrice = "9", leverage = "10",
  timestamp = "13", lastUpdateTimestamp = "14", collateral = "18", maintenanceMargin = "19", marginMode = "=isolated",
  side = function(o) return o[3] and (o[3]:sub(1, 1) == "-" and "short" or "long") end,
}

local function interest_of(row, a, skip)
  local at = math.tointeger(tonumber(row[1 + skip]))
  return { symbol = a.symbol, openInterestAmount = tonumber(row[18 + skip]), timestamp = at, datetime = iso8601(at), info = row }
end

local function liquidation_of(row, a)
  local o = row[1]
  local market = a.market
  if o[5] ~= market.id then return nil end
  local contracts = tonumber(decimal.abs(o[6]))
  local base, price, at = contracts * (market.contractSize or 1), tonumber(o[12]), math.tointeger(tonumber(o[3]))
  return {
    symbol = a.symbol, contracts = contracts, contractSize = market.contractSize, price = price, side = o[9] == "1" and "buy" or "sell",
    baseValue = base, quoteValue = price and base * price, timestamp = at, datetime = iso8601(at), info = o,
  }
end

-- Oldest first, from `since` on, at most `limit`.
local function each_of(rows, a, make)
  local out = {}
  for _, row in ipairs(rows) do
    local made = make(row, a)
    if made and made.timestamp >= (a.since or 0) then out[#out + 1] = made end
  end
  table.sort(out, function(x, y) return x.timestamp < y.timestamp end)
  while a.limit and #out > a.limit do table.remove(out, a.since and #out or 1) end
  return out
end

-- ---- sending ----

local function public(path, more) return with({ get = "/v2/" .. path, host = "public", cost = 2.7 }, more) end
local function private(path, more) return with({ post = "/v2/auth/" .. path, cost = 2.7 }, more) end

local book_path = "book/{id}/{precision|default:R0}"
local span = "start={since} limit={limit} end={until}"

-- The path that knows no market or currency, and the one of a single one.
local function either(name, all, single, more)
  local plain, one = private(all, more), private(single, more)
  return { run = function(a) return a[name] and one or plain end }
end

local function number_of(id)
  if not id:find("^%d+$") then fail("BadRequest", "an order's id is a number, not '" .. id .. "'") end
  return raw_number(id)
end

local function amount_text(wanted, amount)
  local text = decimal.round(amount, 8, "places", "cut")
  if decimal.cmp(text, 0) == 0 then fail("InvalidOrder", "amount " .. tostring(amount) .. " is below the eighth place") end
  return wanted == "sell" and decimal.neg(text) or text
end

local function price_text(a, price, market)
  if not price then fail("ArgumentsRequired", "the order needs a price") end
  return decimal.round(a:to_price(price, market), 8, "places", "cut")
end

-- What orders have in common, new or changed: r is filled from o and from params, where what is understood is taken out.
local function prices_into(r, a, market, o, params)
  local function take(name)
    local v = params[name]
    params[name] = nil
    return v
  end
  local stop = take "triggerPrice" or take "stopPrice" or take "stopLossPrice"
  if take "takeProfitPrice" then fail("NotSupported", "there are no take-profit orders here") end
  local trailing, time_in_force, post, reduce = take "trailingAmount", take "timeInForce", take "postOnly", take "reduceOnly"
  local mine = take "cid" or params.clientOrderId
  params.stopPrice, params.stopLossPrice, params.clientOrderId = nil, nil, nil
  local kind
  if trailing then
    kind, r.price_trailing = "TRAILING STOP", decimal.text(trailing)
  elseif stop then
    kind, r.price = "STOP", price_text(a, stop, market)
    if o.type == "limit" then kind, r.price_aux_limit = "STOP LIMIT", price_text(a, o.price, market) end
  end
  if o.type ~= "market" and not stop and (o.price or not trailing and not o.edited) then r.price = price_text(a, o.price, market) end
  local flags = ((post or time_in_force == "PO") and 4096 or 0) + (reduce and 1024 or 0)
  return kind, flags > 0 and flags or nil, mine, time_in_force
end

local function order_request(a, market, o, params)
  local r = ordered { { "symbol", market.id }, { "amount", amount_text(o.side, o.amount) } }
  local kind, flags, mine, time_in_force = prices_into(r, a, market, o, params)
  kind = kind or o.type:upper()
  if time_in_force == "IOC" or time_in_force == "FOK" then
    if o.type == "market" or not o.price then fail("InvalidOrder", "IOC and FOK are for limit orders, with a price") end
    kind = time_in_force
  end
  local margin = params.marginMode or params.margin
  params.marginMode, params.margin = nil, nil
  if market.type == "spot" and not margin then kind = "EXCHANGE " .. kind end
  r.type = kind
  r.flags = flags
  r.cid = mine
  for k, v in pairs(params ~= a.params and sorted(params) or {}) do r[k] = v end      -- those of the call follow by themselves
  return r
end

-- An order by its id: among the open ones, among those that are done, or wherever it is.
local function one_order(places)
  return {
    run = function(a)
      for _, place in ipairs(places) do
        local found = ask(private("r/orders" .. (a.symbol and "/{id}" or "") .. place, { send = { id = list { number_of(a.order_id) } }, params = true }))
        if #found > 0 then return first_of_list(found, a) end
      end
      fail("OrderNotFound", "no order " .. a.order_id)
    end,
  }
end

local function deposit_address(new)
  return private("w/deposit/address", {
    cost = 24,
    read = address {      -- with an address of the pool, the other is the tag in it
      currency = "={code}", address = "5.6,5.5", tag = function(o) return o[5][6] and o[5][5] or nil end,
    },
    send = function(a)
      return ordered { { "method", method_of(a) }, { "wallet", a:take "wallet" or "exchange" }, { "op_renew", a:take "op_renew" or new } }
    end,
  })
end

-- A wallet's name, and what the currency is called in it.
local function wallet_of(a, name)
  local wallet, id = a.options.wallets[name], a.currency_id
  if not wallet then fail("ArgumentsRequired", "no wallet '" .. tostring(name) .. "': spot, margin, derivatives or funding") end
  return wallet, name == "derivatives" and not id:find("F0$") and id .. "F0" or id
end

local history = either("code", "r/movements/hist", "r/movements/{currency_id}/hist", { send = span, read = movements })

return with(dialect "bitfinex_contracts", {
  hosts = { api = "https://api.bitfinex.com", public = "https://api-pub.bitfinex.com" },
  client_id = "digits",
  rate = { interval_ms = 250, burst = 10 },
  precision = "digits",
  fees = { taker = 0.002, maker = 0.001 },
  renames = renames,
  encode = "json",
  timeframes = "1m 5m 15m 30m 1h 3h 4h 6h 12h 1d=1D 1w=7D 2w=14D 1M",

  failed = failed,
  errors = by_class {
    AuthenticationError = "10100 10111 10112 10113", BadRequest = "10020", ExchangeNotAvailable = "temporarily_unavailable",
    InvalidNonce = "10114", OnMaintenance = "20060", PermissionDenied = "10001", RateLimitExceeded = "11010",
  },
  broad = broad, http = { [500] = "ExchangeError" },

  sign = function(req, key)
    req.body = encode_json(req.json)        -- {} when there is nothing to say
    req.headers["bfx-nonce"] = key.nonce
    req.headers["bfx-apikey"] = key.apiKey
    req.headers["bfx-signature"] = hex(hmac("sha384", key.secret, "/api" .. req.path .. key.nonce .. req.body))
  end,

  -- Market data

  fetch_status = public("platform/status", { cost = 8, read = status { status = { "1", ["1"] = "ok", ["0"] = "maintenance", default = "." } } }),
  fetch_markets = public("conf/pub:info:pair,pub:info:pair:futures,pub:list:pair:securities,pub:list:pair:margin", { read = markets_of }),
  fetch_currencies = public("conf/" .. table.concat({
    "pub:list:currency", "pub:map:currency:sym", "pub:map:currency:label", "pub:map:currency:unit", "pub:map:currency:undl",
    "pub:map:currency:pool", "pub:map:currency:explorer", "pub:map:currency:tx:fee", "pub:map:tx:method", "pub:info:tx:status",
    "pub:list:currency:margin",
  }, ","), { read = currencies_of }),
  fetch_ticker = public("ticker/{id}", { read = ticker(ticker_fields(0)) }),
  fetch_tickers = public("tickers", {
    send = function(a) return { symbols = a.ids and table.concat(a.ids, ",") or "ALL" } end,
    read = tickers(with(ticker_fields(1), { market = "1", where = function(o) return o[1]:sub(1, 1) == "t" end })),     -- "f": funding
  }),
  fetch_order_book = public(book_path, { cost = 1, send = "len={limit}", read = book_of(false) }),
  fetch_l2_order_book = public(book_path, { cost = 1, send = "len={limit}", read = book_of(true) }),
  fetch_trades = public("trades/{id}/hist", {
    send = function(a)
      local limit = a.limit and math.min(a.limit, 10000)
      return ordered { { "start", a.since }, { "limit", limit }, { "sort", a.since and "1" or "-1" }, { "end", a:take "until" } }
    end,
    read = trades { id = "1", timestamp = "2", side = side(3), amount = "3|abs", price = "4" },
  }),
  fetch_ohlcv = public("candles/trade:{timeframe}:{id}/hist", {
    send = function(a)
      return ordered { { "limit", math.min(a.limit or 100, 10000) }, { "start", a.since }, { "sort", a.since and 1 }, { "end", a:take "until" } }
    end,
    read = candles { columns = "1 2 4 5 3 6" },
  }),

  -- Account

  fetch_balance = private("r/wallets", {
    send = function(a)
      local kind = a:take "type" or "spot"
      a.wallet, a.derivatives = a.options.wallets[kind] or kind, kind == "derivatives"
    end,
    read = balance {      -- kind, currency, total, interest not paid yet, free
      currency = "2|code", total = "3", debt = "4|nonzero", free = "5",
      where = function(o, a) return o[1] == a.wallet and (not a.derivatives or o[2]:find("F0$") ~= nil) end,
    },
  }),
  fetch_trading_fees = private("r/summary", {
    read = function(reply, a)      -- maker, taker: { crypto, stable, fiat, .., .., derivatives }
      local maker, taker, out = reply[5][1], reply[5][2], {}
      for _, symbol in ipairs(a.all_symbols) do
        local market = a:market_of(symbol)
        local which = a.options.fiat[market.quote] and 3 or market.contract and 6 or 1
        out[symbol] = { maker = tonumber(maker[which]), taker = tonumber(taker[which]), percentage = true, tierBased = true, info = reply }
      end
      return out
    end,
  }),
  fetch_order = one_order { "", "/hist" },
  fetch_open_order = one_order { "" },
  fetch_closed_order = one_order { "/hist" },
  fetch_open_orders = either("symbol", "r/orders", "r/orders/{id}", { read = order_list }),
  fetch_closed_orders = either("symbol", "r/orders/hist", "r/orders/{id}/hist", { send = span, read = order_list }),
  fetch_my_trades = either("symbol", "r/trades/hist", "r/trades/{id}/hist", {
    send = function(a) return ordered { { "end", a:take "until" or a.now }, { "start", a.since }, { "limit", a.limit } } end, read = own_trades,
  }),
  fetch_order_trades = private("r/order/{id}:{order_id}/trades", { needs = "symbol", read = own_trades }),
  fetch_ledger = either("code", "r/ledgers/hist", "r/ledgers/{currency_id}/hist", { send = span, read = entries }),

  -- Orders

  create_order = private("w/order/submit", {
    send = function(a)
      return order_request(a, a.market, { type = a.type, side = a.side, amount = a.asked_amount, price = a.asked_price }, a.params)
    end,
    read = order(with(order_fields, { at = "5.1" })),
  }),
  create_orders = private("w/order/multi", {
    send = function(a)
      local ops = list {}
      for i, o in ipairs(a.orders) do
        ops[i] = list { "on", order_request(a, a:market_of(o.symbol), o, o.params or {}) }
      end
      return { ops = ops }
    end,
    read = placed_batch,
  }),
  edit_order = private("w/order/update", {
    send = function(a)
      local r = ordered { { "id", number_of(a.order_id) }, { "amount", a.asked_amount and amount_text(a.side, a.asked_amount) } }
      local _, flags, mine = prices_into(r, a, a.market, { type = a.type, price = a.asked_price, edited = true }, a.params)
      r.flags = flags
      r.cid = mine and math.tointeger(tonumber(mine)) or mine
      r.lev = a:take "leverage"
      return r
    end,
    read = changed,
  }),
  cancel_order = private("w/order/cancel", {
    send = function(a)
      local mine, date = a:take "cid" or a:take "clientOrderId", a:take "cidDate" or a:take "cid_date"
      if mine and not date then fail("InvalidOrder", "canceling by client id needs its day too: params.cidDate = 'YYYY-MM-DD'") end
      return ordered { { "id", not mine and number_of(a.order_id) or nil }, { "cid", mine }, { "cid_date", date } }
    end,
    read = changed,
  }),
  cancel_orders = private("w/order/cancel/multi", {
    send = function(a)
      local ids = list {}
      for i, id in ipairs(a.ids) do ids[i] = number_of(tostring(id)) end
      return { id = ids }
    end,
    read = canceled,
  }),
  cancel_all_orders = private("w/order/cancel/multi", { send = "all={1}", read = canceled }),

  -- Money in and out

  fetch_deposits_withdrawals = history,
  fetch_transactions = history,
  fetch_deposit_address = deposit_address(0),
  create_deposit_address = deposit_address(1),
  withdraw = private("w/withdraw", {
    cost = 24,
    read = transaction {
      id = "5.1|nonzero", timestamp = "1", amount = "5.6", tag = "5.4", tagTo = "5.4", type = "=withdrawal",
      currency = "={code}",
      network = function(o, a) return network_code(a, o[5][3] and o[5][3]:upper(), a.code) end,
      status = function(o) return o[5][1] and o[5][1] ~= "0" and "ok" or "failed" end,
      fee = { cost = "5.9|abs", currency = "={code}" },
    },
    send = function(a)
      return ordered {
        { "method", method_of(a) }, { "wallet", a:take "wallet" or "exchange" }, { "amount", a.amount }, { "address", a.address },
        { "payment_id", a.tag }, { "fee_deduct", a.options.include_fee and 1 or nil },
      }
    end,
  }),
  transfer = private("w/transfer", {
    read = transfer { timestamp = "1", currency = "5.6|code", amount = "5.8", fromAccount = "5.2", toAccount = "5.3", status = "7" },
    send = function(a)
      local from, id = wallet_of(a, a.from_account)
      local to, id_there = wallet_of(a, a.to_account)
      local amount = decimal.round(a.amount, 8, "places")
      return ordered { { "amount", amount }, { "currency", id }, { "currency_to", id_there }, { "from", from }, { "to", to } }
    end,
  }),
  -- Derivatives

  fetch_positions = private("r/positions", { read = open_positions }),
  fetch_funding_rate = public("status/deriv", { send = "keys={id}", read = funding_rate(with(funding_fields, { at = "1" })) }),
  fetch_funding_rates = public("status/deriv", {
    needs = "symbols", send = function(a) return { keys = table.concat(a.ids, ",") } end, read = funding_rates(funding_fields),
  }),
  fetch_funding_rate_history = public("status/deriv/{id}/hist", {
    needs = "symbol", send = "start={since} end={until}", read = function(reply, a) return each_of(reply, a, past_funding) end,
  }),
  fetch_open_interest = public("status/deriv", { send = "keys={id}", read = function(reply, a) return interest_of(reply[1], a, 1) end }),
  fetch_open_interest_history = public("status/deriv/{id}/hist", {
    send = span, read = function(reply, a) return each_of(reply, a, function(row) return interest_of(row, a, 0) end) end,
  }),
  fetch_liquidations = public("liquidations/hist", {
    cost = 80, send = span, read = function(reply, a) return each_of(reply, a, liquidation_of) end,
  }),

  options = {
    include_fee = false,     -- withdraw: take the fee out of the amount
    wallets = {
      spot = "exchange", exchange = "exchange", funding = "funding", margin = "margin", derivatives = "margin", future = "margin", swap = "margin",
    },
    fiat = { USD = true, EUR = true, JPY = true, GBP = true, CHN = true },
    networks = {
      BTC = "BITCOIN", LTC = "LITECOIN", ERC20 = "ETHEREUM", OMNI = "TETHERUSO", LIQUID = "TETHERUSL", TRC20 = "TETHERUSX", EOS = "TETHERUSS",
      AVAX = "TETHERUSDTAVAX", SOL = "TETHERUSDTSOL", ALGO = "TETHERUSDTALG", BCH = "TETHERUSDTBCH", KSM = "TETHERUSDTKSM",
      DVF = "TETHERUSDTDVF", OMG = "TETHERUSDTOMG",
    },
  },
})
