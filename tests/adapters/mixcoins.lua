-- MixCoins: what its recorded vectors do not hold.
return {
  markets = {
    { id = "btc_usdt", symbol = "BTC/USDT", base = "BTC", quote = "USDT", baseId = "btc", quoteId = "usdt", type = "spot", spot = true },
  },
  currencies = { BTC = { id = "btc", code = "BTC" }, USDT = { id = "usdt", code = "USDT" } },

  { "a balance is free and held", call = { "fetch_balance" }, sends = "POST https://mixcoins.com/api/v1/info\nnonce=1718454896",
    reply = '{"status":200,"message":"success","result":{"wallet":{"btc":{"avail":"1.5","lock":"0.25"},"usdt":{"avail":"10","lock":"0"}}}}',
    gives = { BTC = { free = 1.5, used = 0.25, total = 1.75 }, USDT = { free = 10, used = 0, total = 10 } } },
  { "maintenance, inside a 200", call = { "fetch_ticker", "BTC/USDT" }, sends = "GET https://mixcoins.com/api/v1/ticker/?market=btc_usdt",
    reply = '{"status":503,"message":"Maintenancing, try again later","result":null}', fails = "OnMaintenance" },
  { "a ticker", call = { "fetch_ticker", "BTC/USDT" }, sends = "GET https://mixcoins.com/api/v1/ticker/?market=btc_usdt",
    reply = '{"status":200,"message":"success","result":{"buy":"25000","sell":"25001","last":"25000.5","high":"25500","low":"24500","vol":"12.5"}}',
    gives = { bid = 25000, ask = 25001, last = 25000.5, baseVolume = 12.5 } },
}
