-- 1BTCXE, Panama: bitcoins in many currencies; closed. A white label of Crypto Capital. API: https://1btcxe.com/api-docs.php
-- A market is named by its quote. Own calls are JSON with key and nonce, which is signed as it stands; the signature is then put behind it.
-- Lists are objects that hold the currency asked for, too. Failures are {errors: [{code, message}]}.

local listed = {}
for quote in ([[
  USD EUR CNY RUB CHF JPY GBP CAD AUD AED BGN CZK DKK HKD HRK HUF ILS INR MUR MXN NOK NZD PLN RON SEK SGD THB TRY ZAR
]]):gmatch "%u+" do
  listed[#listed + 1] = { id = quote, baseId = "BTC", quoteId = quote }
end

local function is_row(o) return type(o) == "userdata" end

return {
  hosts = { api = "https://1btcxe.com/api" },
  rate = { interval_ms = 2000, burst = 5 },
  precision = "places",
  timeframes = "1d=1year",
  renames = old_codes,
  encode = "json", nonce = "s",

  failed = function(reply)
    local first = reply.errors and reply.errors[1]
    if first then return first.code or "failed", first.message end
  end,
  broad = { { "Maintenance", "OnMaintenance" } },

  sign = function(req, key)          -- the nonce is a number
    local fields = #req.json > 0 and "," .. encode_json(req.json):sub(2, -2) or ""
    local signed = '{"api_key":' .. encode_json(key.apiKey) .. ',"nonce":' .. key.nonce .. fields
    req.body = signed .. ',"signature":"' .. hex(hmac("sha256", key.secret, signed .. "}")) .. '"}'
  end,

  fetch_markets = { run = function() return listed end },
  fetch_ticker = {
    get = "/stats", send = "currency={id}",
    read = ticker {
      at = "stats", high = "max", low = "min", bid = "bid", ask = "ask", open = "open", last = "last_price", change = "daily_change",
      baseVolume = "total_btc_traded",
    },
  },
  fetch_order_book = {
    get = "/order-book", send = "currency={id}", read = book { at = "order-book", bids = "bid", asks = "ask", level = { "price", "order_amount" } },
  },
  fetch_trades = {
    get = "/transactions", send = "currency={id} limit={limit}",
    read = trades { at = "transactions", where = is_row, id = "id", timestamp = "timestamp|s", side = "maker_type", price = "price", amount = "amount" },
  },
  fetch_ohlcv = {              -- one price a day
    get = "/historical-prices", send = "currency={id} timeframe={timeframe}",
    read = candles { at = "historical-prices", where = is_row, columns = { time = "date|date", close = "price" } },
  },

  fetch_balance = {
    post = "/balances-and-info",
    read = function(reply)
      local told, out = reply["balances-and-info"], { info = reply }
      for part, field in pairs { available = "free", on_hold = "used" } do
        for code, amount in pairs(told[part] or {}) do
          out[code] = out[code] or {}
          out[code][field] = amount
        end
      end
      return out
    end,
  },
  create_order = {             -- new_order counts
    post = "/orders/new", read = order { id = "orders-new.order_info.id" },
    send = function(a)
      local limit = a.type == "limit"
      return ordered {
        { "side", a.side }, { "type", a.type }, { "currency", a.id }, { "amount", raw_number(a.amount) },
        { "limit_price", limit and raw_number(a.price) or nil },
      }
    end,
  },
  cancel_order = { post = "/orders/cancel", send = "id={order_id}", read = order { id = "={order_id}" } },
  withdraw = {                 -- tags are not known
    post = "/withdrawals/new", send = "currency={currency_id} amount={amount|number} address={address}", read = transaction { id = "result.uuid" },
  },
}
