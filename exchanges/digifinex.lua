-- DigiFinex, spot, margin and perpetuals. API: https://docs.digifinex.com/
-- Spot and margin (version 3) sign the sorted parameters, with the time in seconds; swaps (version 2) sign time, verb, path and parameters, with
-- the time in ms and JSON to send. Replies are {code, ...}, where 0 or 200 is success. Margin is cross only.
-- `base_vol` of a ticker is in quote. Orders and own trades: dialects/digifinex_orders.lua.

local records = dialect "records"
local orders_of = dialect "digifinex_orders"
local is_margin, kind_of, own, spot_trades, swap_trades =
  orders_of.is_margin, orders_of.kind_of, orders_of.own, orders_of.spot_trades, orders_of.swap_trades

local network_codes = {      -- where the exchange's name differs
  Arbitrum = "ARBITRUM", ["AVAX-CCHAIN"] = "AVAXC", ["AVAX-XCHAIN"] = "AVAXX", Cardano = "CARDANO", Celo = "CELO", Chiliz = "CHILIZ",
  ["Crypto.com"] = "CRONOS", DogeChain = "DOGECOIN", ETH = "ERC20", BSC = "BEP20", KLAY = "KLAYTN", MetisDAO = "METIS", GLMR = "MOONBEAM",
  Moonriver = "MOONRIVER", MIOTA = "IOTA", OPETH = "OPTIMISM", Polygon = "POLYGON", XRP = "RIPPLE", Stella = "XLM",
  TerraClassic = "TERRACLASSIC", Terra = "TERRA", Ton = "TON", TRX = "TRC20", Vechain = "VECHAIN",
}

-- The token network of a chain's own coin is that chain.
local function network_of(row)
  local id = row.chain ~= "" and row.chain or row.currency
  local code = network_codes[id] or id
  if code == "ERC20" and row.currency == "ETH" or code == "TRC20" and row.currency == "TRX" then code = row.currency end
  return code, id
end

-- ---- reading ----

local ticker_fields = {
  market = "symbol|upper,instrument_id", timestamp = "timestamp,/date|s", high = "high,high_24h", low = "low,low_24h", bid = "buy,best_bid",
  bidVolume = "best_bid_size", ask = "sell,best_ask", askVolume = "best_ask_size", open = "open_24h", last = "last",
  percentage = "change,price_change_percent|mul:100", baseVolume = "vol,volume_24h", quoteVolume = "base_vol", markPrice = "mark_price",
  indexPrice = "index_price",
}

local function transactions_of(kind)
  return {
    get = "/" .. kind .. "/history", send = "currency={currency_id} size={limit|max:500}",
    read = transactions {
      at = "data", id = "id", txid = "hash", timestamp = "created_date|iso", updated = "finished_date|iso", currency = "currency|upper|code",
      amount = "amount", network = "chain", address = "address", addressTo = "address", tag = "memo", tagTo = "memo",
      type = kind == "deposit" and "=deposit" or "=withdrawal",
      status = words("state", { pending = "1 2", ok = "3", failed = "4" }),
      fee = { cost = "fee", currency = "currency|upper|code" },
    },
  }
end

-- Between spot and swap, 1 is to swap, 2 from it.
local from_accounts, to_accounts = { ["1"] = "spot", ["2"] = "swap" }, { ["1"] = "swap", ["2"] = "spot" }

local position_fields = {     -- of margin and of swaps
  market = "instrument_id,symbol|upper", timestamp = "timestamp", notional = "amount", liquidationPrice = "liquidation_price",
  marginMode = { "margin_mode", crossed = "cross", default = "." },
  entryPrice = "avg_cost,entry_price", unrealizedPnl = "unrealized_pnl", realizedPnl = "realized_pnl", contracts = "position,avail_position",
  markPrice = "last", side = { "side", go_long = "long", go_short = "short", default = "." }, initialMargin = "margin",
  maintenanceMarginPercentage = "maint_margin_ratio", leverage = "leverage,leverage_ratio", marginRatio = "margin_ratio",
}
local margin_fields = with(position_fields, { marginMode = "=cross" })
local margin_position = position(with(margin_fields, { at = "positions.1", collateral = "/margin", marginRatio = "/margin_rate" }))

