-- Coinone. API: https://docs.coinone.co.kr (public/v2, v2 and v2.1). All markets are in won.
-- A private call is one base64 text of JSON, in the body and in a header, signed with the secret in capitals; v2 counts nonces, v2.1 wants a uuid.
-- A failure is an error_code (v2: errorCode) other than "0" in a 200 reply. v2 tells times in seconds, v2.1 in milliseconds, and in v2's
-- orders baseCurrency is the quote.

local function code(o, field, a) return o[field] and a:code_of(o[field]:upper()) end

local function symbol_of(o, a)
  local base, quote = code(o, "target_currency", a), code(o, "quote_currency", a)
  return base and quote and base .. "/" .. quote
end

local function time_of(field)
  return function(o)
    local t = o[field]
    return t and (tonumber(t) < 100000000000 and decimal.mul(t, 1000) or t)
  end
end

local ticker_fields = {
  at = "tickers", symbol = symbol_of, timestamp = "timestamp", high = "high", low = "low", open = "first", last = "last",
  baseVolume = "target_volume", quoteVolume = "quote_volume",
}

local sides = { "side|lower,type|lower", bid = "buy", buy = "buy", ask = "sell", sell = "sell" }

local function fee_currency(o, _, market)
  local side = o.side or o.type
  if not o.fee or not market then return nil end
  return (side == "ask" or side == "sell" or side == "SELL" or o.is_seller_maker == true) and market.quote or market.base
end

local trade_fields = {
  at = "transactions", id = "id", timestamp = time_of "timestamp", price = "price", amount = "qty",
  side = { "is_seller_maker", ["true"] = "buy", ["false"] = "sell" },      -- the taker's
}
local own_trades = trades(with(trade_fields, {
  at = "completeOrders", order = "orderId", side = { "type,is_seller_maker", bid = "buy", ask = "sell", ["true"] = "sell", ["false"] = "buy" },
  fee = { cost = "fee|abs", rate = "feeRate|abs", currency = fee_currency },
}))

local statuses = { live = "open", partially_filled = "open", filled = "closed", partially_canceled = "canceled", canceled = "canceled" }

local order_fields = {
  id = "orderId,order_id", clientOrderId = "user_order_id",
  timestamp = function(o) return time_of "timestamp" (o) or time_of "orderedAt" (o) or o.ordered_at or o.updated_at end,
  lastUpdateTimestamp = function(o) return time_of "updatedAt" (o) or o.updated_at end,
  type = { "type", MARKET = "market", default = "limit" }, side = sides, price = "price", average = "averageExecutedPrice,average_executed_price",
  amount = "originalQty,original_qty,qty", filled = "executedQty,executed_qty", remaining = "remainQty,remain_qty",
  status = function(o)
    local status, left, all = o.status and o.status:lower(), o.remainQty or o.remain_qty, o.originalQty or o.original_qty or o.qty
    -- a part that was executed makes a live order partially_filled: what a live one lacks, was cancelled
    if status == "live" and left and all and decimal.cmp(left, all) < 0 then return "canceled" end
    return statuses[status] or status
  end,
  fee = { cost = "fee", rate = "feeRate,fee_rate", currency = fee_currency },
}

local function market_path(path) return "/public/v2/" .. path .. "/{market.quoteId}/{market.baseId}" end

