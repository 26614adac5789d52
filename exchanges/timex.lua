-- TimeX. API 1: https://plasma-relay-backend.timex.io/swagger-ui/index.html
-- Basic authentication; all parameters travel in the URL. Failures are {error: {code, message}}, or the same without the wrapping. Times are
-- ISO 8601. There is no address to deposit to in it: the address of a currency is that of its token's contract.

local function larger(x, y)
  return x and y and (decimal.cmp(x, y) > 0 and x or y) or x or y
end

-- The fee is told in the smallest part of a token.
local function whole(amount, decimals)
  return amount and decimals and decimal.mul(amount, ("1e-%d"):format(decimals)) or nil
end

-- Tickers name a market BTC/USD, its id is BTCUSD.
local function id_of(o) return o.market and (o.market:gsub("/", "")) end
-- A market that is not in the list (any more) goes by the name told.
local ticker_fields = {
  market = id_of, symbol = function(o, _, market) return o.market and (not market or market.id ~= id_of(o)) and o.market or nil end,
  timestamp = "timestamp|iso", high = "high", low = "low", bid = "bid", ask = "ask", open = "open", last = "last", average = false,
  baseVolume = "volume", quoteVolume = "volumeQuote",
}

local all_tickers = tickers(ticker_fields)

local trade_fields = {
  id = "id", market = "symbol", timestamp = "timestamp|iso", side = "direction|lower,side|lower", price = "price", amount = "quantity",
  takerOrMaker = "makerOrTaker|lower", fee = { cost = "fee", currency = "feeToken|code" },
  order = function(o) return o.makerOrTaker and o[o.makerOrTaker:lower() .. "OrderId"] end,
}

local order_fields = {
  id = "id", clientOrderId = "clientOrderId", market = "symbol", timestamp = "createdAt|iso", type = "type|lower", side = "side|lower",
  price = "price", amount = "quantity", filled = "filledQuantity",
  status = function(o)
    if not o.quantity or not o.filledQuantity then return nil end
    if decimal.cmp(o.quantity, o.filledQuantity) == 0 then return "closed" end
    return o.cancelledQuantity and decimal.cmp(o.cancelledQuantity, "0") ~= 0 and "canceled" or "open"
  end,
}
local order_list = orders(with(order_fields, { at = "orders" }))

-- An order that was found by its id may be of another market than was asked about.
local function told_symbol(o, _, market)
  return o.symbol and market and market.id ~= o.symbol and o.symbol or nil
end
local found_fields = with(order_fields, { symbol = told_symbol })

-- What edits and cancels gives {changedOrders: [{newOrder}], unchangedOrders: [id]}.
local function first_changed(fields)
  local changed = order(with(fields, { at = "changedOrders.1.newOrder" }))
  return function(reply, a)
    if not reply.changedOrders or #reply.changedOrders == 0 then fail("OrderNotFound", "order " .. a.order_id .. " was left as it is") end
    return changed(reply, a)
  end
end
local all_changed = orders(with(found_fields, { at = "changedOrders" }))

-- Movements name the contract of a token; the market list knows whose it is.
local function code_of_token(o, a)
  for _, symbol in ipairs(o.token and a.all_symbols or {}) do
    local m = a:market_of(symbol)
    if m.info and m.info.baseTokenAddress == o.token then return m.base end
    if m.info and m.info.quoteTokenAddress == o.token then return m.quote end
  end
  return o.token
end
local function movements(kind)
  return {
    get = "/manager/" .. kind .. "s", needs = "address", send = "address={address}",
    read = transactions {
      id = "transferHash", txid = "transferHash", timestamp = "timestamp|iso", type = "=" .. kind, currency = code_of_token, amount = "value",
      addressFrom = "from", addressTo = "to", status = "=ok",
    },
  }
end

local filter = " symbol={id} from={since|iso} till={until|iso} size={limit}"

