-- Binance.US: spot. API: https://docs.binance.us ; the same API as binance.com in what both offer: dialects/binance.lua,
-- dialects/binance_spot.lua and dialects/binance_wallet.lua; its conversions: dialects/binance_otc.lua. Weights are counted otherwise: a
-- cost of 1 is a weight of 1.
local b, spot, wallet = dialect "binance", dialect "binance_spot", dialect "binance_wallet"

local spot_markets = markets(with(b.market_fields, { margin = false, marginModes = { cross = false, isolated = false }, index = false, stock = false }))

local function candles_of(a)
  a.limit = b.klines_limit(a)
  return { get = "/api/v3/klines", send = b.klines_send, read = b.spot_candles }
end

local past = "symbol={id} startTime={since} endTime={until}"

local own_trades = {
  get = "/api/v3/myTrades", needs = "symbol", cost = 10, send = "symbol={id} startTime={since} endTime={until} limit={limit} orderId={order_id}",
  read = b.own_trades[1],
}

local function placing(make) return { priceless = true, run = function(a) return with(make(a), { cost = 1 }) end } end
local function by_cost(side) return placing(b.create_with_cost(side).run) end

local fee_list = { get = "/sapi/v1/capital/config/getall" }

return with(dialect "binance_otc", {
  hosts = { api = "https://api.binance.us" },
  client_id = "hex",
  rate = { interval_ms = 50, burst = 100 },
  timeframes = b.timeframes,
  renames = { BCC = "BCC", YOYO = "YOYOW" },
  fees = { taker = 0.001, maker = 0.001 },
  -- The secret of an RSA or Ed25519 key is the private key, PEM.
  options = { recvWindow = 10000, timeInForce = "GTC", newOrderRespType = "FULL" },
  failed = b.failed(b.errors),
  errors = b.errors,
  http = { [429] = "DDoSProtection" },
  sign = b.sign,

  -- Market data

  fetch_time = { get = "/api/v3/time", read = time "serverTime" },
  fetch_status = { get = "/sapi/v1/system/status", read = spot.state },
  fetch_markets = { get = "/api/v3/exchangeInfo", cost = 10, read = spot_markets },
  fetch_currencies = { get = "/sapi/v1/capital/config/getall", right = "read", read = wallet.currency_list },
  fetch_ticker = {
    run = function(a)
      local rolling = a:take "rolling"
      return { get = rolling and "/api/v3/ticker" or "/api/v3/ticker/24hr", send = "symbol={id}", cost = rolling and 2 or 1, read = b.spot_ticker }
    end,
  },
  fetch_tickers = {
    run = function(a)
      return {
        get = a:take "rolling" and "/api/v3/ticker" or "/api/v3/ticker/24hr", send = "symbols={ids}", arrays = "json", cost = 40,
        read = b.spot_tickers,
      }
    end,
  },
  fetch_bids_asks = { get = "/api/v3/ticker/bookTicker", send = "symbols={ids}", arrays = "json", cost = 2, read = b.spot_bids_asks },
  fetch_last_prices = {
    get = "/api/v3/ticker/price", cost = 2, read = tickers { market = "symbol", market_type = "=spot", price = "price", timestamp = "time" },
  },
  fetch_order_book = {
    run = function(a)
      local n = a.limit or 100
      return {
        get = "/api/v3/depth", send = "symbol={id} limit={limit}", cost = n <= 100 and 1 or n <= 500 and 5 or n <= 1000 and 10 or 50,
        read = b.order_book,
      }
    end,
  },
  fetch_trades = spot.public_trades "/api/v3/aggTrades",
  fetch_ohlcv = { run = candles_of },

  -- Fees

  fetch_trading_fee = { get = "/sapi/v1/asset/query/trading-fee", send = "symbol={id}", read = trading_fee(with(b.fee_fields, { at = "1" })) },
  fetch_trading_fees = { get = "/sapi/v1/asset/query/trading-fee", read = trading_fees(b.fee_fields) },
  fetch_transaction_fee = with(wallet.transaction_fees, { cost = 1 }),
  fetch_transaction_fees = with(wallet.transaction_fees, { cost = 1 }),
  fetch_deposit_withdraw_fee = with(fee_list, { read = wallet.withdraw_fee_of }),
  fetch_deposit_withdraw_fees = with(fee_list, { read = wallet.withdraw_fee_list }),

  -- Account and orders

  fetch_balance = { get = "/api/v3/account", cost = 10, read = b.spot_balance },
  fetch_order = spot.fetch_order(2),
  fetch_orders = spot.listed(b.all_orders, "symbol={id} startTime={since} limit={limit} endTime={until}", 10),
  fetch_closed_orders = spot.listed(b.orders_that_are "closed", past, 10),
  fetch_canceled_orders = spot.listed(b.orders_that_are "canceled", past, 10),
  fetch_canceled_and_closed_orders = spot.listed(b.orders_that_are("canceled", "closed"), past, 10),
  fetch_open_orders = {
    run = function(a) return { get = "/api/v3/openOrders", send = "symbol={id}", cost = a.symbol and 3 or 40, read = b.all_orders[1] } end,
  },
  fetch_my_trades = own_trades,
  fetch_order_trades = own_trades,
  create_order = placing(b.create),
  create_market_order_with_cost = by_cost(),
  create_market_buy_order_with_cost = by_cost "buy",
  create_market_sell_order_with_cost = by_cost "sell",
  edit_order = { run = b.edit },
  cancel_order = spot.cancel_order,
  cancel_all_orders = spot.cancel_all_orders,

  -- Money in and out

  fetch_deposit_address = wallet.deposit_address,
  fetch_deposits = wallet.history("deposit", "/sapi/v1/capital/deposit/hisrec", 0),
  fetch_withdrawals = wallet.history("withdrawal", "/sapi/v1/capital/withdraw/history", 1),
  withdraw = wallet.withdraw,
  transfer = wallet.transfer,
  fetch_transfers = wallet.transfers,
})
