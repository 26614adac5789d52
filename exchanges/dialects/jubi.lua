-- The API that jubi.com once had and many small exchanges took over: btcbox.com, coinegg.com, btctrade.im, coolcoin.com.
-- Private calls are POSTs: key and nonce in front, and last the signature, HMAC-SHA256 of all before it with the MD5 of the secret.
-- Failures are {result: false, code}.
local d = {}

d.errors = by_class {
  AuthenticationError = "103 104 105", InvalidNonce = "106", InsufficientFunds = "200", InvalidOrder = "201 202", OrderNotFound = "203",
  DDoSProtection = "402",
}
local meanings = {
  ["100"] = "a parameter is missing", ["101"] = "a parameter is wrong", ["102"] = "no such coin", ["103"] = "no such key", ["104"] = "wrong signature",
  ["105"] = "the key may not do this", ["106"] = "nonce too old", ["200"] = "balance too small", ["201"] = "amount too small",
  ["202"] = "price outside of 0 to 1000000", ["203"] = "no such order", ["204"] = "worth less than 0.001 BTC", ["205"] = "price not allowed",
  ["206"] = "too many decimals", ["401"] = "system error", ["402"] = "too many requests", ["403"] = "not open to the API",
  ["404"] = "address not allowed", ["405"] = "trading of this coin is closed",
}
function d.failed(reply)
  if reply.result == false then return reply.code or "unknown", meanings[reply.code] end
end

function d.sign(req, key)
  local form = req.form or ordered {}
  first(form, "nonce", key.nonce)
  first(form, "key", key.apiKey)
  form.signature = hex(hmac("sha256", hex(md5(key.secret)), encode_form(form)))
  req.form = form
end

-- Balances are members of one object: btc_balance, btc_lock.
function d.balances(where)
  return function(reply, a)
    local out = {}
    for name, amount in pairs(where(reply)) do
      local id, kind = name:match "^(.+)_(%a+)$"
      local field = kind == "balance" and "free" or kind == "lock" and "used"
      if field then
        local code = a:code_of(id)
        out[code] = out[code] or {}
        out[code][field] = amount
      end
    end
    return out
  end
end

d.ticker_fields = { high = "high", low = "low", bid = "buy", ask = "sell", last = "last", baseVolume = "vol" }
d.trade_fields = { id = "tid", timestamp = "date|s", side = "type", price = "price", amount = "amount" }
d.order_fields = { id = "id", side = "type", price = "price", amount = "amount_original", remaining = "amount_outstanding" }

-- ---- coinegg and those that follow it: markets apart by quote ("region"), which their trading pages list ----

local markets_of = markets {
  at = "data?", id = "symbol", baseId = "symbol|before:_", quoteId = "symbol|after:_", active = true, precision = { amount = 8, price = 8 },
  limits = { amount = { min = 1e-8, max = 1e8 }, price = { min = 1e-8, max = 1e8 } },
}

local ticker_fields = with(d.ticker_fields, {
  timestamp = "={now}", percentage = "change", quoteVolume = "quoteVol",
  open = function(o)
    return o.last and o.change and decimal.div(o.last, decimal.add(1, decimal.div(o.change, 100, 12)), 12)
  end,
})
local order_fields = with(d.order_fields, {
  timestamp = "datetime|iso", type = "=limit",
  status = function(o)
    if o.status == "cancelled" then return "canceled" end
    return o.amount_outstanding and (tonumber(o.amount_outstanding) == 0 and "closed" or "open")
  end,
})
-- Of a new order only its id is told.
local placed = order {
  id = "id,data.id", timestamp = function(_, a) return a.now - a.now % 1000 end, status = "=open", type = "=limit",
  side = "={side}", price = "={price}", amount = "={amount}", filled = 0,
}
-- The exchange's own word on a cancellation: its result, and the order's id.
local function cancelled(reply)
  local told = reply.data or reply
  return { id = told.id, result = told.result, info = reply }
end

-- The methods of an exchange whose quotes are the words of `quotes`; `at`: where public replies stand, if not at the top.
function d.regional(quotes, at)
  local public_trades = {
    get = "/orders/region/{market.quoteId}", send = "coin={market.baseId}", read = trades(with(d.trade_fields, { at = at, type = "=limit" })),
  }
  local listed = orders(with(order_fields, { at = "data?" }))
  local function of_market(path, send, read)
    return { post = path .. "/region/{market.quoteId}", needs = "symbol", send = send, read = read }
  end
  return {
    precision = "places", rate = { interval_ms = 2000, burst = 5 }, credentials = { "apiKey", "secret" },
    renames = with(old_codes, { JBC = "JubaoCoin" }),
    errors = d.errors, sign = d.sign,

    fetch_markets = {
      run = function()
        local all = {}
        for quote in quotes:gmatch "%S+" do
          for _, market in ipairs(ask { get = "/symbol/ticker", host = "web", send = "right_coin=" .. quote, read = markets_of }) do
            all[#all + 1] = market
          end
        end
        return all
      end,
    },
    fetch_ticker = { get = "/ticker/region/{market.quoteId}", send = "coin={market.baseId}", read = ticker(with(ticker_fields, { at = at })) },
    fetch_order_book = { get = "/depth/region/{market.quoteId}", send = "coin={market.baseId}", read = book { at = at } },
    fetch_trades = public_trades,

    fetch_balance = { post = "/balance", right = "read", read = d.balances(function(reply) return reply.data end) },
    fetch_order = of_market("/trade_view", "id={order_id} coin={market.baseId}", order(with(order_fields, { at = "data" }))),
    fetch_orders = of_market("/trade_list", "coin={market.baseId} since={since|div:1000}", listed),
    fetch_open_orders = of_market("/trade_list", "coin={market.baseId} since={since|div:1000} type=open", listed),
    create_order = of_market("/trade_add", "coin={market.baseId} type={side} amount={amount} price={price}", placed),
    cancel_order = with(of_market("/trade_cancel", "id={order_id} coin={market.baseId}", cancelled), { kind = "raw" }),
  }
end

return d
