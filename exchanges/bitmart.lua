-- BitMart, spot and USDT contracts, as it was until it closed in 2026. API: https://developer-pro.bitmart.com/
-- Replies are {code, message, data}; 1000 and "OK" are success, anything else a failure, in a 200 reply too; a message that is a number is the code.
-- Spot and wallet live on one host, contracts and the system's state on another. Orders: dialects/bitmart_orders.lua.
-- A coin on a network is a currency of its own, "USDT-TRC20"; without a dash it is the coin on the network that its row names.

-- ---- networks ----

-- Codes of networks, where they are not the exchange's own names.
local networks = {
  ETH = "ERC20", Ethereum = "ERC20", Bitcoin = "BTC", USDT = "OMNI", MATIC = "POLYGON", HECO = "HRC20", Casper = "CSPR", Computer = "ICP",
  BSC_BNB = "BEP20", KardiaChain = "KARDIA", Fantom = "FTM", ASTAR = "ASTR", HORIZEN = "ZEN", OAS = "OASYS", ["OMAX Chain"] = "OMAX", XEM = "NEM",
  ERG = "ERGO",
}
local ids = {}
for id, code in pairs(networks) do ids[code] = ids[code] or id end
ids.ERC20, ids.BTC, ids.OMNI = nil, nil, nil

-- A coin on its own network is no token: ETH, not ERC20.
local own = { ETH = { ERC20 = "ETH" }, TRX = { TRC20 = "TRX" }, CRO = { CRC20 = "CRONOS" } }
local function network_code(id, coin)
  local code = networks[id] or id
  return own[coin] and own[coin][code] or code
end

-- "USDT-TRC20" -> "USDT", "TRC20"; NFTs have dashes of their own.
local function split(id)
  if not id or id:find("NFT", 1, true) then return id end
  local coin, network = id:match "^([^-]*)%-([^-]*)"
  return coin or id, network
end

-- The exchange's currency of a.code on params.network, or on the usual one.
local function currency_on(a)
  local network = a:take "network" or a.options.defaultNetworks[a.code]
  local known = a.currency.networks or {}
  if not network then
    network = known[a.code] and a.code or nil
    for code in pairs(sorted(known)) do network = network or code end
  end
  if not network then return a.currency_id end
  local row = known[network] or known[own[a.code] and own[a.code][network] or ""]
  if row and row.info and row.info.currency then return row.info.currency end
  local id = row and row.id or ids[network] or network
  return (id == a.currency_id or id == "ETH") and a.currency_id or a.currency_id .. "-" .. id
end

-- ---- reading ----

local spot_markets = markets {
  at = "data.symbols", id = "symbol", numericId = "symbol_id|number", baseId = "base_currency", quoteId = "quote_currency",
  active = "trade_status|lower|eq:trading,status|lower|eq:trading", index = false,
  precision = { amount = "quote_increment,base_min_size", price = "price_max_precision|tick" },
  limits = {
    amount = { min = "base_min_size", max = "base_max_size" },
    cost = {
      min = function(o)
        local buy, sell = o.min_buy_amount, o.min_sell_amount
        return buy and sell and (decimal.cmp(buy, sell) < 0 and sell or buy) or buy or sell
      end,
    },
  },
}
local contract_markets = markets {
  at = "data.symbols", id = "symbol", baseId = "base_currency", quoteId = "quote_currency", settleId = "=USDT", linear = true, index = false,
  type = { "product_type", ["1"] = "swap", ["2"] = "future", default = "future" }, active = "status|lower|eq:trading", contractSize = "contract_size",
  expiry = "expire_timestamp|nonzero", created = "open_timestamp", precision = { amount = "vol_precision", price = "price_precision" },
  limits = { amount = { min = "min_volume", max = "max_volume" }, leverage = { min = "min_leverage", max = "max_leverage" } },
}

