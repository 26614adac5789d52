-- itBit: what its recorded vectors do not hold.
local orders = "https://api.itbit.com/v1/wallets/w1/orders"
local function trade(paid, back, back_currency)
  return ('{"tradingHistory":[{"orderId":"1","timestamp":"2015-05-11T14:48:01.9870000Z","instrument":"XBTUSD","direction":"sell","currency1":"XBT",'
    .. '"currency1Amount":"0.5","currency2":"USD","rate":"250","commissionPaid":"%s","commissionCurrency":"USD","rebatesApplied":"%s","rebateCurrency":"%s",'
    .. '"executionId":"2"}]}'):format(paid, back, back_currency)
end
local trades_url = "GET https://api.itbit.com/v1/wallets/w1/trades"

return {
  markets = {
    { id = "XBTUSD", symbol = "BTC/USD", base = "BTC", quote = "USD", baseId = "XBT", quoteId = "USD", type = "spot", spot = true,
      precision = {}, limits = {} },
  },
  credentials = { apiKey = "k", secret = "s", uid = "u1" },

  { "the balance of a user's first wallet", call = { "fetch_balance" }, sends = "GET https://api.itbit.com/v1/wallets?userId=u1",
    reply = '[{"id":"w1","balances":[{"currency":"XBT","availableBalance":"0.5","totalBalance":"1.5"}]}]',
    gives = { BTC = { free = 0.5, used = 1, total = 1.5 } } },
  { "an order with a name of one's own", call = { "create_order", "BTC/USD", "limit", "buy", "0.5", "250.5" },
    params = { walletId = "w1", clientOrderId = "m1" },
    sends = "POST " .. orders .. '\n{"side":"buy","type":"limit","currency":"XBT","amount":"0.5","display":"0.5","price":"250.5","instrument":"XBTUSD",'
      .. '"clientOrderIdentifier":"m1"}',
    reply = '{"id":"o1"}', gives = { id = "o1" } },
  { "no wallet, no order", call = { "create_order", "BTC/USD", "limit", "buy", "0.5", "250.5" }, fails = "ArgumentsRequired" },
  { "limit orders only", call = { "create_order", "BTC/USD", "market", "buy", "0.5" }, params = { walletId = "w1" }, fails = "ExchangeError" },
  { "a rebate in the currency of the fee", call = { "fetch_my_trades" }, params = { walletId = "w1" }, sends = trades_url, reply = trade("0.5", "0.2", "USD"),
    gives = { { id = "2", symbol = "BTC/USD", side = "sell", price = 250, amount = 0.5, cost = 125, fee = { cost = 0.3, currency = "USD" } } } },
  { "a rebate in another currency", call = { "fetch_my_trades" }, params = { walletId = "w1" }, sends = trades_url, reply = trade("0.5", "0.01", "XBT"),
    gives = { { id = "2", fees = { { cost = 0.5, currency = "USD" }, { cost = -0.01, currency = "BTC" } } } } },
  { "a refusal", call = { "fetch_orders" }, params = { walletId = "w1" }, sends = "GET " .. orders, status = 422,
    reply = '{"code":"81001","description":"no such thing","requestId":"r"}', fails = "ExchangeError" },
}
