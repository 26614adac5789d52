-- Indodax. API: https://github.com/btcid/indodax-official-api-docs (Public-RestAPI, Private-RestAPI)
-- Private calls are forms to one path, told apart by `method`; the signed form travels with a time and a window. Failures are {success: 0,
-- error, error_code} in a 200 reply. A market is "btcidr" where it is asked for and "btc_idr" in replies; in orders the rupiah may be "rp".
-- Limit orders may say time_in_force = "MOC" (maker or cancel) and client_order_id, in params.

local network_ids = {
  ERC20 = "erc20", TRC20 = "trc20", BEP2 = "bep2", BEP20 = "bep20", BSC = "bep20", MATIC = "polygon", POLYGON = "polygon", XLM = "Stellar Token",
}
local network_codes = { bep20 = "BSC", polygon = "MATIC", ["Stellar Token"] = "XLM" }

local function network_id(a)
  local network = a:take "network"
  return network and (network_ids[network] or network)
end

local function number(x) return type(x) == "string" and tonumber(x) or nil end

local function private(method, send, cost, read, more)
  return with({ post = "", host = "tapi", cost = cost, send = "method=" .. method .. " " .. send, read = read }, more or {})
end
local function withdraw_fee(read, more)
  local send = function(a) return ordered { { "method", "withdrawFee" }, { "currency", a.currency_id }, { "network", network_id(a) } } end
  return with({ post = "", host = "tapi", cost = 4, needs = "code", send = send, read = read }, more or {})
end

-- ---- reading ----

local function percent(name)
  return function(o) return o[name] and o[name] ~= "" and decimal.div(o[name], 100, 12) or false end
end
local function volume(side)
  return function(o, _, market) return market and o["vol_" .. market[side]:lower()] end
end
local ticker_fields = {
  timestamp = "server_time|s", high = "high", low = "low", bid = "buy", ask = "sell", last = "last", baseVolume = volume "baseId",
  quoteVolume = volume "quoteId",
}

-- `what` (order, remain, receive) of an order in one of its currencies.
local function told(o, what, id)
  local x = o[what .. "_" .. id]
  if x == nil and id == "idr" then x = o[what .. "_rp"] end
  return x ~= "" and x or nil
end
-- A buy is told in the quote, by what it was to spend and what is left of that.
local function spent(o, _, market)
  if not market then return nil end
  local all, left = told(o, "order", market.quoteId), told(o, "remain", market.quoteId)
  return all and left and decimal.sub(all, left) or all
end
local function base_of(what)
  return function(o, _, market) return market and told(o, what, market.baseId) end
end
local order_fields = {
  id = "order_id", clientOrderId = "client_order_id", type = "=limit", side = "type", price = "price", amount = base_of "order",
  remaining = base_of "remain", filled = base_of "receive", cost = spent,
  status = "status|default:open",
  timestamp = function(o)       -- seconds; some replies tell milliseconds
    local t = number(o.submit_time)
    return t and (t < 100000000000 and decimal.mul(o.submit_time, 1000) or o.submit_time)
  end,
}
local one_order = order(with(order_fields, { at = "return.order" }))
local order_list = orders(order_fields)

