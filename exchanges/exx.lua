-- EXX: spot; closed. Docs were at https://www.exx.com/help/restApi . An older sister of ZB (dialects/zb.lua) with a signature of its own:
-- HMAC-SHA512 of the sorted query. Failures are {code, message}, where 100 is success and 308 says that there is nothing to list.
local zb = dialect "zb"

local ticker_fields = with(zb.ticker_fields, { change = "riseRate" })
local order_fields = with(zb.order_fields, {
  side = "type", status = { "status", ["1"] = "canceled", ["2"] = "closed", default = "open" },
  fee = { cost = "fees", currency = "@quote" },
})
local open_orders = orders(order_fields)

local function of_order(path, read)
  return { get = path, host = "trade", needs = "symbol", send = "id={order_id} currency={id}", read = read }
end

return {
  hosts = { api = "https://api.exx.com/data/v1", trade = "https://trade.exx.com/api" },
  rate = { interval_ms = 100, burst = 10 },
  precision = "places",
  renames = with(old_codes, { DOS = "DEMOS", TV = "TIV" }),
  fees = { taker = 0.001, maker = 0.001 },
  failed = function(reply)
    local code = reply.code
    if code and code ~= "100" and code ~= "308" then return code, reply.message end
    if reply.result == false then return reply.message or "false", reply.message end
  end,
  errors = by_class { AuthenticationError = "103", ExchangeNotAvailable = "服务端忙碌" },
  sign = function(req, key)
    local send = req.query
    send.accesskey, send.nonce = key.apiKey, key.nonce
    send = sorted(send)
    send.signature = hex(hmac("sha512", key.secret, encode_query(send)))
    req.query = send
    req.headers["Content-Type"] = "application/x-www-form-urlencoded"
  end,

  fetch_markets = {
    get = "/markets",
    read = markets(with(zb.market_fields, {
      active = "isOpen", limits = { amount = { min = "amountScale|tick" }, price = { min = "priceScale|tick" }, cost = { min = "minAmount" } },
    })),
  },
  fetch_ticker = { get = "/ticker", send = "currency={id}", read = ticker(with(ticker_fields, { at = "ticker", timestamp = "/date" })) },
  fetch_tickers = { get = "/tickers", read = tickers(with(ticker_fields, { market = "@key" })) },
  fetch_order_book = { get = "/depth", send = "currency={id}", read = zb.order_book },
  fetch_trades = {
    get = "/trades", send = "currency={id}",
    read = trades { id = "tid", timestamp = "date|s", type = "=limit", side = "type", price = "price", amount = "amount" },
  },

  fetch_balance = {
    get = "/getBalance", host = "trade", read = balance { at = "funds", currency = "@key|code", free = "balance", used = "freeze", total = "total" },
  },
  fetch_order = of_order("/getOrder", order(order_fields)),
  fetch_open_orders = {
    get = "/getOpenOrders", host = "trade", needs = "symbol", send = "currency={id}",
    read = function(reply, a) return reply.code and {} or open_orders(reply, a) end,
  },
  create_order = {
    get = "/order", host = "trade", send = "currency={id} type={side} price={price} amount={amount}",
    read = order {
      id = "id", timestamp = "={now}", status = "=open", type = "=limit", side = "={side}",
      price = "={price}", amount = "={amount}", filled = 0,
    },
  },
  cancel_order = of_order("/cancel", order {}),
}
