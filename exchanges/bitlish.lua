-- Bitlish: spot; closed. API: https://bitlish.com/api
-- Own calls carry the key itself as `token`, in JSON; nothing is signed.

local ticker_fields = {
  timestamp = "={now}", high = "max", low = "min", bid = "bid", ask = "ask", open = "first", last = "last",
  percentage = "prc|mul:100", baseVolume = "sum",
}
local one_ticker = ticker(ticker_fields)

return {
  hosts = { api = "https://bitlish.com/api/v1" },
  credentials = { "apiKey" },
  rate = { interval_ms = 1500, burst = 5 },
  precision = "places",
  timeframes = "1h=3600",
  renames = with(old_codes, { DSH = "DASH", XDG = "DOGE" }),
  fees = { taker = 0.003, maker = 0 },
  http = { [429] = "DDoSProtection" },
  encode = "json",

  sign = function(req, key) first(req.json, "token", key.apiKey) end,

  fetch_markets = { get = "/pairs", read = markets { id = "id", baseId = "name|before:/", quoteId = "name|after:/" } },
  fetch_ticker = {
    get = "/tickers",
    read = function(reply, a) return one_ticker(reply[a.id] or fail("NullResponse", "no price of " .. a.symbol .. " is told"), a) end,
  },
  fetch_tickers = { get = "/tickers", read = tickers(with(ticker_fields, { market = "@key" })) },
  fetch_order_book = {
    get = "/trades_depth", send = "pair_id={id}",
    read = book { bids = "bid", asks = "ask", level = { "price", "volume" }, timestamp = "last|us" },
  },
  fetch_trades = {
    get = "/trades_history", send = "pair_id={id}",
    read = trades { at = "list", timestamp = "created|us", side = { "dir", bid = "buy", default = "sell" }, price = "price", amount = "amount" },
  },
  fetch_ohlcv = {              -- all markets, hour by hour, up to now (null); an hour names those that were traded in it
    run = function(a)
      local start, row = (a.since or a.now - 30 * 86400000) // 1000, "data." .. a.id .. "."
      return {
        post = "/ohlcv", send = ordered { { "time_range", list { tostring(start), null } } },
        read = candles {
          at = "list", where = function(o) return o.data and o.data[a.id] ~= nil end,
          columns = { time = "from|s", open = row .. "open", high = row .. "high", low = row .. "low", close = row .. "close", volume = row .. "volume" },
        },
      }
    end,
  },

  fetch_balance = { post = "/balance", read = balance { currency = "@key|code", free = "funds", used = "holded" } },
  create_order = {
    post = "/create_trade", read = order { id = "id" },
    send = function(a)
      local limit = a.type == "limit"
      return ordered {
        { "pair_id", a.id }, { "dir", a.side == "buy" and "bid" or "ask" }, { "amount", raw_number(a.amount) },
        { "price", limit and raw_number(a.price) or nil },
      }
    end,
  },
  cancel_order = { post = "/cancel_trade", send = "id={order_id}", read = order { id = "={order_id}" } },
  withdraw = {
    run = function(a)
      if a.code ~= "BTC" then fail("NotSupported", "withdrawals of BTC only: no other way is documented") end
      return {
        post = "/withdraw", send = "currency={currency_id} amount={amount|number} account={address} payment_method=bitcoin",
        read = transaction { id = "message_id" },
      }
    end,
  },
}
