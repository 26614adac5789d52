-- Bithumb. API: https://apidocs.bithumb.com (versions 1 and 2, the second generation). What Upbit speaks, too, is in dialects/upbit.lua.
-- Failures are {error}, or {status, message} with a status other than "0000". Times of orders and transactions are Korean, with their offset.
-- A market order to buy tells its cost as its price (order_type "price"). TWAP orders (params.twap) are kept apart from the others.

local u = dialect "upbit"
local take = u.take

-- ---- reading ----

local order_fields = {
  id = "order_id,uuid,algo_order_id", clientOrderId = "client_order_id", market = "market", timestamp = "created_at|iso", datetime = "created_at",
  side = with({ "side" }, u.sides),
  type = {
    function(o) return o.order_type or o.ord_type or o.price and not o.progress_count and "limit" or nil end,
    price = "market", default = ".",
  },
  timeInForce = { "time_in_force", post_only = "PO", ioc = "IOC", fok = "FOK" }, postOnly = { "time_in_force", post_only = true },
  status = words("state", { open = "wait watch progress" }),
  price = function(o) return (o.order_type or o.ord_type) ~= "price" and o.price or nil end,
  amount = "volume", remaining = "remaining_volume", filled = "executed_volume,total_executed_volume", cost = "executed_funds", average = "avg_trade_price",
  -- what was paid, once something was; until then what is set aside for it
  fee = { cost = "paid_fee|nonzero,reserved_fee", currency = "@quote" },
}
local some_orders = orders(order_fields)
local placed = order {
  id = "order_id", clientOrderId = "client_order_id", timestamp = "created_at|iso", datetime = "created_at",
  type = "={type}", side = "={side}",
}
local placed_batch = orders(with(order_fields, {
  at = "batch_orders_response", status = function(o) return o.error and "rejected" or nil end,
}))

local transaction_fields = {
  id = "uuid", txid = "txid", timestamp = "created_at|iso", datetime = "created_at", currency = "currency|code", network = "net_type",
  amount = "amount", type = "type", fee = { cost = "fee" },
  status = words("state|lower", { pending = "deposit_processing", ok = "deposit_accepted accepted", canceled = "deposit_cancelled" }),
}
local one_transaction = transaction(transaction_fields)

-- ---- sending ----

local function listed(usual, of_twap)
  return {
    run = function(a)
      local twap = a:take "twap"
      local state = twap and of_twap or usual
      a.client_ids = not twap and take(a, "clientOrderIds client_order_ids") or nil
      return {
        get = twap and "/v1/twap" or "/v1/orders", send = "client_order_ids={client_ids} market={id} limit={limit}" .. (state and " state=" .. state or ""),
        read = twap and orders(with(order_fields, { at = "orders" })) or some_orders,
      }
    end,
  }
end

local function history(path)      -- won has lists of its own
  return {
    run = function(a)
      local won = a.code == "KRW"
      if won then a.currency_id = nil end
      return {
        get = "/v1/" .. path .. (won and "/krw" or ""), send = won and "limit={limit}" or "limit={limit} currency={currency_id}",
        read = transactions(transaction_fields),
      }
    end,
  }
end

-- Prices have four significant digits, above a million of won whole thousands; those in bitcoin are satoshis.
local function price_text(x, market)
  x = decimal.text(x)
  if market.quoteId == "BTC" then return decimal.round(x, 8, "places") end
  return decimal.cmp(x, 1000000) < 0 and decimal.round(x, 4, "digits") or decimal.round(x, 1000)
end
local function cost_text(x, market) return decimal.round(decimal.text(x), market.quoteId == "BTC" and 8 or 0, "places", "cut") end
local function volume_text(x)
  local text = decimal.round(decimal.text(x), 4, "places", "cut")
  if decimal.cmp(text, 0) == 0 then fail("InvalidOrder", "amount " .. tostring(x) .. " is below 0.0001") end
  return text
end

