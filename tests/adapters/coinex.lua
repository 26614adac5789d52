-- CoinEx: what its recorded vectors do not hold.
return {
  markets = {
    { id = "BTCUSDT", symbol = "BTC/USDT", base = "BTC", quote = "USDT", baseId = "BTC", quoteId = "USDT", type = "spot", spot = true, margin = true,
      precision = { amount = 1e-8, price = 0.01 } },
  },
  currencies = { BTC = { id = "BTC", code = "BTC", precision = 1e-8 }, USDT = { id = "USDT", code = "USDT", precision = 1e-8 } },

  { "a loan is of the currency that the reply tells", call = { "borrow_isolated_margin", "BTC/USDT", "BTC", "0.5" }, params = { isAutoRenew = true },
    sends = "POST https://api.coinex.com/v2/assets/margin/borrow\n" .. '{"market":"BTCUSDT","ccy":"BTC","borrow_amount":"0.5","is_auto_renew":true}',
    reply = '{"code":0,"data":{"borrow_id":13784021,"market":"BTCUSDT","ccy":"USDT","expired_at":1717299948340},"message":"OK"}',
    gives = { id = "13784021", currency = "USDT", symbol = "BTC/USDT", timestamp = 1717299948340 } },
}
