-- CEX.IO Spot Trading. API: https://trade.cex.io/docs/
-- Every call is a POST of JSON; signed are the method's name, seconds and the body. Failures are {error: text}; of a new order the reply may
-- be of one that was rejected. The wallet of the main account can neither trade nor be deposited to by this API: orders and addresses are those
-- of a sub-account, named by params.accountId or options.createOrder.accountId.
-- Markets have no id of their own; base and quote with a dash are what tickers are called.

local function number(x) return x and tonumber(x) or nil end

-- ---- networks ----

local network_codes = {
  bitcoin = "BTC", binancesmartchain = "BSC20", dogecoin = "DOGE", algorand = "ALGO", stellar = "XLM", cosmos = "ATOM", litecoin = "LTC", ripple = "XRP",
  fantom = "FTM", mina = "MINA", theta = "THETA", tezos = "XTZ", celestia = "TIA", cronos = "CRONOS", polygon = "MATIC", ton = "TON", tron = "TRC20",
  solana = "SOLANA", songbird = "SGB", dydx = "DYDX", dash = "DASH", zilliqa = "ZIL", eos = "EOS", avalanche = "AVALANCHEC", ethereumpow = "ETHPOW",
  near = "NEAR", arbitrum = "ARBITRUM", polkadot = "DOT", optimism = "OPT", injective = "INJ", cardano = "ADA", ontology = "ONT", icp = "ICP",
  kava = "KAVA", kusama = "KSM", sei = "SEI", neo = "NEO", neo3 = "NEO3", xdc = "XDC",
}
local network_ids = { ERC20 = "ethereum", ETH = "ethereum", TRX = "tron", BRC20 = "bitcoin", CRC20 = "cronos" }
for id, code in pairs(network_codes) do network_ids[code] = id end

-- A chain has one name for its own coin and another for the tokens on it.
local function network_of(id, code)
  local network = network_codes[id] or id
  if network == "BTC" and code ~= "BTC" then return "BRC20" end
  if network == "CRONOS" and code ~= "CRO" then return "CRC20" end
  return network == "TRC20" and code == "TRX" and "TRX" or network
end

local function networks_of(row, step, code)
  local out = {}
  for id, n in pairs(row.blockchains or {}) do
    local network = network_of(id, code)
    out[network] = {
      id = id, network = network, deposit = n.deposit == "enabled", withdraw = n.withdrawal == "enabled", fee = number(n.withdrawalFee), precision = step,
      limits = { deposit = { min = number(n.minDeposit) }, withdraw = { min = number(n.minWithdrawal) } }, info = n,
    }
  end
  return out
end

local function currency_of(row, a)
  local places, code = number(row.precision), a:code_of(row.currency)
  local step = places and tonumber(("1e%d"):format(-places))
  return {
    id = row.currency, code = code, name = row.name, type = row.fiat == true and "fiat" or "crypto", deposit = row.walletDeposit,
    withdraw = row.walletWithdrawal, precision = step, networks = networks_of(row, step, code), info = row,
  }
end

-- ---- reading ----

local ticker_list = tickers {
  at = "data", market = "@key", high = "high", low = "low", bid = "bestBid", ask = "bestAsk", last = "last", change = "priceChange",
  percentage = "priceChangePercentage", baseVolume = "volume", quoteVolume = "quoteVolume",
}

local order_fields = {
  id = "orderId", clientOrderId = "clientOrderId", timestamp = "serverCreateTimestamp", lastUpdateTimestamp = "lastUpdateTimestamp",
  symbol = function(o, a) return o.currency1 and o.currency2 and a:code_of(o.currency1) .. "/" .. a:code_of(o.currency2) or nil end,
  status = words("status", { open = "PENDING_NEW", canceling = "PENDING_CANCEL", expired = "EXPIRED" }),
  type = "orderType|lower", timeInForce = "timeInForce", side = "side|lower", price = "price", triggerPrice = "stopPrice", average = "averagePrice",
  amount = "requestedAmountCcy1", filled = "executedAmountCcy1", cost = "executedAmountCcy2",
  fee = { cost = "feeAmount", currency = "feeCurrency|code" },
}
local one_order, order_list = order(with(order_fields, { at = "data" })), orders(with(order_fields, { at = "data" }))

local statuses = { "status", rejected = "failed", pending = "pending", approved = "ok", default = "." }

-- ---- sending ----

local function private(name, more) return with({ post = "/" .. name, host = "private" }, more) end
local function upto(a) return math.tointeger(tonumber(a:take "until" or a:take "till")) end

local function number_of(id) return id:find "^%d+$" and raw_number(id) or fail("BadRequest", "ids of orders are numbers, not " .. id) end

local function account(a)
  return a:take "accountId" or a.options.createOrder.accountId
    or fail("ArgumentsRequired", "params.accountId (or options.createOrder.accountId) names the sub-account; the main account is not for this API")
end