-- The fields of one order, from unified ones. What is understood of `params` is taken out of it.
local function order_request(a, market, o, params)
  local function param(names)
    for name in names:gmatch("%S+") do
      local v = params[name]
      params[name] = nil
      if v ~= nil then return v end
    end
  end
  local r = ordered { { "market", market.id }, { "side", o.side == "buy" and "bid" or "ask" } }
  local tif, post = param "timeInForce time_in_force", param "postOnly"
  tif = tif and tif:lower()
  if tif == "po" or tif == "post_only" then tif, post = nil, true end
  if post and (o.type == "market" or tif == "ioc" or tif == "fok") then
    cannot_rest()
  end
  r.time_in_force = post and "post_only" or (tif == "ioc" or tif == "fok") and tif or nil
  local cost, needs_price = param "cost", param "createMarketBuyOrderRequiresPrice"
  if needs_price == nil then needs_price = a.options.createMarketBuyOrderRequiresPrice end
  if o.type == "limit" then
    price_of(o)
    r.price = price_text(o.price, market)
    r.volume = volume_text(o.amount)
    r.order_type = "limit"
  elseif o.side == "buy" then
    if not cost and not needs_price then cost = o.amount end
    if not cost and not o.price then fail("InvalidOrder", "a market buy is told by its cost: give a price, or params.cost") end
    r.price = cost_text(cost or decimal.mul(decimal.text(o.amount), decimal.text(o.price)), market)
    r.order_type = "price"
  else
    r.volume = volume_text(o.amount)
    r.order_type = "market"
  end
  r.client_order_id = param "clientOrderId client_order_id"
  return r
end

local function new_order(a, o)
  local r = order_request(a, a.market, o, a.params)
  return { post = "/v2/orders", send = r, read = placed }
end

local function deposit_address(method, path)
  return {
    [method] = "/v1/deposits/" .. path, read = address(u.address_fields),
    send = function(a) return ordered { { "currency", a.currency_id }, { "net_type", u.net_type(a) } } end,
  }
end