local spot_ticker = ticker {
  at = "data", market = "symbol", timestamp = "ts", bid = "bid_px", bidVolume = "bid_sz", ask = "ask_px", askVolume = "ask_sz", last = "last",
  open = "open_24h", high = "high_24h", low = "low_24h", percentage = "fluctuation|mul:100", baseVolume = "v_24h", quoteVolume = "qv_24h",
}
local spot_tickers = tickers {      -- the same in rows without names
  at = "data", market = "1", timestamp = "13", last = "2", baseVolume = "3", quoteVolume = "4", open = "5", high = "6", low = "7",
  percentage = "8|mul:100", bid = "9", bidVolume = "10", ask = "11", askVolume = "12",
}
local contract_ticker = {       -- the volume is a count of contracts
  market = "symbol", timestamp = "timestamp", last = "last_price", high = "high_24h", low = "low_24h", percentage = "change_24h|mul:100",
  baseVolume = function(o, _, market) return o.volume_24h and market and market.contractSize and decimal.mul(o.volume_24h, market.contractSize) end,
  quoteVolume = "turnover_24h", indexPrice = "index_price",
}

local sides = { ["1"] = "buy", ["2"] = "buy", ["3"] = "sell", ["4"] = "sell", buy = "buy", sell = "sell" }
local function side_of(o) return sides[o.side or o.type or ""] end
local own_trades = trades {
  at = "data", market = "symbol", id = "tradeId,trade_id", order = "orderId,order_id", timestamp = "createTime,create_time", side = side_of,
  type = function(o) return not sides[o.type or ""] and o.type or nil end, price = "price", amount = "size,vol,count", cost = "notional,amount",
  takerOrMaker = "tradeRole|lower,exec_type|lower",
  fee = {
    cost = "fee,paid_fees",
    currency = function(o, a, market)
      if o.feeCoinName then return a:code_of(o.feeCoinName) end
      return market and (market.settle or side_of(o) == "buy" and market.base or market.quote)
    end,
  },
}

local rows = candles { at = "data", columns = "1|s,timestamp|s,ts|s 2,open_price,o 3,high_price,h 4,low_price,l 5,close_price,c 6,volume,v" }

local function coin(o, a)
  local id = split(o.currency)
  return id and a:code_of(id) or a.code
end
local transaction_fields = {
  id = "withdraw_id,deposit_id", txid = "tx_id", timestamp = "apply_time|nonzero", currency = coin, amount = "arrival_amount", address = "address",
  tag = "address_memo", type = function(o) return o.withdraw_id and o.withdraw_id ~= "" and "withdrawal" or "deposit" end,
  status = words("status", { pending = "0 1 2", ok = "3", canceled = "4", failed = "5" }),
  network = function(o, a)
    local _, network = split(o.currency)
    return network and network_code(network, coin(o, a))
  end,
  fee = { cost = "fee", currency = function(o, a) return o.fee and coin(o, a) end },
}
local one_transaction = transaction(with(transaction_fields, { at = "data.record" }))
local withdrawn = transaction(with(transaction_fields, { at = "data", address = "={address}", tag = "={tag}" }))

local deposit_address = address {
  at = "data", currency = coin, address = "address", tag = "address_memo,memo",
  network = function(o, a)
    local _, network = split(o.currency)
    network = network or o.chain or o.network
    return network and network_code(network, coin(o, a))
  end,
}

local accounts_of = { contract_to_spot = { "swap", "spot" }, spot_to_contract = { "spot", "swap" } }
local function account(n)
  return function(o) return accounts_of[o.type or ""] and accounts_of[o.type][n] or o.type end
end
local transfer_fields = {
  id = "transfer_id", timestamp = "timestamp", currency = "currency|code", amount = "amount", fromAccount = account(1), toAccount = account(2),
  status = "state",
}

local function ratio(x, y)
  return x and y and decimal.cmp(y, 0) ~= 0 and decimal.div(x, y, 18) or nil
