-- Coinbase: conversion of one coin into another, and the bank accounts that money comes from. The methods.
local records = dialect "records"

local conversion = {
  at = "trade", text = { id = "id" }, code = { fromCurrency = "source_currency", toCurrency = "target_currency" },
  number = { fromAmount = "user_entered_amount.value", fee = "total_fee.amount.value" },
}
local read = records.one(conversion)
local function converted(reply, a)
  local out = read(reply, a)
  out.fromCurrency, out.toCurrency = out.fromCurrency or a.from_code or a.code, out.toCurrency or a.to_code
  return out
end
local function accounts(a) return { from_account = a:currency_of(a.from_code).id, to_account = a:currency_of(a.to_code).id } end

local method = {
  text = { id = "id", currency = "currency", tag = "name" }, value = { verified = function(o) return o.verified == true end },
}

return {
  fetch_convert_quote = {
    post = "/convert/quote", encode = "json", needs = "from_code to_code amount", read = converted,
    send = function(a)
      local ids = accounts(a)
      return ordered { { "from_account", ids.from_account }, { "to_account", ids.to_account }, { "amount", a.amount } }
    end,
  },
  create_convert_trade = {
    post = "/convert/trade/{order_id}", encode = "json", needs = "order_id from_code to_code", read = converted,
    send = function(a)
      local ids = accounts(a)
      return ordered { { "from_account", ids.from_account }, { "to_account", ids.to_account } }
    end,
  },
  fetch_convert_trade = {      -- params.toCode: into what
    needs = "order_id code",
    run = function(a)
      a.to_code = a:take "toCode" or fail("ArgumentsRequired", "into which currency? params.toCode tells")
      a.into = a:currency_of(a.to_code).id
      return { get = "/convert/trade/{order_id}", send = "from_account={currency_id} to_account={into}", read = converted }
    end,
  },
  fetch_deposit_method_ids = {
    get = "/payment_methods",
    read = function(reply, a) return records.list(with(method, { at = "payment_methods" }))(reply, a) end,
  },
  fetch_deposit_method_id = { get = "/payment_methods/{order_id}", needs = "order_id", read = records.one(with(method, { at = "payment_method" })) },
}
