-- LATOKEN: what its recorded vectors do not hold.
local btc, usdt = "92151d82-df98-4d88-9a4d-284fa9eca49f", "0c3a106d-bde3-4c13-a26e-3fd2394529e5"
local pair = '{"id":"263d5e99","status":"PAIR_STATUS_ACTIVE","baseCurrency":"' .. btc .. '","quoteCurrency":"' .. usdt
  .. '","priceTick":"0.01","quantityTick":"0.0001","minOrderQuantity":"0.0002","created":1572957210501}'
return {
  markets = {
    { id = "263d5e99", symbol = "BTC/USDT", base = "BTC", quote = "USDT", baseId = btc, quoteId = usdt, type = "spot", spot = true,
      precision = { amount = 0.0001, price = 0.01 } },
  },

  { "a pair has its name by the list of currencies", call = { "fetch_markets" },
    sends = { "GET https://api.latoken.com/v2/pair", "GET https://api.latoken.com/v2/currency", "GET https://api.latoken.com/v2/time" },
    reply = {
      "[" .. pair .. ',{"id":"2","baseCurrency":"gone","quoteCurrency":"' .. usdt .. '"}]',
      '[{"id":"' .. btc .. '","tag":"BTC"},{"id":"' .. usdt .. '","tag":"USDT"}]', '{"serverTime":1718454896000}',
    },
    gives = { { symbol = "BTC/USDT", id = "263d5e99", active = true, limits = { amount = { min = 0.0002 } } } } },
  { "an order with a trigger is another kind", call = { "create_order", "BTC/USDT", "limit", "buy", "1.5", "25000" },
    params = { triggerPrice = "25100.123", clientOrderId = "mine", timeInForce = "FOK" },
    sends = "POST https://api.latoken.com/v2/auth/stopOrder/place\n" .. '{"baseCurrency":"' .. btc .. '","quoteCurrency":"' .. usdt
      .. '","side":"BUY","condition":"FOK","type":"LIMIT","clientOrderId":"mine","quantity":"1.5","timestamp":1718454896,"price":"25000",'
      .. '"stopPrice":"25100.12"}',
    reply = '{"id":"7","message":"order accepted for placing","status":"SUCCESS","error":""}', gives = { id = "7", status = "open" } },
  { "a level without a quantity is none", call = { "fetch_order_book", "BTC/USDT" }, sends = "GET https://api.latoken.com/v2/book/" .. btc .. "/" .. usdt,
    reply = '{"ask":[{"price":"11","quantity":"0"},{"price":"12","quantity":"2"}],"bid":[{"price":"9","quantity":"1"},{"price":"8","quantity":"0.0"}]}',
    gives = { bids = { { 9, 1 } }, asks = { { 12, 2 } } } },
  { "asked for as one with a trigger", call = { "cancel_order", "7" }, params = { trigger = true },
    sends = "POST https://api.latoken.com/v2/auth/stopOrder/cancel\n" .. '{"id":"7"}',
    reply = '{"id":"7","message":"cancellation request successfully submitted","status":"SUCCESS"}', gives = { id = "7", status = "canceled" } },
  { "an own sale to a buyer that was there first is a taker's, to one that came it is a maker's", call = { "fetch_my_trades" },
    sends = "GET https://api.latoken.com/v2/auth/trade",
    reply = '[{"id":"1","direction":"TRADE_DIRECTION_SELL","makerBuyer":true,"baseCurrency":"' .. btc .. '","quoteCurrency":"' .. usdt
      .. '","price":"2","quantity":"3","fee":"0.1","timestamp":1},{"id":"2","direction":"TRADE_DIRECTION_SELL","makerBuyer":false,"baseCurrency":"'
      .. btc .. '","quoteCurrency":"' .. usdt .. '","price":"2","quantity":"3","timestamp":2}]',
    gives = { { id = "1", side = "sell", takerOrMaker = "taker", fee = { cost = 0.1, currency = "USDT" } }, { id = "2", takerOrMaker = "maker" } } },
  { "the message tells more than the code", call = { "fetch_balance" }, sends = "GET https://api.latoken.com/v2/auth/account", status = 400,
    reply = '{"result":false,"message":"Unable to resolve currency by tag (undefined)","error":"NOT_FOUND","status":"FAILURE"}', fails = "BadSymbol" },
  { "a failure without a code", call = { "fetch_balance" }, sends = "GET https://api.latoken.com/v2/auth/account",
    reply = '{"result":false,"message":"no","status":"FAILURE"}', fails = "ExchangeError" },
  { "the balance of the wallet", call = { "fetch_balance" }, params = { type = "funding" }, sends = "GET https://api.latoken.com/v2/auth/account",
    reply = '[{"type":"ACCOUNT_TYPE_WALLET","timestamp":"5","currency":"' .. btc .. '","available":"0.5","blocked":"0.1"},'
      .. '{"type":"ACCOUNT_TYPE_SPOT","timestamp":"6","currency":"' .. btc .. '","available":"1","blocked":"0"}]',
    gives = { timestamp = 5, BTC = { free = 0.5, used = 0.1, total = 0.6 } } },
}
