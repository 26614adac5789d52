-- LATOKEN. API 2: https://api.latoken.com/doc/v2/
-- Currencies and pairs are named by uuid; a market is asked for by the ids of both currencies. Signed are method, path and what is sent, written
-- as a query also where it travels as JSON. Failures are {status: "FAILURE", message, error}, in which the message may tell more than the code.
-- Orders with a trigger live apart: params.trigger = true asks for them.

local codes = by_class {
  ExchangeError = "INTERNAL_ERROR NOT_FOUND REQUEST_REJECTED", ExchangeNotAvailable = "SERVICE_UNAVAILABLE",
  AuthenticationError = "NOT_AUTHORIZED BAD_CREDENTIALS COOKIE_THEFT INSUFFICIENT_AUTHENTICATION UNKNOWN_LOCATION",
  PermissionDenied = "FORBIDDEN ACCESS_DENIED", AccountSuspended = "ACCOUNT_EXPIRED CREDENTIALS_EXPIRED", RateLimitExceeded = "TOO_MANY_REQUESTS",
  BadRequest = "BAD_REQUEST HTTP_MEDIA_TYPE_NOT_SUPPORTED MEDIA_TYPE_NOT_ACCEPTABLE METHOD_ARGUMENT_NOT_VALID VALIDATION_ERROR",
  InsufficientFunds = "INSUFFICIENT_FUNDS", InvalidOrder = "ORDER_VALIDATION BAD_TICKS",
}
local texts = {
  { "invalid API key, signature or digest", "AuthenticationError" }, { "The API key was revoked", "AuthenticationError" },
  { "request expired or bad", "InvalidNonce" }, { "For input string", "BadRequest" }, { "Unable to resolve currency by tag", "BadSymbol" },
  { "Can't find currency with tag", "BadSymbol" }, { "Unable to place order because pair is in inactive state", "BadSymbol" },
  { "API keys are not available for", "AccountSuspended" },
}
local function class_of(message)
  for _, row in ipairs(texts) do
    if message:find(row[1], 1, true) then return row[2] end
  end
  return codes[message]
end

-- ---- reading ----

local function symbol_of(o, a)
  local base, quote = o.baseCurrency, o.quoteCurrency
  return base and quote and a:code_of(base) .. "/" .. a:code_of(quote) or nil
end

local ticker_fields = {
  timestamp = "updateTimestamp|nonzero", symbol = symbol_of, bid = "bestBid", bidVolume = "bestBidQuantity", ask = "bestAsk", askVolume = "bestAskQuantity",
  last = "lastPrice", percentage = "change24h", baseVolume = "amount24h", quoteVolume = "volume24h",
}

-- Public trades have no direction: theirs is the taker's.
local function trade_side(o)
  if o.direction then return (o.direction:lower():gsub("^trade_direction_", "")) end
  if o.makerBuyer ~= nil then return o.makerBuyer == true and "sell" or "buy" end
end
local trade_list = trades {
  id = "id", order = "order", symbol = symbol_of, timestamp = "timestamp", side = trade_side, price = "price", amount = "quantity", cost = "cost",
  takerOrMaker = function(o)
    local side = trade_side(o)
    if not side or o.makerBuyer == nil then return nil end
    return (side == "buy") == (o.makerBuyer == true) and "maker" or "taker"
  end,
  fee = { cost = "fee", currency = "quoteCurrency|code" },
}

local statuses = { ORDER_STATUS_PLACED = "open", ORDER_STATUS_CLOSED = "closed", ORDER_STATUS_CANCELLED = "canceled" }
local order_fields = {
  id = "id", clientOrderId = "clientOrderId", symbol = symbol_of, timestamp = "timestamp", price = "price", triggerPrice = "stopPrice",
  amount = "quantity", filled = "filled",
  cost = function(o) return tonumber(o.cost) and o.cost or false end,      -- of the whole order, filled or not
  side = function(o) return o.side and o.side:match("[^_]*$"):lower() end,
  type = { "type", ORDER_TYPE_MARKET = "market", ORDER_TYPE_LIMIT = "limit", default = "." },
  timeInForce = {
    "condition", ORDER_CONDITION_GOOD_TILL_CANCELLED = "GTC", ORDER_CONDITION_IMMEDIATE_OR_CANCEL = "IOC", ORDER_CONDITION_FILL_OR_KILL = "FOK",
    default = ".",
  },
  status = function(o)          -- "order accepted for placing", "cancellation request successfully submitted"
    local message = o.message or ""
    return message:find "cancel" and "canceled" or message:find "accept" and "open" or statuses[o.status or ""] or o.status
  end,
}
local one_order, order_list = order(order_fields), orders(order_fields)

