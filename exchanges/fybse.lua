-- FYB-SE, Sweden: bitcoins in kronor, the only market; closed. API: https://fyb.docs.apiary.io
-- What is public takes no parameters. Own calls are signed forms; a failure is {error: other than 0}, inside a 200 reply.

local listed = { { id = "SEK", baseId = "BTC", quoteId = "SEK" } }

local function look(path, read)
  return {
    run = function(a)
      a.params = {}
      return { get = path, read = read }
    end,
  }
end

return {
  hosts = { api = "https://www.fybse.se/api/SEK" },
  rate = { interval_ms = 1500, burst = 5 },
  precision = "places",
  renames = old_codes,
  nonce = "s",

  failed = function(reply)
    local code = reply.error
    if code and code ~= "0" and code ~= "" then return code, reply.msg end
  end,

  sign = function(req, key)
    first(req.form, "timestamp", key.nonce)
    req.headers.key = key.apiKey
    req.headers.sig = hex(hmac("sha1", key.secret, req.body))
  end,

  fetch_markets = { run = function() return listed end },
  fetch_ticker = look("/tickerdetailed.json", ticker { timestamp = "={now}", bid = "bid", ask = "ask", last = "last", baseVolume = "vol" }),
  fetch_order_book = look("/orderbook.json", book { bids = "bids", asks = "asks" }),
  fetch_trades = look("/trades.json", trades { id = "tid", timestamp = "date|s", price = "price", amount = "amount" }),

  fetch_balance = {
    post = "/getaccinfo", read = function(reply) return { BTC = { total = reply.btcBal }, SEK = { total = reply.sekBal }, info = reply } end,
  },
  create_order = {
    run = function(a)
      local side = a.side == "buy" and "B" or "S"
      return { post = "/placeorder", send = "qty={amount} price={price} type=" .. side, read = order { id = "pending_oid" } }
    end,
  },
  cancel_order = { post = "/cancelpendingorder", send = "orderNo={order_id}", read = order { id = "={order_id}" } },
}
