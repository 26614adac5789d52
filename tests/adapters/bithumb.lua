-- Bithumb: what its recorded vectors do not hold.
return {
  markets = {
    { id = "KRW-BTC", symbol = "BTC/KRW", base = "BTC", quote = "KRW", baseId = "BTC", quoteId = "KRW", type = "spot", spot = true,
      precision = { amount = 4, price = 4 } },
    { id = "BTC-ETH", symbol = "ETH/BTC", base = "ETH", quote = "BTC", baseId = "ETH", quoteId = "BTC", type = "spot", spot = true,
      precision = { amount = 4, price = 4 } },
  },

  { "won prices above a million are whole thousands", call = { "create_order", "BTC/KRW", "limit", "buy", "1.23456", "123456789" },
    sends = "POST https://api.bithumb.com/v2/orders\n"
      .. '{"market":"KRW-BTC","side":"bid","price":"123457000","volume":"1.2345","order_type":"limit"}' },
  { "prices in bitcoin are satoshis", call = { "create_order", "ETH/BTC", "limit", "sell", "12345.5", "0.051234567" },
    sends = "POST https://api.bithumb.com/v2/orders\n"
      .. '{"market":"BTC-ETH","side":"ask","price":"0.05123457","volume":"12345.5","order_type":"limit"}' },
  { "what is spent is not rounded up", call = { "create_market_buy_order_with_cost", "BTC/KRW", "123456.7" },
    sends = 'POST https://api.bithumb.com/v2/orders\n{"market":"KRW-BTC","side":"bid","price":"123456","order_type":"price"}' },
  { "won is withdrawn by a call of its own, with a second factor", call = { "withdraw", "KRW", "10000", "-" }, params = { two_factor_type = "kakao" },
    sends = 'POST https://api.bithumb.com/v1/withdraws/krw\n{"amount":"10000","two_factor_type":"kakao"}' },
  { "TWAP orders are listed apart", call = { "fetch_open_orders", "BTC/KRW" }, params = { twap = true },
    sends = "GET https://api.bithumb.com/v1/twap?market=KRW-BTC&state=progress",
    reply = '{"orders":[{"uuid":"019f","side":"bid","price":"92500000","state":"progress","market":"KRW-BTC","volume":"1.0",'
      .. '"created_at":"2025-12-04T10:00:00+09:00","progress_count":25,"total_executed_volume":"0.25","avg_trade_price":"92500000.000"}]}',
    gives = { { id = "019f", symbol = "BTC/KRW", status = "open", side = "buy", amount = 1, filled = 0.25, timestamp = 1764810000000 } } },
  { "a failure of the first generation", call = { "fetch_open_orders", "BTC/KRW" }, sends = "GET https://api.bithumb.com/v1/orders?market=KRW-BTC&state=wait",
    reply = '{"status":"5600","message":"Unknown Error"}', fails = "ExchangeError" },
  { "a TWAP order's duration goes out in seconds", call = { "create_twap_order", "BTC/KRW", "sell", "0.5", 600000 },
    sends = 'POST https://api.bithumb.com/v1/twap\n{"market":"KRW-BTC","duration":"600","volume":"0.5","side":"ask"}',
    reply = '{"algo_order_id":"019f3ed7"}', gives = { id = "019f3ed7", symbol = "BTC/KRW" } },
  { "addresses that money may go to", call = { "fetch_withdrawal_whitelist" }, sends = "GET https://api.bithumb.com/v1/withdraws/coin_addresses",
    reply = '[{"currency":"BTC","net_type":"BTC"}]', gives = { { currency = "BTC", net_type = "BTC" } } },
}
