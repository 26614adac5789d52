-- The wallet in API 5 of Bybit: currencies and their chains, balances, deposits, withdrawals, transfers, the ledger.
-- Used as dialect "bybit_wallet" (bybit): the methods, on top of the parts in dialects/bybit.lua.

-- What a chain is called here, where that is not its own name; and other names by which it may be asked for.
local network_codes = {
  BTC = "BRC20", ETH = "ERC20", TRX = "TRC20", BSC = "BEP20", SPL = "SOL", APTOS = "APT", ARBI = "ARBITRUM", ARBINOVA = "ARBITRUM_NOVA",
  CAVAX = "AVAXC", XAVAX = "AVAXX", BNB = "BEP2", FITFI = "STEP", OAS = "OASYS", ROSE = "OASIS", WAXP = "WAX", ZKSYNC = "ZKSYNCLITE",
  ZKV2 = "ZKSYNCERA", ZEROGRAVITY = "0G", CHILIZ = "CHZ", HYPEREVM = "HYPER",
}
local network_ids = { BTC = "BTC", ETH = "ETH", TRX = "TRX", BSC = "BSC", SOL = "SOL", COSMOS = "ATOM", POLYGON = "MATIC" }
for id, code in pairs(network_codes) do network_ids[code] = network_ids[code] or id end
-- A chain carries its own coin under the coin's name, tokens under the name of their standard.
local own = { BTC = "BRC20", ETH = "ERC20", TRX = "TRC20" }

local function network_of(id, code)
  if not id then return nil end
  local network = network_codes[id] or id
  return own[code] == network and code or network
end

local account_ids = {
  spot = "SPOT", margin = "SPOT", future = "CONTRACT", swap = "CONTRACT", contract = "CONTRACT", option = "OPTION", investment = "INVESTMENT",
  unified = "UNIFIED", funding = "FUND", fund = "FUND",
}
local function account(path)
  return {
    path, SPOT = "spot", MARGIN = "spot", CONTRACT = "contract", OPTION = "option", INVESTMENT = "investment", UNIFIED = "unified", FUND = "fund",
    default = ".",
  }
end