end
local position_fields = {
  market = "symbol", timestamp = "timestamp", side = { "position_type", ["1"] = "long", ["2"] = "short" }, contracts = "current_amount",
  entryPrice = "entry_price", markPrice = "mark_price", notional = "current_value", leverage = "leverage", collateral = "position_cross",
  maintenanceMargin = "maintenance_margin", unrealizedPnl = "unrealized_value", realizedPnl = "realized_value",
  maintenanceMarginPercentage = function(o) return ratio(o.maintenance_margin, o.current_value) end,
  marginRatio = function(o) return ratio(o.maintenance_margin, o.position_cross) end,
}

-- What isolated accounts of all pairs hold of each coin.
local function margin_balances(reply, a)
  local out = { info = reply }
  for _, pair in ipairs(reply.data.symbols) do
    for _, side in ipairs { "base", "quote" } do
      local o = pair[side]
      local code = o and a:code_of(o.currency)
      local sum = out[code or ""] or {}
      local debt = o and o.borrow_unpaid and o.interest_unpaid and decimal.add(o.borrow_unpaid, o.interest_unpaid)
      for name, x in pairs { free = o and o.available, used = o and o.frozen, total = o and o.total_asset, debt = debt } do
        if x then sum[name] = sum[name] and decimal.add(sum[name], x) or x end
      end
      if code then out[code] = sum end
    end
  end
  return out
end

local function number(x) return x and tonumber(x) or nil end
local function dated(record, ms)
  record.timestamp = ms and math.tointeger(tonumber(ms))
  record.datetime = record.timestamp and iso8601(record.timestamp)
  return record
end

-- ---- sending ----

-- The sort of market that a call is about.
local function kind_of(a)
  local asked = a:take "type"
  return asked or a.market and a.market.type or a.symbols and a:market_of(a.symbols[1]).type or "spot"
end

local function only(a, kind, class, what)
  if a.market.type ~= kind then fail(class, what .. " of " .. kind .. " markets only") end
end

local function until_ms(a) return tonumber(a:take "until") end

