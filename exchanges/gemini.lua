-- Gemini. API: https://docs.gemini.com/rest-api/
-- What is asked travels as base64 of JSON in a header; amounts are text. Failures are {result: "error", reason, message}.
-- The market list is bare ids; steps and minimums are told one market at a time (options.details = true asks for all of them). Currencies
-- are told by the trading page only. An id is base and quote without a border, "perp" at the end for perpetuals.

local quotes = { "USDT", "GUSD", "USD", "DAI", "EUR", "GBP", "SGD", "BTC", "ETH", "LTC", "BCH", "SOL", "USDC", "RLUSD" }
local broken = {      -- listed, but not traded
  efilusd = true, efilfil = true, eurusd = true, eurusdc = true, maticusd = true, maticgusd = true, maticusdc = true, maticrlusd = true,
}

-- "btcusd" -> "BTC", "USD"
local function split(id)
  id = id:upper()
  if id == "PAXGUSD" then return "PAXG", "USD" end
  local base, quote
  for _, q in ipairs(quotes) do
    local rest = id:sub(1, -#q - 1)
    if rest ~= "" and rest .. q == id and #q > #(quote or "") then base, quote = rest, q end
  end
  return base, quote
end

local function market_of_id(id)
  local spot = id:gsub("perp$", "")
  local base, quote = split(spot)
  return { id = id, baseId = base, quoteId = quote, settleId = spot ~= id and quote or nil, index = false, info = { symbol = id } }
end

local open_statuses = { open = true, closed = false, cancel_only = true, post_only = true, limit_only = true }

local function market_of_details(m)
  return {
    id = m.symbol:lower(), baseId = m.base_currency, quoteId = m.quote_currency, settleId = m.contract_price_currency,
    contractSize = m.contract_price_currency and 1 or nil, active = m.status == nil or open_statuses[m.status] ~= false,
    precision = { amount = m.tick_size, price = m.quote_increment }, limits = { amount = { min = m.min_order_size } }, info = m,
  }
end

-- ---- reading ----

local ticker_fields = {
  timestamp = "volume.timestamp", bid = "bid", ask = "ask", last = "last,close,price", open = "open", high = "high", low = "low",
  percentage = "percentChange24h",
  baseVolume = function(o, _, market) return o.volume and market and o.volume[market.baseId:upper()] end,
  quoteVolume = function(o, _, market) return o.volume and market and o.volume[market.quoteId:upper()] end,
}

local fills = trades {
  id = "tid", order = "order_id", timestamp = "timestampms", side = "type|lower", price = "price", amount = "amount",
  fee = { cost = "fee_amount", currency = "fee_currency|code" },
}

local order_fields = {
  id = "order_id", clientOrderId = "client_order_id", timestamp = "timestampms", market = "symbol|lower", side = "side|lower",
  price = "price", triggerPrice = "stop_price", average = "avg_execution_price", amount = "original_amount", filled = "executed_amount",
  remaining = "remaining_amount",
  status = function(o) return o.is_cancelled and "canceled" or o.is_live and "open" or "closed" end,
  type = words("type", { limit = { "exchange limit" }, market = { "market buy", "market sell" } }),
  timeInForce = { "options.1", ["immediate-or-cancel"] = "IOC", ["fill-or-kill"] = "FOK", ["maker-or-cancel"] = "PO", default = "GTC" },
  postOnly = { "options.1", ["maker-or-cancel"] = true, default = false },
}
-- One order is found by its id alone: what it says of its market counts, not what was asked.
local one_order = order(with(order_fields, {
  symbol = function(o, _, market) return (not market or market.id ~= o.symbol:lower()) and o.symbol or nil end,
}))

local transaction_fields = {
  id = "eid,withdrawalId", txid = "txHash", timestamp = "timestampms", currency = "currency|code", amount = "amount",
  address = "destination", type = "type|lower", status = { "status", Advanced = "ok", default = "." }, comment = "message",
  fee = { cost = "feeAmount", currency = function(o) return o.feeAmount and o.currency end },
}
local history = { post = "/v1/transfers", send = "limit_transfers={limit} timestamp={since}", read = transactions(transaction_fields) }

-- "ethereum" is ERC20, and ETH for ether itself.
local function network_code(a, id, code)
  for name, network in pairs(a.options.networks) do
    if network == id then return name == "ERC20" and code == "ETH" and "ETH" or name end
  end
  return id
end

-- ---- sending ----

local options_of = {
  IOC = "immediate-or-cancel", FOK = "fill-or-kill", PO = "maker-or-cancel", ["immediate-or-cancel"] = "immediate-or-cancel",
  ["fill-or-kill"] = "fill-or-kill",
}

local function addresses_of_network(a)
  local network = a:take "network"
  if not network then fail("ArgumentsRequired", "params.network is needed: an address belongs to a network") end
  local id = network == a.code and network == "ETH" and a.options.networks.ERC20 or a.options.networks[network] or network
  local reply = ask { post = "/v1/addresses/" .. urlencode(id), params = true }
  local out = {}
  for _, row in ipairs(reply) do out[network] = { currency = a.code, network = network, address = row.address, info = row } end
  return out, network
end

return {
  hosts = { api = "https://api.gemini.com", web = "https://exchange.gemini.com" },
  client_id = "hex",
  rate = { interval_ms = 100, burst = 5 },
  fees = { taker = 0.004, maker = 0.002 },
  encode = "json",
  timeframes = "1m 5m 15m 30m 1h=1hr 6h=6hr 1d=1day",

  failed = "result=error", code = "reason", message = "message",
  errors = by_class {
    AuthenticationError = "InvalidApiKey InvalidSignature MissingApikeyHeader MissingPayloadHeader MissingSignatureHeader MissingRole NoSSL",
    BadRequest = "AuctionNotOpen ClientOrderIdTooLong ClientOrderIdMustBeString ConflictingOptions EndpointMismatch EndpointNotFound "
      .. "IneligibleTiming InvalidJson InvalidSymbol InvalidTimestampInPayload OptionsMustBeArray UnsupportedOption",
    ExchangeError = "System", InsufficientFunds = "InsufficientFunds", InvalidNonce = "InvalidNonce",
    InvalidOrder = "InvalidOrderType InvalidPrice InvalidQuantity InvalidSide MarketNotOpen MissingOrderField",
    OnMaintenance = "Maintenance", OrderNotFound = "OrderNotFound", RateLimitExceeded = "RateLimit",
  },
  broad = {
    { "The Gemini Exchange is currently undergoing maintenance.", "OnMaintenance" },
    { "We are investigating technical issues with the Gemini Exchange.", "ExchangeNotAvailable" },
    { "Internal Server Error", "ExchangeNotAvailable" },
  },
  http = {
    [400] = "BadRequest", [403] = "PermissionDenied", [404] = "OrderNotFound", [406] = "InsufficientFunds", [429] = "RateLimitExceeded",
    [500] = "ExchangeError", [502] = "ExchangeNotAvailable", [503] = "OnMaintenance",
  },

  sign = function(req, key)
    local payload = ordered { { "request", req.path }, { "nonce", key.nonce } }
    for k, v in pairs(req.json) do payload[k] = v end
    payload = base64(encode_json(payload))
    req.body = encode_json(req.json)
    req.headers["Content-Type"] = "text/plain"
    req.headers["X-GEMINI-APIKEY"] = key.apiKey
    req.headers["X-GEMINI-PAYLOAD"] = payload
    req.headers["X-GEMINI-SIGNATURE"] = hex(hmac("sha384", key.secret, payload))
  end,

  -- Market data

  fetch_markets = {
    run = function(a)
      local out = {}
      for _, id in ipairs(ask { get = "/v1/symbols", cost = 5, params = true }) do
        local m
        if broken[id] then m = nil
        elseif a.options.details then m = market_of_details(ask { get = "/v1/symbols/details/" .. urlencode(id), cost = 5 })
        else m = market_of_id(id)
        end
        out[#out + 1] = m
      end
      return out
    end,
  },
  fetch_currencies = {
    get = "/", host = "web", text = true,
    read = function(page, a)    -- a page that looks otherwise tells nothing; the markets know their currencies
      local data = page:match('="currencyData">(.-)</script>')
      local out = {}
      for _, c in ipairs(data and json.decode(data).currencies or {}) do
        local id, name, digits, is_fiat, network = c[1], c[2], c[6], c[8], c[10]
        local step = tonumber(("1e-%d"):format(digits))
        local code = type(network) == "string" and network_code(a, network, id)
        local networks = {}
        if code then networks[code] = { id = network, network = code, precision = step, limits = { deposit = {}, withdraw = {} } } end
        out[id] = { id = id, name = name, precision = step, type = is_fiat == true and "fiat" or "crypto", networks = networks }
      end
      return out
    end,
  },
  fetch_ticker = { get = "/v1/pubticker/{id}", cost = 5, read = ticker(ticker_fields) },
  fetch_tickers = {
    get = "/v1/pricefeed", cost = 5,
    read = tickers(with(ticker_fields, { market = "pair|lower", where = function(o) return not broken[o.pair:lower()] end })),
  },
  fetch_order_book = {
    get = "/v1/book/{id}", cost = 5, send = "limit_bids={limit} limit_asks={limit}",
    read = book { bids = "bids", asks = "asks", level = { "price", "amount" } },
  },
  fetch_trades = { get = "/v1/trades/{id}", cost = 5, send = "limit_trades={limit|max:500} timestamp={since}", read = fills },
  fetch_ohlcv = { get = "/v2/candles/{id}/{timeframe}", cost = 5, read = candles {} },
  fetch_open_interest = {
    get = "/v1/riskstats/{id}", cost = 5,
    read = function(reply, a)
      return {
        symbol = a.symbol, openInterestAmount = tonumber(reply.open_interest), openInterestValue = tonumber(reply.open_interest_notional),
        info = reply,
      }
    end,
  },

  -- Account

  fetch_balance = { post = "/v1/balances", read = balance { currency = "currency|code", free = "available", total = "amount" } },
  fetch_trading_fees = {
    post = "/v1/notionalvolume",
    read = function(reply, a)   -- one rate for all markets, in hundredths of a percent
      local out = {}
      for _, symbol in ipairs(a.all_symbols) do
        out[symbol] = {
          maker = tonumber(reply.api_maker_fee_bps) / 10000, taker = tonumber(reply.api_taker_fee_bps) / 10000, percentage = true,
          tierBased = true, info = reply,
        }
      end
      return out
    end,
  },
  fetch_order = { post = "/v1/order/status", send = "order_id={order_id}", read = one_order },
  fetch_open_orders = { post = "/v1/orders", read = orders(order_fields) },
  fetch_my_trades = { post = "/v1/mytrades", needs = "symbol", send = "symbol={id} limit_trades={limit} timestamp={since|s}", read = fills },

  -- Orders

  create_order = {
    types = "limit",
    run = function(a)
      local mine = a:take "clientOrderId" or a:take "client_order_id" or tostring(a.now)
      local stop = a:take "triggerPrice" or a:take "stop_price" or a:take "stopPrice"
      local option
      if not stop then          -- a stop takes none
        option = a:take "options" or a:take "postOnly" and "maker-or-cancel"
        option = option or options_of[a:take "timeInForce" or ""]
      end
      return {
        post = "/v1/order/new", read = one_order,
        send = ordered {
          { "client_order_id", mine }, { "symbol", a.id }, { "amount", a.amount }, { "price", a.price }, { "side", a.side },
          { "type", stop and "exchange stop limit" or "exchange limit" }, { "stop_price", stop and a:to_price(stop) },
          { "options", option and list { option } or nil },
        },
      }
    end,
  },
  cancel_order = { post = "/v1/order/cancel", send = "order_id={order_id}", read = one_order },

  -- Money in and out

  fetch_deposits_withdrawals = history,
  fetch_transactions = history,
  fetch_deposit_addresses_by_network = { run = function(a) return (addresses_of_network(a)) end },
  fetch_deposit_address = {
    run = function(a)
      local all, network = addresses_of_network(a)
      return all[network] or fail("InvalidAddress", "no address of " .. a.code .. " on " .. network)
    end,
  },
  create_deposit_address = { post = "/v1/deposit/{currency_id}/newAddress", read = address { address = "address" } },
  withdraw = {          -- a tag belongs to the address as the account has approved it
    post = "/v1/withdraw/{currency_id}",
    send = function(a) return ordered { { "amount", raw_number(a.amount) }, { "address", a.address } } end,
    read = transaction(transaction_fields),
  },

  options = {
    details = false,
    networks = {
      BTC = "bitcoin", ERC20 = "ethereum", BCH = "bitcoincash", LTC = "litecoin", ZEC = "zcash", FIL = "filecoin", DOGE = "dogecoin",
      XTZ = "tezos", AVAXX = "avalanche", SOL = "solana", ATOM = "cosmos", DOT = "polkadot",
    },
  },
}
