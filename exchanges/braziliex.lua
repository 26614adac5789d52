-- Braziliex. API: https://braziliex.com/exchange/api.php
-- Private calls are commands, all to one path. A failure is {success: 0, message}, inside a 200 reply. A new order is described by a
-- sentence: "##RESERVED FOR ORDER / SELL / XMR_BTC / AMOUNT: 0.01 XMR / PRICE: 0.017 BTC / TOTAL: 0.00017000 BTC / FEE: 0.00002500 XMR".

local function power_of_ten(o)
  local digits = math.tointeger(tonumber(o.decimal))
  return digits and "1" .. ("0"):rep(math.min(digits, 18)) or nil
end

local function is_active(o) return o.active == "1" and o.under_maintenance == "0" and o.is_withdrawal_active == "1" and o.is_deposit_active == "1" end

-- Highs and lows are told of the best prices in the book only.
local ticker_fields = {
  timestamp = "={now}", high = "highestBid24", low = "lowestAsk24", bid = "highestBid", ask = "lowestAsk", last = "last",
  change = "percentChange", percentage = false, average = false, baseVolume = "baseVolume24", quoteVolume = "quoteVolume24",
}

local trade_fields = {
  id = "_id", order = "order_number", timestamp = "date_exec|iso,date|iso", type = "=limit", side = "type", price = "price", amount = "amount",
  cost = "total",
}

local function filled(o)         -- progress is a share
  return o.amount and o.progress and decimal.is(o.amount) and decimal.is(o.progress) and decimal.mul(o.amount, o.progress) or nil
end

local order_fields = {
  id = "order_number", market = "market|lower", timestamp = "timestamp,date|iso", type = "=limit", side = "type", price = "price",
  amount = "amount", cost = "total", fee = { cost = "fee" },
  status = function(o) return o.progress and (tonumber(o.progress) == 1 and "closed" or "open") end,
  filled = filled,
  remaining = function(o)
    local done = filled(o)
    return done and (decimal.cmp(done, o.amount) < 0 and decimal.sub(o.amount, done) or "0")
  end,
}

local function told(pattern)
  return function(o) return o.message and o.message:match(pattern) end
end
local placed = order {
  id = "order_number", timestamp = "={now}", status = "=open", type = "=limit", filled = 0,
  side = function(o) return o.message and o.message:lower():match "/ (%l+) /" end,
  amount = told "AMOUNT: ([%d.]+)", price = told "PRICE: ([%d.]+)", cost = told "TOTAL: ([%d.]+)",
  fee = { cost = told "FEE: ([%d.]+)", currency = told "FEE: [%d.]+ (%w+)" },
}

local function command(name, send, read, needs) return { post = "/private", send = "command=" .. name .. " " .. send, read = read, needs = needs } end

return {
  hosts = { api = "https://braziliex.com/api/v1" },
  rate = { interval_ms = 1000, burst = 5 },
  precision = "places",
  fees = { taker = 0.005, maker = 0.005 },
  renames = with(old_codes, { EPC = "Epacoin", ABC = "Anti Bureaucracy Coin" }),
  nonce = "s",

  failed = "success=0", message = "message",
  errors = { ["Invalid APIKey"] = "AuthenticationError" },

  sign = function(req, key)
    local form = ordered { { "command", req.form.command }, { "nonce", key.nonce } }
    for k, v in pairs(req.form) do form[k] = v end
    req.form = form
    req.headers.Key = key.apiKey
    req.headers.Sign = hex(hmac("sha512", key.secret, req.body))
  end,

  fetch_markets = {
    run = function()            -- the least cost of an order stands with the base currency, by quote
      local coins = ask { get = "/public/currencies", params = true }
      local out = {}
      for id, m in pairs(ask { get = "/public/ticker" }) do
        local base, quote = id:match "^([^_]+)_([^_]+)$"
        local base_coin, quote_coin = coins[base or ""] or {}, coins[quote or ""] or {}
        out[#out + 1] = base and {
          id = id, baseId = base, quoteId = quote, active = m.active == "1", precision = { amount = 8, price = 8 }, info = m,
          limits = {
            amount = { min = "0.00000001", max = 100000000 }, price = { min = "0.00000001", max = 100000000 },
            cost = { min = base_coin["minAmountTrade" .. (quote_coin.is_fiat == "1" and "FIAT" or quote:upper())] },
          },
        }
      end
      return out
    end,
  },
  fetch_currencies = {
    get = "/public/currencies",
    read = currencies {
      id = "@key", name = "name", precision = "decimal", active = is_active, deposit = "is_deposit_active|eq:1",
      withdraw = "is_withdrawal_active|eq:1", fee = "txWithdrawalFee",
      limits = {
        amount = { min = "decimal|tick", max = power_of_ten }, deposit = { min = "minDeposit" },
        withdraw = { min = "MinWithdrawal", max = power_of_ten },
      },
      funding = {
        withdraw = { active = "is_withdrawal_active|eq:1", fee = "txWithdrawalFee" },
        deposit = { active = "is_deposit_active|eq:1", fee = "txDepositFee" },
      },
    },
  },
  fetch_ticker = { get = "/public/ticker/{id}", read = ticker(ticker_fields) },
  fetch_tickers = { get = "/public/ticker", read = tickers(with(ticker_fields, { market = "@key" })) },
  fetch_order_book = { get = "/public/orderbook/{id}", read = book { level = { "price", "amount" } } },
  fetch_trades = { get = "/public/tradehistory/{id}", read = trades(trade_fields) },

  fetch_balance = command("complete_balance", "", balance { currency = "@key|code", free = "available", total = "total" }),
  fetch_order = command("order_status", "order_number={order_id} market={id}", order(order_fields), "symbol"),
  fetch_open_orders = command("open_orders", "market={id}", orders(with(order_fields, { at = "order_open?" })), "symbol"),
  fetch_my_trades = command("trade_history", "market={id}", trades(with(trade_fields, { at = "trade_history?" })), "symbol"),
  create_order = {
    post = "/private", send = "command={side} market={id} price={price} amount={amount}", read = placed,
    failed = function(reply)
      if reply.success == "0" then return reply.message or "failed", reply.message end
      if reply.success ~= "1" then return "refused", reply.message, "InvalidOrder" end
    end,
  },
  cancel_order = command("cancel_order", "order_number={order_id} market={id}", order { id = "={order_id}" }, "symbol"),
  fetch_deposit_address = command("deposit_address", "currency={currency_id}", address { address = "deposit_address", tag = "payment_id" }),
}
