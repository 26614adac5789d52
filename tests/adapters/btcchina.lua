-- BTCChina: what its recorded vectors do not hold.
local api = "POST https://api.btcchina.com/api_trade_v1.php/"
local function sent(name, arguments) return api .. name .. '\n{"method":"' .. name .. '","id":1718454896789000,"params":' .. arguments .. "}" end

return {
  markets = {
    { id = "btccny", symbol = "BTC/CNY", base = "BTC", quote = "CNY", baseId = "btc", quoteId = "cny", type = "spot", spot = true },
    { id = "ltccny", symbol = "LTC/CNY", base = "LTC", quote = "CNY", baseId = "ltc", quoteId = "cny", type = "spot", spot = true },
  },

  { "the result is the order's id, beside that of the call", call = { "create_order", "BTC/CNY", "market", "sell", "0.5" },
    sends = sent("SellOrder2", '[null,0.5,"BTCCNY"]'), reply = '{"result":12345,"id":"1718454896789000"}', gives = { id = "12345" } },
  { "an order of another market is cancelled there", call = { "cancel_order", "7", "LTC/CNY" },
    sends = sent("CancelOrder", '["7","LTCCNY"]'), reply = '{"result":true,"id":"1"}', gives = { id = "7" } },
  { "what is held is told apart", call = { "fetch_balance" }, sends = sent("GetAccountInfo", "[]"),
    reply = '{"result":{"profile":{"username":"btc"},"balance":{"btc":{"currency":"BTC","amount":"2.5"},"bcc":{"amount":"1"}},'
      .. '"frozen":{"btc":{"currency":"BTC","amount":"0.5"},"bcc":{"amount":null}}},"id":"1"}',
    gives = { BTC = { free = 2, used = 0.5, total = 2.5 }, BCH = { total = 1 } } },
  { "a failure in a 200", call = { "fetch_balance" }, sends = sent("GetAccountInfo", "[]"),
    reply = '{"error":{"code":-32003,"message":"Insufficient CNY balance"},"id":"1"}', fails = "InsufficientFunds" },
  { "trades tell their side", call = { "fetch_trades", "BTC/CNY" }, sends = "GET https://data.btcchina.com/data/trades?market=btccny",
    reply = '[{"date":"1425556988","price":1683.1,"amount":0.0134,"tid":"30553013","type":"sell"}]',
    gives = { { id = "30553013", timestamp = 1425556988000, side = "sell", price = 1683.1, amount = 0.0134 } } },
}
