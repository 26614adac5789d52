-- Coingi: what its recorded vectors do not hold.
return {
  markets = {
    { id = "btc-usd", symbol = "BTC/USD", base = "BTC", quote = "USD", baseId = "btc", quoteId = "usd", type = "spot", spot = true },
    { id = "btc-eur", symbol = "BTC/EUR", base = "BTC", quote = "EUR", baseId = "btc", quoteId = "eur", type = "spot", spot = true },
  },

  { "a ticker is one of all markets'", call = { "fetch_ticker", "BTC/EUR" }, sends = "GET https://api.coingi.com/current/24hour-rolling-aggregation",
    reply = '[{"currencyPair":{"base":"btc","counter":"usd"},"high":2},{"currencyPair":{"base":"btc","counter":"eur"},"high":1}]', gives = { high = 1 } },
  { "a market that nobody trades in", call = { "fetch_ticker", "BTC/EUR" }, sends = "GET https://api.coingi.com/current/24hour-rolling-aggregation",
    reply = "[]", fails = "NullResponse" },
  { "a book has 512 orders a side", call = { "fetch_order_book", "BTC/USD", 1000 }, sends = "GET https://api.coingi.com/current/order-book/btc-usd/512/512/32",
    reply = '{"bids":[{"price":1,"baseAmount":2}],"asks":[]}', gives = { bids = { { 1, 2 } }, asks = {} } },
  { "a page without markets", call = { "fetch_markets" }, sends = "GET https://coingi.com", reply = "<html>closed</html>", fails = "BadResponse" },
  { "a failure in a 200", call = { "cancel_order", "7" },
    sends = 'POST https://api.coingi.com/user/cancel-order\n{"token":"testApiKey0123456789","nonce":1718454896,'
      .. '"signature":"8bbce411dce7a060d0135538a76c48376e174ea132fbd4e6d795808eb08a8d5e","orderId":"7"}',
    reply = '{"errors":[{"code":1,"message":"no such order"}]}', fails = "ExchangeError" },
}
