-- BW, and exchanges that run on its software. API: https://github.com/bw-exchange/api_docs_en/wiki
-- dialect "bw" is an adapter but for hosts, precision and markets.
-- Replies are {datas, resMsg = {code, message}}, where code "1" is success. There are limit orders only. A request is signed with the MD5 of
-- key, time, content and secret: the content is the body, or the sorted parameters of a GET without any signs between.

local entrust = "/exchange/entrust/controller/website/EntrustController/"
local fund = "/exchange/fund/controller/website/"

-- ---- reading ----

local market_fields = {
  at = "datas", id = "marketId", numericId = "marketId|number", base = "name|before:_|code", quote = "name|after:_|code",
  baseId = "sellerCurrencyId", quoteId = "buyerCurrencyId", baseNumericId = "sellerCurrencyId|number",
  quoteNumericId = "buyerCurrencyId|number", active = "state|eq:1", taker = "defaultFee", maker = "defaultFee",
  precision = { amount = "amountDecimal|tick", price = "priceDecimal|tick" },
  limits = { amount = { min = "minAmount" }, price = { min = 0 }, cost = { min = 0 } },
}

-- A list; the sixth is the change.
local ticker_fields = {
  timestamp = "={now}", last = "2", high = "3", low = "4", baseVolume = "5", change = "6", percentage = false, average = false,
  bid = "8", ask = "9", quoteVolume = "10",
}

-- Orders and the rest of an account are asked for by market or currency, which the rows name by number, if at all.
local order_fields = {
  id = "entrustId", timestamp = "createTime", type = "=limit", side = { "type", ["0"] = "sell", ["1"] = "buy" }, price = "price",
  amount = "amount", filled = "completeAmount", remaining = "availabelAmount,availableAmount",
  cost = function(o)        -- before anything is done: what all of it would cost
    local so_far, all = tonumber(o.completeTotalMoney), o.totalMoney
    return so_far and so_far ~= 0 and o.completeTotalMoney or all ~= "" and all or false
  end,
  status = {        -- below zero: refused, for want of funds
    "status", ["-3"] = "canceled", ["-2"] = "canceled", ["-1"] = "canceled", ["0"] = "open", ["1"] = "canceled", ["2"] = "closed",
    ["3"] = "open", ["4"] = "canceled", default = ".",
  },
}
local order_list = orders(with(order_fields, { at = "datas.entrustList" }))
local placed = order { id = "datas.entrustId", status = "=open", type = "={type}", side = "={side}", price = "={price}", amount = "={amount}" }

local transaction_list = transactions {
  at = "datas.list", id = "depositId,withdrawalId", txid = "txId", address = "depositAddress,withdrawalAddress",
  -- A deposit may tell its time as a text, of an unknown zone.
  timestamp = function(o) return math.tointeger(tonumber(o.createTime)) end,
  type = function(o) return o.depositId and "deposit" or "withdrawal" end, amount = "actuallyAmount,amount",
  status = { "verifyStatus,state,status", ["-1"] = "canceled", ["0"] = "pending", ["1"] = "ok", default = "." },
  fee = { cost = "fees", currency = function(o, a) return o.fees and a.code end },
}

local all_orders = {
  get = entrust .. "getUserEntrustList", needs = "symbol", send = "marketId={id} startDateTime={since} pageSize={limit}", read = order_list,
}
local past_orders = with(all_orders, { send = "marketId={id} pageSize={limit} startDateTime={since}" })

