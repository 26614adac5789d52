-- API 3 of HitBTC, as it and its white labels speak it: an adapter without hosts. Docs: https://api.hitbtc.com/
-- Failures are {error: {code, message, description}}. Prices and amounts are texts, times ISO 8601.
-- An order is known by its client_order_id: paths, lists and trades name it by that; `id` is of use for the trades of one order alone.
-- Spot, margin and futures (perpetuals among them) are three accounts with the same endpoints below /spot, /margin and /futures.

-- Unified network -> the exchange's own.
local networks = {
  AVAXC = "AVAC", AVAXX = "AVAX", BEP2 = "BNB", BEP20 = "BSC", BSV = "BCHSV", ERC20 = "ETH", KLAY = "KIM", KOMODO = "KMD", MATIC = "POLYGON",
  NEM = "XEM", OASIS = "ROSE", OMNI = "BTC", OPTIMISM = "OP", THETA = "Theta", TRC20 = "TRX",
}
local network_codes = {}
for code, id in pairs(networks) do network_codes[id] = code end

-- A chain carries its own coin under the coin's name: BTC is on BTC, but USDT there is on OMNI.
local function network_code(id, coin)
  return id == coin and coin or network_codes[id] or id
end

local function number(x) return x and tonumber(x) end

-- ---- which account ----

local wallets = { spot = "spot", funding = "wallet", wallet = "wallet", swap = "derivatives", future = "derivatives", derivatives = "derivatives" }
local sections = { spot = "/spot", margin = "/margin", swap = "/futures", future = "/futures" }

-- The account that a call is about, and the margin mode that was asked for: params.type, marginMode, margin = true, or the market.
local function account(a)
  local type, mode, margin = a:take "type", a:take "marginMode", a:take "margin"
  type = type or a.market and a.market.type or a.options.defaultType
  if margin == true or a.options.defaultType == "margin" then mode = mode or "isolated" end
  local section = sections[type]
  if not section then fail("NotSupported", "no account for " .. tostring(type)) end
  return section, mode
end

-- A margin mode asks for the margin account.
local function section(a)
  local of_type, mode = account(a)
  return mode and "/margin" or of_type
end

local function in_account(verb, path, rest)
  return { run = function(a) return with({ [verb] = section(a) .. path }, rest) end }
end

-- ---- reading ----

local ticker_fields = {
  timestamp = "timestamp|iso", bid = "bid", ask = "ask", last = "last", high = "high", low = "low", open = "open", baseVolume = "volume",
  quoteVolume = "volume_quote",
}

local book_fields = { bids = "bid", asks = "ask", timestamp = "timestamp|iso" }
local order_book = book(book_fields)
local candle_list = candles { columns = "timestamp|iso open max min close volume" }

-- Public trades do not say `taker`: their side is the taker's.
local trade_fields = {
  id = "id", order = "client_order_id,clientOrderId", timestamp = "timestamp|iso", market = "symbol", side = "side", price = "price", amount = "quantity,qty",
  takerOrMaker = { "taker", ["false"] = "maker", default = "taker" },
  fee = { cost = "fee", currency = function(o, _, market) return o.fee and market and market.feeCurrency end },
}
local trade_list = trades(trade_fields)

-- A new order was never updated.
local function changed(o) return o.updated_at ~= o.created_at and type(o.updated_at) == "string" and parse8601(o.updated_at) or nil end

-- The trades that are told need not be all.
local function done(o) return o.price_average and o.quantity_cumulative and decimal.mul(o.price_average, o.quantity_cumulative) or nil end

local order_fields = {
  id = "client_order_id", clientOrderId = "client_order_id", market = "symbol", timestamp = "created_at|iso", type = "type", side = "side",
  lastTradeTimestamp = changed, lastUpdateTimestamp = changed,
  status = { "status", suspended = "open", default = "." },
  postOnly = { "post_only", ["true"] = true, ["false"] = false }, reduceOnly = { "reduce_only", ["true"] = true, ["false"] = false },
  timeInForce = "time_in_force", price = "price", triggerPrice = "stop_price", average = "price_average",
  amount = "quantity", filled = "quantity_cumulative", cost = done, trades = trades(with(trade_fields, { at = "trades?" })),
}
local one_order, order_list = order(order_fields), orders(order_fields)
local done = { filled = true, canceled = true, expired = true }

