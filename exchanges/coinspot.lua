-- CoinSpot. API 1: https://www.coinspot.com.au/api
-- Everything but the latest prices is a signed POST whose JSON holds a nonce in seconds. Failures are {status: "error", message}.
-- Coins are named, not markets: the market is the coin's against AUD. BTC/USDT is listed, and its price told, but an order for it would go
-- to BTC/AUD, so there are none; its book and its trades are those of BTC/AUD too.
-- No list of markets is told; these are the ones known.

local listed, symbols, coins = {}, {}, { AUD = { id = "aud", code = "AUD", precision = 1e-8 } }
for row in ([[
  BTC/AUD BTC/USDT USDT/AUD ETH/AUD ADA/AUD SOL/AUD XRP/AUD DOGE/AUD LTC/AUD XLM/AUD TRX/AUD EOS/AUD A/AUD NEO/AUD POWR/AUD GAS/AUD RHOC/AUD
]]):gmatch("%S+") do
  local base, quote = row:lower():match("^(.*)/(.*)$")
  local coin = row == "A/AUD" and "eos" or base         -- EOS under its new name
  listed[#listed + 1] = {
    id = coin, symbol = row, base = base:upper(), quote = quote:upper(), baseId = row == "NEO/AUD" and "ans" or coin, quoteId = quote, index = false,
  }
  coins[base:upper()] = { id = listed[#listed].baseId, code = base:upper(), precision = 1e-8 }
  local key = quote == "aud" and coin or coin .. "_" .. quote
  symbols[key] = symbols[key] or row
end

local ticker_list = tickers {
  at = "prices", bid = "bid", ask = "ask", last = "last", where = function(_, _, _, key) return symbols[key] ~= nil end,
  symbol = function(_, _, _, key) return symbols[key] end,
}

-- Trades of the market have the time of sale, own ones what was paid, with the fee in AUD.
local function price(o)
  if o.solddate then return o.rate end
  local cost, amount = o.total or o.audtotal, tonumber(o.amount)
  return cost and amount and amount ~= 0 and decimal.div(cost, o.amount, 12) or nil
end
local trade_fields = {
  timestamp = "solddate,created|iso", side = "side", price = price, amount = "amount", cost = "total,audtotal",
  symbol = function(o, a)
    local base, quote = (o.market or ""):match("^(.*)/(.*)$")
    return base and a:code_of(base) .. "/" .. a:code_of(quote) or nil
  end,
  fee = {
    cost = function(o) return o.audfeeExGst and o.audGst and decimal.add(o.audfeeExGst, o.audGst) or o.audfeeExGst or o.audGst end,
    currency = function(o) return not o.solddate and "AUD" or nil end,
  },
}
local bought = trades(with(trade_fields, { at = "buyorders?", side = "=buy" }))
local sold = trades(with(trade_fields, { at = "sellorders?", side = "=sell" }))

local levels = book { bids = "buyorders", asks = "sellorders", level = { "rate", "amount" } }
local order_book = { post = "/orders", right = "read", send = "cointype={id}", read = levels }

return {
  hosts = { api = "https://www.coinspot.com.au/api", public = "https://www.coinspot.com.au/pubapi" },
  rate = { interval_ms = 1000, burst = 5 },
  renames = { DRK = "DASH" },
  encode = "json", nonce = "s",

  failed = "status=error", message = "message",

  sign = function(req, key)
    local body = '{"nonce":' .. key.nonce .. (#req.json > 0 and "," or "") .. encode_json(req.json):sub(2)       -- a number
    req.body = body
    req.headers["Content-Type"] = "application/json"
    req.headers.key = key.apiKey
    req.headers.sign = hex(hmac("sha512", key.secret, body))
  end,

  fetch_markets = { run = function() return listed end },
  fetch_currencies = { run = function() return coins end },
  fetch_ticker = {
    run = function(a)
      a.params = {}             -- it takes none
      return { get = "/latest", host = "public", read = one_of(ticker_list) }
    end,
  },
  fetch_tickers = { get = "/latest", host = "public", read = ticker_list },
  fetch_order_book = order_book,
  fetch_l2_order_book = order_book,
  fetch_trades = { post = "/orders/history", right = "read", send = "cointype={id}", read = trades(with(trade_fields, { at = "orders" })) },

  fetch_balance = {             -- a list of {coin: {balance}}, or {coin: amount}
    run = function(a)
      local read_only = (a.options.fetchBalance or ""):lower():find("ro_?my")
      return {
        post = read_only and "/ro/my/balances" or "/my/balances",
        read = function(reply)
          local out, told = { info = reply }, reply.balance or reply.balances
          for key, row in pairs(told) do
            for coin, wallet in pairs(type(row) == "userdata" and row or { [key] = { balance = row } }) do
              out[a:code_of(coin:upper())] = { total = wallet.balance }
            end
          end
          return out
        end,
      }
    end,
  },
  fetch_my_trades = {
    post = "/ro/my/transactions", send = "startdate={since|date}",
    read = function(reply, a)
      local out = bought(reply, a)
      for _, trade in ipairs(sold(reply, a)) do out[#out + 1] = trade end
      return out
    end,
  },
  create_order = {
    types = "limit",
    run = function(a)
      if a.quote ~= "AUD" then fail("NotSupported", "this API has orders against AUD only; one for " .. a.symbol .. " would go to " .. a.base .. "/AUD") end
      return { post = "/my/{side}", send = "cointype={id} amount={amount|number} rate={price|number}", read = order { id = "id" } }
    end,
  },
  cancel_order = {
    run = function(a)
      local side = a:take "side"
      if side ~= "buy" and side ~= "sell" then fail("ArgumentsRequired", "params.side is the order's: 'buy' or 'sell'") end
      return { post = "/my/" .. side .. "/cancel", send = "id={order_id}", read = function(reply) return { info = reply } end }
    end,
  },

  options = { fetchBalance = "private_post_my_balances" },      -- or "private_post_ro_my_balances", for keys that may only read
}
