-- Coinbase: Advanced Trade (orders, markets) and the app's API v2 (wallets, money in and out). API: https://docs.cdp.coinbase.com/
-- Keys are of three sorts: CDP keys sign a JWT, by ES256 where the secret is in PEM, by Ed25519 where it is bare base64; the old ones, from
-- before 2025, sign by HMAC (options.legacy = true).
-- Failures: {error, error_description} or {errors: [{id, message}]} of the app, {success: false, error_response} of an order, and a reason in
-- the row of each order that was not cancelled.
-- What an order is made of stands under the name of its kind: order_configuration = {limit_limit_gtc = {base_size, ...}}.
-- Wallets are in dialects/coinbase_wallet.lua.

local renames = { CGLD = "CELO" }

-- Symbol of a product that is not in the list (any more): "LTC-BTC".
local function symbol_of(id)
  local base, quote = id:match "^(%w+)%-(%w+)$"
  return base and (renames[base] or base) .. "/" .. (renames[quote] or quote) or id
end

-- ---- reading ----

local function other_symbol(o, _, market)
  return o.product_id and market and market.id ~= o.product_id and symbol_of(o.product_id) or nil
end

local function side_of(o)
  local side = o.side and o.side:lower()
  return (side == "buy" or side == "sell") and side or nil
end

local product_fields = {
  id = "product_id", quoteId = "quote_currency_id", precision = { amount = "base_increment", price = "price_increment,quote_increment" },
  limits = { amount = { min = "base_min_size", max = "base_max_size" }, cost = { min = "quote_min_size", max = "quote_max_size" } },
  alias = "alias_to.1",
}
local stable = {}
for id in ("BUSD-USD CBETH-ETH DAI-USD GUSD-USD GYEN-USD PAX-USD PAX-USDT USDC-EUR USDC-GBP USDT-EUR USDT-GBP USDT-USD USDT-USDC WBTC-BTC"):gmatch "%S+" do
  stable[id] = true
end
local spot_products = markets(with(product_fields, {
  at = "products", where = "product_type=SPOT", baseId = "base_currency_id", type = "=spot", active = "trading_disabled|not",
  taker = function(o) return stable[o.product_id] and "0.00001" or nil end,
  maker = function(o) return stable[o.product_id] and "0" or nil end,
}))
local function is_perpetual(o) return o.future_product_details.contract_expiry_type == "PERPETUAL" end
local contract_products = markets(with(product_fields, {
  at = "products", where = function(o) return o.future_product_details ~= nil end, baseId = "future_product_details.contract_root_unit",
  settleId = "quote_currency_id", type = function(o) return is_perpetual(o) and "swap" or "future" end, linear = true,
  contractSize = "future_product_details.contract_size",
  expiry = function(o)
    local at = o.future_product_details.contract_expiry
    return not is_perpetual(o) and at and at ~= "" and parse8601(at) or nil
  end,
  active = "is_disabled|not", taker = false, maker = false,
}))

local ticker_fields = {
  market = "product_id", timestamp = "time|iso", datetime = "time", bid = "bids.1.price,bid", bidVolume = "bids.1.size", ask = "asks.1.price,ask",
  askVolume = "asks.1.size", last = "price", percentage = "price_percentage_change_24h", baseVolume = "volume_24h",
  quoteVolume = "approximate_quote_24h_volume",
}

-- A market order to buy may tell its size in the quote.
local function fill_amount(o) return o.size_in_quote and o.price and decimal.div(o.size, o.price, 18) or o.size end
local trade_fields = {
  market = "product_id", id = "trade_id", order = "order_id", timestamp = "trade_time|iso,time|iso", datetime = "trade_time,time", side = side_of,
  price = "price", amount = fill_amount, cost = function(o) return o.size_in_quote and o.size or nil end,
  takerOrMaker = { "liquidity_indicator", TAKER = "taker", MAKER = "maker" },
  fee = { cost = "commission", currency = "@quote" },
}

