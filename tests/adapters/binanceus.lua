-- Binance.US: conversions, which are its own. What is sent, and the names in the replies, are as third-party clients of its OTC endpoints have them.
local quote = "4e5446f2cc6f44ab86ab02abf19a2fd2"

return {
  markets = {
    { id = "BTCUSDT", symbol = "BTC/USDT", base = "BTC", quote = "USDT", baseId = "BTC", quoteId = "USDT", type = "spot", spot = true,
      precision = { amount = 0.00001, price = 0.01 } },
  },
  currencies = { BTC = { id = "BTC", code = "BTC", precision = 1e-8 }, USDT = { id = "USDT", code = "USDT", precision = 1e-8 } },

  { "a price is asked for what is given", call = { "fetch_convert_quote", "BTC", "USDT", 2 },
    sends = "POST https://api.binance.us/sapi/v1/otc/quotes\ntimestamp=1718454896789&fromCoin=BTC&toCoin=USDT&requestCoin=BTC&requestAmount=2"
      .. "&recvWindow=10000&signature=19d58fe503f53a5c2001e4b82c6828e537f5f21272548d7108c64a2545babf1b",
    reply = '{"quoteId":"' .. quote .. '","symbol":"BTCUSDT","ratio":"50550.26","inverseRatio":"0.00001978","validTimestamp":1718454926789,'
      .. '"toAmount":"101100.52","fromAmount":"2"}',
    gives = { id = quote, fromCurrency = "BTC", toCurrency = "USDT", fromAmount = 2, toAmount = 101100.52, price = 50550.26, timestamp = 1718454926789 } },
  { "the quote is taken by its id", call = { "create_convert_trade", quote, "BTC", "USDT", 2 },
    sends = "POST https://api.binance.us/sapi/v1/otc/orders\ntimestamp=1718454896789&quoteId=" .. quote
      .. "&recvWindow=10000&signature=cdc4884b05ac007de84294d1729866cbeeabf62369635bee755f2a2284336ac7",
    reply = '{"orderId":"10002349","createTime":1718454900000,"orderStatus":"PROCESS"}',
    gives = { id = "10002349", fromCurrency = "BTC", toCurrency = "USDT", timestamp = 1718454900000 } },
  { "what was converted", call = { "fetch_convert_trade_history", "BTC", json.null, 20 },
    sends = "GET https://api.binance.us/sapi/v1/otc/orders?timestamp=1718454896789&fromCoin=BTC&limit=20"
      .. "&recvWindow=10000&signature=a7ca4610a6750dba0e1683f0e283c4ee3e54ea1bc4e5eef72bf314dc50970dea",
    reply = '{"total":1,"rows":[{"quoteId":"' .. quote .. '","orderId":"10002349","orderStatus":"SUCCESS","fromCoin":"BTC","fromAmount":2,"toCoin":"USDT",'
      .. '"toAmount":101100.52,"ratio":50550.26,"inverseRatio":0.00001978,"createTime":1718454900000}]}',
    gives = { { id = "10002349", fromCurrency = "BTC", toCurrency = "USDT", fromAmount = 2, toAmount = 101100.52, timestamp = 1718454900000 } } },
  { "the coins that may be converted", call = { "fetch_convert_currencies" },
    sends = "GET https://api.binance.us/sapi/v1/otc/coinPairs?timestamp=1718454896789"
      .. "&recvWindow=10000&signature=037ea58b4415f77f308088005cae835636fa5565a533b0162e92a08827a410eb",
    reply = '[{"fromCoin":"BTC","toCoin":"USDT","fromCoinMinAmount":"0.1","fromCoinMaxAmount":"100","toCoinMinAmount":"1000","toCoinMaxAmount":"500000"},'
      .. '{"fromCoin":"USDT","toCoin":"BTC","fromCoinMinAmount":"1000","fromCoinMaxAmount":"500000","toCoinMinAmount":"0.1","toCoinMaxAmount":"100"}]',
    gives = { BTC = { id = "BTC", code = "BTC" }, USDT = { id = "USDT", code = "USDT" } } },
}