-- Orders that are over are told of the last year, unless since says otherwise.
local function order_listing(archived, read)
  return {
    run = function(a)
      local from = a.since or archived and a.now - 364 * 86400000 or nil
      local id = a.order_id and number_of(a.order_id)
      return private("get_my_orders", {
        cost = 5, read = read or order_list,
        send = ordered {
          { "archived", archived }, { "pair", a.id }, { "pageSize", a.limit }, { "serverCreateTimestampFrom", from }, { "serverCreateTimestampTo", upto(a) },
          { "orderId", id },
        },
      })
    end,
  }
end

local function first_order(reply, a)
  return order_list(reply, a)[1] or fail("OrderNotFound", "no such order: " .. a.order_id)
end

local function history(name, cost, read, by_currency)
  return private(name, {
    cost = cost, read = read,
    send = function(a)
      return ordered {
        { "currency", by_currency and a.currency_id or nil }, { "dateFrom", a.since }, { "pageSize", a.limit }, { "dateTo", upto(a) },
      }
    end,
  })
end

return {
  hosts = { api = "https://trade.cex.io/api/spot/rest-public", private = "https://trade.cex.io/api/spot/rest" },
  client_id = "uuid",
  rate = { interval_ms = 300, burst = 10 },
  encode = "json_always",
  timeframes = "1m 5m 15m 30m 1h 2h 4h 1d",

  failed = "error",
  broad = {
    { "You have negative balance on following accounts", "InsufficientFunds" }, { "Insufficient funds", "InsufficientFunds" },
    { "Mandatory parameter side should be one of BUY,SELL", "BadRequest" }, { "API orders from Main account are not allowed", "BadRequest" },
    { "check failed", "BadRequest" }, { "Market Trigger orders are not allowed", "BadRequest" },
    { "Get deposit address for main account is not allowed", "PermissionDenied" }, { "key not passed or incorrect", "AuthenticationError" },
    { "API rate limit reached", "RateLimitExceeded" },
  },
  http = { default = "NullResponse" },      -- failures come as JSON with status 200; any other page says nothing

  sign = function(req, key)
    local seconds = clock "s"
    req.headers["X-AGGR-KEY"] = key.apiKey
    req.headers["X-AGGR-TIMESTAMP"] = seconds
    req.headers["X-AGGR-SIGNATURE"] = base64(hmac("sha256", key.secret, req.path:match("[^/]*$") .. seconds .. req.body))
  end,

  -- Market data

  fetch_time = { post = "/get_server_time", read = time "data.timestamp" },
  fetch_currencies = {
    run = function(a)          -- the second list has those that cannot be moved
      local out = {}
      for _, row in pairs(ask { post = "/get_processing_info", cost = 10, params = true }.data) do out[row.currency] = currency_of(row, a) end
      for _, row in ipairs(ask { post = "/get_currencies_info", params = true }.data or {}) do
        out[row.currency] = out[row.currency] or currency_of(row, a)
      end
      return out
    end,
  },
  fetch_markets = {
    post = "/get_pairs_info",
    read = markets {
      at = "data", baseId = "base", quoteId = "quote", index = false, id = function(o, a) return a:code_of(o.base) .. "-" .. a:code_of(o.quote) end,
      precision = { amount = "baseLotSize", price = "pricePrecision|tick", base = "basePrecision|tick", quote = "quotePrecision|tick" },
      limits = {
        amount = { min = "baseMin", max = "baseMax" }, price = { min = "minPrice", max = "maxPrice" }, cost = { min = "quoteMin", max = "quoteMax" },
      },
    },
  },
  fetch_ticker = {
    post = "/get_ticker", send = function(a) return ordered { { "pairs", list { a.id } } } end,
    read = one_of(ticker_list),
  },
  fetch_tickers = { post = "/get_ticker", send = function(a) return ordered { { "pairs", a.ids } } end, read = ticker_list },
  fetch_order_book = { post = "/get_order_book", send = "pair={id}", read = book { bids = "data.bids", asks = "data.asks", timestamp = "data.timestamp" } },
  fetch_trades = {
    run = function(a)
      a.upto = upto(a)
      return {
        post = "/get_trade_history", send = "pair={id} fromDateISO={since|iso} toDateISO={upto|iso} pageSize={limit|max:10000}",
        read = trades { at = "data.trades", id = "tradeId", timestamp = "dateISO|iso", side = "side|lower", price = "price", amount = "amount" },
      }
    end,
  },
  fetch_ohlcv = {              -- of the best bids or asks, not of trades
    run = function(a)
      a.kind, a.upto = a:take "dataType" or a.options.fetchOHLCV.dataType, upto(a)
      if not a.kind then fail("ArgumentsRequired", "params.dataType is bestBid or bestAsk") end
      if a.since and a.upto and a.limit then fail("ArgumentsRequired", "since, until and limit together are one too many") end
      if (a.since or a.upto) and not a.limit then fail("ArgumentsRequired", "since and until need a limit") end
      if not a.since then a.upto = a.upto or a.now end
      return {
        post = "/get_candles", send = "pair={id} resolution={timeframe} dataType={kind} fromISO={since|iso} toISO={upto|iso} limit={limit}",
        read = candles { at = "data", columns = "timestamp open high low close volume" },
      }
    end,
  },

  -- Account

  fetch_trading_fees = private("get_my_current_fee", {
    cost = 5, read = trading_fees { at = "data.tradingFee", market = "@key", maker = "percent|div:100", taker = "percent|div:100", percentage = true },
  }),
  fetch_accounts = private("get_my_account_status_v3", { cost = 5, read = accounts { at = "data.balancesPerAccounts", id = "@key" } }),
  fetch_balance = {
    run = function(a)          -- the wallet's, or with params.account that of a sub-account
      local name = a:take "account"
      if not name then
        return private("get_my_wallet_balance", {
          cost = 5, read = balance { at = "data", currency = "@key|code", used = "balanceOnHold", total = "balance" },
        })
      end
      return private("get_my_account_status_v3", {
        cost = 5,
        read = balance { at = "data.balancesPerAccounts." .. name, currency = "@key|code", used = "balanceOnHold", total = "balance" },
      })
    end,
  },
  fetch_open_orders = order_listing(),
  fetch_closed_orders = order_listing(true),
  fetch_orders_by_status = { needs = "status", run = function(a) return order_listing(a.status == "closed" or nil).run(a) end },
  fetch_open_order = order_listing(nil, first_order),
  fetch_closed_order = order_listing(true, first_order),
  fetch_ledger = history("get_my_transaction_history", 1, ledger {
    at = "data", id = "transactionId", timestamp = "timestamp|iso", account = "accountId", currency = "currency|code", amount = "amount|abs",
    direction = function(o) return o.amount and (decimal.cmp(o.amount, 0) > 0 and "in" or "out") end,
    type = { "type", withdraw = "withdrawal", commission = "fee", default = "." },
  }, true),

  -- Orders

  create_order = {
    run = function(a)
      local id, tif, trigger = account(a), a:take "timeInForce" or "GTC", a:take "triggerPrice"
      local is_limit = a.type == "limit"
      local r = ordered {
        { "clientOrderId", a:take "clientOrderId" or uuid() }, { "currency1", a.market.baseId }, { "currency2", a.market.quoteId }, { "accountId", id },
        { "orderType", a.type:sub(1, 1):upper() .. a.type:sub(2):lower() }, { "side", a.side:upper() }, { "timestamp", a.now }, { "amountCcy1", a.amount },
      }
      r.price = is_limit and a.price or nil
      r.timeInForce = is_limit and tif or nil
      if trigger then
        r.type = "Stop Limit"
        r.stopPrice = a:to_price(trigger)
      end
      return private("do_my_new_order", {
        read = one_order, send = r,
        failed = function(reply)
          local why = reply.error or reply.data and reply.data.rejectReason
          return why, why
        end,
      })
    end,
  },
  cancel_order = private("do_cancel_my_order", {
    read = one_order,
    send = function(a)
      return ordered { { "orderId", number_of(a.order_id) }, { "cancelRequestId", "c_" .. a.now }, { "timestamp", a.now } }
    end,
  }),
  cancel_all_orders = private("do_cancel_all_orders", {      -- those of all markets
    cost = 5, read = orders { at = "data.clientOrderIds", clientOrderId = ".", symbol = false },
  }),

  -- Money in and out

  fetch_deposit_address = private("get_deposit_address", {
    cost = 5,
    send = function(a)
      local network = a:take "networkCode" or a:take "network"
      return ordered { { "accountId", account(a) }, { "currency", a.currency_id }, { "blockchain", network and (network_ids[network] or network) } }
    end,
    read = address {
      at = "data", currency = "currency|code", address = "address",
      network = function(o, a) return o.blockchain and network_of(o.blockchain, o.currency and a:code_of(o.currency)) end,
    },
  }),
  fetch_deposits_withdrawals = history("get_my_funding_history", 5, transactions {
    at = "data", id = "txId", timestamp = "updatedAt|iso", currency = "currency|code", amount = "amount", status = statuses,
    type = { "direction", withdraw = "withdrawal", default = "deposit" },
    fee = { cost = "commissionAmount", currency = "currency|code" },
  }),
  transfer = {                 -- an account without a name is the wallet
    run = function(a)
      local from, to = a.from_account, a.to_account
      local read = transfer {
        at = "data", id = "transactionId,clientTxId", currency = "currency|code", status = statuses, fromAccount = "=" .. from, toAccount = "=" .. to,
      }
      if from ~= "" and to ~= "" then
        return private("do_my_internal_transfer", {
          read = read, send = "currency={currency_id} amount={amount} fromAccountId={from_account} toAccountId={to_account}",
        })
      end
      local mine = a:take "guid" or uuid()
      return private(from == "" and "do_deposit_funds_from_wallet" or "do_withdrawal_funds_to_wallet", {
        read = read,
        send = function()
          return ordered { { "currency", a.currency_id }, { "amount", a.amount }, { "accountId", from == "" and to or from }, { "clientTxId", mine } }
        end,
      })
    end,
  },

  options = { createOrder = {}, fetchOHLCV = {} },
}
