-- RightBTC: what its recorded vectors do not hold.
return {
  markets = {
    { id = "ETPCNY", symbol = "ETP/CNY", base = "ETP", quote = "CNY", baseId = "ETP", quoteId = "CNY", type = "spot", spot = true,
      precision = { amount = 8, price = 8 } },
  },

  { "past orders are found by a list of ids", call = { "fetch_orders", "ETP/CNY" }, params = { ids = { "11060", "11061" } },
    sends = "GET https://www.rightbtc.com/api/trader/history/ETPCNY/11060/11061",
    reply = '{"status":{"success":1,"message":null},"result":[{"trading_pair":"ETPCNY","status":"TRADE","fee":0.23,"min_fee":10000000,'
      .. '"created_at":"2017-05-25T00:12:27.000Z","cost":1152468000000,"limit":3600000000,"id":11060,"quantity":32013000000,"filled_quantity":32013000000}]}',
    gives = { { id = "11060", timestamp = 1495671147000, symbol = "ETP/CNY", type = "limit", status = "closed", price = 36, amount = 320.13, filled = 320.13,
      remaining = 0, cost = 11524.68, fee = { cost = 0.1, rate = 0.23, currency = "CNY" } } } },
  { "an order that is not open is not found", call = { "fetch_order", "7", "ETP/CNY" }, sends = "GET https://www.rightbtc.com/api/trader/orders/ETPCNY/7",
    reply = '{"status":{"success":1,"message":"SUC_LIST_AVTICE_ORDERS"},"result":[{"id":8,"quantity":20000000,"rest":20000000,"limit":1000000,"side":"BUY"}]}',
    fails = "OrderNotFound" },
  { "own trades name their side by a letter", call = { "fetch_my_trades", "ETP/CNY" }, sends = "GET https://www.rightbtc.com/api/trader/historys/ETPCNY/0",
    reply = '{"status":{"success":1,"message":null},"result":[{"order_id":118735,"trade_id":7,"trading_pair":"ETPCNY","side":"B","quantity":1000000000,'
      .. '"price":900000000,"created_at":"2017-06-06T20:45:27.000Z"}]}',
    gives = { { id = "7", order = "118735", timestamp = 1496781927000, symbol = "ETP/CNY", type = "limit", side = "buy", price = 9, amount = 10, cost = 90 } } },
  { "a candle's volume stands second", call = { "fetch_ohlcv", "ETP/CNY", "1h" }, sends = "GET https://www.rightbtc.com/api/public/candlestick/hr1/ETPCNY",
    reply = '{"result":[[1496781927000,500000000,3600000000,3700000000,3500000000,3650000000]]}', gives = { { 1496781927000, 36, 37, 35, 36.5, 5 } } },
}
