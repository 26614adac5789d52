-- LBank: spot, and the market data of its perpetuals. API 2: https://www.lbank.com/docs/index.html
-- All that is signed is a POST of a form: HMAC-SHA256 or RSA over the MD5 of the sorted parameters, with an echo text of 30 to 40 letters.
-- Replies are {result, data, error_code}; result is true or "true" (of a bare number, nothing is wrong either). The path ends in ".do".
-- The side and the kind of an order are one word: "buy", "sell_market", "buy_maker", "sell_ioc".

-- ---- names ----

local network_names = {
  erc20 = "ERC20", trc20 = "TRC20", ["bep20(bsc)"] = "BEP20", bep20 = "BEP20", omni = "OMNI", asa = "ASA", heco = "HT", bep2 = "BNB", btc = "BTC",
  dogecoin = "DOGE", matic = "POLYGON", oec = "OEC", btctron = "BTCTRON", xrp = "XRP",
}
local network_ids = {
  ERC20 = "erc20", ETH = "erc20", TRC20 = "trc20", TRX = "trc20", BEP20 = "bep20(bsc)", BSC = "bep20(bsc)", OMNI = "omni", ASA = "asa", HT = "heco",
  BNB = "bep2", BTC = "btc", DOGE = "dogecoin", MATIC = "matic", POLYGON = "matic", OEC = "oec", BTCTRON = "btctron", XRP = "xrp",
}

-- A coin's own chain has the coin's name; tokens on it have its standard's.
local own_names = { erc20 = "ETH", trc20 = "TRX" }
local function network_name(id, code)
  if own_names[id] == code then return code end
  if id == "btc" and code ~= "BTC" then return "BRC20" end
  return network_names[id] or id
end

-- The exchange's name of params.network.
local function network_id(a)
  local name = a:take "network"
  name = name and name:upper()
  local known = name and a.currency and a.currency.networks and a.currency.networks[name]
  return known and known.id or network_ids[name] or name
end

-- ---- reading ----

local function number(x) return x and tonumber(x) or nil end

local spot_markets = markets {
  at = "data", id = "symbol", baseId = "symbol|before:_", quoteId = "symbol|after:_", active = true,
  precision = { amount = "quantityAccuracy|tick", price = "priceAccuracy|tick" }, limits = { amount = { min = "minTranQua" } },
}
local swap_markets = markets {
  at = "data", id = "symbol", baseId = "baseCurrency", quoteId = "clearCurrency", settleId = "clearCurrency", type = "=swap", active = true,
  linear = true, inverse = false, contractSize = "volumeMultiple", precision = { amount = "volumeTick", price = "priceTick" },
  limits = { amount = { min = "minOrderVolume", max = "maxOrderVolume" }, cost = { min = "minOrderCost" } },
}

-- Of perpetuals all stands in the row itself.
local ticker_fields = {
  market = "symbol", timestamp = "timestamp,lastTime|s", high = "ticker.high,highestPrice", low = "ticker.low,lowestPrice",
  open = "ticker.openPrice,openPrice", last = "ticker.latest,lastPrice", percentage = "ticker.change", baseVolume = "ticker.vol,volume",
  quoteVolume = "ticker.turnover,turnover", markPrice = "markedPrice", indexPrice = "underlyingPrice",
}
local ticker_list = tickers(with(ticker_fields, { at = "data" }))

-- Without a time of its own a book is as old as its arrival.
local function book_time(o, a) return o.timestamp or a.received or a.now end
local spot_book = book { at = "data", bids = "bids", asks = "asks", timestamp = book_time }
local swap_book = book { at = "data", bids = "bids", asks = "asks", level = { "price", "volume" }, timestamp = book_time }

local function word(o) return o.tradeType or o.type end
local function kind_of(o)
  local w = word(o)
  return w and w:match "_(.+)$"
end
local function side_of(o)
  local w = word(o)
  return w and w:match "^[^_]+"
end