return {
  market_fields = market_fields,

  adapter = {
    credentials = { "apiKey", "secret" },
    rate = { interval_ms = 1500, burst = 5 },
    fees = { taker = 0.002, maker = 0.002 },
    encode = "json",
    renames = { BCC = "BCH", BCHABC = "BCH" },

    failed = function(reply)
      local result = reply.resMsg or {}
      if result.code ~= "1" then return result.code or "none", result.message end
    end,
    errors = {
      ["999"] = "AuthenticationError", ["1000"] = "ExchangeNotAvailable", ["2012"] = "OrderNotFound", ["5017"] = "BadSymbol",
      ["10001"] = "RateLimitExceeded",
    },

    sign = function(req, key)
      local now, content = clock "ms", {}
      if req.method == "GET" then
        for k, v in pairs(sorted(req.query)) do content[#content + 1] = k .. tostring(v) end
        content = join(content, "")
      else
        if req.body == "" then req.body = "{}" end
        content = req.body
      end
      req.headers.Apiid = key.apiKey
      req.headers.Timestamp = now
      req.headers.Sign = hex(md5(key.apiKey .. now .. content .. key.secret))
    end,

    fetch_markets = { get = "/exchange/config/controller/website/marketcontroller/getByWebId", read = markets(market_fields) },
    fetch_currencies = {
      get = "/exchange/config/controller/website/currencycontroller/getCurrencyList",
      read = currencies {
        at = "datas", id = "currencyId", code = "name|upper|code", name = "name|upper|code", active = "state|eq:1",
        deposit = "rechargeFlag|eq:1", withdraw = "drawFlag|eq:1", fee = "drawFee",
        limits = { amount = { min = "limitAmount|default:0" }, withdraw = { max = "onceDrawLimit" } },
      },
    },
    fetch_ticker = { get = "/api/data/v1/ticker", send = "marketId={id}", read = ticker(with(ticker_fields, { at = "datas" })) },
    fetch_tickers = { get = "/api/data/v1/tickers", read = tickers(with(ticker_fields, { at = "datas", market = "1" })) },
    fetch_order_book = { get = "/api/data/v1/entrusts", send = "marketId={id} dataSize={limit}", read = book { at = "datas", timestamp = "timestamp|s" } },
    fetch_trades = {
      get = "/api/data/v1/trades", send = "marketId={id} dataSize={limit}",
      read = trades { at = "datas", timestamp = "3|s", type = "=limit", side = { "5", ask = "sell", default = "buy" }, price = "6", amount = "7" },
    },
    fetch_ohlcv = {
      get = "/api/data/v1/klines", send = "marketId={id} type={timeframe} dataSize={limit|default:500}",
      read = candles { at = "datas", columns = "4|s 5 6 7 8 9" },
    },
    fetch_trading_fees = {
      get = "/exchange/config/controller/website/marketcontroller/getByWebId", right = "public",
      read = trading_fees { at = "datas", market = "marketId", maker = "defaultFee", taker = "defaultFee", percentage = true, tierBased = true },
    },

    fetch_balance = {
      post = fund .. "fundcontroller/findbypage",
      read = balance { at = "datas.list", currency = "currencyTypeId|code", free = "amount", used = "freeze" },
    },
    fetch_order = {
      get = entrust .. "getEntrustById", needs = "symbol", send = "marketId={id} entrustId={order_id}",
      read = order(with(order_fields, { at = "datas" })),
    },
    fetch_orders = all_orders,
    fetch_closed_orders = past_orders,
    fetch_open_orders = {
      get = entrust .. "getUserEntrustRecordFromCacheWithPage", needs = "symbol", send = "marketId={id} pageSize={limit}", read = order_list,
    },
    create_order = {
      post = entrust .. "addEntrust", read = placed,
      send = function(a)
        if not a.price then fail("ArgumentsRequired", "there are limit orders only: a price is needed") end
        return ordered {
          { "amount", a.amount }, { "price", a.price }, { "type", a.side == "buy" and 1 or 0 }, { "rangeType", 0 }, { "marketId", a.id },
        }
      end,
    },
    cancel_order = {
      post = entrust .. "cancelEntrust", needs = "symbol", send = "marketId={id} entrustId={order_id}",
      read = order { id = "={order_id}" },
    },

    fetch_deposit_address = {
      post = fund .. "fundcontroller/getPayinAddress", send = "currencyTypeName={code}",
      read = address { at = "datas", address = "address", tag = "memo" },
    },
    fetch_deposits = {
      post = fund .. "fundcontroller/getPayinCoinRecord", needs = "code", send = "currencyTypeName={code} pageSize={limit}",
      read = transaction_list,
    },
    fetch_withdrawals = {
      get = fund .. "fundwebsitecontroller/getpayoutcoinrecord", needs = "code", send = "currencyId={currency_id} pageSize={limit}",
      read = transaction_list,
    },
  },
}
