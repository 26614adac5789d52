-- Upbit: what its recorded vectors do not hold.
return {
  markets = {
    { id = "KRW-BTC", symbol = "BTC/KRW", base = "BTC", quote = "KRW", baseId = "BTC", quoteId = "KRW", type = "spot", spot = true,
      precision = { amount = 0.00000001, price = 0.00000001 } },
    { id = "USDT-BTC", symbol = "BTC/USDT", base = "BTC", quote = "USDT", baseId = "BTC", quoteId = "USDT", type = "spot", spot = true,
      precision = { amount = 0.00000001, price = 0.00000001 } },
  },

  { "an order at the best price, by its cost", call = { "create_order", "BTC/KRW", "market", "buy", "1" },
    params = { ordType = "best", timeInForce = "IOC", cost = "10000" },
    sends = 'POST https://api.upbit.com/v1/orders\n{"market":"KRW-BTC","side":"bid","ord_type":"best","price":"10000","time_in_force":"ioc"}' },
  { "a market buy is told by its cost", call = { "create_market_buy_order_with_cost", "BTC/KRW", "10000" },
    sends = 'POST https://api.upbit.com/v1/orders\n{"market":"KRW-BTC","side":"bid","ord_type":"price","price":"10000"}',
    reply = '{"uuid":"9f","side":"bid","ord_type":"price","price":"10000","state":"wait","market":"KRW-BTC","executed_volume":"0"}',
    gives = { id = "9f", type = "market", side = "buy", status = "open" } },
  { "a post-only order does not also prevent self-trades", call = { "create_order", "BTC/KRW", "limit", "buy", "1", "100" },
    params = { postOnly = true, selfTradePrevention = "reduce" }, fails = "ExchangeError" },
  { "an address that is being made comes later", call = { "create_deposit_address", "BTC" },
    sends = 'POST https://api.upbit.com/v1/deposits/generate_coin_address\n{"currency":"BTC"}',
    reply = '{"success":true,"message":"being generated"}', fails = "AddressPending" },
  { "networks by the names that are used elsewhere", call = { "fetch_deposit_address", "USDT" }, params = { network = "TRC20" },
    sends = "GET https://api.upbit.com/v1/deposits/coin_address?currency=USDT&net_type=TRX",
    reply = '{"currency":"USDT","net_type":"TRX","deposit_address":"T1","secondary_address":null}', gives = { currency = "USDT", address = "T1" } },
}
