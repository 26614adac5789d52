-- EXMO, closing since 2026. API: https://documenter.getpostman.com/view/10287440/SzYXWKPi (v1.1)
-- What belongs to one pair stands under its name. Failures are {result: false, error: "Error 50052: ..."}, or {error: {code, msg}} without a
-- result. Private calls are signed forms with a nonce. Margin (params.marginMode = "isolated") has calls of its own, which tell times in
-- nanoseconds where the others tell seconds. The list of margin pairs wants a key: without one no market is known as a margin market.
-- A transaction's network is the payment provider's name.

local networks = { ETH = "ERC20", TRX = "TRC20" }

local function is_margin(a)
  local mode = a:take "marginMode"
  if mode == "cross" then fail("BadRequest", "margin is isolated only") end
  return mode == "isolated"
end

-- ---- reading ----

local function moment(...)
  local fields = { ... }
  return function(o)
    for _, field in ipairs(fields) do
      local t = o[field]
      if t then return #t > 13 and decimal.div(t, 1000000, 0) or decimal.mul(t, 1000) end
    end
  end
end

local ticker_fields = {
  timestamp = "updated|s", high = "high", low = "low", bid = "buy_price", ask = "sell_price", last = "last_trade", average = "avg",
  baseVolume = "vol", quoteVolume = "vol_curr",
}
local one_ticker, one_book = ticker(ticker_fields), book { bids = "bid", asks = "ask" }

local trade_fields = {
  id = "trade_id", order = "order_id", timestamp = "date|s", side = "type,trade_type", price = "price", amount = "quantity", cost = "amount",
  market = "pair", takerOrMaker = { "exec_type,is_maker", ["true"] = "maker", ["false"] = "taker", default = "." },
  fee = { cost = "commission_amount", currency = "commission_currency|code", rate = "commission_percent|div:1000" },
}
local some_trades = trades(trade_fields)

