-- DigiFinex: what its recorded vectors do not hold.
return {
  currencies = { USDT = { id = "USDT", code = "USDT" } },
  markets = {
    { id = "BTC_USDT", symbol = "BTC/USDT", base = "BTC", quote = "USDT", baseId = "BTC", quoteId = "USDT", type = "spot", spot = true,
      precision = { amount = 0.000001, price = 0.01 } },
    { id = "BTCUSDTPERP", symbol = "BTC/USDT:USDT", base = "BTC", quote = "USDT", settle = "USDT", baseId = "BTC", quoteId = "USDT",
      settleId = "USDT", type = "swap", swap = true, contract = true, linear = true, contractSize = 0.001, precision = { price = 0.1 } },
  },

  { "a limit order of a swap stays one when its time in force is told", call = { "create_order", "BTC/USDT:USDT", "limit", "sell", "3", "25000" },
    params = { timeInForce = "GTC", reduceOnly = true },
    sends = 'POST https://openapi.digifinex.com/swap/v2/trade/order_place\n'
      .. '{"instrument_id":"BTCUSDTPERP","type":3,"price":"25000","order_type":0,"size":3}',
    reply = '{"code":0,"data":"1590873693003714560"}', gives = { id = "1590873693003714560", side = "sell" } },
  { "an order that closes is told by its type", call = { "fetch_order", "9", "BTC/USDT:USDT" },
    sends = "GET https://openapi.digifinex.com/swap/v2/trade/order_info?order_id=9&instrument_id=BTCUSDTPERP",
    reply = '{"code":0,"data":{"order_id":"9","instrument_id":"BTCUSDTPERP","type":4,"order_type":9,"price":"900","size":"6","filled_qty":"0",'
      .. '"state":0,"insert_time":1668140590372}}',
    gives = { id = "9", side = "buy", reduceOnly = true, type = "limit", timeInForce = "FOK", status = "open" } },
  { "a batch of swap orders is a bare list",
    call = { "create_orders", { { symbol = "BTC/USDT:USDT", type = "limit", side = "buy", amount = "1", price = "20000" } } },
    sends = 'POST https://openapi.digifinex.com/swap/v2/trade/batch_order\n'
      .. '[{"instrument_id":"BTCUSDTPERP","type":1,"price":"20000","order_type":0,"size":1}]',
    reply = '{"code":0,"data":["1720297963537829888"]}', gives = { { id = "1720297963537829888", symbol = "BTC/USDT:USDT" } } },
  { "an order that was not canceled is not there", call = { "cancel_order", "5", "BTC/USDT" },
    sends = "POST https://openapi.digifinex.com/v3/spot/order/cancel\nmarket=spot&order_id=5", reply = '{"code":0,"success":[],"error":["5"]}',
    fails = "OrderNotFound" },
  { "margin is cross only", call = { "fetch_open_orders", "BTC/USDT" }, params = { marginMode = "isolated" }, fails = "NotSupported" },
  { "a reply without a code", call = { "fetch_balance" }, sends = "GET https://openapi.digifinex.com/v3/spot/assets", reply = '{"list":[]}',
    fails = "BadResponse" },
  { "what is borrowed is the part that the leverage adds", call = { "fetch_borrow_interest", json.null, "BTC/USDT" },
    sends = "GET https://openapi.digifinex.com/v3/margin/positions?symbol=BTC_USDT",
    reply = '{"code":0,"positions":[{"amount":0.03,"side":"go_long","symbol":"BTC_USDT","leverage_ratio":3}]}',
    gives = { { symbol = "BTC/USDT", currency = "BTC", amountBorrowed = 0.02, interestRate = 0.001 } } },
  { "a borrow rate is that of every coin", call = { "fetch_cross_borrow_rate", "USDT" }, sends = "GET https://openapi.digifinex.com/v3/margin/assets",
    reply = '{"code":0,"list":[{"currency":"BTC","total":1},{"currency":"USDT","total":2}]}',
    gives = { currency = "USDT", rate = 0.001, period = 86400000 } },
  { "a coin that is not on margin has no rate", call = { "fetch_cross_borrow_rate", "USDT" }, sends = "GET https://openapi.digifinex.com/v3/margin/assets",
    reply = '{"code":0,"list":[{"currency":"BTC","total":1}]}', fails = "NullResponse" },
}
