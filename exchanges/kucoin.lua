-- KuCoin: spot, margin and futures. API: https://www.kucoin.com/docs-new
-- How it signs, fails and names things: dialects/kucoin.lua; orders: dialects/kucoin_orders.lua; what contracts have more:
-- dialects/kucoin_contracts.lua; the same calls of a unified account (options.uta or params.uta): dialects/kucoin_unified.lua.
-- Weights of 4000 in 30 seconds for spot; the pools of futures and the unified API are half as large, so their calls cost twice their weight.
local k = dialect "kucoin"
local classic = with(with(dialect "kucoin_orders" (k), dialect "kucoin_contracts" (k)), dialect "kucoin_money" (k))

-- ---- markets, currencies ----

local spot_markets = markets {
  at = "data", where = "symbol", id = "symbol", baseId = "symbol|before:-", quoteId = "symbol|after:-", margin = "isMarginEnabled",
  active = "enableTrading",
  taker = function(o, a) return a.rates and a.rates(o.symbol, "taker") end, maker = function(o, a) return a.rates and a.rates(o.symbol, "maker") end,
  precision = { amount = "baseIncrement", price = "priceIncrement", cost = "quoteIncrement" },
  limits = { amount = { min = "baseMinSize", max = "baseMaxSize" }, cost = { min = "quoteMinSize", max = "quoteMaxSize" } },
}
-- Amounts of contracts are counts of them; inverse ones have a multiplier below zero.
local contract_markets = markets {
  at = "data", where = "symbol", id = "symbol", baseId = "baseCurrency", quoteId = "quoteCurrency", settleId = "settleCurrency",
  type = function(o) return o.nextFundingRateTime and "swap" or "future" end, inverse = "isInverse", linear = "isInverse|not",
  active = "status|eq:Open", taker = "takerFeeRate", maker = "makerFeeRate", contractSize = "multiplier|abs", created = "firstOpenDate",
  expiry = "expireDate", precision = { amount = "lotSize", price = "tickSize" },
  limits = {
    amount = { min = "lotSize", max = "maxOrderQty" }, price = { min = "tickSize", max = "maxPrice" }, leverage = { min = 1, max = "maxLeverage" },
  },
}

