-- Luno. API: https://www.luno.com/en/developers/api
-- Basic authentication; the parameters of a POST travel in the URL. Failures are {error, error_code}, also inside a 200 reply.

-- Taker and maker fees go by the market's quote (https://www.luno.com/en/help/fees); for some quotes none are published.
local unpublished = { MYR = 1, NGN = 1, IDR = 1, KES = 1, UGX = 1, AUD = 1, GBP = 1, EUR = 1, USD = 1, ZARU = 1 }
local stable = { USDT = 1, USDC = 1 }
local function fee(stable_in_zar, zar, other)
  return function(o)
    if o.counter_currency == "ZAR" then return stable[o.base_currency] and stable_in_zar or zar end
    return not unpublished[o.counter_currency] and other or nil
  end
end

local function fields(extra)
  local order = {
    id = "order_id", market = "pair", timestamp = "creation_timestamp", status = { "state", PENDING = "open" },
    side = { "type", ASK = "sell", SELL = "sell", BID = "buy", BUY = "buy" }, price = "limit_price", amount = "limit_volume",
    -- Amounts so far stand beside the currency's name in older replies; only numbers count.
    filled = function(o) return tonumber(o.base) and o.base or "0" end,
    cost = function(o) return tonumber(o.counter) and o.counter or false end,
    fee = {
      cost = "fee_counter,fee_base",
      currency = function(o, _, market) return o.fee_counter and market.quote or o.fee_base and market.base end,
    },
  }
  for k, v in pairs(extra) do order[k] = v end
  return order
end

local function by_state(state)
  return { get = "/api/1/listorders", send = "state=" .. state .. " pair={id}", read = orders(fields { at = "orders" }) }
end

local order_book = book { bids = "bids", asks = "asks", level = { "price", "volume" }, timestamp = "timestamp" }
local placed = order { id = "order_id", symbol = false }
local deposit_address = address { currency = "currency|upper|code", address = "address", tag = "name" }

-- Own trades: type is the order's side, is_buy the taker's.
local function own_side(o)
  return (o.type == "ASK" or o.type == "SELL") and "sell" or (o.type == "BID" or o.type == "BUY") and "buy" or nil
end

local function trade_fields()
  return {
    at = "trades", id = "sequence", order = "order_id", timestamp = "timestamp", price = "price", amount = "volume,base", cost = "counter",
    side = function(o)
      if o.order_id then return own_side(o) end
      return o.is_buy and "buy" or "sell"
    end,
    takerOrMaker = function(o)
      if not o.order_id then return nil end
      return (own_side(o) == "buy") == (o.is_buy == true) and "taker" or "maker"
    end,
    fee = {
      cost = "fee_base|nonzero,fee_counter|nonzero",
      currency = function(o, _, market)
        if o.fee_base and tonumber(o.fee_base) ~= 0 then return market.base end
        return o.fee_counter and tonumber(o.fee_counter) ~= 0 and market.quote or nil
      end,
    },
  }
end

-- Coins that are on their way in belong to the account, and cannot be used yet.
local function with_unconfirmed(field)
  return function(o) return o[field] and o.unconfirmed and decimal.add(o[field], o.unconfirmed) end
end

-- First word of an entry's description -> its type.
local entry_types = {
  Withdrawal = "fee", Trading = "fee", Payment = "transaction", Sent = "transaction", Deposit = "transaction", Received = "transaction",
  Released = "released", Reserved = "reserved", Sold = "trade", Bought = "trade", Failure = "failed",
}

local function amount_of(o)
  local moved = tonumber(o.balance_delta) ~= 0 and o.balance_delta or o.available_delta
  return moved and decimal.abs(moved)
end

