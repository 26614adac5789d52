-- ICE3X, South Africa: spot; closed. API was at https://ice3x.co.za/ice-cubed-bitcoin-exchange-api-documentation-1-june-2017
-- Markets and currencies have numbers; pairs know the numbers of their currencies only. Replies are {errors, response: {entity or entities}}:
-- errors is false, or names what is wrong by field.

local function refused(reply)
  local errors = reply.errors
  if not errors and reply.response then return nil end
  if type(errors) ~= "boolean" and type(errors) ~= "string" and errors then
    for _, field in ipairs { "Key", "Sign", "user_id" } do
      local text = errors[field]
      if text and (field ~= "user_id" or tostring(text):find "authorization") then return field, tostring(text), "AuthenticationError" end
    end
  end
  return "errors", type(errors) == "string" and errors or nil
end

local ticker_fields = {
  timestamp = "={now}", bid = "max_bid", ask = "min_ask", last = "last_price", high = "max", low = "min", average = "avg",
  quoteVolume = "vol",
}

-- Fees are in the quote.
local fee = { cost = "fee", currency = "@quote" }

local trade_list = trades {
  at = "response.entities", id = "trade_id", timestamp = "created|s", type = "=limit", side = "type", price = "price", amount = "volume", fee = fee,
}

local order_fields = {
  id = "order_id", market = "pair_id", timestamp = "created|s", type = "=limit", side = "type", price = "price", amount = "volume",
  remaining = "remaining", status = { "active", ["1"] = "open", default = "closed" }, fee = fee,
}

return {
  hosts = { api = "https://ice3x.com/api/v1" },
  rate = { interval_ms = 1000, burst = 5 },
  precision = "places",
  renames = old_codes,
  fees = { taker = 0.005, maker = 0.005 },
  nonce = "s",
  failed = refused,

  sign = function(req, key)
    req.body = encode_query(first(req.form, "nonce", key.nonce))      -- a blank is %20
    req.headers.Key = key.apiKey
    req.headers.Sign = hex(hmac("sha512", key.secret, req.body))
  end,

  fetch_markets = {
    run = function(a)
      local codes, out = {}, {}
      for _, c in ipairs(ask { get = "/currency/list" }.response.entities) do codes[c.currency_id] = a:code_of(c.iso:upper()) end
      for i, m in ipairs(ask { get = "/pair/list", params = true }.response.entities) do
        local base, quote = m.currency_id_from, m.currency_id_to
        out[i] = {
          id = m.pair_id, baseId = base, quoteId = quote, base = codes[base], quote = codes[quote], precision = { amount = 8, price = 8 }, info = m,
        }
      end
      a.params = {}
      return out
    end,
  },
  fetch_currencies = {
    get = "/currency/list",
    read = currencies {
      at = "response.entities", id = "currency_id", code = "iso|upper|code", name = "name", active = true, precision = 8,
      limits = { amount = { max = 1e8 }, price = { min = 1e-8, max = 1e8 } },
    },
  },
  fetch_ticker = { get = "/stats/marketdepthfull", send = "pair_id={id}", read = ticker(with(ticker_fields, { at = "response.entity" })) },
  fetch_tickers = { get = "/stats/marketdepthfull", read = tickers(with(ticker_fields, { at = "response.entities", market = "pair_id" })) },
  fetch_order_book = {
    run = function(a)
      local side = a.params.type
      if a.limit and side ~= "ask" and side ~= "bid" then
        fail("ArgumentsRequired", "with a limit only one side is told: params.type is \"ask\" or \"bid\"")
      end
      return {
        get = "/orderbook/info", send = "pair_id={id} items_per_page={limit}",
        read = book { bids = "response.entities.bids", asks = "response.entities.asks", level = { "price", "amount" } },
      }
    end,
  },
  fetch_trades = { get = "/trade/list", send = "pair_id={id}", read = trade_list },

  fetch_balance = { post = "/balance/list", read = balance { at = "response.entities?", currency = "currency_id|code", total = "balance" } },
  fetch_order = {          -- the name has a blank in it
    post = "/order/info", send = function(a) return { ["order _id"] = a.order_id } end, read = order(with(order_fields, { at = "response.entity" })),
  },
  fetch_open_orders = { post = "/order/list", read = orders(with(order_fields, { at = "response.entities" })) },
  fetch_my_trades = { post = "/trade/list", needs = "symbol", send = "pair_id={id} items_per_page={limit} date_from={since|s}", read = trade_list },
  create_order = {
    post = "/order/new", send = "pair_id={id} type={side} amount={amount} price={price}",
    read = order {
      id = "response.entity.order_id", timestamp = function(_, a) return a.now // 1000 * 1000 end, status = "=open", type = "={type}", side = "={side}",
      price = "={price}", amount = "={amount}", remaining = "={amount}",
    },
  },
  cancel_order = { post = "/order/cancel", send = "order_id={order_id}", read = order {} },

  fetch_deposit_address = { post = "/balance/info", send = "currency_id={currency_id}", read = address { at = "response.entity", address = "address" } },
}
