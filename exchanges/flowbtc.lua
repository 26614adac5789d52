-- flowBTC, Brazil: spot; closed. An AlphaPoint exchange. API: https://www.flowbtc.com.br/api.html
-- Markets and currencies are named by numbers; own calls are about an account, which is asked for first where neither options.accountId nor
-- params.accountId names it. They carry the token of a login (credential `token`), or with options.session = false a signature of the key.
-- Failures are {errormsg, errorcode}, inside a 200 reply. Withdrawals need the code of the second factor.

local function account(a)
  local known = a:take "accountId" or a:take "AccountId" or a.options.accountId
  a.account = known or ask({ get = "//GetUserAccounts", right = "read", send = "omsId={omsId}" })[1] or fail("ExchangeError", "no account is told")
end

-- A call about an account: GET, or with `verb` another.
local function own(name, send, read, verb)
  return {
    run = function(a)
      account(a)
      return { [verb or "get"] = "//" .. name, send = send, read = read }
    end,
  }
end
local of_account = "omsId={omsId} AccountId={account}"

-- ---- reading ----

local order_fields = {
  id = "ReplacementOrderId,replacementOrderId,OrderId", clientOrderId = "ReplacementClOrdId,replacementClOrdId,ClientOrderId",
  market = "Instrument", timestamp = "ReceiveTime", lastTradeTimestamp = "LastUpdatedTime", type = "OrderType|lower", side = "Side|lower",
  price = "Price", triggerPrice = "StopPrice|nonzero", amount = "OrigQuantity", filled = "QuantityExecuted", cost = "GrossValueExecuted",
  average = "AvgPrice|nonzero",
  status = words("OrderState", { open = "Accepted Working", expired = "Expired", closed = "FullyExecuted" }),
}
local one_order, order_list = order(order_fields), orders(order_fields)

local own_trades = trades {
  id = "TradeId", order = "OrderId", market = "InstrumentId", timestamp = "TradeTimeMS", type = "OrderType|lower", side = "Side|lower",
  takerOrMaker = "MakerTaker|lower", price = "Price", amount = "Quantity", cost = "Value", fee = { cost = "Fee", currency = "FeeProductId|code" },
}

-- The states that an order went through; how much a trade was of, only their differences tell.
local trades_of_order = trades {
  where = "ChangeReason=Trade", order = "OrderId", market = "Instrument", timestamp = "ReceiveTime", type = "OrderType|lower", side = "Side|lower",
  price = "Price", cost = "GrossValueExecuted",
}