local function ohlcv(mark)
  return {
    run = function(a)
      local last, price = until_ms(a), a:take "price"
      if a.market.spot then
        return {
          get = "/spot/quotation/v3/klines", cost = 7, read = rows,
          send = ordered {
            { "symbol", a.id }, { "step", a.timeframe }, { "before", last and last // 1000 }, { "limit", a.limit },
            { "after", a.since and a.since // 1000 - 1 },
          },
        }
      end
      local now, span = a.now // 1000, math.min(a.limit or 500, 500) * a.timeframe_s
      local start = a.since and a.since // 1000 - 1 or now - span
      return {
        host = "v2", get = (mark or price == "mark") and "/contract/public/markprice-kline" or "/contract/public/kline", cost = 6, read = rows,
        send = ordered {
          { "symbol", a.id }, { "step", a.timeframe }, { "start_time", start },
          { "end_time", last and last // 1000 or a.since and math.min(start + span, now) or now },
        },
      }
    end,
  }
end

local function history(operation)
  return {
    get = "/account/v2/deposit-withdraw/history", cost = 7.5, read = transactions(with(transaction_fields, { at = "data.records" })),
    send = "operation_type=" .. operation .. " N={limit|default:1000} currency={currency_id} startTime={since} endTime={until}",
  }
end

-- Contract accounts have one history, by sort of flow: 0 all, 3 funding.
local function flow(kind, read)
  return {
    host = "v2", get = "/contract/private/transaction-history", cost = 10, read = read,
    send = "flow_type={" .. kind .. "} symbol={id} start_time={since} page_size={limit} end_time={until}",
  }
end

-- Messages that say more than their codes.
local texts = {
  ["You contract account available balance not enough"] = "InsufficientFunds", ["This trading pair does not support API trading"] = "BadSymbol",
}

local fee_of_withdrawal = {
  run = function(a)
    return {
      get = "/account/v1/withdraw/charge", cost = 32, send = ordered { { "currency", currency_on(a) } },
      read = function(reply)
        return { withdraw = { fee = number(reply.data.withdraw_fee) }, deposit = {}, networks = {}, info = reply }
      end,
    }
  end,
}

return with(with(dialect "bitmart_orders" (kind_of, until_ms), dialect "bitmart_margin"), {
  hosts = { api = "https://api-cloud.bitmart.com", v2 = "https://api-cloud-v2.bitmart.com" },
  credentials = { "apiKey", "secret", "uid" },
  client_id = "hex",
  rate = { interval_ms = 33.34, burst = 10 },
  fees = { taker = 0.004, maker = 0.0035 },
  encode = "json",
  renames = {
    ["$GM"] = "GOLDMINER", ["$HERO"] = "Step Hero", ["$PAC"] = "PAC", BP = "BEYOND", GDT = "Gorilla Diamond", GLD = "Goldario", MVP = "MVP Coin",
    TRU = "Truebit",
  },
  timeframes = "1m=1 3m=3 5m=5 15m=15 30m=30 45m=45 1h=60 2h=120 3h=180 4h=240 1d=1440 1w=10080 1M=43200",

  failed = function(reply)
    local code, message, inner = reply.code, reply.message, reply.data
    local said = type(message) == "string" and message:lower()
    if (code == nil or code == "1000") and (not said or said == "ok" or said == "success") then
      inner = type(inner) == "userdata" and inner.code or nil       -- of a batch of orders
      return inner and inner ~= "0" and inner or nil, inner and inner ~= "0" and reply.data.msg or nil
    end
    for text, class in pairs(texts) do
      if said and message:find(text, 1, true) then return code or message, message, class end
    end
    return said and said:find "^%d+$" and message or code or message, message
  end,
  -- What is not here is an ExchangeError.
  errors = by_class {
    AccountSuspended = "30003 53000 53001 60028 60029",
    AuthenticationError = "30001 30002 30004 30005 30006 30007 30008 30011 30012",
    BadRequest = "30018 40007 40009 40010 40011 40038 40039 50000 50002 50003 50004 50014 50015 50016 50017 50018 50021 50024 50025 50026 50027 50028 "
      .. "50037 50038 50039 50042 51007 52000 52001 52002 52003 52004 57001 58001 60000 60001 60002 60030 60031 61003 61004 61005 70001 71001 "
      .. "71002 71003 71004 71005",
    BadSymbol = "40014 40015 40034 50001 50023 50040 51000 70002",
    ExchangeNotAvailable = "30014 50022",
    InsufficientFunds = "40027 50020 51004 59010 60008 61001",
    InvalidAddress = "60007 60011",
    InvalidNonce = "40008",
    InvalidOrder = "40016 40017 40018 40020 40029 40030 40031 40032 40033 40036 40040 40041 40042 40043 40044 40045 40048 40049 40050 50006 50007 "
      .. "50008 50009 50010 50011 50012 50013 50029 50033 50034 50035 51005 51006 51009 51010 51011 51012 51013 51014 51015",
    NetworkError = "70003",
    NotSupported = "61006",
    OnMaintenance = "30016",
    OrderNotFound = "40035 40037 50005 50030 50031 50032",
    PermissionDenied = "30010 30019 40006 40028 40046 40047 53002 53003 53005 53006 53007 53008 53009 53010 59005 60020 60021 60022 60026 60027",
    RateLimitExceeded = "30013 30017",
  },
  sign = function(req, key, a)
    if req.json then req.body = encode_json(req.json) end       -- "{}", too
    local broker = a.options.brokerId
    req.headers["X-BM-KEY"] = key.apiKey
    req.headers["X-BM-TIMESTAMP"] = key.time
    req.headers["X-BM-BROKER-ID"] = broker ~= "" and broker or nil
    req.headers["X-BM-SIGN"] = hex(hmac("sha256", key.secret, key.time .. "#" .. key.uid .. "#" .. (req.json and req.body or req.querystring)))
    req.headers["Content-Type"] = "application/json"
  end,

  -- Market data

  fetch_time = { host = "v2", get = "/system/time", cost = 3, read = time "data.server_time" },
  fetch_status = {
    run = function(a)
      local kind = kind_of(a) == "swap" and "contract" or "spot"
      return {
        host = "v2", get = "/system/service", cost = 3,
        read = function(reply)      -- 0 waiting, 1 under way, 2 done: maintenance of each service
          for _, service in ipairs(reply.data.service) do
            if service.service_type == kind then
              local ok = service.status == "2"
              return { status = ok and "ok" or "maintenance", eta = not ok and math.tointeger(tonumber(service.end_time)) or nil, info = reply }
            end
          end
          return { info = reply }
        end,
      }
    end,
  },
  fetch_markets = {
    run = function()
      local contracts = ask { host = "v2", get = "/contract/public/details", cost = 5, params = true, read = contract_markets }
      local out = ask { get = "/spot/v1/symbols/details", cost = 5, params = true, read = spot_markets }
      for _, market in ipairs(contracts) do out[#out + 1] = market end
      return out
    end,
  },
  fetch_currencies = {
    get = "/account/v1/currencies", cost = 30,
    read = function(reply, a)       -- a row for each network of a currency
      local out = {}
      for _, row in ipairs(reply.data.currencies) do
        local id, network = split(row.currency)
        network = network and network:upper() or row.network
        local code = a:code_of(id)
        local c = out[code] or { id = id, code = code, name = row.name, type = id:find("NFT", 1, true) and "other" or "crypto", networks = {}, info = row }
        out[code] = c
        if network then
          local name = network_code(network, code)
          c.networks[name] = {
            id = network, code = name, network = name, deposit = row.deposit_enabled, withdraw = row.withdraw_enabled,
            active = row.deposit_enabled and row.withdraw_enabled, fee = number(row.withdraw_fee),
            limits = { withdraw = { min = number(row.withdraw_minsize) }, deposit = {} }, info = row,
          }
        end
      end
      return out
    end,
  },
  fetch_ticker = {
    run = function(a)
      if a.market.spot then
        return { get = "/spot/quotation/v3/ticker", cost = 4, send = "symbol={id}", read = spot_ticker }
      end
      return { host = "v2", get = "/contract/public/details", cost = 5, send = "symbol={id}", read = ticker(with(contract_ticker, { at = "data.symbols.1" })) }
    end,
  },
  fetch_tickers = {
    run = function(a)
      if kind_of(a) == "spot" then
        return { get = "/spot/quotation/v3/tickers", cost = 6, read = spot_tickers }
      end
      return { host = "v2", get = "/contract/public/details", cost = 5, read = tickers(with(contract_ticker, { at = "data.symbols" })) }
    end,
  },
  fetch_order_book = {
    run = function(a)
      local read = book { at = "data", bids = "bids", asks = "asks", timestamp = "ts,timestamp" }
      if a.market.spot then return { get = "/spot/quotation/v3/books", cost = 4, send = "symbol={id} limit={limit}", read = read } end
      return { host = "v2", get = "/contract/public/depth", cost = 5, send = "symbol={id}", read = read }
    end,
  },
  fetch_trades = {
    run = function(a)
      only(a, "spot", "NotSupported", "public trades are told")
      return {
        get = "/spot/quotation/v3/trades", cost = 4, send = "symbol={id} limit={limit}",
        read = trades { at = "data", market = "1", timestamp = "2", price = "3", amount = "4", side = "5" },
      }
    end,
  },
  fetch_ohlcv = ohlcv(),
  fetch_mark_ohlcv = ohlcv "mark",
  fetch_open_interest = {
    needs = "symbol",
    run = function(a)
      only(a, "swap", "BadRequest", "open interest is told")
      return {
        host = "v2", get = "/contract/public/open-interest", cost = 30, send = "symbol={id}",
        read = function(reply)
          local o = reply.data
          return dated({
            symbol = a.symbol, openInterestAmount = number(o.open_interest), openInterestValue = number(o.open_interest_value), info = o,
          }, o.timestamp)
        end,
      }
    end,
  },
  fetch_funding_rate = {
    run = function(a)
      only(a, "swap", "BadSymbol", "funding rates are told")
      return {
        host = "v2", get = "/contract/public/funding-rate", cost = 30, send = "symbol={id}",
        read = funding_rate {
          at = "data", timestamp = "timestamp", fundingRate = "expected_rate", fundingTimestamp = "funding_time", previousFundingRate = "rate_value",
        },
      }
    end,
  },
  fetch_funding_rate_history = {
    host = "v2", get = "/contract/public/funding-rate-history", cost = 30, needs = "symbol", send = "symbol={id} limit={limit}",
    read = function(reply, a)
      local out = {}
      for i, row in ipairs(reply.data.list) do out[i] = dated({ symbol = a.symbol, fundingRate = number(row.funding_rate), info = row }, row.funding_time) end
      return oldest_first(out)
    end,
  },

  -- Account

  fetch_trading_fee = {
    run = function(a)
      only(a, "spot", "NotSupported", "fees are told")
      return {
        get = "/spot/v1/trade_fee", cost = 30, send = "symbol={id}",
        read = trading_fee { at = "data", market = "symbol", maker = "maker_fee_rate", taker = "taker_fee_rate" },
      }
    end,
  },
  fetch_transaction_fee = fee_of_withdrawal,
  fetch_deposit_withdraw_fee = fee_of_withdrawal,
  fetch_balance = {
    run = function(a)
      local kind, margin, mode = kind_of(a), a:take "margin", a:take "marginMode"
      if margin or mode or kind == "margin" then return { get = "/spot/v1/margin/isolated/account", cost = 5, read = margin_balances } end
      if kind == "swap" then
        return {
          host = "v2", get = "/contract/private/assets-detail", cost = 5,
          read = balance { at = "data", currency = "currency|code", free = "available_balance", used = "frozen_balance" },
        }
      end
      return {
        get = kind == "account" and "/account/v1/wallet" or "/spot/v1/wallet", cost = 5,
        read = balance { at = "data.wallet", currency = "coin_code|code,id|code,currency|code", free = "available", used = "unAvailable,frozen" },
      }
    end,
  },
  fetch_my_trades = {
    run = function(a)
      local last = until_ms(a)
      if kind_of(a) ~= "spot" then
        if not a.market then fail("ArgumentsRequired", "trades of contracts are of one symbol") end
        return {
          host = "v2", get = "/contract/private/trades", cost = 10, read = own_trades,
          send = ordered { { "symbol", a.id }, { "start_time", a.since }, { "end_time", last } },
        }
      end
      local isolated = a:take "marginMode" == "isolated"
      return {
        post = "/spot/v4/query/trades", cost = 5, read = own_trades,
        send = ordered {
          { "symbol", a.id }, { "orderMode", isolated and "iso_margin" or nil }, { "limit", math.min(a.limit or 200, 200) },
          { "startTime", a.since }, { "endTime", last },
        },
      }
    end,
  },
  fetch_order_trades = { post = "/spot/v4/query/order-trades", cost = 5, send = "orderId={order_id}", read = own_trades },
  fetch_ledger = flow(0, ledger {
    at = "data", id = "tran_id", timestamp = "time", referenceId = "tradeId", currency = "asset|code", amount = "amount|abs",
    direction = function(o) return o.amount and (decimal.cmp(o.amount, 0) > 0 and "in" or "out") end,
    type = words("type", {
      fee = { "Commission Fee", "Funding Fee" }, trade = { "Realized PNL" }, transfer = "Transfer", settlement = { "Liquidation Clearance" },
    }),
  }),
  fetch_funding_history = flow(3, function(reply, a)
    local out = {}
    for i, o in ipairs(reply.data) do
      local known = a.market and o.symbol == a.id
      out[i] = dated({
        symbol = known and a.symbol or o.symbol, code = o.asset and a:code_of(o.asset), id = o.tran_id, amount = number(o.amount), info = o,
      }, o.time)
    end
    return oldest_first(out)
  end),
  fetch_position = {
    host = "v2", get = "/contract/private/position", cost = 10, send = "symbol={id}", read = position(with(position_fields, { at = "data.1" })),
  },
  fetch_positions = {
    host = "v2", get = "/contract/private/position-v2", cost = 10, read = positions(with(position_fields, { at = "data" })),
    send = function(a) return ordered { { "symbol", a.ids and #a.ids == 1 and a.ids[1] or nil } } end,
  },
  set_leverage = {
    needs = "symbol marginMode",
    run = function(a)
      only(a, "swap", "BadSymbol", "leverage is set")
      return {
        host = "v2", post = "/contract/private/submit-leverage", cost = 2.5, send = "symbol={id} leverage={leverage|text} open_type={marginMode}",
        read = function(reply) return reply end,
      }
    end,
  },
  set_position_mode = {
    host = "v2", post = "/contract/private/set-position-mode", read = function(reply) return reply end,
    send = function(a) return { position_mode = a.hedged and "hedge_mode" or "one_way_mode" } end,
  },

  -- Money in and out

  fetch_deposit_address = {
    get = "/account/v1/deposit/address", cost = 30, send = function(a) return ordered { { "currency", currency_on(a) } } end, read = deposit_address,
  },
  fetch_deposits = history "deposit",
  fetch_withdrawals = history "withdraw",
  fetch_deposit = { get = "/account/v1/deposit-withdraw/detail", cost = 7.5, send = "id={order_id}", read = one_transaction },
  fetch_withdrawal = { get = "/account/v1/deposit-withdraw/detail", cost = 7.5, send = "id={order_id}", read = one_transaction },
  withdraw = {
    post = "/account/v1/withdraw/apply", cost = 7.5, read = withdrawn,
    send = function(a)
      return ordered {
        { "currency", currency_on(a) }, { "amount", raw_number(a.amount) }, { "destination", "To Digital Address" }, { "address", a.address },
        { "address_memo", a.tag },
      }
    end,
  },
  transfer = {                      -- between spot and swap, or spot and the isolated margin account of params.symbol
    run = function(a)
      local from, to = a.from_account, a.to_account
      if from ~= "spot" and to ~= "spot" then fail("ArgumentsRequired", "one of the two accounts is spot") end
      local other = from == "spot" and to or from
      local read = transfer(with(transfer_fields, { at = "data", status = "=ok" }))
      if other == "margin" then
        local market = a:market_of(a:take "symbol" or fail("ArgumentsRequired", "params.symbol is needed: a margin account is of a market"))
        return {
          post = "/spot/v1/margin/isolated/transfer", cost = 30, read = read,
          send = function()
            return ordered { { "amount", a.amount }, { "currency", a.currency_id }, { "side", to == "margin" and "in" or "out" }, { "symbol", market.id } }
          end,
        }
      end
      return {
        post = "/account/v1/transfer-contract", cost = 60, read = read,
        send = "amount={amount} currency={currency_id} type=" .. (from == "spot" and "spot_to_contract" or "contract_to_spot"),
      }
    end,
  },
  fetch_transfers = {
    post = "/account/v1/transfer-contract-list", cost = 60, read = transfers(with(transfer_fields, { at = "data.records" })),
    send = "page={page|default:1|number} limit={limit|default:10|number} currency={currency_id} time_start={since} time_end={until|number}",
  },

  options = {
    brokerId = "CCXTxBitmart000",   -- the broker that signed requests name; "" for none
    createMarketBuyOrderRequiresPrice = true,       -- false: the amount of a market order to buy is its cost
    defaultNetworks = { USDT = "TRC20", BTC = "BTC", ETH = "ERC20" },
  },
})
