-- Binance's wallet (sapi): currencies and their networks, deposits, withdrawals, transfers. The rest of its API is in dialects/binance.lua.
-- Networks are named as Binance names them (TRX) on the wire, and by their unified names (TRC20) here.
local d = {}

local network_names = { SEGWITBTC = "BTCSEGWIT", LIGHTNING = "BTCLIGHTNING", BNB = "BEP2", BSC = "BEP20", OPTIMISM = "OP", ETH = "ERC20", TRX = "TRC20" }
local network_ids = { COSMOS = "ATOM", ARB = "ARBITRUM", ARBONE = "ARBITRUM" }
for id, name in pairs(network_names) do network_ids[name] = id end

-- The unified name of a network; a coin on its own network keeps the coin's name.
local function network_code(id, coin)
  if id == nil or id == coin and (id == "ETH" or id == "TRX") then return id end
  return network_names[id] or id
end

-- The exchange's name of params.network, and the currency's record of it.
function d.network(a)
  local code = a:take "network"
  if not code then return nil end
  local known = (a.currency.networks or {})[code]
  return known and known.id or network_ids[code] or code, known
end

-- An amount of a currency, cut to its step.
function d.currency_amount(a, network)
  local step = network and network.precision or a.currency.precision
  local amount = step and decimal.round(a.amount, step, "tick", "cut") or a.amount
  if decimal.cmp(amount, 0) == 0 then fail("BadRequest", a.amount .. " " .. a.code .. " is below the smallest step") end
  return amount
end

local function network_of(o) return network_code(o.network, o.coin) end
d.currency_list = currencies {
  id = "coin", name = "name", active = "trading",
  type = function(o)
    local network = o.networkList and o.networkList[-1]      -- leveraged tokens have one network only, ETF
    return network and network.network == "ETF" and "other" or o.isLegalMoney and "fiat" or "crypto"
  end,
  margin = function(o, a) return a.on_margin and a.on_margin[o.coin] end,
  networks = each {
    at = "networkList", key = network_of, id = "network", network = network_of, deposit = "depositEnable", withdraw = "withdrawEnable",
    fee = "withdrawFee", precision = "withdrawIntegerMultiple|nonzero,withdrawInternalMin|nonzero",
    limits = { withdraw = { min = "withdrawMin", max = "withdrawMax" }, deposit = { min = "depositDust" } },
  },
  fees = function(o)
    local fees = {}
    for _, n in ipairs(o.networkList or {}) do fees[network_of(n)] = n.withdrawFee end
    return fees
  end,
}

local none = {}
d.withdraw_fee_list = withdraw_fees {
  currency = "coin|code", withdraw = { fee = "networkList[isDefault=true].withdrawFee" },
  networks = each { at = "networkList", key = network_of, withdraw = { fee = "withdrawFee" } },
}
d.withdraw_fee_of = function(reply, a) return d.withdraw_fee_list(reply, none)[a.code] end

-- Fees in one table: currency -> network as the exchange names it -> fee.
d.transaction_fees = {
  get = "/sapi/v1/capital/config/getall", right = "read", kind = "raw", cost = 2,
  read = function(reply)
    local out = {}
    for _, o in ipairs(reply) do
      local fees = {}
      for _, n in ipairs(o.networkList or {}) do fees[n.network] = n.withdrawFee and tonumber(n.withdrawFee) end
      out[o.coin] = fees
    end
    return { withdraw = out, deposit = {}, info = reply }
  end,
}

