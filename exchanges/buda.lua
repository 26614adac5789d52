-- Buda. API 2: https://api.buda.com
-- An amount is a list of the number and its currency: ["0.001", "ETH"]. Public trades are [time, amount, price, direction, id].
-- What is signed is method, path, base64 of the body and a nonce in microseconds, with blanks between. Failures are {code, message}.

local order_fields = {
  id = "id", market = "market_id", timestamp = "created_at|iso", type = "price_type", side = { "type", Bid = "buy", Ask = "sell", default = "." },
  price = "limit.1", amount = "original_amount.1", filled = "traded_amount.1", remaining = "amount.1", cost = "total_exchanged.1",
  status = { "state", received = "open", traded = "closed", canceling = "canceled", default = "." },
  fee = { cost = "paid_fee.1", currency = "paid_fee.2|code" },
}
local one_order = order(with(order_fields, { at = "order" }))
local function order_list(state)
  return {
    get = "/v2/markets/{id}/orders", needs = "symbol", send = "per={limit}" .. (state and " state=" .. state or ""),
    read = orders(with(order_fields, { at = "orders" })),
  }
end

local function transaction_fields(type)
  return {
    id = "id", txid = "withdrawal_data.tx_hash,deposit_data.tx_hash", timestamp = "created_at|iso", currency = "currency|code", amount = "amount.1",
    updated = "withdrawal_data.updated_at|iso,deposit_data.updated_at|iso", address = "withdrawal_data.target_address,deposit_data.address",
    type = function(o) return o.withdrawal_data and "withdrawal" or o.deposit_data and "deposit" or type end,
    status = words("state", { ok = "confirmed", canceled = "anulled retained", pending = "pending_confirmation" }),
    fee = {                     -- the second is the currency, or a rate
      cost = "fee.1", rate = function(o) return o.fee and decimal.is(o.fee[2]) and o.fee[2] or nil end,
      currency = function(o, a) return o.fee and o.fee[2] and not decimal.is(o.fee[2]) and a:code_of(o.fee[2]) or nil end,
    },
  }
end
local function history(what, type)
  return {
    get = "/v2/currencies/{currency_id}/" .. what, needs = "code", send = "per={limit}", read = transactions(with(transaction_fields(type), { at = what })),
  }
end

-- Money has no address.
local money = { ARS = true, CLP = true, COP = true, PEN = true }
local function need_coin(a)
  if money[a.code] then fail("NotSupported", "there are no addresses of " .. a.code) end
end

local function transfer_fee(fee)
  return { type = fee.name == "withdrawal" and "withdraw" or fee.name, currency = fee.base[2], cost = tonumber(fee.base[1]), rate = tonumber(fee.percent) }
end

local listed = { orders = true, deposits = true, withdrawals = true }

