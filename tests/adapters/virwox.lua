-- VirWoX: what its recorded vectors do not hold.
local data, trade = "https://api.virwox.com/api/json.php", "https://www.virwox.com/api/trading.php"

return {
  credentials = { apiKey = "testApiKey0123456789", login = "tester", password = "test-passphrase" },
  markets = {
    { id = "1", symbol = "EUR/SLL", base = "EUR", quote = "SLL", baseId = "EUR", quoteId = "SLL", type = "spot", spot = true },
  },

  { "the newest row is the ticker", call = { "fetch_ticker", "EUR/SLL" },
    sends = "GET " .. data .. "?method=getTradedPriceVolume&id=1718454896&instrument=EUR%2FSLL&endDate=2024-06-15%2012%3A34%3A56"
      .. "&startDate=2024-06-14%2012%3A34%3A56&HLOC=1",
    reply = '{"result":{"errorCode":"OK","priceVolumeList":[{"close":"301"},{"open":"300","high":"312.5","low":"299","close":"310","longVolume":"5","shortVolume":"1540"}]}}',
    gives = { last = 310, open = 300, high = 312.5, baseVolume = 5, quoteVolume = 1540 } },
  { "a book is one of a list", call = { "fetch_order_book", "EUR/SLL" }, params = { foo = "bar" },
    sends = "POST " .. data .. '\n{"method":"getMarketDepth","params":{"symbols":["EUR/SLL"],"foo":"bar"},"id":1718454896}',
    reply = '{"result":[{"symbol":"EUR/SLL","errorCode":"OK","buy":[{"price":"310","volume":"5"}],"sell":[{"price":"312","volume":"4"}]}],"error":null}',
    gives = { bids = { { 310, 5 } }, asks = { { 312, 4 } } } },
  { "a failure in the result", call = { "fetch_balance" },
    sends = "POST " .. trade .. '\n{"method":"getBalances","params":{"key":"testApiKey0123456789","user":"tester","pass":"test-passphrase"},"id":1718454896}',
    reply = '{"result":{"errorCode":"AUTHENTICATION_FAILED"},"error":null}', fails = "ExchangeError" },
  { "a reply without result", call = { "fetch_trades", "EUR/SLL" },
    sends = "GET " .. data .. "?method=getRawTradeData&id=1718454896&instrument=EUR%2FSLL&timespan=3600",
    reply = '{"result":null,"error":{"message":"no such method"}}', fails = "ExchangeError" },
}