-- Lists by pair as one list; of the pair that was asked for, if one was.
local function of_pairs(read)
  return function(reply, a)
    local out = {}
    for id, list in pairs(reply) do
      if type(list) == "userdata" and (not a.id or id == a.id) then
        for _, record in ipairs(read(list, a)) do out[#out + 1] = record end
      end
    end
    return out
  end
end

local function side_of(o)
  local kind = o.type or o.order_type or ""
  return kind:match("buy$") or kind:match("sell$")
end
-- An order with its trades names what came in and what went out, instead of a pair and an amount.
local function by_side(if_buy, if_sell)
  return function(o) return side_of(o) == "buy" and o[if_buy] or side_of(o) == "sell" and o[if_sell] or nil end
end
local base_of, quote_of = by_side("in_currency", "out_currency"), by_side("out_currency", "in_currency")
local amount_of = by_side("in_amount", "out_amount")
-- What the trades that an order brings with it come to; nothing only of a whole order, which tells its total.
local function filled(o)
  if type(o.trades) ~= "userdata" then return nil end
  local sum = "0"
  for _, t in pairs(o.trades) do
    if type(t) == "userdata" then sum = decimal.add(sum, t.quantity) end
  end
  return (sum ~= "0" or o.amount and o.amount ~= "") and sum or nil
end
local order_fields = {
  id = "order_id,parent_order_id", clientOrderId = "client_id", timestamp = moment("created", "event_time"),
  lastTradeTimestamp = "updated|ns", side = side_of, price = "price", cost = "amount",
  market = function(o) return o.pair or base_of(o) and quote_of(o) and base_of(o) .. "_" .. quote_of(o) end,
  type = function(o)
    local kind = o.type or o.order_type
    return kind ~= "buy" and kind ~= "sell" and kind or nil
  end,
  amount = function(o) return o.quantity or amount_of(o) end, filled = filled,
  triggerPrice = function(o)
    local price = o.stop_price or (o.type or ""):find("^stop") and o.trigger_price or nil
    return price and decimal.cmp(price, 0) ~= 0 and price or nil
  end,
  status = function(o) return o.order_status and (o.order_status:find("cancel", 1, true) and "canceled" or o.order_status) end,
}
local open_orders = orders(with(order_fields, { status = "=open" }))

local statuses = { transferred = "ok", paid = "ok", pending = "pending", processing = "pending", verifying = "pending" }
local function is_withdrawal(o) return o.type == "withdrawal" or o.type == "withdraw" end
local function coin(o, a) return (o.curr or o.currency) and a:code_of(o.curr or o.currency) or a.code end
local function address_of(o) return is_withdrawal(o) and o.account and (o.account:match("^[^:]*: ?([^:]*)$") or o.account) or nil end
local transaction_fields = {
  id = "order_id,task_id", txid = "txid,extra.txid", type = { "type", withdraw = "withdrawal", default = "." }, currency = coin,
  network = "provider", status = with({ "status|lower" }, with(statuses, { default = "." })), timestamp = "dt|s,created|s", updated = "updated|s",
  address = address_of, addressTo = address_of, comment = function(o) return o.type == "deposit" and o.account or nil end,
  amount = function(o)          -- the history tells what left the account, with the commission
    local amount = o.amount and decimal.abs(o.amount)
    return o.type == "withdrawal" and amount and o.commission and decimal.sub(amount, o.commission) or amount
  end,
  fee = { cost = "commission", currency = function(o, a) return o.commission and coin(o, a) end },
}

-- "0.0005 BTC" -> 0.0005; "-" is none, "" is nothing to pay. A percentage other than 0 is not told.
local function commission(text)
  if not text or text == "-" then return nil end
  local value, percent = text:match("^([%d.]*)%s*(%%?)")
  if value == "" then return text == "" and 0 or nil, percent == "%" end
  if percent == "%" and tonumber(value) ~= 0 then return nil, true end
  return tonumber(value), percent == "%"
end

local function fees_of(providers)
  local out, last, n = { networks = {}, withdraw = {}, deposit = {}, info = providers }, nil, 0
  for _, p in ipairs(providers) do
    local fee, percentage = commission(p.commission_desc)
    if p.name and not out.networks[p.name] then
      last, n = { withdraw = {}, deposit = {} }, n + 1
      out.networks[p.name] = last
    end
    if p.name and (p.type == "withdraw" or p.type == "deposit") then out.networks[p.name][p.type] = { fee = fee, percentage = percentage } end
  end
  if n == 1 then out.withdraw, out.deposit = last.withdraw, last.deposit end
  return out
end

local function by_currency(read)
  return function(reply, a)
    local out = {}
    for id, providers in pairs(reply) do
      if type(providers) == "userdata" then out[a:code_of(id)] = read(providers) end
    end
    return out
  end
end

-- ---- sending ----

local function public(path, more) return with({ get = "/" .. path }, more) end
local function private(path, more) return with({ post = "/" .. path, right = "read" }, more) end

local function operations(kind)
  return private("wallet_operations", {
    send = "type=" .. kind .. " limit={limit} currency={currency_id}", read = transactions(with(transaction_fields, { at = "items" })),
  })
end
local function operation(kind)
  return private("wallet_operations", {
    send = "order_id={order_id} type=" .. kind .. " currency={currency_id}", read = transaction(with(transaction_fields, { at = "items.1" })),
  })
end
local history = private("wallet_history", {
  send = "date={since|s}",
  read = transactions(with(transaction_fields, { at = "history", where = function(o, a) return not a.code or coin(o, a) == a.code end })),
})

local function change_margin(kind, path)
  return private("margin/user/position/" .. path, {
    right = "trade", needs = "symbol amount", send = "position_id={id} quantity={amount}",
    read = function(reply, a)
      return {
        symbol = a.symbol, type = kind, marginMode = "isolated", amount = tonumber(a.amount), code = a.quote, status = "ok", info = reply,
      }
    end,
  })
end

local function trigger_of(a) return a:take "triggerPrice" or a:take "stopPrice" or a:take "stop_price" end

-- An order of isolated margin.
local function margin_order(a, r, trigger)
  if a.params.leverage == nil then fail("ArgumentsRequired", "an order on margin needs params.leverage") end
  local plain = a.type == "limit" or a.type == "market"
  r.price = a.price
  if trigger then r.stop_price = a:to_price(trigger) end
  r.type = not plain and a.type or (trigger and (a.type == "limit" and "stop_limit" or "stop") or a.type) .. "_" .. a.side
  return { post = "/margin/user/order/create", send = r, read = order(order_fields) }
end

local function new_order(a)
  local margin, cost = is_margin(a), a:take "cost" or a.asked_cost
  local trigger = trigger_of(a)
  local client = a:take "client_id" or a:take "clientOrderId"
  client = client and (math.tointeger(tonumber(client)) or fail("BadRequest", "an order's own id is a whole number"))
  local tif = a:take "timeInForce"
  local r = ordered { { "pair", a.id }, { "quantity", cost and a:to_cost(cost) or a.amount }, { "client_id", client } }
  if margin then return margin_order(a, r, trigger) end
  if trigger then
    if a.type == "limit" then fail("BadRequest", "an order that waits for a price is a market order") end
    r.price = a.price
    r.type = a.side
    r.trigger_price = a:to_price(trigger)
    return { post = "/stop_market_order_create", send = r, read = order(order_fields) }
  end
  local post = a:take "postOnly" or tif == "PO" or a.params.exec_type == "post_only"
  if tif and tif ~= "PO" and tif ~= "GTC" then fail("NotSupported", "orders rest until they are filled: no " .. tif) end
  if a.type == "market" then
    if post then fail("InvalidOrder", "a post-only order is a limit order") end
    r.price = a.price or "0"
    r.type = "market_" .. a.side .. (cost and "_total" or "")
  else
    r.price = a.price
    r.type = a.side
  end
  if post then r.exec_type = "post_only" end
  return { post = "/order_create", send = r, read = order(order_fields) }
end

local function market_by_cost(side)
  return {
    run = function(a)
      a.type, a.side = "market", side or a.side
      return new_order(a)
    end,
  }
end

return {
  hosts = { api = "https://api.exmo.com/v1.1" },
  client_id = "digits",
  rate = { interval_ms = 100, burst = 10 },
  fees = { taker = 0.004, maker = 0.004 },
  renames = { GMT = "GMT Token" },
  timeframes = "1m=1 5m=5 15m=15 30m=30 45m=45 1h=60 2h=120 3h=180 4h=240 1d=D 1w=W 1M=M",

  sign = function(req, key)
    first(req.form, "nonce", key.nonce)
    req.headers.Key = key.apiKey
    req.headers.Sign = hex(hmac("sha512", key.secret, req.body))
  end,

  failed = function(reply)
    local failure, result = reply.error, reply.result
    if type(failure) == "userdata" then return failure.code or "error", failure.msg or failure.message end
    if result == true or result == "true" or result == "1" then return nil end
    local message = failure ~= "" and failure or reply.errmsg
    if result == nil and not message then return nil end
    return message and message:match("Error (%d+)") or "error", message
  end,
  errors = by_class {
    AuthenticationError = "40005 40017", BadRequest = "140434", ExchangeError = "40015", InsufficientFunds = "50052 50054",
    InvalidNonce = "40009", InvalidOrder = "140333 50277 50319 50321 50381", OnMaintenance = "40016", OrderNotFound = "50304 50173",
    PermissionDenied = "40032 40033", RateLimitExceeded = "40034",
  },
  broad = { { "range period is too long", "BadRequest" }, { "invalid syntax", "BadRequest" }, { "API rate limit exceeded", "RateLimitExceeded" } },

  -- Market data

  fetch_currencies = {
    run = function(a)
      local list, providers, out = ask { get = "/currency/list/extended", params = true }, ask { get = "/payments/providers/crypto/list" }, {}
      for _, c in ipairs(list) do
        local ways = {}
        for _, p in ipairs(providers[c.name] or {}) do      -- "USDT (ERC20)" is one way in and another out
          local id = p.name:match("%((.-)%)") or p.name
          ways[id] = ways[id] or { id = id, network = id, limits = { withdraw = {}, deposit = {} }, info = {} }
          local way = ways[id]
          if p.type == "deposit" or p.type == "withdraw" then
            way[p.type] = p.enabled
            way.limits[p.type] = { min = p.min, max = p.max }
          end
          way.info[#way.info + 1] = p
        end
        out[a:code_of(c.name)] = { id = c.name, name = c.description, type = "crypto", precision = 1e-8, networks = ways, info = c }
      end
      return out
    end,
  },
  fetch_markets = {
    right = "read",
    run = function(a)
      local settings, on_margin = ask { get = "/pair_settings", right = "public", params = true }, {}
      local ok, told = pcall(ask, { post = "/margin/pair/list" })
      local refused = not ok and type(told) == "table" and (told.class == "AuthenticationError" or told.class == "PermissionDenied")
      if not ok and not refused then error(told, 0) end
      for _, pair in ipairs(ok and told.pairs or {}) do
        if pair.name then on_margin[pair.name] = pair end
      end
      return markets {
        id = "@key", baseId = "@key|before:_", quoteId = "@key|after:_", taker = "commission_taker_percent|div:100",
        maker = "commission_maker_percent|div:100", margin = function(_, _, _, id) return on_margin[id] ~= nil end,
        precision = { amount = 1e-8, price = "price_precision|tick" },
        limits = {
          price = { min = "min_price", max = "max_price" }, cost = { min = "min_amount", max = "max_amount" },
          leverage = { max = "leverage" },
          amount = {
            min = "min_quantity",
            max = function(o, _, _, id)      -- of a margin pair, the larger of both
              local x, y = o.max_quantity, on_margin[id] and on_margin[id].max_order_quantity
              return x and y and (decimal.cmp(x, y) < 0 and y or x) or nil
            end,
          },
        },
      }(settings, a)
    end,
  },
  fetch_ticker = public("ticker", {
    read = function(reply, a)
      if not reply[a.id] then fail("BadSymbol", "no ticker of " .. a.symbol) end
      return one_ticker(reply[a.id], a)
    end,
  }),
  fetch_tickers = public("ticker", { read = tickers(with(ticker_fields, { market = "@key" })) }),
  fetch_order_book = public("order_book", {
    send = "pair={id} limit={limit}",
    read = function(reply, a) return one_book(reply[a.id] or fail("BadResponse", "no book of " .. a.id .. " in the reply"), a) end,
  }),
  fetch_order_books = {
    run = function(a)
      local ids, symbols = {}, {}
      for i, symbol in ipairs(a.symbols or a.all_symbols) do
        ids[i] = a:market_of(symbol).id
        symbols[ids[i]] = symbol
      end
      a.pairs = table.concat(ids, ",")
      return public("order_book", {
        send = "pair={pairs} limit={limit}",
        read = function(reply)
          local out = {}
          for id, told in pairs(reply) do
            local symbol = symbols[id]
            if symbol then
              out[symbol] = one_book(told, a)
              out[symbol].symbol = symbol
            end
          end
          return out
        end,
      })
    end,
  },
  fetch_trades = public("trades", {
    send = "pair={id}",
    read = function(reply, a) return some_trades(reply[a.id] or fail("BadResponse", "no trades of " .. a.id .. " in the reply"), a) end,
  }),
  fetch_ohlcv = public("candles_history", {
    send = function(a)          -- up to 3000 between two seconds
      local now, last = a.now // 1000, a:take "until"
      last = last and math.min(tonumber(last) // 1000, now)
      local from, to
      if a.since then
        from = a.since // 1000
        to = last or math.min(from + math.min(a.limit or 3000, 3000) * a.timeframe_s, now)
      else
        to = last or now
        from = to - math.min(a.limit or 1000, 3000) * a.timeframe_s - 1
      end
      return ordered { { "symbol", a.id }, { "resolution", a.timeframe }, { "from", from }, { "to", to } }
    end,
    read = candles { at = "candles", columns = "t o h l c v" },
  }),
  fetch_transaction_fees = public("payments/providers/crypto/list", {
    right = "public", kind = "raw",
    read = by_currency(function(providers)
      local out = { info = providers }
      for _, p in ipairs(providers) do
        if p.type then out[p.type] = commission(p.commission_desc) end
      end
      return out
    end),
  }),
  fetch_deposit_withdraw_fees = public("payments/providers/crypto/list", { right = "public", read = by_currency(fees_of) }),
  fetch_deposit_withdraw_fee = public("payments/providers/crypto/list", {
    right = "public",
    read = function(reply, a) return fees_of(reply[a.currency_id] or fail("ExchangeError", "no fees of " .. a.code)) end,
  }),

  -- Account

  fetch_trading_fees = private("margin/pair/list", {
    read = trading_fees {
      at = "pairs", market = "name", maker = "trade_maker_fee|div:100", taker = "trade_taker_fee|div:100", percentage = true, tierBased = true,
    },
  }),
  fetch_balance = {
    run = function(a)
      return private(is_margin(a) and "margin/user/wallet/list" or "user_info", {
        read = function(reply)
          local out = { info = reply }
          for id, w in pairs(reply.wallets or {}) do out[a:code_of(id)] = { free = w.free, used = w.used, total = w.balance } end
          for id, free in pairs(not reply.wallets and reply.balances or {}) do
            out[a:code_of(id)] = { free = free, used = reply.reserved and reply.reserved[id] }
          end
          return out
        end,
      })
    end,
  },
  fetch_order = private("order_trades", {
    send = "order_id={order_id}",
    read = order(with(order_fields, { id = "={order_id}", trades = trades(with(trade_fields, { at = "trades?" })) })),
  }),
  fetch_order_trades = {
    run = function(a)
      return private(is_margin(a) and "margin/user/order/trades" or "order_trades", {
        send = "order_id={order_id}", read = trades(with(trade_fields, { at = "trades" })),
      })
    end,
  },
  fetch_open_orders = {
    run = function(a)
      if is_margin(a) then return private("margin/user/order/list", { read = orders(with(order_fields, { at = "orders", status = "=open" })) }) end
      return private("user_open_orders", { read = of_pairs(open_orders) })
    end,
  },
  fetch_canceled_orders = {
    run = function(a)
      local margin = is_margin(a)
      a.count = a.limit or 100
      a.offset = a.since and a.count or 0
      return private(margin and "margin/user/order/history" or "user_cancelled_orders", {
        send = "limit={count} offset={offset}",
        read = orders(with(order_fields, margin and {
          at = "items", where = function(o) return o.order_status and o.order_status:find("cancel", 1, true) ~= nil end,
        } or { status = "=canceled" })),
      })
    end,
  },
  fetch_my_trades = {
    needs = "symbol",
    run = function(a)
      local margin = is_margin(a)
      return private(margin and "margin/trades" or "user_trades", {
        send = (margin and "pair_name={id}" or "pair={id}") .. " limit={limit|default:100} offset={offset|default:0}",
        read = function(reply) return of_pairs(some_trades)(margin and reply.trades or reply, a) end,
      })
    end,
  },

  -- Orders

  create_order = { run = new_order },
  create_market_order_with_cost = market_by_cost(),
  create_market_buy_order_with_cost = market_by_cost "buy",
  create_market_sell_order_with_cost = market_by_cost "sell",
  edit_order = {
    run = function(a)
      if not is_margin(a) then fail("BadRequest", "only orders on margin (params.marginMode = isolated) can be changed") end
      local trigger = trigger_of(a)
      local r = ordered { { "order_id", a.order_id }, { "quantity", a.amount }, { "price", a.price }, { "stop_price", trigger and a:to_price(trigger) } }
      return { post = "/margin/user/order/update", send = r, read = order(order_fields) }
    end,
  },
  cancel_order = {
    run = function(a)
      local margin, stop, trigger = is_margin(a), a:take "stop", a:take "trigger"
      local waits = not margin and (stop or trigger)
      return {
        post = margin and "/margin/user/order/cancel" or waits and "/stop_market_order_cancel" or "/order_cancel",
        send = waits and "parent_order_id={order_id}" or "order_id={order_id}", read = order(with(order_fields, { symbol = false })),
      }
    end,
  },
  add_margin = change_margin("add", "margin_add"),
  reduce_margin = change_margin("reduce", "margin_remove"),

  -- Money in and out

  fetch_deposits = operations "deposit",
  fetch_deposit = operation "deposit",
  fetch_withdrawals = operations "withdraw",
  fetch_withdrawal = operation "withdraw",
  fetch_deposits_withdrawals = history,
  fetch_transactions = history,
  fetch_deposit_address = private("deposit_address", {
    read = function(reply, a)   -- all of them, as "address" or "address,tag"
      local told = reply[a.currency_id]
      if type(told) ~= "string" or told == "" then fail("InvalidAddress", "no address of " .. a.code) end
      local address, tag = told:match("^([^,]*),?(.*)$")
      return { currency = a.code, address = address, tag = tag ~= "" and tag or nil, info = reply }
    end,
  }),
  withdraw = {
    post = "/withdraw_crypt",
    send = function(a)
      local network = a:take "network"
      network = network and network:upper()
      return ordered {
        { "amount", a.amount }, { "currency", a.currency_id }, { "address", a.address }, { "invoice", a.tag },
        { "transport", network and (networks[network] or network) },
      }
    end,
    read = transaction(transaction_fields),
  },
}
