-- NegocieCoins: what its recorded vectors do not hold.
return {
  markets = {
    { id = "btcbrl", symbol = "BTC/BRL", base = "BTC", quote = "BRL", baseId = "BTC", quoteId = "BRL", type = "spot", spot = true,
      precision = { amount = 8, price = 8 }, limits = { amount = { min = 0.001 } } },
  },

  { "coins in orders and on their way out are held", call = { "fetch_balance" },
    sends = "GET https://broker.negociecoins.com.br/tradeapi/v1/user/balance",
    reply = '{"coins":[{"name":"BTC","available":1.5,"openOrders":0.25,"withdraw":0.1,"total":1.85}]}',
    gives = { BTC = { free = 1.5, used = 0.35, total = 1.85 } } },
  { "an order that is not given back", call = { "fetch_order", "7" }, sends = "GET https://broker.negociecoins.com.br/tradeapi/v1/user/order/7",
    reply = "[]", fails = "BadResponse" },
  { "an order is listed with its market's fee", call = { "fetch_orders", "BTC/BRL" },
    sends = 'POST https://broker.negociecoins.com.br/tradeapi/v1/user/orders\n{"pair":"btcbrl"}',
    reply = '[{"id":7,"pair":"btcbrl","created":"2018-03-15T20:02:10.000Z","price":25000.5,"quantity":0.5,"total":12500.25,'
      .. '"pending_quantity":0.3,"executed_quantity":0.2,"status":"partially filled","type":"sell","fee":1.25}]',
    gives = { { id = "7", symbol = "BTC/BRL", side = "sell", status = "open", amount = 0.5, filled = 0.2, fee = { cost = 1.25, currency = "BRL" } } } },
  { "an order without a price is not sent", call = { "create_order", "BTC/BRL", "market", "buy", "1.5" }, fails = "ArgumentsRequired" },
}
