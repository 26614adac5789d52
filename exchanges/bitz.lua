-- Bit-Z (closed). API 2: https://apidocv2.bitz.plus/en/
-- Private calls are sorted forms, signed by an MD5 over their plain text and the secret. A nonce of six digits tells apart the calls of one
-- second; here there is one call in two seconds at most. Replies are {status, msg, data, time, microtime}: failures have another status than
-- 200, or a negative number for data. Coins are in lower case.

-- "0.39854200 1535971578" -> 1535971578398
local function moment(reply)
  local fraction, seconds = (reply.microtime or ""):match "^0%.(%d%d%d)%d* (%d+)$"
  return seconds and math.tointeger(tonumber(seconds .. fraction))
end

-- What has no time of its own is as old as the reply.
local function at_once(read)
  return function(reply, a)
    a.moment = moment(reply)
    return read(reply, a)
  end
end
local function of_reply(_, a) return a.moment end

local ticker_fields = {
  market = "symbol", timestamp = of_reply, high = "high", low = "low", bid = "bidPrice", bidVolume = "bidQty", ask = "askPrice", askVolume = "askQty",
  open = "open", last = "now", percentage = "priceChange24h", baseVolume = "volume", quoteVolume = "quoteVolume",
}

local order_fields = {
  id = "id", timestamp = "created|s", type = "=limit", price = "price", amount = "number", filled = "numberDeal", remaining = "numberOver",
  cost = "orderTotalPrice", side = { "flag", sale = "sell", default = "buy" },
  status = words("status", { open = "0 1", closed = "2", canceled = "3" }),
}
local told_fields = with(order_fields, {
  symbol = function(o, a) return o.coinFrom and o.coinTo and a:code_of(o.coinFrom:upper()) .. "/" .. a:code_of(o.coinTo:upper()) or nil end,
})
local function orders_in(path)
  return {
    post = path, needs = "symbol", read = orders(with(told_fields, { at = "data.data?" })),
    send = function(a)
      return {
        coinFrom = a.base_id, coinTo = a.quote_id, page = a.limit and 1 or nil, pageSize = a.limit, startTime = a.since and a.since // 1000,
      }
    end,
  }
end

local transaction_fields = {
  id = "id", txid = "txid", timestamp = "updated|nonzero", updated = "updated|nonzero", currency = "coin|upper|code", amount = "number",
  address = "wallet", tag = "memo", fee = { cost = "network_fee", currency = "coin|upper|code" },
  status = words("status", { pending = "1 2 3", ok = "4", canceled = "5" }),
}
local function movements(type, number)
  return {
    post = "/Trade/depositOrWithdraw", needs = "code", read = transactions(with(transaction_fields, { at = "data.data?", type = "=" .. type })),
    send = function(a)
      return {
        coin = a.currency_id, type = number, page = a.limit and 1 or nil, pageSize = a.limit, startTime = a.since and a.since // 1000,
      }
    end,
  }
end

