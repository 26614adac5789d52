-- bitFlyer Lightning, spot, and the contracts of Japan. API: https://lightning.bitflyer.com/docs?lang=en
-- Three regions have a market list each; what several trade stands in each of them. Nothing is told of steps and minimums.
-- "BTC_JPY" is spot, "FX_BTC_JPY" a perpetual, "BTCJPY28JAN2022" a future (its alias is "BTCJPY_MAT1WK"). Orders are known by their acceptance id.
-- Failures are {status, error_message}. A cancellation is acknowledged by an empty reply.

local months = { JAN = 1, FEB = 2, MAR = 3, APR = 4, MAY = 5, JUN = 6, JUL = 7, AUG = 8, SEP = 9, OCT = 10, NOV = 11, DEC = 12 }

-- Midnight of the day at the end of a future's id, in ms.
local function expiry_of(o)
  if o.market_type ~= "Futures" then return nil end
  local day, month, year = o.product_code:match("(%d%d)(%u%u%u)(%d%d%d%d)$")
  month = months[month]
  return month and parse8601(("%s-%02d-%sT00:00:00Z"):format(year, month, day))
end

local function coins(o)
  if o.market_type == "Futures" then return (o.alias or o.product_code):match("^(%u-)(%u%u%u)[_%d]") end
  return o.product_code:gsub("^FX_", ""):match("^(.-)_(.*)$")
end

local function is_contract(o) return o.market_type == "FX" or o.market_type == "Futures" end
local function contract_fee(o) return is_contract(o) and "0" or nil end

local market_list = markets {
  id = "product_code", baseId = function(o) return (coins(o)) end,
  quoteId = function(o)
    local _, quote = coins(o)
    return quote
  end,
  settleId = function(o) return is_contract(o) and "JPY" or nil end, expiry = expiry_of, active = true, margin = false,
  taker = contract_fee, maker = contract_fee,
}

local fills = trades {     -- public ones name the orders of both sides
  id = "id", timestamp = "exec_date|iso", side = "side|lower", price = "price", amount = "size",
  order = function(o)
    local side = (o.side or ""):lower()
    return o[side .. "_child_order_acceptance_id"] or o.child_order_acceptance_id
  end,
}

local order_list = orders {
  id = "child_order_acceptance_id", timestamp = "child_order_date|iso", market = "product_code", side = "side|lower",
  type = "child_order_type|lower", price = "price", amount = "size", filled = "executed_size", remaining = "outstanding_size",
  status = { "child_order_state", EXPIRED = "canceled", REJECTED = "canceled", default = "." },
  fee = { cost = "total_commission" },
}

local transaction_fields = {     -- a withdrawal has a fee
  id = "id,message_id", txid = "tx_hash", timestamp = "event_date|iso", currency = "currency_code|code", amount = "amount", address = "address",
  addressTo = "address", status = "status",
  type = function(o) return o.fee ~= nil and "withdrawal" or "deposit" end,
  fee = {
    cost = function(o) return o.fee and decimal.add(o.fee, o.additional_fee or "0") end,
    currency = function(o, a) return o.fee and (o.currency_code and a:code_of(o.currency_code) or a.code) end,
  },
}

local function orders_in(state)
  return {
    get = "/me/getchildorders", needs = "symbol", send = "product_code={id} count={limit|default:100}" .. (state or ""), read = order_list,
  }
end

