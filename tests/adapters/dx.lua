-- DX.Exchange: what its recorded vectors do not hold.
local function call(method, asked)
  return 'POST https://acl.dx.exchange/\n{"jsonrpc":"2.0","id":1718454896789,"method":"' .. method .. '","params":[' .. asked .. "]}"
end
local login = call("Authorization.LoginByToken", '{"token":"testApiKey0123456789"}')
local token = '{"result":{"token":"abc","expiry":3600}}'

return {
  markets = {
    { id = "1015", symbol = "BTC/USD", base = "BTC", quote = "USD", baseId = "4", quoteId = "1", type = "spot", spot = true,
      precision = { amount = 8, price = 2 } },
  },

  { "without a token one is asked for", call = { "fetch_balance" }, sends = { login, call("Balance.Get", "{}") },
    reply = { token, '{"result":{"balance":{"4":{"available":1.5,"frozen":0.5,"total":2}}}}' }, gives = { BTC = { free = 1.5, used = 0.5, total = 2 } } },
  { "numbers are whole, with their decimals", call = { "create_order", "BTC/USD", "limit", "sell", "0.05", "25000" },
    sends = { login, call("OrderManagement.Create", '{"order":{"direction":2,"instrumentId":1015,"orderType":2,"quantity":{"value":5,"decimals":2},'
      .. '"price":{"value":25000,"decimals":0}}}') },
    reply = { token, '{"result":{"externalOrderId":"8160723"}}' }, gives = { id = "8160723" } },
  { "open orders are not wrapped", call = { "fetch_open_orders", "BTC/USD" },
    sends = { login, call("OrderManagement.OpenOrders", '{"pagination":{"offset":0},"instrumentId":1015}') },
    reply = { token, '{"result":{"orders":[{"externalOrderId":"1","instrumentId":1015,"time":1718451296,"status":1,"direction":2,"orderType":2,'
      .. '"quantity":{"value":15,"decimals":1},"filledQuantity":{"value":5,"decimals":1},"price":{"value":2500050,"decimals":2}}]}}' },
    gives = { { id = "1", timestamp = 1718451296000, symbol = "BTC/USD", type = "limit", side = "sell", status = "open", price = 25000.5, amount = 1.5,
      filled = 0.5, remaining = 1 } } },
  { "closed orders are wrapped, and their 2 is canceled", call = { "fetch_closed_orders" },
    sends = { login, call("OrderManagement.OrderHistory", '{"pagination":{"offset":0}}') },
    reply = { token, '{"result":{"ordersForHistory":[{"order":{"externalOrderId":"1","instrumentId":1015,"time":1718451296,"status":2,"direction":1,'
      .. '"orderType":1,"quantity":{"value":15,"decimals":1},"filledQuantity":{"value":0,"decimals":0}}}]}}' },
    gives = { { id = "1", symbol = "BTC/USD", type = "market", side = "buy", status = "canceled", amount = 1.5, filled = 0, remaining = 1.5 } } },
}