d.states = {
  deposit = { "status", ["0"] = "pending", ["1"] = "ok", ["2"] = "failed", ["6"] = "ok", ["7"] = "failed", ["8"] = "pending" },
  withdrawal = { "status", ["0"] = "pending", ["1"] = "canceled", ["2"] = "pending", ["3"] = "failed", ["4"] = "pending", ["5"] = "failed", ["6"] = "ok" },
}
-- Of fiat money.
local fiat_states = {
  Processing = "pending", Failed = "failed", Successful = "ok", Finished = "ok", Refunding = "canceled", Refunded = "canceled",
  ["Refund Failed"] = "failed", default = ".",
}
-- type: "deposit" or "withdrawal"
local function transaction_fields(type)
  return {
    id = "id,orderNo", txid = "txId|after:Internal transfer ,txId", timestamp = "insertTime,createTime,applyTime|iso",
    type = "=" .. type, network = network_of, address = "address", addressTo = "address", tag = "addressTag", tagTo = "addressTag",
    amount = "amount", currency = "coin|code,fiatCurrency|code", status = with(d.states[type], fiat_states), updated = "successTime,updateTime",
    internal = "transferType|eq:0|not",
    fee = {
      cost = "transactionFee,totalFee",
      currency = function(o, a)
        local id = o.coin or o.fiatCurrency
        return (o.transactionFee or o.totalFee) and (id and a:code_of(id) or a.code)
      end,
    },
  }
end

local fiat = {}
local fiat_codes = "MXN UGX SEK CHF VND AED DKK KZT HUF PEN PHP USD TRY EUR NGN PLN BRL ZAR KES ARS RUB AUD NOK CZK GBP UAH GHS HKD CAD INR JPY "
  .. "NZD"
for code in fiat_codes:gmatch("%S+") do fiat[code] = true end

-- fetch_deposits, fetch_withdrawals. Coins: at most 90 days in one call.
function d.history(type, path, transaction_type)
  local coins = transactions(transaction_fields(type))
  local money = transactions(with(transaction_fields(type), { at = "data" }))
  return {
    run = function(a)
      local last = a:take "until"
      if a:take "fiat" or a.code and fiat[a.code] then
        return {
          get = "/sapi/v1/fiat/orders", read = money,
          send = ordered { { "transactionType", transaction_type }, { "beginTime", a.since }, { "endTime", last } },
        }
      end
      if a.since then last = math.min(a.since + 7776000000, last or math.maxinteger) end
      return {
        get = path, read = coins, cost = 0.2,
        send = function()
          return ordered { { "coin", a.currency_id }, { "startTime", a.since }, { "endTime", last }, { "limit", a.limit } }
        end,
      }
    end,
  }
end

d.withdraw = {
  run = function(a)
    local network, known = d.network(a)
    return {
      post = "/sapi/v1/capital/withdraw/apply", cost = 4, read = d.withdrawn,
      send = ordered {
        { "coin", a.currency_id }, { "address", a.address }, { "addressTag", a.tag }, { "network", network },
        { "amount", d.currency_amount(a, known) },
      },
    }
  end,
}
d.withdrawn = transaction { id = "id" }

-- An address comes with a page of an explorer instead of its network.
local explorers = {
  ["etherscan.io"] = "ETH", ["bscscan.com"] = "BSC", ["bsctrace.com"] = "BSC", ["tronscan.org"] = "TRX", ["arbiscan.io"] = "ARBITRUM",
  ["optimistic.etherscan.io"] = "OPTIMISM", ["polygonscan.com"] = "MATIC", ["basescan.org"] = "BASE", ["scrollscan.com"] = "SCROLL",
  ["explorer.solana.com"] = "SOL", ["solscan.io"] = "SOL", ["tonviewer.com"] = "TON", ["tzkt.io"] = "XTZ", ["celoscan.io"] = "CELO",
  ["avascan.info"] = "AVAXC", ["snowtrace.io"] = "AVAXC", ["nearblocks.io"] = "NEAR", ["explorer.aptoslabs.com"] = "APT", ["opbnbscan.com"] = "OPBNB",
  ["bithomp.com"] = "XRP", ["stellar.expert"] = "XLM", ["suivision.xyz"] = "SUI", ["allo.info"] = "ALGO", ["explorer.zksync.io"] = "ZKSYNCERA",
  ["eosauthority.com"] = "EOS", ["explorer.roninchain.com"] = "RON", ["kavascan.com"] = "KAVAEVM", ["starkscan.co"] = "STARKNET",
}
d.deposit_address = {
  run = function(a)
    local network = d.network(a)
    return {
      get = "/sapi/v1/capital/deposit/address", cost = 2, read = d.address,
      send = ordered { { "coin", a.currency_id }, { "network", network } },
    }
  end,
}
d.address = address {
  currency = "currency|code,coin|code", address = "address", tag = "tag",
  network = function(o, a)
    local id = o.url and explorers[o.url:match("^https?://w?w?w?%.?([^/]+)")]
    return id and network_code(id, o.currency or o.coin or a.currency_id)
  end,
}

