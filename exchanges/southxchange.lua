-- SouthXchange: spot; closed. API was at https://www.southxchange.com/Home/Api
-- A market has no id of its own: it is a pair of currencies, "LTC/BTC" in paths. Every own request is JSON signed as a whole, and the nonce
-- counts seconds. Replies that are a text are quoted once more inside now and then.

local ticker_fields = { timestamp = "={now}", bid = "Bid", ask = "Ask", last = "Last", percentage = "Variation24Hr", baseVolume = "Volume24Hr" }

local function market_id(o)
  return o.ListingCurrency and o.ReferenceCurrency and o.ListingCurrency .. "/" .. o.ReferenceCurrency
end

-- What is public takes no parameters.
local pair = "{market.baseId}/{market.quoteId}"
local function look(path, read)
  return {
    run = function(a)
      a.params = {}
      return { get = path, read = read }
    end,
  }
end

local function nothing() return {} end          -- is told of what was done
local function unquote(text) return (text:gsub('[\\"]', "")) end

-- One list holds all that moves a balance, 50 rows at most.
local function movements(kind, read)
  return {
    post = "/listTransactions", needs = "code", read = read,
    send = "Currency={currency_id}" .. (kind and " TransactionType=" .. kind or "")
      .. " PageSize={limit|default:50|number|max:50} SortField=Date Descending={true}",
  }
end

local transaction_list = transactions {
  at = "Result?", id = "MovementId", txid = "Hash", timestamp = "Date|iso", currency = "CurrencyCode|code", amount = "Amount|abs", address = "Address",
  addressTo = "Address", type = { "Type", withdraw = "withdrawal", default = "." },
  status = { "Status", processed = "pending", confirmed = "ok", default = "." },
}

local ledger_rows = ledger {
  at = "Result?", id = "MovementId", timestamp = "Date|iso", currency = "CurrencyCode|code", amount = "Amount|abs", after = "TotalBalance",
  before = function(o) return o.TotalBalance and o.Amount and decimal.sub(o.TotalBalance, o.Amount) end,
  direction = function(o) return o.Amount and (o.Amount:find "^-" and "out" or "in") end,
  type = words("Type", { fee = "tradefee", transaction = "withdraw deposit" }),
  status = "Status", referenceId = "Hash,TradeId,OrderCode", referenceAccount = "Address",
}

return {
  hosts = { api = "https://www.southxchange.com/api" },
  rate = { interval_ms = 1000, burst = 5 },
  precision = "places",
  renames = with(old_codes, { BHD = "Bithold", GHOST = "GHOSTPRISM", MTC = "Marinecoin", SMT = "SmartNode" }),
  fees = { taker = 0.003, maker = 0.001 },
  encode = "json",
  nonce = "s",

  sign = function(req, key)
    req.body = '{"key":' .. encode_json(key.apiKey) .. ',"nonce":' .. key.nonce .. (#req.json > 0 and "," or "") .. encode_json(req.json):sub(2)
    req.headers["Content-Type"] = "application/json"
    req.headers.Hash = hex(hmac("sha512", key.secret, req.body))
  end,

  fetch_markets = look("/markets", markets { id = function(m) return m[1] .. "/" .. m[2] end, baseId = "1", quoteId = "2" }),
  fetch_ticker = look("/price/" .. pair, ticker(ticker_fields)),
  fetch_tickers = look("/prices", tickers(with(ticker_fields, { market = "Market" }))),
  fetch_order_book = look("/book/" .. pair, book { bids = "BuyOrders", asks = "SellOrders", level = { "Price", "Amount" } }),
  fetch_trades = look("/trades/" .. pair, trades { timestamp = "At|s", side = "Type", price = "Price", amount = "Amount" }),

  fetch_balance = {         -- coins on their way in count, and cannot be used yet
    post = "/listBalances",
    read = balance {
      currency = "Currency|code", free = "Available",
      total = function(o) return o.Deposited and o.Unconfirmed and decimal.add(o.Deposited, o.Unconfirmed) end,
    },
  },
  fetch_open_orders = {
    post = "/listOrders",
    read = orders {
      id = "Code", market = market_id, type = "=limit", side = "Type|lower", price = "LimitPrice", amount = "OriginalAmount", remaining = "Amount",
      status = "=open",
    },
  },
  create_order = {
    post = "/placeOrder", text = true, read = function(reply) return { id = unquote(reply) } end,
    send = "listingCurrency={market.baseId} referenceCurrency={market.quoteId} type={side} amount={amount|number} limitPrice={limit_price|number}",
  },
  cancel_order = { post = "/cancelOrder", text = true, send = "orderCode={order_id}", read = nothing },

  create_deposit_address = {        -- address and tag in one: "rAddress|tag"
    post = "/generatenewaddress", text = true, send = "currency={currency_id}",
    read = function(reply, a)
      local whole, tag = unquote(reply):match "^([^|]*)|?(.*)$"
      return { currency = a.code, address = whole, tag = tag ~= "" and tag or nil }
    end,
  },
  fetch_transactions = movements("depositswithdrawals", transaction_list),
  fetch_deposits = movements("deposits", transaction_list),
  fetch_withdrawals = movements("withdrawals", transaction_list),
  fetch_ledger = movements(nil, ledger_rows),
  withdraw = {
    post = "/withdraw", text = true, read = nothing,
    send = function(a)
      return ordered {
        { "currency", a.currency_id }, { "address", a.tag and a.address .. "|" .. a.tag or a.address }, { "amount", raw_number(a.amount) },
      }
    end,
  },
}
