-- BitMart: what its recorded vectors do not hold.
return {
  credentials = { apiKey = "testApiKey0123456789", secret = "secret", uid = "memo" },
  markets = {
    { id = "BTC_USDT", symbol = "BTC/USDT", base = "BTC", quote = "USDT", baseId = "BTC", quoteId = "USDT", type = "spot", spot = true,
      precision = { amount = 0.00001, price = 0.01 } },
  },
  currencies = { BTC = { id = "BTC", code = "BTC", precision = 1e-8 }, USDT = { id = "USDT", code = "USDT", precision = 1e-8 } },

  { "a loan is of the market and the currency asked for", call = { "borrow_isolated_margin", "BTC/USDT", "BTC", "0.5" },
    sends = "POST https://api-cloud.bitmart.com/spot/v1/margin/isolated/borrow\n" .. '{"symbol":"BTC_USDT","currency":"BTC","amount":"0.5"}',
    reply = '{"message":"OK","code":1000,"data":{"borrow_id":"629a"}}', gives = { id = "629a", currency = "BTC", amount = 0.5, symbol = "BTC/USDT" } },
}
