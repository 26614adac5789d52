-- The Ocean: a relay of the 0x protocol (v2), spot; closed. API was at https://docs.theocean.trade
-- A token is known by its address, a market by those of both. Amounts are whole numbers of a token's smallest unit.
-- A new order is asked for unsigned, hashed (EIP-712), signed by the wallet, and handed in. Failures are {message, errors}.
-- Times are ms in prices and trades, seconds in orders.

local function market_id(o) return o.baseTokenAddress and o.quoteTokenAddress and o.baseTokenAddress .. "/" .. o.quoteTokenAddress end

-- A token in its smallest units, and their number as one of tokens.
local function one(decimals) return "1" .. ("0"):rep(tonumber(decimals or 18)) end
local function units(x, decimals) return x and decimal.div(x, one(decimals), 36) end

-- Amounts of a market are in its base.
local function amount(name)
  return function(o, _, market) return units(o[name], market and market.baseDecimals) end
end

local function token_limit(token, name)
  return function(m) return units(m[token][name], m[token].decimals) end
end

local function decimals_of(a, code)
  for _, symbol in ipairs(a.all_symbols) do
    local m = a:market_of(symbol)
    if m.base == code then return m.baseDecimals end
    if m.quote == code then return m.quoteDecimals end
  end
end

-- ---- reading ----

local function ticker_fields(prefix)
  return {
    timestamp = prefix .. "timestamp", bid = prefix .. "bid", ask = prefix .. "ask", last = prefix .. "last", percentage = prefix .. "priceChange",
    baseVolume = function(o, _, market) return units((o.ticker or o).volume, market and market.baseDecimals) end,
  }
end

local function sum(a, b) return a and b and decimal.add(a, b) or a or b end

local function filled(o, a, market)
  local all = sum(sum(o.filledAmount, o.settledAmount), o.confirmedAmount)
  return units(all, market and market.baseDecimals)
end

-- What is lost will not be filled any more: without it the order is done when nothing of the market's precision is left.
local function status(o)
  for _, event in ipairs(o.timeline or {}) do
    if event.action == "error" then return "rejected" end
  end
  local done, asked = sum(sum(o.filledAmount, o.settledAmount), o.confirmedAmount), o.initialAmount
  if not done or not asked then return nil end
  local rest = decimal.sub(asked, done)
  for _, name in ipairs { "failedAmount", "deadAmount", "prunedAmount" } do
    if o[name] then rest = decimal.sub(rest, o[name]) end
  end
  if tonumber(rest) > 0 then return "open" end
  return tonumber(done) < tonumber(asked) and "canceled" or "closed"
end

local function fee_currency(o, _, market)
  return o.feeOption == "feeInNative" and market and market.base or o.feeOption == "feeInZRX" and "ZRX" or nil
end

local function fills(o, a, market)
  local out = {}
  for _, event in ipairs(o.timeline or {}) do
    if event.action == "filled" then
      out[#out + 1] = {
        order = o.orderHash, symbol = market and market.symbol, type = a.type or o.type, side = o.side, takerOrMaker = "taker", price = o.price,
        amount = units(event.amount, market and market.baseDecimals), info = event,
      }
    end
  end
  return out
end

local order_list = orders {
  id = "orderHash,zeroExOrder.orderHash", market = market_id, timestamp = "creationTimestamp|s", type = function(o, a) return a.type or o.type end,
  side = "side", price = "price", amount = amount "initialAmount", filled = filled,
  cost = function(o, a, market)
    local n = filled(o, a, market)
    return n and o.price and decimal.mul(n, o.price)
  end,
  status = status, trades = fills,
  lastTradeTimestamp = function(o)
    local last
    for _, event in ipairs(o.timeline or {}) do
      if event.action == "filled" then last = event.timestamp end
    end
    return last and decimal.mul(last, 1000)
  end,
  fee = {
    currency = fee_currency,
    cost = function(o, a, market)
      local code = fee_currency(o, a, market)
      return units(o.feeAmount, code and decimals_of(a, code))
    end,
  },
}

local function one_order(reply, a)
  local list = order_list(reply, a)
  return #list == 1 and list[1] or fail("OrderNotFound", "no such order in the history")
end

