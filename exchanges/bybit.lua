-- Bybit: spot, perpetuals and futures (linear: settled in USDT or USDC, inverse: in the coin), options.
-- API 5: https://bybit-exchange.github.io/docs/v5/intro ; how it signs, fails and names things: dialects/bybit.lua.
-- Calls without a symbol are about spot, those that only contracts have about linear ones; params.type or options.defaultType ("spot",
-- "linear", "inverse", "option") says otherwise.
local bybit = dialect "bybit"
local in_category = bybit.in_category

-- ---- markets ----

-- Contracts come in pages; those not launched yet are asked for apart.
local lists = { spot = bybit.spot_markets, linear = bybit.contract_markets, inverse = bybit.contract_markets, option = bybit.option_markets }
local function add_pages(out, kind, coin, status)
  local page
  repeat
    local reply = ask {
      get = "/v5/market/instruments-info", cost = 5, params = true,
      send = ordered { { "category", kind }, { "baseCoin", coin }, { "limit", kind ~= "spot" and 1000 or nil }, { "status", status }, { "cursor", page } },
    }
    for _, market in ipairs(lists[kind](reply)) do out[#out + 1] = market end
    local next_page = kind ~= "spot" and bybit.told(reply.result.nextPageCursor) or nil
    page = next_page ~= page and reply.result.list[1] and next_page or nil
  until not page
end

-- ---- prices ----

local function tickers_of(a)
  local coin, code, base = a:take "code", a:take "currency", a:take "baseCoin"
  coin = base or coin or code
  local first = a.symbols and a:market_of(a.symbols[1])
  for _, symbol in ipairs(a.symbols or {}) do
    local market = a:market_of(symbol)
    if market.type ~= first.type or market.inverse ~= first.inverse then fail("BadRequest", "the symbols of one call are of one type") end
    if market.option and market.base ~= (coin or first.base) then fail("BadRequest", "the options of one call have one base") end
  end
  a.market = first
  local category = bybit.category(a)
  a.market = nil
  if category == "option" then a.coin = coin or first and first.base or "BTC" end
  return { get = "/v5/market/tickers", cost = 5, send = "category={category} baseCoin={coin}", read = bybit.ticker_list }
end

local prices = { mark = "mark-price-kline", index = "index-price-kline", premiumIndex = "premium-index-price-kline" }
local function ohlcv(price)
  return {
    run = function(a)
      local market, asked = a.market, a:take "price"
      if market.option then fail("NotSupported", "options have no candles") end
      local name = prices[price or asked] or "kline"
      if market.spot and name ~= "kline" then fail("NotSupported", "spot markets have only the prices of trades") end
      local step = a.timeframe_s * 1000
      if a.since then a.start = (a.since + step - 1) // step * step end
      bybit.category(a)
      return {
        get = "/v5/market/" .. name, cost = 5,
        send = "symbol={id} start={start} limit={limit|default:200} end={until} interval={timeframe} category={category}",
        read = market.inverse and bybit.inverse_candles or bybit.candle_list,
      }
    end,
  }
end

-- ---- orders ----

local function open_orders(a)
  local trigger = bybit.waiting(a)
  return ordered {
    { "symbol", a.id }, { "settleCoin", bybit.settle_coin(a) }, { "category", a.category }, { "orderFilter", trigger and "StopOrder" or nil },
    { "limit", a.limit }, { "orderId", a.order_id },
  }
end

local function past_orders(status, read, more)
  return in_category("/v5/order/history", 5, function(a)
    local trigger = bybit.waiting(a)
    return ordered {
      { "symbol", a.id }, { "category", a.category }, { "orderFilter", trigger and "StopOrder" or nil }, { "limit", a.limit },
      { "startTime", a.since }, { "endTime", a:take "until" }, { "orderStatus", status }, { "orderId", a.order_id },
    }
  end, read or bybit.order_list, more)
end

local function own_trades(a)
  local mine = a:take "clientOrderId"
  return ordered {
    { "execType", "Trade" }, { "symbol", a.id }, { "category", a.category }, { "limit", a.limit }, { "startTime", a.since },
    { "endTime", a:take "until" }, { mine and "orderLinkId" or "orderId", mine or a.order_id },
  }
end

local fee_fields = { market = "symbol", market_type = bybit.preferred_type, maker = "makerFeeRate", taker = "takerFeeRate" }
local order_book = in_category("/v5/market/orderbook", 5, function(a)
  return ordered { { "symbol", a.id }, { "category", a.category }, { "limit", a.limit or (a.market.spot and 50 or 25) } }
end, bybit.order_book)

local methods = {}
for _, part in ipairs { dialect "bybit_orders", dialect "bybit_contracts", dialect "bybit_wallet", dialect "bybit_money", dialect "bybit_options" } do
  methods = with(methods, part(bybit))
end

return with(methods, {
  hosts = { api = "https://api.bybit.com" },
  client_id = "hex",
  rate = { interval_ms = 20, burst = 50 },
  fees = { taker = 0.00075, maker = 0.0001 },
  encode = "json",
  errors = bybit.errors, failed = bybit.failed, sign = bybit.sign, symbol_of = bybit.symbol_of,
  http = { [403] = "RateLimitExceeded" },
  timeframes = "1m=1 3m=3 5m=5 15m=15 30m=30 1h=60 2h=120 4h=240 6h=360 12h=720 1d=D 1w=W 1M=M",
  options = {
    fetchMarkets = { types = { "spot", "linear", "inverse", "option" }, options = { "BTC", "ETH", "SOL", "XRP", "MNT", "DOGE" } },
    defaultSubType = "linear", defaultSettle = "USDT", defaultNetworks = { USDT = "TRC20" }, recvWindow = 5000,
    brokerId = "CCXT",      -- goes with every POST as its Referer; "" for none
  },

  -- Market data

  fetch_time = { get = "/v5/market/time", cost = 5, read = time "time" },
  fetch_status = {
    get = "/v5/system/status", cost = 5,
    read = function(reply)      -- past, present and planned maintenance
      local out = { status = "ok" }
      for _, event in ipairs(reply.result.list) do
        if event.state == "ongoing" then return { status = "maintenance", eta = event["end"], url = bybit.told(event.href) } end
        if event.state == "scheduled" then out.eta, out.url = event.begin, bybit.told(event.href) end
      end
      return out
    end,
  },
  fetch_markets = {
    run = function(a)
      local what, out = a.options.fetchMarkets, {}
      for _, kind in ipairs(what.types) do
        if not lists[kind] then fail("BadRequest", "no markets of type '" .. tostring(kind) .. "': spot, linear, inverse or option") end
        for _, coin in ipairs(kind == "option" and what.options or { false }) do add_pages(out, kind, coin or nil) end
        if kind == "linear" or kind == "inverse" then add_pages(out, kind, nil, "PreLaunch") end
      end
      return out
    end,
  },
  fetch_ticker = in_category("/v5/market/tickers", 5, "symbol={id} category={category}", bybit.one_ticker),
  fetch_tickers = { run = tickers_of },
  fetch_bids_asks = { run = tickers_of },
  fetch_order_book = order_book,
  fetch_l2_order_book = order_book,
  fetch_trades = in_category("/v5/market/recent-trade", 5, "symbol={id} limit={limit} category={category}", bybit.trade_list),
  fetch_ohlcv = ohlcv(),
  fetch_mark_ohlcv = ohlcv "mark",
  fetch_index_ohlcv = ohlcv "index",
  fetch_premium_index_ohlcv = ohlcv "premiumIndex",

  -- Account and orders

  fetch_trading_fee = in_category("/v5/account/fee-rate", 10, "symbol={id} category={category}", trading_fee(with(fee_fields, { at = "result.list.1" }))),
  fetch_trading_fees = {
    run = function(a)
      if (a.params.type or a.options.defaultType) == "spot" then fail("NotSupported", "spot markets are asked for one by one") end
      bybit.category(a, "linear")
      return { get = "/v5/account/fee-rate", cost = 10, send = "category={category}", read = trading_fees(with(fee_fields, { at = "result.list" })) }
    end,
  },
  fetch_order = {
    needs = "symbol",
    run = function(a)
      local trigger, mine = bybit.waiting(a), a:take "clientOrderId"
      if not a:take "acknowledged" then
        fail("ArgumentsRequired", "only the last 500 orders are looked through: say params.acknowledged = true, or ask fetch_open_order or fetch_closed_order")
      end
      bybit.category(a)
      return {
        get = "/v5/order/realtime", cost = 5, read = bybit.found_order,
        send = ordered {
          { "symbol", a.id }, { mine and "orderLinkId" or "orderId", mine or a.order_id }, { "category", a.category },
          { "orderFilter", trigger and "StopOrder" or nil },
        },
      }
    end,
  },
  fetch_open_order = in_category("/v5/order/realtime", 5, open_orders, bybit.found_order, { needs = "order_id" }),
  fetch_closed_order = past_orders("Filled", bybit.found_order, { needs = "order_id" }),
  fetch_open_orders = in_category("/v5/order/realtime", 5, open_orders, bybit.order_list),
  fetch_closed_orders = past_orders "Filled",
  fetch_canceled_orders = past_orders "Cancelled",
  fetch_canceled_and_closed_orders = past_orders(),
  fetch_my_trades = in_category("/v5/execution/list", 5, own_trades, bybit.trade_list),
  fetch_order_trades = in_category("/v5/execution/list", 5, own_trades, bybit.trade_list),
})