return {
  hosts = { api = "https://www.buda.com/api" },
  rate = { interval_ms = 1000, burst = 5 },
  fees = { taker = 0.008, maker = 0.004 },
  renames = { BCC = "BCH", BCHABC = "BCH" },
  encode = "json", nonce = "us",
  timeframes = "1m=1 5m=5 30m=30 1h=60 2h=120 1d=D 1w=W",

  failed = "code", message = "message",
  errors = by_class {
    AuthenticationError = "not_authorized", PermissionDenied = "forbidden",
    ExchangeError = "invalid_record not_found parameter_missing bad_parameter",
  },

  sign = function(req, key)
    -- A list that is asked for without a limit has a bare "?".
    if req.method == "GET" and #req.query == 0 and listed[req.path:match "[^/]*$"] then req.path = req.path .. "?" end
    local body = req.body ~= "" and base64(req.body) .. " " or ""
    req.headers["X-SBTC-APIKEY"] = key.apiKey
    req.headers["X-SBTC-NONCE"] = key.nonce
    req.headers["X-SBTC-SIGNATURE"] = hex(hmac("sha384", key.secret, req.method .. " " .. req.target .. " " .. body .. key.nonce))
    req.headers["Content-Type"] = "application/json"
  end,

  fetch_markets = {
    run = function()
      local rows, decimals = ask({ get = "/v2/markets", params = true }).markets, {}
      for _, c in ipairs(ask({ get = "/v2/currencies" }).currencies) do
        if c.id and c.input_decimals then decimals[c.id] = "1e-" .. c.input_decimals end
      end
      local out = {}
      for _, m in ipairs(rows) do       -- fees in percent
        out[#out + 1] = {
          id = m.id, baseId = m.base_currency, quoteId = m.quote_currency, index = false, active = true,
          taker = m.taker_fee and decimal.div(m.taker_fee, "100", 12), maker = m.maker_fee and decimal.div(m.maker_fee, "100", 12),
          precision = { amount = decimals[m.base_currency], price = decimals[m.quote_currency] },
          limits = { amount = { min = m.minimum_order_amount and m.minimum_order_amount[1] } }, info = m,
        }
      end
      return out
    end,
  },
  fetch_currencies = {
    get = "/v2/currencies",
    read = currencies {
      at = "currencies", where = "managed=true", id = "id", active = true, precision = "input_decimals|tick",
      limits = { amount = { min = "input_decimals|tick" }, deposit = { min = "deposit_minimum.1" }, withdraw = { min = "withdrawal_minimum.1" } },
    },
  },
  fetch_transaction_fees = {
    kind = "raw", right = "public",
    run = function(a)
      local out = { withdraw = {}, deposit = {}, info = {} }
      for _, code in ipairs(a.codes or fail("ArgumentsRequired", "which currencies: each is asked for by itself")) do
        local path = "/v2/currencies/" .. urlencode(a:currency_of(code).id) .. "/fees/"
        local w, d = ask { get = path .. "withdrawal" }, ask { get = path .. "deposit" }
        out.withdraw[code], out.deposit[code], out.info[code] = transfer_fee(w.fee), transfer_fee(d.fee), { withdraw = w, deposit = d }
      end
      return out
    end,
  },
  fetch_ticker = {
    get = "/v2/markets/{id}/ticker",
    read = ticker {
      at = "ticker", market = "market_id", timestamp = "={now}", bid = "max_bid.1", ask = "min_ask.1", last = "last_price.1",
      percentage = "price_variation_24h|mul:100", baseVolume = "volume.1",
    },
  },
  fetch_order_book = { get = "/v2/markets/{id}/order_book", read = book { bids = "order_book.bids", asks = "order_book.asks" } },
  fetch_trades = {
    get = "/v2/markets/{id}/trades", send = "limit={limit}",
    read = trades { at = "trades.entries", id = "5", timestamp = "1", side = "4|lower", price = "3", amount = "2" },
  },
  fetch_ohlcv = {
    get = "/v2/tv/history",
    send = function(a)
      local from = decimal.div(tostring(a.since or a.now - 86400000), "1000", 3)
      return ordered { { "symbol", a.id }, { "resolution", a.timeframe }, { "from", from }, { "to", a.now // 1000 } }
    end,
    read = candle_lists("t o h l c v", "s"),
  },

  fetch_balance = { get = "/v2/balances", read = balance { at = "balances", currency = "id|code", free = "available_amount.1", total = "amount.1" } },
  fetch_order = { get = "/v2/orders/{order_id}", read = one_order },
  fetch_orders = order_list(),
  fetch_open_orders = order_list "pending",
  fetch_closed_orders = order_list "traded",
  create_order = {
    post = "/v2/markets/{id}/orders", read = one_order,
    send = "price_type={type} type={side|as:buy=Bid;sell=Ask} amount={amount} limit={limit_price}",
  },
  cancel_order = { put = "/v2/orders/{order_id}", send = "state=canceling", read = one_order },

  fetch_deposit_address = {
    run = function(a)
      need_coin(a)
      return {
        get = "/v2/currencies/{currency_id}/receive_addresses",
        read = function(reply)
          for _, row in ipairs(reply.receive_addresses) do
            if row.ready == true and row.address then return { currency = a.code, address = row.address, info = row } end
          end
          fail("AddressPending", "no address of " .. a.code .. " is ready yet")
        end,
      }
    end,
  },
  create_deposit_address = {    -- is made in a while; until then there is no address in the reply
    run = function(a)
      need_coin(a)
      return {
        post = "/v2/currencies/{currency_id}/receive_addresses",
        read = address { at = "receive_address", currency = "={code}", address = "address" },
      }
    end,
  },
  fetch_deposits = history("deposits", "deposit"),
  fetch_withdrawals = history("withdrawals", "withdrawal"),
  withdraw = {
    post = "/v2/currencies/{currency_id}/withdrawals", read = transaction(with(transaction_fields "withdrawal", { at = "withdrawal" })),
    send = function(a)
      return ordered { { "amount", raw_number(a.amount) }, { "withdrawal_data", ordered { { "target_address", a.address } } } }
    end,
  },
}