local transaction_fields = {
  id = "operation_id,id", txid = "native.hash", timestamp = "created_at|iso", updated = "updated_at|iso",
  type = { "type", DEPOSIT = "deposit", WITHDRAW = "withdrawal", default = "." },
  status = { "status", ROLLED_BACK = "failed", default = "." },
  currency = "native.currency|code", amount = "native.amount", address = "native.address", addressTo = "native.address",
  addressFrom = "native.senders.1", tag = "native.payment_id", tagTo = "native.payment_id",
  internal = function(o) return o.subtype == "OFFCHAIN" end, fee = { cost = "native.fee", currency = "native.currency|code" },
}
local transaction_list = transactions(transaction_fields)
local function transactions_of(types)
  return {
    get = "/wallet/transactions", cost = 30, read = transaction_list,
    send = "types=" .. types .. " currencies={currency_id} from={since|iso} till={until|iso} limit={limit}",
  }
end

local address_fields = { currency = "currency|code", address = "address", tag = "payment_id" }

local fee_fields = { market = "symbol", maker = "make_rate", taker = "take_rate" }

-- One currency of the public list: its networks, and what taking it out over each costs.
local function networks_of(o, a, _, id)
  local out, coin = {}, a:code_of(id)
  for _, n in ipairs(o.networks or {}) do
    local code = network_code(n.network or n.protocol, coin)
    if code then
      out[code] = {
        id = n.network, network = code, fee = number(n.payout_fee), deposit = n.payin_enabled, withdraw = n.payout_enabled,
        precision = number(n.precision_payout), limits = { withdraw = {} }, info = n,
      }
    end
  end
  return out
end

local function price_candles(kind)
  return "/public/futures/candles/" .. kind .. "/{id}"
end
local candle_paths = { mark = price_candles "mark_price", index = price_candles "index_price", premiumIndex = price_candles "premium_index" }
local function ohlcv(price)
  return {
    run = function(a)
      return {
        get = candle_paths[price or a:take "price"] or "/public/candles/{id}", cost = 10, read = candle_list,
        send = "period={timeframe} from={since|iso} till={until|iso} limit={limit|max:1000}",
      }
    end,
  }
end

-- ---- sending ----

local needs_price = { limit = true, stopLimit = true, takeProfitLimit = true }
local needs_trigger = { stopLimit = true, stopMarket = true, takeProfitLimit = true, takeProfitMarket = true }

local function new_order(a)
  local where, mode = account(a)
  local of_contract = where == "/futures"
  local r = ordered { { "type", a.type }, { "side", a.side }, { "quantity", a.amount }, { "symbol", a.id } }
  local reduce, tif, post, mine = a:take "reduceOnly", a:take "timeInForce", a:take "postOnly", a:take "clientOrderId"
  if reduce ~= nil and where == "/spot" and not mode then fail("InvalidOrder", "only contracts and margin know reduceOnly") end
  if tif == "PO" then tif, post = nil, true end
  if post and (a.type == "market" or tif == "IOC" or tif == "FOK") then cannot_rest() end
  if tif == "GTD" and not a.params.expire_time then fail("ArgumentsRequired", "a GTD order needs params.expire_time") end
  r.client_order_id, r.reduce_only, r.post_only, r.time_in_force = mine, reduce or nil, post or nil, tif
  if needs_price[a.type] then
    r.price = a.price
  end
  local t1, t2, t3 = a:take "triggerPrice", a:take "stopPrice", a:take "stop_price"
  local trigger = t1 or t2 or t3
  if trigger then
    r.stop_price = a:to_price(trigger)
    r.type = a.type == "limit" and "stopLimit" or a.type == "market" and "stopMarket" or a.type
  elseif needs_trigger[a.type] then
    fail("ArgumentsRequired", "a " .. a.type .. " order needs params.triggerPrice")
  end
  if of_contract then r.margin_mode = mode or "cross" end
  return { post = (mode and not of_contract and "/margin" or where) .. "/order", send = r, read = one_order }
end

-- Tokens of USDT are on several networks; `network_code` picks one.
local function network_of_usdt(a)
  local network = a.code == "USDT" and a:take "network"
  if not network then return nil end
  return networks[network:upper()] or network
end

