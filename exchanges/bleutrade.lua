-- Bleutrade: spot; closed. API: https://app.swaggerhub.com/apis-docs/bleu/white-label/3.0.0 . Markets are named base_quote, where the API calls
-- the base MarketAsset and the quote BaseAsset. Private calls are POSTs whose parameters stay in the URL, which is signed whole.

local function private(name, send, read)
  return { post = "/private/" .. name, right = "read", encode = "query", send = send, read = read }
end

local ticker_fields = {
  market = "MarketName", timestamp = "TimeStamp|iso", high = "High", low = "Low", bid = "Bid", ask = "Ask", open = "PrevDay", last = "Last",
  average = false, baseVolume = "Volume", quoteVolume = "BaseVolume",
}
local order_list = orders {
  at = "result", id = "OrderID", market = "Exchange", timestamp = "Created|iso", type = "=limit", side = "Type|lower", price = "Price",
  average = "PricePerUnit", amount = "Quantity", remaining = "QuantityRemaining",
  status = { "Status", OK = "closed", default = "." },
}

-- The label of a withdrawal is "amount;address;fee", that of a deposit the address. CANCELED stands in place of the transaction's id.
local function label(o, n)
  local parts = { (o.Label or ""):match "^([^;]*);([^;]*);([^;]*)$" }
  if #parts == 3 then return parts[n] end
  return n == 2 and o.Label or nil
end
local moved = transactions {
  at = "result", id = "ID", timestamp = "Timestamp|iso", currency = "Asset|code", address = function(o) return label(o, 2) end,
  amount = function(o) return label(o, 1) or o.Amount and decimal.abs(o.Amount) end,
  fee = { cost = function(o) return label(o, 3) end, currency = function(o, a) return label(o, 3) and o.Asset and a:code_of(o.Asset) end },
  type = function(o) return o.Amount and (tonumber(o.Amount) < 0 and "withdrawal" or "deposit") end,
  txid = function(o) return o.TransactionID ~= "CANCELED" and o.TransactionID or nil end,
  status = function(o) return o.TransactionID == "CANCELED" and "canceled" or "ok" end,
}

return {
  hosts = { api = "https://bleutrade.com/api/v3" },
  rate = { interval_ms = 1000, burst = 5 },
  precision = "places",
  timeframes = "15m 20m 30m 1h 2h 3h 4h 6h 8h 12h 1d",
  renames = with(old_codes, { EPC = "Epacoin" }),
  fees = { taker = 0.0025, maker = 0.0025 },
  symbol_of = function(id) return (id:gsub("_", "/")) end,
  failed = function(reply)
    if reply.success == true then return nil end
    return reply.result ~= "" and reply.result or reply.message or "failed", reply.message
  end,
  errors = by_class { InsufficientFunds = "ERR_INSUFICIENT_BALANCE", BadRequest = "ERR_LOW_VOLUME" },
  broad = {
    { "Order is not open", "InvalidOrder" },
    { "Invalid Account / Api KEY / Api Secret", "AuthenticationError" },        -- a nonce that is too low, too
  },
  sign = function(req, key)
    first(req.query, "nonce", key.nonce)
    first(req.query, "apikey", key.apiKey)
    req.headers.apisign = hex(hmac("sha512", key.secret, req.url))
  end,

  fetch_markets = {
    get = "/public/getmarkets",
    read = markets {
      at = "result", id = "MarketName", baseId = "MarketAsset", quoteId = "BaseAsset", active = "IsActive", precision = { amount = 8, price = 8 },
      limits = { amount = { min = "MinTradeSize" }, price = { min = 1e-8 } },
    },
  },
  fetch_currencies = {
    get = "/public/getassets",
    read = currencies {
      at = "result", id = "Asset", name = "AssetLong", precision = "DecimalPlaces", fee = "WithdrawTxFee",
      active = function(o) return o.IsActive == true and o.MaintenanceMode ~= true end,
    },
  },
  fetch_ticker = { get = "/public/getmarketsummary", send = "market={id}", read = ticker(with(ticker_fields, { at = "result.1" })) },
  fetch_tickers = { get = "/public/getmarketsummaries", read = tickers(with(ticker_fields, { at = "result" })) },
  fetch_order_book = {
    get = "/public/getorderbook", send = "market={id} type=ALL depth={limit}",
    read = book { at = "result", bids = "buy", asks = "sell", level = { "Rate", "Quantity" } },
  },
  fetch_ohlcv = {
    get = "/public/getcandles", send = "period={timeframe} market={id} count={limit}",
    read = candles { at = "result", columns = "TimeStamp|iso Open High Low Close Volume" },
  },

  fetch_balance = private("getbalances", "", balance { at = "result", currency = "Asset|code", free = "Available", total = "Balance" }),
  fetch_open_orders = private("getopenorders", "market={id}", order_list),
  fetch_closed_orders = private("getcloseorders", "market={id}", order_list),
  fetch_deposit_address = private("getdepositaddress", "asset={currency_id}", address { at = "result", address = "DepositAddress" }),
  fetch_deposits = private("getdeposithistory", "", moved),
  fetch_withdrawals = private("getwithdrawhistory", "", moved),
  fetch_ledger = private("getmytransactions", "", ledger {         -- the last hundred
    at = "result", id = "ID", timestamp = "TimeStamp|iso", currency = "CoinSymbol|code", amount = "Amount|abs", status = "=ok",
    type = { "Type", TRADE = "trade", WITHDRAW = "transaction", default = "." },
    direction = function(o) return o.Amount and (tonumber(o.Amount) < 0 and "out" or "in") end,
    referenceId = function(o) return (o.Description or ""):match "order id ([^,;]+)" end,
    fee = {
      cost = function(o)
        local cost = (o.Description or ""):match "fee (%-?[%d.]+)"
        return cost and decimal.abs(cost)
      end,
      currency = function(o, a) return (o.Description or ""):find("fee ", 1, true) and o.CoinSymbol and a:code_of(o.CoinSymbol) or nil end,
    },
  }),
}
