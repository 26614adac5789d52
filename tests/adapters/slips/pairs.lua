-- Recorded slips, each with what ours may be beside it, and with a fault of ours that is near it and must be seen. slips.sh runs the file with either.
local faulty = false
local api = "https://api.example.com"

-- what was recorded, ours, and the fault: results of one method
local function result_of(method, argument, path)
  return function(name, want, ours, fault)
    return { name, call = { method, argument }, sends = "GET " .. api .. path, reply = faulty and fault or ours, gives = want }
  end
end
local order, ticker = result_of("fetch_order", "7", "/order/7"), result_of("fetch_ticker", "BTC/USD", "/ticker/btcusd")
local currency, balance = result_of("fetch_currencies", nil, "/currencies"), result_of("fetch_balance", nil, "/balance")
local fee = result_of("fetch_trading_fee", "BTC/USD", "/fee")
local deposits = result_of("fetch_deposits", nil, "/deposits")

-- a recorded request that ours meets, and one that it does not
local function request(name, call, sends, fault, more)
  local row = { name, call = call, sends = faulty and fault or sends }
  for k, v in pairs(more or {}) do row[k] = v end
  return row
end
local ticker_call, order_call = { "fetch_ticker", "BTC/USD" }, { "create_order", "BTC/USD", "limit", "buy", "1", "2" }
local r, s = ("ab"):rep(31), ("cd"):rep(31)
local whole, cut_r, cut_s = "0x0" .. r .. "e0" .. s .. "f1b", "0x" .. r .. "e0" .. s .. "f1b", "0x0" .. r .. "e" .. s .. "f1b"
local function signed(signature) return "POST " .. api .. '/order\n{"signature":"' .. signature .. '"}' end

