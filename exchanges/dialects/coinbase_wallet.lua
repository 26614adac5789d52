-- The wallets of Coinbase's app: money in and out by its API v2. Docs: https://docs.cdp.coinbase.com/coinbase-app/
-- Each currency has a wallet with an id of its own, by which its history and addresses are asked for.
-- Used as dialect "coinbase_wallet" (network_code): the methods, with dialects/coinbase_networks.lua.

return function(network_code)
  -- ---- reading ----

  -- What a transaction moves, without the fee: {amount, currency}.
  local function moved(o)
    local own = o.type == "send" and o.network and o.network.transaction_amount
    return own or o.type ~= "send" and o.subtotal or o.amount or {}
  end
  local function fee_of(o) return (o.type == "send" and o.network and o.network.transaction_fee or o.type ~= "send" and o.fee) or {} end
  local function is_out(o)
    local x = (o.amount or moved(o)).amount
    return x and decimal.cmp(x, 0) < 0
  end
  local function direction_of(o)
    if o.resource == "deposit" or o.resource == "withdrawal" then return o.resource end
    return is_out(o) and "withdrawal" or "deposit"
  end
  local transaction_fields = {
    id = "id", txid = "network.hash,id", timestamp = "created_at|iso", datetime = "created_at", updated = "updated_at|iso", type = direction_of,
    currency = function(o, a)
      local id = moved(o).currency
      return id and a:code_of(id) or a.code
    end,
    amount = function(o)
      local x = moved(o).amount
      return x and decimal.abs(x)
    end,
    status = {
      function(o) return o.status or (o.committed and "completed" or "created") end,
      created = "pending", completed = "ok", canceled = "canceled", default = ".",
    },
    network = function(o, a)
      local id = o.network and o.network.network_name
      return id and network_code(id, a:code_of(moved(o).currency or ""))
    end,
    address = "to.address", addressTo = "to.address",
    fee = {
      cost = function(o) return fee_of(o).amount end,
      currency = function(o, a)
        local id = fee_of(o).currency
        return id and a:code_of(id)
      end,
    },
  }
  local one_transaction = transaction(with(transaction_fields, { at = "data,transfer" }))
  local not_moved = { buy = true, sell = true, trade = true, advanced_trade_fill = true }
  local function transactions_where(direction)
    return transactions(with(transaction_fields, {
      at = "data", where = function(o) return not not_moved[o.type] and (not direction or direction_of(o) == direction) end,
    }))
  end
  local all_transactions, all_rows = transactions_where(), transactions(with(transaction_fields, { at = "data" }))

  local entries = ledger {
    at = "data", id = "id", timestamp = "created_at|iso", amount = "amount.amount|abs", currency = "amount.currency|code",
    direction = function(o) return is_out(o) and "out" or "in" end, status = "status",
    type = words("type", {
      trade = "buy sell advanced_trade_fill",
      transaction = "fiat_deposit fiat_withdrawal exchange_deposit exchange_withdrawal send pro_deposit pro_withdrawal",
    }),
    account = function(o) return o.resource_path and o.resource_path:match "^/v2/accounts/([^/]+)" end,
    fee = {
      cost = "network.transaction_fee.amount",
      currency = function(o, a)
        local fee = o.network and o.network.transaction_fee
        return fee and (fee.currency and a:code_of(fee.currency) or a.code)
      end,
    },
  }

  -- "USDC address (Solana)"
  local function address_code(o, a)
    local id = o.address_label and o.address_label:match "^%S+" or o.currency
    return id and a:code_of(id) or a.code
  end
  local address_list = addresses {
    at = "data", address = "address", tag = "address_info.destination_tag,destination_tag", currency = address_code,
    network = function(o, a) return o.network and network_code(o.network, address_code(o, a)) end,
  }
  local new_address = address { at = "data", address = "address", tag = "destination_tag" }

  -- ---- calls ----

  -- Purchases and sales at the price that the app quotes, of one wallet: params.account_id.
  local dealt = trades {
    at = "data", id = "id", timestamp = "created_at|iso", side = { "resource", buy = "buy", sell = "sell" }, amount = "amount.amount",
    cost = "subtotal.amount", takerOrMaker = "=taker", fee = { cost = "fee.amount", currency = "fee.currency|code" },
    symbol = function(o, a)
      local base, quote = o.amount and o.amount.currency, o.subtotal and o.subtotal.currency
      return base and quote and a:code_of(base) .. "/" .. a:code_of(quote) or nil
    end,
  }

  -- Id of the wallet of a currency, or the one in params.
  local function wallet(a)
    local id, other = a:take "account_id", a:take "accountId"
    id = id or other
    if id then return urlencode(id) end
    if not a.code then fail("ArgumentsRequired", "a currency code is needed, or the wallet's account_id in params") end
    for _, account in ipairs(ask({ get = "/accounts", send = "limit=250", params = true }).accounts) do
      if account.currency == a.currency_id then return urlencode(account.uuid) end
    end
    fail("ExchangeError", "no wallet for " .. a.code .. "; one comes with its first deposit address, made at coinbase.com")
  end

  local function of_wallet(path, read)
    return {
      run = function(a) return { host = "v2", cost = 10.6, get = "/accounts/" .. wallet(a) .. path, send = "limit={limit}", read = read } end,
    }
  end

  -- Fiat has deposits and withdrawals of its own; crypto (params.currencyType) is among all transactions.
  local function moved_by(direction)
    local fiat, crypto = of_wallet("/" .. direction .. "s", all_rows), of_wallet("/transactions", transactions_where(direction))
    return { run = function(a) return (a:take "currencyType" == "crypto" and crypto or fiat).run(a) end }
  end

  local function addresses_of(a)
    local id = wallet(a)
    return ask { get = "/accounts/" .. id .. "/addresses", host = "v2", cost = 10.6, params = true, read = address_list }
  end

  return {
    fetch_deposits = moved_by "deposit",
    fetch_withdrawals = moved_by "withdrawal",
    fetch_deposits_withdrawals = of_wallet("/transactions", all_transactions),
    fetch_deposit = {
      run = function(a) return { host = "v2", cost = 10.6, get = "/accounts/" .. wallet(a) .. "/deposits/{order_id}", read = one_transaction } end,
    },
    fetch_deposit_addresses_by_network = { needs = "code", run = addresses_of },
    fetch_deposit_addresses = {
      run = function(a)
        if not a.params.account_id and not a.params.accountId then fail("ArgumentsRequired", "params.account_id is the id of a wallet") end
        return { get = "/accounts/" .. wallet(a) .. "/addresses", host = "v2", cost = 10.6, read = address_list }
      end,
    },
    fetch_deposit_address = {
      run = function(a)
        local network = a:take "network" or fail("ArgumentsRequired", "params.network is needed: an address belongs to a network")
        return addresses_of(a)[network] or fail("InvalidAddress", "no address of " .. a.code .. " on " .. network)
      end,
    },
    create_deposit_address = {
      run = function(a) return { post = "/accounts/" .. wallet(a) .. "/addresses", host = "v2", cost = 10.6, read = new_address } end,
    },
    deposit = {      -- from a bank account, which order_id names
      needs = "code amount order_id",
      run = function(a)
        return {
          post = "/accounts/" .. wallet(a) .. "/deposits", host = "v2", cost = 10.6, read = one_transaction,
          send = "amount={amount} currency={code|upper} payment_method={order_id} commit={true}",
        }
      end,
    },
    fetch_my_buys = of_wallet("/buys", dealt),
    fetch_my_sells = of_wallet("/sells", dealt),
    withdraw = {
      run = function(a)
        return {
          post = "/accounts/" .. wallet(a) .. "/transactions", host = "v2", cost = 10.6, read = one_transaction,
          send = "type=send to={address} amount={amount} currency={currency_id} destination_tag={tag}",
        }
      end,
    },
    fetch_ledger = of_wallet("/transactions", entries),
  }
end
