-- CoinEx, spot, margin and perpetuals. API 2: https://docs.coinex.com/api/v2
-- How it names and reads things: dialects/coinex.lua; orders: dialects/coinex_orders.lua; perpetuals: dialects/coinex_contracts.lua.
local coinex = dialect "coinex"

local market_fields = {
  at = "data", id = "market", baseId = "base_ccy", quoteId = "quote_ccy", taker = "taker_fee_rate", maker = "maker_fee_rate",
  precision = { amount = "base_ccy_precision|tick", price = "tick_size,quote_ccy_precision|tick" }, limits = { amount = { min = "min_amount" } },
}
local spot_markets = markets(with(market_fields, { margin = "is_margin_available", active = "is_api_trading_available" }))
local swap_markets = markets(with(market_fields, {
  type = "=swap", settleId = function(o) return o.contract_type == "linear" and "USDT" or o.base_ccy end, linear = "contract_type|eq:linear",
  inverse = "contract_type|eq:inverse", contractSize = 1, active = "is_market_available",
  limits = { amount = { min = "min_amount" }, leverage = { min = "leverage.1", max = "leverage.-1" } },
}))

-- Only perpetuals have a mark price. The value of inverse ones is in their base.
local ticker_fields = {
  market = "market", market_type = function(o) return o.mark_price ~= nil and "swap" or "spot" end, high = "high", low = "low", open = "open",
  last = "close,last", bidVolume = "volume_buy", askVolume = "volume_sell", baseVolume = "volume", markPrice = "mark_price", indexPrice = "index_price",
  quoteVolume = function(o, _, market) return not (market and market.inverse) and o.value or nil end,
}
local fee_fields = { market = "market", maker = "maker_fee_rate", taker = "taker_fee_rate", percentage = true, tierBased = true }

local balances = balance { at = "data", currency = "ccy|code", free = "available", used = "frozen" }
local function margin_balances(reply, a)        -- a row each pair, two currencies in it
  local out = { info = reply }
  for _, row in ipairs(reply.data) do
    for _, side in ipairs { "base_ccy", "quote_ccy" } do
      local code, now = a:code_of(row[side]), {}
      now.free, now.used, now.debt = row.available[side], row.frozen[side], decimal.add(row.repaid[side], row.interest[side])
      for name, x in pairs(out[code] or {}) do now[name] = decimal.add(now[name], x) end
      out[code] = now
    end
  end
  return out
end

local transaction_fields = {
  id = "withdraw_id,deposit_id", txid = "tx_id", timestamp = "created_at", currency = "ccy|code", network = coinex.network_of, address = "to_address",
  addressTo = "to_address", tag = "memo", amount = "actual_amount,amount", comment = "remark",
  type = function(o) return o.withdraw_id ~= nil and "withdrawal" or "deposit" end,
  internal = { "withdraw_method|lower,deposit_method|lower", ["local"] = true, default = false },
  status = words("status|lower", { pending = "audit pass audit_required confirming", failed = "not_pass fail", ok = "finish" }),
  fee = { cost = "tx_fee", currency = "fee_asset|code,fee_ccy|code" },
}
local function history(path)
  return { get = path, cost = 40, send = "ccy={currency_id} limit={limit}", read = transactions(with(transaction_fields, { at = "data" })) }
end

-- Some addresses hold their tag after a colon; Conflux writes its name before one.
local deposit_address = address {
  at = "data", address = function(o) return o.address and not o.address:match "^cfx:" and o.address:match "^[^:]*" or o.address end,
  tag = function(o)
    if o.memo and o.memo ~= "" then return o.memo end
    return o.address and not o.address:match "^cfx:" and o.address:match ":(.*)$" or nil
  end,
}
local function address_call(verb, path)
  return {
    run = function(a)
      local chain = coinex.network_id(a) or fail("ArgumentsRequired", "params.network is needed: an address belongs to a network")
      return { [verb] = path, cost = 40, read = deposit_address, send = { ccy = a.currency_id, chain = chain } }
    end,
  }
end

-- What it costs to take a currency out, by network.
local function fees_of(row, a)
  local code, networks, first, n = a:code_of(row.asset.ccy), {}, nil, 0
  for _, chain in ipairs(row.chains) do
    if chain.withdraw_enabled == true and chain.chain then
      first, n = first or coinex.number(chain.withdrawal_fee), n + 1
      networks[coinex.network_name(chain.chain, code)] = { withdraw = { fee = coinex.number(chain.withdrawal_fee), percentage = false }, deposit = {} }
    end
  end
  return { currency = code, withdraw = n == 1 and { fee = first, percentage = false } or {}, deposit = {}, networks = networks, info = row }, code
end

