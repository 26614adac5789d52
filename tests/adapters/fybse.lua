-- FYB-SE: what its recorded vectors do not hold.
local api = "https://www.fybse.se/api/SEK"

return {
  markets = {
    { id = "SEK", symbol = "BTC/SEK", base = "BTC", quote = "SEK", baseId = "BTC", quoteId = "SEK", type = "spot", spot = true },
  },

  { "a balance has two totals", call = { "fetch_balance" }, sends = "POST " .. api .. "/getaccinfo\ntimestamp=1718454896",
    reply = '{"accNo":"2020","email":"a@b.c","btcBal":"0.125","sekBal":"250.5","error":0}', gives = { BTC = { total = 0.125 }, SEK = { total = 250.5 } } },
  { "a failure in a 200", call = { "cancel_order", "7", "BTC/SEK" }, sends = "POST " .. api .. "/cancelpendingorder\ntimestamp=1718454896&orderNo=7",
    reply = '{"error":4,"msg":"no such order"}', fails = "ExchangeError" },
  { "a ticker", call = { "fetch_ticker", "BTC/SEK" }, params = { foo = "bar" }, sends = "GET " .. api .. "/tickerdetailed.json",
    reply = '{"ask":"3001.5","bid":"2999","last":"3000","vol":"12.25"}', gives = { bid = 2999, ask = 3001.5, last = 3000, baseVolume = 12.25 } },
  { "a limit order without a price is not sent", call = { "create_order", "BTC/SEK", "limit", "buy", "1.5" }, fails = "ArgumentsRequired" },
}
