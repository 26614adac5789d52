-- MixCoins: spot; closed. API: https://mixcoins.com/help/api/
-- No list of markets is told; these are the ones known, with their fees. Replies are {status, message, result}: a status other than 200 is a
-- failure, inside a 200 reply. A new order has a price where it is a market order, as recorded; whether limit orders took one is not known.

local listed = {}
for base, quote, maker, taker in ([[
  btc_usdt 0.0015 0.0025, eth_btc 0.001 0.0015, bch_btc 0.001 0.0015, lsk_btc 0.0015 0.0025, bch_usdt 0.001 0.0015, eth_usdt 0.001 0.0015,
]]):gmatch "(%l+)_(%l+) ([%d.]+) ([%d.]+)" do
  listed[#listed + 1] = { id = base .. "_" .. quote, baseId = base, quoteId = quote, maker = maker, taker = taker }
end

return {
  hosts = { api = "https://mixcoins.com/api/v1" },
  rate = { interval_ms = 1500, burst = 5 },
  precision = "places",
  renames = old_codes,
  nonce = "s",

  failed = function(reply, status)
    if reply.status ~= "200" and (reply.status or status < 400) then return reply.status or "no status", reply.message end
  end,
  errors = { ["503"] = "OnMaintenance" },

  sign = function(req, key)
    first(req.form, "nonce", key.nonce)
    req.headers.Key = key.apiKey
    req.headers.Sign = hex(hmac("sha512", key.secret, req.body))
  end,

  fetch_markets = { run = function() return listed end },
  fetch_ticker = {
    get = "/ticker/", send = "market={id}",
    read = ticker { at = "result", timestamp = "={now}", high = "high", low = "low", bid = "buy", ask = "sell", last = "last", baseVolume = "vol" },
  },
  fetch_order_book = { get = "/depth/", send = "market={id}", read = book { at = "result", bids = "bids", asks = "asks" } },
  fetch_trades = {
    get = "/trades/", send = "market={id}",
    read = trades { at = "result", id = "id", timestamp = "date|s", price = "price", amount = "amount" },
  },

  fetch_balance = { post = "/info", read = balance { at = "result.wallet", currency = "@key|upper|code", free = "avail", used = "lock" } },
  create_order = {
    run = function(a)
      local market = a.type == "market"
      return {
        post = "/trade", read = order { id = "result.id" },
        send = "market={id} op={side} amount={amount}" .. (market and " order_type={1} price={price}" or " order_type={0}"),
      }
    end,
  },
  cancel_order = { kind = "raw", post = "/cancel", send = "id={order_id}", read = function(reply) return reply end },
}
