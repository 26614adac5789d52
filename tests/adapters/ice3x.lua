-- ICE3X: what its recorded vectors do not hold.
local function post(path, sent) return "POST https://ice3x.com/api/v1" .. path .. "\nnonce=1718454896" .. (sent or "") end

return {
  markets = {
    { id = "3", symbol = "BTC/ZAR", base = "BTC", quote = "ZAR", baseId = "2", quoteId = "1", type = "spot", spot = true,
      precision = { amount = 8, price = 8 } },
  },

  { "currencies have numbers in balances", call = { "fetch_balance" }, sends = post "/balance/list",
    reply = '{"errors":false,"response":{"entities":[{"currency_id":2,"balance":"1.5"},{"currency_id":1,"balance":"2500.75"}]}}',
    gives = { BTC = { total = 1.5 }, ZAR = { total = 2500.75 } } },
  { "one order", call = { "fetch_order", "1234567890" }, sends = post("/order/info", "&order%20_id=1234567890"),
    reply = '{"errors":false,"response":{"entity":{"order_id":1234567890,"pair_id":3,"type":"buy","price":"450000.5","volume":"0.5","remaining":"0.3",'
      .. '"active":1,"created":1718451296,"fee":"1.25"}}}',
    gives = { id = "1234567890", timestamp = 1718451296000, symbol = "BTC/ZAR", status = "open", type = "limit", side = "buy", price = 450000.5, amount = 0.5,
      remaining = 0.3, filled = 0.2, fee = { cost = 1.25, currency = "ZAR" } } },
  { "a new order tells its number only", call = { "create_order", "BTC/ZAR", "limit", "sell", "0.5", "450000" },
    sends = post("/order/new", "&pair_id=3&type=sell&amount=0.5&price=450000"), reply = '{"errors":false,"response":{"entity":{"order_id":77}}}',
    gives = { id = "77", status = "open", symbol = "BTC/ZAR", type = "limit", side = "sell", price = 450000, amount = 0.5, remaining = 0.5 } },
  { "a side of the book", call = { "fetch_order_book", "BTC/ZAR", 5 }, params = { type = "bid" },
    sends = "GET https://ice3x.com/api/v1/orderbook/info?pair_id=3&items_per_page=5&type=bid" },
  { "errors by field: a wrong key", call = { "fetch_balance" }, sends = post "/balance/list", reply = '{"errors":{"Key":"Key is not valid"},"response":null}',
    fails = "AuthenticationError" },
  { "errors by field: a user without the right", call = { "fetch_balance" }, sends = post "/balance/list",
    reply = '{"errors":{"user_id":"No authorization for this"},"response":{}}', fails = "AuthenticationError" },
  { "errors by field: any other", call = { "fetch_balance" }, sends = post "/balance/list", reply = '{"errors":{"amount":"Amount is too small"}}',
    fails = "ExchangeError" },
}