return with(with(with(dialect "coinex_orders", dialect "coinex_contracts"), dialect "coinex_margin"), {
  hosts = { api = "https://api.coinex.com/v2" },
  client_id = "hex",
  rate = { interval_ms = 2.5, burst = 20 },
  fees = { taker = 0.001, maker = 0.001 },
  encode = "json",
  renames = { ACM = "Actinium" },
  timeframes = "1m=1min 3m=3min 5m=5min 15m=15min 30m=30min 1h=1hour 2h=2hour 4h=4hour 6h=6hour 12h=12hour 1d=1day 3d=3day 1w=1week",

  failed = function(reply)
    if reply.code == "0" and (reply.data ~= nil or (reply.message or ""):upper() == "OK") then return nil end
    return reply.code or "error", reply.message
  end,
  errors = by_class {
    AccountSuspended = "4115", AuthenticationError = "24 25 34 4005 4006 4008", BadRequest = "4004", BadSymbol = "3157 4117",
    ExchangeError = "3610 4003 4009 4010 4017 4130 4158", ExchangeNotAvailable = "35 4001", InsufficientFunds = "107 3109",
    InvalidOrder = "601 602 606 3127 3606 3612 3613 3614 3615 3616 3617 3618 3619 3620 3621 3622 3627 3628 3629 3632 3633 3634 3635",
    OrderNotFound = "600 3600", PermissionDenied = "23 158 4007 4011 4512", RateLimitExceeded = "213 4123 4213", RequestTimeout = "36 3008 4002",
  },
  broad = {
    { "ip not allow visit", "PermissionDenied" }, { "service too busy", "ExchangeNotAvailable" },
    { "Service is not available during funding fee settlement", "OperationFailed" },
  },
  http = { [403] = "ExchangeNotAvailable", [404] = "ExchangeNotAvailable" },

  sign = function(req, key)
    local now, told = key.time, {}
    if req.json then req.json = sorted(req.json) end
    req.query = sorted(req.query)
    for k, v in pairs(req.query) do told[#told + 1] = k .. "=" .. tostring(v) end
    local query = told[1] and "?" .. table.concat(told, "&") or ""
    req.headers["Content-Type"], req.headers.Accept = "application/json", "application/json"
    req.headers["X-COINEX-KEY"] = key.apiKey
    req.headers["X-COINEX-TIMESTAMP"] = now
    req.headers["X-COINEX-SIGN"] = hex(sha256(req.method .. req.path .. query .. req.body .. now .. key.secret))
  end,

  -- Market data

  fetch_time = { get = "/time", read = time "data.timestamp" },
  fetch_markets = {
    run = function()
      local out = ask { get = "/spot/market", params = true, read = spot_markets }
      for _, market in ipairs(ask { get = "/futures/market", params = true, read = swap_markets }) do out[#out + 1] = market end
      return out
    end,
  },
  fetch_currencies = {
    get = "/assets/all-deposit-withdraw-config",
    read = currencies {
      at = "data", id = "asset.ccy", deposit = "asset.deposit_enabled", withdraw = "asset.withdraw_enabled", type = "=crypto",
      networks = function(o, a)
        local out, code = {}, a:code_of(o.asset.ccy)
        for _, chain in ipairs(o.chains) do
          local name = chain.chain and coinex.network_name(chain.chain, code)
          if name then
            out[name] = {
              id = chain.chain, network = name, deposit = chain.deposit_enabled, withdraw = chain.withdraw_enabled,
              fee = coinex.number(chain.withdrawal_fee), precision = coinex.number(chain.withdrawal_precision and "1e-" .. chain.withdrawal_precision),
              limits = { deposit = { min = coinex.number(chain.min_deposit_amount) }, withdraw = { min = coinex.number(chain.min_withdraw_amount) } },
              info = chain,
            }
          end
        end
        return out
      end,
    },
  },
  fetch_ticker = {
    run = function(a) return { get = coinex.place(a) .. "/ticker", send = "market={id}", read = ticker(with(ticker_fields, { at = "data.1" })) } end,
  },
  fetch_tickers = {
    run = function(a)
      local first = a.symbols and a:market_of(a.symbols[1])
      if first and not a.params.type then a.params.type = first.type end
      return { get = coinex.place(a) .. "/ticker", read = tickers(with(ticker_fields, { at = "data" })) }
    end,
  },
  fetch_order_book = {
    run = function(a)
      return {
        get = coinex.place(a) .. "/depth", send = "market={id} limit={limit|default:20} interval=0",
        read = book { at = "data.depth", bids = "bids", asks = "asks", timestamp = "updated_at" },
      }
    end,
  },
  fetch_trades = { run = function(a) return { get = coinex.place(a) .. "/deals", send = "market={id} limit={limit|max:1000}", read = coinex.trade_list } end },
  fetch_ohlcv = {               -- the latest ones only
    run = function(a)
      return {
        get = coinex.place(a) .. "/kline", send = "market={id} period={timeframe} limit={limit}",
        read = candles { at = "data", columns = "created_at open high low close value" },
      }
    end,
  },
  fetch_trading_fee = {
    right = "public",
    run = function(a) return { get = coinex.place(a) .. "/market", send = "market={id}", read = trading_fee(with(fee_fields, { at = "data.1" })) } end,
  },
  fetch_trading_fees = {
    right = "public",
    run = function(a)
      local root = coinex.place(a)
      local type = root == "/futures" and "=swap" or "=spot"
      return { get = root .. "/market", read = trading_fees(with(fee_fields, { at = "data", market_type = type })) }
    end,
  },
  fetch_deposit_withdraw_fee = {
    get = "/assets/deposit-withdraw-config", right = "public", needs = "code", send = "ccy={currency_id}",
    read = function(reply, a) return (fees_of(reply.data, a)) end,
  },
  fetch_deposit_withdraw_fees = {
    get = "/assets/all-deposit-withdraw-config", right = "public",
    read = function(reply, a)
      local out = {}
      for _, row in ipairs(reply.data) do
        local fees, code = fees_of(row, a)
        out[code] = fees
      end
      return out
    end,
  },

  -- Account

  fetch_balance = {
    run = function(a)
      local kind = a.params.type
      if kind == "financial" then
        a:take "type"
        return { get = "/assets/financial/balance", cost = 40, read = balances }
      end
      local root, market_type = coinex.place(a)
      if root == "/futures" then return { get = "/assets/futures/balance", cost = 40, read = balances } end
      if market_type == "MARGIN" then return { get = "/assets/margin/balance", read = margin_balances } end
      return { get = "/assets/spot/balance", cost = 40, read = balances }
    end,
  },
  -- Money in and out

  fetch_deposit_address = address_call("get", "/assets/deposit-address"),
  create_deposit_address = address_call("post", "/assets/renewal-deposit-address"),
  fetch_deposits = history "/assets/deposit-history",
  fetch_withdrawals = history "/assets/withdraw",
  withdraw = {                  -- the amount is what arrives; to another user of CoinEx no chain is named
    run = function(a)
      local chain = coinex.network_id(a)
      return {
        post = "/assets/withdraw", cost = 40, read = transaction(with(transaction_fields, { at = "data" })),
        send = function()
          return ordered { { "ccy", a.currency_id }, { "to_address", a.address }, { "amount", a.amount }, { "memo", a.tag }, { "chain", chain } }
        end,
      }
    end,
  },
  transfer = {                  -- one of the two accounts is spot
    run = function(a)
      local ids, symbol = a.options.accountsByType, a:take "symbol"
      local from, to = ids[a.from_account] or a.from_account, ids[a.to_account] or a.to_account
      local margin = from == "MARGIN" or to == "MARGIN"
      if margin and not symbol then fail("ArgumentsRequired", "a margin account belongs to a market: params.symbol") end
      if from ~= "SPOT" and to ~= "SPOT" then fail("BadRequest", "one of the two accounts is spot") end
      return {
        post = "/assets/transfer", cost = 40,
        send = ordered {
          { "ccy", a.currency_id }, { "amount", a.amount }, { "from_account_type", from }, { "to_account_type", to },
          { "market", margin and a:market_of(symbol).id or nil },
        },
        read = function(reply)
          return { amount = a.amount, fromAccount = a.from_account, toAccount = a.to_account, status = "ok", info = reply }
        end,
      }
    end,
  },
  fetch_transfers = {
    needs = "code",
    run = function(a)
      local accounts = { SPOT = "spot", MARGIN = "margin", FUTURES = "swap", default = "." }
      return {
        get = "/assets/transfer-history", cost = 40,
        send = "ccy={currency_id} transfer_type=" .. (coinex.on_margin(a) and "MARGIN" or "FUTURES") .. " " .. coinex.ranged,
        read = transfers {
          at = "data", timestamp = "created_at", currency = "ccy|code", amount = "amount", status = "status|lower",
          fromAccount = with(accounts, { "from_account_type" }), toAccount = with(accounts, { "to_account_type" }),
        },
      }
    end,
  },

  options = {
    defaultType = "spot", createMarketBuyOrderRequiresPrice = true,
    brokerId = "x-167673045",   -- new orders without an id of their own get one that begins so
    accountsByType = { spot = "SPOT", margin = "MARGIN", swap = "FUTURES" },
  },
})
