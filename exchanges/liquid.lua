-- Liquid (closed in 2022). API 2: https://developers.liquid.com
-- A request is signed by a token (JWT) over its target; a nonce is in it unless a client's order id protects against sending twice.
-- Failures are {message} or {errors: {field: [text]}} with an error status. A market is a product, known by its number.

local failures = by_class {
  DDoSProtection = { "API rate limit exceeded. Please retry after 300s" }, AuthenticationError = { "API Authentication failed" },
  InvalidNonce = { "Nonce is too small" }, OrderNotFound = { "Order not found", "Can not update non-live order" },
  InvalidOrder = { "Can not update partially filled order", "must_be_positive", "less_than_order_size", "price_too_high", "price_too_small" },
  InsufficientFunds = "not_enough_free_balance", BadSymbol = "product_disabled",
}

local function times(x, y) return x and y and decimal.mul(x, y) end
local function is_perpetual(o) return o.product_type == "Perpetual" end

local market_fields = {
  id = "id", baseId = "base_currency", quoteId = "quoted_currency", active = "disabled|not",
  settleId = function(o) return is_perpetual(o) and o.quoted_currency or nil end,     -- by default; funding_currency chooses another
  type = { "product_type", Perpetual = "swap", default = "spot" },
  contractSize = function(o) return is_perpetual(o) and 1 or nil end,
  margin = function(o) return not is_perpetual(o) and o.margin_enabled == true end,
  taker = function(o) return is_perpetual(o) and o.taker_fee or nil end, maker = function(o) return is_perpetual(o) and o.maker_fee or nil end,
  precision = { amount = 1e-8, price = "tick_size" },
  limits = {                    -- of prices: how far from the last one an order may be
    price = {
      min = function(o) return times(o.last_traded_price, o.multiplier_down) end,
      max = function(o) return times(o.last_traded_price, o.multiplier_up) end,
    },
  },
}

local ticker_fields = {         -- quotes stand as they are now
  market = "id", timestamp = "={now}", high = "high_market_ask", low = "low_market_bid", bid = "market_bid",
  ask = "market_ask", open = "last_price_24h", last = "last_traded_price", baseVolume = "volume_24h",
}

local fee_fields = { market = "id", maker = "maker_fee", taker = "taker_fee", percentage = true, tierBased = true }

local trade_fields = {
  id = "id", order = "order_id", timestamp = "created_at|s", side = "my_side,taker_side", price = "price", amount = "quantity",
  takerOrMaker = function(o)
    if not o.my_side or not o.taker_side then return nil end
    return o.my_side == o.taker_side and "taker" or "maker"
  end,
}

-- An order that was found by its id may be of another product than was asked about.
local function other_product(o, _, market) return o.product_id and market and market.id ~= o.product_id and o.product_id or nil end

local execution_list = trades(trade_fields)
local function executions(o, a)
  local list = o.executions and execution_list(o.executions, a) or {}
  for _, t in ipairs(list) do t.order, t.type = o.id, o.order_type end
  return list
end

local order_fields = {
  id = "id", clientOrderId = "client_order_id", market = "product_id", timestamp = "created_at|s", lastUpdateTimestamp = "updated_at|s",
  type = "order_type", side = "side", price = "price", average = "average_price", amount = "quantity", filled = "filled_quantity",
  status = { "status", live = "open", default = "." },
  cost = function(o)            -- by what filled_quantity says
    local price = o.average_price and tonumber(o.average_price) ~= 0 and o.average_price or o.price
    return times(o.filled_quantity, price)
  end,
  trades = executions,
  fee = { cost = "order_fee", currency = "@quote" },
}
local one_order = order(with(order_fields, {
  symbol = other_product,
  fee = { cost = "order_fee", currency = function(o, _, market) return market and not other_product(o, nil, market) and market.quote or nil end },
  trades = function(o, a, market)
    local list, symbol = executions(o, a), other_product(o, a, market)
    for _, t in ipairs(list) do t.symbol = symbol or t.symbol end
    return list
  end,
}))
local function orders_in(status)
  return {
    get = "/orders", send = "with_details={1} product_id={id} limit={limit}" .. (status and " status=" .. status or ""),
    read = orders(with(order_fields, { at = "models" })),
  }
end

local transaction_fields = {    -- the amount holds the fee
  id = "id", txid = "transaction_hash", timestamp = "created_at|s", updated = "updated_at|s", type = "=withdrawal", currency = "currency|code",
  amount = function(o) return o.amount and o.withdrawal_fee and decimal.sub(o.amount, o.withdrawal_fee) or o.amount end,
  address = "address", tag = "payment_id,memo_value", network = "chain_name", fee = { cost = "withdrawal_fee", currency = "currency|code" },
  status = words("state", { ok = "approved processed broadcasted", failed = "reverted declined", pending = "to_be_reviewed filed" }),
}

local networks = { ETH = "ERC20", TRX = "TRC20", XLM = "Stellar", ALGO = "Algorand" }
local priced = { limit = true, limit_post_only = true, market_with_range = true, stop = true }

