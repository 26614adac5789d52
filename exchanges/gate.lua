-- Gate, spot and contracts. API 4: https://www.gate.com/docs/developers/apiv4/en
-- How it signs, fails and names things: dialects/gate.lua; orders: dialects/gate_orders.lua; contracts: dialects/gate_contracts.lua.
local gate = dialect "gate"

-- ---- markets ----

-- What isolated margin has more stands in a list of its own.
local function margin_row(o, a) return a.margin_rows and a.margin_rows[o.id] or o end

local spot_markets = markets {
  id = "id", baseId = "base,id|before:_", quoteId = "quote,id|after:_", active = "trade_status|eq:tradable",
  margin = function(o, a) return margin_row(o, a).leverage ~= nil end, taker = "fee|div:100", maker = "maker_fee_rate|div:100,fee|div:100",
  created = function(o) return gate.instant(o.buy_start) end,
  precision = { amount = "amount_precision|tick", price = "precision|tick" },
  limits = {
    amount = { min = "min_base_amount,amount_precision|tick" },
    cost = {
      min = "min_quote_amount",
      max = function(o, a) return margin_row(o, a).leverage ~= nil and (o.max_quote_amount or margin_row(o, a).max_quote_amount) or nil end,
    },
    leverage = { min = 1, max = function(o, a) return margin_row(o, a).leverage or 1 end },
  },
}

-- An order's price may be off the mark price by a share.
local function price_limit(sign)
  return function(o)
    local share = o.order_price_deviate
    if not decimal.is(share) or not decimal.is(o.mark_price) then return nil end
    return decimal.mul(o.mark_price, sign > 0 and decimal.add(1, share) or decimal.sub(1, share))
  end
end

local contract_fields = {
  id = "name", created = function(o) return gate.instant(o.create_time) end, contract = true,
  precision = { amount = 1, price = "order_price_round" },
  limits = {
    amount = { min = "order_size_min", max = "order_size_max" }, price = { min = price_limit(-1), max = price_limit(1) },
    leverage = { min = "leverage_min", max = "leverage_max" },
  },
}
-- The one contract with a multiplier of 0 is worth 1 USD.
local dated_markets = markets(with(contract_fields, {
  baseId = "name|before:_", quoteId = "name|after:_|before:_", settleId = "={settle}",
  settle = function(_, a) return a.settle:upper() end, type = function(o) return o.expire_time and "future" or "swap" end,
  expiry = "expire_time|s", active = "status|default:trading|eq:trading",
  contractSize = function(o) return decimal.is(o.quanto_multiplier) and decimal.cmp(o.quanto_multiplier, 0) == 0 and "1" or o.quanto_multiplier end,
  taker = "0.0005", maker = "0.0002",
}))
local option_markets = markets(with(contract_fields, {
  baseId = "underlying|before:_", quoteId = "underlying|after:_", settleId = "underlying|after:_", type = "=option", active = true,
  expiry = "expiration_time|s", strike = "strike_price", optionType = { "is_call", ["true"] = "call", ["false"] = "put" }, contractSize = 1,
  taker = "0.0003", maker = "0.0003", linear = true,
}))

local lists = {}
function lists.spot(a)
  a.margin_rows = {}
  for _, row in ipairs(ask { get = "/margin/currency_pairs" }) do
    if row.id then a.margin_rows[row.id] = row end
  end
  return ask { get = "/spot/currency_pairs", params = true, read = spot_markets }