return function(bybit)
  local told, number = bybit.told, bybit.number

  local function chain_id(a)
    local asked = a:take "network"
    local known = asked and a.currency.networks and a.currency.networks[asked]
    return asked and (known and known.id or network_ids[asked:upper()] or asked), asked
  end

  local function networks_of(row, a)
    local code, out = row.coin and a:code_of(row.coin), {}
    for _, chain in ipairs(row.chains or {}) do
      local network, digits = network_of(chain.chain, code), told(chain.minAccuracy)
      if network then
        out[network] = {
          id = chain.chain, network = network, deposit = chain.chainDeposit == "1", withdraw = chain.chainWithdraw == "1",
          fee = number(chain.withdrawFee), precision = digits and number("1e-" .. digits),
          limits = { withdraw = { min = number(chain.withdrawMin) }, deposit = { min = number(chain.depositMin) } }, info = chain,
        }
      end
    end
    return out
  end

  local function fee_table(reply, a)
    local out = {}
    for _, row in ipairs(reply.result.rows) do
      local fees = { withdraw = {}, deposit = {}, networks = {}, info = row }
      local networks, only = networks_of(row, a), nil
      for network, n in pairs(networks) do
        fees.networks[network] = { withdraw = { fee = n.fee, percentage = n.fee and false }, deposit = {} }
        only = fees.networks[network].withdraw
      end
      if #(row.chains or {}) == 1 then fees.withdraw = only or {} end
      if row.coin then out[a:code_of(row.coin)] = fees end
    end
    return out
  end

  -- Of the unified account what is held is told in parts; the funding account and the margin account tell what is free.
  local function sum(x, y) return decimal.add(told(x) or "0", told(y) or "0") end
  local purse = balance {
    at = "result.list.1.coin,result.balance,result.loanAccountList", currency = "coin|code,tokenId|code", total = "walletBalance,total",
    free = "availableToWithdraw,free,transferBalance",
    used = function(o)
      if told(o.availableToWithdraw) or told(o.free) or told(o.transferBalance) then return nil end
      if not (o.locked and o.totalPositionIM and o.totalOrderIM) then return nil end
      return sum(sum(o.locked, o.totalPositionIM), o.totalOrderIM)
    end,
    debt = function(o)
      local loan, interest = told(o.borrowAmount) or told(o.loan), told(o.accruedInterest) or told(o.interest)
      return loan and interest and sum(loan, interest)
    end,
  }
  local function balances(reply, a)
    local b = purse(reply, a)
    b.timestamp = math.tointeger(number(reply.time))
    return b
  end

  local address_list = addresses {
    at = "result.chains", currency = "/result.coin|code", address = "addressDeposit", tag = "tagDeposit",
    network = function(o, a) return network_of(told(o.chain), a.code) end,
  }
  local function addresses_asked(a)
    a.chain = chain_id(a)
    return { get = "/v5/asset/deposit/query-address", cost = 10, send = "coin={currency_id} chainType={chain}", params = true, read = address_list }
  end

  -- Withdrawals say their state in words, deposits in numbers.
  local function transaction_fields(type)
    return {
      at = "result.rows,result.list", id = "id,withdrawId", txid = "txID", timestamp = "createTime,successAt", updated = "updateTime",
      type = "=" .. type, currency = "coin|code", amount = "amount", addressTo = "toAddress", tag = "tag",
      network = function(o, a) return network_of(told(o.chain), o.coin and a:code_of(o.coin)) end,
      status = words("status", {
        pending = "0 1 2 SecurityCheck MoreInformationRequired", ok = "3 BlockchainConfirmed", failed = "4 Reject Fail", canceled = "CancelByUser",
      }),
      fee = { cost = "depositFee,withdrawFee", currency = "coin|code" },
    }
  end
  local past_send = "coin={currency_id} startTime={since} limit={limit} endTime={until}"

  local transfer_fields = {
    id = "transferId", timestamp = "timestamp", currency = "coin|code", amount = "amount", fromAccount = account "fromAccountType",
    toAccount = account "toAccountType", status = "status",
  }

  local entries = ledger {
    at = "result.list", id = "id", timestamp = "transactionTime", currency = "currency|code,coin|code", status = "=ok",
    amount = "change|abs,amount|abs", after = "cashBalance", fee = { cost = "fee", currency = "currency|code" },
    direction = function(o)
      local change = number(o.change)
      return change and (change < 0 and "out" or "in") or nil
    end,
    before = function(o)
      return number(o.cashBalance) and number(o.change) and decimal.sub(o.cashBalance, o.change) or nil
    end,
    type = words("type", {
      transaction = "TRANSFER_IN TRANSFER_OUT INTEREST", trade = "TRADE SETTLEMENT DELIVERY LIQUIDATION CURRENCY_BUY CURRENCY_SELL", prize = "BONUS",
      cashback = "FEE_REFUND",
    }),
  }

  return {
    fetch_currencies = {
      get = "/v5/asset/coin/query-info", right = "read", cost = 28,
      read = currencies { at = "result.rows", id = "coin", name = "name", type = "=crypto", networks = networks_of },
    },
    fetch_deposit_withdraw_fees = { get = "/v5/asset/coin/query-info", cost = 28, read = fee_table },
    fetch_deposit_withdraw_fee = {
      get = "/v5/asset/coin/query-info", cost = 28, needs = "code", send = "coin={currency_id}",
      read = function(reply, a) return fee_table(reply, a)[a.code] or fail("ExchangeError", "no fee told for " .. a.code) end,
    },
    fetch_balance = {       -- params.type = "funding": that account's; marginMode: what is borrowed on spot
      run = function(a)
        local type, mode = a:take "type", a:take "marginMode"
        a:take "subType"
        if type == "funding" or type == "fund" then
          return { get = "/v5/asset/transfer/query-account-coins-balance", cost = 25, send = "accountType=FUND", read = balances }
        elseif mode and (type or a.options.defaultType or "spot") == "spot" then
          return { get = "/v5/spot-cross-margin-trade/account", read = balances }
        end
        return { get = "/v5/account/wallet-balance", send = "accountType=UNIFIED", read = balances }
      end,
    },
    fetch_deposit_addresses_by_network = { needs = "code", run = addresses_asked },
    fetch_deposit_address = {
      run = function(a)
        local asked = a.params.network
        local known, names = ask(addresses_asked(a)), {}
        for name in pairs(known) do names[#names + 1] = name end
        table.sort(names)
        if asked then
          return known[asked] or known[network_of(network_ids[asked:upper()] or asked, a.code)]
            or fail("InvalidAddress", "no address for " .. a.code .. " over " .. asked)
        end
        return known[a.options.defaultNetworks[a.code] or "ERC20"] or known[names[1] or ""] or fail("InvalidAddress", "no address for " .. a.code)
      end,
    },
    fetch_deposits = { get = "/v5/asset/deposit/query-record", cost = 10, send = past_send, read = transactions(transaction_fields "deposit") },
    fetch_withdrawals = { get = "/v5/asset/withdraw/query-record", cost = 10, send = past_send, read = transactions(transaction_fields "withdrawal") },
    withdraw = {            -- params.accountType: "FUND", or "UTA" (default), or "FUND,UTA"
      run = function(a)
        local network, kind = chain_id(a), a:take "accountType"
        return {
          post = "/v5/asset/withdraw/create", cost = 50, read = transaction { at = "result", id = "id", type = "=withdrawal" },
          send = ordered {
            { "coin", a.currency_id }, { "amount", a.amount }, { "address", a.address }, { "timestamp", a.now },
            { "accountType", kind or a.options.withdraw and a.options.withdraw.accountType or "UTA" }, { "tag", a.tag },
            { "chain", network and network:upper() },
          },
        }
      end,
    },
    transfer = {
      post = "/v5/asset/transfer/inter-transfer", cost = 50,
      send = function(a)
        local step = a.currency.precision
        return ordered {
          { "transferId", a:take "transferId" or uuid() }, { "fromAccountType", account_ids[a.from_account] or a.from_account },
          { "toAccountType", account_ids[a.to_account] or a.to_account }, { "coin", a.currency_id },
          { "amount", step and decimal.round(a.amount, step, "tick", "cut") or a.amount },
        }
      end,
      read = transfer {
        id = "result.transferId", timestamp = "time", amount = "={amount}", status = "=ok",
        fromAccount = "={from_account}", toAccount = "={to_account}",
      },
    },
    fetch_transfers = {
      get = "/v5/asset/transfer/query-inter-transfer-list", cost = 50, send = past_send,
      read = transfers(with(transfer_fields, { at = "result.list" })),
    },
    fetch_ledger = {
      get = "/v5/account/transaction-log", cost = 5 / 3, send = "startTime={since} currency={currency_id} limit={limit} endTime={until}",
      read = entries,
    },
  }
end