return {
  hosts = { api = "https://apiv2.bitz.com" },
  credentials = { "apiKey", "secret", "password" },        -- the trading password, for new orders
  rate = { interval_ms = 2000, burst = 1 },
  precision = "places",
  fees = { taker = 0.002, maker = 0.002 },
  renames = with(old_codes, { BOX = "BOX Token", LEO = "LeoCoin", XRB = "NANO", PXC = "Pixiecoin", VTC = "VoteCoin", TTC = "TimesChain" }),
  timeframes = "1m=1min 5m=5min 15m=15min 30m=30min 1h=60min 4h=4hour 1d=1day 5d=5day 1w=1week 1M=1mon",

  failed = function(reply)
    if reply.status ~= nil and reply.status ~= "200" then return reply.status, reply.msg end
    local data = reply.data
    if type(data) == "string" and data:find "^-?%d+$" then return data, reply.msg end
  end,
  errors = by_class {
    AuthenticationError = "-103 -105 -109 -117 -100015 -200003 -300069 -300103", DDoSProtection = "-110",
    ExchangeError = "-102 -100044 -100101 -100201 -100301 -100401 -100302 -100303 -200032 -200033 -200038 -300101",
    ExchangeNotAvailable = "-104 -106 -200025 -301001", InsufficientFunds = "-200031",
    InvalidOrder = "-200027 -200028 -200029 -200030 -200037 -300102", OnMaintenance = "-112", OrderNotFound = "-200034 -200035 -200055",
    PermissionDenied = "-111 -200005", RateLimitExceeded = "-114",
  },

  sign = function(req, key)
    local form = req.form
    form.apiKey = key.apiKey
    form.nonce = "100001"
    form.timeStamp = clock "s"
    if req.path == "/Trade/addEntrustSheet" then form.tradePwd = key.password end
    form = sorted(form)
    local pieces = {}
    for k, v in pairs(form) do pieces[#pieces + 1] = k .. "=" .. (type(v) == "boolean" and tostring(v) or v) end
    form.sign = hex(hash("md5", join(pieces, "&") .. key.secret))
    req.form = form
  end,

  fetch_time = { get = "/Market/getServerTime", read = time "time|s" },
  fetch_markets = {
    get = "/Market/symbolList",
    read = markets {
      at = "data", id = "name", numericId = "id", baseId = "coinFrom", quoteId = "coinTo", base = "coinFrom|upper|code",
      quote = "coinTo|upper|code", active = true, precision = { amount = "numberFloat", price = "priceFloat" },
      limits = {
        amount = { min = "minTrade", max = "maxTrade" }, price = { min = "priceFloat|tick" },
        cost = { min = function(o) return o.minTrade and o.priceFloat and decimal.mul(o.minTrade, "1e-" .. o.priceFloat) end },
      },
    },
  },
  fetch_ticker = { get = "/Market/ticker", send = "symbol={id}", read = at_once(ticker(with(ticker_fields, { at = "data" }))) },
  fetch_tickers = {
    get = "/Market/tickerall", read = at_once(tickers(with(ticker_fields, { at = "data" }))),
    send = function(a) return { symbols = a.ids and table.concat(a.ids, ",") } end,
  },
  fetch_order_book = { get = "/Market/depth", send = "symbol={id}", read = at_once(book { at = "data", timestamp = of_reply }) },
  fetch_trades = {
    get = "/Market/order", send = "symbol={id}",
    read = trades { at = "data", id = "id", timestamp = "T|s", type = "=limit", side = "s", price = "p", amount = "n" },
  },
  fetch_ohlcv = {           -- told by where they end: as recorded, a thousand windows after the start, so that the latest come
    get = "/Market/kline",
    send = function(a)
      if a.since and not a.limit then fail("ArgumentsRequired", "candles since a time take a limit, too") end
      return ordered {
        { "symbol", a.id }, { "resolution", a.timeframe }, { "size", a.limit and math.min(a.limit, 300) },
        { "to", a.since and a.since + a.limit * a.timeframe_s * 1000 * 1000 },
      }
    end,
    read = candles { at = "data.bars?", columns = "time open high low close volume" },
  },

  fetch_balance = {
    post = "/Assets/getUserAssets",
    read = balance { at = "data.info", currency = "name|upper|code", free = "over", used = "lock", total = "num" },
  },
  fetch_order = { post = "/Trade/getEntrustSheetInfo", send = "entrustSheetId={order_id}", read = order(with(told_fields, { at = "data" })) },
  fetch_orders = orders_in "/Trade/getUserHistoryEntrustSheet",
  fetch_closed_orders = orders_in "/Trade/getUserHistoryEntrustSheet",
  fetch_open_orders = orders_in "/Trade/getUserNowEntrustSheet",
  create_order = {
    post = "/Trade/addEntrustSheet", read = at_once(order(with(order_fields, { at = "data", timestamp = of_reply }))),
    send = function(a)
      if a.type ~= "limit" then fail("InvalidOrder", "only limit orders are taken") end
      return { symbol = a.id, type = a.side == "buy" and "1" or "2", price = a.price, number = a.amount }
    end,
  },
  cancel_order = {          -- the reply tells of assets only
    post = "/Trade/cancelEntrustSheet", send = "entrustSheetId={order_id}",
    read = function(reply, a) return { id = a.order_id, symbol = a.symbol, info = reply } end,
  },
  cancel_orders = {
    post = "/Trade/cancelAllEntrustSheet", needs = "ids",
    send = function(a) return { ids = table.concat(a.ids, ",") } end,
    read = function(reply)
      local out = {}
      for id, told in pairs(reply.data) do out[#out + 1] = { id = id, info = told } end
      return out
    end,
  },

  fetch_deposits = movements("deposit", 1),
  fetch_withdrawals = movements("withdrawal", 2),
  withdraw = {
    post = "/Trade/coinOut", read = transaction(with(transaction_fields, { at = "data", type = "=withdrawal" })),
    send = function(a) return { coin = a.currency_id, number = a.amount, address = a.address, memo = a.tag } end,
  },
}
