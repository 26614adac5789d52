-- HollaEx. API 2: https://apidocs.hollaex.com/
-- Signed are method, path with query, when the request expires (seconds), and the body. A failure is {message}; what kind it is says the status.
-- What belongs to one market stands under its id. A tag is written behind the address, after a colon. There is no time in force, and no id
-- of the client's own for an order.

-- ---- networks ----

local network_codes = { btc = "BRC20", eth = "ERC20", trx = "TRC20", xrp = "XRP", xlm = "XLM", bnb = "BNB", matic = "MATIC" }
local own = { BTC = "BRC20", ETH = "ERC20", TRX = "TRC20" }      -- the coin itself and the tokens on its chain
local network_ids = { BTC = "btc", ETH = "eth", TRX = "trx" }
for id, code in pairs(network_codes) do network_ids[code] = id end

local function network_of(id, code)
  local network = network_codes[id:lower()] or id
  return own[code] == network and code or network
end

-- ---- reading ----

local function number(x) return x and tonumber(x) or nil end

local function networks_of(o, a)
  local out = {}
  for id, n in pairs(o.withdrawal_fees or {}) do
    local network = network_of(id, o.symbol and a:code_of(o.symbol))
    out[network] = { id = id, network = network, active = n.active, fee = number(n.value), limits = { withdraw = {} }, info = n }
  end
  return out
end

-- Withdrawals are charged by network, deposits not at all.
local function fee_of(o, a)
  local networks = {}
  for id, n in pairs(o.withdrawal_fees or {}) do
    networks[network_of(id, o.symbol and a:code_of(o.symbol)):upper()] = { withdraw = { fee = number(n.value), percentage = false }, deposit = {} }
  end
  return networks
end

-- An order may be of a market that is no more, or of another than was asked for.
local function symbol_of(id)
  local base, quote = id:match("^([^-]+)%-([^-]+)$")
  return base and base:upper() .. "/" .. quote:upper()
end
local function other_symbol(o, _, market)
  return o.symbol and (not market or market.id ~= o.symbol) and symbol_of(o.symbol) or nil
end

local ticker_fields = { timestamp = "time|iso,timestamp|iso", high = "high", low = "low", open = "open", last = "close,last", baseVolume = "volume" }

local one_book = book { bids = "bids", asks = "asks", timestamp = "timestamp|iso" }

local trade_fields = {
  order = "order_id", market = "symbol", symbol = other_symbol, timestamp = "timestamp|iso", side = "side", price = "price", amount = "size",
  fee = { cost = "fee", currency = "fee_coin|code" },
}
local public_trades = trades(trade_fields)

local order_fields = {
  id = "id", market = "symbol", symbol = other_symbol, timestamp = "created_at|iso", type = "type", side = "side", price = "price",
  triggerPrice = "stop", amount = "size", filled = "filled",
  status = { "status", pfilled = "open", default = "." },
  postOnly = { "meta.post_only", ["true"] = true, default = false },
}
local one_order = order(order_fields)

-- "r...:1234" -> address, tag; the colon of a cash address belongs to it.
local function address_part(part)
  return function(o)
    local address, tag = (o.address or ""):match("^(.*):([^:]*)$")
    if not address or address == "bitcoincash" then address, tag = o.address, nil end
    if part == "tag" then return tag end
    return address
  end
end
local transaction_fields = {
  id = "id", txid = "transaction_id", timestamp = "created_at|iso", updated = "updated_at|iso", type = "type", currency = "currency|code",
  amount = "amount", address = address_part "address", addressTo = address_part "address", tag = address_part "tag", tagTo = address_part "tag",
  comment = "message",
  status = function(o) return o.status == true and "ok" or o.dismissed == true and "canceled" or o.rejected == true and "failed" or "pending" end,
  fee = { cost = "fee", currency = function(o, a) return (o.fee_coin or o.currency) and a:code_of(o.fee_coin or o.currency) or a.code end },
}

local address_fields = { at = "wallet", currency = "currency|code", network = "network", address = address_part "address", tag = address_part "tag" }
-- params.network narrows, by its code or as the exchange writes it.
local function wallets_asked(o, a)
  local network = a.asked_network
  return not network or o.network == network or o.network == network_ids[network]
end
local function addresses_of(reply, a)
  return addresses(with(address_fields, { where = function(o) return o.address ~= nil and wallets_asked(o, a) end }))(reply, a)
end

-- ---- failures ----

