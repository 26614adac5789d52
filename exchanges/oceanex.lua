-- OceanEx. API: https://api.oceanex.pro/doc/v1
-- What a signed request says travels inside a token (JWT, RS256: the secret is the user's private key) in the URL, whatever the verb; there
-- are no bodies. Replies are {code, message, data}; a code other than 0 is a failure. Times are seconds. Candles are asked for with a POST.

local ticker_fields = {
  market = "market", timestamp = "at|s", bid = "ticker.buy", ask = "ticker.sell", high = "ticker.high", low = "ticker.low", last = "ticker.last",
  baseVolume = "ticker.volume",
}

local states = { wait = "open", done = "closed", cancel = "canceled" }
local order_fields = {
  id = "id", market = "market,market_id", timestamp = "created_on|s,created_at|iso", type = "ord_type", side = "side", price = "price",
  average = "avg_price|nonzero", amount = "volume", filled = "executed_volume", remaining = "remaining_volume",
  status = with({ "state", default = "." }, states),
}
local one_order, order_list = order(with(order_fields, { at = "data" })), orders(with(order_fields, { at = "data" }))
local some_orders = orders(with(order_fields, { at = "orders" }))

-- Past and open orders come in groups, by state.
local function by_states(asked_for)
  return {
    get = "/orders/filter", needs = "symbol",
    send = function(a)
      local asked = a:take "states"
      return ordered { { "market", a.id }, { "states", asked or list(asked_for) }, { "need_price", "True" }, { "limit", a.limit } }
    end,
    read = function(reply, a)
      local out = {}
      for _, group in ipairs(reply.data) do
        for _, o in ipairs(some_orders(group, a)) do
          o.status = o.status or states[group.state or ""] or group.state
          out[#out + 1] = o
        end
      end
      return out
    end,
  }
end

local levels = { bids = "bids", asks = "asks", timestamp = "timestamp|s" }
local one_book, a_book = book(with(levels, { at = "data" })), book(levels)
local order_book = { get = "/order_book", send = "market={id} limit={limit}", read = one_book }

local address_fields = {
  at = "data.data.resources", where = "deposit_status=enabled", currency = "currency_id|code", network = "chain_name", address = "address",
  tag = "memo",
}
local address_list = addresses(address_fields)
local deposit_addresses = { post = "//deposit_addresses", send = "currency={currency_id}", needs = "code", read = address_list }

return {
  hosts = { api = "https://api.oceanex.pro/v1" },
  rate = { interval_ms = 3000, burst = 3 },
  fees = { taker = 0.001, maker = 0.001 },
  renames = { PLA = "Plair" },
  encode = "query", arrays = "brackets",
  headers = { ["Content-Type"] = "application/json" },
  timeframes = "1m=1 5m=5 15m=15 30m=30 1h=60 2h=120 4h=240 6h=360 12h=720 1d=1440 3d=4320 1w=10080",

  failed = function(reply)
    local code = reply.code
    if code and code ~= "0" then return code, reply.message end
  end,
  errors = by_class {
    BadRequest = { "-1", "-2", "1001", "market does not have a valid value", "side does not have a valid value" },
    ArgumentsRequired = "1004", PermissionDenied = "1011 9003", InvalidOrder = "2002", OrderNotFound = "2004",
    AuthenticationError = { "1006", "1008", "1010", "2001", "The account does not exist" },
    InsufficientFunds = { "Account::AccountError: Cannot lock funds" },
  },

  sign = function(req, key)
    local payload = ordered { { "uid", key.apiKey }, { "data", req.query } }
    req.query = ordered { { "user_jwt", jwt("RS256", key.secret, ordered { { "alg", "RS256" }, { "typ", "JWT" } }, payload) } }
  end,

  fetch_time = { get = "/timestamp", read = time "data|s" },
  fetch_markets = {
    get = "/markets", send = "show_details={true}",
    read = markets {
      at = "data", id = "id", baseId = "name|before:/|lower", quoteId = "name|after:/|lower",
      precision = { amount = "amount_precision|tick", price = "price_precision|tick" }, limits = { cost = { min = "minimum_trading_amount" } },
    },
  },
  fetch_ticker = { get = "/tickers/{id}", read = ticker(with(ticker_fields, { at = "data" })) },
  fetch_tickers = {
    run = function(a)
      local ids = a.ids or list {}
      for i, symbol in ipairs(a.symbols and {} or a.all_symbols) do ids[i] = a:market_of(symbol).id end
      return { get = "/tickers_multi", send = { markets = ids }, read = tickers(with(ticker_fields, { at = "data" })) }
    end,
  },
  fetch_order_book = order_book,
  fetch_l2_order_book = order_book,
  fetch_order_books = {
    run = function(a)
      local ids, symbols = list {}, {}
      for i, symbol in ipairs(a.symbols or a.all_symbols) do
        ids[i] = a:market_of(symbol).id
        symbols[ids[i]] = symbol
      end
      return {
        get = "/order_book/multi", send = ordered { { "markets", ids }, { "limit", a.limit } },
        read = function(reply)
          local out = {}
          for _, row in ipairs(reply.data) do
            local symbol = symbols[row.market or ""]
            if symbol then
              out[symbol] = a_book(row, a)
              out[symbol].symbol = symbol
            end
          end
          return out
        end,
      }
    end,
  },
  fetch_trades = {
    get = "/trades", send = "market={id} limit={limit|max:1000}",
    read = trades {
      at = "data", market = "market", id = "id", timestamp = "created_on|s,created_at|iso", type = "=limit", price = "price", amount = "volume",
      side = { "side", bid = "buy", ask = "sell", default = "." },
    },
  },
  fetch_ohlcv = {
    post = "/k", send = "market={id} period={timeframe} timestamp={since} limit={limit|max:10000}",
    read = candles { at = "data", columns = "1|s 2 3 4 5 6" },
  },
  fetch_trading_fees = {
    get = "/fees/trading", right = "public",
    read = trading_fees { at = "data", market = "market", maker = "ask_fee.value", taker = "bid_fee.value", percentage = true },
  },

  fetch_balance = { get = "/members/me", read = balance { at = "data.accounts", currency = "currency|code", free = "balance", used = "locked" } },
  fetch_order = {
    get = "/orders", send = function(a) return { ids = list { a.order_id } } end, read = order(with(order_fields, { at = "data.1" })),
    failed = function(reply)
      if reply.code and reply.code ~= "0" then return reply.code, reply.message end
      if reply.data and not reply.data[1] then return "none", "no such order", "OrderNotFound" end
    end,
  },
  fetch_orders = by_states { "wait", "done", "cancel" },
  fetch_open_orders = by_states { "wait" },
  fetch_closed_orders = by_states { "done", "cancel" },
  create_order = { post = "/orders", send = "market={id} side={side} ord_type={type} volume={amount} price={limit_price}", read = one_order },
  cancel_order = { post = "/order/delete", send = "id={order_id}", read = one_order },
  cancel_orders = { post = "/order/delete/multi", send = "ids={ids}", read = order_list },
  cancel_all_orders = { post = "/orders/clear", read = order_list },       -- of every market: it takes none
  fetch_deposit_addresses_by_network = deposit_addresses,
  fetch_deposit_address = {
    run = function(a)
      local network, first = a:take "network", nil
      for _, row in pairs(ask(with(deposit_addresses, { params = true }))) do
        if row.network == network then return row end
        if not network and (not first or tostring(row.network) < tostring(first.network)) then first = row end
      end
      return first or fail("InvalidAddress", "no address for " .. a.code .. (network and " over " .. network or ""))
    end,
  },
}
