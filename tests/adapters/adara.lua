-- Adara: what its recorded vectors do not hold.
return {
  markets = {
    { id = "XLMBTC", symbol = "XLM/BTC", base = "XLM", quote = "BTC", baseId = "XLM", quoteId = "BTC", type = "spot", spot = true,
      precision = { amount = 4, price = 8 }, limits = {} },
  },

  { "a book is a list of orders of both sides", call = { "fetch_order_book", "XLM/BTC" },
    sends = "GET https://api.adara.io/v1/orderBook?filters%5Bsymbol%5D=XLMBTC",
    reply = '{"data":[{"id":"OSID1S","attributes":{"price":0.000037,"amount":5,"serializedAt":1543116143474}},'
      .. '{"id":"OBID0S","attributes":{"price":0.000035,"amount":4,"serializedAt":1543116143473}},'
      .. '{"id":"OBID2S","attributes":{"price":0.000036,"amount":2,"serializedAt":1543116143472}}]}',
    gives = { bids = { { 0.000036, 2 }, { 0.000035, 4 } }, asks = { { 0.000037, 5 } }, timestamp = 1543116143474 } },
  { "the trades of all markets come together", call = { "fetch_trades", "XLM/BTC" }, sends = "GET https://api.adara.io/v1/trade",
    reply = '{"data":[{"id":"1","attributes":{"price":34,"amount":4,"total":136,"operation":"buy","createdAt":"2018-11-23T16:02:44.359Z"},'
      .. '"relationships":{"symbol":{"data":{"type":"symbol","id":"ABCUSD"}}}},'
      .. '{"id":"2","attributes":{"price":0.5,"amount":4,"total":2,"operation":"sell","createdAt":"2018-11-23T16:02:45.000Z"},'
      .. '"relationships":{"symbol":{"data":{"type":"symbol","id":"XLMBTC"}}}}]}',
    gives = { { id = "2", symbol = "XLM/BTC", side = "sell", price = 0.5, amount = 4, cost = 2 } } },
  { "an order names its trades, which stand beside it", call = { "fetch_order", "7" }, sends = "GET https://api.adara.io/v1/order/7?include=trades",
    reply = '{"data":{"id":"7","attributes":{"operation":"buy","orderType":"limit","amount":220,"price":0.000035,"averagePrice":0.000035,'
      .. '"fee":0.0001925,"timeOpen":"2018-11-28T19:47:57.435Z","timeClose":null,"status":"closed","filled":220},'
      .. '"relationships":{"symbol":{"data":{"id":"XLMBTC"}},"trades":{"data":[{"id":"5_7"},{"id":"6_7"}]}}},'
      .. '"included":[{"type":"trade","id":"5_7","attributes":{"price":0.000035,"amount":220,"total":0.0077,"operation":"buy",'
      .. '"createdAt":"2018-11-28T19:47:57.451Z"}},{"type":"trade","id":"9_9","attributes":{"price":1,"amount":1}}]}',
    gives = { id = "7", symbol = "XLM/BTC", filled = 220, fee = { cost = 0.0001925, currency = "BTC" }, trades = { { id = "5_7", order = "7", cost = 0.0077 } } } },
  { "a title tells the cause too", call = { "fetch_balance" }, sends = "GET https://api.adara.io/v1/balance",
    reply = '{"errors":[{"code":"E1","status":"400","title":"Order is not found"}]}', fails = "OrderNotFound" },
  { "an order without a price is not sent", call = { "create_order", "XLM/BTC", "limit", "buy", "1.5" }, fails = "ArgumentsRequired" },
}