local order_fields = {
  market = "product_id", symbol = other_symbol, id = "order_id", clientOrderId = "client_order_id", timestamp = "created_time|iso",
  datetime = "created_time", lastTradeTimestamp = "last_fill_time|iso", side = side_of,
  status = { "status", QUEUED = "open", CANCEL_QUEUED = "open", EXPIRED = "canceled", FAILED = "canceled", UNKNOWN_ORDER_STATUS = "", default = "." },
  type = { "order_type", MARKET = "market", LIMIT = "limit", STOP = "limit", STOP_LIMIT = "limit", UNKNOWN_ORDER_TYPE = "", default = "." },
  timeInForce = {
    "time_in_force", GOOD_UNTIL_CANCELLED = "GTC", GOOD_UNTIL_DATE_TIME = "GTD", IMMEDIATE_OR_CANCEL = "IOC", FILL_OR_KILL = "FOK",
    UNKNOWN_TIME_IN_FORCE = "", default = ".",
  },
  postOnly = "order_configuration.*.post_only", price = "order_configuration.*.limit_price", amount = "order_configuration.*.base_size",
  triggerPrice = "order_configuration.*.stop_price,order_configuration.*.stop_trigger_price",
  filled = "filled_size", average = "average_filled_price",
  fee = { cost = "total_fees", currency = "@quote" },
}
local placed = order(with(order_fields, { at = "success_response" }))
local function raw(reply) return { info = reply } end

-- Wallet ids by currency are told by both APIs; "BTC Wallet" is what the newer one has for a type.
local wallets = accounts {
  at = "accounts", id = "uuid", code = "currency|code", type = function(o) return o.name and o.name:lower():match "^%S+ (%S+)" end,
}

local function is_wallet(o) return o.balance and (o.type == "wallet" or o.type == "fiat") end
local app_balance = balance { at = "data", where = is_wallet, currency = "balance.currency|code", free = "balance.amount", total = "balance.amount" }
local trade_balance = balance {
  at = "accounts", where = function(o) return o.type == "ACCOUNT_TYPE_CRYPTO" or o.type == "ACCOUNT_TYPE_FIAT" end,
  currency = "currency|code", free = "available_balance.value", used = "hold.value",
}
local futures_balance = balance { at = "balance_summary", currency = "=USD", free = "available_margin.value", total = "total_usd_balance.value" }

-- Perpetuals of Coinbase International, and futures (number_of_contracts, avg_entry_price, ...).
local position_fields = {
  market = "symbol,product_id", id = "product_uuid,product_id",
  side = { "position_side,side", POSITION_SIDE_LONG = "long", POSITION_SIDE_SHORT = "short", LONG = "long", SHORT = "short" },
  contracts = "net_size|abs,number_of_contracts|abs", entryPrice = "vwap.value,avg_entry_price", markPrice = "mark_price.value,current_price",
  unrealizedPnl = "unrealized_pnl.value,unrealized_pnl", notional = "position_notional.value", leverage = "leverage",
  liquidationPrice = "liquidation_price.value", collateral = "portfolio_summary.collateral",
  marginMode = { "margin_type", MARGIN_TYPE_CROSS = "cross", MARGIN_TYPE_ISOLATED = "isolated" },
}

local one_fee = trading_fee { at = "fee_tier", maker = "maker_fee_rate", taker = "taker_fee_rate", percentage = true }

-- ---- sending ----

local function listed(state)
  return {
    get = "/orders/historical/batch", read = orders(with(order_fields, { at = "orders" })),
    send = (state and "order_status=" .. state or "")
      .. " product_id={id} limit={limit|default:100} start_date={since|iso} end_date={until|iso}",
  }
end

