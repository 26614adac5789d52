-- Mercado Bitcoin. Data API: https://www.mercadobitcoin.com.br/api-doc  Trade API 3: https://www.mercadobitcoin.com.br/trade-api
-- All of the trade API is one path; the form's first field names the method. Replies are {response_data, status_code}, failures have an
-- error_message besides. Everything trades against BRL. The fee of a buy is in the coin, that of a sale in BRL; of a fill only the rate is told,
-- in percent. Candles come from another host, in columns.

local sides = { "order_type", ["1"] = "buy", ["2"] = "sell" }
local function side_of(o) return sides[o.order_type] end
local function fee_currency(o, _, market)
  local side = side_of(o)
  return market and (side == "buy" and market.base or side == "sell" and market.quote) or nil
end

local trade_list = trades { id = "tid", timestamp = "date|s", side = "type", price = "price", amount = "amount" }

local order_fields = {
  id = "order_id", market = "coin_pair", timestamp = "created_timestamp|s", lastTradeTimestamp = "updated_timestamp|s", type = "=limit", side = sides,
  status = { "status", ["2"] = "open", ["3"] = "canceled", ["4"] = "closed", default = "." }, price = "limit_price", average = "executed_price_avg",
  amount = "quantity", filled = "executed_quantity", fee = { cost = "fee", currency = fee_currency },
  trades = trades { at = "operations?", id = "operation_id,tid", timestamp = "executed_timestamp|s,date|s", price = "price", amount = "quantity,amount" },
}
local one_order = order(with(order_fields, { at = "response_data.order" }))
local order_list = orders(with(order_fields, { at = "response_data.orders" }))

local function tapi(method, fields, more)
  return with({ post = "/tapi/v3/", needs = "symbol", send = "tapi_method=" .. method .. " coin_pair={id} " .. (fields or "") }, more)
end

-- The fills of a list of orders.
local function fills(reply, a)
  local out = {}
  for _, o in ipairs(reply.response_data.orders) do
    local side, currency = side_of(o), fee_currency(o, a, a.market)
    for _, x in ipairs(o.operations or {}) do
      local base = x.quantity and (side == "buy" and x.quantity or side == "sell" and x.price and decimal.mul(x.quantity, x.price))
      out[#out + 1] = {
        id = x.operation_id, order = o.order_id, timestamp = x.executed_timestamp and tonumber(x.executed_timestamp) * 1000, side = side, price = x.price,
        amount = x.quantity, info = x,
        fee = base and x.fee_rate and { cost = decimal.div(decimal.mul(base, x.fee_rate), "100", 12), currency = currency } or nil,
      }
    end
  end
  return out
end

