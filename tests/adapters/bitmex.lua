-- BitMEX: what its recorded vectors do not hold.
return {
  markets = {
    { id = "XBT_USDT", symbol = "BTC/USDT", base = "BTC", quote = "USDT", baseId = "XBT", quoteId = "USDT", type = "spot", spot = true,
      precision = { amount = 0.0001, price = 0.5 }, lotSize = 10000 },
    { id = "XBTUSD", symbol = "BTC/USD:BTC", base = "BTC", quote = "USD", settle = "BTC", baseId = "XBT", quoteId = "USD", settleId = "XBt",
      type = "swap", swap = true, contract = true, inverse = true, linear = false, contractSize = 1, precision = { amount = 100, price = 0.5 } },
  },

  { "an inverse contract is so much of the quote, a step of a spot market in coins", call = { "fetch_markets" },
    sends = "GET https://www.bitmex.com/api/v1/instrument/active",
    reply = '[{"symbol":"XBTUSD","typ":"FFWCSX","state":"Open","underlying":"XBT","quoteCurrency":"USD","positionCurrency":"USD",'
      .. '"settlCurrency":"XBt","multiplier":-100000000,"underlyingToSettleMultiplier":-100000000,"lotSize":100,"tickSize":0.5,"isInverse":true,'
      .. '"isQuanto":false},{"symbol":"XBT_USDT","typ":"IFXXXP","state":"Open","underlying":"XBT","quoteCurrency":"USDT","positionCurrency":"",'
      .. '"settlCurrency":"","underlyingToPositionMultiplier":100000000,"lotSize":10000,"tickSize":0.5,"isInverse":false,"isQuanto":false}]',
    gives = {
      { id = "XBTUSD", symbol = "BTC/USD:BTC", contractSize = 1, inverse = true, linear = false },
      { id = "XBT_USDT", symbol = "BTC/USDT", precision = { amount = 0.0001, price = 0.5 } },
    } },
  { "the quantity of a spot order is in satoshis", call = { "create_order", "BTC/USDT", "market", "buy", "0.00159" },
    sends = "POST https://www.bitmex.com/api/v1/order\n"
      .. '{"symbol":"XBT_USDT","side":"Buy","orderQty":150000,"ordType":"Market","text":"CCXT"}' },
  { "a sale that trails stops below the market", call = { "create_order", "BTC/USD:BTC", "market", "sell", "100" },
    params = { trailingAmount = 10, triggerDirection = "below", reduceOnly = true },
    sends = "POST https://www.bitmex.com/api/v1/order\n" .. '{"symbol":"XBTUSD","side":"Sell","orderQty":100,"ordType":"Stop","text":"CCXT",'
      .. '"execInst":"ReduceOnly","pegOffsetValue":-10,"pegPriceType":"TrailingStopPeg"}' },
  { "a buy below the market waits until it is touched", call = { "create_order", "BTC/USD:BTC", "limit", "buy", "100", "60000" },
    params = { triggerPrice = 60100, triggerDirection = "below" },
    sends = "POST https://www.bitmex.com/api/v1/order\n" .. '{"symbol":"XBTUSD","side":"Buy","orderQty":100,"ordType":"LimitIfTouched","text":"CCXT",'
      .. '"stopPx":60100,"price":60000}' },
  { "an order that is over comes back with the reason inside", call = { "cancel_order", "7" },
    sends = 'DELETE https://www.bitmex.com/api/v1/order\n{"orderID":"7"}',
    reply = '[{"orderID":"7","ordStatus":"Filled","error":"Unable to cancel order due to existing state: Filled"}]', fails = "OrderNotFound" },
  { "cost and fee of a fill are in the settlement's smallest unit", call = { "fetch_my_trades", "BTC/USD:BTC" },
    sends = "GET https://www.bitmex.com/api/v1/execution/tradeHistory?symbol=XBTUSD",
    reply = '[{"trdMatchID":"1","orderID":"7","symbol":"XBTUSD","side":"Buy","lastQty":100,"avgPx":50000,"execType":"Trade","execCost":-200000,'
      .. '"execComm":150,"commission":0.00075,"settlCurrency":"XBt","timestamp":"2024-06-15T11:34:56.789Z"}]',
    gives = { { amount = 100, cost = 0.002, takerOrMaker = "taker", fee = { cost = 0.0000015, currency = "BTC", rate = 0.00075 } } } },
}
