-- Vaultoro: what its recorded vectors do not hold.
return {
  markets = {
    { id = "GLDBTC", symbol = "Gold/BTC", base = "Gold", quote = "BTC", baseId = "GLD", quoteId = "BTC", type = "spot", spot = true },
  },

  { "there is one market", call = { "fetch_markets" }, params = { foo = "bar" }, sends = "GET https://api.vaultoro.com/markets",
    reply = '{"status":"success","data":{"MarketCurrency":"GLD","BaseCurrency":"BTC","MarketName":"GLDBTC","IsActive":true}}',
    gives = { { id = "GLDBTC", symbol = "Gold/BTC", active = true } } },
  { "a book is a list of two sides", call = { "fetch_order_book", "Gold/BTC" }, sends = "GET https://api.vaultoro.com/orderbook",
    reply = '{"status":"success","data":[{"b":[{"Gold_Price":0.051,"Gold_Amount":2}]},{"s":[{"Gold_Price":0.052,"Gold_Amount":3}]}]}',
    gives = { bids = { { 0.051, 2 } }, asks = { { 0.052, 3 } } } },
  { "a new order's id", call = { "create_order", "Gold/BTC", "limit", "sell", "1.5", "0.05125" },
    sends = "POST https://api.vaultoro.com/1/sell/btc/limit?nonce=1718454896&apikey=testApiKey0123456789&gld=1.5&price=0.05125",
    reply = '{"status":"success","data":{"action":"sell","Order_ID":"53e8ee5a","type":"limit"}}', gives = { id = "53e8ee5a", symbol = "Gold/BTC" } },
  { "a failure in a 200", call = { "cancel_order", "7" },
    sends = "POST https://api.vaultoro.com/1/cancel/7?nonce=1718454896&apikey=testApiKey0123456789",
    reply = '{"status":"error","data":{"message":"Order not found"}}', fails = "ExchangeError" },
  { "a limit order without a price is not sent", call = { "create_order", "Gold/BTC", "limit", "buy", "1.5" }, fails = "ArgumentsRequired" },
}