local texts = {
  { "API request is expired", "InvalidNonce" }, { "Invalid token", "AuthenticationError" }, { "Order not found", "OrderNotFound" },
  { "Insufficient balance", "InsufficientFunds" },
  { "Error 1001 - Order rejected. Order could not be submitted as this order was set to a post only order.", "OrderImmediatelyFillable" },
}
local by_status = {
  [400] = "BadRequest", [403] = "AuthenticationError", [404] = "BadRequest", [405] = "BadRequest", [410] = "BadRequest", [500] = "NetworkError",
  [503] = "NetworkError",
}
local function failed(reply, status)
  if status < 400 then return nil end
  local message = reply.message
  for _, row in ipairs(texts) do
    if message and message:find(row[1], 1, true) then return message, message, row[2] end
  end
  if message or by_status[status] then return message or status, message, by_status[status] end
end

-- ---- sending ----

local function order_listing(open)
  return {
    get = "/v2/orders", send = "symbol={id} start_date={since|iso} limit={limit}" .. (open and " open=" .. open or ""),
    read = orders(with(order_fields, { at = "data" })),
  }
end

local function history(path, type)
  return {
    get = path, send = "currency={currency_id} limit={limit} start_date={since|iso}",
    read = transactions(with(transaction_fields, { at = "data", type = "type|default:" .. type })),
  }
end

