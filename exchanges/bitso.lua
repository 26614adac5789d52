-- Bitso. API 3: https://docs.bitso.com/bitso-api/docs/
-- Replies are {success, payload}; failures {success: false, error: {code, message}}. An order is told only while it is open.
-- Orders and own trades are paged by id (params.marker), not by time.

-- Fees go by the volume of thirty days; those of the lowest tier are everyone's.
local function tiers(o)
  local out = { taker = list {}, maker = list {} }
  for _, tier in ipairs(o.fees and o.fees.structure or {}) do
    for way, rows in pairs(out) do rows[#rows + 1] = list { tonumber(tier.volume), tonumber(tier[way]) } end
  end
  return out
end

local order_fields = {
  id = "oid", clientOrderId = "client_id", market = "book", timestamp = "created_at|iso", type = "type", side = "side", price = "price",
  amount = "original_amount", remaining = "unfilled_amount",
  status = { "status", ["partial-fill"] = "open", queued = "open", default = "." },
}
local canceled = orders { at = "payload", id = ".", symbol = false }

-- Of a public trade only the maker's side is told.
local trade_list = trades {
  at = "payload", id = "tid", order = "oid", market = "book", timestamp = "created_at|iso", price = "price", amount = "amount|abs,major|abs",
  cost = "minor|abs", fee = { cost = "fees_amount", currency = "fees_currency|code" },
  side = function(o) return o.side or o.maker_side and (o.maker_side == "buy" and "sell" or "buy") end,
  takerOrMaker = function(o) return o.side and o.maker_side and (o.side == o.maker_side and "maker" or "taker") end,
}

-- The token network of a chain's own coin is that chain.
local network_codes = { trx = "TRC20", erc20 = "ERC20", bsc = "BEP20", bep2 = "BEP2" }
local own_networks = { ETH = "ERC20", TRX = "TRC20" }
local function network_of(o, a)
  local id = o.network or o.method
  local network = id and (network_codes[id] or id:upper())
  local code = o.currency and a:code_of(o.currency)
  return code and own_networks[code] == network and code or network
end

local transaction_fields = {
  id = "wid,fid", txid = "details.tx_hash", timestamp = "created_at|iso", datetime = "created_at", currency = "currency|code,asset|code",
  network = network_of, addressFrom = "details.receiving_address", addressTo = "details.withdrawal_address",
  address = "details.withdrawal_address,details.receiving_address", amount = "amount",
  type = function(o) return o.wid and "withdrawal" or "deposit" end,
  status = { "status", in_progress = "pending", default = "." },
}

-- Deposits: a list of what each costs; withdrawals: {currency: fee}.
local function wallet_fees(reply, a)
  local out = {}
  for _, row in ipairs(reply.payload.deposit_fees or {}) do
    if row.currency then
      out[a:code_of(row.currency)] = { deposit = { fee = tonumber(row.fee), percentage = row.is_fixed ~= true }, info = { deposit = row } }
    end
  end
  for id, fee in pairs(reply.payload.withdrawal_fees or {}) do
    local code = a:code_of(id)
    out[code] = out[code] or { info = {} }
    out[code].withdraw, out[code].info.withdraw = { fee = tonumber(fee) }, fee
  end
  return out
end

local function paged(path, read)
  return {
    needs = "symbol",
    run = function(a)
      if a.since and not a.params.marker then fail("ExchangeError", "a place to start from is given by params.marker, an id, not by since") end
      return { get = path, send = "book={id} limit={limit|default:25}", read = read }
    end,
  }
end

local withdrawals = { BTC = "bitcoin", ETH = "ether", XRP = "ripple", BCH = "bcash", LTC = "litecoin" }

return {
  hosts = { api = "https://bitso.com/api" },
  rate = { interval_ms = 2000, burst = 5 },
  encode = "json",
  timeframes = "1m=60 5m=300 15m=900 30m=1800 1h=3600 4h=14400 12h=43200 1d=86400 1w=604800",

  failed = function(reply)
    if reply.success == nil or tostring(reply.success) == "true" or reply.success == "1" then return nil end
    local e = reply.error
    return e and e.code or "failed", e and e.message
  end,
  errors = by_class {
    AuthenticationError = "0201 0203 0204 0205 0208 0209 0210 0211 0214 0215", PermissionDenied = "0202 0212 0213 0326", AccountSuspended = "0216",
    InvalidNonce = "104 0206 0207", BadSymbol = "0301", BadRequest = "0302 0303 0304 0310 0311 0313 0314 0320 0321",
    InvalidOrder = "0306 0307 0308 0309 0329 0401 0402 0403 0404 0405 0406 0407 0408 0412 0413 1701 1702 1703 1704", OrderNotFound = "0312 1700",
    InvalidAddress = "0315", RestrictedLocation = "0327 0328", MarketClosed = "0410 0411", InsufficientFunds = "0379", NoChange = "1705 1706",
    OperationFailed = "1707",
  },

  sign = function(req, key)
    local nonce = key.nonce
    local signature = hex(hmac("sha256", key.secret, nonce .. req.method .. req.target .. req.body))
    req.headers.Authorization = "Bitso " .. key.apiKey .. ":" .. nonce .. ":" .. signature
  end,

  -- Market data

  fetch_markets = {
    get = "/v3/available_books",
    read = markets {
      at = "payload", id = "book", baseId = "book|before:_", quoteId = "book|after:_", index = false, percentage = true, tierBased = true,
      taker = "fees.structure.1.taker", maker = "fees.structure.1.maker", tiers = tiers,
      precision = { price = "tick_size" },
      limits = {
        amount = { min = "minimum_amount", max = "maximum_amount" }, price = { min = "minimum_price", max = "maximum_price" },
        cost = { min = "minimum_value", max = "maximum_value" },
      },
    },
  },
  fetch_currencies = {
    get = "/v3/catalogues",
    read = currencies { at = "payload.currencies.metadata", id = "code", name = "full_name", type = "type", precision = "precision|tick" },
  },
  fetch_ticker = {
    get = "/v3/ticker", send = "book={id}",
    read = ticker {
      at = "payload", timestamp = "created_at|iso", high = "high", low = "low", bid = "bid", ask = "ask", vwap = "vwap", last = "last",
      baseVolume = "volume", quoteVolume = function(o) return o.volume and o.vwap and decimal.mul(o.volume, o.vwap) end,
    },
  },
  fetch_order_book = {
    get = "/v3/order_book", send = "book={id}",
    read = book { bids = "payload.bids", asks = "payload.asks", level = { "price", "amount" }, timestamp = "payload.updated_at|iso" },
  },
  fetch_trades = { get = "/v3/trades", send = "book={id}", read = trade_list },
  fetch_ohlcv = {
    get = "/v3/ohlc",
    send = function(a)
      local span = a.limit and a.limit * a.timeframe_s * 1000
      local from = a.since or span and a.now - span
      return ordered { { "book", a.id }, { "time_bucket", a.timeframe }, { "start", from }, { "end", span and from + span } }
    end,
    read = candles { at = "payload", columns = "bucket_start_time first_rate max_rate min_rate last_rate volume" },
  },

  -- Account

  fetch_balance = {
    get = "/v3/balance",
    read = balance { at = "payload.balances", currency = "currency|code", free = "available", used = "locked", total = "total" },
  },
  fetch_trading_fees = {
    get = "/v3/fees",
    read = trading_fees {
      at = "payload.fees", market = "book", maker = "maker_fee_decimal", taker = "taker_fee_decimal", percentage = true, tierBased = true,
    },
  },
  fetch_transaction_fees = { get = "/v3/fees", read = wallet_fees },
  fetch_deposit_withdraw_fees = { get = "/v3/fees", read = wallet_fees },
  fetch_order = {
    get = "/v3/orders/{order_id}",
    read = function(reply, a)
      if #reply.payload ~= 1 then fail("OrderNotFound", "no open order " .. a.order_id) end
      return order(with(order_fields, { at = "payload.1" }))(reply, a)
    end,
  },
  fetch_open_orders = paged("/v3/open_orders", orders(with(order_fields, { at = "payload" }))),
  fetch_my_trades = paged("/v3/user_trades", trade_list),
  fetch_order_trades = { get = "/v3/order_trades/{order_id}", read = trade_list },
  fetch_ledger = {
    get = "/v3/ledger", send = "limit={limit}",
    read = ledger {
      at = "payload", id = "eid", timestamp = "created_at|iso", currency = "balance_updates.1.currency|code",
      amount = "balance_updates.1.amount|abs", referenceId = "details.fid,details.wid,details.tid", status = "=ok",
      type = { "operation", funding = "transaction", withdrawal = "transaction", default = "." },
      direction = { "operation", funding = "in", withdrawal = "out", fee = "out" },
      fee = {
        cost = function(o) return o.operation == "fee" and decimal.abs(o.balance_updates[1].amount) or nil end,
        currency = "balance_updates.1.currency|code",
      },
    },
  },

  -- Orders

  create_order = {
    post = "/v3/orders",
    send = function(a)
      return ordered {
        { "book", a.id }, { "side", a.side }, { "type", a.type }, { "major", a.amount }, { "price", a.type == "limit" and a.price or nil },
      }
    end,
    read = order { at = "payload", id = "oid" },
  },
  cancel_order = { delete = "/v3/orders/{order_id}", read = order { id = "payload.1", symbol = false } },
  cancel_orders = {
    delete = "/v3/orders", encode = "query", needs = "ids", read = canceled,
    send = function(a) return ordered { { "oids", table.concat(a.ids, ",") } } end,
  },
  cancel_all_orders = {
    run = function(a)
      if a.symbol then fail("NotSupported", "the orders of one market cannot be canceled together") end
      return { delete = "/v3/orders/all", encode = "query", read = canceled }
    end,
  },

  -- Money in and out

  fetch_deposit = { get = "/v3/fundings/{order_id}", read = transaction(with(transaction_fields, { at = "payload.1" })) },
  fetch_deposits = { get = "/v3/fundings", read = transactions(with(transaction_fields, { at = "payload" })) },
  fetch_deposit_address = {      -- a tag stands behind the address: "r...?dt=123"
    get = "/v3/funding_destination", send = "fund_currency={currency_id}",
    read = address { at = "payload", address = "account_identifier|before:?dt=", tag = "account_identifier|after:?dt=" },
  },
  withdraw = {
    run = function(a)
      local coin = withdrawals[a.code] or fail("ExchangeError", "no withdrawal of " .. a.code .. " by this API")
      return {
        post = "/v3/" .. coin .. "_withdrawal", read = transaction(with(transaction_fields, { at = "payload.1" })),
        send = ordered { { "amount", raw_number(a.amount) }, { "address", a.address }, { "destination_tag", a.tag } },
      }
    end,
  },
}