local adapter = {
  client_id = "hex",
  rate = { interval_ms = 3.333, burst = 60 },
  fees = { taker = 0.0009, maker = 0.0009 },
  encode = "json",
  headers = { ["Content-Type"] = "application/json" },
  timeframes = "1m=M1 3m=M3 5m=M5 15m=M15 30m=M30 1h=H1 4h=H4 1d=D1 1w=D7 1M",
  renames = {
    AUTO = "Cube", BDP = "BidiPass", BET = "DAO.Casino", BIT = "BitRewards", BOX = "BOX Token", CPT = "Cryptaur", GET = "Themis",
    GMT = "GMT Token", HSR = "HC", IQ = "IQ.Cash", LNC = "LinkerCoin", PLA = "PlayChip", PNT = "Penta", SBTC = "Super Bitcoin", STEPN = "GMT",
    STX = "STOX", TV = "Tokenville", XMT = "MTL", XPNT = "PNT",
  },
  options = { defaultType = "spot", includeFee = false },      -- includeFee: withdrawals take their fee out of the amount

  failed = "error.code", message = "error.message,error.description",
  errors = by_class {
    AccountSuspended = "10021 21003 21004", AuthenticationError = "1002 1004 1005", BadSymbol = "2001",
    BadRequest = "2002 2003 2010 2011 2012 2020 2022 10001 10022",
    ExchangeError = "500 800 20003 20004 20005 20006 20007 20011 20012 20014 20016 20018 20031 20032 20033 20034 20040 20041 20042 20043 20080 "
      .. "21001 22004 22008",
    ExchangeNotAvailable = "503 504", InsufficientFunds = "20001", InvalidOrder = "2024 20008 20009 20045 20047 20048 20049",
    OnMaintenance = "20010", OrderNotFound = "20002", PermissionDenied = "600 1003 20044", RateLimitExceeded = "429",
  },

  sign = function(req, key)
    local now = key.nonce
    if req.method ~= "GET" then req.body = encode_json(req.json) end      -- {} where there is nothing to say
    local signature = hex(hmac("sha256", key.secret, req.method .. req.target .. req.body .. now))
    req.headers.Authorization = "HS256 " .. base64(key.apiKey .. ":" .. signature .. ":" .. now)
  end,

  -- Market data

  fetch_markets = {
    get = "/public/symbol", cost = 10,
    read = markets {
      where = function(_, _, _, id) return not id:find("_BQX$") end,      -- listed, but the exchange knows no such symbol when asked
      id = "@key", baseId = "base_currency,underlying", quoteId = "quote_currency", feeCurrency = "fee_currency|code", active = true,
      settleId = function(o) return o.type == "futures" and o.fee_currency or nil end,
      type = function(o) return o.type == "futures" and (o.expiry and "future" or "swap") or "spot" end,
      contractSize = function(o) return o.type == "futures" and 1 or nil end, expiry = "expiry",
      margin = function(o) return o.type == "spot" and o.margin_trading == true end, taker = "take_rate", maker = "make_rate",
      precision = { amount = "quantity_increment", price = "tick_size" },
      limits = {
        leverage = { min = 1, max = "max_initial_leverage|default:1" }, amount = { min = "quantity_increment" }, price = { min = "tick_size" },
        cost = { min = function(o) return o.quantity_increment and o.tick_size and decimal.mul(o.quantity_increment, o.tick_size) end },
      },
    },
  },
  fetch_currencies = {
    get = "/public/currency", cost = 10,
    read = currencies {
      id = "@key", name = "full_name", precision = "precision_transfer", active = function(o) return o.delisted ~= true end,
      deposit = "payin_enabled", withdraw = "payout_enabled", networks = networks_of,
    },
  },
  fetch_deposit_withdraw_fees = {
    get = "/public/currency", cost = 10, right = "public",
    read = function(reply, a)
      local out, wanted = {}, nil
      for _, code in ipairs(a.codes or {}) do
        wanted = wanted or {}
        wanted[code] = true
      end
      for id, o in pairs(reply) do
        local code = a:code_of(id)
        if not wanted or wanted[code] then
          local fee = { info = o, withdraw = {}, deposit = {}, networks = {} }
          for network, n in pairs(networks_of(o, a, nil, id)) do
            local cost = { fee = n.fee, percentage = n.fee and false }
            if n.info.default == true then fee.withdraw = cost end
            fee.networks[network] = { withdraw = cost, deposit = {} }
          end
          out[code] = fee
        end
      end
      return out
    end,
  },
  fetch_ticker = { get = "/public/ticker/{id}", cost = 10, read = ticker(ticker_fields) },
  fetch_tickers = { get = "/public/ticker", cost = 10, arrays = "comma", send = "symbols={ids}", read = tickers(with(ticker_fields, { market = "@key" })) },
  fetch_order_book = { get = "/public/orderbook/{id}", cost = 10, send = "depth={limit}", read = order_book },
  fetch_order_books = {
    get = "/public/orderbook", cost = 10, arrays = "comma", send = "symbols={ids} depth={limit}",
    read = function(reply, a)
      local out = {}
      for _, symbol in ipairs(a.symbols or a.all_symbols) do
        local told = reply[a:market_of(symbol).id]
        if told then
          out[symbol] = order_book(told, a)
          out[symbol].symbol = symbol
        end
      end
      return out
    end,
  },
  fetch_trades = { get = "/public/trades/{id}", cost = 10, send = "limit={limit|max:1000} from={since} till={until}", read = trade_list },
  fetch_ohlcv = ohlcv(),
  fetch_mark_ohlcv = ohlcv "mark",
  fetch_index_ohlcv = ohlcv "index",
  fetch_premium_index_ohlcv = ohlcv "premiumIndex",
  fetch_trading_fee = in_account("get", "/fee/{id}", { cost = 15, read = trading_fee(fee_fields) }),
  fetch_trading_fees = in_account("get", "/fee", { cost = 15, read = trading_fees(fee_fields) }),

  -- Account and orders

  fetch_balance = {
    run = function(a)
      local wallet = wallets[a:take "type" or "spot"]
      if not wallet then fail("BadRequest", "params.type is spot, funding, swap or future") end
      local path = wallet == "derivatives" and "futures" or wallet
      return {
        get = "/" .. path .. "/balance", cost = path == "wallet" and 30 or 15,
        read = balance { currency = "currency|code", free = "available", used = "reserved" },
      }
    end,
  },
  fetch_order = in_account("get", "/history/order", {
    cost = 15, send = "client_order_id={order_id}", read = order(with(order_fields, { at = "1" })),
    failed = function(reply)      -- a list, empty where there is no such order
      if reply.error then return reply.error.code, reply.error.message end
      if not reply[1] then return "20002", "no such order" end
    end,
  }),
  fetch_open_order = in_account("get", "/order/{order_id}", { read = one_order }),
  fetch_open_orders = in_account("get", "/order", { send = "symbol={id}", read = order_list }),
  fetch_closed_orders = in_account("get", "/history/order", {
    cost = 15, send = "symbol={id} from={since|iso} till={until|iso} limit={limit}",
    read = orders(with(order_fields, { where = function(o) return done[o.status] end })),
  }),
  fetch_my_trades = in_account("get", "/history/trade", { cost = 15, send = "symbol={id} limit={limit} from={since} till={until}", read = trade_list }),
  fetch_order_trades = in_account("get", "/history/trade", { cost = 15, send = "order_id={order_id}", read = trade_list }),
  create_order = { run = new_order },
  edit_order = {
    run = function(a)
      if needs_price[a.type] then price_of(a) end
      if not needs_price[a.type] then a.price = nil end
      return { patch = section(a) .. "/order/{order_id}", send = "client_order_id={order_id} quantity={amount} price={price}", read = one_order }
    end,
  },
  cancel_order = in_account("delete", "/order/{order_id}", { send = "client_order_id={order_id}", read = one_order }),
  cancel_all_orders = in_account("delete", "/order", { send = "symbol={id}", read = order_list }),

  -- Money in and out

  fetch_deposit_address = {
    get = "/wallet/crypto/address", cost = 30, read = address(with(address_fields, { at = "1" })),
    send = function(a) return ordered { { "currency", a.currency_id }, { "network_code", network_of_usdt(a) } } end,
  },
  create_deposit_address = {
    post = "/wallet/crypto/address", cost = 30, read = address(address_fields),
    send = function(a) return ordered { { "currency", a.currency_id }, { "network_code", network_of_usdt(a) } } end,
  },
  fetch_deposits = transactions_of "DEPOSIT",
  fetch_withdrawals = transactions_of "WITHDRAW",
  fetch_deposits_withdrawals = transactions_of "DEPOSIT,WITHDRAW",
  fetch_transactions = transactions_of "DEPOSIT,WITHDRAW",
  withdraw = {
    post = "/wallet/crypto/withdraw", cost = 30, read = transaction(transaction_fields),
    send = function(a)
      return ordered {
        { "currency", a.currency_id }, { "amount", raw_number(a.amount) }, { "address", a.address }, { "payment_id", a.tag },
        { "network_code", network_of_usdt(a) }, { "include_fee", a.options.includeFee or nil },
      }
    end,
  },
  transfer = {
    post = "/wallet/transfer", cost = 30,
    send = function(a)
      local from, to = a.from_account:lower(), a.to_account:lower()
      from, to = wallets[from] or from, wallets[to] or to
      if from == to then fail("BadRequest", "a transfer is between two accounts") end
      return ordered { { "currency", a.currency_id }, { "amount", a.amount }, { "source", from }, { "destination", to } }
    end,
    read = function(reply, a) return { id = reply[1], currency = a.code, info = reply } end,
  },
}

return with(adapter, dialect "hitbtc_contracts" { section = section, number = number, one_order = one_order })
