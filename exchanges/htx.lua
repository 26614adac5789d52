-- HTX (Huobi until 2023), spot, margin and contracts. API: https://www.htx.com/en-us/opend/newApiPages/
-- How it signs, fails and names things: dialects/huobi.lua; contracts: dialects/huobi_contracts.lua; orders: dialects/huobi_orders.lua.
local huobi = dialect "huobi"
local contracts = dialect "huobi_contracts" (huobi)
local by_part = contracts.by_part

-- ---- networks ----

-- What chains are built on -> network; a coin on its own network keeps the coin's name.
local network_names = {
  TRX = "TRC20", ETH = "ERC20", SOLANA = "SOL", HECO = "HRC20", BSC = "BEP20", WAX1 = "WAX", ECASH = "XEC", ETHFAIR = "ETHF", SOLAR = "SXP",
}
local own = { ERC20 = "ETH", TRC20 = "TRX" }
local function network_of(chain, code)
  local base = chain.baseChain or chain.displayName
  local name = network_names[base] or base
  return own[name] == code and code or name
end

-- An address or a transaction names its chain ("usdterc20"); the currency knows its network.
local function network_name(o, a)
  local known = o.chain and o.currency and a:currency_of(a:code_of(o.currency)).networks
  for name, network in pairs(known or {}) do
    if network.id == o.chain then return name end
  end
  return o.chain
end

-- The record of the network that is asked for, by one of its names.
local function network_asked(a)
  local name = a:take "network"
  local known = a.currency.networks or {}
  local network = name and (known[name] or known[network_names[name] or ""] or known[own[name] or ""])
  return name and (network and network.id or name), network
end

local function number(x) return x and tonumber(x) or nil end
local function digits(x) return number(x) and number(("1e-%d"):format(math.tointeger(number(x)) or 0)) end
local function fee_of(chain)
  if chain.withdrawFeeType == "fixed" then return { fee = number(chain.transactFeeWithdraw), percentage = false } end
  return { fee = number(chain.transactFeeRateWithdraw), percentage = true }
end

local currency_list = currencies {
  at = "data", id = "currency", active = "instStatus|eq:normal", type = { "assetType", ["1"] = "crypto", default = "fiat" },
  networks = function(o, a)
    local out = {}
    for _, chain in ipairs(o.chains or {}) do
      local name = network_of(chain, a:code_of(o.currency))
      if name then
        out[name] = {
          id = chain.chain, network = name, deposit = chain.depositStatus == "allowed", withdraw = chain.withdrawStatus == "allowed",
          fee = number(chain.transactFeeWithdraw), precision = digits(chain.withdrawPrecision), info = chain,
          limits = { deposit = { min = number(chain.minDepositAmt) }, withdraw = { min = number(chain.minWithdrawAmt), max = number(chain.maxWithdrawAmt) } },
        }
      end
    end
    return out
  end,
}

local function fee_table(reply, a)
  local out = {}
  for _, o in ipairs(reply.data) do
    local code, count = a:code_of(o.currency), 0
    local fees = { withdraw = {}, deposit = {}, networks = {}, info = o }
    for _, chain in ipairs(o.chains or {}) do
      local name = network_of(chain, code)
      if name then
        local fee = fee_of(chain)
        fees.networks[name] = { withdraw = fee, deposit = {} }
        count = count + 1
        if count == 1 or name == code then fees.withdraw = fee elseif not fees.networks[code] then fees.withdraw = {} end
      end
    end
    out[code] = fees
  end
  return out
end

-- ---- markets, accounts ----

local spot_markets = markets {
  at = "data", id = "symbol", lowercaseId = "symbol", baseId = "base-currency", quoteId = "quote-currency", active = "state|eq:online",
  margin = function(o) return (number(o["leverage-ratio"]) or 1) > 1 or (number(o["super-margin-leverage-ratio"]) or 1) > 1 end,
  precision = { amount = "amount-precision|tick", price = "price-precision|tick", cost = "value-precision|tick" },
  limits = {
    amount = { min = "min-order-amt", max = "max-order-amt" }, cost = { min = "min-order-value" },
    leverage = { min = 1, max = "leverage-ratio|default:1", superMax = "super-margin-leverage-ratio|default:1" },
  },
}

