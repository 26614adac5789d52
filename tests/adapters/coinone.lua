-- Coinone: what its recorded vectors do not hold.
return {
  markets = {
    { id = "btc", symbol = "BTC/KRW", base = "BTC", quote = "KRW", baseId = "BTC", quoteId = "KRW", type = "spot", spot = true,
      precision = { amount = 0.0001, price = 0.0001 } },
  },

  { "v2 tells seconds, its base is the quote, and sides are bid and ask", call = { "fetch_order", "0e", "BTC/KRW" },
    sends = "POST https://api.coinone.co.kr/v2/order/query_order\n"
      .. "eyJhY2Nlc3NfdG9rZW4iOiJ0ZXN0QXBpS2V5MDEyMzQ1Njc4OSIsIm5vbmNlIjoiMTcxODQ1NDg5NiIsIm9yZGVyX2lkIjoiMGUiLCJjdXJyZW5jeSI6ImJ0YyJ9",
    reply = '{"result":"success","errorCode":"0","orderId":"0e","baseCurrency":"KRW","targetCurrency":"BTC","price":"10011000.0","originalQty":"3.0",'
      .. '"executedQty":"0.62","canceledQty":"1.125","remainQty":"1.255","status":"partially_filled","side":"bid","orderedAt":1499340941,'
      .. '"updatedAt":1499341142,"feeRate":"0.002","fee":"0.00124","averageExecutedPrice":"10011000.0"}',
    gives = {
      id = "0e", symbol = "BTC/KRW", side = "buy", status = "open", timestamp = 1499340941000, lastUpdateTimestamp = 1499341142000, filled = 0.62,
      fee = { cost = 0.00124, currency = "BTC" },
    } },
  { "an own trade tells its side by its type", call = { "fetch_my_trades", "BTC/KRW" },
    sends = "POST https://api.coinone.co.kr/v2/order/complete_orders\n"
      .. "eyJhY2Nlc3NfdG9rZW4iOiJ0ZXN0QXBpS2V5MDEyMzQ1Njc4OSIsIm5vbmNlIjoiMTcxODQ1NDg5NiIsImN1cnJlbmN5IjoiYnRjIn0=",
    reply = '{"result":"success","errorCode":"0","completeOrders":[{"timestamp":"1416561032","price":"419000.0","type":"ask","qty":"0.001",'
      .. '"feeRate":"-0.0015","fee":"-0.6285","orderId":"E84A"}]}',
    gives = { { order = "E84A", side = "sell", timestamp = 1416561032000, fee = { cost = 0.6285, currency = "KRW", rate = 0.0015 } } } },
  { "a tag stands beside its address", call = { "fetch_deposit_addresses" },
    sends = "POST https://api.coinone.co.kr/v2/account/deposit_address\n"
      .. "eyJhY2Nlc3NfdG9rZW4iOiJ0ZXN0QXBpS2V5MDEyMzQ1Njc4OSIsIm5vbmNlIjoiMTcxODQ1NDg5NiJ9",
    reply = '{"result":"success","errorCode":"0","walletAddress":{"btc":"1Boat","xrp":"rXRP","xrp_tag":"77","eos":"-1"}}',
    gives = { BTC = { address = "1Boat" }, XRP = { address = "rXRP", tag = "77" } } },
  { "a failure inside a 200", call = { "fetch_trades", "BTC/KRW" }, sends = "GET https://api.coinone.co.kr/public/v2/trades/KRW/BTC",
    reply = '{"result":"error","error_code":"108","error_msg":"Unknown CryptoCurrency"}', fails = "BadSymbol" },
}
