-- STEX: what its recorded vectors do not hold.
return {
  credentials = { token = "test-token-0123456789" },
  markets = {
    { id = "935", symbol = "ABET/BTC", base = "ABET", quote = "BTC", baseId = "662", quoteId = "1", type = "spot", spot = true,
      precision = { amount = 1e-8, price = 1e-8 } },
  },
  currencies = { BTC = { id = "1", code = "BTC" }, ABET = { id = "662", code = "ABET" } },

  { "a trigger makes a stop of a limit order", call = { "create_order", "ABET/BTC", "limit", "sell", "1.5", "0.05" }, params = { triggerPrice = "0.051" },
    sends = 'POST https://api3.stex.com/trading/orders/935\n{"type":"STOP_LIMIT_SELL","amount":1.5,"price":0.05,"trigger_price":0.051}',
    reply = '{"success":true,"data":{"id":7,"currency_pair_id":935,"type":"SELL","original_type":"SELL","status":"PENDING"}}',
    gives = { id = "7", symbol = "ABET/BTC", type = "limit", side = "sell", status = "open" } },
  { "fees and trades of an order", call = { "fetch_closed_order", "7" }, sends = "GET https://api3.stex.com/reports/orders/7",
    reply = '{"success":true,"data":{"id":7,"currency_pair_id":935,"price":"0.01","initial_amount":"2","processed_amount":"2","type":"BUY","status":"FINISHED",'
      .. '"trades":[{"id":8,"buy_order_id":7,"sell_order_id":6,"price":0.01,"amount":2,"trade_type":"BUY","timestamp":"1538737692"}],'
      .. '"fees":[{"id":9,"currency_id":1,"amount":0.00025,"timestamp":"1548149238"}]}}',
    gives = { status = "closed", remaining = 0, fees = { { cost = 0.00025, currency = "BTC" } },
      trades = { { id = "8", order = "7", side = "buy", amount = 2, timestamp = 1538737692000 } } } },
  { "a canceled order waits in a queue", call = { "cancel_order", "7" }, sends = "DELETE https://api3.stex.com/trading/order/7",
    reply = '{"success":true,"data":{"put_into_processing_queue":[{"id":7,"currency_pair_id":935,"type":"BUY","status":"PENDING"}],'
      .. '"not_put_into_processing_queue":[]}}', gives = { id = "7", symbol = "ABET/BTC", status = "open" } },
  { "an order that is in no queue is none", call = { "cancel_order", "7" }, sends = "DELETE https://api3.stex.com/trading/order/7",
    reply = '{"success":true,"data":{"put_into_processing_queue":[],"not_put_into_processing_queue":[]}}', fails = "OrderNotFound" },
  { "what is held back comes free", call = { "transfer", "BTC", "0.1", "hold", "45875" },
    sends = 'POST https://api3.stex.com/profile/wallets/45875/hold_amount\n{"amount":0.1}', reply = '{"success":true,"data":""}',
    gives = { currency = "BTC", amount = 0.1, fromAccount = "hold", toAccount = "45875" } },
  { "a network that is not there is not left out", call = { "withdraw", "BTC", "0.1", "1BoatSLRHtKNngkdXEeobR76b53LETtpyT" },
    params = { network = "LIGHTNING" }, fails = "BadRequest" },
  { "no wallet, no address", call = { "fetch_deposit_address", "BTC" }, sends = "GET https://api3.stex.com/profile/wallets",
    reply = '{"success":true,"data":[]}', fails = "ExchangeError" },
}
