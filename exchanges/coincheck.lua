-- Coincheck. API: https://coincheck.com/documents/exchange/api
-- Failures are {success: false, error} in a 200 reply. No list of markets is told, and the ticker is BTC/JPY's only.
-- A market order to buy is by what it spends, params.cost. Of the exchange's own: time_in_force = "post_only", stop_loss_rate.

local listed, coins = {}, {}
for id in ("btc_jpy etc_jpy fct_jpy mona_jpy etc_btc"):gmatch "%S+" do
  local base, quote = id:match "^(.*)_(.*)$"
  listed[#listed + 1] = { id = id, baseId = base, quoteId = quote, index = false, tierBased = false, percentage = true }
  for _, coin in ipairs { base, quote } do coins[coin:upper()] = { id = coin, precision = "0.00000001" } end
end

-- Own orders and trades cannot be asked for by market.
local function of_market(o, a) return not a.id or (o.pair or a.id) == a.id end

-- An own trade tells what moved of both currencies, the fee within.
local trade_fields = {
  at = "data", id = "id", order = "order_id", market = "pair", timestamp = "created_at|iso", side = "side,order_type", price = "rate",
  amount = function(o)
    local moved = o.funds and o.pair and o.funds[o.pair:match "^[^_]*"]
    return moved and decimal.abs(moved) or o.amount
  end,
  takerOrMaker = { "liquidity", T = "taker", M = "maker" }, fee = { cost = "fee", currency = "fee_currency|code" },
}

local transaction_fields = {
  id = "id", timestamp = "created_at|iso", updated = "confirmed_at|iso", address = "address", addressTo = "address", amount = "amount",
  currency = "currency|code",
  status = { "status", confirmed = "pending", received = "ok", default = "." },
  fee = { cost = "fee", currency = "currency|code" },
}

return {
  hosts = { api = "https://coincheck.com/api" },
  rate = { interval_ms = 1500, burst = 5 },
  fees = { taker = 0, maker = 0 },

  failed = "success=false", message = "error",
  errors = { ["disabled API Key"] = "AuthenticationError", ["invalid authentication"] = "AuthenticationError" },

  sign = function(req, key)
    req.query, req.form = sorted(req.query), req.form and sorted(req.form)
    req.headers["Content-Type"] = "application/x-www-form-urlencoded"
    req.headers["ACCESS-KEY"] = key.apiKey
    req.headers["ACCESS-NONCE"] = key.nonce
    req.headers["ACCESS-SIGNATURE"] = hex(hmac("sha256", key.secret, key.nonce .. req.url .. req.body))
  end,

  fetch_markets = { run = function() return listed end },
  fetch_currencies = { run = function() return coins end },
  fetch_status = {
    get = "/exchange_status",
    read = status {
      updated = "exchange_status.1.timestamp|s",
      status = function(reply)
        for _, market in ipairs(reply.exchange_status or {}) do
          if market.status ~= "available" then return "maintenance" end
        end
        return "ok"
      end,
    },
  },
  fetch_ticker = {
    run = function(a)
      if a.id ~= "btc_jpy" then fail("BadSymbol", "only BTC/JPY has a ticker") end
      return {
        get = "/ticker", send = "pair={id}",
        read = ticker { timestamp = "timestamp|s", high = "high", low = "low", bid = "bid", ask = "ask", last = "last", baseVolume = "volume" },
      }
    end,
  },
  fetch_order_book = { get = "/order_books", send = "pair={id}", read = book { bids = "bids", asks = "asks" } },
  fetch_trades = { get = "/trades", send = "pair={id} limit={limit}", read = trades(trade_fields) },

  fetch_balance = {
    get = "/accounts/balance",
    read = function(reply, a)
      local out = { info = reply }
      for id, free in pairs(reply) do
        if id ~= "success" and not id:find "_" then out[a:code_of(id)] = { free = free, used = reply[id .. "_reserved"] } end
      end
      return out
    end,
  },
  fetch_trading_fees = {
    get = "/accounts",
    read = each_market(function(market, reply)
      local row = reply.exchange_fees[market.id] or {}
      return { maker = row.maker_fee, taker = row.taker_fee, percentage = true, tierBased = false, info = row }
    end),
  },
  fetch_open_orders = {
    get = "/exchange/orders/opens",
    read = orders {             -- only what is left is told
      at = "orders", id = "id", market = "pair", timestamp = "created_at|iso", side = "order_type", price = "rate", amount = "pending_amount",
      remaining = "pending_amount", status = "=open", where = of_market,
    },
  },
  fetch_my_trades = {
    get = "/exchange/orders/transactions_pagination", needs = "symbol", send = "limit={limit}",
    read = trades(with(trade_fields, { where = of_market })),
  },
  create_order = {
    run = function(a)
      local send = "order_type={side} rate={price} amount={amount}"
      if a.type == "market" then
        send = a.side == "buy" and "order_type=market_buy market_buy_amount={cost}" or "order_type=market_sell amount={amount}"
      end
      return { post = "/exchange/orders", send = "pair={id} " .. send, read = order { id = "id" } }
    end,
  },
  cancel_order = { delete = "/exchange/orders/{order_id}", read = order { id = "id", symbol = false } },
  fetch_deposits = {
    get = "/deposit_money", send = "currency={currency_id} limit={limit}",
    read = transactions(with(transaction_fields, { at = "deposits?", type = "=deposit" })),
  },
  fetch_withdrawals = { get = "/withdraws", send = "limit={limit}", read = transactions(with(transaction_fields, { at = "data", type = "=withdrawal" })) },
}