local function configuration(a, kind)
  local first_of = function(...)
    local found
    for _, name in ipairs { ... } do
      local v = a:take(name)
      if found == nil then found = v end
    end
    return found
  end
  local trigger, stop, target = first_of("triggerPrice", "stopPrice", "stop_price"), a:take "stopLossPrice", a:take "takeProfitPrice"
  local in_force, post, ends, way = a:take "timeInForce", first_of("postOnly", "post_only"), a:take "end_time", a:take "stop_direction"
  local by_price, cost = a:take "createMarketBuyOrderRequiresPrice", a:take "cost"
  if by_price == nil then by_price = a.options.createMarketBuyOrderRequiresPrice end
  if kind == "market" then
    if trigger or stop or target then fail("NotSupported", "only limit orders can wait for a price") end
    if a.side == "sell" or not a.market.spot then return { market_market_ioc = { base_size = a.amount } } end
    if not cost and by_price == false then cost = a.asked_amount end
    if not cost and not a.asked_price then
      fail("InvalidOrder", "a market order to buy is told by its cost: give params.cost, or a price, and amount x price is spent")
    end
    return { market_market_ioc = { quote_size = a:to_cost(cost or decimal.mul(decimal.text(a.asked_amount), decimal.text(a.asked_price))) } }
  end
  local r = ordered { { "base_size", a.amount }, { "limit_price", a.price } }
  if trigger or stop or target then
    -- A stop to sell lies below the market; a target to sell, and what the exchange calls a trigger, above.
    local up = (a.side == "sell") ~= (stop ~= nil and trigger == nil)
    r.stop_price = a:to_price(trigger or stop or target)
    r.stop_direction = way or up and "STOP_DIRECTION_STOP_UP" or "STOP_DIRECTION_STOP_DOWN"
  elseif in_force == "IOC" then
    return { sor_limit_ioc = r }
  elseif in_force == "FOK" then
    return { limit_limit_fok = r }
  else
    r.post_only = in_force == "PO" or post == true
  end
  if in_force == "GTD" and not ends then fail("ArgumentsRequired", "an order until a date needs params.end_time") end
  r.end_time = ends
  return { [(r.stop_price and "stop_limit_stop_limit_" or "limit_limit_") .. (ends and "gtd" or "gtc")] = r }
end

local function client_id(a)
  local unified, own = a:take "clientOrderId", a:take "client_order_id"
  return own or unified or uuid()
end

local function close_position(a, size)
  return {
    post = "/orders/close_position", read = placed,
    send = ordered { { "client_order_id", client_id(a) }, { "product_id", a.id }, { "size", size } },
  }
end

local function add_order(a, kind)
  if a:take "reduceOnly" then return close_position(a, a.amount) end
  local what, mode = configuration(a, kind), a:take "marginMode"
  local try, test = a:take "preview", a:take "test"
  local client = client_id(a)
  return {
    post = (try or test) and "/orders/preview" or "/orders", read = (try or test) and raw or placed,
    send = ordered {
      { "client_order_id", not (try or test) and client or nil }, { "product_id", a.id }, { "side", a.side:upper() },
      { "order_configuration", what }, { "margin_type", mode and mode:upper() },
    },
  }
end

local function tickers_of(path)
  return {
    get = path, cost = 3, read = tickers(with(ticker_fields, { at = "products,pricebooks" })),
    send = function(a)
      local kind = a:take "type"
      local market = a.symbols and a:market_of(a.symbols[1])
      kind = kind or market and market.type
      return ordered {
        { "product_ids", a.ids }, { "product_type", kind and path == "/market/products" and (kind == "spot" and "SPOT" or "FUTURE") or nil },
      }
    end,
  }
end

local function portfolio(a)
  return a:take "portfolio" or a.options.portfolio or fail("ArgumentsRequired", "perpetuals are held by a portfolio: params.portfolio is its id")
end

-- Reasons that say nothing.
local function told(reason) return reason and reason ~= "" and not reason:find "^UNKNOWN_" and reason or nil end

-- The claims of a CDP key's token.
local function claims(req, key, now, audience, issuer)
  return ordered {
    { "aud", list { audience } }, { "iss", issuer }, { "nbf", now }, { "exp", now + 120 }, { "sub", key.apiKey }, { "iat", now },
  }
end

