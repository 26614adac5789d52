-- WhiteBIT: what its recorded vectors do not hold.
local function body(path, rest) return '\n{"request":"/api/v4/' .. path .. '","nonce":"1718454896789","nonceWindow":false' .. rest .. "}" end
local function post(path, rest) return "POST https://whitebit.com/api/v4/" .. path .. body(path, rest or "") end

return {
  markets = {
    { id = "BTC_USDT", symbol = "BTC/USDT", base = "BTC", quote = "USDT", baseId = "BTC", quoteId = "USDT", type = "spot", spot = true,
      precision = { amount = 0.000001, price = 0.01 } },
    { id = "BTC_PERP", symbol = "BTC/USDT:USDT", base = "BTC", quote = "USDT", settle = "USDT", baseId = "BTC", quoteId = "USDT", type = "swap",
      swap = true, contract = true, linear = true, contractSize = 1, precision = { amount = 0.001, price = 0.1 } },
  },

  { "a perpetual is traded on the collateral account", call = { "create_order", "BTC/USDT:USDT", "limit", "sell", "0.01", "65000" },
    params = { clientOrderId = "c1" },
    sends = post("order/collateral/limit", ',"market":"BTC_PERP","side":"sell","amount":"0.01","clientOrderId":"c1","price":"65000"'),
    reply = '{"orderId":1,"market":"BTC_PERP","side":"sell","type":"margin limit","timestamp":1595792396.165973,"amount":"0.01","left":"0.01",'
      .. '"dealStock":"0","dealMoney":"0","price":"65000"}',
    gives = { id = "1", symbol = "BTC/USDT:USDT", type = "limit", remaining = 0.01 } },
  { "a market buy by cost has an endpoint of its own", call = { "create_market_buy_order_with_cost", "BTC/USDT", "100" },
    params = { clientOrderId = "c1" }, sends = post("order/market", ',"market":"BTC_USDT","side":"buy","amount":"100","clientOrderId":"c1"'),
    reply = '{"orderId":2}', gives = { id = "2" } },
  { "only a market buy can be given by its cost", call = { "create_order", "BTC/USDT", "market", "sell", "1" }, params = { cost = "100" },
    fails = "InvalidOrder" },
  { "an amount below zero is a short position", call = { "fetch_position", "BTC/USDT:USDT" },
    sends = post("collateral-account/positions/open", ',"market":"BTC_PERP"'),
    reply = '[{"positionId":2,"market":"BTC_PERP","openDate":1660340344.027163,"amount":"-0.01","basePrice":"60000","pnl":"-0.47"}]',
    gives = { id = "2", symbol = "BTC/USDT:USDT", side = "short", contracts = 0.01, entryPrice = 60000 } },
  { "an order is sought among the open ones, then among the executed", call = { "fetch_order", "7", "BTC/USDT" },
    sends = { post("orders", ',"orderId":"7","market":"BTC_USDT"'), post("trade-account/order/history", ',"orderId":"7","market":"BTC_USDT"') },
    reply = { "[]", '{"BTC_USDT":[{"id":7,"side":"sell","type":"limit","amount":"1","price":"9","dealStock":"1","dealMoney":"9","ctime":1594667731.7}]}' },
    gives = { id = "7", symbol = "BTC/USDT", status = "closed", filled = 1 } },
  { "what is wrong stands under its field", call = { "fetch_balance" }, sends = post "trade-account/balance",
    reply = '{"code":3,"message":"Inner validation failed","errors":{"amount":["Not enough balance"]}}', fails = "InsufficientFunds" },
  { "a position is a loan", call = { "fetch_borrow_interest", json.null, "BTC/USDT" },
    sends = post("collateral-account/positions/open", ',"market":"BTC_USDT"'),
    reply = '[{"positionId":2,"market":"BTC_USDT","modifyDate":1660340344.027163,"amount":"0.003","unrealizedFunding":"0.00003"}]',
    gives = { { symbol = "BTC/USDT", currency = "USDT", interest = 0.00003, amountBorrowed = 0.003, timestamp = 1660340344027 } } },
  { "limits of moving a coin, and what it costs", call = { "fetch_funding_limits", { "USDT" } },
    sends = { "GET https://whitebit.com/api/v4/public/assets", "GET https://whitebit.com/api/v4/public/fee" },
    reply = { '{"BTC":{"name":"Bitcoin"},"USDT":{"name":"Tether","min_deposit":"5","max_deposit":"0","min_withdraw":"10","max_withdraw":"500"}}',
      '{"USDT (ERC20)":{"ticker":"USDT","deposit":{"fixed":"0.5","flex":{"min_fee":"1","max_fee":"9","percent":"2"}},"withdraw":{"fixed":null}}}' },
    gives = { USDT = { limits = { deposit = { min = 5, fee = { fixed = 0.5, flex = { min = 1, max = 9, percent = 2 } } }, withdraw = { min = 10, max = 500 } } } } },
}
