-- The protocol of Upbit, which Bithumb speaks in its second generation, too. Docs: https://global-docs.upbit.com, https://apidocs.bithumb.com
-- Market ids name the quote first (KRW-BTC). Sides are bid and ask, of public trades the taker's. Private calls carry a JWT over the hash of
-- their parameters. Failures are {error: {name, message}}.
local d = {}

d.sides = { bid = "buy", ask = "sell", BID = "buy", ASK = "sell" }

-- "a=1&b[]=x&b[]=y", values as `escape` gives them; nil when there is nothing
local function told(t, escape)
  local parts = {}
  for k, v in pairs(t or {}) do
    for _, x in ipairs(type(v) == "table" and v or { v }) do
      x = type(x) == "table" and encode_json(x) or tostring(x)
      parts[#parts + 1] = k .. (type(v) == "table" and "[]=" or "=") .. (escape and escape(x) or x)
    end
  end
  return parts[1] and table.concat(parts, "&") or nil
end

-- Upbit hashes the values as they are, Bithumb escaped ones, and wants the time.
function d.sign(escape, with_time)
  return function(req, key, a)
    local claims = ordered { { "access_key", key.apiKey }, { "nonce", uuid() }, { "timestamp", with_time and a.now or nil } }
    local query = told(req.json or req.query, escape)
    if query then
      claims.query_hash = hex(hash("sha512", query))
      claims.query_hash_alg = "SHA512"
    end
    req.headers.Authorization = "Bearer " .. jwt("HS256", key.secret, {}, claims)
  end
end

function d.failed(reply)
  if reply.error then return reply.error.name or "error", reply.error.message end
end
d.broad = {
  { "thirdparty_agreement_required", "PermissionDenied" }, { "out_of_scope", "PermissionDenied" },
  { "no_authorization_i", "PermissionDenied" }, { "order_not_found", "OrderNotFound" }, { "insufficient_funds", "InsufficientFunds" },
  { "invalid_access_key", "AuthenticationError" }, { "expired_access_key", "AuthenticationError" },
  { "jwt_verification", "AuthenticationError" }, { "invalid_query_payload", "AuthenticationError" },
  { "no_authorization_token", "AuthenticationError" }, { "nonce_used", "InvalidNonce" }, { "create_ask_error", "ExchangeError" },
  { "create_bid_error", "ExchangeError" }, { "volume_too_large", "InvalidOrder" }, { "invalid_funds", "InvalidOrder" },
  { "under_min_total", "InvalidOrder" }, { "withdraw_address_not_regist", "InvalidAddress" }, { "validation_error", "BadRequest" },
  { "too_many_requests", "RateLimitExceeded" },
}

d.market_fields = { id = "market", quoteId = "market|before:-", baseId = "market|after:-", active = true }

d.ticker_fields = {
  market = "market", timestamp = "trade_timestamp", open = "opening_price", high = "high_price", low = "low_price", last = "trade_price",
  previousClose = "prev_closing_price", change = "signed_change_price", percentage = "signed_change_rate|mul:100",
  baseVolume = "acc_trade_volume_24h", quoteVolume = "acc_trade_price_24h",
}
d.one_ticker, d.some_tickers = ticker(with(d.ticker_fields, { at = "1" })), tickers(d.ticker_fields)

-- Tickers by market, as many at once as a URL holds.
function d.tickers_of(a, symbols, path, cost)
  local ids, out = {}, {}
  for i, symbol in ipairs(symbols) do ids[i] = a:market_of(symbol).id end
  for i = 1, #ids, 300 do
    a.markets = table.concat(ids, ",", i, math.min(i + 299, #ids))
    for symbol, t in pairs(ask { get = path, cost = cost, send = "markets={markets}", params = true, read = d.some_tickers }) do
      out[symbol] = t
    end
  end
  return out
end

function d.book_of(o, symbol)
  local bids, asks = {}, {}
  for i, unit in ipairs(o.orderbook_units) do
    bids[i], asks[i] = { unit.bid_price, unit.bid_size }, { unit.ask_price, unit.ask_size }
  end
  return { symbol = symbol, bids = bids, asks = asks, timestamp = tonumber(o.timestamp), info = o }
end

function d.one_book(reply, a)
  for _, o in ipairs(reply) do
    if o.market == a.id then return d.book_of(o, a.symbol) end
  end
  fail("BadResponse", "no book of " .. a.id .. " in the reply")
end

d.trade_fields = {
  id = "sequential_id,uuid", market = "market", timestamp = "timestamp,created_at|iso", side = with({ "ask_bid,side" }, d.sides),
  price = "trade_price,price", amount = "trade_volume,volume", cost = "funds",
  fee = {
    cost = function(o) return o.side and o[o.side .. "_fee"] end,
    currency = "@quote",
  },
}
d.public_trades = trades(d.trade_fields)

d.candles = candles { columns = "candle_date_time_utc|iso opening_price high_price low_price trade_price candle_acc_trade_volume" }

d.balances = balance { currency = "currency|code", free = "balance", used = "locked" }

d.address_fields = { currency = "currency|code", network = "net_type", address = "deposit_address", tag = "secondary_address" }

-- ---- sending ----

-- The first of these params that is there, taken.
function d.take(a, names)
  for name in names:gmatch("%S+") do
    local v = a:take(name)
    if v ~= nil then return v end
  end
end

local net_types = { ERC20 = "ETH", TRC20 = "TRX" }
function d.net_type(a)
  local network = d.take(a, "network net_type")
  if not network then fail("ArgumentsRequired", "params.network is missing: the network's name here, such as ETH or TRX") end
  network = network:upper()
  return net_types[network] or network
end

return d