return {
  hosts = { api = "https://api.bithumb.com" },
  client_id = "hex",
  rate = { interval_ms = 8.334, burst = 20 },
  precision = "digits",
  fees = { taker = 0.0025, maker = 0.0025 },
  renames = { FTC = "FTC2", SOC = "Soda Coin" },
  encode = "json", arrays = "brackets",
  headers = { ["OPEN-API-PARTNER"] = "CCXT", Accept = "application/json" },     -- the partner that calls are counted for
  timeframes = "1m=minutes/1 3m=minutes/3 5m=minutes/5 10m=minutes/10 15m=minutes/15 30m=minutes/30 1h=minutes/60 4h=minutes/240 1d=days 1w=weeks 1M=months",

  sign = u.sign(urlencode, true),

  failed = function(reply)
    if reply.error then return u.failed(reply) end
    -- no orders is told as a failure
    if reply.status and reply.status ~= "0000" and reply.message ~= "거래 진행중인 내역이 존재하지 않습니다." then return reply.status, reply.message end
  end,
  errors = by_class {
    AuthenticationError = { "Bad Request.(Auth Data)", "Not Member", "Invalid Apikey" },
    BadRequest = {
      "400", "Bad Request(SSL)", "Bad Request(Bad Method)", "Invalid Parameter",
      "Missing request parameter error. Check the required parameters!",
    },
    ExchangeError = {
      "5600", "Unknown Error",
      "After May 23th, recent_transactions is no longer, hence users will not be able to connect to recent_transactions",
    },
    ExchangeNotAvailable = { "Database Fail" },
    InvalidAddress = { "Method Not Allowed.(BTC Adress)" },
    PermissionDenied = { "Method Not Allowed.(Access IP)", "Method Not Allowed.(Access)" },
  },
  broad = u.broad,

  -- Market data

  fetch_markets = { get = "/v1/market/all", send = "isDetails=true", read = markets(with(u.market_fields, { precision = { amount = 4, price = 4 } })) },
  fetch_ticker = { get = "/v1/ticker", send = "markets={id}", read = u.one_ticker },
  fetch_tickers = { run = function(a) return u.tickers_of(a, a.symbols or a.all_symbols, "/v1/ticker") end },
  fetch_order_book = { get = "/v1/orderbook", send = "markets={id}", read = u.one_book },
  fetch_trades = { get = "/v1/trades/ticks", send = "count={limit} market={id}", read = u.public_trades },
  fetch_ohlcv = {
    run = function(a) return { get = "/v1/candles/" .. a.timeframe, send = "market={id} count={limit}", read = u.candles } end,
  },

  -- Account

  fetch_balance = { get = "/v1/accounts", read = u.balances },
  fetch_order = {
    run = function(a)
      if a:take "twap" then
        local ids = list { a.order_id }
        return {
          get = "/v1/twap", send = ordered { { "market", a.id }, { "uuids", ids } },
          read = order(with(order_fields, { at = "orders.1" })),
        }
      end
      a.client = take(a, "clientOrderId client_order_id")
      return { get = "/v1/order", send = a.client and "client_order_id={client}" or "uuid={order_id}", read = order(order_fields) }
    end,
  },
  fetch_orders = listed(),
  fetch_open_orders = listed("wait", "progress"),
  fetch_closed_orders = listed "done",
  fetch_canceled_orders = listed "cancel",

  -- Orders

  create_order = {
    run = function(a) return new_order(a, { type = a.type, side = a.side, amount = a.asked_amount, price = a.asked_price }) end,
  },
  create_market_buy_order_with_cost = {
    run = function(a)
      a.type, a.side, a.params.cost = "market", "buy", a.asked_cost
      return new_order(a, { type = "market", side = "buy" })
    end,
  },
  create_orders = {
    needs = "orders",
    run = function(a)           -- up to twenty
      local batch = list {}
      for i, o in ipairs(a.orders) do
        local params = with(o.params or {}, {})
        batch[i] = order_request(a, a:market_of(o.symbol), o, params)
        for k, v in pairs(sorted(params)) do batch[i][k] = v end
      end
      return { post = "/v2/orders/batch", cost = 6, send = { batch_orders = batch }, read = placed_batch }
    end,
  },
  create_twap_order = {         -- the duration is in ms; a buy names no amount, but params.price: what it spends
    post = "/v1/twap", needs = "symbol side duration", read = order(with(order_fields, { id = "algo_order_id" })),
    send = "market={id} duration={duration|div:1000|text} volume={amount} side={side|as:buy=bid;sell=ask}",
  },
  cancel_order = {
    run = function(a)
      if a:take "twap" then
        return { delete = "/v1/twap", encode = "query", send = "algo_order_id={order_id}", read = order(with(order_fields, { id = "algo_order_id" })) }
      end
      a.client = take(a, "clientOrderId client_order_id")
      return {
        delete = "/v2/order", encode = "query", send = a.client and "client_order_id={client}" or "order_id={order_id}",
        read = order(with(order_fields, { id = function(o) return a.client and o.order_id or a.order_id end })),
      }
    end,
  },
  cancel_orders = {
    needs = "ids",
    run = function(a)
      local mine = take(a, "clientOrderIds client_order_ids")
      return {
        post = "/v2/orders/cancel", cost = 6, read = orders(with(order_fields, { at = "success" })),
        send = mine and { client_order_ids = mine } or { order_ids = list(a.ids) },
      }
    end,
  },

  -- Money in and out

  fetch_deposits = history "deposits",
  fetch_deposit = { get = "/v1/deposit", needs = "code", send = "currency={currency_id} uuid={order_id}", read = one_transaction },
  fetch_withdrawals = history "withdraws",
  fetch_withdrawal = { get = "/v1/withdraw", needs = "code", send = "currency={currency_id} uuid={order_id}", read = one_transaction },
  fetch_withdrawal_whitelist = { get = "/v1/withdraws/coin_addresses", read = function(reply) return reply end },
  fetch_deposit_addresses = { get = "/v1/deposits/coin_addresses", read = addresses(u.address_fields) },
  fetch_deposit_address = deposit_address("get", "coin_address"),
  create_deposit_address = deposit_address("post", "generate_coin_address"),
  withdraw = {
    run = function(a)
      local receiver = take(a, "receiver_type cust_type_cd")
      if a.code == "KRW" then
        if not a.params.two_factor_type then fail("ArgumentsRequired", "won are withdrawn with params.two_factor_type") end
        return { post = "/v1/withdraws/krw", send = "amount={amount}", read = one_transaction }
      end
      local r = ordered {
        { "address", a.address }, { "currency", a.currency_id }, { "net_type", u.net_type(a) }, { "amount", a.amount },
        { "secondary_address", a.tag or take(a, "destination secondary_address") }, { "receiver_type", receiver },
      }
      return { post = "/v1/withdraws/coin", send = r, read = one_transaction }
    end,
  },

  options = { createMarketBuyOrderRequiresPrice = true },       -- false: the amount of a market order to buy is its cost
}