return {
  hosts = { api = "https://api.bitflyer.com/v1" },
  rate = { interval_ms = 1000, burst = 5 },
  fees = { taker = 0.002, maker = 0.002 },
  encode = "json",
  nonce = "s",

  failed = "status", message = "error_message",
  errors = by_class { OnMaintenance = "-2" },

  sign = function(req, key)
    req.headers["ACCESS-KEY"] = key.apiKey
    req.headers["ACCESS-TIMESTAMP"] = key.nonce
    req.headers["ACCESS-SIGN"] = hex(hmac("sha256", key.secret, key.nonce .. req.method .. req.target .. req.body))
    req.headers["Content-Type"] = "application/json"
  end,

  fetch_markets = {
    run = function()
      local out = {}
      for _, region in ipairs { "", "/usa", "/eu" } do
        for _, market in ipairs(ask { get = "/getmarkets" .. region, read = market_list, params = true }) do out[#out + 1] = market end
      end
      return out
    end,
  },
  fetch_ticker = {
    get = "/getticker", send = "product_code={id}",
    read = ticker { timestamp = "timestamp|iso", bid = "best_bid", ask = "best_ask", last = "ltp", baseVolume = "volume_by_product" },
  },
  fetch_order_book = { get = "/getboard", send = "product_code={id}", read = book { bids = "bids", asks = "asks", level = { "price", "size" } } },
  fetch_trades = { get = "/getexecutions", send = "product_code={id} count={limit}", read = fills },
  fetch_funding_rate = {
    get = "/getfundingrate", send = "product_code={id}",
    read = funding_rate { nextFundingRate = "current_funding_rate", nextFundingTimestamp = "next_funding_rate_settledate|iso" },
  },

  fetch_balance = { get = "/me/getbalance", read = balance { currency = "currency_code|code", free = "available", total = "amount" } },
  fetch_trading_fee = {
    get = "/me/gettradingcommission", send = "product_code={id}", read = trading_fee { maker = "commission_rate", taker = "commission_rate" },
  },
  fetch_orders = orders_in(),
  fetch_open_orders = orders_in " child_order_state=ACTIVE",
  fetch_closed_orders = orders_in " child_order_state=COMPLETED",
  fetch_order = {
    needs = "symbol",
    run = function(a)           -- among the latest hundred
      for _, o in ipairs(ask(orders_in())) do
        if o.id == a.order_id then return o end
      end
      fail("OrderNotFound", "no order " .. a.order_id)
    end,
  },
  fetch_my_trades = { get = "/me/getexecutions", needs = "symbol", send = "product_code={id} count={limit}", read = fills },
  fetch_positions = {
    needs = "symbols",
    run = function(a)           -- lots of one market; they are not put together
      if #a.symbols ~= 1 then fail("BadRequest", "positions are told of one market at a time") end
      return {
        get = "/me/getpositions", send = { product_code = a.ids[1] },
        read = positions {
          market = "product_code", timestamp = "open_date|iso", side = { "side", BUY = "long", SELL = "short" }, contracts = "size",
          entryPrice = "price", leverage = "leverage", unrealizedPnl = "pnl", initialMargin = "require_collateral",
        },
      }
    end,
  },
  create_order = {
    post = "/me/sendchildorder",
    send = function(a)
      return ordered {
        { "product_code", a.id }, { "child_order_type", a.type:upper() }, { "side", a.side:upper() },
        { "price", a.price and raw_number(a.price) }, { "size", raw_number(a.amount) }, { "time_in_force", a:take "timeInForce" },
      }
    end,
    read = order { id = "child_order_acceptance_id", symbol = false },
  },
  cancel_order = {
    post = "/me/cancelchildorder", needs = "symbol", text = true, send = "product_code={id} child_order_acceptance_id={order_id}",
    read = function(_, a) return { id = a.order_id, symbol = a.symbol } end,
  },

  fetch_deposits = { get = "/me/getcoinins", send = "count={limit}", read = transactions(transaction_fields) },
  fetch_withdrawals = { get = "/me/getcoinouts", send = "count={limit}", read = transactions(transaction_fields) },
  withdraw = {
    run = function(a)           -- to a bank account, which params.bank_account_id names
      if a.code ~= "JPY" and a.code ~= "USD" and a.code ~= "EUR" then fail("ExchangeError", "only JPY, USD and EUR are withdrawn here") end
      return {
        post = "/me/withdraw", read = transaction(transaction_fields),
        send = function()
          local bank = math.tointeger(tonumber(a:take "bank_account_id"))
          return ordered { { "currency_code", a.currency_id }, { "amount", raw_number(a.amount) }, { "bank_account_id", bank } }
        end,
      }
    end,
  },
}
