-- xBTCe: what its recorded vectors do not hold.
local api = "https://cryptottlivewebapi.xbtce.net:8443/api/v1"

return {
  credentials = { apiKey = "testApiKey0123456789", secret = "testSecret", uid = "123456" },
  markets = {
    { id = "BTCUSD", symbol = "BTC/USD", base = "BTC", quote = "USD", baseId = "BTC", quoteId = "USD", type = "spot", spot = true },
  },

  { "a market that is not traded goes by its id", call = { "fetch_markets" }, sends = "GET " .. api .. "/symbol",
    reply = '[{"Symbol":"DSHUSD","MarginCurrency":"DSH","ProfitCurrency":"USD","Precision":5,"IsTradeAllowed":true},'
      .. '{"Symbol":"BTCUSD_L","MarginCurrency":"BTC","ProfitCurrency":"USD","IsTradeAllowed":false}]',
    gives = { { id = "DSHUSD", symbol = "DASH/USD", precision = { price = 5 } }, { id = "BTCUSD_L", symbol = "BTCUSD_L" } } },
  { "the later of both sides was the last trade", call = { "fetch_ticker", "BTC/USD" }, sends = "GET " .. api .. "/public/ticker/BTCUSD",
    reply = '[{"Symbol":"BTCUSD","BestBid":1,"BestAsk":2,"LastBuyPrice":25000,"LastBuyTimestamp":1718451196789,"LastSellPrice":24999,'
      .. '"LastSellTimestamp":1718451296789}]',
    gives = { last = 24999, timestamp = 1718451296789, bid = 1, ask = 2 } },
  { "a ticker of a market that is not listed", call = { "fetch_tickers" }, sends = "GET " .. api .. "/public/ticker",
    reply = '[{"Symbol":"ETHEUR","BestBid":1,"BestAsk":2}]', gives = { ["ETH/EUR"] = { bid = 1, ask = 2 } } },
  { "there are no market orders", call = { "create_order", "BTC/USD", "market", "buy", "1" }, fails = "NotSupported" },
}