local day = 86400000
local borrow_rates = records.keyed({ at = "list", code = { currency = "currency" }, value = { rate = 0.001, period = day } }, "currency")
local borrowed = records.list {
  at = "positions", market = "symbol", of = "spot",
  value = {
    interestRate = 0.001, currency = function(_, a) return a.market and a.market.base end,
    amountBorrowed = function(o)          -- what was not one's own
      if not (decimal.is(o.amount) and decimal.is(o.leverage_ratio) and tonumber(o.leverage_ratio) > 0) then return nil end
      return tonumber(decimal.sub(o.amount, decimal.div(o.amount, o.leverage_ratio, 18)))
    end,
  },
}

local intervals = { ["3600000"] = "1h", ["14400000"] = "4h", ["28800000"] = "8h", ["57600000"] = "16h", ["86400000"] = "24h" }

local function entry_type(o) return o.type or o.finance_type end        -- a number

local function tiers(row, market)
  local out = {}
  for i, tier in ipairs(row.open_max_limits or {}) do
    out[i] = {
      tier = i, symbol = market.symbol, currency = market.settle, maxNotional = tonumber(tier.max_limit), maxLeverage = tonumber(tier.leverage),
      info = tier,
    }
  end
  return out
end

-- ---- sending ----

-- One of two descriptions, by the market asked for.
local function by_market(spot, swap)
  swap = with({ host = "swap" }, swap)
  return { run = function(a) return a.market.swap and swap or spot end }
end

local function swaps_only(class, d)
  d = with({ host = "swap" }, d)
  return {
    needs = "symbol",
    run = function(a)
      if not a.market.swap then fail(class, a.symbol .. " is no swap") end
      return d
    end,
  }
end

local function change_margin(kind)
  return {
    post = "/account/position_margin", host = "swap", encode = "json", needs = "symbol side",
    send = function(a)
      local side = a:take "side"
      if side ~= "long" and side ~= "short" then fail("ArgumentsRequired", "params.side is 'long' or 'short'") end
      return ordered { { "instrument_id", a.id }, { "amount", a.amount }, { "type", kind }, { "side", side } }
    end,
    read = function(reply, a)
      local row = reply.data
      return {
        info = row, symbol = a.symbol, type = row.type == "1" and "add" or "reduce", marginMode = "isolated", amount = tonumber(row.amount),
        code = a.market.settle, status = "ok",
      }
    end,
  }
end

local account_ids = { spot = "1", margin = "2", OTC = "3", otc = "3" }

local current_funding = swaps_only("BadSymbol", {
  get = "/public/funding_rate", send = "instrument_id={id}",
  read = funding_rate {
    at = "data", fundingRate = "funding_rate", fundingTimestamp = "funding_time", nextFundingRate = "next_funding_rate",
    nextFundingTimestamp = "next_funding_time",
    interval = function(o)
      return o.next_funding_time and o.funding_time and intervals[decimal.sub(o.next_funding_time, o.funding_time)]
    end,
  },
})