local trade_list = trades {
  at = "data", id = "tid,id,txUuid", order = "orderUuid", timestamp = "date_ms,time,dealTime", side = side_of, price = "price,dealPrice",
  amount = "amount,qty,dealQuantity", cost = "quoteQty,dealVolumePrice",
  type = function(o) return word(o) and (kind_of(o) == "market" and "market" or "limit") end,
  takerOrMaker = function(o) return word(o) and (kind_of(o) == "maker" and "maker" or "taker") end,
  fee = {
    cost = "tradeFee", rate = "tradeFeeRate",
    currency = function(o, _, market) return o.tradeFee and market and (side_of(o) == "buy" and market.base or market.quote) or nil end,
  },
}

local in_force = { maker = "PO", ioc = "IOC", fok = "FOK" }
local order_fields = {
  market = "symbol", id = "orderId,order_id", clientOrderId = "clientOrderId,custom_id", timestamp = "time,create_time", side = side_of,
  type = function(o) return kind_of(o) == "market" and "market" or "limit" end, timeInForce = function(o) return in_force[kind_of(o)] end,
  postOnly = function(o) return kind_of(o) == "maker" end,
  status = words("status", { canceled = "-1 3", open = "0 1", closed = "2", canceling = "4" }),
  price = "price", cost = "cummulativeQuoteQty", filled = "executedQty,deal_amount",
  amount = function(o)          -- a market buy tells what it spends
    if word(o) == "buy_market" then return nil end
    return o.origQty or o.amount
  end,
}
local function order_page(path)
  return {
    post = path, cost = 2.5, needs = "symbol", send = "symbol={id} current_page={1} page_length={limit|default:100}",
    read = orders(with(order_fields, { at = "data.orders" })),
  }
end

-- Deposits have no id; the states of the two are counted differently.
local states = {
  deposit = { ["1"] = "pending", ["2"] = "ok", ["3"] = "failed", ["4"] = "canceled", ["5"] = "ok" },
  withdrawal = { ["1"] = "pending", ["2"] = "canceled", ["3"] = "failed", ["4"] = "ok" },
}
local function transaction_kind(o) return o.id ~= nil and "withdrawal" or "deposit" end
local function history(path, at)
  return {
    post = path, cost = 2.5, send = "coin={currency_id} startTime={since} endTime={until}",
    read = transactions {
      at = at, id = "id", txid = "txId", timestamp = "insertTime,applyTime", type = transaction_kind, currency = "coin|code,coid|code",
      amount = "amount", address = "address", addressTo = "address",
      network = function(o, a)
        local coin = o.coin or o.coid
        return o.networkName and network_name(o.networkName, coin and a:code_of(coin) or a.code)
      end,
      status = function(o) return states[transaction_kind(o)][o.status] or o.status end,
      internal = function(o) return o.status == "5" and transaction_kind(o) == "deposit" end,
      fee = { cost = "fee", currency = function(o, a) return o.fee and (o.coin or o.coid) and a:code_of(o.coin or o.coid) or nil end },
    },
  }
end

