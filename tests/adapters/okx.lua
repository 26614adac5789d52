-- OKX: what its recorded vectors do not hold.
return {
  markets = {
    { id = "BTC-USDT-SWAP", symbol = "BTC/USDT:USDT", base = "BTC", quote = "USDT", settle = "USDT", baseId = "BTC", quoteId = "USDT", settleId = "USDT",
      type = "swap", swap = true, contract = true, linear = true, contractSize = 0.01, precision = { amount = 0.01, price = 0.1 } },
  },

  { "a ratio is the asked symbol's", call = { "fetch_long_short_ratio_history", "BTC/USDT:USDT", "5m" },
    sends = "GET https://www.okx.com/api/v5/rubik/stat/contracts/long-short-account-ratio-contract?instId=BTC-USDT-SWAP&period=5m",
    reply = '{"code":"0","data":[["1729323300000","0.94"],["1729323000000","0.93"]],"msg":""}',
    gives = { { symbol = "BTC/USDT:USDT", timestamp = 1729323000000, longShortRatio = 0.93 }, { timestamp = 1729323300000, longShortRatio = 0.94 } } },
}
