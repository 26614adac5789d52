-- BCEX: what its recorded vectors do not hold.
local function post(path, body) return "POST https://www.bcex.top" .. path .. (body and "\n" .. body or "") end

return {
  markets = {
    { id = "eth2btc", symbol = "ETH/BTC", base = "ETH", quote = "BTC", baseId = "eth", quoteId = "btc", type = "spot", spot = true,
      precision = { amount = 4, price = 8 } },
  },

  { "what is free and what is held stand side by side", call = { "fetch_balance" },
    sends = post("/Api_User/userBalance", "api_key=testApiKey0123456789&sign=b593ba437ea7f3dbc11d8d0f6b04eb73"),
    reply = '{"code":0,"msg":"","data":{"btc_over":"0.5","btc_lock":"0.25","eth_over":"3","eth_lock":"0"}}',
    gives = { BTC = { free = 0.5, used = 0.25, total = 0.75 }, ETH = { free = 3, used = 0, total = 3 } } },
  { "one order has other names than a list", call = { "fetch_order", "7", "ETH/BTC" },
    sends = post("/Api_Order/orderInfo", "api_key=testApiKey0123456789&symbol=eth2btc&trust_id=7&sign=106e8447100402d0cb444122413941dd"),
    reply = '{"code":0,"data":{"created":"1523360000","flag":"sale","price":"0.05","avg_price":"0.051","number":"2",'
      .. '"numberdeal":"0.5","numberover":"1.5","status":"1"}}',
    gives = { id = "7", timestamp = 1523360000000, symbol = "ETH/BTC", type = "limit", side = "sell", price = 0.05, average = 0.051, amount = 2, filled = 0.5,
      remaining = 1.5, status = "open" } },
  { "limits are asked for by market", call = { "fetch_trading_limits", { "ETH/BTC" } }, sends = post "/Api_Order/ticker?symbol=eth2btc",
    reply = '{"code":0,"data":{"min_trade":"0.01500000","max_trade":"100.00000000","number_float":"4","price_float":"8"}}',
    gives = { ["ETH/BTC"] = { precision = { amount = 4, price = 8 }, limits = { amount = { min = 0.015, max = 100 } } } } },
  { "ids may be lower case", call = { "fetch_markets" }, sends = "GET https://www.bcex.top/Api_Market/getPriceList",
    reply = '{"btc":[{"coin_from":"eth","coin_to":"btc"}]}',
    gives = { { id = "eth2btc", symbol = "ETH/BTC", baseId = "eth", quoteId = "btc", precision = { amount = 4, price = 8 },
      limits = { amount = { min = 0.015, max = 100 } } } } },
  { "an amount below the least one", call = { "create_order", "ETH/BTC", "limit", "buy", "0.0001", "0.05" },
    sends = post("/Api_Order/coinTrust", "api_key=testApiKey0123456789&number=0.0001&price=0.05&symbol=eth2btc&type=buy&sign=1a1330131b520b773789ba01bcc7027b"),
    reply = '{"code":1,"msg":"单笔最小交易数量不能小于0.00100000,请您重新挂单"}', fails = "InvalidOrder" },
}
