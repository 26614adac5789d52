-- itBit, API 1: https://api.itbit.com/docs
-- Orders and trades belong to a wallet, which params.walletId names. No list of markets is told; these are the ones known. Failures are
-- {code, description}. What is signed is the URL before a hash of the nonce and [method, URL, body, nonce, time] as JSON.

local listed, coins = {}, {}
for base, quote in ("XBT/USD XBT/SGD XBT/EUR ETH/USD ETH/EUR ETH/SGD PAXG/USD BCH/USD LTC/USD"):gmatch "(%a+)/(%a+)" do
  listed[#listed + 1] = { id = base .. quote, baseId = base, quoteId = quote, index = false, active = false }
  for _, id in ipairs { base, quote } do coins[id == "XBT" and "BTC" or id] = { id = id, precision = 1e-8 } end
end

-- The fee is what is paid less what is given back, where these are in one currency.
local function fees_of(o, a)
  local paid, back = o.commissionPaid, o.rebatesApplied
  local currency, other = o.commissionCurrency and a:code_of(o.commissionCurrency), o.rebateCurrency and a:code_of(o.rebateCurrency)
  if not paid then return nil end
  if not back then return not other and { { cost = paid, currency = currency } } or nil end
  if currency == other then return { { cost = decimal.sub(paid, back), currency = currency } } end
  return { { cost = paid, currency = currency }, { cost = decimal.neg(back), currency = other } }
end
local trade_fields = {
  id = "executionId,matchNumber", order = "orderId", timestamp = "timestamp|iso", side = "direction", price = "price,rate",
  amount = "currency1Amount,amount", fees = fees_of,
  symbol = function(o, a)
    return o.instrument and o.currency1 and o.currency2 and a:code_of(o.currency1) .. "/" .. a:code_of(o.currency2) or nil
  end,
}

local order_fields = {
  id = "id", clientOrderId = "clientOrderIdentifier", market = "instrument", timestamp = "createdTime|iso", type = "type", side = "side",
  price = "price", average = "volumeWeightedAveragePrice", amount = "amount", filled = "amountFilled",
  postOnly = { "postOnly", True = true, default = false },
  status = { "status", submitted = "open", rejected = "canceled", default = "." },
}

-- A call about a wallet: what `description` says, when the wallet is told.
local function of_wallet(description)
  return {
    run = function(a)
      if not a.params.walletId then fail("ArgumentsRequired", "params.walletId is needed") end
      return description
    end,
  }
end
local function order_list(status)
  return of_wallet { get = "/v1/wallets/{walletId}/orders", send = status and "status=" .. status or "", read = orders(order_fields) }
end

return {
  hosts = { api = "https://api.itbit.com" },
  credentials = { "apiKey", "secret", "uid" },
  rate = { interval_ms = 2000, burst = 5 },
  fees = { taker = 0.0035, maker = -0.0003 },
  renames = { BCC = "BCH", BCHABC = "BCH" },
  encode = "json",

  failed = "code", message = "description",

  sign = function(req, key)
    if req.path == "/v1/wallets" then first(req.query, "userId", key.uid) end
    local message = key.nonce .. encode_json(list { req.method, req.url, req.body, key.nonce, key.nonce })
    req.headers.Authorization = key.apiKey .. ":" .. base64(hmac("sha512", key.secret, req.url .. sha256(message)))
    req.headers["Content-Type"] = "application/json"
    req.headers["X-Auth-Timestamp"] = key.nonce
    req.headers["X-Auth-Nonce"] = key.nonce
  end,

  fetch_markets = { run = function() return listed end },
  fetch_currencies = { run = function() return coins end },
  fetch_ticker = {
    get = "/v1/markets/{id}/ticker",
    read = ticker {
      timestamp = "serverTimeUTC|iso", bid = "bid", ask = "ask", last = "lastPrice", open = "openToday", high = "high24h", low = "low24h", vwap = "vwap24h",
      baseVolume = "volume24h", quoteVolume = function(o) return o.volume24h and o.vwap24h and decimal.mul(o.volume24h, o.vwap24h) end,
    },
  },
  fetch_order_book = { get = "/v1/markets/{id}/order_book", read = book { bids = "bids", asks = "asks" } },
  fetch_trades = { get = "/v1/markets/{id}/trades", read = trades(with(trade_fields, { at = "recentTrades" })) },

  fetch_balance = {             -- of the first wallet
    get = "/v1/wallets", read = balance { at = "1.balances", currency = "currency|code", free = "availableBalance", total = "totalBalance" },
  },
  fetch_order = of_wallet { get = "/v1/wallets/{walletId}/orders/{order_id}", read = order(order_fields) },
  fetch_orders = order_list(),
  fetch_open_orders = order_list "open",
  fetch_closed_orders = order_list "filled",
  fetch_my_trades = of_wallet {
    get = "/v1/wallets/{walletId}/trades", send = "rangeStart={since|iso_s|before:Z} perPage={limit}",
    read = trades(with(trade_fields, { at = "tradingHistory" })),
  },
  create_order = {
    types = "limit",
    run = function(a)
      if not a.params.walletId then fail("ArgumentsRequired", "params.walletId is needed") end
      return {
        post = "/v1/wallets/{walletId}/orders", read = order { id = "id" },
        send = "side={side} type=limit currency={market.baseId} amount={amount} display={amount} price={price} instrument={id} "
          .. "clientOrderIdentifier={clientOrderId}",
      }
    end,
  },
  cancel_order = of_wallet { delete = "/v1/wallets/{walletId}/orders/{order_id}", read = order { symbol = false } },

  fetch_transactions = of_wallet {
    get = "/v1/wallets/{walletId}/funding_history", send = "perPage={limit}",
    read = transactions {
      at = "fundingHistory", id = "withdrawalId", txid = "txnHash", timestamp = "time|iso", type = "transactionType|lower", currency = "currency|code",
      amount = "amount", address = "destinationAddress", status = { "status", cancelled = "canceled", completed = "ok", default = "pending" },
    },
  },
}
