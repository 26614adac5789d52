-- EXMO: what its recorded vectors do not hold.
return {
  markets = {
    { id = "BTC_USD", symbol = "BTC/USD", base = "BTC", quote = "USD", baseId = "BTC", quoteId = "USD", type = "spot", spot = true,
      precision = { amount = 0.00000001, price = 0.01 } },
  },

  { "an order with its trades names what came in and what went out", call = { "fetch_order", "12345" },
    sends = "POST https://api.exmo.com/v1.1/order_trades\nnonce=1718454896789&order_id=12345",
    reply = '{"type":"sell","in_currency":"USD","in_amount":"300","out_currency":"BTC","out_amount":"3","trades":['
      .. '{"trade_id":3,"date":1435488248,"type":"sell","pair":"BTC_USD","order_id":12345,"quantity":"1","price":"100","amount":"100"},'
      .. '{"trade_id":4,"date":1435488250,"type":"sell","pair":"BTC_USD","order_id":12345,"quantity":"2","price":"100","amount":"200"}]}',
    gives = { id = "12345", symbol = "BTC/USD", side = "sell", amount = 3, filled = 3, cost = 300, average = 100 } },
  { "open orders stand under their pairs", call = { "fetch_open_orders" }, sends = "POST https://api.exmo.com/v1.1/user_open_orders\nnonce=1718454896789",
    reply = '{"BTC_USD":[{"order_id":"14","created":"1435517311","type":"buy","pair":"BTC_USD","price":"100","quantity":"1","amount":"100"},'
      .. '{"parent_order_id":"15","created":"1435517312","type":"stop_market_sell","pair":"BTC_USD","quantity":"1","trigger_price":"90"}]}',
    gives = {
      { id = "14", side = "buy", status = "open", symbol = "BTC/USD", price = 100 },
      { id = "15", side = "sell", type = "stop_market_sell", triggerPrice = 90, status = "open" },
    } },
  { "margin tells times in nanoseconds", call = { "fetch_open_orders", "BTC/USD" }, params = { marginMode = "isolated" },
    sends = "POST https://api.exmo.com/v1.1/margin/user/order/list\nnonce=1718454896789",
    reply = '{"orders":[{"created":"1619068707985325495","order_id":"123","pair":"BTC_USD","price":"58000","quantity":"0.01","stop_price":"0",'
      .. '"trigger_price":"58000","type":"limit_sell","updated":"1619068707989411800"}]}',
    gives = { { id = "123", timestamp = 1619068707985, lastTradeTimestamp = 1619068707989, side = "sell", type = "limit_sell" } } },
  { "a market order by its cost", call = { "create_market_order_with_cost", "BTC/USD", "buy", "100.559" },
    sends = "POST https://api.exmo.com/v1.1/order_create\nnonce=1718454896789&pair=BTC_USD&quantity=100.55&price=0&type=market_buy_total" },
  { "an order on margin needs a leverage", call = { "create_order", "BTC/USD", "limit", "buy", "1", "100" }, params = { marginMode = "isolated" },
    fails = "ArgumentsRequired" },
  { "an order on margin", call = { "create_order", "BTC/USD", "limit", "buy", "1", "100" },
    params = { marginMode = "isolated", leverage = 2, triggerPrice = 99 },
    sends = "POST https://api.exmo.com/v1.1/margin/user/order/create\n"
      .. "nonce=1718454896789&pair=BTC_USD&quantity=1&price=100&stop_price=99&type=stop_limit_buy&leverage=2" },
  { "networks stand in the names of providers", call = { "fetch_currencies" },
    sends = { "GET https://api.exmo.com/v1.1/currency/list/extended", "GET https://api.exmo.com/v1.1/payments/providers/crypto/list" },
    reply = {
      '[{"name":"USDT","description":"Tether"}]',
      '{"USDT":[{"type":"deposit","name":"USDT (ERC20)","min":"10","max":"0","enabled":true,"commission_desc":"0%"},'
        .. '{"type":"withdraw","name":"USDT (ERC20)","min":"55","max":"200000","enabled":false,"commission_desc":"10 USDT"}]}',
    },
    gives = { USDT = { networks = { ERC20 = { deposit = true, withdraw = false, limits = { withdraw = { min = 55 } } } } } } },
  { "a key without rights on margin does not hide the markets", call = { "fetch_markets" },
    sends = { "GET https://api.exmo.com/v1.1/pair_settings", "POST https://api.exmo.com/v1.1/margin/pair/list\nnonce=1718454896789" },
    reply = {
      '{"BTC_USD":{"min_quantity":"0.00002","max_quantity":"1000","price_precision":"2","commission_taker_percent":"0.3",'
        .. '"commission_maker_percent":"0.1"}}',
      '{"result":false,"error":"Error 40032: Access is denied for this API key"}',
    },
    gives = { { id = "BTC_USD", margin = false, taker = 0.003, precision = { price = 0.01 } } } },
}
