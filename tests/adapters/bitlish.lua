-- Bitlish: what its recorded vectors do not hold.
return {
  markets = {
    { id = "btcusd", symbol = "BTC/USD", base = "BTC", quote = "USD", baseId = "BTC", quoteId = "USD", type = "spot", spot = true },
  },
  currencies = { LTC = { id = "LTC", code = "LTC" } },

  { "an hour holds the candles of all markets that were traded in it", call = { "fetch_ohlcv", "BTC/USD", "1h", 1532779200000 },
    sends = 'POST https://bitlish.com/api/v1/ohlcv\n{"time_range":["1532779200",null]}',
    reply = '{"list":[{"data":{"btceur":{"close":"7008.8","high":"7011.0","low":"7008.8","open":"7011.0","volume":"0.07"}},'
      .. '"from":"1532779200","to":"1532782800"},{"data":null,"from":"1532782800","to":"1532786400"},'
      .. '{"data":{"btcusd":{"close":"8001.71","close_ts":1532785768599596,"high":"8050.0","low":"8001.7","open":"8050.0",'
      .. '"open_ts":1532785768596568,"volume":"0.01253481"}},"from":"1532786400","to":"1532790000"}]}',
    gives = { { 1532786400000, 8050, 8050, 8001.7, 8001.71, 0.01253481 } } },
  { "a book has the time of its last change, in microseconds", call = { "fetch_order_book", "BTC/USD" },
    sends = "GET https://bitlish.com/api/v1/trades_depth?pair_id=btcusd",
    reply = '{"ask":[{"price":"7534.3400000000000000","volume":"0.1"}],"ask_end":"1","bid":[{"price":"7463.45","volume":"0.00000001"}],'
      .. '"bid_end":"1","last":"1533383543824189","pair_id":"btcusd"}',
    gives = { bids = { { 7463.45, 0.00000001 } }, asks = { { 7534.34, 0.1 } }, timestamp = 1533383543824 } },
  { "a market that nobody trades in is not told", call = { "fetch_ticker", "BTC/USD" }, sends = "GET https://bitlish.com/api/v1/tickers",
    reply = "{}", fails = "NullResponse" },
  { "only bitcoins leave", call = { "withdraw", "LTC", "1", "LVg2kJoFNg45Nbpy53h7Fe1wKyeXVRhMH9" }, fails = "NotSupported" },
}