-- Levels that are used up are still told.
local function levels_of(side)
  local out = list {}
  for _, row in ipairs(side) do
    if not row.quantity or tonumber(row.quantity) ~= 0 then out[#out + 1] = list { row.price, row.quantity } end
  end
  return out
end

-- ---- sending ----

-- An endpoint of orders, or of those with a trigger.
local function of_orders(a, path)
  local stop, trigger = a:take "stop", a:take "trigger"
  return "/v2/auth/" .. ((stop or trigger) and "stopOrder" or "order") .. path
end
local pair = "/{market.baseId}/{market.quoteId}"

local transfer_fields = {
  id = "id", timestamp = "timestamp", currency = "currency|code", amount = "transferringFunds", fromAccount = "fromAccount", toAccount = "toAccount",
  status = words("status", {
    ok = "TRANSFER_STATUS_COMPLETED", pending = "TRANSFER_STATUS_PENDING TRANSFER_STATUS_UNVERIFIED", failed = "TRANSFER_STATUS_REJECTED",
    canceled = "TRANSFER_STATUS_CANCELLED",
  }),
}

-- The codes of currency ids, asked for when they are not known yet.
local function codes_by_id(a, rows)
  local out, unknown = {}, false
  for _, row in ipairs(rows) do
    for _, id in ipairs { row.baseCurrency, row.quoteCurrency } do
      local code = a:code_of(id)
      if code ~= id:upper() then out[id] = code else unknown = true end
    end
  end
  for _, c in ipairs(unknown and ask { get = "/v2/currency" } or {}) do
    if c.id and c.tag then out[c.id] = a:code_of(c.tag) end
  end
  return out
end

return {
  hosts = { api = "https://api.latoken.com" },
  client_id = "hex",
  rate = { interval_ms = 1000, burst = 5 },
  fees = { taker = 0.0049, maker = 0.0049 },
  encode = "json_always",
  renames = {
    BUX = "Buxcoin", CBT = "Community Business Token", CTC = "CyberTronchain", DMD = "Diamond Coin", FREN = "Frenchie", GDX = "GoldenX",
    GEC = "Geco One", GEM = "NFTmall", GMT = "GMT Token", IMC = "IMCoin", MT = "Monarch", TPAY = "Tetra Pay", TRADE = "Smart Trade Coin",
    TSL = "Treasure SL", UNO = "Unobtanium", WAR = "Warrior Token",
  },

  failed = function(reply)
    local message, code = reply.message, reply.error
    local class = message and class_of(message)
    if code == "" then code = nil end
    if code ~= nil or class or reply.status == "FAILURE" then return code or message or "FAILURE", message, class end
  end,
  errors = codes, broad = texts,

  sign = function(req, key)
    local sent = encode_query(req.json or req.query)
    req.headers["X-LA-APIKEY"] = key.apiKey
    req.headers["X-LA-SIGNATURE"] = hex(hmac("sha512", key.secret, req.method .. req.path .. sent))
    req.headers["X-LA-DIGEST"] = "HMAC-SHA512"
  end,

  -- Market data

  fetch_time = { get = "/v2/time", read = time "serverTime" },
  fetch_currencies = {
    get = "/v2/currency",
    read = currencies {
      id = "id", code = "tag|code", name = "name", active = "status|eq:CURRENCY_STATUS_ACTIVE", fee = "fee", precision = "decimals|tick",
      type = { "type", CURRENCY_TYPE_CRYPTO = "crypto", CURRENCY_TYPE_IEO = "crypto", default = "other" },
      limits = { amount = { min = "minTransferAmount" } },
    },
  },
  fetch_markets = {
    run = function(a)
      local rows = ask { get = "/v2/pair", params = true }
      local known, out = codes_by_id(a, rows), {}
      for _, row in ipairs(rows) do
        local base, quote = known[row.baseCurrency], known[row.quoteCurrency]
        local usd = quote == "USD"
        if base and quote then
          out[#out + 1] = {
            id = row.id, base = base, quote = quote, baseId = row.baseCurrency, quoteId = row.quoteCurrency, active = row.status == "PAIR_STATUS_ACTIVE",
            precision = { amount = row.quantityTick, price = row.priceTick }, created = row.created, info = row,
            percentage = true, tierBased = false, feeSide = "get",
            limits = { amount = { min = row.minOrderQuantity }, cost = { min = usd and row.minOrderCostUsd or nil, max = usd and row.maxOrderCostUsd or nil } },
          }
        end
      end
      ask { get = "/v2/time" }      -- recorded sessions ask it along with the pairs
      return out
    end,
  },
  fetch_ticker = { get = "/v2/ticker" .. pair, read = ticker(ticker_fields) },
  fetch_tickers = { get = "/v2/ticker", read = tickers(ticker_fields) },
  fetch_order_book = {
    get = "/v2/book" .. pair, send = "limit={limit}",
    read = function(reply) return { bids = levels_of(reply.bid), asks = levels_of(reply.ask), info = reply } end,
  },
  fetch_trades = { get = "/v2/trade/history" .. pair, send = "limit={limit|max:100}", read = trade_list },
  fetch_trading_fee = {
    run = function(a)
      local public = (a:take "method" or a.options.fetchTradingFee.method) == "fetchPublicTradingFee"
      return {
        get = (public and "/v2/trade/fee" or "/v2/auth/trade/fee") .. pair, right = public and "public" or "read",
        read = trading_fee { maker = "makerFee", taker = "takerFee" },
      }
    end,
  },

  -- Account

  fetch_balance = {
    run = function(a)
      local types = a.options.types
      local wanted = a:take "type" or a.options.defaultType
      wanted = types[wanted] or wanted
      return {
        get = "/v2/auth/account",
        read = function(reply)
          local out = { info = reply }
          for _, row in ipairs(reply) do
            if row.type == wanted and row.currency then
              out[a:code_of(row.currency)] = { free = row.available, used = row.blocked }
              local at = math.tointeger(tonumber(row.timestamp))
              out.timestamp = at and math.max(at, out.timestamp or 0) or out.timestamp
            end
          end
          return out
        end,
      }
    end,
  },
  fetch_order = {
    run = function(a) return { get = of_orders(a, "/getOrder/{order_id}"), read = one_order } end,
  },
  fetch_orders = {
    run = function(a) return { get = of_orders(a, a.symbol and "/pair" .. pair or ""), send = "limit={limit}", read = order_list } end,
  },
  fetch_open_orders = {
    needs = "symbol", run = function(a) return { get = of_orders(a, "/pair" .. pair .. "/active"), read = order_list } end,
  },
  fetch_my_trades = {
    run = function(a) return { get = a.symbol and "/v2/auth/trade/pair" .. pair or "/v2/auth/trade", send = "limit={limit}", read = trade_list } end,
  },

  -- Orders

  create_order = {
    run = function(a)
      local trigger, kind = a:take "triggerPrice" or a:take "stopPrice", a.type:upper()
      local r = ordered {
        { "baseCurrency", a.market.baseId }, { "quoteCurrency", a.market.quoteId }, { "side", a.side:upper() }, { "condition", a:take "timeInForce" or "GTC" },
        { "type", kind }, { "clientOrderId", a:take "clientOrderId" or uuid() }, { "quantity", a.amount }, { "timestamp", a.now // 1000 },
        { "price", kind == "LIMIT" and a.price or nil }, { "stopPrice", trigger and a:to_price(trigger) },
      }
      return { post = "/v2/auth/" .. (trigger and "stopOrder" or "order") .. "/place", read = one_order, send = r }
    end,
  },
  cancel_order = {
    run = function(a) return { post = of_orders(a, "/cancel"), send = "id={order_id}", read = one_order } end,
  },
  cancel_all_orders = {
    run = function(a)
      return { post = of_orders(a, "/cancelAll" .. (a.symbol and pair or "")), read = function(reply) return { { info = reply } } end }
    end,
  },

  -- Money in and out

  fetch_transactions = {
    get = "/v2/auth/transaction",
    read = transactions {
      at = "content", id = "id", txid = "transactionHash", timestamp = "timestamp", currency = "currency|code", amount = "amount",
      addressFrom = "senderAddress", addressTo = "recipientAddress", address = "recipientAddress", tag = "memo", tagTo = "memo",
      type = { "type", TRANSACTION_TYPE_DEPOSIT = "deposit", TRANSACTION_TYPE_WITHDRAWAL = "withdrawal", default = "." },
      status = words("status", {
        ok = "TRANSACTION_STATUS_CONFIRMED TRANSACTION_STATUS_EXECUTED", pending = "TRANSACTION_STATUS_CHECKING", canceled = "TRANSACTION_STATUS_CANCELLED",
        failed = "TRANSACTION_STATUS_FAILED TRANSACTION_STATUS_REJECTED",
      }),
      fee = { cost = "transactionFee", currency = "currency|code" },
    },
  },
  fetch_transfers = { get = "/v2/auth/transfer", read = transfers(with(transfer_fields, { at = "content" })) },
  transfer = {                 -- to another user, known by mail address, id or phone
    run = function(a)
      local to = a.to_account
      local by = to:find("@", 1, true) and "email" or #to == 36 and "id" or "phone"
      return {
        post = "/v2/auth/transfer/" .. by, send = "currency={currency_id} recipient={to_account} value={amount}", read = transfer(transfer_fields),
      }
    end,
  },

  options = {
    defaultType = "spot", types = { wallet = "ACCOUNT_TYPE_WALLET", funding = "ACCOUNT_TYPE_WALLET", spot = "ACCOUNT_TYPE_SPOT" },
    fetchTradingFee = { method = "fetchPrivateTradingFee" },
  },
}