-- Every row of a level has its side, update and time.
local function order_book(reply)
  local sides, time, nonce = { ["0"] = {}, ["1"] = {} }, 0, 0
  for _, row in ipairs(reply) do
    local side = sides[row[10]]
    side[#side + 1] = { row[7], row[9] }
    time, nonce = math.max(time, math.tointeger(tonumber(row[3]))), math.max(nonce, math.tointeger(tonumber(row[1])))
  end
  return { bids = sides["0"], asks = sides["1"], timestamp = time > 0 and time or nil, nonce = nonce > 0 and nonce or nil }
end

local deposit_address = address {
  address = function(o)
    local told = json.decode(o.DepositInfo)       -- the newest is the last
    return told[#told] and told[#told]:match "^[^?]*"
  end,
  tag = function(o)
    local told = json.decode(o.DepositInfo)
    return told[#told] and told[#told]:match "%?memo=(.*)$"
  end,
}

-- How a transaction is made stands in it as JSON.
local function in_form(...)
  local names = { ... }
  return function(o)
    local ok, form = pcall(json.decode, o.TemplateForm or o.DepositInfo)
    for _, name in ipairs(ok and type(form) == "table" and names or {}) do
      if form[name] ~= nil then return form[name] end
    end
  end
end
local in_form_updated = in_form "LastUpdated"

-- Times are in ms, or in ticks: tenths of microseconds since the year 1.
local function updated(o)
  local time = in_form_updated(o) or math.tointeger(tonumber(o.LastUpdateTimeStamp))
  return time and (time > 10 ^ 17 and (time - 621355968000000000) // 10000 or time)
end

local function transaction_fields(type, id)
  return {
    id = id, type = type, txid = in_form("TxId", "TXId"), timestamp = in_form "TimeSubmitted", currency = "ProductId|code", amount = "Amount",
    address = in_form("ExternalAddress", "ToAddress"), addressTo = in_form("ExternalAddress", "ToAddress"), addressFrom = in_form "FromAddress",
    updated = updated, fee = { cost = "FeeAmount", currency = "ProductId|code" },
    status = words("TicketStatus", {
      pending = "AdminProcessing Accepted SystemProcessing Confirmed AmlProcessing AmlAccepted LimitsAccepted Pending2Fa AutoAccepted Delayed"
        .. " Submitted ManuallyConfirmed Confirmed2Fa",
      ok = "FullyProcessed", failed = "AmlFailed AmlRejected LimitsRejected", canceled = "UserCanceled AdminCanceled",
    }),
  }
end

local function moved(o)
  local field = o.CR and tonumber(o.CR) ~= 0 and "CR" or o.DR and tonumber(o.DR) ~= 0 and "DR"
  return field and o[field], field == "CR" and "in" or field == "DR" and "out" or nil
end

-- ---- sending ----

local order_types = { market = 1, limit = 2, stopmarket = 3, stoplimit = 4, trailingstopmarket = 5, trailingstoplimit = 6, blocktrade = 7 }

-- Their own ids of orders are whole numbers. A market order may have a price: the worst it is to be filled at.
local function order_request(a)
  local mine = a:take "clientOrderId"
  return ordered {
    { "OrderIdToReplace", a.order_id and raw_number(a.order_id) }, { "InstrumentId", raw_number(a.id) }, { "omsId", a.options.omsId },
    { "AccountId", raw_number(a.account) }, { "TimeInForce", 1 }, { "Side", a.side == "buy" and 0 or 1 }, { "Quantity", raw_number(a.amount) },
    { "OrderType", order_types[a.type:lower()] or fail("InvalidOrder", "no order type " .. a.type) },
    { "LimitPrice", a.price and raw_number(a.price) }, { "ClientOrderId", math.tointeger(tonumber(mine)) },
  }
end

local function date(ms) return os.date("!%Y-%m-%d %H:%M:%S", ms // 1000) end

return {
  hosts = { api = "https://api.flowbtc.com.br:8443/ap" },
  credentials = { "apiKey", "secret", "uid", "login", "token" },
  rate = { interval_ms = 1000, burst = 5 },
  renames = { BCC = "BCH", BCHABC = "BCH" },
  fees = { taker = 0.005, maker = 0.0025 },
  encode = "json",
  timeframes = "1m=60 5m=300 15m=900 30m=1800 1h=3600 2h=7200 4h=14400 6h=21600 12h=43200 1d=86400 1w=604800 1M=2419200 4M=9676800",

  failed = function(reply) return reply.errormsg ~= "" and reply.errormsg or nil, reply.errormsg end,
  errors = {
    Not_Enough_Funds = "InsufficientFunds", ["Resource Not Found"] = "OrderNotFound", ["Not Authorized"] = "AuthenticationError",
    ["Invalid Request"] = "BadRequest",
  },
  broad = { { "Invalid InstrumentId", "BadSymbol" }, { "This endpoint requires 2FACode along with the payload", "AuthenticationError" } },
  http = { [404] = "AuthenticationError" },

  sign = function(req, key, a)
    if req.path:find "GetUserAccounts$" then
      req.query.UserId = key.uid
      req.query.UserName = key.login
    end
    if a.options.session then
      req.headers.APToken = key.token
    else
      req.headers.Nonce = key.nonce
      req.headers.APIKey = key.apiKey
      req.headers.Signature = hex(hmac("sha256", key.secret, key.nonce .. key.uid .. key.apiKey))
      req.headers.UserId = key.uid
    end
  end,

  fetch_currencies = {
    get = "//GetProducts", send = "omsId={omsId}",
    read = currencies {
      id = "ProductId", code = "Product|code", name = "ProductFullName", type = "ProductType", active = "IsDisabled|not", precision = "TickSize",
    },
  },
  fetch_markets = {
    get = "//GetInstruments", send = "omsId={omsId}",
    read = markets {
      id = "InstrumentId", baseId = "Product1", quoteId = "Product2", base = "Product1Symbol|code", quote = "Product2Symbol|code",
      active = function(o) return o.SessionStatus == "Running" and o.IsDisable ~= true end,
      precision = { amount = "QuantityIncrement", price = "PriceIncrement" },
      limits = { amount = { min = "MinimumQuantity" }, price = { min = "MinimumPrice" } },
    },
  },
  fetch_ticker = {
    get = "//GetLevel1", send = "omsId={omsId} InstrumentId={id}",
    read = ticker {
      timestamp = "TimeStamp", high = "SessionHigh", low = "SessionLow", bid = "BestBid", ask = "BestOffer", open = "SessionOpen", last = "LastTradedPx",
      change = "Rolling24HrPxChange", percentage = "Rolling24HrPxChangePercent", baseVolume = "Rolling24HrVolume", quoteVolume = "Rolling24HrNotional",
    },
  },
  fetch_order_book = { get = "//GetL2Snapshot", send = "omsId={omsId} InstrumentId={id} Depth={limit|default:100}", read = order_book },
  fetch_trades = {
    get = "//GetLastTrades", send = "omsId={omsId} InstrumentId={id} Count={limit}",
    read = trades { id = "1", order = "5", timestamp = "7", side = { "9", ["0"] = "buy", default = "sell" }, price = "4", amount = "3" },
  },
  fetch_ohlcv = {
    get = "//GetTickerHistory",
    send = function(a)
      local length = a.limit and a.limit * a.timeframe_s * 1000
      local from = a.since or length and a.now - length
      local to = a.since and length and a.since + length or a.now
      return ordered {
        { "omsId", a.options.omsId }, { "InstrumentId", a.id }, { "Interval", a.timeframe }, { "FromDate", from and date(from) },
        { "ToDate", from and date(to) },
      }
    end,
    read = candles { columns = "1 4 2 3 5 6" },
  },

  fetch_accounts = { get = "//GetUserAccounts", send = "omsId={omsId}", read = accounts { id = ".", code = false } },
  fetch_balance = own("GetAccountPositions", of_account, balance { currency = "ProductSymbol|code", total = "Amount", used = "Hold" }),
  fetch_ledger = own("GetAccountTransactions", of_account .. " Depth={limit}", ledger {
    id = "TransactionId", account = "AccountId", referenceId = "ReferenceId", referenceAccount = "Counterparty", timestamp = "TimeStamp",
    currency = "ProductId|code", amount = function(o) return (moved(o)) end, direction = function(o) return select(2, moved(o)) end,
    after = "Balance", status = "=ok",
    before = function(o)
      local amount, direction = moved(o)
      return amount and o.Balance and (direction == "in" and decimal.sub or decimal.add)(o.Balance, amount)
    end,
    type = words("ReferenceType", {
      transaction = "Deposit Withdraw WithdrawHold DepositHold", transfer = "Transfer",
      trade = "Trade OrderHold MarginHold ManualHold ManualEntry MarginAcquisition MarginRelinquish MarginQuoteHold",
    }),
  }),
  fetch_order = own("GetOrderStatus", of_account .. " OrderId={order_id}", one_order),
  fetch_orders = own("GetOrdersHistory", of_account .. " InstrumentId={id} StartTimeStamp={since|s} Depth={limit}", order_list),
  fetch_open_orders = own("GetOpenOrders", of_account, order_list),
  fetch_my_trades = own("GetTradesHistory", of_account .. " InstrumentId={id} StartTimeStamp={since|s} Depth={limit}", own_trades),
  fetch_order_trades = own("GetOrderHistoryByOrderId", "OMSId={omsId} OrderId={order_id|number}", trades_of_order, "post"),
  create_order = own("SendOrder", order_request, one_order, "post"),
  edit_order = own("CancelReplaceOrder", order_request, one_order, "post"),
  cancel_order = {
    run = function(a)
      account(a)
      local mine = a:take "clientOrderId" or a:take "ClOrderId"
      return {
        post = "//CancelOrder", read = order(with(order_fields, { id = "={order_id}", clientOrderId = function() return mine end })),
        send = mine and function() return ordered { { "omsId", a.options.omsId }, { "ClOrderId", raw_number(mine) } } end
          or "omsId={omsId} OrderId={order_id|number}",
      }
    end,
  },
  cancel_all_orders = with(own("CancelAllOrders", "omsId={omsId} AccountId={account|number} IntrumentId={id}",     -- spelt so
    function(reply) return reply end, "post"), { kind = "raw" }),

  fetch_deposit_address = own("GetDepositInfo", of_account .. " ProductId={currency_id} GenerateNewKey={false}", deposit_address),
  create_deposit_address = own("GetDepositInfo", of_account .. " ProductId={currency_id} GenerateNewKey={true}", deposit_address),
  fetch_deposits = own("GetDeposits", of_account, transactions(transaction_fields("=deposit", "DepositId"))),
  fetch_withdrawals = own("GetWithdraws", of_account, transactions(transaction_fields("=withdrawal", "WithdrawId"))),
  withdraw = {                  -- a form is filled in, the first of those that the currency has
    run = function(a)
      local code = a:take "TFaCode" or fail("AuthenticationError", "params.TFaCode, of the second factor, is needed")
      account(a)
      local product = of_account .. " ProductId={currency_id}"
      local kind = ask({ get = "//GetWithdrawTemplateTypes", right = "read", send = product }).TemplateTypes[1]
      if not kind then fail("ExchangeError", "no way to withdraw " .. a.code) end
      local form = json.decode(ask({
        get = "//GetWithdrawTemplate", right = "read", send = function()
          return ordered {
            { "omsId", a.options.omsId }, { "AccountId", a.account }, { "ProductId", a.currency_id }, { "TemplateType", kind.TemplateName },
            { "AccountProviderId", kind.AccountProviderId },
          }
        end,
      }).Template)
      form.ExternalAddress = a.address
      if form.Memo then form.Memo = a.tag end
      local payload = ordered {
        { "omsId", a.options.omsId }, { "AccountId", raw_number(a.account) }, { "ProductId", a.currency_id }, { "Amount", raw_number(a.amount) },
        { "TemplateForm", encode_json(form) }, { "TemplateType", kind.TemplateName },
      }
      return {
        post = "//CreateWithdrawTicket", read = transaction(transaction_fields("=withdrawal", "WithdrawId")),
        send = ordered { { "TfaType", "Google" }, { "TFaCode", code }, { "Payload", encode_json(payload) } },
      }
    end,
  },

  options = { omsId = 1, session = true },
}
