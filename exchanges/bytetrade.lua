-- ByteTrade (closed in 2022). API: https://docs.byte-trade.com/
-- Reading is not signed: the user's id (apiKey) is a parameter. Currencies go by the number of their asset, some of which carry it in
-- their names too ("BTT@1"). Failures are {code: 1, msg}. New orders and cancellations are transactions of its chain (Graphene's kind), sent as JSON and
-- signed over their binary form. The id of a new order is a hash over that, and so over the user's id, which is sealed: open orders tell it.

local renames = { ["1"] = "ByteTrade", ["44"] = "ByteHub", ["48"] = "Blocktonic", ["133"] = "TerraCredit", BCC = "BCH", BCHABC = "BCH" }

local no_contract = "0x0000000000000000000000000000000000000000"

local function bounded(path)       -- -1: no bound
  return function(o)
    local limits = o.limits and o.limits[path]
    return limits and limits.max and decimal.cmp(limits.max, "0") >= 0 and limits.max or nil
  end
end

-- The name of an asset on the chain; asset 126 is called ZCN, and is ZAR there.
local function chain_name(name, id)
  if id == "126" then return "ZAR" end
  return name and id and name:gsub("@" .. id .. "$", "") or name
end

local asset = currency {
  id = "code", name = "fullname", type = "type", active = "active", precision = "basePrecision|tick",
  code = function(o) return renames[o.code] or o.name end,
  limits = { deposit = { min = "limits.deposit.min", max = bounded "deposit" }, withdraw = { min = "limits.withdraw.min", max = bounded "withdraw" } },
}

-- Of namesakes the coin of a chain's own comes before tokens (which have a contract), then the younger asset.
local function comes_before(x, y)
  local own_x, own_y = x.chainContractAddress == no_contract, y.chainContractAddress == no_contract
  if own_x ~= own_y then return own_x end
  return (tonumber(x.code) or 0) > (tonumber(y.code) or 0)
end

local ticker_fields = {
  market = "symbol", timestamp = "timestamp", high = "high", low = "low", vwap = "weightedAvgPrice", open = "open", close = "close", last = "last",
  change = "change", percentage = "percentage", baseVolume = "baseVolume", quoteVolume = "quoteVolume",
}
local all_tickers = tickers(ticker_fields)

local fee_fields = { cost = "fee.cost", rate = "fee.rate", currency = "fee.code|code" }

local trade_list = trades {
  id = "id", order = "order", market = "symbol", timestamp = "timestamp", type = "type", side = "side", takerOrMaker = "takerOrMaker",
  price = "price", amount = "amount", cost = "cost", fee = fee_fields,
}

local order_fields = {
  id = "id", timestamp = "timestamp", lastTradeTimestamp = "lastTradeTimestamp", status = "status", type = "type", side = "side", price = "price",
  average = "average", amount = "amount", filled = "filled", remaining = "remaining", cost = "cost", fee = fee_fields,
  symbol = function(o, a) return o.base and o.quote and a:code_of(o.base) .. "/" .. a:code_of(o.quote) or nil end,
}
local function orders_in(path)
  return { get = path, send = "symbol={id} limit={limit} since={since}", read = orders(order_fields) }
end

local function movements(path)
  return {
    get = path, send = "currency={currency_id} since={since} limit={limit}",
    read = transactions {
      id = "id", txid = "txid", timestamp = "timestamp", type = "type", currency = "code|code", amount = "amount", address = "address", tag = "tag",
      fee = { cost = "fee.cost", currency = "fee.code|code" },
      status = {                -- spelt as the exchange spells them
        "status", DEPOSIT_FAILED = "failed", FEE_SEND_FAILED = "failed", FEE_FAILED = "failed", PAY_SEND_FAILED = "failed", PAY_FAILED = "failed",
        BTT_FAILED = "failed", WITHDDRAW_FAILED = "failed", USER_FAILED = "failed", FEE_EXECUED = "pending", PAY_EXECUED = "pending",
        WITHDDRAW_EXECUTED = "pending", USER_EXECUED = "pending", BTT_SUCCED = "ok", default = ".",
      },
    },
  }
end

local fee = "300000000000000"

local function divided(n, by)
  local whole = decimal.round(decimal.div(n, by, 12), 0, "places", "cut")
  return whole, decimal.sub(n, decimal.mul(whole, by))
end
local function u64(n)
  local high, low = divided(n, "4294967296")
  return string.pack("<I4I4", math.tointeger(tonumber(low)), math.tointeger(tonumber(high)))
end
local function u128(n)       -- the higher half first
  local high, low = divided(n, "18446744073709551616")
  return u64(high) .. u64(low)
end

-- In units of the currency's last place on the chain.
local function on_chain(amount, currency)
  return decimal.round(decimal.div(amount, currency and currency.precision or "1e-18", 0), 0, "places", "cut")
end

local function ids(a) return math.tointeger(tonumber(a.market.quoteId)), math.tointeger(tonumber(a.market.baseId)) end

-- One operation: `fields` of its JSON, where "@" stands for the user's id, and `bytes` of its binary form after that.
local function transaction(a, operation, expires_ms, fields, bytes, method)
  local dapp, quote, base = a:take "dappId" or "Sagittarius", ids(a)
  a.transaction = {
    head = ("\0"):rep(31) .. "\1" .. string.pack("<I4BI4BBI8", a.now // 1000, 1, expires_ms // 1000, 1, operation, 0) .. u64(fee),
    tail = bytes .. string.pack("<I4I4BBs1B", quote, base, 0, 1, dapp, 0),
    fields = fields,
    json = ordered {
      { "timestamp", iso8601(a.now):sub(1, 19) }, { "expiration", iso8601(expires_ms):sub(1, 19) }, { "operations", list { list { operation, fields } } },
      { "validate_type", 0 }, { "dapp", dapp }, { "signatures", list {} },
    },
  }
  a.params = {}      -- what is not signed for is not taken
  return with({ encode = "query" }, method)
end

local function create(a)
  if a:take "postOnly" or a:take "timeInForce" then fail("NotSupported", "orders rest until they are filled or canceled") end
  local name, quote, base = a.market.normalSymbol or a.symbol, ids(a)
  local limit = a.type == "limit"
  local amount = on_chain(a.amount, a:currency_of(a.base))
  local price = limit and on_chain(a.price, a:currency_of(a.quote)) or "0"
  local side, kind, expires = a.side == "sell" and 1 or 2, limit and 1 or 2, a.now + 31536000000
  local times = string.pack("<I4I4", a.now // 1000, expires // 1000)
  return transaction(a, 32, expires, ordered {
    { "now", iso8601(a.now):sub(1, 19) }, { "expiration", iso8601(expires):sub(1, 19) }, { "fee", fee }, { "creator", "@" }, { "side", side },
    { "order_type", kind }, { "market_name", name }, { "amount", amount }, { "price", price }, { "use_btt_as_fee", false }, { "money_id", quote },
    { "stock_id", base }, { "custom_no_btt_fee_rate", 8 }, { "custom_btt_fee_rate", 1 },
  }, string.pack("BBs1", side, kind, name) .. u128(amount) .. u128(price) .. "\0\0" .. times .. string.pack("<BI2BI2", 1, 1, 1, 8), {
    post = "/transaction/createorder", read = order { status = { "code", ["0"] = "open", default = "rejected" }, timestamp = function() return a.now end },
  })
end

local function cancel(a)
  local name, quote, base = a.market.normalSymbol or a.symbol, ids(a)
  return transaction(a, 33, 0, ordered {
    { "fee", fee }, { "creator", "@" }, { "order_id", a.order_id }, { "market_name", name }, { "money_id", quote }, { "stock_id", base },
  }, string.pack("s1", name) .. unhex(a.order_id), {
    post = "/transaction/cancelorder", read = order { status = { "code", ["0"] = "canceled", default = "failed" }, timestamp = function() return a.now end },
  })
end

local function sign(req, key, a)
  local t = a.transaction
  if t then
    t.fields.creator = key.apiKey
    local bytes = t.head .. length_byte(key.apiKey) .. key.apiKey .. t.tail
    t.json.signatures = list { hex(ecdsa("secp256k1", "sha256", key.secret, bytes, "compact")) }
    req.query = ordered { { "trObj", encode_json(t.json) } }
  elseif req.query.userid == nil then
    req.query = first(req.query, "userid", key.apiKey)
  end
end

return {
  hosts = { api = "https://api-v2.bttcdn.com" },
  credentials = { "apiKey", "secret" },
  rate = { interval_ms = 100, burst = 10 },
  fees = { taker = 0.0008, maker = 0.0008 },
  renames = renames,
  timeframes = "1m 5m 15m 30m 1h 4h 1d 5d 1w 1M",

  failed = "code=1", code = "msg",
  errors = {
    ["vertify error"] = "AuthenticationError", ["verify error"] = "AuthenticationError", ["transaction already in network"] = "BadRequest",
    ["invalid argument"] = "BadRequest",
  },
  http = { [503] = "DDoSProtection" },

  sign = sign,

  fetch_markets = {
    get = "/symbols",
    read = markets {
      id = "symbol", baseId = "base", quoteId = "quote", active = "active", taker = "taker", maker = "maker",
      base = function(o) return renames[o.base] or o.baseName end, quote = function(o) return renames[o.quote] or o.quoteName end,
      normalSymbol = function(o)
        local base, quote = chain_name(o.baseName, o.base), chain_name(o.quoteName, o.quote)
        return base and quote and base .. "/" .. quote
      end,
      precision = { amount = "precision.amount|tick", price = "precision.price|tick" },
      limits = { amount = { min = "limits.amount.min", max = bounded "amount" }, price = { min = "limits.price.min", max = bounded "price" } },
    },
  },
  fetch_currencies = {      -- a name may belong to several assets
    get = "/currencies",
    read = function(reply, a)
      local chosen, codes, out = {}, {}, {}
      for _, row in ipairs(reply) do
        local code = renames[row.code] or row.name ~= "" and row.name or fail("BadResponse", "an asset without a name may be any of its namesakes")
        if not chosen[code] then codes[#codes + 1] = code end
        if not chosen[code] or comes_before(row, chosen[code]) then chosen[code] = row end
      end
      for i, code in ipairs(codes) do out[i] = asset(chosen[code], a) end
      return out
    end,
  },
  fetch_ticker = { get = "/tickers", send = "symbol={id}", read = ticker(with(ticker_fields, { at = "1" })) },
  fetch_tickers = { get = "/tickers", read = all_tickers },
  fetch_bids_asks = { get = "/depth", read = all_tickers },
  fetch_order_book = { get = "/depth", send = "symbol={id} limit={limit}", read = book { timestamp = "timestamp" } },
  fetch_trades = { get = "/trades", send = "symbol={id} since={since} limit={limit}", read = trade_list },
  fetch_ohlcv = { get = "/klines", send = "symbol={id} timeframe={timeframe} since={since} limit={limit}", read = candles {} },
  fetch_trading_fees = {
    get = "/symbols", right = "public", read = trading_fees { market = "symbol", maker = "maker", taker = "taker", percentage = true },
  },

  fetch_balance = { get = "/balance", read = balance { currency = "code|code", free = "free", used = "used" } },
  create_order = { run = create },
  cancel_order = { needs = "symbol", run = cancel },
  fetch_order = { get = "/orders", send = "symbol={id} id={order_id}", read = order(order_fields) },
  fetch_orders = orders_in "/orders/all",
  fetch_open_orders = orders_in "/orders/open",
  fetch_closed_orders = orders_in "/orders/closed",
  fetch_my_trades = { get = "/orders/trades", needs = "symbol", send = "symbol={id} limit={limit} since={since}", read = trade_list },
  fetch_deposits = movements "/deposits",
  fetch_withdrawals = movements "/withdrawals",
  fetch_deposit_address = {
    get = "/depositaddress", send = "code={currency_id}",
    read = address { at = "1", address = "address", tag = "tag", network = "chainType|upper" },
  },
}