local funding_list = funding_rates {
  at = "data", market = "symbol", markPrice = "markedPrice", indexPrice = "underlyingPrice", fundingRate = "fundingRate",
  fundingTimestamp = "nextFeeTime",
  interval = function(o) return o.positionFeeTime and ("%dh"):format(math.tointeger(tonumber(o.positionFeeTime)) // 3600) end,
}
local all_perpetuals = { get = "/cfd/openApi/v1/pub/marketData", host = "contract", cost = 2.5, send = "productGroup=SwapU" }

-- Fees to take a currency out, by network; those of networks that are none for now are not told.
local function networks_of(row, a)
  local code, out, default = a:code_of(row.coin), {}, nil
  for _, n in ipairs(row.networkList) do
    local fee, name = number(n.withdrawFee), n.name and network_name(n.name, code)
    if fee and name then
      out[name] = fee
      if n.isDefault == true then default = fee end
    end
  end
  return code, out, default
end

return {
  hosts = { api = "https://api.lbank.info/v2", contract = "https://lbkperp.lbank.com" },
  client_id = "hex",
  rate = { interval_ms = 20, burst = 10 },
  fees = { taker = 0.001, maker = 0.001 },
  renames = { XBT = "XBT", HIT = "Hiver", VET_ERC20 = "VEN", PNT = "Penta" },
  timeframes = "1m=minute1 5m=minute5 15m=minute15 30m=minute30 1h=hour1 2h=hour2 4h=hour4 6h=hour6 8h=hour8 12h=hour12 1d=day1 1w=week1",

  failed = function(reply)
    if reply.result == nil or reply.result == false or reply.result == "false" then return reply.error_code or "error", reply.msg end
  end,
  errors = by_class {
    AuthenticationError = "10002 10005 10006 10007", BadSymbol = "10008 10701", DuplicateOrderId = "10036", InsufficientFunds = "10014 10016 10102",
    BadRequest = "10001 10003 10018 10019 10020 10028 10029 10030 10101 10106 10107 10111 10112 10113 10600",
    ExchangeError = "10000 10017 10033 10103 10104 10105 10108 10110 10601", InvalidAddress = "10109", InvalidNonce = "10031",
    InvalidOrder = "10009 10010 10013 10015 10021 10023 10025 10026 10027", PermissionDenied = "10022 10024 10100 10702",
    RateLimitExceeded = "10004",
  },
  http = { default = "NullResponse" },      -- pages of HTML: no reply at all

  sign = function(req, key, a)
    local echo, now = random_hex(38), key.time
    local method = a.options.key_type == "rsa" and "RSA" or when_contains(key.secret, "PRIVATE KEY", "RSA", "HmacSHA256")
    local form = req.form
    form.api_key = key.apiKey
    local signed = sorted(form)
    signed.echostr, signed.signature_method, signed.timestamp = echo, method, now
    local told = {}
    for k, v in pairs(sorted(signed)) do told[#told + 1] = k .. "=" .. (type(v) == "boolean" and tostring(v) or v) end
    local digest = upper(hex(md5(join(told, "&"))))
    form.sign = signature(key.secret, digest)
    req.form = sorted(form)
    req.headers.timestamp, req.headers.signature_method, req.headers.echostr = now, method, echo
  end,

  -- Market data

  fetch_time = {
    run = function(a)
      local kind = a:take "type"
      if kind == "swap" then return { get = "/cfd/openApi/v1/pub/getTime", host = "contract", cost = 2.5, read = time "data" } end
      return { get = "/timestamp.do", cost = 2.5, read = time "data" }
    end,
  },
  fetch_markets = {
    run = function()
      local swaps = ask {
        get = "/cfd/openApi/v1/pub/instrument", host = "contract", cost = 2.5, send = "productGroup=SwapU", params = true, read = swap_markets,
      }
      local out = ask { get = "/accuracy.do", cost = 2.5, params = true, read = spot_markets }
      for _, market in ipairs(swaps) do out[#out + 1] = market end
      return out
    end,
  },
  fetch_currencies = {
    get = "/withdrawConfigs.do", cost = 3.75,
    read = function(reply, a)   -- a row a network
      local out = {}
      for _, row in ipairs(reply.data) do
        local id = row.assetCode
        local code = a:code_of(id)
        local chain = row.chain or id
        local name = network_name(chain, code)
        out[code] = out[code] or { id = id, code = code, networks = {}, info = row }
        out[code].networks[name] = {
          id = chain, network = name, withdraw = row.canWithDraw, fee = number(row.fee), info = row,
          precision = number(row.transferAmtScale and "1e-" .. row.transferAmtScale),
          limits = { withdraw = { min = number(row.min) }, deposit = { min = number(row.minTransfer) } },
        }
      end
      return out
    end,
  },
  fetch_ticker = {
    run = function(a)
      if a.market.spot then
        return { get = "/ticker/24hr.do", cost = 2.5, send = "symbol={id}", read = ticker(with(ticker_fields, { at = "data.1" })) }
      end
      for _, row in ipairs(ask(with(all_perpetuals, { params = true })).data) do
        if row.symbol == a.id then return ticker(ticker_fields)(row, a) end
      end
      fail("NullResponse", "no ticker of " .. a.symbol)
    end,
  },
  fetch_tickers = {
    run = function(a)
      local kind, first = a:take "type", a.symbols and a:market_of(a.symbols[1])
      if (kind or first and first.type) == "swap" then return with(all_perpetuals, { read = ticker_list }) end
      return { get = "/ticker/24hr.do", cost = 2.5, send = "symbol=all", read = ticker_list }
    end,
  },
  fetch_order_book = {
    run = function(a)
      if a.market.spot then return { get = "/depth.do", cost = 2.5, send = "symbol={id} size={limit|default:60}", read = spot_book } end
      return {
        get = "/cfd/openApi/v1/pub/marketOrder", host = "contract", cost = 2.5, send = "symbol={id} depth={limit|default:60}", read = swap_book,
      }
    end,
  },
  fetch_trades = { get = "/trades.do", cost = 2.5, send = "symbol={id} time={since} size={limit|max:600|default:600}", read = trade_list },
  fetch_ohlcv = {               -- from a time on, and one more than asked for
    run = function(a)
      local n = math.min(a.limit or 100, 2000)
      a.since = a.since or a.now - a.timeframe_s * 1000 * n
      return {
        get = "/kline.do", cost = 2.5, read = candles { at = "data", columns = "1|s 2 3 4 5 6" },
        send = function()
          return ordered { { "symbol", a.id }, { "type", a.timeframe }, { "time", a.since // 1000 }, { "size", math.min(n + 1, 2000) } }
        end,
      }
    end,
  },
  fetch_funding_rate = {
    run = function(a)
      return with(all_perpetuals, {
        read = function(reply, args)
          return funding_list(reply, { symbols = { args.symbol } })[args.symbol] or fail("NullResponse", "no funding rate of " .. args.symbol)
        end,
      })
    end,
  },
  fetch_funding_rates = with(all_perpetuals, { read = funding_list }),

  -- Account

  fetch_balance = {
    post = "/supplement/user_info.do", cost = 2.5, read = balance { at = "data", currency = "coin|code", free = "usableAmt", used = "freezeAmt" },
  },
  fetch_trading_fee = {
    post = "/supplement/customer_trade_fee.do", cost = 2.5, send = "category={id}",
    read = trading_fee { at = "data.1", market = "symbol", maker = "makerCommission|div:100", taker = "takerCommission|div:100" },
  },
  fetch_trading_fees = {        -- in hundredths
    post = "/supplement/customer_trade_fee.do", cost = 2.5,
    read = trading_fees { at = "data", market = "symbol", maker = "makerCommission|div:100", taker = "takerCommission|div:100" },
  },
  fetch_transaction_fees = {
    post = "/supplement/user_info.do", cost = 2.5, kind = "raw",
    read = function(reply, a)
      local out = {}
      for _, row in ipairs(reply.data) do
        local code, networks = networks_of(row, a)
        out[code] = networks
      end
      return { withdraw = out, deposit = {}, info = reply }
    end,
  },
  fetch_deposit_withdraw_fees = {
    post = "/supplement/user_info.do", cost = 2.5,
    read = function(reply, a)
      local out = {}
      for _, row in ipairs(reply.data) do
        local code, fees, default = networks_of(row, a)
        local networks = {}
        for name, fee in pairs(fees) do networks[name] = { withdraw = { fee = fee }, deposit = {} } end
        out[code] = { withdraw = { fee = default }, deposit = {}, networks = networks, info = row }
      end
      return out
    end,
  },
  fetch_order = {
    post = "/supplement/orders_info.do", cost = 2.5, needs = "symbol", send = "symbol={id} orderId={order_id}",
    read = order(with(order_fields, { at = "data" })),
  },
  fetch_orders = order_page "/supplement/orders_info_history.do",       -- those that are no more, unless params.status asks for others
  fetch_open_orders = order_page "/supplement/orders_info_no_deal.do",
  fetch_my_trades = {           -- days; two of them at most
    post = "/transaction_history.do", cost = 2.5, needs = "symbol", read = trade_list,
    send = function(a)
      local from, raw = a.since, a:take "start_date"
      return ordered {
        { "symbol", a.id }, { "size", a.limit }, { "start_date", raw or from and iso8601(from):sub(1, 10) },
        { "end_date", from and iso8601(from + 86400000):sub(1, 10) },
      }
    end,
  },

  -- Orders

  create_order = {
    run = function(a)
      local mine, raw, post, asked = a:take "clientOrderId", a:take "custom_id", a:take "postOnly", (a:take "timeInForce" or ""):upper()
      local suffix = asked == "IOC" and "_ioc" or asked == "FOK" and "_fok" or (post or asked == "PO") and "_maker" or ""
      local price, amount = a.price, a.amount
      if not a.market.spot then fail("NotSupported", "only spot markets are traded here") end
      if a.type == "market" then
        if suffix ~= "" then fail("InvalidOrder", "a market order does not say how long it stands") end
        suffix, price = "_market", nil
        if a.side == "buy" then         -- told by its cost, in the place of the price
          local cost, needs_price = a:take "cost", a:take "createMarketBuyOrderRequiresPrice"
          if needs_price == nil then needs_price = a.options.createMarketBuyOrderRequiresPrice end
          if not cost and needs_price and not a.asked_price then
            fail("InvalidOrder", "a market buy is told by its cost: give a price, or params.cost, or createMarketBuyOrderRequiresPrice = false")
          end
          cost = cost or (needs_price and decimal.mul(decimal.text(a.asked_amount), decimal.text(a.asked_price)) or a.asked_amount)
          price, amount = a:to_cost(cost), nil
        end
      elseif not price then
        fail("ArgumentsRequired", "a limit order needs a price")
      end
      return {
        post = "/supplement/create_order.do", read = order { at = "data", id = "order_id" },
        send = function()
          return ordered { { "symbol", a.id }, { "type", a.side .. suffix }, { "price", price }, { "amount", amount }, { "custom_id", raw or mine } }
        end,
      }
    end,
  },
  create_market_buy_order_with_cost = {
    run = function(a)
      a:take "createMarketBuyOrderRequiresPrice"
      return {
        post = "/supplement/create_order.do", send = "symbol={id} type=buy_market price={cost} custom_id={clientOrderId}",
        read = order { at = "data", id = "order_id" },
      }
    end,
  },
  cancel_order = {
    post = "/supplement/cancel_order.do", needs = "symbol", read = order(with(order_fields, { at = "data" })),
    send = function(a)
      local mine, raw = a:take "clientOrderId", a:take "origClientOrderId"
      return ordered { { "symbol", a.id }, { "orderId", a.order_id }, { "origClientOrderId", raw or mine } }
    end,
  },
  cancel_all_orders = {
    post = "/supplement/cancel_order_by_symbol.do", needs = "symbol", send = "symbol={id}", read = orders(with(order_fields, { at = "data" })),
  },

  -- Money in and out

  fetch_deposit_address = {
    run = function(a)
      local default = a.options.defaultNetworks[a.code]
      if default and not a.params.network then a.params.network = default end
      local chain = network_id(a)
      return {
        post = "/get_deposit_address.do", cost = 2.5, send = ordered { { "assetCode", a.currency_id }, { "netWork", chain } },
        read = address {
          at = "data", address = "address", tag = "memo", network = function(o, args) return o.netWork and network_name(o.netWork, args.code) end,
        },
      }
    end,
  },
  fetch_deposits = history("/supplement/deposit_history.do", "data.depositOrders"),
  fetch_withdrawals = history("/supplement/withdraws.do", "data.withdraws"),
  withdraw = {                  -- the fee is part of the order: that of the network (fetch_deposit_withdraw_fees)
    needs = "fee",
    run = function(a)
      local fee, raw = a:take "fee", a:take "networkName"
      local chain = network_id(a) or raw
      return {
        post = "/supplement/withdraw.do", cost = 2.5, read = transaction { at = "data", id = "withdrawId" },
        send = ordered {
          { "address", a.address }, { "coin", a.currency_id }, { "amount", a.amount }, { "fee", fee }, { "memo", a.tag }, { "networkName", chain },
        },
      }
    end,
  },

  options = {
    createMarketBuyOrderRequiresPrice = true, defaultNetworks = { USDT = "TRC20" },
    key_type = "hmac",          -- "rsa": what signature_method says of an RSA key without the lines of a PEM around it
  },
}