return {
  hosts = { api = "https://api.liquid.com" },
  client_id = "hex",
  rate = { interval_ms = 1000, burst = 5 },
  fees = { taker = 0.003, maker = 0 },
  renames = { BCC = "BCH", BCHABC = "BCH", BIFI = "BIFIF", HOT = "HOT Token", MIOTA = "IOTA", ["P-BTC"] = "BTC", TON = "Tokamak Network" },
  encode = "json",
  headers = { ["X-Quoine-API-Version"] = "2", ["Content-Type"] = "application/json" },

  failed = function(reply, status)
    if status < 300 then return nil end
    if reply.message then return reply.message end
    local first
    for _, texts in pairs(reply.errors or {}) do
      for _, text in ipairs(texts) do
        if failures[text] then return text, text end
        first = first or text
      end
    end
    return first or status ~= 401 and status ~= 429 and "error" or nil
  end,
  errors = failures,
  broad = {                     -- what is not JSON too
    { "is not in your IP whitelist", "AuthenticationError" }, { "Nonce is too small", "InvalidNonce" },
  },
  http = { [429] = "DDoSProtection" },

  sign = function(req, key)
    local payload = encode_json(req.target):gsub("^", '{"path":') .. ',"token_id":"' .. key.apiKey .. '","iat":' .. clock "s"
    if not (req.json and req.json.client_order_id) then payload = payload .. ',"nonce":' .. key.nonce end
    local token = base64url '{"alg":"HS256","typ":"JWT"}' .. "." .. base64url(payload .. "}")
    req.headers["X-Quoine-Auth"] = token .. "." .. base64url(hmac("sha256", key.secret, token))
  end,

  fetch_markets = {
    run = function(a)
      local lists = {
        ask { get = "/products", params = true, read = markets(market_fields) }, ask { get = "/products?perpetual=1", read = markets(market_fields) },
      }
      local least, out = {}, {}
      for _, c in ipairs(ask { get = "/currencies" }) do
        if c.currency then least[c.currency] = c.minimum_order_quantity end
      end
      for _, list in ipairs(lists) do
        for _, m in ipairs(list) do
          m.limits.amount = { min = tonumber(least[m.baseId]) }
          out[#out + 1] = m
        end
      end
      return out
    end,
  },
  fetch_currencies = {
    get = "/currencies",
    read = currencies {
      id = "currency", name = "name", type = "currency_type", deposit = "depositable", withdraw = "withdrawable", fee = "withdrawal_fee",
      active = function(o) return o.depositable == true and o.withdrawable == true end, precision = "assets_precision|tick",
      limits = { amount = { min = "assets_precision|tick" }, withdraw = { min = "minimum_withdrawal" } },
    },
  },
  fetch_ticker = { get = "/products/{id}", read = ticker(ticker_fields) },
  fetch_tickers = { get = "/products", read = tickers(ticker_fields) },
  fetch_order_book = { get = "/products/{id}/price_levels", read = book { bids = "buy_price_levels", asks = "sell_price_levels" } },
  fetch_trades = {              -- pages of them; after a time a plain list
    get = "/executions", send = "product_id={id} limit={limit} timestamp={since|s}", read = trades(with(trade_fields, { at = "models,." })),
  },
  fetch_trading_fee = { get = "/products/{id}", right = "public", read = trading_fee(fee_fields) },
  fetch_trading_fees = {
    right = "public",
    run = function()
      local out = {}
      for _, path in ipairs { "/products", "/products?perpetual=1" } do
        for symbol, fee in pairs(ask { get = path, read = trading_fees(fee_fields) }) do out[symbol] = fee end
      end
      return out
    end,
  },

  fetch_balance = {
    get = "/accounts",
    read = function(reply, a)
      local out = { info = reply }
      for _, group in ipairs { "crypto_accounts", "fiat_accounts" } do
        for _, row in ipairs(reply[group] or {}) do
          if row.currency then out[a:code_of(row.currency)] = { total = row.balance, used = row.reserved_balance } end
        end
      end
      return out
    end,
  },
  fetch_order = { get = "/orders/{order_id}", read = one_order },
  fetch_orders = orders_in(),
  fetch_open_orders = orders_in "live",
  fetch_closed_orders = orders_in "filled",
  fetch_my_trades = {           -- with details, the order's id among them
    get = "/executions/me", needs = "symbol", send = "product_id={id} with_details={true} limit={limit}",
    read = trades(with(trade_fields, { at = "models" })),
  },
  create_order = {
    post = "/orders", read = one_order,
    send = function(a)
      local mine, theirs = a:take "clientOrderId", a:take "client_order_id"
      local type = a.type == "limit" and a:take "postOnly" and "limit_post_only" or a.type
      if priced[type] and not a.price then fail("ArgumentsRequired", "a " .. type .. " order needs a price") end
      return ordered {
        { "order_type", type }, { "product_id", a.id }, { "side", a.side }, { "quantity", a.amount }, { "client_order_id", mine or theirs },
        { "price", priced[type] and a.price or nil },
      }
    end,
  },
  edit_order = {
    put = "/orders/{order_id}", needs = "amount price", read = one_order,
    send = function(a) return { order = ordered { { "quantity", a.amount }, { "price", a.price } } } end,
  },
  cancel_order = {
    put = "/orders/{order_id}/cancel",
    read = function(reply, a)
      if reply.status == "filled" then fail("OrderNotFound", "order " .. a.order_id .. " is filled already") end
      return one_order(reply, a)
    end,
  },

  fetch_withdrawals = { get = "/crypto_withdrawals", read = transactions(with(transaction_fields, { at = "models" })) },
  withdraw = {
    post = "/crypto_withdrawals", read = transaction(transaction_fields),
    send = function(a)
      local given, network = a:take "crypto_withdrawal" or {}, a:take "network"
      local out = ordered { { "currency", a.currency_id }, { "address", a.address }, { "amount", raw_number(a.amount) } }
      if a.tag and a.code == "XRP" then out.payment_id = a.tag
      elseif a.tag and a.code == "XLM" then
        out.memo_type = "text"
        out.memo_value = a.tag
      elseif a.tag then fail("NotSupported", "only XRP and XLM take a tag along")
      end
      network = network or given.network
      network = network and network:upper()
      out.network = networks[network] or network
      for k, v in pairs(given) do
        if k ~= "network" then out[k] = v end
      end
      return { crypto_withdrawal = out }
    end,
  },
}
