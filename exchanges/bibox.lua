-- Bibox (closed in 2022). API 1 and 4: https://biboxcom.github.io/api/spot/v4, https://biboxcom.github.io/v3/spot/en/
-- What is private is a command of API 1: {apikey, sign, cmds}, where cmds is the text of a list of one {cmd, body}, and sign an HMAC-MD5
-- over it. Its reply stands inside {result: [{result, cmd}]}. Failures are {error: {code, message}}, or {state} other than 0.

-- A private command; its group is the path. What else is sent is its body.
local function command(cmd, send, read, rest)
  return with({ post = "/v1/" .. cmd:match "^[^/]+", send = "cmd=" .. cmd .. " " .. send, read = read }, rest or {})
end

-- Rows name their coins, a reply by market the pair.
local function pair_of(o, _, _, key)
  return o.pair or (o.coin_symbol and o.currency_symbol and o.coin_symbol .. "_" .. o.currency_symbol) or (type(key) == "string" and key) or nil
end

local ticker_fields = {
  market = pair_of, timestamp = "timestamp", high = "high", low = "low", bid = "buy", bidVolume = "buy_amount", ask = "sell", askVolume = "sell_amount",
  last = "last", change = "change", percentage = "percent|before:%", baseVolume = "vol,vol24H", quoteVolume = "amount",
}

local sides = { ["1"] = "buy", default = "sell" }
local trade_fields = {
  id = "id", market = pair_of, timestamp = "time,createdAt", type = "=limit", side = with(sides, { "side,order_side" }), price = "price",
  amount = "amount", fee = { cost = "fee|neg", currency = "fee_symbol|code" },
}

local order_fields = {
  id = "id", market = pair_of, timestamp = "createdAt", type = { "order_type", ["1"] = "market", default = "limit" },
  side = with(sides, { "order_side" }), price = "price", average = "deal_price", amount = "amount", filled = "deal_amount", cost = "deal_money,money",
  status = words("status", { rejected = "-1", open = "0 1 2", closed = "3", canceled = "4 5 6" }),
  fee = { cost = "fee" },
}
local order_list = orders(with(order_fields, { at = "result.1.result.items?" }))
local one_order = order(with(order_fields, { at = "result.1.result" }))

local transfer_fields = {
  at = "result.1.result.items?", id = "id", timestamp = "createdAt", currency = "coin_symbol|code", amount = "amount", address = "to_address",
}
local function transfers(cmd, fields)
  return command(cmd, "page={1} size={limit|default:100|number} symbol={currency_id}", transactions(with(transfer_fields, fields)))
end

