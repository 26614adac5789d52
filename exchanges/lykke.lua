-- Lykke, HFT API 2: https://lykkecity.github.io/Trading-API
-- Assets have ids of their own (often a GUID); a market's name holds their symbols. A key is sent as it is, nothing is signed. Replies are
-- {payload, error: {code, message}}. Volumes of asks in the book are negative.

local ticker_fields = {        -- its timestamp is none; priceChange is a fraction
  market = "assetPairId", bid = "bid", ask = "ask", last = "lastPrice", high = "high", low = "low", percentage = "priceChange|mul:100",
  baseVolume = "volumeBase", quoteVolume = "volumeQuote",
}

local trade_list = trades {
  at = "payload", id = "id", order = "orderId", market = "assetPairId", timestamp = "timestamp", side = "side|lower", price = "price",
  amount = "volume,baseVolume",
}

local order_fields = {
  id = "id", market = "assetPairId", timestamp = "timestamp", lastTradeTimestamp = "lastTradeTimestamp", type = "type|lower", side = "side|lower",
  price = "price", amount = "volume", filled = "filledVolume", remaining = "remainingVolume", cost = "cost",
  status = words("status", { open = "InOrderBook Processing Placed", closed = "Matched", canceled = "Replaced" }),
}
local order_list = orders(with(order_fields, { at = "payload" }))

-- Where the asset is not told, it is the one that was asked for.
local function asset_code(o, a) return o.assetId and a:code_of(o.assetId):upper() or a.code end
local transaction_fields = {
  id = "operationId,payload", timestamp = "timestamp", type = "type", amount = "totalVolume", currency = asset_code,
  fee = { cost = "fee", currency = asset_code },
}
local operations = { get = "/operations", cost = 2.5, send = "take={limit}", read = transactions(with(transaction_fields, { at = "payload" })) }

return {
  hosts = { api = "https://hft-apiv2.lykke.com/api" },
  credentials = { "apiKey" },
  rate = { interval_ms = 200, burst = 5 },
  fees = { taker = 0, maker = 0 },
  renames = { BCC = "BCH" },
  encode = "json",
  headers = { Accept = "application/json", ["Content-Type"] = "application/json" },

  failed = function(reply)
    local e = reply.error
    if e and e.code and e.code ~= "0" then return e.code, e.message end
  end,
  errors = by_class {
    BadRequest = "2000", InsufficientFunds = "2001 2006 2007 2008 2010", DuplicateOrderId = "2202", NotSupported = "2004",
    InvalidOrder = "2011 2012 2013 2014 2015 2016 2017 2018 2019 2020 2021 2022", ExchangeError = "1001 1100 1101 2003 2005 2009 2023",
  },

  sign = function(req, key)
    req.headers.Authorization = "Bearer " .. key.apiKey
    if req.right == "withdraw" then req.headers["X-Request-ID"] = uuid() end
  end,

  fetch_markets = {
    get = "/assetpairs", cost = 2.5,
    read = markets {
      at = "payload", id = "assetPairId", base = "name|before:/|code", quote = "name|after:/|code", baseId = "baseAssetId", quoteId = "quoteAssetId",
      index = false, active = true, precision = { amount = "baseAssetAccuracy|tick", price = "priceAccuracy|tick" },
      limits = { amount = { min = "minVolume" }, cost = { min = "minOppositeVolume" } },
    },
  },
  fetch_currencies = {
    get = "/assets", cost = 2.5,
    read = currencies {
      at = "payload", id = "assetId", code = "symbol", name = "name", type = { "type", erc20Token = "crypto", default = "other" },
      active = "isDisabled|not", deposit = "blockchainDepositEnabled", withdraw = "blockchainWithdrawal", precision = "accuracy|tick",
      limits = { withdraw = { min = "cashoutMinimalAmount" }, amount = { min = "lowVolumeAmount" } },
    },
  },
  fetch_ticker = {
    run = function(a)           -- the day, or bid and ask
      return {
        get = a.options.prices and "/prices" or "/tickers", cost = 2.5, send = "assetPairIds={id}", read = ticker(with(ticker_fields, { at = "payload.1" })),
      }
    end,
  },
  fetch_tickers = { get = "/tickers", cost = 2.5, read = tickers(with(ticker_fields, { at = "payload" })) },
  fetch_order_book = {
    get = "/orderbooks", cost = 2.5, send = "assetPairId={id} depth={limit}",
    read = book { bids = "payload.1.bids", asks = "payload.1.asks", level = { "p", "v|abs" }, timestamp = "payload.1.timestamp" },
  },
  fetch_trades = { get = "/trades/public/{id}", cost = 2.5, send = "take={limit}", read = trade_list },

  fetch_balance = {
    get = "/balance", cost = 2.5, read = balance { at = "payload", currency = "assetId|code|upper", free = "available", used = "reserved" },
  },
  fetch_order = { get = "/orders/{order_id}", read = order(with(order_fields, { at = "payload" })) },
  fetch_open_orders = { get = "/orders/active", send = "take={limit}", read = order_list },
  fetch_closed_orders = { get = "/orders/closed", send = "take={limit}", read = order_list },
  fetch_my_trades = { get = "/trades", cost = 2.5, send = "take={limit} assetPairId={id} from={since}", read = trade_list },

  create_order = {
    post = "/orders/{type}", send = "assetPairId={id} side={side|as:buy=Buy;sell=Sell} volume={amount|number} price={limit_price|number}",
    read = order {
      id = "payload.orderId", type = "={type}", side = "={side}", amount = "={amount}",
      price = function(o, a) return a.limit_price or o.payload and o.payload.price end,
    },
  },
  cancel_order = { delete = "/orders/{order_id}", encode = "query", read = order { symbol = false } },
  cancel_all_orders = {
    delete = "/orders", encode = "query", send = "assetPairId={id}", read = function(reply) return { { info = reply } } end,
  },

  fetch_deposit_address = {
    get = "/operations/deposits/addresses/{currency_id}", cost = 2.5,
    read = address { currency = "={code}", address = "baseAddress,payload.baseAddress", tag = "addressExtension,payload.addressExtension" },
  },
  fetch_deposits_withdrawals = operations,
  fetch_transactions = operations,
  withdraw = {                  -- is told by its id alone, or in full
    post = "/operations/withdrawals", cost = 2.5, read = transaction(transaction_fields),
    send = "assetId={currency_id} volume={amount|number} destinationAddress={address} destinationAddressExtension={tag}",
  },

  options = { prices = false },
}
