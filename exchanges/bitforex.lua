-- BitForex (closed in 2024). API 1: https://github.com/githubdev2020/API_Doc_en/wiki
-- What is signed is a POST of a form: the access key first, the rest sorted, then an HMAC-SHA256 over path and form. Replies are
-- {data, success, time}, failures {success: false, code, message}. A market is "coin-usdt-btc": its quote, then its base.

local sides = { ["1"] = "buy", ["2"] = "sell" }

local trade_list = trades {
  at = "data", market = "symbol", id = "tid", order = "orderId", timestamp = "time", price = "price", amount = "amount",
  side = function(o)            -- of public trades the direction, of one's own who one was
    if o.direction ~= nil then return sides[o.direction] end
    if o.isBuyer == nil then return nil end
    return o.isBuyer == true and "buy" or "sell"
  end,
  takerOrMaker = { "isMaker", ["true"] = "maker", ["false"] = "taker" }, fee = { cost = "tradeFee", currency = "tradeFeeCurrency|code" },
}

local order_fields = {
  id = "orderId", timestamp = "createTime", lastTradeTimestamp = "lastTime", side = with(sides, { "tradeType" }), price = "orderPrice",
  average = "avgPrice", amount = "orderAmount", filled = "dealAmount",
  status = words("orderState", { open = "0 1", closed = "2", canceled = "3 4" }),
  fee = {                       -- taken from what one gets
    cost = "tradeFee", currency = function(o, _, market) return o.tradeFee and market and (o.tradeType == "1" and market.base or market.quote) or nil end,
  },
}
local function in_state(state)
  return {
    post = "/api/v1/trade/orderInfos", cost = 20, needs = "symbol", send = "symbol={id} state=" .. state,
    read = orders(with(order_fields, { at = "data" })),
  }
end

return {
  hosts = { api = "https://api.bitforex.com" },
  rate = { interval_ms = 500, burst = 5 },
  fees = { taker = 0.001, maker = 0.001 },
  renames = {
    BCC = "BCH", BKC = "Bank Coin", CAPP = "Crypto Application Token", CREDIT = "TerraCredit", CTC = "Culture Ticket Chain", EWT = "EcoWatt Token",
    IQ = "IQ.Cash", MIR = "MIR COIN", NOIA = "METANOIA", TON = "To The Moon",
  },
  timeframes = "1m=1min 5m=5min 15m=15min 30m=30min 1h=1hour 2h=2hour 4h=4hour 12h=12hour 1d=1day 1w=1week 1M=1month",

  failed = "success=false", code = "code", message = "message",
  errors = by_class {
    AuthenticationError = "1013 1016", BadSymbol = "1003 1019", DDoSProtection = "10204", InsufficientFunds = "3002", InvalidOrder = "4002 4003",
    OrderNotFound = "1000 4004", PermissionDenied = "1017",
  },
  http = { [404] = "ExchangeNotAvailable" },

  sign = function(req, key)
    local form = req.form
    form.nonce = key.time
    form = first(sorted(form), "accessKey", key.apiKey)
    form.signData = hex(hmac("sha256", key.secret, req.path .. "?" .. encode_form(form)))
    req.form = form
  end,

  fetch_markets = {
    get = "/api/v1/market/symbols", cost = 20,
    read = markets {
      at = "data", id = "symbol", baseId = "symbol|after:-|after:-", quoteId = "symbol|after:-|before:-", active = true,
      precision = { amount = "amountPrecision|tick", price = "pricePrecision|tick" }, limits = { amount = { min = "minOrderAmount" } },
    },
  },
  fetch_ticker = {
    get = "/api/v1/market/ticker-all", cost = 4, send = "symbol={id}",
    read = ticker { at = "data", timestamp = "date", high = "high", low = "low", bid = "buy", ask = "sell", last = "last", baseVolume = "vol" },
  },
  fetch_order_book = {
    get = "/api/v1/market/depth-all", cost = 4, send = "symbol={id} size={limit}",
    read = book { at = "data", bids = "bids", asks = "asks", level = { "price", "amount" }, timestamp = "/time" },
  },
  fetch_trades = { get = "/api/v1/market/trades", cost = 20, send = "symbol={id} size={limit}", read = trade_list },
  fetch_ohlcv = {
    get = "/api/v1/market/kline", cost = 20, send = "symbol={id} ktype={timeframe} size={limit}",
    read = candles { at = "data", columns = "time open high low close vol" },
  },

  fetch_balance = {
    post = "/api/v1/fund/allAccount", cost = 30,
    read = balance { at = "data", currency = "currency|code", free = "active", used = "frozen", total = "fix" },
  },
  fetch_order = {
    post = "/api/v1/trade/orderInfo", needs = "symbol", send = "symbol={id} orderId={order_id}", read = order(with(order_fields, { at = "data" })),
  },
  fetch_open_orders = in_state "0",
  fetch_closed_orders = in_state "1",
  fetch_my_trades = {           -- after the start, not from it on
    post = "/api/v1/trade/myTrades", cost = 2, needs = "symbol", send = "symbol={id} limit={limit} startTime={since|sub:1|min:0} endTime={until}",
    read = trade_list,
  },
  create_order = {
    post = "/api/v1/trade/placeOrder", read = order { at = "data", id = "orderId" },
    send = function(a)
      return ordered { { "symbol", a.id }, { "price", a.price }, { "amount", a.amount }, { "tradeType", a.side == "buy" and "1" or "2" } }
    end,
  },
  cancel_order = {              -- {success} is all the reply says
    post = "/api/v1/trade/cancelOrder", send = "symbol={id} orderId={order_id}", read = order { id = "={order_id}" },
  },
}
