-- IDEX, which closed in 2025. API 1 as last published, on the Matic network: https://api-docs-v3.idex.io/
-- Every request carries the API key, market data too: so it is all of the right "read" at least. Private ones carry a nonce, which is a uuid of the
-- first kind (of a time), and an HMAC over query or body. What moves something is signed by the wallet too: a hash of bytes, prefixed as
-- Ethereum prefixes messages. Amounts and prices are text with eight decimals. Failures are {code, message}.

-- ---- signing ----

-- 100 ns since 1582, in three pieces of hex; the rest is the same for all.
local function uuid1(ms)
  local hex = ("%015x"):format(ms * 10000 + 122192928000000000)
  return hex:sub(8) .. hex:sub(4, 7) .. "1" .. hex:sub(1, 3) .. "9696ffffffffffff"
end

local function wallet_signature(key, bytes)
  local message = "\x19Ethereum Signed Message:\n32" .. hash("keccak256", bytes)
  local rsv = hex(ecdsa("secp256k1", "keccak256", key.privateKey, message, "recoverable"))
  return "0x" .. slice(rsv, 1, 128) .. when_contains(slice(rsv, 129, 130), "01", "1c", "1b")
end

-- "@" in what is sent stands for what the key knows.
local function fill(t, key, nonce)
  if t.nonce == "@" then t.nonce = nonce end
  if t.wallet == "@" then t.wallet = key.walletAddress end
end

local function sign(req, key, a)
  local nonce = uuid1(a.now)
  fill(req.query, key, nonce)
  if req.json then
    fill(req.json.parameters, key, nonce)
    local bytes = unhex(nonce) .. unhex(slice(key.walletAddress, 3, 42)) .. a.signed.tail
    req.json.signature = wallet_signature(key, (a.signed.head or "") .. bytes)
  end
  req.headers["IDEX-API-Key"] = key.apiKey
  local payload = req.json and req.body or req.query.nonce and encode_query(req.query)
  if payload then req.headers["IDEX-HMAC-Signature"] = hex(hmac("sha256", key.secret, payload)) end
end

-- ---- reading ----

local ticker_fields = {
  market = "market", timestamp = "time", high = "high", low = "low", bid = "bid", ask = "ask", open = "open", last = "close",
  percentage = "percentChange", baseVolume = "baseVolume", quoteVolume = "quoteVolume",
}

local trade_fields = {
  id = "fillId", order = "orderId", market = "market", timestamp = "time", type = "=limit", price = "price", amount = "quantity", cost = "quoteQuantity",
  side = function(o) return o.side or o.makerSide and (o.makerSide == "buy" and "sell" or "buy") end,
  takerOrMaker = function(o) return o.liquidity or "taker" end,
  fee = { cost = "fee", currency = "feeAsset|code" },
}
local trade_list = trades(trade_fields)
-- Fills inside an order do not say its side.
local fills_of = trades(with(trade_fields, { at = "fills?" }))

local order_fields = {
  id = "orderId", clientOrderId = "clientOrderId", market = "market", timestamp = "time", side = "side", price = "price", triggerPrice = "stopPrice",
  average = "avgExecutionPrice", amount = "originalQuantity", filled = "executedQuantity", timeInForce = "timeInForce|upper",
  type = { "type", limitMaker = "limit", default = "." }, postOnly = { "type", limitMaker = true },
  status = "status", trades = fills_of,
}
local one_order, order_list = order(order_fields), orders(order_fields)

local candle_list = candles { columns = "start open high low close volume" }

local transaction_fields = {
  id = "withdrawalId,depositId,withdrawId", txid = "txId", timestamp = "txTime,time", updated = "confirmationTime", currency = "asset|code",
  amount = "quantity", type = function(o) return o.depositId and "deposit" or (o.withdrawalId or o.withdrawId) and "withdrawal" or nil end,
  status = { "txStatus", mined = "ok", default = "." }, fee = { cost = "fee", currency = "asset|code" },
}
local one_transaction, transaction_list = transaction(transaction_fields), transactions(transaction_fields)

-- ---- sending ----

local function public(path, more) return with({ get = path, right = "read", cost = 0.5 }, more) end
local function private(path, send, more) return with({ get = path, cost = 0.5, send = "nonce=@ wallet=@ " .. send }, more) end
local function order_listing(send, read)
  return private("/orders", "market={id} start={since} limit={limit} " .. send, { cost = 0.05, read = read })
end

-- What the wallet signs: nonce and wallet, then `tail`.
local function signed(a, verb, path, parameters, tail, more)
  a.signed = { tail = tail }
  return with({ [verb] = path, send = ordered { { "parameters", parameters } } }, more)
