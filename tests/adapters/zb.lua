-- ZB: what its recorded vectors do not hold.
return {
  credentials = { apiKey = "testApiKey0123456789", secret = "testSecret", password = "test-safe-password" },
  currencies = { USDT = { id = "usdt", code = "USDT" } },
  markets = {
    { id = "btc_usdt", symbol = "BTC/USDT", base = "BTC", quote = "USDT", baseId = "btc", quoteId = "usdt", type = "spot", spot = true,
      precision = { amount = 4, price = 2 } },
  },

  { "a loan for one market takes the safe password", call = { "borrow_margin", "USDT", "1.5", "BTC/USDT" },
    sends = "GET https://trade.zb.com/api/borrow?accesskey=testApiKey0123456789&amount=1.5&coin=usdt&marketName=btc_usdt&method=borrow&safePwd=test-safe-password"
      .. "&sign=324d4bc1e895f6f12652a37691a54e7a&reqTime=1718454896789",
    reply = '{"code":1000,"message":"ok"}', gives = { currency = "USDT", amount = 1.5, symbol = "BTC/USDT" } },
  { "a loan for all markets", call = { "borrow_margin", "USDT", "1.5" },
    sends = "GET https://trade.zb.com/api/doCrossLoan?accesskey=testApiKey0123456789&amount=1.5&coin=usdt&method=doCrossLoan&safePwd=test-safe-password"
      .. "&sign=6a468322b24a8a4d6ebdd38ec0e8ad0e&reqTime=1718454896789",
    reply = '{"code":1000,"message":"ok"}', gives = { currency = "USDT", amount = 1.5 } },
  { "a loan is isolated by its market", call = { "borrow_margin", "USDT", "1.5" }, params = { marginMode = "isolated" }, fails = "ArgumentsRequired" },
  { "the rate of the first offer", call = { "fetch_borrow_rate", "USDT" },
    sends = "GET https://trade.zb.com/api/getLoans?accesskey=testApiKey0123456789&coin=usdt&method=getLoans"
      .. "&sign=825a3524d689dbbdf8f124b64cacabc0&reqTime=1718454896789",
    reply = '{"code":"1000","result":[{"interestRateOfDay":"0.0005","repaymentDay":"30","coinName":"usdt"},{"interestRateOfDay":"0.001","coinName":"usdt"}]}',
    gives = { currency = "USDT", rate = 0.0005, period = 30 } },
}
