-- BtcTurk: what its recorded vectors do not hold.
return {
  markets = {
    { id = "BTCTRY", symbol = "BTC/TRY", base = "BTC", quote = "TRY", baseId = "BTC", quoteId = "TRY", type = "spot", spot = true,
      precision = { amount = 1e-8, price = 0.01 }, limits = { cost = { min = 99.92 } } },
    { id = "BTCUSDT", symbol = "BTC/USDT", base = "BTC", quote = "USDT", baseId = "BTC", quoteId = "USDT", type = "spot", spot = true,
      precision = { amount = 1e-8, price = 0.01 }, limits = {} },
  },

  { "candles up to now, without since", call = { "fetch_ohlcv", "BTC/TRY", "1h", json.null, 2 },
    sends = "GET https://graph-api.btcturk.com/v1/klines/history?symbol=BTCTRY&resolution=60&to=1718454896&from=1718451296",
    reply = '{"s":"ok","t":[1718448000,1718451600],"h":[3,5],"o":[1,2],"l":[1,2],"c":[2,4],"v":[0.5,0.25]}',
    gives = { { 1718448000000, 1, 3, 1, 2, 0.5 }, { 1718451600000, 2, 5, 2, 4, 0.25 } } },
  { "open orders stand by side", call = { "fetch_open_orders", "BTC/TRY" }, sends = "GET https://api.btcturk.com/api/v1/openOrders?pairSymbol=BTCTRY",
    reply = '{"data":{"asks":[{"id":2,"price":"60000","amount":"0.5","stopPrice":"0","pairSymbol":"BTCTRY","type":"sell","method":"limit",'
      .. '"time":1718454000000,"status":"Untouched","leftAmount":"0.5"}],"bids":[{"id":1,"price":"50000","amount":"0.2","stopPrice":"51000",'
      .. '"pairSymbol":"BTCTRY","type":"buy","method":"stoplimit","time":1718453000000,"status":"Partial","leftAmount":"0.1"}]},"code":0}',
    gives = {
      { id = "1", timestamp = 1718453000000, symbol = "BTC/TRY", side = "buy", type = "limit", price = 50000, triggerPrice = 51000, amount = 0.2,
        remaining = 0.1, filled = 0.1, status = "open" },
      { id = "2", timestamp = 1718454000000, symbol = "BTC/TRY", side = "sell", type = "limit", price = 60000, amount = 0.5, remaining = 0.5, filled = 0,
        status = "open" },
    } },
  { "a trigger makes a stop order", call = { "create_order", "BTC/TRY", "limit", "sell", "0.5", "60000" },
    params = { triggerPrice = "61000", newClientOrderId = "a1" },
    sends = 'POST https://api.btcturk.com/api/v1/order\n{"orderType":"sell","orderMethod":"stoplimit","pairSymbol":"BTCTRY","quantity":"0.5","price":"60000",'
      .. '"stopPrice":"61000","newClientOrderId":"a1"}' },
  { "own trades of other markets are left out", call = { "fetch_my_trades", "BTC/TRY" }, sends = "GET https://api.btcturk.com/api/v1/users/transactions/trade",
    reply = '{"data":[{"price":"56000","numeratorSymbol":"BTC","denominatorSymbol":"USDT","orderType":"buy","orderId":"2","id":"3","timestamp":"1618916479593",'
      .. '"amount":"0.0002","fee":"0"},{"price":"1900000","numeratorSymbol":"BTC","denominatorSymbol":"TRY","orderType":"sell","orderId":"4","id":"5",'
      .. '"timestamp":"1618916479594","amount":"-0.0001","fee":"-0.1"}],"success":true,"code":"0"}',
    gives = { { id = "5", order = "4", symbol = "BTC/TRY", side = "sell", price = 1900000, amount = 0.0001, fee = { cost = 0.1, currency = "TRY" } } } },
  { "a refusal beside code 0", call = { "create_order", "BTC/TRY", "market", "buy", "0.5" }, params = { newClientOrderId = "a1" },
    sends = 'POST https://api.btcturk.com/api/v1/order\n{"orderType":"buy","orderMethod":"market","pairSymbol":"BTCTRY","quantity":"0.5",'
      .. '"newClientOrderId":"a1"}',
    reply = '{"success":true,"message":"FAILED_MARKET_ORDER","code":0}', fails = "InvalidOrder" },
}