return with(with(dialect "coinbase_wallet" (dialect "coinbase_networks"), dialect "coinbase_convert"), {
  hosts = { api = "https://api.coinbase.com/api/v3/brokerage", v2 = "https://api.coinbase.com/v2" },
  client_id = "uuid",
  headers = { ["CB-VERSION"] = "2018-05-30" },
  rate = { interval_ms = 34, burst = 10 },      -- the app's API: 10000 an hour, that is a cost of 10.6
  fees = { taker = 0.012, maker = 0.006 },
  encode = "json",
  renames = renames,
  timeframes = "1m=ONE_MINUTE 5m=FIVE_MINUTE 15m=FIFTEEN_MINUTE 30m=THIRTY_MINUTE 1h=ONE_HOUR 2h=TWO_HOUR 6h=SIX_HOUR 1d=ONE_DAY",
  symbol_of = symbol_of,

  failed = function(reply)
    if type(reply.error) == "string" then return reply.error, reply.error_description or reply.error_details or reply.message end
    local e = reply.error_response
    if e then
      return told(e.preview_failure_reason) or told(e.new_order_failure_reason) or told(e.error) or "error", told(e.message) or told(e.error_details)
    end
    e = reply.errors and (reply.errors[1] or reply.success == false and reply.errors)
    if e then
      local late = e.message and e.message:find("request timestamp expired", 1, true)
      return e.id or told(e.edit_failure_reason) or told(e.preview_failure_reason) or "error", e.message, late and "InvalidNonce" or nil
    end
    for _, row in ipairs(reply.results or {}) do
      if row.success == false then return row.failure_reason or "error", ("order %s: %s"):format(row.order_id, row.failure_reason) end
    end
  end,
  errors = by_class {
    AuthenticationError = "two_factor_required personal_details_required identity_verification_required jumio_verification_required "
      .. "jumio_face_match_verification_required unverified_email authentication_error unauthorized invalid_authentication_method invalid_token "
      .. "revoked_token expired_token invalid_scope",
    ExchangeError = "param_required validation_error invalid_request not_found internal_server_error",
    RateLimitExceeded = "rate_limit_exceeded resource_exhausted",
    PermissionDenied = "PERMISSION_DENIED", BadSymbol = "INVALID_PRODUCT_ID INELIGIBLE_PAIR PREVIEW_INVALID_PRODUCT_ID",
    BadRequest = "UNSUPPORTED_ORDER_CONFIGURATION INVALID_ARGUMENT INVALID_REQUEST INVALID_CANCEL_REQUEST COMMANDER_REJECTED_CANCEL_ORDER "
      .. "DUPLICATE_CANCEL_REQUEST UNKNOWN_CANCEL_FAILURE_REASON",
    InsufficientFunds = "INSUFFICIENT_FUND INSUFFICIENT_FUNDS INVALID_LEDGER_BALANCE PREVIEW_INSUFFICIENT_FUND PREVIEW_INVALID_LEDGER_BALANCE "
      .. "PREVIEW_INSUFFICIENT_FUNDS_FOR_FUTURES",
    InvalidOrder = "PREVIEW_STOP_PRICE_ABOVE_LAST_TRADE_PRICE PREVIEW_STOP_PRICE_BELOW_LAST_TRADE_PRICE INVALID_SIDE INVALID_SIZE_PRECISION "
      .. "INVALID_PRICE_PRECISION INVALID_LIMIT_PRICE INVALID_NO_LIQUIDITY PREVIEW_INVALID_SIDE PREVIEW_INVALID_BASE_SIZE_TOO_SMALL "
      .. "PREVIEW_INVALID_BASE_SIZE_TOO_LARGE PREVIEW_INVALID_QUOTE_SIZE_TOO_SMALL PREVIEW_INVALID_QUOTE_SIZE_TOO_LARGE "
      .. "PREVIEW_INVALID_SIZE_PRECISION PREVIEW_INVALID_QUOTE_SIZE_PRECISION PREVIEW_INVALID_PRICE_PRECISION PREVIEW_INVALID_LIMIT_PRICE "
      .. "PREVIEW_INVALID_STOP_PRICE PREVIEW_MISSING_LIMIT_PRICE",
    OrderImmediatelyFillable = "INVALID_LIMIT_PRICE_POST_ONLY PREVIEW_INVALID_LIMIT_PRICE_POST_ONLY",
    OrderNotFound = "UNKNOWN_CANCEL_ORDER", MarketClosed = "ORDER_ENTRY_DISABLED",
  },
  broad = { { "Insufficient balance in source account", "InsufficientFunds" }, { "order with this orderID was not found", "OrderNotFound" } },

  sign = function(req, key, a)
    req.headers["Content-Type"] = "application/json"
    if a.options.legacy then
      local now, target = clock "s", req.section == "v2" and req.target or req.path
      req.headers["CB-ACCESS-KEY"] = key.apiKey
      req.headers["CB-ACCESS-TIMESTAMP"] = now
      req.headers["CB-ACCESS-SIGN"] = hex(hmac("sha256", key.secret, now .. req.method .. target .. req.body))
      return
    end
    local now, uri = a.now // 1000, req.method .. " " .. req.host .. req.path
    local es, ed = claims(req, key, now, "retail_rest_api_proxy", "coinbase-cloud"), claims(req, key, now, "cdp_service", "cdp")
    es.uri, ed.uris = uri, list { uri }
    local header = ordered { { "kid", key.apiKey }, { "nonce", random_hex(32) } }
    req.headers.Authorization = "Bearer "
      .. when_contains(key.secret, "PRIVATE KEY", jwt("ES256", key.secret, header, es), jwt("EdDSA", key.secret, header, ed))
  end,

  -- Market data

  fetch_time = { get = "/time", host = "v2", cost = 10.6, read = time "data.epoch|s" },
  fetch_markets = {
    run = function()
      local out = ask { get = "/market/products", cost = 3, params = true, read = spot_products }
      local known = {}
      for _, kind in ipairs { false, "PERPETUAL" } do
        local contracts = ask {
          get = "/market/products", cost = 3, params = true, read = contract_products,
          send = ordered { { "product_type", "FUTURE" }, { "contract_expiry_type", kind or nil } },
        }
        for _, market in ipairs(contracts) do
          if not known[market.id] then out[#out + 1], known[market.id] = market, true end
        end
      end
      return out
    end,
  },
  fetch_currencies = {
    run = function(a)         -- crypto, what only has a rate, and fiat
      local function rows(path) return ask { get = path, host = "v2", cost = 10.6, params = true } end
      local crypto, rates, fiat = rows("/currencies/crypto").data, rows("/exchange-rates").data.rates, rows("/currencies").data
      local out = {}
      for _, list_of in ipairs { fiat, crypto } do
        for _, row in ipairs(list_of) do
          local id = row.id or row.code
          if id then
            out[id] = {
              id = id, name = row.name, type = row.asset_id and "crypto" or "fiat", active = true, networks = {},
              limits = { amount = { min = row.min_size } }, info = row,
            }
          end
        end
      end
      for id in pairs(rates or {}) do out[id] = out[id] or { id = id, type = "crypto", networks = {} } end
      return out
    end,
  },
  fetch_ticker = {
    get = "/market/products/{id}/ticker", cost = 3, send = "limit=1",
    read = ticker { timestamp = "trades.1.time|iso", datetime = "trades.1.time", bid = "best_bid", ask = "best_ask", last = "trades.1.price" },
  },
  fetch_tickers = tickers_of "/market/products",
  fetch_bids_asks = with(tickers_of "/best_bid_ask", { right = "read" }),
  fetch_order_book = {
    get = "/market/product_book", cost = 3, send = "product_id={id} limit={limit}",
    read = book { at = "pricebook", bids = "bids", asks = "asks", level = { "price", "size" }, timestamp = "time|iso" },
  },
  fetch_trades = {
    run = function(a)
      local last = a:take "until"
      if a.since and not last then fail("ArgumentsRequired", "trades since a time need params.until, too") end
      a.last = last
      return {
        get = "/market/products/{id}/ticker", cost = 3, send = "limit={limit|max:1000} start={since|s} end={last|s}",
        read = trades(with(trade_fields, { at = "trades" })),
      }
    end,
  },
  fetch_ohlcv = {
    run = function(a)         -- at most 300, between two seconds
      local span, last = math.min(a.limit or 300, 300) * a.timeframe_s * 1000, tonumber(a:take "until")
      a.first = a.since or (last or a.now) - span
      a.last = last or a.first + span
      return {
        get = "/market/products/{id}/candles", cost = 3, send = "granularity={timeframe} start={first|s} end={last|s}",
        read = candles { at = "candles", columns = "start|s open high low close volume" },
      }
    end,
  },

  -- Account

  fetch_trading_fees = {
    run = function(a)
      local spot = (a:take "type" or "spot") == "spot"
      local fee = ask { get = "/transaction_summary", cost = 3, send = "product_type=" .. (spot and "SPOT" or "FUTURE"), params = true, read = one_fee }
      local out = {}
      for _, symbol in ipairs(a.all_symbols) do
        if a:market_of(symbol).spot == spot then out[symbol] = fee end
      end
      return out
    end,
  },
  fetch_trading_fee = {
    run = function(a)
      return {
        get = "/transaction_summary", cost = 3, send = "product_type=" .. (a.market.spot and "SPOT" or "FUTURE"),
        read = one_fee,
      }
    end,
  },
  fetch_accounts = { get = "/accounts", send = "limit=250", read = wallets },
  fetch_balance = {
    run = function(a)         -- only Advanced Trade (params.v3) tells what orders hold
      local newer, kind = a:take "v3", a:take "type"
      if kind == "future" then return { get = "/cfm/balance_summary", read = futures_balance } end
      if newer then return { get = "/accounts", send = "limit=250", read = trade_balance } end
      return { get = "/accounts", host = "v2", cost = 10.6, send = "limit=250", read = app_balance }
    end,
  },
  fetch_order = { get = "/orders/historical/{order_id}", read = order(with(order_fields, { at = "order" })) },
  fetch_orders = listed(),
  fetch_open_orders = listed "OPEN",
  fetch_closed_orders = listed "FILLED",
  fetch_canceled_orders = listed "CANCELLED",
  fetch_orders_by_status = {
    needs = "status",
    run = function(a)
      local states = { open = "OPEN", closed = "FILLED", canceled = "CANCELLED" }
      return listed(states[a.status] or a.status)
    end,
  },
  fetch_my_trades = {
    get = "/orders/historical/fills", read = trades(with(trade_fields, { at = "fills" })),
    send = "product_id={id} limit={limit} start_sequence_timestamp={since|iso} end_sequence_timestamp={until|iso}",
  },
  fetch_positions = {
    run = function(a)
      local kind, first = a:take "type", a.symbols and a:market_of(a.symbols[1])
      kind = kind or first and first.type
      local list_of = positions(with(position_fields, { at = "positions" }))
      if kind == "future" then return { get = "/cfm/positions", read = list_of } end
      return { get = "/intx/positions/" .. urlencode(portfolio(a)), read = list_of }
    end,
  },
  fetch_position = {
    run = function(a)
      local one = position(with(position_fields, { at = "position" }))
      if a.market.future then return { get = "/cfm/positions/{id}", read = one } end
      return { get = "/intx/positions/" .. urlencode(portfolio(a)) .. "/{id}", read = one }
    end,
  },

  -- Orders

  create_order = { run = function(a) return add_order(a, a.type) end },
  create_market_buy_order_with_cost = {
    run = function(a)
      a.side, a.params.cost = "buy", a.cost
      return add_order(a, "market")
    end,
  },
  edit_order = {
    run = function(a)
      local try, test = a:take "preview", a:take "test"
      return {
        post = (try or test) and "/orders/edit_preview" or "/orders/edit", send = "order_id={order_id} size={amount} price={price}",
        read = (try or test) and raw or order { id = function(_, a_) return a_.order_id end },
      }
    end,
  },
  cancel_order = {
    post = "/orders/batch_cancel", send = function(a) return { order_ids = list { a.order_id } } end,
    read = order(with(order_fields, { at = "results.1" })),
  },
  cancel_orders = {
    post = "/orders/batch_cancel", needs = "ids", send = function(a) return { order_ids = list(a.ids) } end,
    read = orders(with(order_fields, { at = "results" })),
  },
  close_position = { run = function(a) return close_position(a) end },

  -- Money between portfolios, by their ids

  transfer = {
    post = "/portfolios/move_funds",
    send = function(a)
      return ordered {
        { "funds", ordered { { "value", a.amount }, { "currency", a.currency_id } } }, { "source_portfolio_uuid", a.from_account },
        { "target_portfolio_uuid", a.to_account },
      }
    end,
    read = transfer {
      currency = "={code}", amount = "={amount}", fromAccount = "source_portfolio_uuid",
      toAccount = "target_portfolio_uuid", status = "=ok",
    },
  },

  options = {
    legacy = false,
    createMarketBuyOrderRequiresPrice = true,     -- false: the amount of a market order to buy is its cost
  },
})
