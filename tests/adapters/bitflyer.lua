-- bitFlyer: what its recorded vectors do not hold.
return {
  markets = {
    { id = "BTC_JPY", symbol = "BTC/JPY", base = "BTC", quote = "JPY", baseId = "BTC", quoteId = "JPY", type = "spot", spot = true },
    { id = "FX_BTC_JPY", symbol = "BTC/JPY:JPY", base = "BTC", quote = "JPY", settle = "JPY", baseId = "BTC", quoteId = "JPY", type = "swap",
      swap = true, contract = true, linear = true },
  },

  { "the time in force travels under the exchange's own name", call = { "create_order", "BTC/JPY", "limit", "buy", "0.01", "5000000" },
    params = { timeInForce = "IOC" },
    sends = 'POST https://api.bitflyer.com/v1/me/sendchildorder\n{"product_code":"BTC_JPY","child_order_type":"LIMIT","side":"BUY",'
      .. '"price":5000000,"size":0.01,"time_in_force":"IOC"}',
    reply = '{"child_order_acceptance_id":"JRF20150707-050237-639234"}', gives = { id = "JRF20150707-050237-639234" } },
  { "a cancellation is acknowledged by nothing", call = { "cancel_order", "JRF1", "BTC/JPY" },
    sends = 'POST https://api.bitflyer.com/v1/me/cancelchildorder\n{"product_code":"BTC_JPY","child_order_acceptance_id":"JRF1"}',
    reply = "", gives = { id = "JRF1" } },
  { "a public trade belongs to the order of its side", call = { "fetch_trades", "BTC/JPY" },
    sends = "GET https://api.bitflyer.com/v1/getexecutions?product_code=BTC_JPY",
    reply = '[{"id":39287,"side":"SELL","price":31690,"size":27.04,"exec_date":"2015-07-08T02:43:34.823",'
      .. '"buy_child_order_acceptance_id":"B","sell_child_order_acceptance_id":"S"}]',
    gives = { { id = "39287", order = "S", side = "sell", timestamp = 1436323414823 } } },
  { "contracts have their day in the id, and no fee",
    call = { "fetch_markets" },
    sends = { "GET https://api.bitflyer.com/v1/getmarkets", "GET https://api.bitflyer.com/v1/getmarkets/usa", "GET https://api.bitflyer.com/v1/getmarkets/eu" },
    reply = {
      '[{"product_code":"BTCJPY28JAN2022","alias":"BTCJPY_MAT1WK","market_type":"Futures"},{"product_code":"FX_BTC_JPY","market_type":"FX"}]', "[]", "[]",
    },
    gives = {
      { id = "BTCJPY28JAN2022", symbol = "BTC/JPY:JPY-220128", type = "future", expiry = 1643328000000, taker = 0 },
      { id = "FX_BTC_JPY", symbol = "BTC/JPY:JPY", type = "swap", taker = 0 },
    } },
  { "positions are of one market", call = { "fetch_positions", { "BTC/JPY:JPY" } },
    sends = "GET https://api.bitflyer.com/v1/me/getpositions?product_code=FX_BTC_JPY",
    reply = '[{"product_code":"FX_BTC_JPY","side":"SELL","price":36000,"size":10,"leverage":3,"pnl":965,"open_date":"2015-11-03T10:04:45.011"}]',
    gives = { { symbol = "BTC/JPY:JPY", side = "short", contracts = 10, entryPrice = 36000, unrealizedPnl = 965 } } },
  { "maintenance", call = { "fetch_balance" }, sends = "GET https://api.bitflyer.com/v1/me/getbalance",
    reply = '{"status":-2,"error_message":"Under maintenance","data":null}', fails = "OnMaintenance" },
}