-- ---- transfers ----

local accounts = {
  main = "MAIN", spot = "MAIN", funding = "FUNDING", margin = "MARGIN", cross = "MARGIN", future = "UMFUTURE", delivery = "CMFUTURE",
  linear = "UMFUTURE", swap = "UMFUTURE", inverse = "CMFUTURE", option = "OPTION",
}
local account_names = { MAIN = "spot", FUNDING = "funding", MARGIN = "margin", UMFUTURE = "linear", CMFUTURE = "inverse", OPTION = "option" }
local function account_of(name) return with({ "type|" .. name .. ":_", default = "." }, account_names) end
local transfer_fields = {
  id = "tranId,transactionId", timestamp = "timestamp,transactionTime", currency = "asset|code,currency|code", amount = "amount",
  status = { "status", CONFIRMED = "ok", default = "." }, fromAccount = account_of "before", toAccount = account_of "after",
}
local paid = transfers(with(transfer_fields, { at = "data", fromAccount = "payerInfo.accountId", toAccount = "receiverInfo.accountId" }))
local moved = transfers(with(transfer_fields, { at = "rows?" }))
local moving = transfer { id = "tranId" }

-- "MAIN_UMFUTURE", and the isolated markets among the two accounts. An isolated account is named by its market, or "isolated" with
-- params.symbol.
local function transfer_type(a)
  local symbol = a:take "symbol"
  local from_id, to_id, from_market, to_market
  local function find(name)
    if name == "isolated" then
      if not symbol then fail("ArgumentsRequired", "isolated accounts need params.symbol") end
      return nil, a:market_of(symbol).id
    end
    if accounts[name:lower()] or account_names[name:upper()] then return accounts[name:lower()] or name:upper() end
    return nil, a.venue.market(name) and a:market_of(name).id or name:upper()
  end
  from_id, from_market = find(a.from_account)
  to_id, to_market = find(a.to_account)
  local other = from_id or to_id
  if (from_market or to_market) and other and other ~= "MAIN" and other ~= "MARGIN" then
    fail("BadRequest", "no transfers between " .. a.from_account .. " and " .. a.to_account)
  end
  local name = other == "MAIN" and "ISOLATED_MARGIN" or "ISOLATEDMARGIN"
  return (from_id or name) .. "_" .. (to_id or name), from_market, to_market
end

d.transfer = {
  run = function(a)
    local type, from, to = a:take "type"
    if not type then type, from, to = transfer_type(a) end
    return {
      post = "/sapi/v1/asset/transfer", cost = 6, read = moving,
      send = ordered { { "asset", a.currency_id }, { "amount", d.currency_amount(a) }, { "type", type }, { "fromSymbol", from }, { "toSymbol", to } },
    }
  end,
}
d.transfers = {
  run = function(a)
    if a:take "internal" then
      return { get = "/sapi/v1/pay/transactions", cost = 20, send = "limit={limit} startTime={since} endTime={until}", read = paid }
    end
    local from = a:take "fromAccount" or "spot"
    local to = a:take "toAccount" or (from == "future" and "spot" or "future")
    if not a.params.type and not (accounts[from] and accounts[to]) then
      fail("ExchangeError", "fromAccount and toAccount must be accounts such as spot or future")
    end
    a.kind = a:take "type" or accounts[from] .. "_" .. accounts[to]
    return { get = "/sapi/v1/asset/transfer", cost = 0.2, send = "type={kind} size={limit} startTime={since} endTime={until}", read = moved }
  end,
}

return d