return {
  hosts = { api = "https://api.bibox.com" },
  credentials = { "apiKey", "secret", "password" },        -- the trading password, which withdrawing takes
  rate = { interval_ms = 166.667, burst = 5 },
  fees = { taker = 0.002, maker = 0.001 },
  renames = {
    ["APENFT(NFT)"] = "NFT", BCC = "BCH", BCHABC = "BCH", BOX = "DefiBox", BPT = "BlockPool Token", GMT = "GMT Token", KEY = "Bihu",
    MTC = "MTC Mesh Network", NFT = "NFT Protocol", PAI = "PCHAIN", REVO = "Revo Network", STAR = "Starbase", TERN = "Ternio-ERC20",
  },
  timeframes = "1m 3m 5m 15m 30m 1h 2h 4h 6h 12h 1d 1w 1M",
  encode = "json",
  headers = { ["content-type"] = "application/json" },

  failed = function(reply)
    local e = reply.error
    if type(e) == "userdata" then return e.code or "error", e.message or e.msg end
    if e ~= nil then return e, reply.message end
    if reply.state ~= nil and reply.state ~= "0" then return reply.state, reply.msg end
  end,
  errors = by_class {
    AccountSuspended = "2011", AuthenticationError = "2015 3012 3025", BadRequest = "3000 3002", BadSymbol = "3016", DDoSProtection = "4003",
    ExchangeNotAvailable = "4000", InsufficientFunds = "2021 2027", InvalidOrder = "2065 2066 2067 2068 2078 2085 2092 2131",
    OrderNotFound = "2033", PermissionDenied = "3024", RateLimitExceeded = "2091",
  },

  sign = function(req, key)
    local body = req.json
    local cmd = body.cmd
    body.cmd = nil
    if cmd == "transfer/transferOut" and body.trade_pwd == nil then body = first(body, "trade_pwd", key.password) end
    local cmds = encode_json(list { ordered { { "cmd", cmd }, { "body", body } } })
    req.json = ordered { { "apikey", key.apiKey }, { "sign", hex(hmac("md5", key.secret, cmds)) }, { "cmds", cmds } }
  end,

  fetch_markets = {
    get = "/api/v4/marketdata/pairs",
    read = markets {
      id = "symbol", baseId = "base", quoteId = "quote", precision = { amount = "quantity_scale|tick", price = "price_scale|tick" },
      limits = {
        amount = { min = "min_quantity", max = "max_quantity" }, price = { min = "min_price", max = "max_price" }, cost = { min = "min_order_value" },
      },
    },
  },
  fetch_currencies = command("transfer/coinList", "", currencies {
    at = "result.1.result", id = "symbol", name = "name", deposit = "enable_deposit|eq:1", withdraw = "enable_withdraw|eq:1",
    active = function(o) return o.enable_deposit == "1" and o.enable_withdraw == "1" end,
    precision = 1e-8, limits = { amount = { min = 1e-8 } },       -- of the exchange's books, whatever the chain
  }, { right = "read" }),
  fetch_ticker = { get = "/v1/mdata", send = "cmd=ticker pair={id}", read = ticker(with(ticker_fields, { at = "result" })) },
  fetch_tickers = { get = "/v1/mdata", send = "cmd=marketAll", read = tickers(with(ticker_fields, { at = "result" })) },
  fetch_order_book = {
    get = "/v1/mdata", send = "cmd=depth pair={id} size={limit}",
    read = book { at = "result", level = { "price", "volume" }, timestamp = "update_time" },
  },
  fetch_trades = { get = "/v1/mdata", send = "cmd=deals pair={id} size={limit}", read = trades(with(trade_fields, { at = "result" })) },
  fetch_ohlcv = {
    get = "/api/v4/marketdata/candles", send = "symbol={id} time_frame={timeframe} limit={limit} after={since} before={until}",
    read = candles { at = "e,." },
  },

  fetch_balance = command("transfer/{type|default:assets}", "select={1}",
    balance { at = "result.1.result.assets_list", currency = "coin_symbol|code", free = "balance", used = "freeze" }),
  fetch_order = command("orderpending/order", "id={order_id} account_type={0}", function(reply, a)
    local found = reply.result[1].result
    if type(found) ~= "userdata" or found.id == nil then fail("OrderNotFound", "no order " .. a.order_id) end
    return one_order(reply, a)
  end),
  fetch_open_orders = command("orderpending/orderPendingList", "pair={id} account_type={0} page={1} size={limit|default:200|number}", order_list),
  fetch_closed_orders = command("orderpending/pendingHistoryList", "pair={id} account_type={0} page={1} size={limit|default:200|number}", order_list,
    { needs = "symbol" }),
  fetch_my_trades = command("orderpending/orderHistoryList",
    "pair={id} account_type={0} page={1} size={limit|default:200|number} coin_symbol={base_id} currency_symbol={quote_id}",
    trades(with(trade_fields, { at = "result.1.result.items?" })), { needs = "symbol" }),
  create_order = {
    post = "/v1/orderpending", read = order { at = "result.1", id = "result", symbol = false },
    send = function(a)
      return ordered {
        { "cmd", "orderpending/trade" }, { "pair", a.id }, { "account_type", 0 }, { "order_type", a.type == "limit" and 2 or 1 },
        { "order_side", a.side == "buy" and 1 or 2 }, { "pay_bix", 0 }, { "amount", raw_number(a.amount) },
        { "price", a.price and raw_number(a.price) },
      }
    end,
  },
  cancel_order = command("orderpending/cancelTrade", "orders_id={order_id}", order { id = "={order_id}", symbol = false }),

  fetch_deposit_address = command("transfer/transferIn", "coin_symbol={currency_id}", function(reply, a)
    local told = reply.result[1].result         -- an address, or the text of {account, memo}
    if told:sub(1, 1) ~= "{" then return { currency = a.code, address = told, info = reply } end
    local parts = json.decode(told)
    return { currency = a.code, address = parts.account, tag = parts.memo, info = reply }
  end),
  fetch_deposits = transfers("transfer/transferInList", {
    type = "=deposit", status = { "status", ["1"] = "pending", ["2"] = "ok", ["3"] = "failed", default = "." },
    fee = { cost = 0, currency = "coin_symbol|code" },
  }),
  fetch_withdrawals = transfers("transfer/transferOutList", {
    type = "=withdrawal", txid = "tx_id", tag = "addr_remark", fee = { cost = "fee", currency = "coin_symbol|code" },
    status = words("status", { failed = "-2", canceled = "-1", pending = "0 1 2", ok = "3" }),
  }),
  fetch_transaction_fees = {        -- of all coins together when none is named
    kind = "raw",
    run = function(a)
      local fees, info = {}, {}
      local function told(code, coin)
        local reply = ask { post = "/v1/transfer", send = { cmd = "transfer/coinConfig", coin_symbol = coin }, params = true }
        for _, row in ipairs(reply.result[1].result) do
          local of = code or row.coin_symbol and a:code_of(row.coin_symbol)
          if of then fees[of], info[of] = tonumber(row.withdraw_fee), row end
        end
      end
      if not a.codes then told() end
      for _, code in ipairs(a.codes or {}) do told(code, a:currency_of(code).id) end
      return { withdraw = fees, deposit = {}, info = info }
    end,
  },
  withdraw = {
    post = "/v1/transfer", read = transaction { at = "result.1", id = "result" },
    send = function(a)
      if a.params.totp_code == nil then fail("ArgumentsRequired", "params.totp_code, of the second factor, is needed") end
      return ordered {
        { "cmd", "transfer/transferOut" }, { "coin_symbol", a.currency_id }, { "amount", raw_number(a.amount) }, { "addr", a.address },
        { "address_remark", a.tag },
      }
    end,
  },
}