end

local function eight(x)
  local whole, part = decimal.round(x, 8, "places", "cut"):match("^(%d+)%.?(%d*)$")
  return whole .. "." .. part .. ("0"):rep(8 - #part)
end

local types = { market = 0, limit = 1, limitMaker = 2, stopLoss = 3, stopLossLimit = 4, takeProfit = 5, takeProfitLimit = 6 }
local times_in_force = { gtc = 0, ioc = 2, fok = 3 }
local self_trades = { dc = 0, co = 1, cn = 2, cb = 3 }

local function choice(x, of, what)
  return of[x] or fail("BadRequest", what .. " is not " .. tostring(x))
end

-- The exchange's name of a type: triggers and post only make others of the two usual ones.
local function kind_of(a)
  local kind, loss, profit = a.type, a:take "stopLossPrice", a:take "takeProfitPrice"
  local trigger = a:take "triggerPrice" or a:take "stopPrice"
  trigger = loss or profit or trigger
  if a:take "postOnly" then
    if kind == "market" then fail("InvalidOrder", "a market order cannot be post only") end
    if kind == "limit" then kind = "limitMaker" end
  end
  if trigger and (kind == "limit" or kind == "market") then
    kind = (profit and "takeProfit" or "stopLoss") .. (kind == "limit" and "Limit" or "")
  end
  choice(kind, types, "type of order")
  if types[kind] > 2 and not trigger then fail("BadRequest", kind .. " needs params.stopPrice") end
  return kind, types[kind] > 2 and eight(a:to_price(trigger)) or nil
end

local function new_order(a)
  local kind, stop = kind_of(a)
  local is_limit = kind:lower():find("limit", 1, true) ~= nil
  local tif = a:take "timeInForce" or a.options.defaultTimeInForce
  local self = a:take "selfTradePrevention" or a.options.defaultSelfTradePrevention
  local tif_code, self_code = choice(tif, times_in_force, "timeInForce"), choice(self, self_trades, "selfTradePrevention")
  local cost, mine, path = a:take "quoteOrderQuantity" or a:take "cost", a:take "clientOrderId", a:take "test" and "/orders/test" or "/orders"
  if cost and kind ~= "market" then fail("NotSupported", "only a market order goes by what it costs") end
  local amount, price = eight(cost and decimal.text(cost) or a.amount), is_limit and eight(a.price) or nil
  a.params = {}                 -- what is not signed for is not taken
  local p = ordered {
    { "nonce", "@" }, { "market", a.id }, { "side", a.side }, { "type", kind }, { "wallet", "@" }, { "selfTradePrevention", self },
    { "timeInForce", kind ~= "market" and tif or nil }, { "price", price }, { "stopPrice", stop }, { cost and "quoteOrderQuantity" or "quantity", amount },
    { "clientOrderId", mine },
  }
  local tail = a.id .. string.char(types[kind], a.side == "buy" and 0 or 1) .. amount .. string.char(cost and 1 or 0) .. (price or "") .. (stop or "")
    .. (mine or "") .. string.char(tif_code, self_code) .. ("\0"):rep(8)
  local request = signed(a, "post", path, p, tail, { cost = 0.05, read = one_order })
  a.signed.head = "\4"          -- the version of orders on Matic
  return request
end

local function cancel(a, read)
  local p = ordered { { "nonce", "@" }, { "wallet", "@" }, { "orderId", a.order_id }, { "market", not a.order_id and a.id or nil } }
  return signed(a, "delete", "/orders", p, a.order_id or a.id or "", { cost = 0.05, read = read })
end

return {
  hosts = { api = "https://api-matic.idex.io/v1" },
  credentials = { "apiKey", "secret", "walletAddress", "privateKey" },
  renames = { BCC = "BCH" },
  rate = { interval_ms = 1000, burst = 5 },
  encode = "json",
  headers = { ["Content-Type"] = "application/json" },
  timeframes = "1m 5m 15m 30m 1h 6h 1d",

  failed = "code", message = "message",
  errors = by_class {
    InvalidOrder = "INVALID_ORDER_QUANTITY", InsufficientFunds = "INSUFFICIENT_FUNDS", ExchangeNotAvailable = "SERVICE_UNAVAILABLE",
    DDoSProtection = "EXCEEDED_RATE_LIMIT", BadRequest = "INVALID_PARAMETER", InvalidAddress = "WALLET_NOT_ASSOCIATED",
    AuthenticationError = "INVALID_WALLET_SIGNATURE",
  },
  sign = sign,

  -- Market data

  fetch_time = public("/time", { read = time "serverTime" }),
  fetch_status = public("/ping", { read = status { status = "=ok" } }),
  fetch_currencies = public("/assets", {
    read = currencies {
      id = "symbol", name = "name", precision = "exchangeDecimals|tick",
      limits = { amount = { min = "exchangeDecimals|tick" }, withdraw = { min = "exchangeDecimals|tick" } },
    },
  }),
  fetch_markets = {
    right = "read",
    run = function()            -- fees and the least cost, in ETH, are told once for all
      local rows, told = ask(public("/markets", { params = true })), ask(public("/exchange", {}))
      local maker, taker = told.makerTradeMinimum, told.takerTradeMinimum
      local least = maker and taker and (decimal.cmp(maker, taker) < 0 and maker or taker) or nil
      local out = {}
      for i, row in ipairs(rows) do
        local base, quote = tonumber(row.baseAssetPrecision), tonumber(row.quoteAssetPrecision)
        local step, price_step = base and tonumber(("1e%d"):format(-base)), quote and tonumber(("1e%d"):format(-quote))
        out[i] = {
          id = row.market, baseId = row.baseAsset, quoteId = row.quoteAsset, active = row.status ~= "inactive", taker = told.takerFeeRate,
          maker = told.makerFeeRate, precision = { amount = step, price = row.tickSize }, info = row,
          limits = { amount = { min = step }, price = { min = price_step }, cost = { min = row.quoteAsset == "ETH" and least or nil } },
        }
      end
      return out
    end,
  },
  fetch_ticker = public("/tickers", { send = "market={id}", read = ticker(with(ticker_fields, { at = "1" })) }),
  fetch_tickers = public("/tickers", { read = tickers(ticker_fields) }),
  fetch_order_book = public("/orderbook", {
    send = "market={id} level={2} limit={limit}", read = book { bids = "bids", asks = "asks", level = { 1, 2, 3 }, nonce = "sequence" },
  }),
  fetch_trades = public("/trades", { send = "market={id} start={since} limit={limit|max:1000}", read = trade_list }),
  fetch_ohlcv = public("/candles", {
    send = "market={id} interval={timeframe} start={since} limit={limit|max:1000}",
    read = function(reply, a) return reply.nextTime and {} or candle_list(reply, a) end,      -- none: {nextTime}
  }),

  -- Account

  fetch_trading_fees = {
    get = "/user", cost = 0.5, send = "nonce=@",
    read = function(reply, a)
      local out = {}
      for _, symbol in ipairs(a.all_symbols) do
        out[symbol] = { maker = reply.makerFeeRate, taker = reply.takerFeeRate, percentage = true, tierBased = false, info = reply }
      end
      return out
    end,
  },
  fetch_balance = private("/balances", "", { read = balance { currency = "asset|code", free = "availableForTrade", used = "locked", total = "quantity" } }),
  fetch_order = private("/orders", "market={id} orderId={order_id}", { cost = 0.05, read = one_order }),
  fetch_open_orders = order_listing("closed=false", order_list),
  fetch_closed_orders = order_listing("closed=true", order_list),
  fetch_my_trades = private("/fills", "market={id} start={since} limit={limit}", { cost = 0.05, read = trade_list }),

  -- Orders

  create_order = { run = new_order },
  cancel_order = { run = function(a) return cancel(a, order(with(order_fields, { at = "1" }))) end },
  cancel_all_orders = { run = function(a) return cancel(a, order_list) end },

  -- Money in and out

  fetch_deposit_address = {     -- that of the wallet associated last, whatever the asset
    get = "/wallets", cost = 0.5, send = "nonce=@", read = address { at = "-1", address = "address", network = "=MATIC" },
  },
  fetch_deposit = private("/deposits", "depositId={order_id}", { read = one_transaction }),
  fetch_withdrawal = private("/withdrawals", "withdrawalId={order_id}", { read = one_transaction }),
  fetch_deposits = private("/deposits", "asset={currency_id} start={since} limit={limit}", { read = transaction_list }),
  fetch_withdrawals = private("/withdrawals", "asset={currency_id} start={since} limit={limit}", { read = transaction_list }),
  withdraw = {
    run = function(a)
      local amount = eight(a.amount)
      a.params = {}
      local p = ordered { { "nonce", "@" }, { "wallet", a.address }, { "asset", a.currency_id }, { "quantity", amount } }
      return signed(a, "post", "/withdrawals", p, a.currency_id .. amount .. "\1", { cost = 0.5, read = one_transaction })
    end,
  },

  options = { defaultTimeInForce = "gtc", defaultSelfTradePrevention = "cn" },
}