return {
  markets = {
    { id = "btcusd", symbol = "BTC/USD", base = "BTC", quote = "USD", baseId = "btc", quoteId = "usd", type = "spot", spot = true,
      precision = { amount = 1e-8, price = 0.01 } },
  },
  currencies = { BTC = { id = "btc", code = "BTC", precision = 1e-8 }, USD = { id = "usd", code = "USD", precision = 0.01 } },

  order("seconds for ms", { timestamp = 1718454896, datetime = "1970-01-20T21:20:54.896Z" }, '{"timestamp":1718454896000}', '{"timestamp":1718454897000}'),
  order("ms for seconds", { timestamp = 1718454896789000 }, '{"timestamp":1718454896789}', '{"timestamp":1718454896791}'),
  order("a time that may be is that time", { timestamp = 1718454896789 }, '{"timestamp":1718454896789}', '{"timestamp":1718454896789000}'),
  order("... and no shorter one", { timestamp = 1718454896789 }, '{"timestamp":1718454896789}', '{"timestamp":1718454896}'),
  order("a time long ago is not none", { timestamp = 1718454896 }, '{"timestamp":1718454896000}', "{}"),
  order("an instant in another writing", { datetime = "2024-06-15T14:34:56.7891+02:00" }, '{"timestamp":1718454896789}', '{"timestamp":1718458496789}'),
  order("a ms lost by rounding", { datetime = "2024-06-15T12:34:56.788Z" }, '{"timestamp":1718454896789}', '{"timestamp":1718454896791}'),
  order("ask is a sell", { side = "ask" }, '{"side":"sell"}', '{"side":"buy"}'),
  order("to open a short is to sell", { side = "open short" }, '{"side":"sell"}', '{"side":"buy"}'),
  order("a side is not left out", { side = "bid" }, '{"side":"buy"}', "{}"),
  order("the exchange's word for a status", { status = "Canceled" }, '{"status":"canceled"}', '{"status":"open"}'),
  order("the other spelling", { status = "CANCELLED" }, '{"status":"canceled"}', '{"status":"closed"}'),
  order("no word at all for a status", { status = "sucess" }, "{}", '{"status":"open"}'),
  order("a status is not left out", { status = "closed" }, '{"status":"closed"}', "{}"),
  order("a size with a sign", { amount = -1.5 }, '{"amount":"1.5"}', '{"amount":"15"}'),
  order("a size without one", { amount = 1.5 }, '{"amount":"1.5"}', '{"amount":"-1.5"}'),
  order("a number for yes or no", { amount = 1, postOnly = "49.5" }, '{"amount":"1","postOnly":true}', '{"amount":"2","postOnly":true}'),
  order("yes for yes", { postOnly = "1" }, '{"postOnly":true}', '{"postOnly":false}'),
  order("a symbol of nothing", { symbol = "SELL/undefined", amount = 1 }, '{"symbol":"BTC/USD","amount":"1"}', '{"symbol":"BTC/undefined","amount":"1"}'),
  order("a symbol of something", { symbol = "BTC/USD" }, '{"symbol":"BTC/USD"}', '{"symbol":"BTC/USDT"}'),
  order("a symbol for a currency", { amount = 1, fee = { cost = 1, currency = "BTC/BTC" } }, '{"amount":"1","fee":{"cost":"1","currency":"BTC"}}',
    '{"amount":"1","fee":{"cost":"2","currency":"BTC"}}'),
  order("a currency for a currency", { amount = 1, fee = { cost = 1, currency = "BTC" } }, '{"amount":"1","fee":{"cost":"1","currency":"BTC"}}',
    '{"amount":"1","fee":{"cost":"1","currency":"USD"}}'),
  order("a fee's cost alone", { fee = "1.25" }, '{"fee":{"cost":"1.25","currency":"BTC"}}', '{"fee":{"cost":"1.26","currency":"BTC"}}'),
  order("the reply for an id", { id = { order = "7" }, amount = 1 }, '{"amount":"1"}', '{"amount":"2"}'),
  order("the reply for a result", { status = "200", said = { amount = "5" } },
    '{"status":"200","said":{"amount":"5"}}', '{"status":"201","said":{"amount":"5"}}'),
  deposits("a code beside the currency that it is", { { id = "1", code = "BTC", currency = "BTC" } },
    '[{"id":"1","currency":"btc"}]', '[{"id":"1","currency":"usd"}]'),
  ticker("a fraction for percent", { change = -2, open = 100, percentage = -0.02 }, '{"change":"-2","open":"100","percentage":"-2"}',
    '{"change":"-2","open":"100","percentage":"-20"}'),
  ticker("percent that may be", { change = -2, open = 100, percentage = -2 }, '{"change":"-2","open":"100","percentage":"-2"}',
    '{"change":"-2","open":"100","percentage":"-200"}'),
  ticker("a price is a price", { last = 25000.5 }, '{"last":"25000.5"}', '{"last":"250005"}'),
  currency("money of a state as a coin", { USD = { code = "USD", type = "crypto" } }, '[{"id":"USD","type":"fiat"}]', '[{"id":"USD","type":"other"}]'),
  currency("a coin as money of a state", { BTC = { code = "BTC", type = "crypto" } }, '[{"id":"BTC","type":"crypto"}]', '[{"id":"BTC","type":"fiat"}]'),
  balance("a difference of binary fractions",
    { BTC = { free = 3086000.75, used = 0.0010000001639127731, total = 3086000.751 }, used = { BTC = 0.0010000001639127731 } },
    '{"rows":[{"id":"BTC","free":"3086000.75","total":"3086000.751"}]}', '{"rows":[{"id":"BTC","free":"3086000.75","total":"3086000.7511"}]}'),
  balance("a balance without one", { BTC = { free = 2, used = 1, total = 3 }, free = { BTC = 2 }, used = { BTC = 1 }, total = { BTC = 3 } },
    '{"rows":[{"id":"BTC","free":"2","total":"3"}]}', '{"rows":[{"id":"BTC","free":"20","total":"30"}]}'),
  fee("percent for a fraction", { maker = 0.15, taker = 0.25 }, '{"maker":"0.0015","taker":"0.0025"}', '{"maker":"0.0015","taker":"0.025"}'),
  fee("a fraction is one", { maker = 0.0015 }, '{"maker":"0.0015"}', '{"maker":"0.15"}'),

  request("a placeholder in the path", ticker_call, "GET " .. api .. "/ticker/{market}", "GET " .. api .. "/ticker/ethusd"),
  request("an object in the path", ticker_call, "GET " .. api .. "/ticker/%5Bobject%20Object%5D", "GET " .. api .. "/tickers/%5Bobject%20Object%5D"),
  request("a placeholder for a list", { "fetch_orders", "BTC/USD" }, "GET " .. api .. "/orders/btcusd/{ids}", "GET " .. api .. "/orders/{ids}/5",
    { params = { ids = "5/6" } }),
  request("the signature over a placeholder", { "withdraw", "BTC", "1", "1BoatSLRHtKNngkdXEeobR76b53LETtpyT" },
    "POST " .. api .. "/money/undefined\namount=1", "POST " .. api .. "/money/btc\namount=1", { headers = { ["X-Sign"] = "0" } }),
  request("what is sent beside a placeholder", { "withdraw", "BTC", "1", "1BoatSLRHtKNngkdXEeobR76b53LETtpyT" },
    "POST " .. api .. "/money/undefined\namount=1", "POST " .. api .. "/money/undefined\namount=2"),
  request("nothing printed into a form", { "withdraw", "BTC", "1", "1BoatSLRHtKNngkdXEeobR76b53LETtpyT" }, "POST " .. api .. "/money/btc\namount=1&price=None",
    "POST " .. api .. "/money/btc\namount=None", { headers = { ["X-Sign"] = "0" } }),
  request("what the placeholder stands for is asked for", { "fetch_orders" }, "GET " .. api .. "/orders/{id}/5", "GET " .. api .. "/orders/btcusd/5"),
  request("a time counted from 1970", ticker_call, "GET " .. api .. "/ticker/btcusd?from=-3600&to=1718454896",
    "GET " .. api .. "/ticker/btcusd?from=-3601&to=1718454896",
    { params = { from = "1718451296", to = "1718454896" } }),
  request("a signature that lost the zero before r", order_call, signed(cut_r), signed(cut_r:gsub("f1b$", "f1c")),
    { params = { signature = whole }, headers = { ["X-Sign"] = "0" } }),
  request("... or s", order_call, signed(cut_s), signed(cut_s:gsub("cd", "dc", 1)), { params = { signature = whole } }),
}
