-- WhiteBIT: conversion of one coin into another. The methods.
local records = dialect "records"

local conversion = {
  time = "date|s", text = { id = "id" }, code = { fromCurrency = "from,path.1.from", toCurrency = "to,path.1.to" },
  number = { fromAmount = "give,finalGive", toAmount = "receive,finalReceive", price = "rate" },
}
local quote, confirmed = records.one(with(conversion, { time = "expireAt|s" })), records.one(conversion)

return {
  fetch_convert_quote = {
    post = "/v4/convert/estimate", needs = "from_code to_code amount", read = quote,
    send = function(a)
      return ordered {
        { "from", a:currency_of(a.from_code).id }, { "to", a:currency_of(a.to_code).id }, { "amount", a.amount }, { "direction", "from" },
      }
    end,
  },
  create_convert_trade = {
    post = "/v4/convert/confirm", needs = "order_id from_code to_code", send = "quoteId={order_id}",
    read = function(reply, a)
      local out = confirmed(reply, a)
      out.fromCurrency, out.toCurrency = out.fromCurrency or a.from_code, out.toCurrency or a.to_code
      return out
    end,
  },
  fetch_convert_trade_history = {
    post = "/v4/convert/history", send = "fromTicker={currency_id} from={since|s|text} limit={limit} to={until|s|text}",
    read = records.list(with(conversion, { at = "records" })),
  },
}
