-- Bitstamp. API: https://www.bitstamp.net/api/
-- Failures are {"error": text or {field: [texts]}} or {"status": "error", "reason": text or {field: [texts]}}, inside 200 replies too.
-- A POST must have a body. Rows of the account's history hold an amount under the name of each currency ("btc": "0.1", "usd": "-2500"), and
-- a trade's price under the pair's ("btc_usd"). Orders name their market "BTC/USD", where its id is "btcusd".

local renames = { UST = "USTC" }
local function code_of(id)
  id = id:upper()
  return renames[id] or id
end

local fiat = { USD = true, EUR = true, GBP = true }

local function id_of(pair) return pair and (pair:lower():gsub("/", "")) end

-- What a row of the history is about: its two currencies and the name of its price, or nothing.
local function coins(o, market)
  for k, v in pairs(o) do
    local base, quote = k:match("^(%w+)_(%w+)$")
    if base and o[base] and o[quote] and tonumber(v) ~= 0 then return base, quote, k end
  end
  if market then
    local base, quote = market.baseId:lower(), market.quoteId:lower()
    return base, quote, base .. "_" .. quote
  end
end

-- ---- reading ----

local ticker_fields = {
  timestamp = "timestamp|s", bid = "bid", ask = "ask", last = "last", open = "open", high = "high", low = "low", vwap = "vwap",
  baseVolume = "volume", quoteVolume = function(o) return o.volume and o.vwap and decimal.mul(o.volume, o.vwap) end,
}

local function trade_amount(o, _, market)
  local base = coins(o, market)
  return base and o[base] or o.amount
end

local trade_fields = {
  id = "id,tid", order = "order_id", timestamp = "date|s,datetime|iso",
  market = function(o)
    local base, quote = coins(o)
    return base and base .. quote
  end,
  side = function(o, a, market)
    if not o.id then return o.type == "0" and "buy" or o.type == "1" and "sell" or nil end
    local amount = trade_amount(o, a, market)
    return amount and (amount:find("^-") and "sell" or "buy")
  end,
  price = function(o, _, market)
    local _, _, pair = coins(o, market)
    return pair and o[pair] or o.price
  end,
  amount = function(o, a, market)
    local amount = trade_amount(o, a, market)
    return amount and decimal.abs(amount)
  end,
  cost = function(o, _, market)
    local _, quote = coins(o, market)
    return quote and o[quote] and decimal.abs(o[quote])
  end,
  fee = {
    cost = "fee",
    currency = function(o, _, market)
      local _, quote = coins(o, market)
      return o.fee and quote and code_of(quote)
    end,
  },
}

local order_fields = {
  id = "id,order_id", clientOrderId = "client_order_id,orig_client_order_id", timestamp = "datetime|iso",
  market = function(o) return id_of(o.currency_pair or o.market) end,
  status = words("status", { open = { "In Queue" }, canceling = { "Cancel pending" }, expired = "Expired" }),
  side = { "type,order_type", ["0"] = "buy", ["1"] = "sell" }, price = "price", amount = "amount", remaining = "amount_remaining",
  trades = trades(with(trade_fields, { at = "transactions?" })),
}
local placed = order(with(order_fields, { type = "={type}" }))

-- Currency and amount of a row of the history that moves one currency.
local not_money = { fee = true, price = true, datetime = true, type = true, status = true, id = true, order_id = true }
local function moved(o, a)
  if o.currency then return o.currency, o.amount end
  local asked = a.code and a.currency_id:lower()
  if asked and o[asked] and tonumber(o[asked]) ~= 0 then return asked, o[asked] end
  for k, v in pairs(o) do
    if not not_money[k] and not k:find("_", 1, true) and tonumber(v) and tonumber(v) ~= 0 then return k, v end
  end
end

local function moved_currency(o, a)
  local currency = moved(o, a)
  return currency and code_of(currency)
end