return {
  hosts = { api = "https://openapi.digifinex.com/v3", swap = "https://openapi.digifinex.com/swap/v2" },
  rate = { interval_ms = 900, burst = 5 },
  fees = { taker = 0.002, maker = 0.002 },
  renames = { BHT = "Black House Test", EPS = "Epanus", FREE = "FreeRossDAO", MBN = "Mobilian Coin", TEL = "TEL666" },
  timeframes = "1m=1 5m=5 15m=15 30m=30 1h=60 4h=240 12h=720 1d=1D 1w=1W",
  symbol_of = function(id)
    local base, quote = id:match("^(.+)_(.+)$")
    return base and base .. "/" .. quote
  end,

  failed = function(reply)
    local code = reply.code
    if code == nil then return "no code", "the reply has no code", "BadResponse" end
    if code ~= "0" and code ~= "200" then return code, reply.message or reply.msg end
  end,
  errors = by_class {
    AccountSuspended = "10011", AuthenticationError = "10002 10003", BadSymbol = "20019 20042", DDoSProtection = "10005 20020",
    BadRequest = "10001 10004 20012 20014 20015 20021 20022 20023 20024 20025 20030 20033 400002", ExchangeError = "50000 20036 20039",
    InsufficientFunds = "20011 20026", InvalidAddress = "20037 20038", InvalidNonce = "10008", NetworkError = "10009",
    InvalidOrder = "20003 20007 20008 20009 20010 20013",
    PermissionDenied = "10006 10007 20001 20002 20018 20027 20028 20029 20032 20034 20035 20041", RateLimitExceeded = "20040",
  },

  sign = function(req, key)
    req.query = sorted(req.query)
    local time, text
    if req.section == "swap" then
      if req.json and req.json.list then req.body = encode_json(req.json.list) end      -- of a batch, the list is the whole body
      time = clock("ms")
      text = time .. req.method .. req.target .. req.body
    else
      if req.form then req.form = sorted(req.form) end
      time = clock("s")
      text = req.form and req.body or encode_query(req.query)
    end
    req.headers["ACCESS-KEY"] = key.apiKey
    req.headers["ACCESS-TIMESTAMP"] = time
    req.headers["ACCESS-SIGN"] = hex(hmac("sha256", key.secret, text))
  end,

  -- Market data

  fetch_time = { get = "/time", read = time("server_time|s") },
  fetch_status = { get = "/ping", read = status { status = { "code", ["0"] = "ok", default = "maintenance" } } },
  fetch_currencies = {
    get = "/currencies",
    read = function(reply)      -- one row a network
      local out = {}
      for _, row in ipairs(reply.data) do
        local id, code, network = row.currency, network_of(row)
        out[id] = out[id] or { id = id, networks = {}, info = {} }
        table.insert(out[id].info, row)
        out[id].networks[code] = {
          id = network, network = code, deposit = row.deposit_status == "1", withdraw = row.withdraw_status == "1",
          fee = tonumber(row.min_withdraw_fee), info = row,
          limits = { withdraw = { min = tonumber(row.min_withdraw_amount) }, deposit = { min = tonumber(row.min_deposit_amount) } },
        }
      end
      return out
    end,
  },
  fetch_markets = {
    run = function(a)
      local margin = is_margin(a)
      local swaps = ask {
        get = "/public/instruments", host = "swap",
        read = markets {
          at = "data", id = "instrument_id", baseId = "base_currency", quoteId = "quote_currency", settleId = "clear_currency",
          active = "is_trading", inverse = "is_inverse", contractSize = "contract_value", precision = { price = "price_precision|tick" },
          limits = { amount = { min = "min_order_amount" }, price = { min = "tick_size" } },
        },
      }
      local out = ask {
        get = margin and "/margin/symbols" or "/trades/symbols", params = true,
        read = markets {
          at = "symbol_list", id = "symbol", baseId = "base_asset", quoteId = "quote_asset", margin = margin or false,
          active = function(o) return o.is_allow ~= "0" end,
          precision = { amount = "amount_precision|tick", price = "price_precision|tick" },
          limits = { amount = { min = "minimum_amount" }, cost = { min = "minimum_value" } },
        },
      }
      for _, market in ipairs(swaps) do out[#out + 1] = market end
      return out
    end,
  },
  fetch_ticker = by_market(
    { get = "/ticker", send = "symbol={id}", read = ticker(with(ticker_fields, { at = "ticker.1" })) },
    { get = "/public/ticker", send = "instrument_id={id}", read = ticker(with(ticker_fields, { at = "data" })) }
  ),
  fetch_tickers = {
    run = function(a)
      local kind = a:take "type" or a.symbols and a:market_of(a.symbols[1]).type
      if kind == "swap" then return { get = "/public/tickers", host = "swap", read = tickers(with(ticker_fields, { at = "data" })) } end
      return { get = "/ticker", read = tickers(with(ticker_fields, { at = "ticker" })) }
    end,
  },
  fetch_order_book = by_market(
    { get = "/order_book", send = "symbol={id} limit={limit}", read = book { bids = "bids", asks = "asks", timestamp = "date|s" } },
    { get = "/public/depth", send = "instrument_id={id} limit={limit}", read = book { at = "data", bids = "bids", asks = "asks", timestamp = "timestamp" } }
  ),
  fetch_trades = by_market(
    { get = "/trades", send = "symbol={id} limit={limit}", read = trades(with(spot_trades, { at = "data", takerOrMaker = "=taker" })) },
    { get = "/public/trades", send = "instrument_id={id} limit={limit|max:100}", read = trades(with(swap_trades, { at = "data" })) }
  ),
  fetch_ohlcv = by_market({
    get = "/kline",
    send = function(a)          -- an end needs a start
      local last, step = math.tointeger(tonumber(a:take "until")), a.timeframe_s
      local first = a.since or (a.limit or last) and (last or a.now) - (a.limit or 200) * step * 1000
      first, last = first and first // 1000, last and last // 1000
      if a.limit then last = math.min(first + a.limit * step, last or math.maxinteger) end
      return ordered { { "symbol", a.id }, { "period", a.timeframe }, { "start_time", first }, { "end_time", last } }
    end,
    read = candles { at = "data", columns = "1|s 6 4 5 3 2" },
  }, {
    get = "/public/candles", send = "instrument_id={id} granularity={timeframe_name} limit={limit|max:100}",
    read = candles { at = "data.candles" },
  }),
  fetch_deposit_withdraw_fees = {
    get = "/currencies", right = "public",
    read = function(reply, a)
      local out = {}
      for _, row in ipairs(reply.data) do
        local code, fee = a:code_of(row.currency), tonumber(row.min_withdraw_fee)
        out[code] = out[code] or { withdraw = {}, deposit = {}, networks = {}, info = {} }
        table.insert(out[code].info, row)
        out[code].networks[network_of(row)] = { withdraw = { fee = fee, percentage = false }, deposit = {} }
      end
      return out
    end,
  },
  fetch_funding_rate = current_funding,
  fetch_funding_interval = current_funding,
  fetch_funding_rate_history = swaps_only("BadSymbol", {
    get = "/public/funding_rate_history", send = "instrument_id={id} start_timestamp={since} limit={limit}",
    read = function(reply, a)
      local out = {}
      for i, row in ipairs(reply.data.funding_rates) do
        out[i] = dated(row.time, { info = row, symbol = a.symbol, fundingRate = tonumber(row.rate) })
      end
      return oldest_first(out)
    end,
  }),
  fetch_market_leverage_tiers = swaps_only("BadRequest", {
    get = "/public/instrument", send = "instrument_id={id}", read = function(reply, a) return tiers(reply.data, a.market) end,
  }),
  fetch_leverage_tiers = {
    get = "/public/instruments", host = "swap",
    read = function(reply, a)
      local rows, out = {}, {}
      for _, row in ipairs(reply.data) do rows[row.instrument_id] = row end
      for _, symbol in ipairs(a.symbols or a.all_symbols) do
        local market = a:market_of(symbol)
        if rows[market.id] then out[symbol] = tiers(rows[market.id], market) end
      end
      return out
    end,
  },

  -- Account

  fetch_balance = {
    run = function(a)
      local kind = kind_of(a)
      if kind == "swap" then
        return {
          get = "/account/balance", host = "swap",
          read = balance { at = "data", currency = "currency|code", free = "avail_balance", total = "equity" },
        }
      end
      return { get = "/" .. kind .. "/assets", read = balance { at = "list", currency = "currency|code", free = "free", total = "total" } }
    end,
  },
  fetch_trading_fee = swaps_only("BadRequest", {
    get = "/account/trading_fee_rate", send = "instrument_id={id}",
    read = trading_fee { at = "data", maker = "maker_fee_rate", taker = "taker_fee_rate" },
  }),
  fetch_ledger = own(
    "/financelog", "/account/finance_record", "currency_mark={currency_id} start_time={since|s} limit={limit}",
    "currency={currency_id} start_timestamp={since} limit={limit}",
    ledger { at = "data.finance", timestamp = "time|s", currency = "currency_mark|code", amount = "num", after = "balance", type = entry_type },
    ledger { at = "data", timestamp = "timestamp", currency = "currency|code", amount = "change", after = "balance", type = entry_type }
  ),
  fetch_positions = {
    run = function(a)
      if a.symbols and #a.symbols > 1 then fail("BadRequest", "of one market, or of all") end
      local market = a.symbols and a:market_of(a.symbols[1])
      local kind = a:take "type" or market and market.type
      if is_margin(a) or kind ~= "swap" then
        return {
          get = "/margin/positions", send = { symbol = market and market.id },
          read = positions(with(margin_fields, { at = "positions" })),
        }
      end
      return {
        get = "/account/positions", host = "swap", send = { instrument_id = market and market.id },
        read = positions(with(position_fields, { at = "data" })),
      }
    end,
  },
  fetch_position = {
    run = function(a)
      if kind_of(a) ~= "swap" then return { get = "/margin/positions", send = "symbol={id}", read = margin_position } end
      return { get = "/account/positions", host = "swap", send = "instrument_id={id}", read = position(with(position_fields, { at = "data.1" })) }
    end,
  },
  -- What is borrowed costs a tenth of a percent a day, whatever it is.
  fetch_cross_borrow_rates = { get = "/margin/assets", read = borrow_rates },
  fetch_cross_borrow_rate = {
    get = "/margin/assets", needs = "code",
    read = function(reply, a) return borrow_rates(reply, a)[a.code] or fail("NullResponse", "nothing is told of " .. a.code) end,
  },
  fetch_borrow_interest = { get = "/margin/positions", send = "symbol={id}", read = borrowed },
  set_leverage = swaps_only("BadSymbol", {
    post = "/account/leverage", encode = "json",
    send = function(a)
      if a.leverage < 1 or a.leverage > 100 then fail("BadRequest", "leverage is from 1 to 100") end
      local mode = a:take "marginMode" or a:take "defaultMarginMode"
      mode = mode and (mode:lower() == "cross" and "crossed" or "isolated")
      local side = mode == "isolated" and (a:take "side" or fail("ArgumentsRequired", "isolated: params.side is needed")) or nil
      return ordered { { "instrument_id", a.id }, { "leverage", a.leverage }, { "margin_mode", mode }, { "side", side } }
    end,
  }),
  set_margin_mode = {
    post = "/account/position_mode", host = "swap", encode = "json", needs = "symbol mode",
    send = function(a)
      local mode = a.mode:lower()
      return ordered { { "instrument_id", a.id }, { "margin_mode", mode == "cross" and "crossed" or mode } }
    end,
  },
  add_margin = change_margin(1),
  reduce_margin = change_margin(2),
  fetch_funding_history = {
    get = "/account/funding_fee", host = "swap", send = "instrument_id={id} limit={limit} start_timestamp={since} end_timestamp={until}",
    read = function(reply, a)
      local symbols, out = {}, {}
      for _, symbol in ipairs(a.all_symbols) do symbols[a:market_of(symbol).id] = symbol end
      for i, row in ipairs(reply.data) do
        out[i] = dated(row.timestamp, {
          info = row, symbol = symbols[row.instrument_id] or a.symbol, code = row.currency and a:code_of(row.currency),
          amount = tonumber(row.amount),
        })
      end
      return oldest_first(out)
    end,
  },

  -- Orders

  create_order = orders_of.create_order,
  create_market_buy_order_with_cost = orders_of.create_market_buy_order_with_cost,
  create_orders = orders_of.create_orders,
  cancel_order = orders_of.cancel_order,
  cancel_orders = orders_of.cancel_orders,
  fetch_order = orders_of.fetch_order,
  fetch_orders = orders_of.fetch_orders,
  fetch_open_orders = orders_of.fetch_open_orders,
  fetch_my_trades = orders_of.fetch_my_trades,

  -- Money in and out

  fetch_deposits = transactions_of "deposit",
  fetch_withdrawals = transactions_of "withdraw",
  fetch_deposit_address = {
    get = "/deposit/address", send = "currency={currency_id}",
    read = function(reply, a)
      for _, row in ipairs(reply.data) do
        if row.currency and a:code_of(row.currency:upper()) == a.code then
          return { currency = a.code, address = row.address, tag = row.addressTag, info = row }
        end
      end
      fail("InvalidAddress", "no address for " .. a.code .. ": one is made on the website first")
    end,
  },
  withdraw = {
    post = "/withdraw/new", send = "address={address} amount={amount} currency={currency_id} memo={tag}", read = transaction { id = "withdraw_id" },
  },
  transfer = {
    run = function(a)
      local from, to = account_ids[a.from_account] or a.from_account, account_ids[a.to_account] or a.to_account
      local read = transfer {
        id = "transfer_id", currency = "data.currency|code", status = { "code", ["0"] = "ok", ["200"] = "ok" },
        amount = function(o) return o.data and (o.data.transfer_amount or o.data.amount) or a.amount end,
        fromAccount = function(o) return o.data and from_accounts[o.data.type] or a.from_account end,
        toAccount = function(o) return o.data and to_accounts[o.data.type] or a.to_account end,
      }
      if a.from_account == "swap" or a.to_account == "swap" then
        if from ~= "1" and to ~= "1" then fail("ExchangeError", "swap, margin and OTC each deal with spot only") end
        return {
          post = "/account/transfer", host = "swap", encode = "json", read = read,
          send = function()
            return ordered { { "type", a.to_account == "swap" and 1 or 2 }, { "currency", a.currency_id }, { "transfer_amount", a.amount } }
          end,
        }
      end
      return {
        post = "/transfer", read = read,
        send = ordered { { "currency_mark", a.currency_id }, { "num", a.amount }, { "from", from }, { "to", to } },
      }
    end,
  },
  fetch_transfers = {
    get = "/account/transfer_record", host = "swap", send = "currency={currency_id} start_timestamp={since} limit={limit}",
    read = transfers {
      at = "data", id = "transfer_id", timestamp = "timestamp", currency = "currency|code", amount = "amount",
      fromAccount = { "type", ["1"] = "spot", ["2"] = "swap" }, toAccount = { "type", ["1"] = "swap", ["2"] = "spot" },
    },
  },

  options = { createMarketBuyOrderRequiresPrice = true },       -- false: the amount of a market buy is its cost
}
