-- BTC Markets: what its recorded vectors do not hold.
local body = "POST https://api.btcmarkets.net/v3/orders\n"
return {
  markets = {
    { id = "BTC-AUD", symbol = "BTC/AUD", base = "BTC", quote = "AUD", baseId = "BTC", quoteId = "AUD", type = "spot", spot = true,
      precision = { amount = 1e-8, price = 0.01 }, limits = {} },
    { id = "LTC-BTC", symbol = "LTC/BTC", base = "LTC", quote = "BTC", baseId = "LTC", quoteId = "BTC", type = "spot", spot = true,
      precision = { amount = 1e-8, price = 1e-8 }, limits = {} },
  },
  currencies = { AUD = { id = "AUD", code = "AUD", precision = 0.01 } },

  { "a trigger on a limit order", call = { "create_order", "BTC/AUD", "limit", "sell", "0.5", "90000" }, params = { triggerPrice = "91000" },
    sends = body .. '{"amount":"0.5","marketId":"BTC-AUD","price":"90000","side":"Ask","triggerPrice":"91000","type":"Stop Limit"}' },
  { "a trigger on a market order", call = { "create_order", "BTC/AUD", "market", "sell", "0.5" }, params = { stopLossPrice = "91000" },
    sends = body .. '{"amount":"0.5","marketId":"BTC-AUD","side":"Ask","triggerPrice":"91000","type":"Stop"}' },
  { "a stop needs its trigger", call = { "create_order", "BTC/AUD", "stop", "sell", "0.5" }, fails = "ArgumentsRequired" },
  { "some cancelled, some not", call = { "cancel_orders", { "1", "2" } }, sends = "DELETE https://api.btcmarkets.net/v3/batchorders/1,2",
    reply = '{"cancelOrders":[{"orderId":"1","clientOrderId":"a"}],"unprocessedRequests":[{"code":"OrderAlreadyCancelled","message":"m","requestId":"2"}]}',
    gives = { { id = "1", clientOrderId = "a" }, { id = "2", status = "rejected" } } },
  { "the fee against a coin is in the base", call = { "fetch_my_trades", "LTC/BTC" }, sends = "GET https://api.btcmarkets.net/v3/trades?marketId=LTC-BTC",
    reply = '[{"id":"36014819","marketId":"LTC-BTC","timestamp":"2019-06-25T16:01:02.977000Z","price":"0.0067","amount":"2","side":"Bid","fee":"0.004",'
      .. '"orderId":"3648306","liquidityType":"Taker"}]',
    gives = { { id = "36014819", order = "3648306", side = "buy", takerOrMaker = "taker", fee = { cost = 0.004, currency = "LTC" } } } },
  { "dollars go to the account on file", call = { "withdraw", "AUD", 25.5, "any" },
    sends = 'POST https://api.btcmarkets.net/v3/withdrawals\n{"amount":"25.5","assetName":"AUD"}' },
}