local transaction_fields = {
  id = "id,withdrawal_id", txid = "transaction_id", timestamp = "datetime|iso", currency = moved_currency,
  amount = function(o, a)
    local _, amount = moved(o, a)
    return amount and decimal.abs(amount)
  end,
  type = { "type|default:1", ["0"] = "deposit", ["1"] = "withdrawal" },
  status = { "status", ["0"] = "pending", ["1"] = "pending", ["2"] = "ok", ["3"] = "canceled", ["4"] = "failed", default = "ok" },
  address = "address|before:?dt=", addressTo = "address|before:?dt=", tag = "address|after:?dt=", tagTo = "address|after:?dt=",
  fee = { cost = "fee", currency = function(o, a) return o.fee and moved_currency(o, a) end },
}

local function is_trade(o) return o.type == "2" end
local entries = ledger {
  id = "id", timestamp = "datetime|iso", referenceId = "order_id,transaction_id", status = "=ok",
  type = words("type", { transaction = "0 1", trade = "2", transfer = "14" }),
  currency = function(o, a) return is_trade(o) and coins(o) and code_of((coins(o))) or moved_currency(o, a) end,
  amount = function(o, a)
    local _, amount = moved(o, a)
    if is_trade(o) then amount = o[coins(o) or ""] end
    return amount and decimal.abs(amount)
  end,
  direction = function(o, a)
    local _, amount = moved(o, a)
    if is_trade(o) then amount = o[coins(o) or ""] end
    return amount and (amount:find("^-") and "out" or "in")
  end,
  fee = {
    cost = "fee",
    currency = function(o, a)
      local _, quote = coins(o)
      return is_trade(o) and quote and code_of(quote) or moved_currency(o, a)
    end,
  },
}

local own_trades = trades(with(trade_fields, { where = is_trade }))
local canceled = orders(with(order_fields, { at = "canceled" }))
local withdrawn = transaction(transaction_fields)
local deposit_address = address { address = "address", tag = "memo_id,destination_tag" }
local moved_between = transfer {
  status = { "status", ok = "ok", error = "failed" }, amount = "={amount}",
  fromAccount = "={from_account}", toAccount = "={to_account}",
}
local history = {
  post = "/v2/user_transactions/", send = "limit={limit}",
  read = transactions(with(transaction_fields, { where = function(o) return o.type == "0" or o.type == "1" end })),
}

-- Both are told in percent.
local trading_fee_fields = { market = "market", maker = "fees.maker|div:100", taker = "fees.taker|div:100" }
local all_fees = trading_fees(trading_fee_fields)

-- One row a network; a currency's own chain has the currency's name.
local function withdrawal_fees(reply, a)
  local out = {}
  for _, row in ipairs(reply) do
    local code = code_of(row.currency)
    local network = a.options.networks[row.network] or row.network
    if a.options.networks[row.network] == "ERC20" and code == "ETH" then network = "ETH" end
    local fees = out[code] or { withdraw = {}, deposit = {}, networks = {}, info = row }
    fees.withdraw.fee = row.fee
    fees.networks[network] = { withdraw = { fee = tonumber(row.fee) }, deposit = {} }
    out[code] = fees
  end
  return out
end