return {
  hosts = { api = "https://api.hollaex.com" },
  rate = { interval_ms = 250, burst = 5 },
  fees = { taker = 0.001, maker = 0.001 },
  encode = "json",
  timeframes = "1m 5m 15m 1h 4h 1d 1w",
  failed = failed,
  symbol_of = symbol_of,

  sign = function(req, key)
    local expires = clock("s", 10000)
    req.headers["api-key"] = key.apiKey
    req.headers["api-expires"] = expires
    req.headers["api-signature"] = hex(hmac("sha256", key.secret, req.method .. req.target .. expires .. req.body))
  end,

  -- Market data

  fetch_markets = {
    get = "/v2/constants",
    read = markets {
      at = "pairs", id = "name", baseId = "pair_base", quoteId = "pair_2", active = "active", created = "created_at|iso",
      precision = { amount = "increment_size", price = "increment_price" },
      limits = { amount = { min = "min_size", max = "max_size" }, price = { min = "min_price", max = "max_price" } },
    },
  },
  fetch_currencies = {
    get = "/v2/constants",
    read = currencies {
      at = "coins", id = "symbol", numericId = "id", name = "fullname", type = { "type", blockchain = "crypto", default = "other" }, active = "active",
      deposit = "allow_deposit", withdraw = "allow_withdrawal", fee = "withdrawal_fee", precision = "increment_unit",
      limits = { amount = { min = "min", max = "max" } }, networks = networks_of,
    },
  },
  fetch_ticker = { get = "/v2/ticker", send = "symbol={id}", read = ticker(ticker_fields) },
  fetch_tickers = { get = "/v2/tickers", read = tickers(with(ticker_fields, { market = "symbol,@key" })) },
  fetch_order_book = {
    get = "/v2/orderbook", send = "symbol={id}",
    read = function(reply, a) return one_book(reply[a.id] or fail("NullResponse", "no book of " .. a.symbol), a) end,
  },
  fetch_order_books = {
    get = "/v2/orderbooks",
    read = function(reply, a)      -- those of all markets
      local out = {}
      for _, symbol in ipairs(a.symbols or a.all_symbols) do
        local told = reply[a:market_of(symbol).id]
        if told then
          out[symbol] = one_book(told, a)
          out[symbol].symbol = symbol
        end
      end
      return out
    end,
  },
  fetch_trades = { get = "/v2/trades", send = "symbol={id}", read = function(reply, a) return public_trades(reply[a.id] or {}, a) end },
  fetch_ohlcv = {
    get = "/v2/chart",
    send = function(a)             -- a quiet market may have no candle in a short while: always up to now
      local upto = math.tointeger(tonumber(a:take "until")) or a.now
      local from = a.since or upto - 500 * a.timeframe_s * 1000
      return ordered { { "symbol", a.id }, { "resolution", a.timeframe }, { "from", from // 1000 }, { "to", upto // 1000 } }
    end,
    read = candles { columns = "time|iso open high low close volume" },
  },
  fetch_trading_fees = {
    get = "/v2/tiers", right = "public",
    read = function(reply, a)      -- of the lowest tier, in percent
      local told, out = reply["1"].fees, {}
      for _, symbol in ipairs(a.all_symbols) do
        local id = a:market_of(symbol).id
        local maker, taker = told.maker and told.maker[id], told.taker and told.taker[id]
        if maker or taker then
          out[symbol] = {
            maker = maker and decimal.div(maker, "100", 12), taker = taker and decimal.div(taker, "100", 12), percentage = true, tierBased = true,
            info = told,
          }
        end
      end
      return out
    end,
  },
  fetch_deposit_withdraw_fees = {
    get = "/v2/constants", right = "public",
    read = withdraw_fees {
      at = "coins", currency = "symbol|code", networks = fee_of,
      withdraw = { fee = function(o) return o.allow_withdrawal == true and o.withdrawal_fee or nil end, percentage = false },
    },
  },

  -- Account

  fetch_balance = {
    get = "/v2/user/balance",
    read = function(reply, a)      -- {btc_balance, btc_available, ...}
      local out, fields = { timestamp = reply.updated_at and time "updated_at|iso" (reply, a), info = reply }, { balance = "total", available = "free" }
      for name, amount in pairs(reply) do
        local id, kind = name:match("^(.+)_(%a+)$")
        if fields[kind] then
          local code = a:code_of(id)
          out[code] = out[code] or {}
          out[code][fields[kind]] = amount
        end
      end
      return out
    end,
  },
  fetch_order = { get = "/v2/order", send = "order_id={order_id}", read = one_order },
  fetch_open_order = { get = "/v2/order", send = "order_id={order_id}", read = one_order },
  fetch_orders = order_listing(),
  fetch_open_orders = order_listing "true",
  fetch_closed_orders = order_listing "false",
  fetch_my_trades = {
    get = "/v2/user/trades", send = "symbol={id} limit={limit} start_date={since|iso}", read = trades(with(trade_fields, { at = "data" })),
  },

  -- Orders

  create_order = {
    post = "/v2/order", read = one_order,
    send = function(a)
      local tif, is_market, meta = a:take "timeInForce", a.type == "market", a.params.meta
      local post = a:take "postOnly" or tif == "PO" or meta and meta.post_only
      if tif == "IOC" or tif == "FOK" then fail("NotSupported", "an order stays until it is filled or canceled: no " .. tif) end
      if post and is_market then fail("InvalidOrder", "a market order cannot be post only") end
      local trigger = a:take "triggerPrice" or a:take "stopPrice" or a:take "stop"
      return ordered {
        { "symbol", a.id }, { "side", a.side }, { "size", a.amount }, { "type", a.type }, { "price", not is_market and a.price or nil },
        { "stop", trigger and a:to_price(trigger) }, { "meta", post and { post_only = true } or nil },
      }
    end,
  },
  cancel_order = { delete = "/v2/order", encode = "query", send = "order_id={order_id}", read = one_order },
  cancel_all_orders = { delete = "/v2/order/all", encode = "query", needs = "symbol", send = "symbol={id}", read = orders(order_fields) },

  -- Money in and out

  fetch_deposit_addresses = {
    get = "/v2/user",
    send = function(a) a.asked_network = a:take "network" end,
    read = addresses_of,
  },
  fetch_deposit_address = {
    get = "/v2/user",
    send = function(a) a.asked_network = a:take "network" end,
    read = function(reply, a)
      for _, row in ipairs(reply.wallet or {}) do
        if row.currency == a.currency_id and row.address and wallets_asked(row, a) then return address(with(address_fields, { at = "." }))(row, a) end
      end
      fail("InvalidAddress", "no address of " .. a.code .. " is told; it may have to be made on the website first")
    end,
  },
  fetch_deposits = history("/v2/user/deposits", "deposit"),
  fetch_withdrawals = history("/v2/user/withdrawals", "withdrawal"),
  fetch_withdrawal = {
    get = "/v2/user/withdrawals", send = "transaction_id={order_id} currency={currency_id}",
    read = transaction(with(transaction_fields, { at = "data.1", type = "type|default:withdrawal" })),
  },
  withdraw = {
    post = "/v2/user/withdrawal", needs = "network", read = transaction(with(transaction_fields, { type = "type|default:withdrawal" })),
    send = function(a)
      local network = a:take "network"
      return ordered {
        { "currency", a.currency_id }, { "amount", raw_number(a.amount) }, { "address", a.tag and a.address .. ":" .. a.tag or a.address },
        { "network", network_ids[network] or network },
      }
    end,
  },
}