-- "0.1" -> "0.1000000000"
local function ten_places(amount)
  local whole, rest = amount:match("^(%d+)%.?(%d*)$")
  return whole .. "." .. rest .. ("0"):rep(10 - #rest)
end

local least = { BTC = 0.001, BCH = 0.001, ETH = 0.01, LTC = 0.01, XRP = 0.1 }

return {
  hosts = { api = "https://www.mercadobitcoin.net", v4 = "https://api.mercadobitcoin.net/api/v4" },
  rate = { interval_ms = 1000, burst = 5 },
  fees = { taker = 0.007, maker = 0.003 },
  nonce = "s",
  timeframes = "15m 1h 3h 1d 1w 1M",

  failed = function(reply)
    if reply.error_message then return reply.status_code or "error", reply.error_message end
  end,
  errors = { ["429"] = "RateLimitExceeded" },

  sign = function(req, key)
    local method = req.form.tapi_method
    req.form.tapi_method = nil
    first(req.form, "tapi_nonce", key.nonce)
    first(req.form, "tapi_method", method)
    req.body = encode_query(req.form)
    req.headers["TAPI-ID"] = key.apiKey
    req.headers["TAPI-MAC"] = hex(hmac("sha512", key.secret, req.path .. "?" .. req.body))
  end,

  fetch_markets = {
    get = "/api/coins",
    read = function(reply)
      local out = {}
      for _, coin in ipairs(reply) do
        out[#out + 1] = {
          id = "BRL" .. coin, baseId = coin, quoteId = "BRL", index = false, active = false, precision = { amount = 1e-8, price = 1e-5 },
          limits = { amount = { min = least[coin] }, price = { min = 1e-5 } },
        }
      end
      return out
    end,
  },
  fetch_ticker = {
    get = "/api/{base}/ticker/",
    read = ticker { at = "ticker", timestamp = "date|s", bid = "buy", ask = "sell", last = "last", high = "high", low = "low", baseVolume = "vol" },
  },
  fetch_order_book = { get = "/api/{base}/orderbook/", read = book { bids = "bids", asks = "asks" } },
  fetch_trades = {
    run = function(a)
      local path = "/api/{base}/trades/"
      if a.since then
        local to = a:take "to"
        path = path .. a.since // 1000 .. "/" .. (to or "")
      end
      return { get = path, read = trade_list }
    end,
  },
  fetch_ohlcv = {
    get = "/candles", host = "v4",
    send = function(a)
      local span = (a.limit or 100) * a.timeframe_s
      local from = a.since and a.since // 1000 or a.now // 1000 - span
      return ordered { { "resolution", a.timeframe }, { "symbol", a.market.base .. "-" .. a.market.quote }, { "from", from }, { "to", from + span } }
    end,
    read = candle_lists("t o h l c v", "s"),
  },

  fetch_balance = {
    post = "/tapi/v3/", send = "tapi_method=get_account_info",
    read = balance { at = "response_data.balance", currency = "@key|upper|code", free = "available", total = "total" },
  },
  fetch_order = tapi("get_order", "order_id={order_id}", { read = one_order }),
  fetch_orders = tapi("list_orders", nil, { read = order_list }),
  fetch_open_orders = tapi("list_orders", "status_list=[2]", { read = order_list }),
  fetch_my_trades = tapi("list_orders", "has_fills={true}", { read = fills }),

  create_order = {
    run = function(a)
      local method, send, post_only = "place_" .. a.side .. "_order", " quantity={amount}", a.params.timeInForce == "PO" or a.params.postOnly
      if a.type == "limit" then
        if post_only then
          method = "place_postonly_" .. a.side .. "_order"
          a.params.postOnly, a.params.timeInForce = nil, nil
        end
        send = " limit_price={price} quantity={amount}"
      else
        method = "place_market_" .. a.side .. "_order"
        if a.side == "buy" then           -- is told what to spend
          local cost = a:take "cost" or a.price and decimal.mul(a.amount, a.price)
          if not cost then fail("InvalidOrder", "a market buy needs params.cost, or a price to work it out from") end
          send = " cost=" .. a:to_price(cost)
        end
      end
      return { post = "/tapi/v3/", send = "tapi_method=" .. method .. " coin_pair={id}" .. send, read = order { id = "response_data.order.order_id" } }
    end,
  },
  cancel_order = tapi("cancel_order", "order_id={order_id}", { read = one_order }),

  withdraw = {
    run = function(a)
      if a.code == "BRL" then
        if not a.params.account_ref then fail("ArgumentsRequired", "params.account_ref, the bank account, is needed for BRL") end
      elseif a.code ~= "LTC" and not a.params.tx_fee then
        fail("ArgumentsRequired", "params.tx_fee is needed for " .. a.code)
      end
      local tag = a.code == "XRP" and (a.tag or a:take "destination_tag" or fail("ArgumentsRequired", "XRP needs a tag")) or nil
      return {
        post = "/tapi/v3/",
        send = ordered {
          { "tapi_method", "withdraw_coin" }, { "coin", a.currency_id }, { "quantity", ten_places(a.amount) }, { "address", a.address },
          { "destination_tag", tag },
        },
        read = transaction { at = "response_data.withdrawal", id = "id", currency = "={code}" },
      }
    end,
  },
}
