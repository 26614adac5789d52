-- Bit-Z: what its recorded vectors do not hold.
return {
  credentials = { apiKey = "testApiKey0123456789", secret = "testSecret", password = "test-trade-password" },
  markets = {
    { id = "btc_usdt", symbol = "BTC/USDT", base = "BTC", quote = "USDT", baseId = "btc", quoteId = "usdt", type = "spot", spot = true,
      precision = { amount = 4, price = 8 } },
  },

  { "a failure stands in data", call = { "fetch_balance" },
    sends = "POST https://apiv2.bitz.com/Assets/getUserAssets",
    reply = '{"status":200,"msg":"","data":-200031,"time":1535999806,"microtime":"0.85476800 1535999806"}', fails = "InsufficientFunds" },
  { "market orders are not taken", call = { "create_order", "BTC/USDT", "market", "buy", "1" }, fails = "InvalidOrder" },
  { "a new order is as old as the reply", call = { "create_order", "BTC/USDT", "limit", "sell", "10", "100" },
    sends = "POST https://apiv2.bitz.com/Trade/addEntrustSheet\napiKey=testApiKey0123456789&nonce=100001&number=10&price=100&symbol=btc_usdt&timeStamp=1718454896"
      .. "&tradePwd=test-trade-password&type=2&sign=0a037a03562d3c297470eefdb9c8e851",
    reply = '{"status":200,"msg":"","data":{"id":"693248739","price":"100","number":"10","numberOver":"10","flag":"sale","status":"0","numberDeal":"0"},'
      .. '"microtime":"0.41892000 1533035297"}',
    gives = { id = "693248739", side = "sell", status = "open", timestamp = 1533035297418, remaining = 10 } },
}
