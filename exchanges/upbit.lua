-- Upbit. API: https://docs.upbit.com/kr (Korea), https://global-docs.upbit.com (Singapore, Indonesia, Thailand)
-- An own order's fee is in the quote. A market order to buy tells its cost as its price (ord_type "price").
-- What Bithumb speaks, too, is in dialects/upbit.lua.

local u = dialect "upbit"
local take, sides = u.take, u.sides

local function rate_of(o) return (o.market or ""):find("^KRW%-") and 0.0005 or 0.0025 end

-- ---- reading ----

-- What the trades of an order cost, together. A new market order to buy tells only what it is to spend.
local function spent(o)
  local sum
  for _, t in ipairs(o.trades or {}) do
    if not t.funds then return nil end
    sum = sum and decimal.add(sum, t.funds) or t.funds
  end
  return sum or o.executed_funds or o.ord_type == "price" and o.price or nil
end

local order_fields = {
  id = "uuid", clientOrderId = "identifier", market = "market", timestamp = "created_at|iso", side = with({ "side" }, sides),
  type = { "ord_type", price = "market", default = "." }, timeInForce = { "time_in_force", post_only = "PO", ioc = "IOC", fok = "FOK" },
  status = { "state", wait = "open", watch = "open", default = "." },
  price = function(o) return o.ord_type ~= "price" and o.price or nil end,
  amount = "volume", filled = "executed_volume", remaining = "remaining_volume", cost = spent,
  fee = { cost = "paid_fee", currency = "@quote" },
  -- only an order that is asked for alone has its trades with it
  trades = trades(with(u.trade_fields, { at = "trades?", order = "/uuid", type = { "/ord_type", price = "market", default = "." } })),
}
local some_orders = orders(order_fields)

local transaction_fields = {
  id = "uuid", txid = "txid", timestamp = "created_at|iso,done_at|iso", updated = "done_at|iso", currency = "currency|code",
  amount = "amount", type = { "type", withdraw = "withdrawal", default = "." },
  status = words("state|lower", { pending = "submitting submitted almost_accepted waiting", ok = "accepted" }),
  fee = { cost = "fee", currency = function(o, a) return o.fee and (o.currency and a:code_of(o.currency) or a.code) end },
}

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

local function cost_of_buy(a)
  local cost, needs_price = a:take "cost" or a.asked_cost, a.options.createMarketBuyOrderRequiresPrice
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
    cannot_rest()
  end
  if post and prevention then fail("ExchangeError", "a post-only order takes no self-trade prevention") end
  local by_cost = a.side == "buy" and kind ~= "limit"
  if not by_cost and not a.amount then fail("ArgumentsRequired", "the amount is missing") end
  if kind == "limit" then
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
    post = a:take "test" and "/v1/orders/test" or "/v1/orders", cost = 2.5, send = r, read = order(order_fields),
  }
end

return {
  hosts = { api = "https://api.upbit.com" },
  client_id = "uuid",
  rate = { interval_ms = 50, burst = 10 },
  fees = { taker = 0.0025, maker = 0.0025 },
  renames = { TON = "Tokamak Network" },
  encode = "json",
  timeframes = "1s=seconds 1m=minutes/1 3m=minutes/3 5m=minutes/5 10m=minutes/10 15m=minutes/15 30m=minutes/30 1h=minutes/60 4h=minutes/240 1d=days 1w=weeks"
    .. " 1M=months 1y=years",

  sign = u.sign(),
  failed = u.failed,
  errors = by_class {
    AuthenticationError = { "This key has expired." },
    BadRequest = { "Missing request parameter error. Check the required parameters!" },
    InvalidOrder = { "side is missing, side does not have a valid value" },
  },
  broad = u.broad,

  -- Market data

  fetch_markets = public("market/all", {
    read = markets(with(u.market_fields, { taker = rate_of, maker = rate_of, index = false, precision = { amount = 1e-8, price = 1e-8 } })),
  }),
  fetch_ticker = public("ticker", { send = "markets={id}", read = u.one_ticker }),
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
        return public("ticker/all", { send = "quote_currencies={quotes}", read = u.some_tickers })
      end
      return u.tickers_of(a, a.symbols, "/v1/ticker", 2)
    end,
  },
  fetch_order_book = public("orderbook", { send = "markets={id} count={limit}", read = u.one_book }),
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
            if symbol then out[symbol] = u.book_of(o, symbol) end
          end
          return out
        end,
      })
    end,
  },
  fetch_trades = public("trades/ticks", { send = "market={id} count={limit|default:200}", read = u.public_trades }),
  fetch_ohlcv = {
    run = function(a)           -- the candles before `to`
      a.to = a:take "until" or a.since and a.since + a.timeframe_s * (a.limit or 200) * 1000
      return public("candles/" .. a.timeframe, {
        send = "market={id} count={limit|default:200} to={to|iso}",
        read = u.candles,
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
  fetch_balance = private("accounts", { read = u.balances }),
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
        post = "/v1/orders/cancel_and_new", cost = 2.5, send = r,
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
  fetch_deposit_addresses = private("deposits/coin_addresses", { read = addresses(u.address_fields) }),
  fetch_deposit_address = private("deposits/coin_address", {
    send = function(a) return ordered { { "currency", a.currency_id }, { "net_type", u.net_type(a) } } end,
    read = address(u.address_fields),
  }),
  create_deposit_address = {
    post = "/v1/deposits/generate_coin_address", cost = 0.67, send = "currency={currency_id}", read = address(u.address_fields),
    failed = function(reply)    -- an address that is being made comes later
      if not reply.error and reply.message then return "pending", reply.message, "AddressPending" end
      return u.failed(reply)
    end,
  },
  withdraw = {
    run = function(a)
      if a.code == "KRW" then
        return { post = "/v1/withdraws/krw", cost = 0.67, send = "amount={amount|number}", read = transaction(transaction_fields) }
      end
      local r = ordered {
        { "amount", raw_number(a.amount) }, { "net_type", u.net_type(a) }, { "currency", a.currency_id }, { "address", a.address },
        { "secondary_address", a.tag },
      }
      return { post = "/v1/withdraws/coin", cost = 0.67, send = r, read = transaction(transaction_fields) }
    end,
  },

  options = { createMarketBuyOrderRequiresPrice = true },       -- false: the amount of a market order to buy is its cost
}
