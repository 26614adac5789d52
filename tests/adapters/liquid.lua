-- Liquid: what its recorded vectors do not hold.
return {
  markets = {
    { id = "5", symbol = "BTC/JPY", base = "BTC", quote = "JPY", baseId = "BTC", quoteId = "JPY", type = "spot", spot = true,
      precision = { amount = 0.00000001, price = 1 } },
  },

  { "trades of an order are worth what was filled, not its price", call = { "fetch_order", "7", "BTC/JPY" },
    sends = "GET https://api.liquid.com/orders/7",
    reply = '{"id":7,"order_type":"limit","quantity":"0.5","side":"buy","filled_quantity":"0.25","price":"4000000","average_price":"3900000",'
      .. '"created_at":1653139172,"status":"live","product_id":5,"order_fee":"0.0","executions":[{"id":9,"quantity":"0.25","price":"3900000",'
      .. '"taker_side":"sell","my_side":"buy","created_at":1653139978}]}',
    gives = { cost = 975000, remaining = 0.25, trades = { { id = "9", order = "7", type = "limit", takerOrMaker = "maker", symbol = "BTC/JPY" } } } },
  { "a perpetual settles in its quote", call = { "fetch_markets" },
    sends = { "GET https://api.liquid.com/products", "GET https://api.liquid.com/products?perpetual=1", "GET https://api.liquid.com/currencies" },
    reply = { "[]",
      '[{"id":"604","product_type":"Perpetual","taker_fee":"0.0012","maker_fee":"0.0","last_traded_price":"11771.5","quoted_currency":"USD",'
        .. '"base_currency":"P-BTC","tick_size":"0.5","disabled":false,"multiplier_up":null,"multiplier_down":"0.1"}]',
      '[{"currency":"P-BTC","minimum_order_quantity":"0.001"}]' },
    gives = { { symbol = "BTC/USD:USD", swap = true, contractSize = 1, taker = 0.0012, limits = { amount = { min = 0.001 }, price = { min = 1177.15 } } } } },
  { "post only is a type of its own", call = { "create_order", "BTC/JPY", "limit", "sell", "0.5", "4000000" },
    params = { postOnly = true },
    sends = 'POST https://api.liquid.com/orders\n{"order_type":"limit_post_only","product_id":"5","side":"sell","quantity":"0.5","price":"4000000"}',
    reply = '{"id":8,"status":"live","product_id":5}', gives = { id = "8", status = "open" } },
  { "what was filled cannot be cancelled", call = { "cancel_order", "7", "BTC/JPY" }, sends = "PUT https://api.liquid.com/orders/7/cancel",
    reply = '{"id":7,"status":"filled","product_id":5}', fails = "OrderNotFound" },
  { "a failure by fields", call = { "fetch_balance" }, sends = "GET https://api.liquid.com/accounts", status = 422,
    reply = '{"errors":{"quantity":["something"],"order":["price_too_small"]}}', fails = "InvalidOrder" },
}
