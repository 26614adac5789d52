-- Zaif. API: https://zaif-api-document.readthedocs.io/
-- Private calls are forms to one path, told apart by `method`. Failures are {error}, or {success: 0, return: the message}, in a 200 reply.
-- Limit orders only; a price or amount off the market's steps is refused, not rounded.

-- Public calls take nothing but their path.
local function public(path, read)
  return { get = "/api/1/" .. path, send = function(a) a.params = {} end, read = read }
end
local function private(method, send, cost, read)
  return { post = "/tapi", cost = cost, send = "method=" .. method .. " " .. send, read = read }
end

-- Open orders, and what the history of trades tells of own orders: only there the own side stands apart from the taker's.
local told_orders = orders {
  at = "return", id = "@key", market = "currency_pair", timestamp = "timestamp|s", type = "=limit", price = "price", amount = "amount",
  side = { "your_action,action", bid = "buy", default = "sell" },
  status = function(o) return o.your_action and "closed" or "open" end,
}

-- They stand in an object by id, which has no order of its own.
local function order_list(reply, a)
  local list = told_orders(reply, a)
  table.sort(list, function(x, y)
    local at, other = x.timestamp or 0, y.timestamp or 0
    if at ~= other then return at < other end
    return #x.id == #y.id and x.id < y.id or #x.id < #y.id
  end)
  return list
end

local function balances(reply, a)
  local out, all = { info = reply }, reply["return"].deposit or {}      -- deposit: with what is in orders
  for id, free in pairs(reply["return"].funds) do out[a:code_of(id:upper())] = { free = free, total = all[id] or free } end
  return out
end

return {
  hosts = { api = "https://api.zaif.jp" },
  rate = { interval_ms = 100, burst = 10 },
  fees = { taker = 0.001, maker = 0 },

  failed = function(reply)
    local success, told = reply.success, reply.error
    if told == nil and success == nil or success == "1" or success == true then return nil end
    if told == nil then told = reply["return"] end
    return type(told) == "string" and told or "not told", type(told) == "string" and told or nil
  end,
  errors = by_class {
    BadRequest = { "unsupported currency_pair", "method not found", "invalid type" }, AuthenticationError = { "no data found for the key" },
    InvalidOrder = { "order already closed", "order is too new" },
  },
  broad = {
    { "time wait restriction", "RateLimitExceeded" }, { "signature mismatch", "AuthenticationError" }, { "access token", "AuthenticationError" },
    { "nonce not incremented", "InvalidNonce" }, { "nonce out of range", "InvalidNonce" }, { "insufficient funds", "InsufficientFunds" },
    { "order not found", "OrderNotFound" }, { "trade temporarily unavailable", "ExchangeNotAvailable" },
    { "your account is restricted", "PermissionDenied" }, { " permission", "PermissionDenied" }, { "invalid price parameter", "InvalidOrder" },
    { "invalid amount parameter", "InvalidOrder" }, { " parameter", "BadRequest" },
  },

  -- The nonce is seconds with eight digits behind the point.
  sign = function(req, key, a)
    local form = ordered { { "method", req.form.method }, { "nonce", ("%.8f"):format(a.now / 1000) } }
    for k, v in pairs(req.form) do form[k] = v end
    req.form = form
    req.headers.Key = key.apiKey
    req.headers.Sign = hex(hmac("sha512", key.secret, req.body))
  end,

  fetch_markets = public("currency_pairs/all", markets {
    id = "currency_pair", baseId = "name|before:/", quoteId = "name|after:/", index = false,
    precision = { amount = "item_unit_step", price = "aux_unit_point|tick" },
    limits = { amount = { min = "item_unit_min" }, price = { min = "aux_unit_min" } },
  }),
  fetch_ticker = public("ticker/{id}", ticker {
    high = "high", low = "low", bid = "bid", ask = "ask", last = "last", vwap = "vwap", baseVolume = "volume",
    quoteVolume = function(o) return o.volume and o.vwap and decimal.mul(o.volume, o.vwap) end,
  }),
  fetch_order_book = public("depth/{id}", book { bids = "bids", asks = "asks" }),
  fetch_trades = public("trades/{id}", trades {      -- without any, the list is of one empty object
    where = "tid,date", market = "currency_pair", id = "tid", timestamp = "date|s", side = { "trade_type", bid = "buy", ask = "sell" },
    price = "price", amount = "amount",
  }),

  fetch_balance = private("get_info", "", 10, balances),
  fetch_open_orders = private("active_orders", "currency_pair={id}", 5, order_list),
  fetch_closed_orders = private("trade_history", "currency_pair={id} since={since|s} count={limit|max:1000} end={until|s}", 50, order_list),
  create_order = with(private("trade", "currency_pair={id} action={side|as:buy=bid;sell=ask} amount={asked_amount|text} price={asked_price|text}", 5,
    order { at = "return", id = "order_id" }), { types = "limit" }),
  cancel_order = private("cancel_order", "order_id={order_id}", 5, order { at = "return", id = "order_id", symbol = false }),
  withdraw = {              -- a tag is the message of XEM
    run = function(a)
      if a.code == "JPY" then fail("NotSupported", "yen are not withdrawn by the API") end
      return private("withdraw", "currency={currency_id} amount={amount} address={address} message={tag}", 5, transaction {
        at = "return", id = "id", txid = "txid", currency = "={code}", fee = { cost = "fee", currency = "={code}" },
      })
    end,
  },
}
