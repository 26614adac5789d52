-- Upbit. API: https://docs.upbit.com/kr (Korea), https://global-docs.upbit.com (Singapore, Indonesia, Thailand)
-- Market ids name the quote first (KRW-BTC). An own order's fee is in the quote. Sides are bid and ask, of public trades the taker's.
-- Private calls carry a JWT over the hash of the parameters, which are put together as they are, without escapes.
-- A market order to buy tells its cost as its price (ord_type "price").

local function rate_of(o) return (o.market or ""):find("^KRW%-") and 0.0005 or 0.0025 end

-- "a=1&b[]=x&b[]=y", nothing escaped; nil when there is nothing
local function plain_query(t)
  local parts = {}
  for k, v in pairs(t or {}) do
    if type(v) == "table" then
      for _, x in ipairs(v) do parts[#parts + 1] = k .. "[]=" .. tostring(x) end
    else
      parts[#parts + 1] = k .. "=" .. tostring(v)
    end
  end
  return parts[1] and table.concat(parts, "&") or nil
end

local function refused(reply)
  if reply.error then return reply.error.name or "error", reply.error.message end
end

-- ---- reading ----

local ticker_fields = {
  market = "market", timestamp = "trade_timestamp", open = "opening_price", high = "high_price", low = "low_price", last = "trade_price",
  previousClose = "prev_closing_price", change = "signed_change_price", percentage = "signed_change_rate|mul:100",
  baseVolume = "acc_trade_volume_24h", quoteVolume = "acc_trade_price_24h",
}
local some_tickers = tickers(ticker_fields)

local function book_of(o, symbol)
  local bids, asks = {}, {}
  for i, unit in ipairs(o.orderbook_units) do
    bids[i], asks[i] = { unit.bid_price, unit.bid_size }, { unit.ask_price, unit.ask_size }
  end
  return { symbol = symbol, bids = bids, asks = asks, timestamp = tonumber(o.timestamp), info = o }
end

local sides = { bid = "buy", ask = "sell", BID = "buy", ASK = "sell" }

local trade_fields = {
  id = "sequential_id,uuid", market = "market", timestamp = "timestamp,created_at|iso", side = with({ "ask_bid,side" }, sides),
  price = "trade_price,price", amount = "trade_volume,volume", cost = "funds",
  fee = {
    cost = function(o) return o.side and o[o.side .. "_fee"] end,
    currency = function(_, _, market) return market and market.quote end,
  },
}

-- What the trades of an order cost, together.
local function spent(o)
  local sum
  for _, t in ipairs(o.trades or {}) do
    if not t.funds then return nil end
    sum = sum and decimal.add(sum, t.funds) or t.funds
  end
  return sum or o.executed_funds
end

local order_fields = {
  id = "uuid", clientOrderId = "identifier", market = "market", timestamp = "created_at|iso", side = with({ "side" }, sides),
  type = { "ord_type", price = "market", default = "." }, timeInForce = { "time_in_force", post_only = "PO", ioc = "IOC", fok = "FOK" },
  status = { "state", wait = "open", watch = "open", done = "closed", cancel = "canceled", default = "." },
  price = function(o) return o.ord_type ~= "price" and o.price or nil end,
  amount = "volume", filled = "executed_volume", remaining = "remaining_volume", cost = spent,
  lastTradeTimestamp = "trades.-1.created_at|iso",
  fee = { cost = "paid_fee", currency = function(_, _, market) return market and market.quote end },
  -- only an order that is asked for alone has its trades with it
  trades = trades(with(trade_fields, { at = "trades?", order = "/uuid", type = { "/ord_type", price = "market", default = "." } })),
}
local some_orders = orders(order_fields)

local transaction_fields = {
  id = "uuid", txid = "txid", timestamp = "created_at|iso,done_at|iso", updated = "done_at|iso", currency = "currency|code",
  amount = "amount", type = { "type", withdraw = "withdrawal", default = "." },
  status = {
    "state|lower", submitting = "pending", submitted = "pending", almost_accepted = "pending", waiting = "pending", processing = "pending",
    accepted = "ok", done = "ok", rejected = "failed", failed = "failed", canceled = "canceled", cancelled = "canceled", default = ".",
  },
  fee = { cost = "fee", currency = function(o, a) return o.fee and (o.currency and a:code_of(o.currency) or a.code) end },
}

local address_fields = { currency = "currency|code", network = "net_type", address = "deposit_address", tag = "secondary_address" }

-- ---- sending ----

local function public(path, more) return with({ get = "/v1/" .. path, cost = 2 }, more) end
local function private(path, more) return with({ get = "/v1/" .. path, cost = 0.67 }, more) end

local function history(path)
  return private(path, { send = "currency={currency_id} limit={limit}", read = transactions(transaction_fields) })
end
local function one_transaction(path)
  return private(path, { send = "uuid={order_id} currency={currency_id}", read = transaction(transaction_fields) })
end

local function by_state(state)
  return private("orders/closed", {
    send = "state=" .. state .. " market={id} start_time={since} limit={limit} end_time={until}", read = some_orders,
  })
end

local function take(a, names)
  for name in names:gmatch("%S+") do
    local v = a:take(name)
    if v ~= nil then return v end
  end
end

local function cost_of_buy(a)
  local cost, needs_price = a:take "cost" or a.cost, a.options.createMarketBuyOrderRequiresPrice
  if cost then return a:to_cost(cost) end
  if not needs_price then return a:to_cost(a.asked_amount) end
  if not a.price then fail("InvalidOrder", "a market buy is told by its cost: give a price, or params.cost") end
  return a:to_cost(decimal.mul(decimal.text(a.asked_amount), decimal.text(a.asked_price)))
end

-- Type, price, volume and terms of an order into `r`, under the names that begin with `new`.
local function describe(r, a, new)
  local kind = take(a, new == "" and "ordType ord_type" or "newOrdType new_ord_type") or a.type
  local tif = take(a, new == "" and "timeInForce time_in_force" or "newTimeInForce new_time_in_force timeInForce")
  local prevention, post = take(a, "selfTradePrevention " .. new .. "smp_type"), a:take "postOnly"
  tif = tif and tif:lower()
  if tif == "po" or tif == "post_only" then tif, post = nil, true end
  if post and (kind ~= "limit" or tif == "ioc" or tif == "fok") then
    fail("InvalidOrder", "a post-only order is a limit order that may rest")
  end
  if post and prevention then fail("ExchangeError", "a post-only order takes no self-trade prevention") end
  local by_cost = a.side == "buy" and kind ~= "limit"
  if not by_cost and not a.amount then fail("ArgumentsRequired", "the amount is missing") end
  if kind == "limit" then
    if not a.price then fail("ArgumentsRequired", "a limit order needs a price") end
  elseif kind == "best" then
    if not tif then fail("ArgumentsRequired", "an order at the best price needs timeInForce: IOC or FOK") end
  elseif kind ~= "market" then
    fail("InvalidOrder", "no orders of type '" .. kind .. "' here")
  end
  r[new .. "ord_type"] = kind == "market" and by_cost and "price" or kind
  r[new .. "price"] = by_cost and cost_of_buy(a) or kind == "limit" and a.price or nil
  r[new .. "volume"] = not by_cost and a.amount or nil
  r[new .. "time_in_force"] = post and "post_only" or (tif == "ioc" or tif == "fok") and tif or nil
  r[new .. "smp_type"] = prevention
  return r
end

local function new_order(a, r)
  r = describe(r, a, "")
  r.identifier = take(a, "clientOrderId identifier")
  return {
    post = a:take "test" and "/v1/orders/test" or "/v1/orders", cost = 2.5, send = function() return r end, read = order(order_fields),
  }
end

local net_types = { ERC20 = "ETH", TRC20 = "TRX" }
local function net_type(a)
  local network = take(a, "network net_type")
  if not network then fail("ArgumentsRequired", "params.network is missing: the network's name at Upbit, such as ETH or TRX") end
  network = network:upper()
  return net_types[network] or network
end

return {
  hosts = { api = "https://api.upbit.com" },
  credentials = { "apiKey", "secret" },
  rate = { interval_ms = 50, burst = 10 },
  fees = { taker = 0.0025, maker = 0.0025 },
  renames = { TON = "Tokamak Network" },
  encode = "json",
  timeframes = {
    ["1s"] = "seconds", ["1m"] = "minutes/1", ["3m"] = "minutes/3", ["5m"] = "minutes/5", ["10m"] = "minutes/10", ["15m"] = "minutes/15",
    ["30m"] = "minutes/30", ["1h"] = "minutes/60", ["4h"] = "minutes/240", ["1d"] = "days", ["1w"] = "weeks", ["1M"] = "months",
    ["1y"] = "years",
  },

  sign = function(req, key)
    local claims = ordered { { "access_key", key.apiKey }, { "nonce", uuid() } }
    local query = plain_query(req.json or req.query)
    if query then
      claims.query_hash = hex(hash("sha512", query))
      claims.query_hash_alg = "SHA512"
    end
    req.headers.Authorization = "Bearer " .. jwt("HS256", key.secret, {}, claims)
  end,

  failed = refused,
  errors = by_class {
    AuthenticationError = { "This key has expired." },
    BadRequest = { "Missing request parameter error. Check the required parameters!" },
    InvalidOrder = { "side is missing, side does not have a valid value" },
  },
  broad = {
    { "thirdparty_agreement_required", "PermissionDenied" }, { "out_of_scope", "PermissionDenied" },
    { "no_authorization_i", "PermissionDenied" }, { "order_not_found", "OrderNotFound" }, { "insufficient_funds", "InsufficientFunds" },
    { "invalid_access_key", "AuthenticationError" }, { "expired_access_key", "AuthenticationError" },
    { "jwt_verification", "AuthenticationError" }, { "invalid_query_payload", "AuthenticationError" },
    { "no_authorization_token", "AuthenticationError" }, { "nonce_used", "InvalidNonce" }, { "create_ask_error", "ExchangeError" },
    { "create_bid_error", "ExchangeError" }, { "volume_too_large", "InvalidOrder" }, { "invalid_funds", "InvalidOrder" },
    { "under_min_total", "InvalidOrder" }, { "withdraw_address_not_registerd", "InvalidAddress" }, { "validation_error", "BadRequest" },
  },

  -- Market data

  fetch_markets = public("market/all", {
    read = markets {
      id = "market", quoteId = "market|before:-", baseId = "market|after:-", taker = rate_of, maker = rate_of, active = true, index = false,
      precision = { amount = 1e-8, price = 1e-8 },
    },
  }),
  fetch_ticker = public("ticker", { send = "markets={id}", read = ticker(with(ticker_fields, { at = "1" })) }),
  fetch_tickers = {
    run = function(a)
      if not a.symbols then         -- all of some quotes
        local quotes, seen = {}, {}
        for _, symbol in ipairs(a.all_symbols) do
          local quote = a:market_of(symbol).quoteId
          if not seen[quote] then quotes[#quotes + 1] = quote end
          seen[quote] = true
        end
        table.sort(quotes)
        a.quotes = table.concat(quotes, ",")
        return public("ticker/all", { send = "quote_currencies={quotes}", read = some_tickers })
      end
      local out = {}
      for i = 1, #a.ids, 300 do     -- a URL holds so many
        a.markets = table.concat(a.ids, ",", i, math.min(i + 299, #a.ids))
        local told = ask(public("ticker", { send = "markets={markets}", params = true, read = some_tickers }))
        for symbol, t in pairs(told) do out[symbol] = t end
      end
      return out
    end,
  },
  fetch_order_book = public("orderbook", {
    send = "markets={id} count={limit}",
    read = function(reply, a)
      for _, o in ipairs(reply) do
        if o.market == a.id then return book_of(o, a.symbol) end
      end
      fail("BadResponse", "no book of " .. a.id .. " in the reply")
    end,
  }),
  fetch_order_books = {
    run = function(a)
      local ids, symbols = {}, {}
      for i, symbol in ipairs(a.symbols or a.all_symbols) do
        ids[i] = a:market_of(symbol).id
        symbols[ids[i]] = symbol
      end
      a.markets = table.concat(ids, ",")
      return public("orderbook", {
        send = "markets={markets} count={limit}",
        read = function(reply)
          local out = {}
          for _, o in ipairs(reply) do
            local symbol = symbols[o.market or ""]
            if symbol then out[symbol] = book_of(o, symbol) end
          end
          return out
        end,
      })
    end,
  },
  fetch_trades = public("trades/ticks", { send = "market={id} count={limit|default:200}", read = trades(trade_fields) }),
  fetch_ohlcv = {
    run = function(a)           -- the candles before `to`
      a.to = a:take "until" or a.since and a.since + a.timeframe_s * (a.limit or 200) * 1000
      return public("candles/" .. a.timeframe, {
        send = "market={id} count={limit|default:200} to={to|iso}",
        read = candles {
          columns = {
            time = "candle_date_time_utc|iso", open = "opening_price", high = "high_price", low = "low_price", close = "trade_price",
            volume = "candle_acc_trade_volume",
          },
        },
      })
    end,
  },

  -- Account

  fetch_trading_fee = private("orders/chance", {
    send = "market={id}",
    read = function(reply, a)
      local function larger(x, y) return x and y and (decimal.cmp(x, y) < 0 and y or x) end
      return {
        symbol = a.symbol, taker = larger(reply.bid_fee, reply.ask_fee), maker = larger(reply.maker_bid_fee, reply.maker_ask_fee),
        percentage = true, tierBased = false, info = reply,
      }
    end,
  }),
  fetch_trading_fees = public("market/all", {
    right = "public",
    read = trading_fees { market = "market", taker = rate_of, maker = rate_of, percentage = true, tierBased = false },
  }),
  fetch_balance = private("accounts", { read = balance { currency = "currency|code", free = "balance", used = "locked" } }),
  fetch_order = private("order", { send = "uuid={order_id}", read = order(order_fields) }),
  fetch_open_orders = private("orders/open", { send = "market={id} limit={limit}", read = some_orders }),
  fetch_closed_orders = by_state "done",
  fetch_canceled_orders = by_state "cancel",

  -- Orders

  create_order = {
    run = function(a) return new_order(a, ordered { { "market", a.id }, { "side", a.side == "buy" and "bid" or "ask" } }) end,
  },
  create_market_buy_order_with_cost = {
    run = function(a)
      a.type, a.side = "market", "buy"
      return new_order(a, ordered { { "market", a.id }, { "side", "bid" } })
    end,
  },
  edit_order = {                -- cancels the order and makes a new one, which is what is told
    run = function(a)
      local mine = a:take "clientOrderId"
      local r = ordered { a.order_id ~= "" and { "prev_order_uuid", a.order_id } or { "prev_order_identifier", mine } }
      r = describe(r, a, "new_")
      r.new_identifier = take(a, "newClientOrderId new_identifier")
      return {
        post = "/v1/orders/cancel_and_new", cost = 2.5, send = function() return r end,
        read = order { id = "new_order_uuid", clientOrderId = "new_order_identifier", market = "market", side = with({ "side" }, sides) },
      }
    end,
  },
  cancel_order = { delete = "/v1/order", cost = 0.67, encode = "query", send = "uuid={order_id}", read = order(order_fields) },

  -- Money in and out

  fetch_deposits = history "deposits",
  fetch_deposit = one_transaction "deposit",
  fetch_withdrawals = history "withdraws",
  fetch_withdrawal = one_transaction "withdraw",
  fetch_deposit_addresses = private("deposits/coin_addresses", { read = addresses(address_fields) }),
  fetch_deposit_address = private("deposits/coin_address", {
    send = function(a) return ordered { { "currency", a.currency_id }, { "net_type", net_type(a) } } end,
    read = address(address_fields),
  }),
  create_deposit_address = {
    post = "/v1/deposits/generate_coin_address", cost = 0.67, send = "currency={currency_id}", read = address(address_fields),
    failed = function(reply)    -- an address that is being made comes later
      if not reply.error and reply.message then return "pending", reply.message, "AddressPending" end
      return refused(reply)
    end,
  },
  withdraw = {
    run = function(a)
      if a.code == "KRW" then
        return { post = "/v1/withdraws/krw", cost = 0.67, send = "amount={amount|number}", read = transaction(transaction_fields) }
      end
      local r = ordered {
        { "amount", raw_number(a.amount) }, { "net_type", net_type(a) }, { "currency", a.currency_id }, { "address", a.address },
        { "secondary_address", a.tag },
      }
      return { post = "/v1/withdraws/coin", cost = 0.67, send = function() return r end, read = transaction(transaction_fields) }
    end,
  },

  options = { createMarketBuyOrderRequiresPrice = true },       -- false: the amount of a market order to buy is its cost
}
