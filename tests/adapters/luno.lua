-- Luno: what its recorded vectors do not hold.
return {
  markets = {
    { id = "XBTZAR", symbol = "BTC/ZAR", base = "BTC", quote = "ZAR", baseId = "XBT", quoteId = "ZAR", type = "spot", spot = true,
      precision = { amount = 0.000001, price = 1 }, limits = { amount = { min = 0.0005 } } },
  },

  { "a market sale names the coin, a market buy what is spent", call = { "create_order", "BTC/ZAR", "market", "sell", "0.0015" },
    sends = "POST https://api.luno.com/api/1/marketorder?pair=XBTZAR&type=SELL&base_volume=0.0015", reply = '{"order_id":"BXMC2CJ7HNB88U4"}',
    gives = { id = "BXMC2CJ7HNB88U4" } },
  { "a small book comes from the shorter call", call = { "fetch_order_book", "BTC/ZAR", 100 },
    sends = "GET https://api.luno.com/api/1/orderbook_top?pair=XBTZAR",
    reply = '{"timestamp":1718454896000,"bids":[{"price":"1200000.00","volume":"0.5"}],"asks":[{"price":"1200100.00","volume":"0.25"}]}',
    gives = { bids = { { 1200000, 0.5 } }, asks = { { 1200100, 0.25 } }, timestamp = 1718454896000 } },
  { "coins on their way in are held", call = { "fetch_balance" }, sends = "GET https://api.luno.com/api/1/balance",
    reply = '{"balance":[{"account_id":"1","asset":"XBT","balance":"0.5","reserved":"0.1","unconfirmed":"0.2"},'
      .. '{"account_id":"2","asset":"XBT","balance":"1","reserved":"0","unconfirmed":"0"}]}',
    gives = { BTC = { free = 1.4, used = 0.3, total = 1.7 } } },
  { "a failure inside a 200", call = { "fetch_balance" }, sends = "GET https://api.luno.com/api/1/balance",
    reply = '{"error":"no rights","error_code":"ErrInsufficientPerms"}', fails = "PermissionDenied" },
  { "a limit order without a price is not sent", call = { "create_order", "BTC/ZAR", "limit", "buy", "0.0015" }, fails = "ArgumentsRequired" },
}
