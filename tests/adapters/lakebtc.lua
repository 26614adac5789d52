-- LakeBTC: what its recorded vectors do not hold.
return {
  markets = {
    { id = "BTCUSD", symbol = "BTC/USD", base = "BTC", quote = "USD", baseId = "BTC", quoteId = "USD", type = "spot", spot = true },
  },

  { "orders are cancelled by a list of ids", call = { "cancel_order", "27", "BTC/USD" },
    sends = 'POST https://api.lakebtc.com/api_v2\n{"method":"cancelOrders","params":["27"],"id":1718454896}', reply = '{"result":true}', gives = { id = "27" } },
  { "a call without parameters", call = { "fetch_balance" },
    sends = 'POST https://api.lakebtc.com/api_v2\n{"method":"getAccountInfo","params":"","id":1718454896}',
    reply = '{"balance":{"BTC":"0.5","USD":"12.25"},"locked":{},"profile":{"email":"a@b.c"}}', gives = { BTC = { total = 0.5 }, USD = { total = 12.25 } } },
  { "a sentence tells the cause", call = { "create_order", "BTC/USD", "limit", "buy", "0.001", "25000.5" },
    sends = 'POST https://api.lakebtc.com/api_v2\n{"method":"buyOrder","params":[25000.5,0.001,"BTCUSD"],"id":1718454896}',
    reply = '{"error":"Failed to submit order: La validation a échoué : Volume doit être supérieur ou égal à 1.0"}', fails = "InvalidOrder" },
  { "there are no market orders", call = { "create_order", "BTC/USD", "market", "sell", "1" }, fails = "NotSupported" },
}
