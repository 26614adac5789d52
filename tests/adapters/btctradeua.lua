-- BTC Trade UA: what its recorded vectors do not hold.
return {
  markets = {
    { id = "btc_uah", symbol = "BTC/UAH", base = "BTC", quote = "UAH", baseId = "btc", quoteId = "uah", type = "spot", spot = true,
      precision = { price = 0.1 } },
  },

  { "a trade is told twice", call = { "fetch_trades", "BTC/UAH" }, sends = "GET https://btc-trade.com.ua/api/deals/btc_uah",
    reply = '[{"unixtime":1694340398,"price":"1019739.3","amnt_trade":"0.002","type":"buy","id":7498808},'
      .. '{"unixtime":1694340398,"price":"1019739.3","amnt_trade":"0.002","type":"sell","id":7498807}]',
    gives = { { id = "7498807", timestamp = 1694340398000, symbol = "BTC/UAH", type = "limit", side = "sell", price = 1019739.3, amount = 0.002 } } },
  { "the ticker is of the last 48 half-hours", call = { "fetch_ticker", "BTC/UAH" }, sends = "GET https://btc-trade.com.ua/api/japan_stat/high/btc_uah",
    reply = '{"status":true,"trades":[[1,9,99,1,9,5]' .. (",[2,10,12,8,11,0.5]"):rep(47) .. ",[3,11,13,9,10.5,0.5]]}",
    gives = { open = 10, high = 13, low = 8, last = 10.5, baseVolume = 24 } },
  { "a purchase names both currencies", call = { "create_order", "BTC/UAH", "limit", "buy", "0.5", "1000000.5" },
    sends = "POST https://btc-trade.com.ua/api/buy/btc_uah\nout_order_id=1718454896789&nonce=1718454896789"
      .. "&count=0.5&currency1=uah&currency=btc&price=1000000.5",
    reply = '{"status":true,"order_id":3901237}', gives = { id = "3901237" } },
  { "there are no market orders", call = { "create_order", "BTC/UAH", "market", "buy", "0.5" }, fails = "NotSupported" },
  { "a failure inside a 200", call = { "fetch_open_orders", "BTC/UAH" },
    sends = "POST https://btc-trade.com.ua/api/my_orders/btc_uah\nout_order_id=1718454896789&nonce=1718454896789",
    reply = '{"status":false,"description":"Nonce is too small"}', fails = "ExchangeError" },
}