return {
  hosts = { api = "https://api.luno.com" },
  rate = { interval_ms = 200, burst = 5 },
  encode = "query",
  timeframes = "1m=60 5m=300 15m=900 30m=1800 1h=3600 3h=10800 4h=14400 1d=86400 3d=259200 1w=604800",

  failed = function(reply) return reply.error and (reply.error_code or reply.error), reply.error end,
  errors = {
    ErrInsufficientFunds = "InsufficientFunds", ErrInsufficientBalance = "InsufficientFunds", ErrUnauthorised = "AuthenticationError",
    ErrUnauthorized = "AuthenticationError", ErrInsufficientPerms = "PermissionDenied", ErrOrderNotFound = "OrderNotFound",
    ErrInvalidPair = "BadSymbol", ErrTooManyRequests = "RateLimitExceeded", ErrDuplicateClientOrderID = "DuplicateOrderId",
    ErrDuplicateExternalID = "DuplicateOrderId", ErrInvalidPrice = "InvalidOrder", ErrInvalidVolume = "InvalidOrder",
    ErrVolumeTooLow = "InvalidOrder", ErrPostOnlyMode = "OrderImmediatelyFillable", ErrOrderCanceled = "OrderNotFound",
  },

  sign = function(req, key)
    req.headers.Authorization = "Basic " .. base64(key.apiKey .. ":" .. key.secret)
  end,

  fetch_markets = {
    get = "/api/exchange/1/markets",
    read = markets {
      at = "markets", id = "market_id", baseId = "base_currency", quoteId = "counter_currency", active = "trading_status|eq:ACTIVE",
      taker = fee("0.002", "0.006", "0.001"), maker = fee("-0.0001", "0.004", "0.0008"),
      precision = { amount = "volume_scale|tick", price = "price_scale|tick" },
      limits = { amount = { min = "min_volume", max = "max_volume" }, price = { min = "min_price", max = "max_price" } },
    },
  },
  fetch_currencies = {
    get = "/api/1/send/networks", right = "read",
    read = function(reply)      -- one row a network; a currency's rows stand together under its id
      local out = {}
      for _, row in ipairs(reply.data) do
        local id = row.native_currency
        out[id] = out[id] or { id = id, networks = {}, info = row }
        out[id].networks[row.name] = { id = row.name, network = row.name, info = row }
      end
      return out
    end,
  },
  fetch_ticker = {
    get = "/api/1/ticker", send = "pair={id}",
    read = ticker { market = "pair", timestamp = "timestamp", bid = "bid", ask = "ask", last = "last_trade", baseVolume = "rolling_24_hour_volume" },
  },
  fetch_tickers = {
    get = "/api/1/tickers",
    read = tickers {
      at = "tickers", market = "pair", timestamp = "timestamp", bid = "bid", ask = "ask", last = "last_trade",
      baseVolume = "rolling_24_hour_volume",
    },
  },
  fetch_order_book = {
    run = function(a)           -- the top hundred levels are cheaper than the whole book
      return {
        get = a.limit and a.limit <= 100 and "/api/1/orderbook_top" or "/api/1/orderbook", send = "pair={id}",
        read = order_book,
      }
    end,
  },
  fetch_trades = { get = "/api/1/trades", send = "pair={id} since={since}", read = trades(trade_fields()) },
  fetch_ohlcv = {
    get = "/api/exchange/1/candles", right = "read",
    send = function(a)
      return ordered { { "duration", a.timeframe }, { "pair", a.id }, { "since", a.since or a.now - 1000000 * a.timeframe_s } }
    end,
    read = candles { at = "candles", columns = "timestamp open high low close volume" },
  },
  fetch_trading_fee = { get = "/api/1/fee_info", send = "pair={id}", read = trading_fee { maker = "maker_fee", taker = "taker_fee" } },

  fetch_balance = {
    get = "/api/1/balance",
    read = balance { at = "balance", currency = "asset|code", used = with_unconfirmed "reserved", total = with_unconfirmed "balance" },
  },
  fetch_accounts = { get = "/api/1/balance", read = accounts { at = "balance", id = "account_id", code = "asset|code" } },
  fetch_order = { get = "/api/1/orders/{order_id}", read = order(fields {}) },
  fetch_orders = { get = "/api/1/listorders", send = "pair={id}", read = orders(fields { at = "orders" }) },
  fetch_open_orders = by_state "PENDING",
  fetch_closed_orders = by_state "COMPLETE",
  fetch_my_trades = { get = "/api/1/listtrades", send = "pair={id} since={since} limit={limit}", needs = "symbol", read = trades(trade_fields()) },
  create_order = {
    run = function(a)
      if a.type == "market" then
        local send = a.side == "buy" and "pair={id} type=BUY counter_volume={amount}" or "pair={id} type=SELL base_volume={amount}"
        return { post = "/api/1/marketorder", send = send, read = placed }
      end
      return {
        post = "/api/1/postorder", send = "pair={id} volume={amount} price={price} type=" .. (a.side == "buy" and "BID" or "ASK"),
        read = placed,
      }
    end,
  },
  cancel_order = { post = "/api/1/stoporder", send = "order_id={order_id}", read = order { symbol = false } },
  create_deposit_address = { post = "/api/1/funding_address", send = "asset={currency_id}", read = deposit_address },
  fetch_deposit_address = { get = "/api/1/funding_address", send = "asset={currency_id}", read = deposit_address },
  fetch_deposit_withdraw_fee = {      -- what sending to params.address costs
    get = "/api/1/send_fee", needs = "code address", send = "currency={currency_id}",
    read = withdraw_fee { currency = "currency|code", withdraw = { fee = "fee", percentage = false } },
  },
  fetch_ledger = {
    run = function(a)
      local account = a:take("id")
      if not account then
        if not a.code then fail("ArgumentsRequired", "fetch_ledger needs a currency code, or the account's id in params") end
        for _, w in ipairs(ask({ get = "/api/1/balance" }).balance) do
          if w.asset == a.currency_id then account = w.account_id end
        end
        if not account then fail("ExchangeError", "no account holds " .. a.code) end
      end
      local max, min = tonumber(a:take("max_row") or 0), tonumber(a:take("min_row") or -1000)
      if a.limit and max - min > a.limit then
        if max <= 0 then min = max - a.limit else max = min + a.limit end
      end
      if max - min > 1000 then fail("BadRequest", "at most 1000 rows at once") end
      return {
        get = "/api/1/accounts/" .. urlencode(account) .. "/transactions",
        send = ("min_row=%d max_row=%d"):format(min, max),
        read = ledger {
          at = "transactions", id = "row_index", account = "account_id", timestamp = "timestamp", currency = "currency|code", after = "balance",
          amount = amount_of,
          before = function(o) return tonumber(o.balance_delta) ~= 0 and decimal.sub(o.balance, o.balance_delta) or o.balance end,
          type = function(o)
            local first, _, third = o.description:match("(%S+)%s*(%S*)%s*(%S*)")
            return entry_types[first] or (third == "fee" and "fee") or nil
          end,
          referenceId = function(o) return o.description:match("^Reserved %S+ %S+ order (%S+)") end,
          direction = function(o)
            local balance, available = tonumber(o.balance_delta), tonumber(o.available_delta)
            if balance > 0 or available > 0 then return "in" end
            return (balance < 0 or available < 0) and "out" or nil
          end,
          status = function(o)
            if tonumber(o.balance_delta) ~= 0 then return "ok" end
            local available = tonumber(o.available_delta)
            return available < 0 and "pending" or available > 0 and "canceled" or nil
          end,
        },
      }
    end,
  },
}
