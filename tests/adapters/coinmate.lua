-- Coinmate: what its recorded vectors do not hold.
local signed = "clientId=u1&nonce=1718454896789&publicKey=testApiKey0123456789&signature=05288FC327DAC3C01B1431334D906D588BAAFBEDC0842AAD2A5430A76047B7D0&"
local function post(path, form) return "POST https://coinmate.io/api/" .. path .. "\n" .. signed .. form end
return {
  markets = {
    { id = "BTC_EUR", symbol = "BTC/EUR", base = "BTC", quote = "EUR", baseId = "BTC", quoteId = "EUR", type = "spot", spot = true,
      precision = { amount = 1e-8, price = 0.1 }, limits = { amount = { min = 0.0002 } } },
  },
  credentials = { apiKey = "testApiKey0123456789", secret = "s", uid = "u1" },

  { "immediate or cancel, in the API's words", call = { "create_order", "BTC/EUR", "limit", "buy", "0.5", "60000" }, params = { timeInForce = "IOC" },
    sends = post("buyLimit", "currencyPair=BTC_EUR&amount=0.5&price=60000&immediateOrCancel=1"), reply = '{"error":false,"errorMessage":null,"data":7}',
    gives = { id = "7" } },
  { "a trigger", call = { "create_order", "BTC/EUR", "limit", "sell", "0.5", "60000" }, params = { triggerPrice = "61000" },
    sends = post("sellLimit", "currencyPair=BTC_EUR&amount=0.5&price=60000&stopPrice=61000") },
  { "a market buy is told what to spend", call = { "create_order", "BTC/EUR", "market", "buy", "1" }, params = { cost = 150 },
    sends = post("buyInstant", "currencyPair=BTC_EUR&total=150") },
  { "not cancelled", call = { "cancel_order", "7" }, sends = post("cancelOrderWithInfo", "orderId=7"),
    reply = '{"error":false,"errorMessage":null,"data":{"success":false,"remainingAmount":0.1}}', fails = "InvalidOrder" },
  { "what the API does not withdraw", call = { "withdraw", "EUR", 5, "address" }, fails = "ExchangeError" },
  { "a failure without a text", call = { "fetch_open_orders" }, sends = "POST https://coinmate.io/api/openOrders\n" .. signed:sub(1, -2),
    reply = '{"error":true,"errorMessage":null,"data":null}', fails = "ExchangeError" },
}