local function markets_of(a)
  local asked, out = a.options.fetchMarkets or {}, {}
  local spot, contracts
  for _, kind in ipairs(asked.types or { "spot", "swap" }) do
    if kind == "spot" then spot = true else contracts = true end
  end
  if spot and asked.fetchTickersFees ~= false then       -- only the tickers tell the fees: a rate, and the market's share of it
    local by_id = {}
    for _, row in ipairs(ask({ get = "/api/v1/market/allTickers", cost = 15 }).data.ticker) do by_id[row.symbol or ""] = row end
    a.rates = function(id, side)
      local row = by_id[id]
      local rate, factor = row and row[side .. "FeeRate"], row and row[side .. "Coefficient"]
      return rate and factor and decimal.mul(rate, factor)
    end
  end
  if spot then out = ask { get = "/api/v2/symbols", cost = 4, params = true, read = spot_markets } end
  if contracts then
    for _, market in ipairs(ask { get = "/api/v1/contracts/active", host = "futures", cost = 6, params = true, read = contract_markets }) do
      out[#out + 1] = market
    end
  end
  return out
end

-- Names in the list that are no currencies.
local broken = { ["00"] = true, OPEN_ERROR = true, HUF = true, BDT = true }
local function chain_code(o, a) return o.chainId and k.network_of(o.chainId, a.coin) end
local chains = each {
  at = "chains,items", key = chain_code, id = "chainId", name = "chainName", code = chain_code, network = chain_code,
  fee = "withdrawalMinFee|number,minWithdrawFee|number", deposit = "isDepositEnabled", withdraw = "isWithdrawEnabled",
  precision = "withdrawPrecision|tick|number",
  limits = {
    withdraw = { min = "withdrawalMinSize|number,minWithdrawSize|number", max = "maxWithdraw|number,maxWithdrawSize|number" },
    deposit = { min = "depositMinSize|number,minDepositSize|number", max = "maxDeposit|number,maxDepositSize|number" },
  },
}

-- ---- prices ----

local stats = ticker(with(k.ticker_fields, { at = "data" }))
local spot_tickers = tickers(with(k.ticker_fields, {
  at = "data.ticker,data.list", timestamp = "/data.time,/data.ts", symbol = function() return nil end,
}))
local contract_tickers = tickers(with(k.ticker_fields, { at = "data", symbol = function() return nil end }))

local spot_candles, unified_candles = k.candle_map "data", k.candle_map "data.list"
local minutes = {
  ["1m"] = 1, ["5m"] = 5, ["15m"] = 15, ["30m"] = 30, ["1h"] = 60, ["2h"] = 120, ["4h"] = 240, ["8h"] = 480, ["12h"] = 720, ["1d"] = 1440,
  ["1w"] = 10080,
}
local price_names = { mark = "mark-price", index = "index-price", premiumIndex = "premium-index" }

local function ohlcv(price)
  return {
    run = function(a)
      local told, unified = a:take "price", k.chosen(a, "uta")
      told = price or told
      local contract, step = a.market.contract, a.timeframe_s * 1000
      local classic_contract = contract and not (unified or told)
      local from, to = a.since, a.now
      if from then to = from + (a.limit or classic_contract and 200 or 1500) * step
      elseif a.limit then from = to - a.limit * step
      end
      if classic_contract then
        local span = minutes[a.timeframe_name] or fail("BadRequest", "contracts have no timeframe " .. a.timeframe_name)
        return {
          get = "/api/v1/kline/query", host = "futures", cost = 6, read = spot_candles,
          send = ordered { { "symbol", a.id }, { "granularity", span }, { "from", from }, { "to", a:take "until" or to } },
        }
      end
      a.from, a.to = from and from // 1000, (a:take "until" or to) // 1000
      if unified or told then
        local suffix = told and (price_names[told] or fail("NotSupported", "price is 'mark', 'index' or 'premiumIndex'"))
        a.name = a.id .. (suffix and "-" .. suffix or "")
        return {
          get = "/api/ua/v1/market/kline", cost = 6, read = unified_candles,
          send = "symbol={name} interval={timeframe} startAt={from} endAt={to} tradeType=" .. (contract and "FUTURES" or "SPOT"),
        }
      end
      return { get = "/api/v1/market/candles", cost = 3, send = "symbol={id} type={timeframe} startAt={from} endAt={to}", read = spot_candles }
    end,
  }
end

-- ---- money ----

-- The account that a transfer leaves ("out") or reaches ("in").
local function account_of(direction)
  return function(o)
    local name = o.direction == direction and o.accountType and o.accountType:lower()
    return name and (k.accounts_by_type[name] or name)
  end
end

local function of_contracts(a)
  local account = a:take "accountType"
  return (k.accounts_by_type[account or ""] or account) == "contract"
end

-- Deposits and withdrawals before February 2019 are kept apart, by seconds.
local function transactions_of(type)
  local read = transactions(with(k.transaction_fields, { type = "=" .. type:sub(1, -2) }))
  return {
    run = function(a)
      if of_contracts(a) then
        return {
          get = "/api/v1/" .. type:sub(1, -2) .. "-list", host = "futures", cost = 4, read = read,
          send = "currency={currency_id} pageSize={limit} startAt={since}",
        }
      end
      local old = a.since and a.since < 1550448000000
      return {
        get = "/api/v1/" .. (old and "hist-" or "") .. type, cost = type == "deposits" and 5 or 20, read = read,
        send = "currency={currency_id} pageSize={limit} endAt={until} startAt={since" .. (old and "|s}" or "}"),
      }
    end,
  }
end

local fee_of_chains = each {
  at = "chains,items", key = chain_code,
  withdraw = { fee = "withdrawalMinFee|number,withdrawMinFee|number,minWithdrawFee|number", percentage = false },
}

-- What one currency costs to withdraw over one network.
local quota = {
  needs = "code",
  run = function(a)
    a.chain = k.chain_asked(a)
    return {
      get = "/api/v1/withdrawals/quotas", cost = 20, send = "currency={currency_id} chain={chain}",
      read = withdraw_fee {
        at = "data", withdraw = { fee = "withdrawMinFee", percentage = false },
        networks = function(o)
          local fee = { withdraw = { fee = k.number(o.withdrawMinFee), percentage = false }, deposit = {} }
          return o.chain and { [k.network_of(o.chain, a.code)] = fee } or {}
        end,
      },
    }
  end,
}

-- ---- what only this account knows ----

local function balance_of(a)
  local code, asked, mode = a:take "code", a:take "type", a:take "marginMode"
  local kind = k.accounts_by_type[asked or ""] or asked or a.options.defaultType
  if kind == "contract" then
    a.coin = a:currency_id_of(code or a.options.fetchBalance and a.options.fetchBalance.code or "USDT")
    return {
      get = "/api/v1/account-overview", host = "futures", cost = 10, send = "currency={coin}",
      read = function(reply)
        local row = reply.data
        return { info = reply, [row.currency and a:code_of(row.currency) or code or "USDT"] = { free = row.availableBalance, total = row.accountEquity } }
      end,
    }
  end
  local fast = k.chosen(a, "hf")
  a.coin = code and a:currency_id_of(code)
  if mode == "isolated" or kind == "isolated" then
    return {
      get = "/api/v3/isolated/accounts", cost = 15, send = "balanceCurrency={coin}",
      read = function(reply)
        local out = { info = reply }
        for _, pair in ipairs(reply.data.assets or {}) do
          k.add_wallet(out, a, pair.baseAsset)
          k.add_wallet(out, a, pair.quoteAsset)
        end
        return out
      end,
    }
  end
  if mode == "cross" or kind == "margin" then
    return {
      get = "/api/v1/margin/account", cost = 40,
      read = balance { at = "data.accounts", currency = "currency|code", free = "availableBalance", used = "holdBalance", total = "totalBalance" },
    }
  end
  kind = fast and kind ~= "main" and "trade_hf" or kind == "spot" and "trade" or kind
  a.account = kind
  return {
    get = "/api/v1/accounts", cost = 5, send = "currency={coin} type={account}",
    read = balance {
      at = "data", where = function(o) return o.type == kind or kind == "trade_hf" and o.type == "trade" end, currency = "currency|code",
      free = "available", used = "holds", total = "balance",
    },
  }
end

local of_account = {

  -- Market data

  fetch_time = {
    run = function(a)
      if k.is_spot(k.type_asked(a)) then return { get = "/api/v1/timestamp", cost = 3, read = time "data" } end
      return { get = "/api/v1/timestamp", host = "futures", cost = 4, read = time "data" }
    end,
  },
  fetch_status = {
    run = function(a)
      if k.is_spot(k.type_asked(a)) then return { get = "/api/v1/status", cost = 3, read = k.server_status } end
      return { get = "/api/v1/status", host = "futures", cost = 8, read = k.server_status }
    end,
  },
  fetch_markets = { run = markets_of },
  fetch_currencies = {
    get = "/api/v3/currencies", cost = 3,
    read = currencies {
      at = "data", where = function(o, a) a.coin = o.currency and a:code_of(o.currency) return not broken[o.currency or ""] end, id = "currency",
      name = "fullName", precision = "precision|tick",
      type = function(o) return ((o.chains or o.items or {})[1]) and "crypto" or "fiat" end, networks = chains,
    },
  },
  fetch_ticker = {
    run = function(a)
      if a.market.contract then return { get = "/api/v1/ticker", host = "futures", cost = 4, send = "symbol={id}", read = stats } end
      return { get = "/api/v1/market/stats", cost = 15, send = "symbol={id}", read = stats }
    end,
  },
  fetch_tickers = {
    run = function(a)
      local method = a:take "method"
      if k.is_spot(k.type_asked(a, a.symbols and a:market_of(a.symbols[1]))) then
        return { get = "/api/v1/market/allTickers", cost = 15, read = spot_tickers }
      end
      local brief = method == "futuresPublicGetAllTickers"
      return { get = brief and "/api/v1/allTickers" or "/api/v1/contracts/active", host = "futures", cost = brief and 10 or 6, read = contract_tickers }
    end,
  },
  fetch_mark_price = {
    run = function(a)
      if a.market.contract then return { get = "/api/v1/mark-price/{id}/current", host = "futures", cost = 6, read = stats } end
      return { get = "/api/v1/mark-price/{id}/current", cost = 2, read = stats }
    end,
  },
  fetch_mark_prices = { get = "/api/v3/mark-price/all-symbols", cost = 10, read = contract_tickers },
  fetch_order_book = {            -- the whole book of spot is told to holders of a key, a hundred levels to anyone
    right = "read",
    run = function(a)
      local level, futures = a:take "level", not k.is_spot(k.type_asked(a))
      if futures and tonumber(level or 2) ~= 2 then fail("BadRequest", "contracts have level 2 only") end
      if a.limit then a.limit = a.limit <= 20 and 20 or a.limit <= 100 and 100 or nil end      -- there are 20, 100, and all
      if futures then
        return {
          get = a.limit and "/api/v1/level2/depth{limit}" or "/api/v1/level2/snapshot", host = "futures", right = "public",
          cost = a.limit == 20 and 10 or a.limit and 20 or 6, send = "symbol={id}", read = k.order_book,
        }
      end
      if not a.limit then
        local whole = { get = "/api/v3/market/orderbook/level2", cost = 3, send = "symbol={id}", params = true, read = k.order_book }
        local ok, levels = pcall(ask, whole)
        if ok then return levels end
        if levels.class ~= "AuthenticationError" and levels.class ~= "PermissionDenied" then error(levels, 0) end
      end
      a.levels = a.limit or 100
      return {
        get = "/api/v1/market/orderbook/level2_{levels}", right = "public", cost = a.limit == 20 and 2 or 4, send = "symbol={id}",
        read = k.order_book,
      }
    end,
  },
  fetch_trades = {
    run = function(a)
      local read = trades(with(k.trade_fields, { at = "data" }))
      if k.is_spot(k.type_asked(a)) then return { get = "/api/v1/market/histories", cost = 3, send = "symbol={id}", read = read } end
      return { get = "/api/v1/trade/history", host = "futures", cost = 10, send = "symbol={id}", read = read }
    end,
  },

  -- Account

  fetch_accounts = { get = "/api/v1/accounts", cost = 5, read = accounts { at = "data", id = "id", type = "type|lower", code = "currency|code" } },
  fetch_balance = { run = balance_of },
  fetch_trading_fee = {
    run = function(a)
      if a.market.spot then
        return {
          get = "/api/v1/trade-fees", cost = 3, send = "symbols={id}",
          read = trading_fee { at = "data.1", maker = "makerFeeRate", taker = "takerFeeRate", percentage = true, tierBased = true },
        }
      end
      return {
        get = "/api/v1/trade-fees", host = "futures", cost = 6, send = "symbol={id}",
        read = trading_fee { at = "data", maker = "makerFeeRate", taker = "takerFeeRate", percentage = true, tierBased = true },
      }
    end,
  },
  fetch_ledger = {
    run = function(a)
      local mode, fast = a:take "marginMode", k.chosen(a, "hf")
      local kind = a:take "type"
      kind = k.accounts_by_type[kind or ""] or kind
      ask { get = "/api/v1/accounts", cost = 5 }        -- comes first; nothing of it is needed
      local send = "startAt={since} currency={currency_id} endAt={until} "
      if kind == "contract" then
        return {
          get = "/api/v1/transaction-history", host = "futures", cost = 4, send = send .. "maxCount={limit}", read = k.entries "data.dataList",
        }
      end
      if fast then
        return {
          get = mode and "/api/v3/hf/margin/account/ledgers" or "/api/v1/hf/accounts/ledgers", cost = 2, send = send .. "limit={limit}",
          read = function(reply, a_) return (reply.data.items and k.entries "data.items" or k.entries "data")(reply, a_) end,
        }
      end
      return { get = "/api/v1/accounts/ledgers", cost = 2, send = send .. "pageSize={limit}", read = k.entries "data.items" }
    end,
  },

  -- Money in and out

  fetch_deposit_address = {
    run = function(a)
      local read = address(with(k.address_fields, { at = "data" }))
      if of_contracts(a) then
        return { get = "/api/v1/deposit-address", host = "futures", cost = 4, send = "currency={currency_id}", read = read }
      end
      a.chain = k.chain_asked(a)
      return { get = "/api/v1/deposit-addresses", cost = 5, send = "currency={currency_id} chain={chain}", read = read }
    end,
  },
  fetch_deposit_addresses_by_network = {
    get = "/api/v2/deposit-addresses", cost = 5, send = "currency={currency_id}", needs = "code",
    read = addresses(with(k.address_fields, { at = "data" })),
  },
  transfer = {
    run = function(a)
      local kind, raw, mine = a:take "transferType", a:take "type", k.client_id(a)
      kind = kind or raw or "INTERNAL"
      if kind == "PARENT_TO_SUB" and not a.params.toUserId then fail("ArgumentsRequired", "params.toUserId is needed") end
      if kind == "SUB_TO_PARENT" and not a.params.fromUserId then fail("ArgumentsRequired", "params.fromUserId is needed") end
      local r = ordered { { "currency", a.currency_id }, { "amount", a.amount }, { "clientOid", mine or uuid() } }
      local function account(name, asked)         -- isolated margin is named by its market
        local isolated = k.market_named(a, asked)
        if isolated then r[name .. "AccountTag"] = isolated end
        return isolated and "isolated" or k.accounts_by_type[asked:lower()] or asked
      end
      local from, to = account("from", a.from_account), account("to", a.to_account)
      local inner = from == "trade_hf" or to == "trade_hf" or from == "pool" or to == "pool"
      if inner then
        r.from, r.to = from, to
      else
        r.type = kind
        r.fromAccountType, r.toAccountType = from:upper(), to:upper()
      end
      return {
        post = inner and "/api/v2/accounts/inner-transfer" or "/api/v3/accounts/universal-transfer", cost = inner and 15 or 4,
        send = r, read = k.transferred,
      }
    end,
  },
}

-- The same method for either sort of account.
local function either(one, unified)
  local function done(d, a) return d.run and d.run(a) or d end
  local method = { needs = one.needs, right = one.right }
  method.run = function(a) return done(k.chosen(a, "uta") and unified or one, a) end
  return method
end

local methods = with(classic, of_account)
for name, unified in pairs(dialect "kucoin_unified" (k)) do methods[name] = either(methods[name], unified) end

return with(methods, {
  hosts = { api = "https://api.kucoin.com", futures = "https://api-futures.kucoin.com" },
  credentials = { "apiKey", "secret", "password" },
  client_id = "uuid",
  rate = { interval_ms = 7.5, burst = 100 },
  fees = { taker = 0.001, maker = 0.001 },
  encode = "json",
  timeframes = "1m=1min 3m=3min 5m=5min 15m=15min 30m=30min 1h=1hour 2h=2hour 4h=4hour 6h=6hour 8h=8hour 12h=12hour 1d=1day 1w=1week 1M=1month",
  renames = k.renames, symbol_of = k.symbol_of, errors = k.errors, failed = k.failed, sign = k.sign,
  broad = {
    { "pageSize should not greater than 500", "BadRequest" }, { "Exceeded the access frequency", "RateLimitExceeded" },
    { "require more permission", "PermissionDenied" }, { k.no_position, "OrderNotFound" },
  },

  fetch_ohlcv = ohlcv(),
  fetch_mark_ohlcv = ohlcv "mark",
  fetch_index_ohlcv = ohlcv "index",
  fetch_premium_index_ohlcv = ohlcv "premiumIndex",
  fetch_l2_order_book = methods.fetch_order_book,
  fetch_l3_order_book = {           -- each order: its id first
    right = "read",
    get = "/api/v3/market/orderbook/level3", cost = 3, send = "symbol={id}",
    read = book { at = "data", bids = "bids", asks = "asks", level = { 2, 3, 1 }, timestamp = "time", nonce = "sequence" },
  },
  fetch_deposits = transactions_of "deposits",
  fetch_withdrawals = transactions_of "withdrawals",
  create_deposit_address = {
    run = function(a)
      a.chain = k.chain_asked(a)
      return {
        post = "/api/v3/deposit-address/create", cost = 20, send = "currency={currency_id} chain={chain}",
        read = address(with(k.address_fields, { at = "data" })),
      }
    end,
  },
  fetch_transaction_fee = quota,
  fetch_deposit_withdraw_fee = quota,
  fetch_deposit_withdraw_fees = {
    get = "/api/v3/currencies", cost = 3, right = "public",
    read = withdraw_fees {
      at = "data", where = function(o, a) a.coin = o.currency and a:code_of(o.currency) return true end, currency = "currency|code",
      withdraw = { percentage = false }, networks = fee_of_chains,
    },
  },
  fetch_transfers = {
    get = "/api/v1/accounts/ledgers", cost = 2,
    send = "bizType=TRANSFER endAt={until} currency={currency_id} startAt={since} pageSize={limit|default:500}",
    read = transfers {
      at = "data.items", id = "id,applyId,orderId", timestamp = "createdAt,time", currency = "currency|code", amount = "amount",
      status = "status",
      fromAccount = account_of "out", toAccount = account_of "in",
    },
  },
  withdraw = {
    run = function(a)
      local chain = k.chain_asked(a)
      local inclusive = a:take "includeFee"
      return {
        post = "/api/v3/withdrawals", cost = 5,
        send = ordered {
          { "currency", a.currency_id }, { "toAddress", a.address }, { "withdrawType", "ADDRESS" }, { "memo", a.tag }, { "chain", chain },
          { "amount", raw_number(a.amount) }, { "feeDeductType", inclusive and "INTERNAL" or nil },
        },
        read = transaction { at = "data", id = "withdrawalId", currency = "={code}", type = "=withdrawal" },
      }
    end,
  },

  options = {
    defaultType = "spot",
    uta = false,              -- the account is a unified one
    hf = true,                -- spot orders of the high-frequency generation
    fetchMarkets = { types = { "spot", "swap", "future" }, fetchTickersFees = true },
    fetchBalance = { code = "USDT" },
    partner = {               -- who requests are credited to; false for nobody
      spot = { id = "ccxt", key = "9e58cc35-5b5e-4133-92ec-166e3f077cb8" },
      future = { id = "ccxtfutures", key = "1b327198-f30c-4f14-a0ac-918871282f15" },
    },
  },
})
