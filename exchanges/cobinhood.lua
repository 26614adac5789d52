-- COBINHOOD. API: https://cobinhood.github.io/api-public
-- The key itself is sent, with a nonce: nothing is signed. Replies are {success, result}, failures {error: {error_code}} with an HTTP status.
-- Orders of one market cannot be asked for while they are open; the reply holds those of all.

-- A currency's unit may be text that is no number.
local function places(o) return o.min_unit and #(o.min_unit:match "^%d+%.(%d*)$" or ""):gsub("0+$", "") end
local function unit(o) return tonumber(o.min_unit) and o.min_unit or nil end

local ticker_fields = {
  market = "trading_pair_id", timestamp = "timestamp", high = "24h_high", low = "24h_low", bid = "highest_bid", ask = "lowest_ask",
  last = "last_trade_price", change = "percentChanged24hr", baseVolume = "24h_volume", quoteVolume = "quote_volume",
}
local trade_fields = { at = "result.trades", id = "id", market = "trading_pair_id", timestamp = "timestamp", price = "price", amount = "size" }
local own_trades = trades(trade_fields)

local order_fields = {
  id = "id", timestamp = "timestamp", type = "type", side = { "side", bid = "buy", ask = "sell", default = "." },
  price = "price", average = "eq_price", amount = "size", filled = "filled",
  status = words("state", { closed = "rejected", open = "pending_cancellation pending_modification queued" }),
}
local told_fields = with(order_fields, { market = "trading_pair,trading_pair_id" })
local order_list = orders(with(told_fields, {
  at = "result.orders", where = function(o, a) return not a.id or (o.trading_pair or o.trading_pair_id or a.id) == a.id end,
}))
local changed = order { id = "={order_id}", symbol = false }       -- the reply tells nothing of the order

local transaction_fields = {
  id = "withdrawal_id,deposit_id", txid = "txhash", timestamp = "created_at", amount = "amount", tag = "additional_info.memo",
  type = function(o) return o.withdrawal_id and "withdrawal" or o.deposit_id and "deposit" or nil end,
  address = function(o) return o.withdrawal_id and o.to_address or o.deposit_id and o.from_address or nil end,
  currency = "currency|code", fee = { cost = "fee" },
  status = words("status", {
    pending = "tx_pending_two_factor_auth tx_pending_email_auth tx_pending_approval tx_approved tx_processing tx_pending tx_sent", canceled = "tx_cancelled",
    failed = "tx_timeout tx_invalid tx_rejected", ok = "tx_confirmed",
  }),
}
local function history(name)
  local read = transactions(with(transaction_fields, { at = "result." .. name }))
  return { get = "/wallet/" .. name, needs = "code", send = "currency={currency_id}", read = read }
end

return {
  hosts = { api = "https://api.cobinhood.com/v1" },
  credentials = { "apiKey" },
  rate = { interval_ms = 100, burst = 10 },
  precision = "places",
  fees = { taker = 0, maker = 0 },
  renames = with(old_codes, { SMT = "SocialMedia.Market", MTN = "Motion Token" }),
  encode = "json_always",
  timeframes = "1m 5m 15m 30m 1h 3h 6h 12h 1d=1D 1w=7D 2w=14D 1M",

  failed = "error.error_code,success~=true",
  errors = {
    insufficient_balance = "InsufficientFunds", invalid_order_size = "InvalidOrder", invalid_nonce = "InvalidNonce",
    unauthorized_scope = "PermissionDenied", invalid_address = "InvalidAddress", parameter_error = "OrderNotFound",
  },
  http = { default = "ExchangeError" },

  sign = function(req, key)
    req.headers.nonce, req.headers.Authorization = key.nonce, key.apiKey
    if req.json then req.headers["Content-type"] = "application/json; charset=UTF-8" end
  end,

  fetch_markets = {
    get = "/market/trading_pairs",
    read = markets {
      at = "result.trading_pairs", id = "id", baseId = "id|before:-", quoteId = "id|after:-", active = "is_active",
      taker = "taker_fee", maker = "maker_fee", precision = { amount = 8, price = "quote_increment|places" },
      limits = { amount = { min = "base_min_size", max = "base_max_size" } },
    },
  },
  fetch_currencies = {
    get = "/market/currencies",
    read = currencies {
      at = "result.currencies", id = "currency", name = "name", active = true, fiat = false, precision = places, fee = "withdrawal_fee",
      limits = { amount = { min = unit }, price = { min = unit }, deposit = { min = unit }, withdraw = { min = unit } },
      funding = { withdraw = { fee = "withdrawal_fee" }, deposit = { fee = "deposit_fee" } },
    },
  },
  fetch_ticker = { get = "/market/tickers/{id}", read = ticker(with(ticker_fields, { at = "result.ticker" })) },
  fetch_tickers = { get = "/market/tickers", read = tickers(with(ticker_fields, { at = "result.tickers" })) },
  fetch_order_book = { get = "/market/orderbooks/{id}", send = "limit={limit}", read = book { at = "result.orderbook", level = { 1, 3 } } },
  fetch_trades = {
    get = "/market/trades/{id}", send = "limit={limit|default:50}",
    read = trades(with(trade_fields, { side = { "maker_side", bid = "sell", buy = "sell", ask = "buy", sell = "buy" } })),
  },
  fetch_ohlcv = {
    get = "/chart/candles/{id}", send = "timeframe={timeframe} end_time={now} start_time={since}",
    read = candles { at = "result.candles", columns = "timestamp open high low close volume" },
  },

  fetch_balance = { get = "/wallet/balances", read = balance { at = "result.balances", currency = "currency|code", used = "on_order", total = "total" } },
  fetch_order = { get = "/trading/orders/{order_id}", read = order(with(told_fields, { at = "result.order" })) },
  fetch_open_orders = { get = "/trading/orders", read = order_list },
  fetch_closed_orders = { get = "/trading/order_history", send = "trading_pair_id={id} limit={limit}", read = order_list },
  fetch_order_trades = { get = "/trading/orders/{order_id}/trades", read = own_trades },
  fetch_my_trades = { get = "/trading/trades", needs = "symbol", send = "trading_pair_id={id}", read = own_trades },
  create_order = {
    post = "/trading/orders", send = "trading_pair_id={id} type={type} side={side|as:sell=ask;buy=bid} size={amount} price={limit_price}",
    read = order(with(order_fields, { at = "result.order" })),
  },
  edit_order = { put = "/trading/orders/{order_id}", send = "price={price} size={amount}", read = changed },
  cancel_order = { delete = "/trading/orders/{order_id}", read = changed },

  create_deposit_address = {
    post = "/wallet/deposit_addresses", send = "currency={currency_id} ledger_type={ledger_type|default:exchange}",
    read = address { at = "result.deposit_address", address = "address", tag = "memo" },
  },
  fetch_deposit_address = {
    get = "/wallet/deposit_addresses", send = "currency={currency_id}",
    read = address { at = "result.deposit_addresses.1", address = "address", tag = "memo,tag" },
  },
  fetch_deposits = history "deposits",
  fetch_withdrawals = history "withdrawals",
  withdraw = {
    post = "/wallet/withdrawals", send = "currency={currency_id} amount={amount|number} address={address} memo={tag}",
    read = transaction { id = "result.withdrawal_id" },
  },
}
