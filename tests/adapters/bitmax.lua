-- BitMax: what its recorded vectors do not hold.
local info = "GET https://ascendex.com/api/pro/v1/info"
local group = '{"code":0,"data":{"accountGroup":8}}'

return {
  currencies = { USDT = { id = "USDT", code = "USDT" } },
  markets = {
    { id = "BTC/USDT", symbol = "BTC/USDT", base = "BTC", quote = "USDT", baseId = "BTC", quoteId = "USDT", type = "spot", spot = true,
      precision = { amount = 0.00001, price = 0.01 } },
    { id = "BTC-PERP", symbol = "BTC/USDT:USDT", base = "BTC", quote = "USDT", settle = "USDT", baseId = "BTC", quoteId = "USDT",
      settleId = "USDT", type = "swap", swap = true, contract = true, linear = true, contractSize = 1, precision = { amount = 0.0001, price = 0.1 } },
  },

  { "what a swap order may do stands in one field", call = { "create_order", "BTC/USDT:USDT", "limit", "buy", "3", "25000.5" },
    params = { reduceOnly = true },
    sends = { info, 'POST https://ascendex.com/8/api/pro/v2/futures/order\n{"symbol":"BTC-PERP","time":1718454896789,"orderQty":"3",'
      .. '"orderType":"limit","side":"buy","orderPrice":"25000.5","execInst":"ReduceOnly"}' },
    reply = { group, '{"code":0,"data":{"order":{"orderId":"a1","symbol":"BTC-PERP","orderType":"Limit","side":"Buy","execInst":"ReduceOnly",'
      .. '"price":"25000.5","orderQty":"3","cumFilledQty":"0","status":"New","time":1654290969965}}}' },
    gives = { id = "a1", reduceOnly = true, status = "open", remaining = 3 } },
  { "a stop is an order type of its own", call = { "create_order", "BTC/USDT", "market", "sell", "3" }, params = { triggerPrice = "24000" },
    sends = { info, 'POST https://ascendex.com/8/api/pro/v1/cash/order\n{"symbol":"BTC/USDT","time":1718454896789,"orderQty":"3",'
      .. '"orderType":"stop_market","side":"sell","stopPrice":"24000","category":"cash"}' },
    reply = { group, '{"code":0,"data":{"info":{"symbol":"BTC/USDT","orderId":"a2"}}}' }, gives = { id = "a2" } },
  { "one ticker asked for is an object", call = { "fetch_tickers", { "BTC/USDT" } },
    sends = "GET https://ascendex.com/api/pro/v1/ticker?symbol=BTC%2FUSDT",
    reply = '{"code":0,"data":{"symbol":"BTC/USDT","open":"9000","close":"9100","bid":["9099","1"],"ask":["9101","2"]}}',
    gives = { ["BTC/USDT"] = { last = 9100, bid = 9099, askVolume = 2 } } },
  { "open orders of other markets are passed over", call = { "fetch_open_orders", "BTC/USDT" },
    sends = { info, "GET https://ascendex.com/8/api/pro/v1/cash/order/open" },
    reply = { group, '{"code":0,"data":[{"orderId":"x","symbol":"ETH/USDT"},{"orderId":"y","symbol":"BTC/USDT","status":"New"}]}' },
    gives = { { id = "y", symbol = "BTC/USDT" } } },
  { "margin owes what is borrowed and its interest", call = { "fetch_balance" }, params = { type = "margin" },
    sends = { info, "GET https://ascendex.com/8/api/pro/v1/margin/balance" },
    reply = { group, '{"code":0,"data":[{"asset":"USDT","totalBalance":"11200","availableBalance":"11200","borrowed":"100","interest":"0.5"}]}' },
    gives = { USDT = { free = 11200, total = 11200, debt = 100.5 } } },
  { "margin and futures have no way to each other", call = { "transfer", "USDT", "1", "margin", "swap" }, fails = "ExchangeError" },
}
