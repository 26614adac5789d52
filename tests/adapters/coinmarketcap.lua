-- CoinMarketCap: what its recorded vectors do not hold.
local function coin(unit, price)
  return '{"id":"bitcoin","name":"Bitcoin","symbol":"BTC","price_' .. unit .. '":"' .. price .. '","24h_volume_' .. unit .. '":"1000","last_updated":"1718454600"}'
end

return {
  markets = {
    { id = "bitcoin/usd", symbol = "BTC/USD", base = "BTC", quote = "USD", baseId = "bitcoin", quoteId = "usd", type = "spot", spot = true },
    { id = "bitcoin/eur", symbol = "BTC/EUR", base = "BTC", quote = "EUR", baseId = "bitcoin", quoteId = "eur", type = "spot", spot = true },
  },

  { "prices come in one currency at a time", call = { "fetch_tickers", { "BTC/USD", "BTC/EUR" } },
    sends = {
      "GET https://api.coinmarketcap.com/v1/ticker/?limit=10000&convert=EUR", "GET https://api.coinmarketcap.com/v1/ticker/?limit=10000&convert=USD",
    },
    reply = { "[" .. coin("eur", "23000") .. "]", "[" .. coin("usd", "25000.5") .. "]" },
    gives = { ["BTC/USD"] = { last = 25000.5, quoteVolume = 1000 }, ["BTC/EUR"] = { last = 23000 } } },
  { "a coin whose abbreviation is another's goes by its name", call = { "fetch_currencies" },
    sends = "GET https://api.coinmarketcap.com/v1/ticker/?limit=0", reply = '[{"id":"hot-token","name":"HOT Token","symbol":"HOT"}]',
    gives = { ["HOT Token"] = { id = "HOT", name = "HOT Token" } } },
  { "a coin that is not known", call = { "fetch_ticker", "BTC/USD" }, sends = "GET https://api.coinmarketcap.com/v1/ticker/bitcoin/?convert=USD",
    reply = '{"error":"id not found"}', fails = "BadSymbol" },
}