local linear_balance = balance { at = "data.details", currency = "currency|code", free = "available_margin", total = "equity" }
local coin_balance = balance { at = "data", currency = "symbol|code", free = "margin_available", total = "margin_balance" }

local account_types = { pro = "spot", ["linear-swap"] = "swap", futures = "future" }

-- ---- money in and out ----

local transaction_fields = with(huobi.transaction_fields, {
  network = network_name, internal = function(o) return o["sub-type"] == "FAST" end,
  txid = function(o)
    local hash = o["tx-hash"]
    return hash and o.chain == "eth" and not hash:find "^0x" and "0x" .. hash or hash
  end,
})
local function history(type)
  return {
    get = "/v1/query/deposit-withdraw", send = "currency={currency_id} type=" .. type .. " direct=next from={0} size={limit|max:100|default:100}",
    read = transactions(transaction_fields),
  }
end

local address_list = addresses { at = "data", currency = "currency|code", address = "address", tag = "addressTag", network = network_name }
local function addresses_of(a)
  return ask { get = "/v2/account/deposit/address", send = "currency={currency_id}", params = true, read = address_list }
end

local wallets = { spot = "pro", funding = "pro", future = "futures", futures = "futures", swap = "linear-swap" }
local moved = transfer {
  id = "transfer_id,data", timestamp = "transfer_time", currency = "currency|code", amount = "amount",
  fromAccount = with({ "from_account_type", default = "." }, account_types), toAccount = with({ "to_account_type", default = "." }, account_types),
  status = { "status", success = "ok", pending = "pending", failed = "failed" },
}

