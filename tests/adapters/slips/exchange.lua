-- A made-up exchange whose replies are unified results already: what is compared is what a row's reply says.
local order_fields = {
  id = "id", symbol = "symbol", timestamp = "timestamp", side = "side", status = "status", amount = "amount", postOnly = "postOnly",
  fee = { cost = "fee.cost", currency = "fee.currency" },
}
return {
  hosts = { api = "https://api.example.com" },
  credentials = { "apiKey", "secret" },
  sign = function(req, key) req.headers["X-Sign"] = hex(hmac("sha256", key.secret, req.path)) end,
  fetch_ticker = {
    get = "/ticker/{id}", send = "from={from} to={to}",
    read = ticker { timestamp = "timestamp", last = "last", change = "change", open = "open", percentage = "percentage" },
  },
  fetch_currencies = { get = "/currencies", read = currencies { id = "id", type = "type" } },
  fetch_balance = { get = "/balance", read = balance { at = "rows", currency = "id", free = "free", total = "total" } },
  fetch_trading_fee = { get = "/fee", read = trading_fee { maker = "maker", taker = "taker" } },
  fetch_order = { get = "/order/{order_id}", read = order(order_fields) },
  fetch_orders = { get = "/orders/{id}/{ids?}", needs = "symbol", read = orders(order_fields) },
  create_order = { post = "/order", encode = "json", send = "signature={signature}", read = order(order_fields) },
  fetch_deposits = { get = "/deposits", read = transactions { id = "id", currency = "currency|code" } },
  withdraw = { post = "/money/{currency_id}", send = "amount={amount}", read = transaction { id = "id" } },
}