-- ---- the 0x protocol, v2 (https://github.com/0xProject/0x-protocol-specification/blob/master/v2/v2-specification.md) ----

local domain = "91ab3d17e3a50a9d89e63fd30b92be7f5336b03b287bb946787a83a9d62a2766" -- hash of EIP712Domain(name, version, verifyingContract)
  .. "f0f24618f4c4be1e62e026fb039a20ef96f4495294817d1027ffaa6d1f70e61e"             -- of "0x Protocol"
  .. "ad7c5bef027816a800da1736444fb58a807ef4c9603b7848673f7e3a68eb14a5"             -- of "2"
local schema = "770501f88a26ede5c04a20ef877969e961eb11fc13b78aaf414b633da0d4f86f"   -- of Order(...)

local function bytes(x)
  local digits = (x or ""):match "^0x(%x*)$"
  return digits and #digits % 2 == 0 and unhex(digits) or fail("BadResponse", "not hexadecimal: " .. tostring(x))
end

-- 32 bytes, from an address (without one: zeros, that is anybody's) and from a whole number.
local function padded(x) return ("\0"):rep(12) .. (x and bytes(x) or ("\0"):rep(20)) end
local function word(n)
  if not (n or ""):find "^%d+$" then fail("BadResponse", "not a whole number: " .. tostring(n)) end
  local limbs = {}
  for i = 1, 16 do limbs[i] = 0 end
  for digit in n:gmatch "%d" do
    local carry = tonumber(digit)
    for i = 16, 1, -1 do
      local v = limbs[i] * 10 + carry
      limbs[i], carry = v & 0xffff, v >> 16
    end
  end
  return (">" .. ("I2"):rep(16)):pack(table.unpack(limbs))
end

local function order_hash(o)
  local contract = keccak256(unhex(domain) .. padded(o.exchangeAddress))
  local struct = keccak256(unhex(schema) .. padded(o.makerAddress) .. padded(o.takerAddress) .. padded(o.feeRecipientAddress) .. padded(o.senderAddress)
    .. word(o.makerAssetAmount) .. word(o.takerAssetAmount) .. word(o.makerFee) .. word(o.takerFee) .. word(o.expirationTimeSeconds) .. word(o.salt)
    .. keccak256(bytes(o.makerAssetData)) .. keccak256(bytes(o.takerAssetData)))
  return keccak256("\x19\x01" .. contract .. struct)
end

-- v, r, s, and 3 for a signature of a prefixed message (EthSign).
local function wallet_signature(hash, key)
  local rsv = hex(ecdsa("secp256k1", "keccak256", key.privateKey, "\x19Ethereum Signed Message:\n32" .. hash, "recoverable"))
  return "0x" .. when_contains(slice(rsv, 129, 130), "01", "1c", "1b") .. slice(rsv, 1, 128) .. "03"
end

local pair = "baseTokenAddress={market.baseId} quoteTokenAddress={market.quoteId} "
local function history(more) return { get = "/v1/order_history", send = pair .. "limit={limit} " .. more, read = order_list } end

return {
  hosts = { api = "https://api.theocean.trade" },
  credentials = { "apiKey", "secret", "walletAddress", "privateKey" },
  rate = { interval_ms = 3000, burst = 3 },
  precision = "places",
  renames = old_codes,
  encode = "json",

  failed = "message", message = "message",
  errors = by_class { OrderNotFound = { "Order not found" } },
  broad = {
    { "Price can't exceed 8 digits in precision.", "InvalidOrder" }, { "Order cannot be canceled", "InvalidOrder" },
    { "Greater than available wallet balance.", "InsufficientFunds" }, { "Fillable amount under minimum", "InvalidOrder" },
    { "Fillable amount over maximum", "InvalidOrder" }, { "Schema validation failed for 'params'", "BadRequest" },
    { "Service Temporarily Unavailable", "ExchangeNotAvailable" }, { "'Authentication failed'", "AuthenticationError" },
  },

  sign = function(req, key)
    local order = req.json and req.json.signedZeroExOrder
    if order then order.signature = wallet_signature(bytes(order.orderHash), key) end
    if req.path == "/v1/balance" or req.path:find("/v1/order/unsigned", 1, true) then
      req.query = first(req.query, "walletAddress", lower(key.walletAddress))
    end
    local time = clock("s")
    req.headers["TOX-ACCESS-KEY"] = key.apiKey
    req.headers["TOX-ACCESS-SIGN"] = base64(hmac("sha256", key.secret, key.apiKey .. time .. req.method .. (order and req.body or "{}")))
    req.headers["TOX-ACCESS-TIMESTAMP"] = time
    req.headers["Content-Type"] = "application/json"
  end,

  fetch_markets = {
    get = "/v1/token_pairs",
    read = markets {
      id = function(m) return m.baseToken.address .. "/" .. m.quoteToken.address end, active = true,
      baseId = "baseToken.address", quoteId = "quoteToken.address", base = "baseToken.symbol|code", quote = "quoteToken.symbol|code",
      baseDecimals = "baseToken.decimals", quoteDecimals = "quoteToken.decimals",
      precision = { amount = "baseToken.precision|neg", price = "quoteToken.precision|neg" },
      limits = {
        amount = { min = token_limit("baseToken", "minAmount"), max = token_limit("baseToken", "maxAmount") },
        cost = { min = token_limit("quoteToken", "minAmount"), max = token_limit("quoteToken", "maxAmount") },
      },
    },
  },
  fetch_ticker = { get = "/v1/ticker", send = pair, read = ticker(ticker_fields "") },
  fetch_tickers = { get = "/v1/tickers", read = tickers(with(ticker_fields "ticker.", { market = market_id })) },
  fetch_order_book = {
    get = "/v1/order_book", send = pair .. "depth={limit}",
    read = function(reply, a)
      local out = { bids = {}, asks = {} }
      for side, levels in pairs(out) do
        for i, o in ipairs(reply[side]) do levels[i] = { o.price, units(o.availableAmount, a.market.baseDecimals) } end
      end
      return out
    end,
  },
  fetch_trades = {
    get = "/v1/trade_history", send = pair,
    read = trades { id = "id", order = "id", timestamp = "lastUpdated", side = "side", takerOrMaker = "=taker", price = "price", amount = amount "amount" },
  },

  fetch_balance = {         -- one token at a time: params.codes, or the option, says of which
    run = function(a)
      local out = {}
      for _, code in ipairs(a:take "codes" or a.options.fetchBalanceCurrencies or fail("ArgumentsRequired", "params.codes, a list, is needed")) do
        local b = ask { get = "/v1/balance", send = { tokenAddress = a:currency_of(code).id } }
        local n = decimals_of(a, code)
        out[code] = { free = units(b.available, n), used = units(b.committed, n), total = units(b.total, n) }
      end
      return out
    end,
  },
  fetch_order = { get = "/v1/order_history", send = pair .. "orderHash={order_id}", read = one_order },
  fetch_orders = history "",
  fetch_open_orders = history "openAmount={1}",         -- 1: those of which something is open
  fetch_closed_orders = history "openAmount={0}",
  create_order = {
    run = function(a)
      local limited = a.type == "limit"
      local reply = ask {
        get = limited and "/v1/order/unsigned" or "/v1/order/unsigned/market", params = true,
        send = ordered {
          { "baseTokenAddress", a.market.baseId }, { "quoteTokenAddress", a.market.quoteId }, { "side", a.side },
          { "amount", decimal.mul(a.amount, one(a.market.baseDecimals)) }, { "price", limited and a.price or nil },
        },
      }
      local unsigned = reply.unsignedZeroExOrder
      if not unsigned then fail("OrderNotFillable", ("%s %s of %s cannot be filled now"):format(a.type, a.side, a.symbol)) end
      local hash, send, order = "0x" .. hex(order_hash(unsigned)), ordered {}, ordered {}
      for k, v in pairs(reply) do if k ~= "unsignedZeroExOrder" then send[k] = v end end
      for k, v in pairs(unsigned) do order[k] = v end
      order.orderHash = hash
      send.signedZeroExOrder = order
      ask { post = "/v1/order", send = send, params = true }
      a.params = {}
      return { get = "/v1/order_history", send = { orderHash = hash }, read = one_order }
    end,
  },
  cancel_order = { delete = "/v1/order/{order_id}", read = order { at = "canceledOrder", id = "orderHash", status = "=canceled" } },
  -- All of the account: a symbol does not narrow it.
  cancel_all_orders = { delete = "/v1/order", read = orders { id = "canceledOrder.orderHash", status = "=canceled" } },
}
