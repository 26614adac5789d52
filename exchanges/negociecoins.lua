-- NegocieCoins, Brazil: spot; closed. API: https://www.negociecoins.com.br/documentacao-api and .../documentacao-tradeapi
-- No list of markets is told; these are the ones known. There are limit orders only: a price is always needed. What is signed is the escaped
-- address, in small letters, and the MD5 of the parameters as JSON, wherever these travel.

local listed = {}
for base in ("B2X BCH BTC BTG DASH LTC"):gmatch "%w+" do
  listed[#listed + 1] = {
    id = base:lower() .. "brl", baseId = base, quoteId = "BRL", precision = { amount = 8, price = 8 }, limits = { amount = { min = "0.001" } },
  }
end

local order_fields = {
  id = "id", market = "pair", timestamp = "created|iso", type = "=limit", side = "type", price = "price", amount = "quantity", cost = "total",
  filled = "executed_quantity", remaining = "pending_quantity",
  status = "status",
  fee = { cost = "fee", currency = "@quote" },
}
local one_order = order(with(order_fields, { at = "1" }))

local function order_list(status)
  return {
    post = "/tradeapi/v1/user/orders", needs = "symbol", read = orders(order_fields),
    send = "pair={id} startDate={since|date} pageSize={limit}" .. (status and " status=" .. status or ""),
  }
end

return {
  hosts = { api = "https://broker.negociecoins.com.br" },
  rate = { interval_ms = 1000, burst = 5 },
  precision = "places",
  renames = old_codes,
  fees = { taker = 0.004, maker = 0.003 },
  http = { [429] = "DDoSProtection" },
  encode = "json",

  sign = function(req, key)
    local parameters = req.json or req.query
    local digest = #parameters > 0 and base64(md5(req.json and req.body or encode_json(parameters))) or ""
    local address = urlencode("https://" .. req.host .. req.path):lower()
    local time = clock("s")
    local signature = base64(hmac("sha256", unbase64(key.secret), key.apiKey .. req.method .. address .. time .. key.nonce .. digest))
    req.headers.Authorization = "amx " .. key.apiKey .. ":" .. signature .. ":" .. key.nonce .. ":" .. time
    if req.json then req.headers["Content-Type"] = "application/json; charset=UTF-8" end
  end,

  fetch_markets = { run = function() return listed end },
  fetch_ticker = {
    get = "/api/v3/{id}/ticker",
    read = ticker { timestamp = "date|s", high = "high", low = "low", bid = "buy", ask = "sell", last = "last", baseVolume = "vol" },
  },
  fetch_order_book = { get = "/api/v3/{id}/orderbook", read = book { bids = "bid", asks = "ask", level = { "price", "quantity" } } },
  fetch_trades = {
    get = "/api/v3/{id}/trades/{since|s|default:0}",
    read = trades { id = "tid", timestamp = "date|s", type = "=limit", side = "type|lower", price = "price", amount = "amount" },
  },

  fetch_balance = {
    get = "/tradeapi/v1/user/balance",
    read = balance {
      at = "coins", currency = "name|code", free = "available", total = "total",
      used = function(o) return o.openOrders and o.withdraw and decimal.add(o.openOrders, o.withdraw) end,
    },
  },
  fetch_order = { get = "/tradeapi/v1/user/order/{order_id}", read = one_order },
  fetch_orders = order_list(),
  fetch_open_orders = order_list "pending",
  fetch_closed_orders = order_list "filled",
  create_order = { post = "/tradeapi/v1/user/order", needs = "price", send = "pair={id} price={price} volume={amount} type={side}", read = one_order },
  cancel_order = { delete = "/tradeapi/v1/user/order/{order_id}", encode = "query", read = one_order },
}
