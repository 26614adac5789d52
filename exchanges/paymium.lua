-- Paymium. API: https://github.com/Paymium/api-documentation
-- Its one market is named by the quote alone ("eur"); it is listed nowhere. Failures are {errors: [texts]}. Sent on is to other accounts only,
-- which are named by their email.

local last_address = address { address = "address", currency = "currency|code" }

return {
  hosts = { api = "https://paymium.com/api/v1" },
  rate = { interval_ms = 2000, burst = 5 },
  fees = { taker = 0.005, maker = -0.001 },
  encode = "json", nonce = "s",

  failed = function(reply)
    local told = reply.errors
    if told == nil then return nil end
    return "errors", type(told) == "userdata" and told[1] or told
  end,

  -- Signed is the nonce with the URL and with what is asked, the question mark left out.
  sign = function(req, key)
    req.headers["Api-Key"], req.headers["Api-Nonce"] = key.apiKey, key.nonce
    req.headers["Api-Signature"] = hex(hmac("sha256", key.secret, key.nonce .. "https://" .. req.host .. req.path .. req.querystring .. req.body))
  end,

  fetch_markets = { run = function() return { { id = "eur", baseId = "btc", quoteId = "eur", index = false } } end },
  fetch_currencies = {
    run = function() return { BTC = { id = "btc", precision = "0.00000001" }, EUR = { id = "eur", precision = "0.00000001" } } end,
  },
  fetch_ticker = {
    get = "/data/{id}/ticker",
    read = ticker {
      timestamp = "at|s", high = "high", low = "low", bid = "bid", ask = "ask", vwap = "vwap", open = "open", last = "price", percentage = "variation",
      baseVolume = "volume", quoteVolume = function(o) return o.volume and o.vwap and decimal.mul(o.volume, o.vwap) end,
    },
  },
  fetch_order_book = { get = "/data/{id}/depth", read = book { bids = "bids", asks = "asks", level = { "price", "amount" } } },
  fetch_trades = {
    get = "/data/{id}/trades",
    read = trades { id = "uuid", timestamp = "created_at_int|s", side = "side", price = "price", amount = "traded_btc" },
  },

  fetch_balance = {
    get = "/user",
    read = function(reply, a)
      local out = { info = reply }
      for field, free in pairs(reply) do
        local id = field:match "^balance_(.+)$"
        if id then out[a:code_of(id)] = { free = free, used = reply["locked_" .. id] } end
      end
      return out
    end,
  },
  create_order = {
    run = function(a)
      local limit = a.type ~= "market"
      a.as_sent = a.type:sub(1, 1):upper() .. a.type:sub(2) .. "Order"
      return {
        post = "/user/orders", read = order { id = "uuid" },
        send = "type={as_sent} currency={id} direction={side} amount={amount|number}" .. (limit and " price={price|number}" or ""),
      }
    end,
  },
  cancel_order = { delete = "/user/orders/{order_id}/cancel", encode = "query", read = order { symbol = false } },

  create_deposit_address = { post = "/user/addresses", read = last_address },
  fetch_deposit_address = {     -- params.address: a certain one
    run = function(a)
      a.which = a:take "address" or a.code
      return { get = "/user/addresses/{which}", read = last_address }
    end,
  },
  fetch_deposit_addresses = { get = "/user/addresses", read = addresses { address = "address", currency = "currency|code" } },
  transfer = {
    run = function(a)
      if not a.to_account:find("@", 1, true) then fail("ExchangeError", "transfers go to an email address only") end
      if a.code ~= "BTC" and a.code ~= "EUR" then fail("ExchangeError", "transfers are in BTC or EUR only") end
      return {
        post = "/user/email_transfers", send = "currency={currency_id} amount={amount} email={to_account}",
        read = transfer {
          id = "uuid", timestamp = "updated_at|iso", currency = "currency|code", amount = "amount", fromAccount = false,
          toAccount = "account_operations.1.address", status = { "state", executed = "ok", default = "." },
        },
      }
    end,
  },
}