return with(with(dialect "huobi_orders" (huobi, contracts), dialect "huobi_money" (huobi)), {
  hosts = { api = "https://api.huobi.pro", contract = "https://api.hbdm.vn" },
  client_id = "hex",
  rate = { interval_ms = 100, burst = 10 },
  fees = { taker = 0.002, maker = 0.002 },
  encode = "json",
  renames = {
    NGL = "GFNGL", GET = "THEMIS", GTC = "GAMECOM", HIT = "HITCHAIN", PNT = "PENTA", SBTC = "SUPERBITCOIN", SOUL = "SOULSAVER", BIFI = "BITCOINFILE",
    FUD = "FTX Users Debt",
  },
  timeframes = "1m=1min 5m=5min 15m=15min 30m=30min 1h=60min 4h=4hour 1d=1day 1w=1week 1M=1mon 1y=1year",
  failed = huobi.failed, errors = huobi.errors,
  sign = function(req, key) huobi.sign(req, key) end,

  -- Market data

  fetch_time = {
    run = function(a)
      local part = contracts.part(a)
      if part == "spot" then return { get = "/v1/common/timestamp", read = time "data,ts" } end
      return { get = "/api/v1/timestamp", host = "contract", read = time "data,ts" }
    end,
  },
  fetch_status = {
    run = function(a)
      local part = contracts.part(a)
      if part == "spot" then
        return {
          get = "/v2/market-status", read = status { at = "data", status = { "marketStatus", ["1"] = "ok", default = "maintenance" }, eta = "haltEndTime" },
        }
      end
      local prefix = part == "linear" and "linear_swap_" or part == "swap" and "swap_" or ""
      return {
        get = "/heartbeat/", host = "contract",
        read = status { at = "data", status = { prefix .. "heartbeat", ["1"] = "ok", default = "maintenance" }, eta = prefix .. "estimated_recovery_time" },
      }
    end,
  },
  fetch_markets = {
    run = function(a)
      local kinds = a.options.fetchMarkets and a.options.fetchMarkets.types or {}
      local out = {}
      local function add(d)
        for _, market in ipairs(ask(d)) do out[#out + 1] = market end
      end
      if kinds.spot then add { get = "/v1/common/symbols", params = true, read = spot_markets } end
      for _, kind in ipairs { "linear", "inverse" } do
        for _, path in ipairs(kinds[kind] and contracts.market_paths[kind] or {}) do
          add { get = path, host = "contract", params = true, read = contracts.market_lists[kind] }
        end
      end
      return out
    end,
  },
  fetch_currencies = { get = "/v2/reference/currencies", read = currency_list },
  fetch_ticker = contracts.fetch_ticker,
  fetch_tickers = contracts.fetch_tickers,
  fetch_last_prices = contracts.fetch_last_prices,
  fetch_order_book = contracts.fetch_order_book,
  fetch_trades = contracts.fetch_trades,
  fetch_ohlcv = contracts.ohlcv(),
  fetch_mark_ohlcv = contracts.ohlcv "mark",
  fetch_index_ohlcv = contracts.ohlcv "index",
  fetch_premium_index_ohlcv = contracts.ohlcv "premiumIndex",
  fetch_funding_rate = contracts.fetch_funding_rate,
  fetch_funding_rates = contracts.fetch_funding_rates,
  fetch_funding_rate_history = contracts.fetch_funding_rate_history,
  fetch_open_interest = contracts.fetch_open_interest,
  fetch_open_interest_history = contracts.fetch_open_interest_history,
  fetch_open_interests = contracts.fetch_open_interests,
  fetch_settlement_history = contracts.fetch_settlement_history,
  fetch_position_adl_rank = contracts.fetch_position_adl_rank,
  fetch_positions_adl_rank = contracts.fetch_positions_adl_rank,
  fetch_leverage_tiers = contracts.fetch_leverage_tiers,
  fetch_liquidations = contracts.fetch_liquidations,
  fetch_trading_limits = huobi.limits_of_orders,

  -- Account

  fetch_accounts = {
    get = "/v1/account/accounts", cost = 0.2, read = accounts { at = "data", id = "id", type = with({ "type", default = "." }, account_types) },
  },
  fetch_balance = {
    run = function(a)
      local mode, multi = a:take "marginMode", a:take "multiAssetMode"
      local type_ = a.params.type
      local part = contracts.part(a)
      if multi or part == "linear" then return contracts.v5("get", "account/balance", 0.20834, { read = linear_balance }) end
      if part ~= "spot" then return contracts.coin(part, "account_info", { read = coin_balance }) end
      if mode == "isolated" then return { get = "/v1/margin/accounts/balance", cost = 0.2, read = huobi.isolated_balance } end
      if mode == "cross" or type_ == "margin" then return { get = "/v1/cross-margin/accounts/balance", read = huobi.cross_balance } end
      local id = huobi.account_id(a, "spot") or "undefined"      -- HTX itself is to say that there is none
      return { get = "/v1/account/accounts/" .. urlencode(id) .. "/balance", cost = 0.2, read = huobi.spot_balance }
    end,
  },
  fetch_trading_fee = {
    get = "/v2/reference/transact-fee-rate", send = "symbols={id}",
    read = trading_fee { at = "data.1", maker = "actualMakerRate", taker = "actualTakerRate" },
  },
  fetch_ledger = {
    run = function(a)
      a.account = huobi.account_id(a, "spot")
      return {
        get = "/v2/account/ledger", send = "accountId={account} currency={currency_id} startTime={since} endTime={until} limit={limit}",
        read = ledger {
          at = "data", id = "transactId", referenceId = "transactId", timestamp = "transactTime", account = "accountId", referenceAccount = "accountId",
          currency = "currency|code", amount = "transactAmt", direction = "direction",
          type = words("transferType", {
            trade = "etf liquidation", fee = "transact-fee fee-deduction withdraw-fee", credit = "interest", withdrawal = "withdraw",
            transfer = "other-types",
          }),
        },
      }
    end,
  },
  fetch_positions = contracts.fetch_positions,
  fetch_position = contracts.fetch_position,
  set_leverage = contracts.set_leverage,
  set_position_mode = contracts.set_position_mode,
  fetch_funding_history = contracts.fetch_funding_history,

  -- Money in and out

  fetch_deposits = history "deposit",
  fetch_withdrawals = history "withdraw",
  fetch_deposit_addresses_by_network = { run = addresses_of },
  fetch_deposit_address = {
    run = function(a)
      local chain, network = network_asked(a)
      local known, usual = addresses_of(a), a.options.defaultNetworks[a.code]
      if chain then
        for _, one in pairs(known) do
          if one.network == chain or network and one.network == network.network then return one end
        end
        fail("InvalidAddress", "no address of " .. a.code .. " on " .. chain)
      end
      local names = {}
      for name in pairs(known) do names[#names + 1] = name end
      table.sort(names)
      return known[usual or a.code] or known[a.code] or known[names[1] or ""] or fail("InvalidAddress", "no address of " .. a.code)
    end,
  },
  fetch_deposit_withdraw_fees = { get = "/v2/reference/currencies", right = "public", read = fee_table },
  fetch_deposit_withdraw_fee = {
    get = "/v2/reference/currencies", right = "public", needs = "code", send = "currency={currency_id}",
    read = function(reply, a) return fee_table(reply, a)[a.code] or fail("ExchangeError", "no fee told for " .. a.code) end,
  },
  withdraw = {           -- to an address of the account's list
    run = function(a)
      local chain, network = network_asked(a)
      local step = network and network.precision or a.currency.precision
      local function cut(x) return step and decimal.round(x, step, "tick", "cut") or decimal.text(x) end
      local amount, fee = cut(a.amount), nil
      if a.options.withdraw.includeFee then       -- what arrives and the fee make up the amount
        fee = a:take "fee" or network and network.fee or fail("ArgumentsRequired", "no fee known for this network: params.fee is to tell it")
        fee = cut(fee)
        amount = cut(decimal.sub(amount, fee))
      end
      return {
        post = "/v1/dw/withdraw/api/create", read = transaction { id = "data", internal = false },
        send = ordered {
          { "address", a.address }, { "currency", a.currency_id:lower() }, { "addr-tag", a.tag }, { "chain", chain },
          { "fee", fee and raw_number(fee) }, { "amount", raw_number(amount) },
        },
      }
    end,
  },
  transfer = {           -- accounts: spot, cross, a symbol (isolated margin), swap (linear contracts), future (coin-settled dated ones), or HTX's names
    run = function(a)
      local from, to = wallets[a.from_account] or a.from_account, wallets[a.to_account] or a.to_account
      local market = from:find("/", 1, true) and a:market_of(from) or to:find("/", 1, true) and a:market_of(to)
      local way, asked, margin_account = a:take "type", a:take "subType", a:take "symbol"
      local r = ordered { { "currency", a.currency_id }, { "amount", raw_number(a.amount) } }
      local path
      if from == to or from == "margin" or to == "margin" then
        fail("BadRequest", "no way from " .. a.from_account .. " to " .. a.to_account .. "; margin accounts are 'cross', or a symbol")
      elseif from == "futures" or to == "futures" then
        path, r.type = "/v1/futures/transfer", way or from .. "-to-" .. to
      elseif from == "cross" or to == "cross" then
        path = "/v1/cross-margin/transfer-" .. (to == "cross" and "in" or "out")
      elseif market then
        path, r.symbol = "/v1/dw/transfer-" .. (from == "pro" and "in" or "out") .. "/margin", market.id
      else
        path = "/v2/account/transfer"
        if asked == "inverse" then
          if from == "linear-swap" then from = "swap" end
          if to == "linear-swap" then to = "swap" end
        elseif from == "linear-swap" or to == "linear-swap" then
          r["margin-account"] = margin_account and a:market_of(margin_account).id or "USDT"       -- which is that of cross margin
        end
        r.from, r.to = from == "pro" and "spot" or from, to == "pro" and "spot" or to
      end
      return { post = path, send = r, read = moved }
    end,
  },
  fetch_transfers = {
    get = "/v5/account/universal_transfer_records", cost = 4, send = "currency={currency_id} start_time={since} end_time={until} limit={limit}",
    read = transfers {
      at = "data", id = "transfer_id", timestamp = "transfer_time", currency = "currency|code", amount = "amount",
      fromAccount = with({ "from_account_type", default = "." }, account_types), toAccount = with({ "to_account_type", default = "." }, account_types),
      status = { "status", success = "ok", pending = "pending", failed = "failed" },
    },
  },

  options = {
    defaultType = "spot", defaultSubType = "linear",
    fetchMarkets = { types = { spot = true, linear = true, inverse = true } },
    fetchOHLCV = { useHistoricalEndpointForSpot = true },
    withdraw = { includeFee = false },
    defaultNetworks = { ETH = "ETH", BTC = "BTC", USDT = "TRC20" },
  },
})