local function texts_of(x, out)
  if type(x) == "string" then out[#out + 1] = x
  elseif x then
    for _, v in pairs(x) do texts_of(v, out) end
  end
  return out
end

-- ---- sending ----

-- An order that must not rest says so by the name of what it is; "True" is the only value.
local lasting = { IOC = "ioc_order", FOK = "fok_order", PO = "moc_order", GTD = "gtd_order" }

return {
  hosts = { api = "https://www.bitstamp.net/api" },
  client_id = "hex",
  rate = { interval_ms = 75, burst = 20 },
  fees = { taker = 0.004, maker = 0.004 },
  renames = renames,
  timeframes = "1m=60 3m=180 5m=300 15m=900 30m=1800 1h=3600 2h=7200 4h=14400 6h=21600 12h=43200 1d=86400 1w=259200",

  failed = function(reply)
    if not reply.error and reply.status ~= "error" then return nil end
    local texts = texts_of(reply.reason, texts_of(reply.error, {}))
    return reply.code or texts[1] or "error", texts[1]
  end,
  errors = by_class {
    AccountSuspended = { "Trading is currently unavailable for your account." },
    AuthenticationError = {
      "API0005", "API key not found", "Invalid signature", "Authentication failed", "Missing key, signature and nonce parameters",
      "Wrong API key format",
    },
    BadRequest = { "Invalid offset." },
    ExchangeNotAvailable = { "Order could not be placed." },
    InvalidNonce = { "Invalid nonce", "API0017" },      -- 0017: the clock is out of their bounds
    OnMaintenance = { "Bitstamp.net is under scheduled maintenance. We'll be back soon." },
    OrderNotFound = { "Order not found.", "Order not found" },
    PermissionDenied = {
      "No permission found", "IP address not allowed", "Your account is frozen",
      "Please update your profile with your FATCA information, before using API.",
    },
  },
  broad = {
    { "Minimum order size is", "InvalidOrder" }, { "Price is more than", "InvalidOrder" },
    { "Check your account balance for details.", "InsufficientFunds" }, { "Ensure this value has at least", "InvalidAddress" },
    { "Ensure that there are no more than", "InvalidOrder" },
  },

  sign = function(req, key)
    local auth, nonce, form = "BITSTAMP " .. key.apiKey, uuid(), ""
    if req.form then
      form = "application/x-www-form-urlencoded"
      if #req.form == 0 then req.form.foo = "bar" end     -- an empty body is refused (API0020)
      req.headers["Content-Type"] = form
    end
    req.headers["X-Auth"] = auth
    req.headers["X-Auth-Nonce"] = nonce
    req.headers["X-Auth-Timestamp"] = key.time
    req.headers["X-Auth-Version"] = "v2"
    req.headers["X-Auth-Signature"] =
      hex(hmac("sha256", key.secret, auth .. req.method .. req.host .. req.target .. form .. nonce .. key.time .. "v2" .. req.body))
  end,

  -- Market data

  fetch_markets = {
    get = "/v2/markets/",
    read = markets {
      id = "market_symbol", baseId = "base_currency", quoteId = "counter_currency", active = "trading|eq:Enabled",
      type = { "market_type", SPOT = "spot", PERPETUAL = "swap" }, subType = { "payoff_type", Linear = "linear", Inverse = "inverse" },
      settleId = function(o) return o.market_type == "PERPETUAL" and o.counter_currency or nil end,
      linear = function(o) return o.market_type == "PERPETUAL" and o.payoff_type ~= "Inverse" or nil end,
      contractSize = "contract_size", precision = { amount = "base_decimals|tick", price = "counter_decimals|tick" },
      limits = {
        amount = { min = "minimum_order_amount", max = "maximum_order_amount" },
        cost = { min = "minimum_order_value", max = "maximum_order_value" },
      },
    },
  },
  fetch_currencies = {
    get = "/v2/markets/",
    read = function(reply)      -- told by the markets only
      local out = {}
      local function add(id, name, decimals, least, m)
        local code, tick = code_of(id), tonumber("1e-" .. decimals)
        out[code] = out[code] or {
          id = id, code = code, name = name, type = fiat[code] and "fiat" or "crypto", active = true, precision = tick,
          limits = { amount = { min = tick }, price = { min = tick }, cost = { min = least } }, info = m,
        }
      end
      for _, m in ipairs(reply) do
        local base, quote = m.description:match("^(.-) / (.*)$")
        add(m.base_currency, base, m.base_decimals, nil, m)
        add(m.counter_currency, quote, m.counter_decimals, m.minimum_order_value, m)
      end
      return out
    end,
  },
  fetch_ticker = { get = "/v2/ticker/{id}/", read = ticker(ticker_fields) },
  fetch_tickers = {
    get = "/v2/ticker/", read = tickers(with(ticker_fields, {
      market = function(o) return id_of(o.pair) end,
      average = function(o)      -- between the steps of the price too
        if not (decimal.is(o.open) and decimal.is(o.last)) or decimal.cmp(o.open, 0) <= 0 or decimal.cmp(o.last, 0) <= 0 then return nil end
        return decimal.mul(decimal.add(o.open, o.last), "0.5")
      end,
    })),
  },
  fetch_order_book = {
    get = "/v2/order_book/{id}/", read = book { bids = "bids", asks = "asks", timestamp = "microtimestamp|us", nonce = "microtimestamp" },
  },
  fetch_trades = { get = "/v2/transactions/{id}/", send = "time=hour", read = trades(trade_fields) },
  fetch_ohlcv = {
    get = "/v2/ohlc/{id}/",
    send = function(a)          -- a thousand at most, and both ends where one is known
      local ends = a:take "until"
      ends = ends and ends // 1000
      local n, from, to = a.limit or 1000, a.since and a.since // 1000, ends
      if from then
        to = from + a.timeframe_s * n - 1
        if ends and (ends < to or not a.limit) then to = ends end
      elseif ends then
        from = ends - a.timeframe_s * n - 1
      end
      return ordered { { "step", a.timeframe }, { "start", from }, { "end", to }, { "limit", math.min(n, 1000) } }
    end,
    read = candles { at = "data.ohlc", columns = "timestamp|s open high low close volume" },
  },
  fetch_funding_rate = {
    get = "/v2/funding_rate/{id}/",
    read = funding_rate {
      fundingRate = "funding_rate", timestamp = "timestamp|s", fundingTimestamp = "next_funding_time|s", markPrice = "mark_price",
      indexPrice = "index_price",
    },
  },
  fetch_funding_rate_history = {
    get = "/v2/funding_rate_history/{id}/", needs = "symbol", send = "since_timestamp={since|s} until_timestamp={until|s} limit={limit}",
    read = function(reply, a)
      local out = {}
      for i, row in ipairs(reply.funding_rate_history) do
        local ms = math.tointeger(tonumber(row.timestamp) * 1000)
        out[i] = { symbol = a.symbol, fundingRate = tonumber(row.funding_rate), timestamp = ms, datetime = iso8601(ms) }
      end
      return out
    end,
  },

  -- Account

  fetch_balance = { post = "/v2/account_balances/", read = balance { currency = "currency|code", free = "available", used = "reserved", total = "total" } },
  fetch_trading_fees = { post = "/v2/fees/trading/", read = all_fees },
  fetch_trading_fee = {
    run = function(a)
      local reply = ask { post = "/v2/fees/trading/", send = "market_symbol={id}", params = true }
      return all_fees(reply)[a.symbol] or {}
    end,
  },
  fetch_deposit_withdraw_fees = { post = "/v2/fees/withdrawal/", read = withdrawal_fees },
  fetch_transaction_fees = { post = "/v2/fees/withdrawal/", read = withdrawal_fees },
  fetch_deposit_withdraw_fee = {
    post = "/v2/fees/withdrawal/",
    read = function(reply, a) return withdrawal_fees(reply, a)[a.code] or fail("ExchangeError", "no fee told for " .. a.code) end,
  },
  fetch_open_orders = { post = "/v2/open_orders/all/", read = orders(with(order_fields, { type = "=limit", status = "=open" })) },
  fetch_order = {
    post = "/v2/order_status/",
    send = function(a)
      local mine = a:take "client_order_id" or a:take "clientOrderId"
      return ordered { { "client_order_id", mine }, { "id", not mine and a.order_id or nil } }
    end,
    read = order(order_fields),
  },
  fetch_my_trades = {
    run = function(a)
      return {
        post = a.symbol and "/v2/user_transactions/{id}/" or "/v2/user_transactions/", send = "limit={limit}",
        read = own_trades,
      }
    end,
  },
  fetch_ledger = { post = "/v2/user_transactions/", send = "limit={limit}", read = entries },
  fetch_deposits_withdrawals = history,
  fetch_transactions = history,
  fetch_withdrawals = {
    post = "/v2/withdrawal-requests/",
    send = function(a)          -- seconds back from now
      return { timedelta = a.since and math.min((a.now - a.since) // 1000 + 1, 50000000) or 50000000 }
    end,
    read = transactions(with(transaction_fields, { type = "=withdrawal" })),
  },

  -- Orders

  create_order = {
    run = function(a)           -- "instant" orders take an amount of the quote
      local kind = (a.type == "market" or a.type == "instant") and a.type .. "/" or ""
      if kind == "" then price_of(a) end
      local post, time_in_force = a:take "postOnly", a:take "timeInForce"
      local flag = post and "moc_order" or lasting[time_in_force or ""]
      return {
        post = "/v2/" .. a.side .. "/" .. kind .. "{id}/",
        send = ordered {
          { "amount", a.amount }, { "client_order_id", a:take "client_order_id" or a:take "clientOrderId" },
          { "price", kind == "" and a.price or nil }, { flag or "price", flag and "True" or nil },
        },
        read = placed,
      }
    end,
  },
  edit_order = {
    post = "/v2/replace_order/",
    send = function(a)
      local mine = a:take "client_order_id" or a:take "clientOrderId"
      return ordered { { "amount", a.amount }, { "price", a.price }, { "client_order_id", mine }, { "id", not mine and a.order_id or nil } }
    end,
    read = placed,
  },
  cancel_order = { post = "/v2/cancel_order/", send = "id={order_id}", read = order(order_fields) },
  cancel_all_orders = {
    run = function(a)
      return { post = a.symbol and "/v2/cancel_all_orders/{id}/" or "/v2/cancel_all_orders/", read = canceled }
    end,
  },

  -- Money in and out

  fetch_deposit_address = {
    run = function(a)
      if fiat[a.code] then fail("NotSupported", "no deposit addresses for " .. a.code) end
      return { post = "/v2/{currency_id|lower}_address/", read = deposit_address }
    end,
  },
  withdraw = {
    run = function(a)
      if fiat[a.code] then      -- params: what else the bank withdrawal needs
        return {
          post = "/v2/withdrawal/open/", send = "amount={amount} iban={address} account_currency={currency_id}", read = withdrawn,
        }
      end
      local tag = a.options.tags[a.code]
      return {
        post = "/v2/{currency_id|lower}_withdrawal/", send = "amount={amount} " .. (tag and tag .. "={tag} " or "") .. "address={address}",
        read = withdrawn,
      }
    end,
  },
  transfer = {
    run = function(a)
      local from_main = a.from_account == "main"
      if not from_main and a.to_account ~= "main" then fail("BadRequest", "only from or to 'main'") end
      return {
        post = from_main and "/v2/transfer-from-main/" or "/v2/transfer-to-main/",
        send = "amount={amount} currency={currency_id|upper} subAccount=" .. (from_main and "{to_account}" or "{from_account}"),
        read = moved_between,
      }
    end,
  },

  options = {
    tags = { XRP = "destination_tag", XLM = "memo_id", HBAR = "memo_id" },
    networks = {
      bitcoin = "BTC", ["bitcoin-cash"] = "BCH", ethereum = "ERC20", litecoin = "LTC", stellar = "XLM", xrpl = "XRP", tron = "TRC20",
      algorand = "ALGO", flare = "FLR", hedera = "HBAR", cardana = "ADA", songbird = "FLR", ["avalanche-c-chain"] = "AVAX", solana = "SOL",
      polkadot = "DOT", near = "NEAR", doge = "DOGE", sui = "SUI", casper = "CSRP",
    },
  },
}
