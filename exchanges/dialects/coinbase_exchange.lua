-- The API of Coinbase Exchange, which Coinbase Prime spoke, too: the adapter but for its hosts. Docs: https://docs.cdp.coinbase.com/exchange/reference
-- Failures are {message} with a 4xx; the message is the only code. A JSON body is part of what is signed; the parameters of a DELETE travel
-- in the query (what stands in its body is ignored: without product_id all orders are cancelled). Times are ISO 8601 in both directions.
-- Each currency has an account of its own, and deposits, withdrawals and ledgers are asked for by its id.
-- Public trades tell the side of the maker. The third number of a level in the book is how many orders it holds. Bulk tickers have nothing
-- but the last price.
-- Used as dialect "coinbase_exchange" { network_code = what a network is called here (see dialects/coinbase_networks.lua), times = how orders
-- and fills are asked for between two times, candles_more = steps between the first and the last of n candles, besides n - 1 }.

return function(parts)
  local network_code = parts.network_code

  local ticker_fields = {
    timestamp = "time|iso", bid = "bid", ask = "ask", high = "high", low = "low", open = "open", last = "price,last", baseVolume = "volume",
  }

  local order_fields = {
    id = "id", clientOrderId = "client_oid", market = "product_id", timestamp = "created_at|iso", type = "type", side = "side",
    status = function(o)
      if o.status == "done" then return o.done_reason == "canceled" and "canceled" or "closed" end
      return (o.status == "pending" or o.status == "active" or o.status == "canceling") and "open" or o.status
    end,
    price = "price", amount = "size,filled_size", filled = "filled_size", cost = "executed_value", triggerPrice = "stop_price",
    timeInForce = "time_in_force", postOnly = { "post_only", ["true"] = true, ["false"] = false },
    fee = { cost = "fill_fees", currency = "@quote" },
  }
  local an_order, some_orders = order(order_fields), orders(order_fields)
  local function listed(more)
    return {
      get = "/orders", read = some_orders,
      send = "product_id={id} limit={limit} " .. parts.times .. (more and " status=" .. more or ""),
    }
  end

  local trade_fields = { id = "trade_id", market = "product_id", timestamp = "time|iso,created_at|iso", price = "price", amount = "size" }
  local function liquidity(o) return o.liquidity and (o.liquidity == "T" and "taker" or "maker") end
  local own_trades = trades(with(trade_fields, {
    order = "order_id", side = "side", takerOrMaker = liquidity,
    cost = function(o, _, market) return market and o[market.quoteId:lower() .. "_value"] end,
    fee = {
      cost = "fill_fees,fee", currency = "@quote",
      rate = function(o, _, market) return market and o.liquidity and market[liquidity(o)] end,
    },
  }))

  local rows = candles { columns = "1|s 4 3 2 5 6" }

  -- ---- accounts, transfers ----

  -- The account of params.id, or of the code that was asked for. The second result is the list of accounts.
  local function account_of(a, must)
    local accounts, id = ask { get = "/accounts" }, a:take "id"
    for _, account in ipairs(a.code and not id and accounts or {}) do
      if account.currency == a.currency_id then id = account.id end
    end
    if must and not id then fail("ExchangeError", "no account holds " .. a.code) end
    return id, accounts
  end

  -- All transfers of an account are of its currency.
  local function coin_of(o, a)
    local id = a.currency_of_account and a.currency_of_account[o.account_id] or o.currency
    return a.code or id and a:code_of(id)
  end
  local function withdrawal_fee(o) return o.type == "withdraw" and o.details and o.details.fee end
  local transfer_fields = {
    id = "id", txid = "details.crypto_transaction_hash", timestamp = "created_at|iso", updated = "processed_at|iso",
    type = { "type", withdraw = "withdrawal", default = "." }, internal = false,
    status = function(o) return o.canceled_at and "canceled" or o.completed_at and "ok" or o.processed_at and "failed" or "pending" end,
    amount = function(o)
      local fee = withdrawal_fee(o)
      return fee and o.amount and decimal.sub(o.amount, fee) or o.amount
    end,
    address = function(o)
      local d = o.details or {}
      return o.type == "withdraw" and d.sent_to_address or o.crypto_address or d.crypto_address
    end,
    addressTo = "details.crypto_address", tag = "details.destination_tag",
    network = function(o, a)
      local id = o.details and o.details.network
      return id and network_code(id, coin_of(o, a))
    end,
    fee = { cost = withdrawal_fee, currency = function(o, a) return withdrawal_fee(o) and coin_of(o, a) end },
  }
  local of_one = transactions(transfer_fields)
  local of_all = transactions(with(transfer_fields, { currency = coin_of }))
  local function history(type)
    local send = "limit={limit}" .. (type and " type=" .. type or "")
    return {
      run = function(a)
        local id, accounts = account_of(a, a.code ~= nil)
        a.currency_of_account = {}
        for _, account in ipairs(accounts) do a.currency_of_account[account.id] = account.currency end
        if a.code then return { get = "/accounts/" .. urlencode(id) .. "/transfers", send = send, read = of_one } end
        return { get = id and "/accounts/" .. urlencode(id) .. "/transfers" or "/transfers", send = send, read = of_all }
      end,
    }
  end

  local entry_types = { match = "trade", conversion = "trade", default = "." }
  local entries = ledger {
    id = "id", timestamp = "created_at|iso", after = "balance", amount = "amount|abs", status = "=ok",
    before = function(o) return decimal.sub(o.balance, o.amount) end,
    direction = function(o) return decimal.cmp(o.amount, 0) < 0 and "out" or "in" end,
    type = with({ "type" }, entry_types),
    account = function(o) return o.type == "transfer" and o.details and o.details.from end,
    referenceAccount = function(o) return o.type == "transfer" and o.details and o.details.to end,
    referenceId = function(o)
      local d = o.details or {}
      return o.type == "transfer" and d.profile_transfer_id or o.type ~= "transfer" and d.order_id or nil
    end,
  }

  local new_address = address { address = "address", tag = "destination_tag" }
  local sent = transaction(with(transfer_fields, { currency = coin_of }))

  return {
    credentials = { "apiKey", "secret", "password" },
    client_id = "uuid",
    rate = { interval_ms = 100, burst = 15 },
    encode = "json",
    timeframes = "1m=60 5m=300 15m=900 1h=3600 6h=21600 1d=86400",
    renames = { CGLD = "CELO" },
    fees = { taker = 0.006, maker = 0.004 },

    -- Only the message of a 400 or 404 says more than its status.
    failed = function(reply, status)
      if reply.message and (status < 300 or status == 400 or status == 404) then return reply.message, reply.message end
    end,
    errors = by_class {
      InsufficientFunds = { "Insufficient funds" }, OrderNotFound = { "NotFound" }, RateLimitExceeded = { "Private rate limit exceeded" },
      AuthenticationError = { "Invalid API Key", "invalid signature", "Invalid Passphrase" }, PermissionDenied = { "Trading pair not available" },
      InvalidOrder = { "Invalid order id", "Product not found" },
    },
    broad = {
      { "Order already done", "OrderNotFound" }, { "order not found", "OrderNotFound" }, { "price too small", "InvalidOrder" },
      { "price too precise", "InvalidOrder" }, { "under maintenance", "OnMaintenance" }, { "size is too small", "InvalidOrder" },
      { "Cancel only mode", "OnMaintenance" },
    },
    http = { [400] = "ExchangeError", [404] = "ExchangeError" },

    sign = function(req, key)
      local now = clock "s"
      req.headers["CB-ACCESS-KEY"] = key.apiKey
      req.headers["CB-ACCESS-PASSPHRASE"] = key.password
      req.headers["CB-ACCESS-TIMESTAMP"] = now
      req.headers["CB-ACCESS-SIGN"] = base64(hmac("sha256", unbase64(key.secret), now .. req.method .. req.target .. req.body))
      req.headers["Content-Type"] = "application/json"
    end,

    fetch_markets = {
      get = "/products",
      read = markets {
        id = "id", baseId = "id|before:-", quoteId = "id|after:-", margin = "margin_enabled", active = "status|eq:online",
        precision = { amount = "base_increment", price = "quote_increment" }, limits = { cost = { min = "min_market_funds" } },
        tierBased = true, percentage = true,
      },
    },
    fetch_currencies = {
      get = "/currencies",
      read = currencies {
        id = "id", name = "name", type = "details.type", active = "status|eq:online", precision = "max_precision",
        limits = { withdraw = { min = "details.min_withdrawal_amount", max = "details.max_withdrawal_amount" } },
        networks = function(o)
          local out = {}
          for _, n in ipairs(o.supported_networks or {}) do
            local code = network_code(n.id, o.id)
            out[code] = {
              id = n.id, name = n.name, network = code, active = n.status == "online", info = n,
              contract = n.contract_address ~= "" and n.contract_address or nil,
              limits = { withdraw = { min = n.min_withdrawal_amount, max = n.max_withdrawal_amount } },
            }
          end
          return out
        end,
      },
    },
    fetch_time = { get = "/time", read = time "epoch|s" },
    fetch_ticker = { get = "/products/{id}/ticker", read = ticker(ticker_fields) },
    fetch_tickers = { get = "/products/spark-lines", read = tickers { market = "@key", last = "1.5" } },
    fetch_order_book = { get = "/products/{id}/book", send = "level=2", read = book { nonce = "sequence", level = { 1, 2, 3 } } },
    fetch_l2_order_book = { get = "/products/{id}/book", send = "level=2", read = book { nonce = "sequence" } },
    fetch_trades = {
      get = "/products/{id}/trades", send = "limit={limit}",
      read = trades(with(trade_fields, { side = { "side", buy = "sell", sell = "buy" } })),
    },
    fetch_ohlcv = {
      run = function(a)       -- at most 300, and both ends or none
        local last, span = tonumber(a:take "until"), (math.min(a.limit or 300, 300) - 1 + parts.candles_more) * a.timeframe_s * 1000
        a.first = a.since or last and last - span
        a.last = last or a.since and a.since + span
        return { get = "/products/{id}/candles", send = "granularity={timeframe} start={first|iso} end={last|iso}", read = rows }
      end,
    },
    fetch_trading_fees = {
      get = "/fees",
      read = function(reply, a)       -- one for all
        local fee = { maker = reply.maker_fee_rate, taker = reply.taker_fee_rate, percentage = true, tierBased = true, info = reply }
        local out = {}
        for _, symbol in ipairs(a.all_symbols) do out[symbol] = fee end
        return out
      end,
    },

    fetch_balance = { get = "/accounts", read = balance { currency = "currency|code", free = "available", used = "hold", total = "balance" } },
    fetch_accounts = { get = "/accounts", read = accounts { id = "id", code = "currency|code" } },
    fetch_order = {
      run = function(a)
        local client = a:take "clientOrderId" or a:take "client_oid"
        return { get = client and "/orders/client:" .. urlencode(client) or "/orders/{order_id}", read = an_order }
      end,
    },
    fetch_orders = listed "all",
    fetch_open_orders = listed(),
    fetch_closed_orders = listed "done",
    fetch_my_trades = { get = "/fills", needs = "symbol", send = "product_id={id} limit={limit} " .. parts.times, read = own_trades },
    fetch_order_trades = { get = "/fills", send = "order_id={order_id}", read = own_trades },
    create_order = {
      run = function(a)
        local client = a:take "clientOrderId" or a:take "client_oid"
        local r = ordered { { "type", a.type }, { "side", a.side }, { "product_id", a.id }, { "client_oid", client } }
        local trigger = a:take "triggerPrice" or a:take "stopPrice" or a:take "stop_price"
        if trigger then r.stop_price = a:to_price(trigger) end
        local tif, post = a:take "timeInForce" or a:take "time_in_force", a:take "postOnly" or a:take "post_only"
        if tif == "PO" then tif, post = nil, true end
        r.time_in_force = tif
        if post then r.post_only = true end
        if a.type == "market" then
          local cost = a:take "cost" or a:take "funds" or a.price and decimal.mul(decimal.text(a.asked_amount), decimal.text(a.asked_price))
          if cost then r.funds = a:to_cost(cost) else r.size = a.amount end
        else
          r.price = a.price
          r.size = a.amount
        end
        return { post = "/orders", send = r, read = an_order }
      end,
    },
    cancel_order = {
      run = function(a)         -- by the id alone, whatever stands in the body; the answer is the id as JSON text
        local client = a:take "clientOrderId" or a:take "client_oid"
        return {
          delete = client and "/orders/client:" .. urlencode(client) or "/orders/{order_id}", send = "product_id={symbol}", text = true,
          read = function(text) return { id = not client and text:match '^%s*"([^"]+)"' or a.order_id, clientOrderId = client, info = text } end,
        }
      end,
    },
    cancel_all_orders = {
      delete = "/orders", encode = "query", send = "product_id={id}",
      read = function(reply)
        local out = {}
        for i, id in ipairs(reply) do out[i] = { id = id, info = id } end
        return out
      end,
    },

    fetch_deposits = history "deposit",
    fetch_withdrawals = history "withdraw",
    fetch_deposits_withdrawals = history(),
    fetch_transactions = history(),
    fetch_ledger = {
      needs = "code",
      run = function(a)
        return {
          get = "/accounts/" .. urlencode(account_of(a, true)) .. "/ledger", read = entries,
          send = "start_date={since|iso} limit={limit} end_date={until|iso}",
        }
      end,
    },
    create_deposit_address = {
      run = function(a)
        for _, account in ipairs(ask { get = "/coinbase-accounts" }) do
          if account.currency == a.currency_id then
            return {
              post = "/coinbase-accounts/" .. urlencode(account.id) .. "/addresses", read = new_address,
            }
          end
        end
        fail("InvalidAddress", "no wallet for " .. a.code)
      end,
    },
    withdraw = {
      run = function(a)
        local r = ordered { { "currency", a.currency_id }, { "amount", raw_number(a.amount) } }
        local path = a.params.payment_method_id and "payment-method" or a.params.coinbase_account_id and "coinbase-account"
        if not path then
          r.crypto_address = a.address
          r.destination_tag = a.tag
        end
        return { post = "/withdrawals/" .. (path or "crypto"), send = r, read = sent }
      end,
    },
  }
end
