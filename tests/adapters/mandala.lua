-- Mandala: what its recorded vectors do not hold.
return {
  credentials = { apiKey = "testApiKey0123456789", secret = "testSecret", token = "test-access-token" },
  currencies = { BTC = { id = "BTC", code = "BTC", precision = 8 } },
  markets = {
    { id = "USDT_BTC", symbol = "BTC/USDT", base = "BTC", quote = "USDT", baseId = "BTC", quoteId = "USDT", type = "spot", spot = true,
      precision = { amount = 8, price = 8 } },
  },

  { "a stop price makes a stop-limit order", call = { "create_order", "BTC/USDT", "limit", "buy", "1.5", "25000.5" }, params = { stopPrice = 25100 },
    sends = 'POST https://zapi.mandalaex.com/order/PlaceOrder\n{"market":"USDT","rate":"25000.5","side":"BUY","stop":25100,"timeInForce":"GTC",'
      .. '"timestamp":1718454896,"trade":"BTC","type":"STOPLIMIT","volume":"1.5"}',
    reply = '{"Status":"Success","Message":"Success!","Data":{"orderId":20000031}}', gives = { id = "20000031", status = "open", price = 25000.5 } },
  { "an order that is over without being filled was canceled", call = { "fetch_orders", "BTC/USDT" }, params = { side = "sell" },
    sends = "GET https://zapi.mandalaex.com/order/my-order-history/testApiKey0123456789/SELL?timestamp=1718454896",
    reply = '{"status":"Success","data":[{"orderId":37,"market":"USDT","trade":"BTC","volume":1,"pendingVolume":0.75,"orderStatus":true,"rate":8,'
      .. '"amount":2,"serviceCharge":0,"placementDate":"2019-03-19T18:27:51.087","completionDate":"2019-03-19T18:28:16.07"}]}',
    gives = { { id = "37", symbol = "BTC/USDT", side = "sell", status = "canceled", filled = 0.25, remaining = 0.75, lastTradeTimestamp = 1553020096070 } } },
  { "an address and its tag", call = { "fetch_deposit_addresses" }, sends = "GET https://zapi.mandalaex.com/api/ListAllAddresses?timestamp=1718454896",
    reply = '{"status":"Success","data":{"btc":"3PLKhwm59C21","xrp":"rKHZQttBiDys:3931222419"}}',
    gives = { BTC = { address = "3PLKhwm59C21" }, XRP = { address = "rKHZQttBiDys", tag = "3931222419" } } },
  { "a withdrawal is confirmed by the code of the e-mail", call = { "withdraw", "BTC", "0.1", "1BoatSLRHtKNngkdXEeobR76b53LETtpyT" },
    params = { emailToken = "123456" },
    sends = {
      'POST https://zapi.mandalaex.com/api/RequestWithdraw\n{"address":"1BoatSLRHtKNngkdXEeobR76b53LETtpyT","amount":0.1,"currency":"BTC","timestamp":1718454896}',
      'POST https://zapi.mandalaex.com/api/RequestWithdrawConfirmation\n{"EmailToken":"123456","timestamp":1718454896}',
    },
    reply = { '{"status":"Success","data":{"withdrawalId":"E26AA92F"}}', '{"status":"Success"}' }, gives = { id = "E26AA92F", status = "pending" } },
  { "cancelling all takes a side", call = { "cancel_all_orders", "BTC/USDT" }, fails = "ArgumentsRequired" },
}
