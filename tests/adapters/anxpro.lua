-- ANXPro: what its recorded vectors do not hold.
return {
  markets = {
    { id = "BTCHKD", symbol = "BTC/HKD", base = "BTC", quote = "HKD", baseId = "BTC", quoteId = "HKD", type = "spot", spot = true,
      precision = { amount = 8, price = 5 }, limits = {} },
  },
  currencies = { BTC = { id = "BTC", code = "BTC" } },

  { "an order is in whole numbers of the smallest units", call = { "create_order", "BTC/HKD", "limit", "sell", "0.015", "412.34567" },
    sends = "POST https://anxpro.com/api/2/BTCHKD/money/order/add\nnonce=1718454896789&amount_int=1500000&price_int=41234567&type=ask",
    reply = '{"result":"success","data":"e74305c7-c424-4fbc-a8a2-b41d8329deb0"}', gives = { id = "e74305c7-c424-4fbc-a8a2-b41d8329deb0" } },
  { "an order is cancelled on its market", call = { "cancel_order", "e74305c7", "BTC/HKD" },
    sends = "POST https://anxpro.com/api/2/BTCHKD/money/order/cancel\nnonce=1718454896789&oid=e74305c7",
    reply = '{"result":"success","data":{"oid":"e74305c7"}}', gives = { id = "e74305c7" } },
  { "without its market it cannot be", call = { "cancel_order", "e74305c7" }, fails = "ArgumentsRequired" },
  { "open orders of other markets are left out", call = { "fetch_open_orders", "BTC/HKD" },
    sends = "POST https://anxpro.com/api/2/BTCHKD/money/orders\nnonce=1718454896789",
    reply = '{"result":"success","data":[{"oid":"1","currency":"HKD","item":"BTC","type":"offer","amount":{"value":"10.00000000"},'
      .. '"effective_amount":{"value":"4.00000000"},"price":{"value":"412.34567"},"status":"open","date":1393411075000},'
      .. '{"oid":"2","currency":"USD","item":"BTC","type":"bid","amount":{"value":"1"},"date":1393411075000}]}',
    gives = { { id = "1", symbol = "BTC/HKD", side = "sell", amount = 10, remaining = 4, filled = 6, timestamp = 1393411075000, status = "open" } } },
  { "a withdrawal is told with its fee, below zero, the tag behind the address", call = { "fetch_transactions" },
    sends = 'POST https://anxpro.com/api/3/transaction/list\n{"tonce":1718454896789000}',
    reply = '{"transactions":[{"uuid":"7","amount":-10.5,"fee":1,"ccy":"XRP","transactionState":"PROCESSED","transactionType":"WITHDRAWAL",'
      .. '"received":"1551357946000","processed":"1551357947000","coinAddress":"rw2ciyaNsh?dt=3750180345"},'
      .. '{"uuid":"8","amount":0.09,"fee":0.0001,"ccy":"BTC","transactionType":"FILL_CREDIT","received":"1551357057000"}],"resultCode":"OK"}',
    gives = { { id = "7", type = "withdrawal", amount = 9.5, fee = { cost = 1, currency = "XRP" }, address = "rw2ciyaNsh", tag = "3750180345", status = "ok",
      updated = 1551357947000 } } },
  { "a withdrawal names its coin in the path", call = { "withdraw", "BTC", "0.1", "1BoatSLRHtKNngkdXEeobR76b53LETtpyT" },
    sends = "POST https://anxpro.com/api/2/money/BTC/send_simple\nnonce=1718454896789&amount_int=10000000&address=1BoatSLRHtKNngkdXEeobR76b53LETtpyT",
    reply = '{"result":"success","data":{"transactionId":"3702651"}}', gives = { id = "3702651" } },
  { "a failure that only its state tells", call = { "fetch_balance" }, sends = "POST https://anxpro.com/api/2/money/info\nnonce=1718454896789",
    reply = '{"status":"Not available"}', fails = "ExchangeNotAvailable" },
}
