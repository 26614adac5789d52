-- bitkk: spot, a sister of ZB that spoke an older version of its API. Docs (closed): https://www.bitkk.com/i/developer ; see dialects/zb.lua.
local zb = dialect "zb"

-- Here lists may come keyed by the orders' ids.
local listed_fields = { id = "id,@key", side = function(o) return o.type == "1" and "buy" or "sell" end }

return {
  hosts = { api = "https://api.bitkk.com", trade = "https://trade.bitkk.com", zb = "https://trade.zb.today" },
  credentials = { "apiKey", "secret", "password" },
  rate = { interval_ms = 100, burst = 10 },
  precision = "places",
  timeframes = "1m=1min 3m=3min 5m=5min 15m=15min 30m=30min 1h=1hour 2h=2hour 4h=4hour 6h=6hour 12h=12hour 1d=1day 3d=3day 1w=1week",
  renames = with(old_codes, { ENT = "ENTCash", BCH = "BCHOLD" }),
  fees = { taker = 0.002, maker = 0.002 },
  failed = zb.failed, errors = zb.errors, broad = zb.broad, sign = zb.sign,

  fetch_markets = {
    get = "/data/v1/markets",
    read = markets(with(zb.market_fields, { limits = { amount = { min = "amountScale|tick" }, price = { min = "priceScale|tick" }, cost = { min = 0 } } })),
  },
  fetch_currencies = { get = "/api/getFeeInfo", host = "zb", read = zb.currency_list },      -- the sister's
  fetch_ticker = { get = "/data/v1/ticker", send = "market={id}", read = ticker(with(zb.ticker_fields, { at = "ticker" })) },
  fetch_tickers = zb.all_tickers,
  fetch_order_book = { get = "/data/v1/depth", send = "market={id} size={limit}", read = zb.order_book },
  fetch_trades = { get = "/data/v1/trades", send = "market={id}", read = zb.public_trades },
  fetch_ohlcv = { get = "/data/v1/kline", send = "market={id} type={timeframe} limit={limit|default:1000} since={since}", read = candles { at = "data" } },

  fetch_balance = zb.private("getAccountInfo", "", balance { at = "result.coins", currency = "key|code", free = "available", used = "freez" }),
  fetch_order = zb.private("getOrder", "id={order_id} currency={id}", order(zb.order_fields), { needs = "symbol" }),
  fetch_orders = zb.listed("getOrdersIgnoreTradeType", "pageSize={limit|default:50}", listed_fields),
  fetch_open_orders = zb.listed("getUnfinishedOrdersIgnoreTradeType", "pageSize={limit|default:10}", listed_fields),
  fetch_closed_orders = zb.listed("getFinishedAndPartialOrders", "pageSize={10}", listed_fields),         -- pages of another size come back empty
  create_order = {
    run = function(a)
      if a.type ~= "limit" then fail("InvalidOrder", "limit orders only") end
      return zb.private("order", "price={price} amount={amount} tradeType={side|as:buy=1;sell=0} currency={id}", zb.placed)
    end,
  },
  cancel_order = zb.private("cancelOrder", "id={order_id} currency={id}", order {}, { needs = "symbol" }),

  fetch_deposit_address = zb.deposit_address,
  fetch_deposit_addresses = zb.deposit_addresses,
  fetch_deposits = zb.deposits,
  fetch_withdrawals = zb.withdrawals,
  withdraw = zb.withdraw,
}