return {
  hosts = { api = "https://api.coinone.co.kr" },
  client_id = "hex",
  rate = { interval_ms = 50, burst = 10 },
  fees = { taker = 0.002, maker = 0.002 },
  renames = { SOC = "Soda Coin" },
  encode = "json", nonce = "s",

  sign = function(req, key)
    local payload = ordered { { "access_token", key.apiKey }, { "nonce", req.path:find("^/v2%.1/") and uuid() or key.nonce } }
    for k, v in pairs(req.json) do payload[k] = v end
    payload = base64(encode_json(payload))
    req.body = payload
    req.headers["Content-Type"] = "application/json"
    req.headers["X-COINONE-PAYLOAD"] = payload
    req.headers["X-COINONE-SIGNATURE"] = hex(hmac("sha512", upper(key.secret), payload))
  end,

  failed = function(reply)
    local failure = reply.error_code or reply.errorCode
    if failure and failure ~= "0" then return failure, reply.error_msg or reply.errorMsg end
  end,
  errors = by_class {
    AuthenticationError = "11 12 50 53 100 120 121 123", BadRequest = "101 107", BadSymbol = "108", InsufficientFunds = "103",
    InvalidNonce = "122 130 131 132 133", InvalidOrder = "105 113 141", OnMaintenance = "405", OrderNotFound = "104 111", PermissionDenied = "4 40",
  },

  -- Market data

  fetch_currencies = {
    get = "/public/v2/currencies",
    read = currencies {
      at = "currencies", id = "symbol", name = "name", deposit = "deposit_status|eq:normal", withdraw = "withdraw_status|eq:normal",
      fee = "withdrawal_fee", precision = "max_precision|tick", limits = { withdraw = { min = "withdrawal_min_amount" } },
      type = { "symbol", KRW = "fiat", default = "crypto" },
    },
  },
  fetch_markets = {
    get = "/public/v2/ticker_new/KRW",
    read = markets {            -- the id of a row is that of its last trade
      at = "tickers", id = "target_currency", baseId = "target_currency|upper", quoteId = "quote_currency|upper",
      precision = { amount = 1e-4, price = 1e-4, cost = 1e-8 },
    },
  },
  fetch_ticker = { get = market_path "ticker_new", read = ticker(with(ticker_fields, { at = "tickers.1" })) },
  fetch_tickers = {
    run = function(a)           -- one, or all
      local one = a.symbols and a.symbols[1]
      for _, symbol in ipairs(a.symbols or {}) do
        if symbol ~= one then one = nil end
      end
      a.market = one and a:market_of(one)
      return { get = one and market_path "ticker_new" or "/public/v2/ticker_new/KRW", read = tickers(ticker_fields) }
    end,
  },
  fetch_order_book = { get = market_path "orderbook", send = "size={limit}", read = book { level = { "price", "qty" }, timestamp = "timestamp" } },
  fetch_trades = { get = market_path "trades", send = "size={limit|max:200}", read = trades(trade_fields) },

  -- Account

  fetch_balance = {
    post = "/v2/account/balance", right = "read",
    read = function(reply, a)
      local out = { info = reply }
      for id, o in pairs(reply) do
        if type(o) == "userdata" and o.balance then out[a:code_of(id:upper())] = { free = o.avail, total = o.balance } end
      end
      return out
    end,
  },
  fetch_order = { post = "/v2/order/query_order", needs = "symbol", send = "order_id={order_id} currency={id}", read = order(order_fields) },
  fetch_open_orders = {
    post = "/v2.1/order/open_orders", needs = "symbol", send = "quote_currency={market.quoteId} target_currency={market.baseId}",
    read = orders(with(order_fields, { at = "open_orders,limitOrders" })),
  },
  fetch_my_trades = { post = "/v2/order/complete_orders", needs = "symbol", send = "currency={id}", read = own_trades },
  create_order = {
    post = "/v2.1/order/limit", types = "limit", read = order { id = "order_id", type = "=limit", symbol = false },
    send = "quote_currency={market.quoteId} target_currency={market.baseId} type=LIMIT side={side|upper} price={price} qty={amount} "
      .. "post_only={postOnly} user_order_id={clientOrderId}",
  },
  cancel_order = {              -- which must be described once more
    post = "/v2/order/cancel", needs = "symbol price qty is_ask",
    send = "order_id={order_id} price={price} qty={qty} is_ask={is_ask} currency={id}",
    read = order { id = "={order_id}" },
  },
  fetch_deposit_addresses = {
    post = "/v2/account/deposit_address",
    read = function(reply, a)   -- xrp = address, xrp_tag = its tag; "-1" is none
      local out = {}
      for name, v in pairs(reply.walletAddress or {}) do
        local id, part = name:match("^([^_]+)_?(.*)$")
        if id and type(v) == "string" and v ~= "" and v ~= "-1" then
          local c = a:code_of(id:upper())
          out[c] = out[c] or { currency = c, info = reply.walletAddress }
          if part == "" then out[c].address = v
          elseif part == "tag" or part == "memo" then out[c].tag = v end
        end
      end
      return out
    end,
  },
}
