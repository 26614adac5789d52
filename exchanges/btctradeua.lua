-- BTC Trade UA: spot, limit orders; closed.
-- API was at https://docs.google.com/document/d/1ocYA0yMy_RXd561sfG3qEPZ80kyll36HUxvCRe5GbhE/edit
-- No call lists markets or currencies, nor tells a ticker: it is made of the half-hour candles of a day. Both sides of the book are asked for one by one.

local listed, coins = {}, {}
for base, quotes in pairs { bch = "uah", btc = "uah", dash = "btc uah", doge = "btc uah", eth = "uah", iti = "uah", krb = "uah", ltc = "btc uah",
  nvc = "btc uah", ppc = "btc", sib = "uah", xmr = "uah", zec = "uah" } do
  coins[base:upper()] = { id = base, precision = 1e-8, info = { id = base } }
  for quote in quotes:gmatch "%S+" do
    coins[quote:upper()] = { id = quote, precision = 1e-8, info = { id = quote } }
    local id = base .. "_" .. quote
    listed[#listed + 1] = {
      id = id, baseId = base, quoteId = quote, precision = { price = id == "btc_uah" and 0.1 or nil },
      limits = { amount = { min = id == "btc_uah" and 1e-10 or nil } }, info = { id = id },
    }
  end
end
table.sort(listed, function(a, b) return a.id < b.id end)

-- Rows are [time, open, high, low, close, volume], oldest first.
local function day(reply, a)
  local rows = reply.trades or {}
  local t = { timestamp = a.now, info = reply }
  for i = math.max(#rows - 47, 1), #rows do
    local row = rows[i]
    t.open, t.last = t.open or row[2], row[5]
    t.high = (not t.high or row[3] and decimal.cmp(row[3], t.high) > 0) and row[3] or t.high
    t.low = (not t.low or row[4] and decimal.cmp(row[4], t.low) < 0) and row[4] or t.low
    t.baseVolume = t.baseVolume and row[6] and decimal.add(t.baseVolume, row[6]) or t.baseVolume or row[6]
  end
  return t
end

local function levels(side)
  local out = {}
  for i, o in ipairs(ask { get = "/trades/" .. side .. "/{id}", params = true }.list or {}) do out[i] = { o.price, o.currency_trade } end
  return out
end

return {
  hosts = { api = "https://btc-trade.com.ua/api" },
  rate = { interval_ms = 3000, burst = 3 },
  renames = { BCC = "BCH" },
  fees = { taker = 0.001, maker = 0.001 },

  failed = "status=false", message = "description",

  sign = function(req, key)
    local send = ordered { { "out_order_id", key.nonce }, { "nonce", key.nonce } }
    for k, v in pairs(req.form) do send[k] = v end
    req.form = send
    req.headers["public-key"] = key.apiKey
    req.headers["api-sign"] = hex(sha256(req.body .. key.secret))
  end,

  fetch_markets = { run = function() return listed end },
  fetch_currencies = { run = function() return coins end },
  fetch_ticker = { get = "/japan_stat/high/{id}", read = day },
  fetch_order_book = {
    run = function(a)
      local out = { bids = levels "buy", asks = levels "sell" }
      a.params = {}
      return out
    end,
  },
  fetch_trades = {          -- each trade is told twice, once for its buyer and once for its seller: the odd ids are enough
    get = "/deals/{id}",
    read = trades {
      where = function(o) return o.id and tonumber(o.id) % 2 == 1 end,
      id = "id", timestamp = "unixtime|s", type = "=limit", side = "type", price = "price", amount = "amnt_trade",
    },
  },

  fetch_balance = { post = "/balance", read = balance { at = "accounts?", currency = "currency|code", total = "balance" } },
  fetch_open_orders = {     -- what of them is left; times are not told
    post = "/my_orders/{id}", needs = "symbol",
    read = orders {
      at = "your_open_orders", id = "id", timestamp = "={now}", status = "=open", side = "type", price = "price",
      amount = "amnt_trade", remaining = "amnt_trade",
    },
  },
  create_order = {
    post = "/{side}/{id}", send = "count={amount} currency1={market.quoteId} currency={market.baseId} price={price}", types = "limit",
    read = order { id = "order_id" },
  },
  cancel_order = { post = "/remove/order/{order_id}", read = order {} },
}
