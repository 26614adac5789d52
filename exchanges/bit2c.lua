-- Bit2C. API: https://www.bit2c.co.il/home/api
-- Public data are pages, which take no parameters. Private calls are signed over their parameters as they travel, the nonce first. Failures are
-- {error} or {Error}, of new orders in OrderResponse. Markets, currencies and fees are told by the documentation only.

-- Volume of the last thirty days, in shekels, from which on a rate holds.
local tiers = { taker = {}, maker = {} }
local volumes = { 0, 20000, 50000, 75000, 100000, 250000, 500000, 750000, 1000000, 2000000, 3000000, 4000000 }
local taker = { 0.03, 0.0275, 0.025, 0.0225, 0.02, 0.015, 0.0125, 0.01, 0.008, 0.006, 0.004, 0.002 }
local maker = { 0.025, 0.0225, 0.02, 0.0175, 0.015, 0.01, 0.0075, 0.005, 0.004, 0.003, 0.002, 0.001 }
for i, volume in ipairs(volumes) do tiers.taker[i], tiers.maker[i] = { volume, taker[i] }, { volume, maker[i] } end

local listed, coins = {}, { NIS = { id = "Nis", precision = "0.00000001" } }
for i, coin in ipairs { "Btc", "Eth", "Ltc", "Usdc" } do
  listed[i] = { id = coin .. "Nis", baseId = coin, quoteId = "Nis", index = false, tierBased = true, percentage = true, tiers = tiers }
  coins[coin:upper()] = { id = coin, precision = "0.00000001" }
end

local function page(name, read)
  return {
    run = function(a)
      a.params = {}
      return { get = "/Exchanges/{id}/" .. name .. ".json", read = read }
    end,
  }
end

-- A new or cancelled order stands in NewOrder, with its state as a number and what is left as its amount.
local order_fields = {
  id = "id", timestamp = "created|s", type = { "order_type", ["0"] = "limit", ["1"] = "market", default = "." },
  side = { "type", ["0"] = "buy", ["1"] = "sell" }, price = "price", triggerPrice = "stop|nonzero", remaining = "amount",
  amount = function(o) return o.initialAmount or o.status_type and o.amount end,
  status = { "status,status_type", New = "open", Open = "open", Completed = "closed", ["0"] = "open", ["1"] = "open", ["5"] = "closed" },
}
local one_order, order_list = order(order_fields), orders(with(order_fields, { at = "." }))
local placed, cancelled = order(with(order_fields, { at = "NewOrder,." })), order(with(order_fields, { at = "NewOrder,.", symbol = false }))

-- "EthNis|10867390|10867377": the pair, the taker's order and the maker's.
local function order_id(o)
  local taker, maker = (o.reference or ""):match "^[^|]*|([^|]*)|([^|]*)"
  return o.isMaker and maker or taker
end

return {
  hosts = { api = "https://bit2c.co.il" },
  rate = { interval_ms = 3000, burst = 5 },
  fees = { taker = 0.03, maker = 0.025 },

  failed = "error,Error,OrderResponse.HasError~=false", code = "error,Error,OrderResponse.Error,OrderResponse.Message", message = "OrderResponse.Message",
  errors = { ["Please provide valid APIkey"] = "AuthenticationError", ["No order found."] = "OrderNotFound" },
  broad = { { "Please provide valid nonce", "InvalidNonce" }, { "please approve new terms of use on site", "PermissionDenied" } },

  sign = function(req, key)
    local text = encode_query(first(req.form or req.query, "nonce", key.nonce))
    if req.form then req.body = text end
    req.headers["Content-Type"] = "application/x-www-form-urlencoded"
    req.headers.key = key.apiKey
    req.headers.sign = base64(hmac("sha512", key.secret, text))
  end,

  fetch_markets = { run = function() return listed end },
  fetch_currencies = { run = function() return coins end },
  fetch_ticker = page("Ticker", ticker { bid = "h", ask = "l", last = "ll", average = "av", baseVolume = "a" }),
  fetch_order_book = page("orderbook", book { bids = "bids", asks = "asks" }),
  fetch_trades = page("trades", trades {
    id = "tid", timestamp = "date|s", price = "price", amount = "amount", side = { "isBid", ["true"] = "buy", ["false"] = "sell" },
  }),

  fetch_balance = {
    get = "/Account/Balance/v2",
    read = function(reply)
      local out = { info = reply }
      for id in pairs(coins) do out[id] = reply[id] and { free = reply["AVAILABLE_" .. id], total = reply[id] } end
      return out
    end,
  },
  fetch_trading_fees = {
    get = "/Account/Balance",
    read = trading_fees { at = "Fees", market = "@key", maker = "FeeMaker|div:100", taker = "FeeTaker|div:100", percentage = true, tierBased = true },
  },
  fetch_order = { get = "/Order/GetById", needs = "symbol", send = "id={order_id}", read = one_order },
  fetch_open_orders = {
    get = "/Order/MyOrders", needs = "symbol", send = "pair={id}",
    read = function(reply, a)
      local told, out = reply[a.id] or {}, {}
      for _, side in ipairs { "ask", "bid" } do
        for _, o in ipairs(told[side] and order_list(told[side], a) or {}) do out[#out + 1] = o end
      end
      return out
    end,
  },
  fetch_my_trades = {
    get = "/Order/OrderHistory",
    send = function(a)
      local function day(ms) return (iso8601(ms):sub(1, 10):gsub("-", ".")) end
      return ordered { { "take", a.limit }, { "toTime", a.since and day(a.now) }, { "fromTime", a.since and day(a.since) }, { "pair", a.id } }
    end,
    read = trades {
      id = "reference", order = order_id, market = "pair", timestamp = "ticks|s", amount = "firstAmount|abs",
      side = { "action", ["0"] = "buy", default = "sell" }, price = function(o) return o.price and (o.price:gsub(",", "")) end,
      takerOrMaker = { "isMaker", ["true"] = "maker", default = "taker" }, fee = { cost = "feeAmount", currency = "=NIS" },
    },
  },
  create_order = {
    run = function(a)
      if a.type == "market" then
        return { post = "/Order/AddOrderMarketPrice{side|as:buy=Buy;sell=Sell}", send = "Amount={amount} Pair={id}", read = placed }
      end
      a.total = decimal.mul(a.amount, a.price)
      return { post = "/Order/AddOrder", send = "Amount={amount} Pair={id} Price={price} Total={total} IsBid={side|eq:buy}", read = placed }
    end,
  },
  cancel_order = { post = "/Order/CancelOrder", send = "id={order_id}", read = cancelled },
  fetch_deposit_address = {
    run = function(a)
      if a.code == "NIS" then fail("NotSupported", "money is not sent to an address") end
      return { post = "/Funds/AddCoinFundsRequest", send = "Coin={currency_id}", read = address { address = "address" } }
    end,
  },
}