end
local function contracts_of(root)
  return function(a, out)
    for _, settle in ipairs(root == "/futures/" and a.options.settlements or { "usdt" }) do
      a.settle = settle
      for _, market in ipairs(ask { get = root .. settle .. "/contracts", params = true, read = dated_markets }) do out[#out + 1] = market end
    end
    return {}
  end
end
lists.swap, lists.future = contracts_of "/futures/", contracts_of "/delivery/"
function lists.option(_, out)
  for _, row in ipairs(ask { get = "/options/underlyings" }) do
    local under = { get = "/options/contracts", params = true, send = { underlying = row.name }, read = option_markets }
    for _, market in ipairs(ask(under)) do out[#out + 1] = market end
  end
  return {}
end

-- ---- reading ----

local candle_list = candles { columns = "1|s,t|s 6,o 4,h 5,l 3,c 7,v" }
local spot_book = book { bids = "bids", asks = "asks", timestamp = "current", nonce = "id" }
local contract_book = book { bids = "bids", asks = "asks", level = { "p", "s" }, timestamp = "current|s", nonce = "id" }

local plain_balances = balance { currency = "currency|code", free = "available", used = "locked,freeze", total = "total" }
local keyed_balances = balance { at = "balances", currency = "@key|code", free = "available", used = "freeze", debt = "borrowed" }
local one_balance = function(reply, a)
  return { [a:code_of(reply.currency)] = { free = reply.available, total = reply.total }, info = reply }
end
local function isolated_balances(reply, a)     -- a row each pair, two currencies in it
  local out = { info = reply }
  for _, pair in ipairs(reply) do
    for _, side in ipairs { "base", "quote" } do
      local x = pair[side]
      local code = a:code_of(x.currency)
      local sum = out[code] or { free = "0", used = "0", debt = "0" }
      out[code] = { free = decimal.add(sum.free, x.available), used = decimal.add(sum.used, x.locked), debt = decimal.add(sum.debt, x.borrowed) }
    end
  end
  return out
end

local entry_types = { "type", deposit = "deposit", withdraw = "withdrawal", unknown = "unknown", set = "settlement", default = "." }
for kind, names in pairs {
  transfer = "sub_account_transfer margin_in margin_out margin_funding_in margin_funding_out cross_margin_in cross_margin_out copy_trading_in "
    .. "copy_trading_out quant_in quant_out futures_in futures_out delivery_in delivery_out",
  trade = "new_order order_fill flash_swap_buy flash_swap_sell prem pnl", rebate = "referral_fee point_refr refr", loan = "lend redeem",
  fee = "order_fee point_fee fund fee", interest = "interest profit", ["deposit/withdraw"] = "point_dnw dnw",
} do
  for name in names:gmatch "%S+" do entry_types[name] = kind end
end
local entries = ledger {
  id = "id", currency = "currency|code", timestamp = function(o) return gate.instant(o.time) end, type = entry_types, amount = "change|abs",
  direction = function(o) return decimal.is(o.change) and (gate.sign_of(o.change) < 0 and "out" or "in") or nil end, after = "balance",
  before = function(o) return decimal.is(o.balance) and decimal.is(o.change) and decimal.sub(o.balance, o.change) or nil end,
}

-- An id begins with what it is of: d(eposit), w(ithdrawal) or b, a GateCode, whose sign tells. The fee of a withdrawal is in its amount.
local transaction_kinds = { d = "deposit", w = "withdrawal" }
local function kind_of(o)
  local letter = o.id and o.id:sub(1, 1)
  if letter == "b" then return gate.sign_of(o.amount) > 0 and "deposit" or "withdrawal" end
  return transaction_kinds[letter] or letter
end
local transaction_fields = {
  id = "id", txid = "txid", timestamp = "timestamp|s", type = kind_of, currency = "currency|upper|code", address = "address", tag = "memo",
  amount = function(o)
    local fee = o.fee or o.fee_amount
    if kind_of(o) == "withdrawal" and decimal.is(fee) and decimal.is(o.amount) then return decimal.sub(decimal.abs(o.amount), fee) end
    return gate.abs(o.amount)
  end,
  network = function(o, a) return o.chain and gate.network_name(o.chain:upper(), o.currency and a:code_of(o.currency:upper())) end,
  status = words("status", { pending = "PEND REQUEST DMOVE MANUAL VERIFY PROCES EXTPEND SPLITPEND", failed = "FAIL INVALID", ok = "BCODE" }),
  fee = { cost = "fee,fee_amount", currency = "currency|upper|code" },
}
local function history(path)    -- with a start, the thirty days from there
  return {
    get = path,
    send = function(a)
      local from, until_ = gate.seconds(a.since), a:take "until"
      return ordered {
        { "currency", a.currency_id }, { "limit", a.limit }, { "from", from },
        { "to", gate.seconds(until_) or from and from + 2592000 or nil },
      }
    end,
    read = transactions(transaction_fields),
  }
end

-- A currency's address on one network; nil when it could not be had.
local function address_in(o, a)
  local network = o.chain and gate.network_name(o.chain, a.code)
  if not network or gate.sign_of(o.obtain_failed) ~= 0 then return nil end
  return { currency = a.code, network = network, address = o.address, tag = o.payment_id, info = o }
end

local fee_list = withdraw_fees {
  currency = "currency|code", withdraw = { fee = "withdraw_fix", percentage = false }, deposit = { fee = "deposit", percentage = false },
  networks = function(o, a)
    local out, code = {}, o.currency and a:code_of(o.currency)
    for id, fee in pairs(type(o.withdraw_fix_on_chains) == "userdata" and o.withdraw_fix_on_chains or {}) do
      out[gate.network_name(id, code)] = { withdraw = { fee = gate.number(fee), percentage = false }, deposit = {} }
    end
    return out
  end,
}

-- Holders of GT may pay less; contracts have rates of their own.
local function fees_of(reply, market)
  local prefix = market.contract and "futures_" or reply.gt_discount == true and "gt_" or ""
  return { symbol = market.symbol, maker = reply[prefix .. "maker_fee"], taker = reply[prefix .. "taker_fee"], info = reply }
end

-- ---- calls ----

local function ohlcv(price)
  return {
    run = function(a)
      local told, until_, market = a:take "price", a:take "until", a.market
      local of = price or told
      if of and not (market.swap or market.future) then fail("NotSupported", a.symbol .. " has no " .. of .. " price") end
      local kind, root = gate.place(a)
      if kind == "option" then return { get = "/options/candlesticks", send = "contract={id} interval={timeframe}", read = candle_list } end
      local most = kind == "spot" and 1000 or 1999
      local n, from, to = math.min(a.limit or most, most), gate.seconds(a.since), gate.seconds(until_)
      if from then to = math.min(from + (n - 1) * a.timeframe_s, a.now // 1000, to or math.maxinteger) end
      return {
        get = root .. "/candlesticks", read = candle_list,
        send = ordered {
          { gate.pair_key(kind), of and of .. "_" .. a.id or a.id }, { "interval", a.timeframe }, { "from", from }, { "to", to },
          { "limit", not from and n or nil },
        },
      }
    end,
  }
end

local methods = {}
for _, part in ipairs { dialect "gate_orders", dialect "gate_contracts", dialect "gate_money", dialect "gate_options" } do
  methods = with(methods, part)
end

return with(methods, {
  hosts = { api = "https://api.gateio.ws/api/v4" },
  client_id = "alnum",
  rate = { interval_ms = 50, burst = 10 },
  fees = { taker = 0.002, maker = 0.002 },
  encode = "json",
  headers = { ["X-Gate-Channel-Id"] = "ccxt" },       -- the channel that requests are counted for
  renames = gate.renames, symbol_of = gate.symbol_of, failed = gate.failed, errors = gate.errors, sign = gate.sign,
  http = { [403] = "ExchangeNotAvailable", [404] = "ExchangeNotAvailable" },
  timeframes = "10s 1m 5m 15m 30m 1h 2h 4h 8h 1d 7d 1w=7d",

  -- Market data

  fetch_time = { get = "/spot/time", read = time "server_time" },
  fetch_markets = {
    run = function(a)
      local out = {}
      for _, kind in ipairs(a.options.fetchMarkets.types) do
        local list_of = lists[kind] or fail("BadRequest", "no markets of type " .. tostring(kind))
        for _, market in ipairs(list_of(a, out)) do out[#out + 1] = market end
      end
      return out
    end,
  },
  fetch_currencies = {          -- steps are not told: four places are safe
    get = "/spot/currencies",
    read = currencies {
      id = "currency", name = "name", active = "delisted|not", deposit = "deposit_disabled|not", withdraw = "withdraw_disabled|not",
      precision = "0.0001", type = function(o) return o.currency and o.currency:match "%d[LS]$" and "leveraged" or "crypto" end,
      networks = function(o, a)
        local out, code = {}, o.currency and a:code_of(o.currency)
        for _, chain in ipairs(type(o.chains) == "userdata" and o.chains or {}) do
          local name = chain.name and gate.network_name(chain.name, code)
          if name then
            out[name] = {
              id = chain.name, network = name, deposit = chain.deposit_disabled ~= true, withdraw = chain.withdraw_disabled ~= true,
              precision = 0.0001, limits = { deposit = {}, withdraw = {} }, info = chain,
            }
          end
        end
        return out
      end,
    },
  },
  fetch_ticker = {
    run = function(a)
      local kind, root = gate.place(a)
      if kind ~= "option" then return { get = root .. "/tickers", send = gate.pair_key(kind) .. "={id}", read = gate.first_ticker } end
      for _, row in ipairs(ask { get = "/options/tickers", send = { underlying = gate.underlying(a.id) }, params = true }) do
        if row.name == a.id then return gate.ticker(row, a) end
      end
      fail("NullResponse", "no ticker of " .. a.symbol)
    end,
  },
  fetch_tickers = {
    run = function(a)
      local first = a.symbols and a:market_of(a.symbols[1])
      if first and first.contract and not a.params.settle then a.params.settle = first.settleId end
      local kind, root = gate.place(a, first and first.type)
      if kind == "option" or kind == "spot" then a.params.settle = nil end
      if kind == "option" and not (first or a.params.underlying) then fail("ArgumentsRequired", "tickers of options need symbols") end
      return {
        get = root .. "/tickers", read = gate.tickers,
        send = function()
          return ordered { { "timezone", "utc0" }, { "underlying", kind == "option" and first and gate.underlying(first.id) or nil } }
        end,
      }
    end,
  },
  fetch_order_book = {
    run = function(a)
      local kind, root = gate.place(a)
      return {
        get = root .. "/order_book", read = kind == "spot" and spot_book or contract_book,
        send = gate.pair_key(kind) .. "={id} limit={limit|max:" .. (kind == "spot" and 1000 or 300) .. "} with_id={true}",
      }
    end,
  },
  fetch_trades = {              -- spot trades go back by id, not by time
    run = function(a)
      local kind, root = gate.place(a)
      local until_ = a:take "until"
      return {
        get = root .. "/trades", read = gate.trades,
        send = ordered {
          { gate.pair_key(kind), a.id }, { "to", gate.seconds(until_) }, { "limit", a.limit and math.min(a.limit, 1000) },
          { "from", kind ~= "spot" and gate.seconds(a.since) or nil },
        },
      }
    end,
  },
  fetch_ohlcv = ohlcv(),
  fetch_mark_ohlcv = ohlcv "mark",
  fetch_index_ohlcv = ohlcv "index",

  -- Account

  fetch_balance = {
    run = function(a)
      local symbol, told = a:take "symbol", a.params.type
      if told == "funding" then
        a:take "type"
        return { get = "/margin/funding_accounts", cost = 4 / 3, read = plain_balances }
      end
      local kind, root, cost = gate.place(a)
      local account = gate.account(a)
      if told == "margin" and account == "spot" then account = "margin" end
      if account == "unified" then return { get = "/unified/accounts", cost = 4 / 3, read = keyed_balances } end
      if kind ~= "spot" then return { get = root .. "/accounts", cost = cost, read = one_balance } end
      local id = symbol and a:market_of(symbol).id
      local function pair() return { currency_pair = id } end
      if account == "margin" then return { get = "/margin/accounts", cost = 4 / 3, send = pair, read = isolated_balances } end
      if account == "cross_margin" then return { get = "/margin/cross/accounts", cost = 4 / 3, send = pair, read = keyed_balances } end
      return { get = "/spot/accounts", send = pair, read = plain_balances }
    end,
  },
  fetch_trading_fee = { get = "/wallet/fee", send = "currency_pair={id}", read = function(reply, a) return fees_of(reply, a.market) end },
  fetch_trading_fees = {
    get = "/wallet/fee",
    read = function(reply, a)
      local out = {}
      for _, symbol in ipairs(a.all_symbols) do out[symbol] = fees_of(reply, a:market_of(symbol)) end
      return out
    end,
  },
  fetch_ledger = {
    run = function(a)
      local told, until_ = a.params.type, a:take "until"
      local kind, root, cost = gate.place(a)
      if told == "margin" then root, cost = "/margin", 4 / 3 end
      return {
        get = root .. "/account_book", cost = cost, read = entries,
        send = ordered {
          { "currency", kind == "spot" and a.currency_id or nil }, { "from", gate.seconds(a.since) }, { "limit", a.limit },
          { "to", gate.seconds(until_) },
        },
      }
    end,
  },

  -- Money in and out

  fetch_deposits = history "/wallet/deposits",
  fetch_withdrawals = history "/wallet/withdrawals",
  fetch_deposit_addresses_by_network = {
    get = "/wallet/deposit_address", needs = "code", send = "currency={currency_id}",
    read = function(reply, a)
      local out = {}
      for _, row in pairs(reply.multichain_addresses) do
        local found = address_in(row, a)
        if found then out[found.network] = found end
      end
      return out
    end,
  },
  fetch_deposit_address = {     -- without a network: the coin's own, or the first one
    run = function(a)
      local asked = a:take "network"
      local reply = ask { get = "/wallet/deposit_address", send = "currency={currency_id}", params = true }
      local first
      for _, row in ipairs(reply.multichain_addresses) do
        local found = address_in(row, a)
        if found and (found.network == (asked or a.code) or row.chain == asked) then return found end
        first = first or found
      end
      return not asked and first or fail("InvalidAddress", "no address for " .. a.code .. (asked and " over " .. asked or ""))
    end,
  },
  fetch_deposit_withdraw_fees = { get = "/wallet/withdraw_status", read = fee_list },
  fetch_transaction_fees = {
    get = "/wallet/withdraw_status", kind = "raw",
    read = function(reply, a)
      local out, wanted = {}, nil
      for _, code in ipairs(a.codes or {}) do
        wanted = wanted or {}
        wanted[code] = true
      end
      for _, row in ipairs(reply) do
        local code = row.currency and a:code_of(row.currency)
        if code and (not wanted or wanted[code]) then
          local fees = gate.number(row.withdraw_fix)
          if type(row.withdraw_fix_on_chains) == "userdata" then
            fees = {}
            for id, fee in pairs(row.withdraw_fix_on_chains) do fees[gate.network_name(id, code)] = gate.number(fee) end
          end
          out[code] = { withdraw = fees, info = row }
        end
      end
      return out
    end,
  },
  withdraw = {
    run = function(a)
      local network = a:take "network"
      return {
        post = "/withdrawals", cost = 20, read = transaction(transaction_fields),
        send = ordered {
          { "currency", a.currency_id }, { "address", a.address }, { "amount", a.amount }, { "memo", a.tag },
          { "chain", network and gate.network_id(network, a) },
        },
      }
    end,
  },
  transfer = {                  -- an account that is none of these is an isolated margin pair
    run = function(a)
      local ids, pair = a.options.accountsByType, a:take "symbol"
      local from, to = ids[a.from_account], ids[a.to_account]
      pair = pair or not from and a.from_account or not to and a.to_account or nil
      from, to = from or "margin", to or "margin"
      if (from == "margin" or to == "margin") and not pair and not a.params.currency_pair then
        fail("ArgumentsRequired", "isolated margin needs its pair, in params.symbol")
      end
      local contracts = { futures = true, delivery = true }
      return {
        post = "/wallet/transfers", cost = 2.5, read = transfer { id = "tx_id" },
        send = ordered {
          { "currency", a.currency_id }, { "amount", a.amount }, { "from", from }, { "to", to },
          { "currency_pair", pair and a:market_of(pair).id }, { "settle", a:take "settle" or (contracts[from] or contracts[to]) and a.currency_id or nil },
        },
      }
    end,
  },

  options = {
    defaultType = "spot", defaultMarginMode = "spot", createMarketBuyOrderRequiresPrice = true,
    unifiedAccount = false,             -- true: a unified account trades and is asked about
    expiration = 86400,                 -- seconds that a spot order waits for its trigger
    fetchMarkets = { types = { "spot", "swap", "future", "option" } }, settlements = { "usdt", "btc" },
    accountsByType = {
      funding = "spot", spot = "spot", margin = "margin", cross_margin = "cross_margin", cross = "cross_margin", isolated = "margin",
      swap = "futures", future = "delivery", futures = "futures", delivery = "delivery", option = "options", options = "options",
    },
  },
})
