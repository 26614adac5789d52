-- Coingi: spot; closed. API: https://coingi.docs.apiary.io
-- The markets are told by the front page only. Own calls are POSTs of JSON that hold key, nonce and signature, which is of those two alone.
-- Failures are {errors: [..]}.

local ticker_fields = {
  timestamp = "={now}", high = "high", low = "low", bid = "highestBid", ask = "lowestAsk", baseVolume = "baseVolume",
  quoteVolume = "counterVolume",
}
local one_ticker = ticker(ticker_fields)
local function pair_of(o) return o.currencyPair.base .. "-" .. o.currencyPair.counter end

-- All that is traded or paid with, in alphabetical order.
local function currency_ids(a)
  local seen, ids = {}, {}
  for _, symbol in ipairs(a.all_symbols) do
    local market = a:market_of(symbol)
    for _, id in ipairs { market.baseId, market.quoteId } do
      if not seen[id] then ids[#ids + 1] = id end
      seen[id] = true
    end
  end
  table.sort(ids)
  return table.concat(ids, ",")
end

return {
  hosts = { api = "https://api.coingi.com", www = "https://coingi.com" },
  rate = { interval_ms = 1000, burst = 5 },
  precision = "places",
  renames = old_codes,
  fees = { taker = 0.002, maker = 0.002 },
  encode = "json", nonce = "s",

  failed = function(reply)
    local told = reply.errors
    if told == nil then return nil end
    local first = type(told) == "userdata" and told[1] or told
    if type(first) == "userdata" then return first.code or "failed", first.message end
    return first or "failed"
  end,

  sign = function(req, key)          -- the nonce is a number
    local signature = hex(hmac("sha256", key.secret, key.nonce .. "$" .. key.apiKey))
    req.body = '{"token":' .. encode_json(key.apiKey) .. ',"nonce":' .. key.nonce .. ',"signature":"' .. signature .. '"'
      .. (#req.json > 0 and "," or "") .. encode_json(req.json):sub(2)
  end,

  fetch_markets = {
    get = "", host = "www", text = true,
    read = function(page)
      local out = {}
      local list = page:match 'do=currencyPairSelector%-selectCurrencyPair" class="active">(.*)' or fail("BadResponse", "the page lists no markets")
      for base, quote in list:lower():gmatch '<div class="currency%-pair%-label">(%w+)/(%w+)</div>' do
        out[#out + 1] = {
          id = base .. "-" .. quote, baseId = base, quoteId = quote, active = true, precision = { amount = 8, price = 8 },
          limits = { amount = { min = 1e-8, max = 1e8 }, price = { min = 1e-8 }, cost = { min = 0 } },
        }
      end
      return out
    end,
  },
  fetch_ticker = {
    get = "/current/24hour-rolling-aggregation",
    read = function(reply, a)
      for _, row in ipairs(reply) do
        if pair_of(row) == a.id then return one_ticker(row, a) end
      end
      fail("NullResponse", "no price of " .. a.symbol .. " is told")
    end,
  },
  fetch_tickers = { get = "/current/24hour-rolling-aggregation", read = tickers(with(ticker_fields, { market = pair_of })) },
  fetch_order_book = {         -- at most 512 orders a side, in at most 32 steps of depth
    get = "/current/order-book/{id}/{limit|default:512|max:512}/{limit|default:512|max:512}/32",
    read = book { bids = "bids", asks = "asks", level = { "price", "baseAmount" } },
  },
  fetch_trades = { get = "/current/transactions/{id}/128", read = trades { id = "id", timestamp = "timestamp", price = "price", amount = "amount" } },

  fetch_balance = {
    post = "/user/balance", send = function(a) return ordered { { "currencies", currency_ids(a) } } end,
    read = balance {
      currency = "currency.name|upper|code", free = "available",
      used = function(o)
        return o.blocked and o.inOrders and o.withdrawing and decimal.add(o.blocked, decimal.add(o.inOrders, o.withdrawing))
      end,
    },
  },
  create_order = {
    post = "/user/add-order", read = order { id = "result" },
    send = function(a)
      return ordered {
        { "currencyPair", a.id }, { "volume", raw_number(a.amount) }, { "price", a.price and raw_number(a.price) },
        { "orderType", a.side == "buy" and 0 or 1 },
      }
    end,
  },
  cancel_order = { post = "/user/cancel-order", send = "orderId={order_id}", read = order { id = "={order_id}" } },
}
