-- A venue made of candles: what stands in for every exchange in `bourse backtest` (host/broker/backtest.c). Nothing of it reaches a network.
-- Orders and the account are the broker's, on paper; that the methods are here says that there are such.
local d = { hosts = { api = "https://backtest.invalid" } }

local function bounds(l) return l and { min = l.min, max = l.max } end

local function market(r)
  local m, limits, precision = r.market, r.market.limits or {}, r.market.precision or {}
  return {
    id = m.symbol, symbol = m.symbol, base = m.base, quote = m.quote, settle = m.settle, type = m.type, spot = m.spot, swap = m.swap, future = m.future,
    option = m.option, margin = m.margin, contract = m.contract, linear = m.linear, inverse = m.inverse, contractSize = m.contractSize, active = true,
    taker = r.taker or m.taker, maker = r.maker or m.maker, feeSide = m.feeSide, percentage = m.percentage, tierBased = m.tierBased,
    precision = { amount = precision.amount, price = precision.price, cost = precision.cost, base = precision.base, quote = precision.quote },
    limits = { amount = bounds(limits.amount), price = bounds(limits.price), cost = bounds(limits.cost), leverage = bounds(limits.leverage) },
  }
end

local ticker_fields = {
  market = "symbol", timestamp = "timestamp", last = "last", bid = "bid", ask = "ask", high = "high", low = "low", open = "open", baseVolume = "volume",
  quoteVolume = "quote_volume",
}
local an_order = order { id = "id" }

d.methods = {
  fetch_markets = {
    get = "/markets",
    read = function(reply)
      local out = {}
      for i = 1, #reply do out[i] = market(reply[i]) end
      return out
    end,
  },
  fetch_time = { get = "/time", read = function(reply) return reply.now end },
  fetch_ticker = { get = "/ticker", send = "symbol={id}", read = ticker(ticker_fields) },
  fetch_tickers = { get = "/tickers", read = tickers(ticker_fields) },
  fetch_order_book = { get = "/book", send = "symbol={id}", read = book { timestamp = "timestamp" } },
  fetch_trades = {
    get = "/trades", send = "symbol={id} since={since} limit={limit}",
    read = trades { id = "id", timestamp = "timestamp", price = "price", amount = "amount", side = "side" },
  },
  fetch_ohlcv = { get = "/candles", send = "symbol={id} timeframe={timeframe} since={since} limit={limit}", read = candles {} },
  fetch_balance = { get = "/none", read = balance { at = "none?", currency = "currency", free = "free" } },
  fetch_order = { get = "/none", read = an_order },
  fetch_orders = { get = "/none", read = orders { id = "id" } },
  fetch_open_orders = { get = "/none", read = orders { id = "id" } },
  fetch_closed_orders = { get = "/none", read = orders { id = "id" } },
  fetch_canceled_orders = { get = "/none", read = orders { id = "id" } },
  fetch_my_trades = { get = "/none", read = trades { id = "id" } },
  create_order = { post = "/none", right = "trade", read = an_order },
  cancel_order = { post = "/none", right = "trade", read = an_order },
  cancel_all_orders = { post = "/none", right = "trade", read = orders { id = "id" } },
}

return d
