-- Coinmate. API: https://coinmate.docs.apiary.io
-- Everything private is a signed form; its signature covers the nonce and who asks, not what is asked. Replies are {error, errorMessage, data}.
-- A market order to buy is told what to spend, not how much to buy.

local order_fields = {
  id = "id", clientOrderId = "clientOrderId", market = "currencyPair", timestamp = "timestamp", type = "orderTradeType|lower", side = "type|lower",
  price = "price", triggerPrice = "stopPrice", average = "avgPrice", amount = "originalAmount", remaining = "remainingAmount,amount",
  status = "status",
}

local trade_list = trades {
  at = "data", id = "transactionId", order = "orderId", market = "currencyPair", timestamp = "timestamp,createdTimestamp", type = "orderType|lower",
  side = "type|lower,tradeType|lower", price = "price", amount = "amount",
  takerOrMaker = { "feeType", MAKER = "maker", default = "taker" }, fee = { cost = "fee", currency = "@quote" },
}

local ticker_fields = { timestamp = "timestamp|s", high = "high", low = "low", bid = "bid", ask = "ask", last = "last", baseVolume = "amount" }

local transaction_fields = {
  id = "transactionId,id", txid = "txid", timestamp = "timestamp", type = "transferType|lower", currency = "amountCurrency|code", network = "walletType",
  amount = "amount", address = "destination", tag = "destinationTag", fee = { cost = "fee" },
  status = { "transferStatus", WAITING = "pending", SENT = "pending", default = "." },
}
local history = {
  post = "/transferHistory", send = "limit={limit|default:1000} timestampFrom={since} currency={currency_id}",
  read = transactions(with(transaction_fields, { at = "data" })),
}

local coins = {
  BTC = "bitcoin", LTC = "litecoin", BCH = "bitcoinCash", ETH = "ethereum", XRP = "ripple", DASH = "dash", DAI = "dai", ADA = "ada", SOL = "sol",
}

return {
  hosts = { api = "https://coinmate.io/api" },
  credentials = { "apiKey", "secret", "uid" },
  client_id = "digits",
  rate = { interval_ms = 600, burst = 5 },
  fees = { taker = 0.006, maker = 0.004 },

  failed = "errorMessage,error~=false", message = "errorMessage",
  errors = { ["No order with given ID"] = "OrderNotFound" },
  broad = {
    { "Not enough account balance available", "InsufficientFunds" }, { "Incorrect order ID", "InvalidOrder" },
    { "Minimum Order Size ", "InvalidOrder" }, { "max allowed precision", "InvalidOrder" }, { "TOO MANY REQUESTS", "RateLimitExceeded" },
    { "Access denied.", "AuthenticationError" },
  },

  sign = function(req, key)
    local f = req.form
    first(f, "signature", upper(hex(hmac("sha256", key.secret, key.nonce .. key.uid .. key.apiKey))))
    first(f, "publicKey", key.apiKey)
    first(f, "nonce", key.nonce)
    first(f, "clientId", key.uid)
  end,

  fetch_time = { get = "/system/time", read = time "serverTime" },
  fetch_markets = {
    get = "/tradingPairs",
    read = markets {
      at = "data", id = "name", baseId = "firstCurrency", quoteId = "secondCurrency", index = false, active = false,
      precision = { amount = "lotDecimals|tick", price = "priceDecimals|tick" }, limits = { amount = { min = "minAmount" } },
    },
  },
  fetch_ticker = { get = "/ticker", send = "currencyPair={id}", read = ticker(with(ticker_fields, { at = "data" })) },
  fetch_tickers = { get = "/tickerAll", read = tickers(with(ticker_fields, { at = "data", market = "@key" })) },
  fetch_order_book = {
    get = "/orderBook", send = "currencyPair={id} groupByPriceLimit=False",
    read = book { bids = "data.bids", asks = "data.asks", level = { "price", "amount" }, timestamp = "data.timestamp|s" },
  },
  fetch_trades = { get = "/transactions", send = "currencyPair={id} minutesIntoHistory=10", read = trade_list },

  fetch_trading_fee = {         -- told in percent
    post = "/traderFees", send = "currencyPair={id}",
    read = trading_fee { at = "data", maker = "maker|div:100", taker = "taker|div:100", percentage = true, tierBased = true },
  },
  fetch_balance = { post = "/balances", read = balance { at = "data", currency = "@key|code", free = "available", used = "reserved", total = "balance" } },
  fetch_order = { post = "/orderById", send = "orderId={order_id}", read = order(with(order_fields, { at = "data" })) },
  fetch_orders = { post = "/orderHistory", needs = "symbol", send = "currencyPair={id} limit={limit}", read = orders(with(order_fields, { at = "data" })) },
  fetch_open_orders = { post = "/openOrders", read = orders(with(order_fields, { at = "data", status = "=open" })) },
  fetch_my_trades = { post = "/tradeHistory", send = "limit={limit|default:1000} currencyPair={id} timestampFrom={since}", read = trade_list },

  create_order = {
    run = function(a)
      local kind = a.type == "market" and "Instant" or a.type == "limit" and "Limit" or fail("InvalidOrder", "market and limit orders only")
      local send = "currencyPair={id} amount={amount} price={limit_price} stopPrice={triggerPrice} postOnly={post_only}"
      if a.params.timeInForce == "IOC" then
        a.params.timeInForce = nil
        send = send .. " immediateOrCancel=1"
      elseif kind == "Instant" and a.side == "buy" then
        send = "currencyPair={id} total=" .. (a.params.cost and a:to_cost(a:take "cost") or a.amount)
      end
      return { post = "/" .. a.side .. kind, send = send, read = order { id = "data" } }
    end,
  },
  cancel_order = {
    post = "/cancelOrderWithInfo", send = "orderId={order_id}", read = order(with(order_fields, { at = "data" })),
    failed = function(reply)
      if reply.data and reply.data.success == false then return "false", "the order was not cancelled", "InvalidOrder" end
      return reply.errorMessage or reply.error == true and "error" or nil, reply.errorMessage
    end,
  },

  fetch_deposits_withdrawals = history,
  fetch_transactions = history,
  withdraw = {
    run = function(a)
      local coin = coins[a.code] or fail("ExchangeError", "the API does not withdraw " .. a.code)
      return {
        post = "/" .. coin .. "Withdrawal", send = "amount={amount} address={address} destinationTag={tag}",
        read = transaction {
          id = "data.transactionId,data.id", type = "=withdrawal", status = "=pending", amount = "={amount}", address = "={address}", tag = "={tag}",
        },
      }
    end,
  },
}