-- Open orders of one market are a list, those of all a table of lists by market.
local function open_orders(reply, a)
  local told_orders, out = reply["return"].orders, {}
  if told_orders == nil then return out end
  if a.symbol then return order_list(told_orders, a) end
  for pair, list in pairs(told_orders) do
    local base, quote = tostring(pair):match "^(.-)_(.*)$"
    local symbol = base and a:code_of(base) .. "/" .. a:code_of(quote)
    a.market = symbol and a.venue.market(symbol) or nil
    a.symbol = a.market and symbol
    for _, o in ipairs(order_list(list, a)) do out[#out + 1] = o end
  end
  a.symbol, a.market = nil, nil
  return out
end

local transaction_fields = {
  id = "withdraw_id,deposit_id", txid = "txid,tx", timestamp = "success_time|s,submit_time|s", address = "withdraw_address",
  amount = "amount,withdraw_amount,deposit_amount", comment = "withdraw_memo", status = "status",
  type = function(o) return o.deposit_id and "deposit" or "withdraw" end,
  currency = "={code}", fee = { cost = "fee", currency = "={code}" },
}
local transaction_list = transactions(transaction_fields)

-- Withdrawals and deposits stand by currency.
local function transaction_table(reply, a)
  local asked, out = a.code, {}
  for _, side in ipairs { "withdraw", "deposit" } do
    for id, list in pairs(reply["return"][side] or {}) do
      local code = a:code_of(id)
      if not asked or code == asked then
        a.code = code
        for _, t in ipairs(transaction_list(list, a)) do out[#out + 1] = t end
      end
    end
  end
  a.code = asked
  return out
end
local history = private("transHistory", "start={since|date} end={last|date}", 4, transaction_table)
local transactions_of = {
  run = function(a)
    a.last = a.since and (a:take "until" or a.now)
    return history
  end,
}

-- An address serves all networks of its currency; one that has several is not told which.
local function address_table(reply, a)
  local out, told_networks = {}, reply["return"].network or {}
  for id, address in pairs(reply["return"].address) do
    local code, network = a:code_of(id), told_networks[id]
    if type(network) == "userdata" then network = #network == 1 and network[1] or nil end
    if type(network) ~= "string" or network == "" or network:find(",", 1, true) then network = nil end
    if address ~= "" then
      out[code] = { currency = code, network = network and (network_codes[network] or network:upper()), address = address, info = address }
    end
  end
  return out
end
local get_info = private("getInfo", "", 4)

return {
  hosts = { api = "https://indodax.com", tapi = "https://indodax.com/tapi" },
  rate = { interval_ms = 50, burst = 20 },
  fees = { taker = 0.003, maker = 0 },
  renames = { STR = "XLM", BCHABC = "BCH", DRK = "DASH", NEM = "XEM" },
  timeframes = "1m=1 15m=15 30m=30 1h=60 4h=240 1d=1D 3d=3D 1w=1W",
  options = { recvWindow = 5000 },

  failed = function(reply)
    local success, told_error = reply.success, reply.error
    if success == nil and told_error == nil then return nil end
    if (success == "1" or success == true) and (told_error == nil or told_error == "") then return nil end
    return reply.error_code == "too_many_requests" and reply.error_code or told_error or "not told", told_error
  end,
  errors = by_class {
    BadSymbol = "invalid_pair", RateLimitExceeded = "too_many_requests", InsufficientFunds = { "Insufficient balance." },
    OrderNotFound = { "invalid order." },
    AuthenticationError = { "Invalid credentials. API not found or session has expired.", "Invalid credentials. Bad sign." },
  },
  broad = { { "Minimum price", "InvalidOrder" }, { "Minimum order", "InvalidOrder" } },

  sign = function(req, key, a)
    local form = ordered { { "method", req.form.method }, { "timestamp", key.time }, { "recvWindow", a.options.recvWindow } }
    for k, v in pairs(req.form) do form[k] = v end
    req.form = form
    req.headers.Key = key.apiKey
    req.headers.Sign = hex(hmac("sha512", key.secret, req.body))
  end,

  -- Market data

  fetch_time = { get = "/api/server_time", cost = 5, read = time "server_time" },
  fetch_markets = {
    get = "/api/pairs", cost = 5,
    read = markets {
      id = "id", baseId = "traded_currency", quoteId = "base_currency", active = "is_maintenance|eq:0", percentage = true,
      taker = percent "trade_fee_percent", maker = percent "trade_fee_percent_maker",
      precision = { amount = 0.00000001, price = "price_round|tick", cost = "volume_precision|tick" },
      limits = { amount = { min = "trade_min_traded_currency" }, price = { min = "trade_min_base_currency" } },
    },
  },
  fetch_ticker = { get = "/api/ticker/{id}", cost = 5, read = ticker(with(ticker_fields, { at = "ticker" })) },
  fetch_tickers = {
    get = "/api/ticker_all", cost = 5,
    read = tickers(with(ticker_fields, { at = "tickers", market = function(_, _, _, pair) return (pair:gsub("_", "")) end })),
  },
  fetch_order_book = { get = "/api/depth/{id}", cost = 5, read = book { bids = "buy", asks = "sell" } },
  fetch_trades = {
    get = "/api/trades/{id}", cost = 5, read = trades { id = "tid", timestamp = "date|s", side = "type", price = "price", amount = "amount" },
  },
  fetch_ohlcv = {
    get = "/tradingview/history_v2", cost = 5,
    send = function(a)
      local last = a:take "until" or a.now
      local first_one = a.since or (a.now // 1000 - (a.limit or 1000) * a.timeframe_s - 1) * 1000
      return ordered { { "to", last // 1000 }, { "tf", a.timeframe }, { "symbol", a.id }, { "from", first_one // 1000 } }
    end,
    read = candles { columns = "Time|s Open High Low Close Volume" },
  },

  -- Account and orders

  fetch_balance = private("getInfo", "", 4, function(reply, a)
    local r, out = reply["return"], { info = reply }
    local held, seconds = r.balance_hold or {}, number(r.server_time)
    for id, free in pairs(r.balance) do out[a:code_of(id)] = { free = free, used = held[id] } end
    out.timestamp = seconds and math.tointeger(seconds * 1000)
    return out
  end),
  fetch_order = {
    needs = "symbol",
    run = function(a)
      if a.params.clientOrderId then return private("getOrderByClientOrderId", "pair={id} client_order_id={clientOrderId}", 4, one_order) end
      return private("getOrder", "pair={id} order_id={order_id}", 4, one_order)
    end,
  },
  fetch_open_orders = private("openOrders", "pair={id}", 4, open_orders),
  fetch_closed_orders = private("orderHistory", "pair={id}", 4, orders(with(order_fields, { at = "return.orders", where = "status=filled" })),
    { needs = "symbol" }),
  create_order = {          -- market orders to buy are by what they spend: params.cost, or amount x price
    run = function(a)
      local r, cost = ordered { { "method", "trade" }, { "pair", a.id }, { "type", a.side } }, a:take "cost"
      if a.type ~= "limit" and a.type ~= "market" then fail("InvalidOrder", "limit and market orders only") end
      if a.price and not cost then cost = decimal.mul(decimal.text(a.asked_amount), decimal.text(a.asked_price)) end
      if a.type == "market" then
        r.order_type = "market"
        if a.side == "buy" then
          if not cost then fail("InvalidOrder", "a market order to buy needs params.cost, or a price to work it out") end
          r[a.quote_id] = a:to_cost(cost)
        else
          r[a.base_id] = a.amount
        end
      else
        if not a.price then fail("InvalidOrder", "a limit order needs a price") end
        r.price = a.price
        if a.side == "buy" then r[a.quote_id] = a:to_cost(cost) end
        r[a.base_id] = a.amount
      end
      local read = order { at = "return", id = "order_id", clientOrderId = "client_order_id" }
      return { post = "", host = "tapi", send = r, read = read }
    end,
  },
  cancel_order = {          -- needs params.side, or the client's id
    needs = "symbol",
    run = function(a)
      local read = order(with(order_fields, {
        at = "return", symbol = function(o, _, market) return o.pair and o.pair:gsub("_", "") ~= market.id and o.pair or nil end,
      }))
      if a.params.clientOrderId then return private("cancelByClientOrderId", "client_order_id={clientOrderId}", 4, read) end
      a.side = a.params.side or fail("ArgumentsRequired", "cancel_order needs params.side")
      return private("cancelOrder", "order_id={order_id} pair={id} type={side}", 4, read)
    end,
  },

  -- Money in and out

  fetch_transaction_fee = withdraw_fee(function(reply, a)
    local r = reply["return"]
    return { rate = number(r.withdraw_fee), currency = r.currency and a:code_of(r.currency) or a.code, info = reply }
  end, { kind = "raw" }),
  fetch_deposit_withdraw_fee = withdraw_fee(function(reply)
    local fee = number(reply["return"].withdraw_fee)
    return { withdraw = { fee = fee, percentage = false }, deposit = { fee = 0, percentage = false }, networks = {}, info = reply }
  end),
  fetch_deposit_addresses = with(get_info, { read = address_table }),
  fetch_deposit_address = with(get_info, {
    read = function(reply, a) return address_table(reply, a)[a.code] or fail("InvalidAddress", "no address for " .. a.code) end,
  }),
  fetch_deposits_withdrawals = transactions_of,
  fetch_transactions = transactions_of,
  withdraw = {
    post = "", host = "tapi", cost = 4, read = transaction(transaction_fields),
    send = function(a)
      return ordered {
        { "method", "withdrawCoin" }, { "currency", a.currency_id }, { "withdraw_amount", a.amount }, { "withdraw_address", a.address },
        { "request_id", tostring(a.now) }, { "withdraw_memo", a.tag }, { "network", network_id(a) },
      }
    end,
  },
}
