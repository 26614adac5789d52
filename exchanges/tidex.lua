-- Tidex, closed. API: https://tidex.com/exchange/public-api (dialects/btce.lua)
local btce = dialect "btce"

-- Who made a trade was resting in the book.
local trade_fields = with(btce.trade_fields, {
  takerOrMaker = function(o)
    local own = o.is_your_order
    if own == nil then return nil end
    return (own == false or own == "0") and "taker" or "maker"
  end,
})
local trade_list = trades(trade_fields)

local order_fields = with(btce.order_fields, { id = "@key", status = words("status", { open = "0", closed = "1", canceled = "2 3" }) })
local one_order = order(with(order_fields, { id = "={order_id}" }))
local funds = balance { at = "return.funds", currency = "@key|upper|code", free = "value", used = "inOrders" }

local function private(send, read, more) return with({ post = "/tapi", send = send, read = read }, more or {}) end

return {
  hosts = { api = "https://api.tidex.com", gate = "https://gate.tidex.com" },
  rate = { interval_ms = 2000, burst = 5 },
  fees = { taker = 0.001, maker = 0.001 },
  renames = { BCC = "BCH", DSH = "DASH", EMGO = "MGO", MGO = "WMGO" },
  nonce = "s",
  sign = btce.signed(hex),
  failed = btce.failed,
  errors = btce.errors,
  broad = btce.broad { { "IP restricted", "PermissionDenied" } },

  fetch_markets = { get = "/api/3/info", read = markets(with(btce.market_fields, { baseId = "@key|before:_", quoteId = "@key|after:_" })) },
  fetch_currencies = {
    get = "/api/currency", host = "gate",
    read = currencies {
      id = "symbol", name = "name", precision = "amountPoint|tick", deposit = "depositEnable", withdraw = "withdrawEnable", fee = "withdrawFee",
      active = function(o) return o.visible == true and o.withdrawEnable ~= false and o.depositEnable ~= false end,
      limits = { withdraw = { min = "withdrawMinAmount" }, deposit = { min = "depositMinAmount" } },
      funding = { withdraw = { active = "withdrawEnable", fee = "withdrawFee|number" }, deposit = { active = "depositEnable", fee = 0 } },
    },
  },
  fetch_ticker = { get = "/api/3/ticker/{id}", read = btce.of_market(ticker(btce.ticker_fields)) },
  fetch_tickers = btce.by_pieces("/api/3/ticker/", 2000, tickers(with(btce.ticker_fields, { market = "@key" }))),
  fetch_order_book = { get = "/api/3/depth/{id}", send = "limit={limit}", read = btce.of_market(btce.order_book) },
  fetch_order_books = btce.by_pieces("/api/3/depth/", 2000, btce.order_books, "limit={limit}"),
  fetch_trades = {
    get = "/api/3/trades/{id}", send = "limit={limit}", read = function(reply, a) return trade_list(reply[a.id] or {}, a) end,
  },

  fetch_balance = private("method=getInfoExt", function(reply, a)
    local out, seconds = funds(reply, a), math.tointeger(tonumber(reply["return"].server_time))
    out.timestamp = seconds and seconds * 1000
    return out
  end),
  fetch_order = private("method=OrderInfo order_id={order_id}", function(reply, a)
    local told = reply["return"] and reply["return"][a.order_id]
    return one_order(told or fail("OrderNotFound", "no order " .. a.order_id), a)
  end),
  fetch_open_orders = private("method=ActiveOrders pair={id}", orders(with(order_fields, { at = "return?" }))),
  fetch_my_trades = private("method=TradeHistory pair={id} count={limit} since={since|s}",
    trades(with(trade_fields, { at = "return?", id = "trade_id,@key" }))),
  create_order = with(private("method=Trade pair={id} type={side} amount={amount} rate={price}", btce.placed("order_id", "init_order_id")), {
    types = "limit",
  }),
  cancel_order = private("method=CancelOrder order_id={order_id}", order { id = "={order_id}" }),
  withdraw = private("method=createWithdraw asset={currency_id} amount={amount} address={address} memo={tag}", transaction {
    at = "return.withdraw_info", id = "id", currency = "asset|code", amount = "amount", timestamp = "create_time|s", txid = "data.tx",
    address = "data.address", tag = "data.memo", fee = { cost = "fee", currency = "asset|code" },
  }),
}
