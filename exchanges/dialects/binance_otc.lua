-- Binance.US: conversion of one coin into another at a price that was asked for, which stands a few seconds.
-- Used as dialect "binance_otc" (binanceus): the methods. API: https://docs.binance.us/#otc-trade-endpoints ; /sapi/v1/convert of binance.com is not there.
local records = dialect "records"

local conversion = {
  time = "createTime,validTimestamp", text = { id = "orderId,quoteId" }, code = { fromCurrency = "fromCoin", toCurrency = "toCoin" },
  number = { fromAmount = "fromAmount", toAmount = "toAmount", price = "ratio" },
}
local one = records.one(conversion)

-- Quotes and their acceptance do not name the coins, which were said in the call.
local function asked(reply, a)
  local out = one(reply, a)
  out.fromCurrency, out.toCurrency = a.from_code, a.to_code
  return out
end

return {
  fetch_convert_currencies = {
    get = "/sapi/v1/otc/coinPairs",
    read = function(reply, a)         -- the coins of all pairs
      local out, seen = {}, {}
      for _, pair in ipairs(reply) do
        for _, id in ipairs { pair.fromCoin or false, pair.toCoin or false } do
          if id and not seen[id] then
            seen[id] = true
            out[#out + 1] = { id = id, code = a:code_of(id), info = pair }
          end
        end
      end
      return out
    end,
  },
  fetch_convert_quote = {
    post = "/sapi/v1/otc/quotes", needs = "from_code to_code amount", read = asked,
    send = function(a)
      local from, to = a:currency_of(a.from_code).id, a:currency_of(a.to_code).id
      return ordered { { "fromCoin", from }, { "toCoin", to }, { "requestCoin", from }, { "requestAmount", a.amount } }
    end,
  },
  create_convert_trade = { post = "/sapi/v1/otc/orders", needs = "order_id", send = "quoteId={order_id}", read = asked },
  fetch_convert_trade = { get = "/sapi/v1/otc/orders/{order_id}", needs = "order_id", read = one },
  fetch_convert_trade_history = {
    get = "/sapi/v1/otc/orders", send = "fromCoin={currency_id} startTime={since} endTime={until} limit={limit|max:100}",
    read = records.list(with(conversion, { at = "rows" })),
  },
}