return {
  hosts = { api = "https://plasma-relay-backend.timex.io" },
  rate = { interval_ms = 1500, burst = 5 },
  timeframes = "1m=I1 5m=I5 15m=I15 30m=I30 1h=H1 2h=H2 4h=H4 6h=H6 12h=H12 1d=D1 1w=W1",
  encode = "query",

  failed = function(reply, status)
    if status < 400 then return nil end
    local e = type(reply.error) == "userdata" and reply.error or reply
    local message = e.message or e.debugMessage
    return e.code or e.status or "error", message, message and message:find("Insufficient", 1, true) and "InsufficientFunds" or nil
  end,
  errors = by_class {
    AuthenticationError = "401 4003 4004 4100", BadRequest = "400 4000 4001 4005 4006 4007", ExchangeError = "0 500 5002",
    ExchangeNotAvailable = "503", InsufficientFunds = "4002", InvalidOrder = "5001", NotSupported = "1", OrderNotFound = "404 4400",
    PermissionDenied = "403 4300", RateLimitExceeded = "429",
  },

  sign = function(req, key)
    req.headers.authorization = "Basic " .. base64(key.apiKey .. ":" .. key.secret)
  end,

  fetch_time = { get = "/tradingview/time", text = true, read = function(text) return tonumber(text) and math.tointeger(tonumber(text) * 1000) end },
  fetch_markets = {
    get = "/public/markets",
    read = markets {
      id = "symbol", baseId = "baseCurrency", quoteId = "quoteCurrency", active = "locked|not", taker = "takerFee", maker = "makerFee",
      precision = { amount = "quantityIncrement", price = "tickSize" },
      limits = {
        amount = { min = function(o) return larger(o.baseMinSize, o.quantityIncrement) end }, price = { min = "tickSize" },
        cost = { min = "quoteMinSize" },
      },
    },
  },
  fetch_currencies = {
    get = "/public/currencies",
    read = currencies {
      id = "symbol", name = "name", active = "active", deposit = "depositEnabled", withdraw = "withdrawalEnabled", precision = "decimals|tick",
      fee = function(o) return whole(o.withdrawalFee, o.tradeDecimals) end,
    },
  },
  fetch_ticker = { get = "/public/tickers", send = "market={id} period={period|default:D1}", read = ticker(with(ticker_fields, { at = "1" })) },
  fetch_tickers = { get = "/public/tickers", send = "period={period|default:D1}", read = all_tickers },
  fetch_order_book = {
    get = "/public/orderbook/v2", send = "market={id} limit={limit}",
    read = book { bids = "bid", asks = "ask", level = { "price", "baseTokenAmount" }, timestamp = "timestamp|iso" },
  },
  fetch_trades = {
    get = "/public/trades", send = "market={id} sort={sort|default:timestamp,asc} from={since|iso} till={until|iso} size={limit}",
    read = trades(trade_fields),
  },
  fetch_ohlcv = {         -- from and till are needed
    run = function(a)
      local length = ((a.limit or 1000) + 1) * a.timeframe_s * 1000
      a.till = a:take "until" or (a.since and a.since + length) or a.now
      a.from = a.since or (a.till == a.now and a.now - length - 1) or a.till - length
      return {
        get = "/public/candles", send = "market={id} period={timeframe} from={from|iso} till={till|iso}",
        read = candles { columns = "timestamp|iso open high low close volume" },
      }
    end,
  },

  fetch_balance = { get = "/trading/balances", read = balance { currency = "currency|code", total = "totalBalance", used = "lockedBalance" } },
  fetch_trading_fee = { get = "/trading/fees", send = "markets={id}", read = trading_fee { at = "1", market = "market", maker = "fee", taker = "fee" } },
  fetch_order = {
    get = "/history/orders/details", send = "orderHash={order_id}",
    read = order(with(found_fields, { at = "order", trades = trades(with(trade_fields, { at = "/trades?", symbol = told_symbol })) })),
  },
  fetch_open_orders = { get = "/trading/orders", send = "sort={sort|default:createdAt,asc} symbol={id} size={limit}", read = order_list },
  fetch_closed_orders = {           -- one side at a time
    get = "/history/orders", send = "sort={sort|default:createdAt,asc} side={side|default:BUY}" .. filter, read = order_list,
  },
  fetch_my_trades = { get = "/history/trades", send = "sort={sort|default:timestamp,asc}" .. filter, read = trades(with(trade_fields, { at = "trades" })) },
  create_order = {
    run = function(a)
      local kind = a:take "postOnly" and "POST_ONLY" or a.type:upper()
      local limited = kind ~= "MARKET"
      local time, seconds = a:take "expireTime", a:take "expireIn"
      return {
        post = "/trading/orders", read = order(with(order_fields, { at = "orders.1" })),
        send = ordered {
          { "symbol", a.id }, { "quantity", a.amount }, { "side", a.side:upper() }, { "orderTypes", kind },
          { "price", limited and a.price or "0" }, { "expireTime", limited and time or nil },
          { "expireIn", limited and not time and (seconds or a.options.expireIn) or nil },
        },
      }
    end,
  },
  edit_order = { put = "/trading/orders", send = "id={order_id} quantity={amount} price={price}", read = first_changed(order_fields) },
  cancel_order = { delete = "/trading/orders", send = "id={order_id}", read = first_changed(found_fields) },
  cancel_orders = { delete = "/trading/orders", needs = "ids", send = "id={ids}", read = all_changed },

  fetch_deposits = movements "deposit",
  fetch_withdrawals = movements "withdrawal",

  options = { expireIn = 31536000 },        -- seconds that a limit order lives: a year
}
