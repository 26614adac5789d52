-- Peatio's API v2, as exchanges built on it speak it: what an adapter needs of it, in parts.
-- A request is signed over "METHOD|/api/v2/path|query", its parameters in alphabetical order, with access_key and tonce (milliseconds) among
-- them. Failures are {error: {code, message}} with status 400. Times are seconds, in orders and trades ISO 8601.
local d = {}

local order_fields = {
  id = "id", market = "market", timestamp = "created_at|iso", type = "ord_type,type", side = "side", price = "price", average = "avg_price",
  amount = "volume", filled = "executed_volume", remaining = "remaining_volume",
  symbol = function(o, _, market) return o.market and market and market.id ~= o.market and o.market or nil end,
  status = { "state", wait = "open", default = "." },
}
local an_order = order(order_fields)
local ticker_fields = {
  timestamp = "at|s", bid = "ticker.buy", ask = "ticker.sell", high = "ticker.high", low = "ticker.low", open = "ticker.open", last = "ticker.last",
  baseVolume = "ticker.vol",
}

function d.failed(reply)
  local e = reply.error
  if e then return e.code or "error", e.message end
end
d.errors = { ["2002"] = "InsufficientFunds", ["2003"] = "OrderNotFound" }

function d.sign(req, key)
  local get = req.method == "GET"
  local all = get and req.query or req.form
  all.access_key, all.tonce = key.apiKey, key.nonce
  all = sorted(all)
  local path = req.path:match("/api/v%d/.*$")       -- without what stands in front of it in the address
  local signature = hex(hmac("sha256", key.secret, req.method .. "|" .. path .. "|" .. encode_query(all)))
  all.signature = signature
  if get then req.query = all else req.form = all end
end

d.timeframes = "1m=1 5m=5 15m=15 30m=30 1h=60 2h=120 4h=240 12h=720 1d=1440 3d=4320 1w=10080"
-- time, open, high, low, close, volume
d.candles = candles { columns = "1|s 2 3 4 5 6" }

d.methods = {
  fetch_ticker = { get = "/api/v2/tickers/{id}.json", read = ticker(ticker_fields) },
  fetch_tickers = { get = "/api/v2/tickers.json", read = tickers(with(ticker_fields, { market = "@key" })) },
  fetch_order_book = { get = "/api/v2/depth.json", send = "market={id} limit={limit}", read = book { timestamp = "timestamp|s" } },
  fetch_trades = {
    get = "/api/v2/trades.json", send = "market={id}",
    read = trades { id = "tid,id", timestamp = "created_at|iso", price = "price", amount = "volume", cost = "funds" },
  },
  fetch_balance = {
    get = "/api/v2/members/me.json", read = balance { at = "accounts", currency = "currency|upper|code", free = "balance", used = "locked" },
  },
  create_order = {
    run = function(a)
      return {
        post = "/api/v2/orders.json", read = an_order,
        send = "market={id} side={side} volume={amount} ord_type={type}" .. (a.type == "limit" and " price={price}" or ""),
      }
    end,
  },
  cancel_order = {              -- of an order that is over it answers as it is
    post = "/api/v2/order/delete.json", send = "id={order_id}", read = an_order,
    failed = function(reply)
      if reply.state == "done" or reply.state == "cancel" then return reply.state, "the order is over", "OrderNotFound" end
      return d.failed(reply)
    end,
  },
}
-- Where it is offered.
d.fetch_order = { get = "/api/v2/order.json", send = "id={order_id}", read = an_order }
d.fetch_l2_order_book = d.methods.fetch_order_book

return d
