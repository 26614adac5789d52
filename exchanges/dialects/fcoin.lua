-- API 2 of FCoin, as it and FCoinJP spoke it: an adapter without hosts. Docs: https://developer.fcoin.com
-- Replies are {status, data}; a failure has a status other than 0 and "ok". A book's sides are flat lists: prices and amounts by turns.
-- A market order to buy tells what to spend, in the quote.

local function levels(flat)
  local out = {}
  for i = 1, #flat - 1, 2 do out[#out + 1] = { flat[i], flat[i + 1] } end
  return out
end

-- As many digits as a price has behind the point it may have before it.
local function highest_price(o)
  local digits = math.tointeger(tonumber(o.price_decimal))
  return digits and "1" .. ("0"):rep(digits) or nil
end

-- A fee is taken from what an order brings; who earns one gets it in the other currency.
local function earned(o) return o.fees_income and tonumber(o.fees_income) and tonumber(o.fees_income) > 0 end

-- Market orders have no price but what they were filled at.
local function price(o)
  if o.price and tonumber(o.price) ~= 0 then return o.price end
  local filled = o.executed_value and tonumber(o.filled_amount)
  return filled and filled > 0 and decimal.div(o.executed_value, o.filled_amount, 16) or nil
end

local order_fields = {
  id = "id", market = "symbol", timestamp = "created_at", type = "type", side = "side", price = price, amount = "amount",
  filled = "filled_amount", cost = "executed_value",
  status = words("state", { open = "submitted", canceled = "partial_canceled pending_cancel" }),
  fee = {
    cost = function(o) return earned(o) and decimal.neg(o.fees_income) or o.fill_fees end,
    currency = function(o, _, market)
      if not market or not o.side then return nil end
      return (o.side == "buy") == not earned(o) and market.base or market.quote
    end,
  },
}
local order_list = orders(with(order_fields, { at = "data" }))
local function in_states(states)
  return { get = "/v2/orders", needs = "symbol", send = "states=" .. states .. " symbol={id} limit={limit}", read = order_list }
end

return {
  rate = { interval_ms = 2000, burst = 5 },
  precision = "places",
  encode = "json",
  fees = { taker = 0.0003, maker = -0.0002 },
  timeframes = "1m=M1 3m=M3 5m=M5 15m=M15 30m=M30 1h=H1 1d=D1 1w=W1 1M=MN",
  renames = with(old_codes, { DAG = "DAGX", PAI = "PCHAIN", MT = "Mariana Token" }),
  options = { createMarketBuyOrderRequiresPrice = true },      -- false: the amount of a market order to buy is what to spend

  failed = function(reply)
    local status = reply.status
    if status ~= "0" and status ~= "ok" then return status or "no status", reply.msg or reply.message end
  end,
  errors = by_class {
    AuthenticationError = "401 2136 6005", BadSymbol = "40003", ExchangeNotAvailable = "1002", InsufficientFunds = "1016",
    InvalidNonce = "6004", InvalidOrder = "3008", NotSupported = "400 405", RateLimitExceeded = "429",
  },

  -- Signed are the URL, whose commas stay as they are, and the body as if it were a form; both in alphabetical order.
  sign = function(req, key)
    local now, body = key.nonce, ""
    if #req.query > 0 then
      req.path = req.path .. "?" .. encode_query(sorted(req.query)):gsub("%%2C", ",")
      req.query = ordered()
    end
    if req.json and #req.json > 0 then
      req.json = sorted(req.json)
      body = encode_form(req.json)
    end
    req.headers["FC-ACCESS-KEY"] = key.apiKey
    req.headers["FC-ACCESS-SIGNATURE"] = base64(hmac("sha1", key.secret, base64(req.method .. req.url .. now .. body)))
    req.headers["FC-ACCESS-TIMESTAMP"] = now
    req.headers["Content-Type"] = "application/json"
  end,

  fetch_markets = {
    get = "/openapi/v2/symbols", host = "www",
    read = markets {
      at = "data.symbols", id = "symbol", baseId = "base_currency", quoteId = "quote_currency", active = "tradeable",
      precision = { amount = "amount_decimal", price = "price_decimal" },
      limits = { amount = { min = "limit_amount_min", max = "limit_amount_max" }, price = { min = "price_decimal|tick", max = highest_price } },
    },
  },
  fetch_ticker = {
    get = "/v2/market/ticker/{id}",
    read = ticker {
      at = "data.ticker", last = "1", bid = "3", bidVolume = "4", ask = "5", askVolume = "6", high = "8", low = "9", baseVolume = "10",
      quoteVolume = "11",
    },
  },
  fetch_order_book = {
    run = function(a)
      a.level = a.limit or 20
      if a.level ~= 20 and a.level ~= 150 then fail("BadRequest", "a book has 20 or 150 levels") end
      return {
        get = "/v2/market/depth/L{level}/{id}",
        read = function(reply) return { bids = levels(reply.data.bids), asks = levels(reply.data.asks), timestamp = reply.data.ts } end,
      }
    end,
  },
  fetch_trades = {
    get = "/v2/market/trades/{id}", send = "limit={limit|default:50} timestamp={since|s}",
    read = trades { at = "data", id = "id", timestamp = "ts", side = "side|lower", price = "price", amount = "amount" },
  },
  fetch_ohlcv = {
    run = function(a)
      a.limit = a.limit or 20
      a.before = a.since and a.since // 1000 + a.limit * a.timeframe_s - 1
      return {
        get = "/v2/market/candles/{timeframe}/{id}", send = "limit={limit} before={before}",
        read = candles { at = "data", columns = "id|s open high low close base_vol" },
      }
    end,
  },

  fetch_balance = {
    get = "/v2/accounts/balance",
    read = balance { at = "data", currency = "currency|code", free = "available", used = "frozen", total = "balance" },
  },
  fetch_order = { get = "/v2/orders/{order_id}", read = order(with(order_fields, { at = "data" })) },
  fetch_orders = in_states "submitted,partial_filled,partial_canceled,filled,canceled",
  fetch_open_orders = in_states "submitted,partial_filled",
  fetch_closed_orders = in_states "partial_canceled,filled",
  create_order = {
    run = function(a)
      if a.type == "market" then
        a.price = nil
        if a.side == "buy" then
          local cost = a:take "cost" or a.asked_price and decimal.mul(decimal.text(a.asked_amount), decimal.text(a.asked_price))
          if not cost then
            if a.options.createMarketBuyOrderRequiresPrice then fail("InvalidOrder", "to buy at market takes params.cost, or a price to work it out") end
            cost = a.asked_amount
          end
          a.amount = a:to_cost(cost)
        end
      elseif not a.price then
        fail("ArgumentsRequired", "a " .. a.type .. " order needs a price")
      end
      return { post = "/v2/orders", send = "amount={amount} price={price} side={side} symbol={id} type={type}", read = order { id = "data" } }
    end,
  },
  cancel_order = { post = "/v2/orders/{order_id}/submit-cancel", read = order(with(order_fields, { id = "={order_id}", status = "=canceled" })) },
}
