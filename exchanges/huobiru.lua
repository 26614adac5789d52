-- Huobi Russia, closed: the spot API of Huobi as it was in 2020. API: https://github.com/cloudapidoc/API_Docs_en
-- How it signs, fails and names things: dialects/huobi.lua. Its paths lie below /api, which is not signed.
local huobi = dialect "huobi"

-- What belongs to a market that is not listed is not that of the one which was asked for.
local function of_its_own(o, market) return market and (not o.symbol or o.symbol == market.id) end
local function symbol(o, _, market) return of_its_own(o, market) and market.symbol or false end
local function fee_currency(o, a, market) return of_its_own(o, market) and huobi.order_fields.fee.currency(o, a, market) or nil end

local order_fields = with(huobi.order_fields, { at = "data", symbol = symbol, fee = { cost = "filled-fees,field-fees", currency = fee_currency } })
local one_order, order_list = order(order_fields), orders(order_fields)
local one_ticker = ticker(with(huobi.ticker_fields, { at = "tick", timestamp = "/ts" }))
local some_tickers = tickers(with(huobi.ticker_fields, { at = "data", timestamp = "/ts", market = "symbol" }))
local trade_fields = with(huobi.trade_fields, { id = "id,trade-id" })
local own_trades = trades(with(trade_fields, { at = "data" }))
local transaction_list = transactions(huobi.transaction_fields)

local function listed(states, needs)
  return { get = "/v1/order/orders", needs = needs, send = "states=" .. states .. " symbol={id}", read = order_list }
end
local function history(type)
  local send = "currency={currency_id} type=" .. type .. " from={0} size={limit|max:100|default:100}"
  return { get = "/v1/query/deposit-withdraw", send = send, read = transaction_list }
end

-- Ten to the power of a currency's digits, and one over it: the range in which its amounts are told.
local function most(o) return tonumber(o["withdraw-precision"]) and "1e" .. o["withdraw-precision"] or nil end
local least = "withdraw-precision|tick"
local function market_id(o) return o["base-currency"] and o["quote-currency"] and o["base-currency"] .. o["quote-currency"] end
local function fee_of(o) return (o["base-currency"] or ""):lower() == "omg" and 0 or nil end

return {
  hosts = { api = "https://www.huobi.com.ru/api", v2 = "https://www.huobi.com.ru" },
  client_id = "hex",
  rate = { interval_ms = 2000, burst = 5 },
  precision = "places",
  fees = { taker = 0.002, maker = 0.002 },
  encode = "json",
  renames = with(old_codes, { GET = "Themis", HOT = "Hydro Protocol" }),
  timeframes = "1m=1min 5m=5min 15m=15min 30m=30min 1h=60min 4h=4hour 1d=1day 1w=1week 1M=1mon 1y=1year",
  failed = huobi.failed, errors = with(huobi.errors, { ["invalid-parameter"] = "BadRequest" }),
  sign = function(req, key) huobi.sign(req, key, (req.path:gsub("^/api/", "/"))) end,

  fetch_markets = {
    get = "/v1/common/symbols",
    read = markets {
      at = "data", id = market_id, baseId = "base-currency", quoteId = "quote-currency", active = "state|eq:online", taker = fee_of, maker = fee_of,
      precision = { amount = "amount-precision", price = "price-precision" },
      limits = {
        amount = { min = "min-order-amt,amount-precision|tick", max = "max-order-amt" }, price = { min = "price-precision|tick" },
        cost = { min = "min-order-value" },
      },
    },
  },
  fetch_currencies = {
    get = "/v1/settings/currencys", send = "language={language}",
    read = currencies {
      at = "data", id = "name", name = "display-name", type = "=crypto", precision = "withdraw-precision",
      active = function(o) return o.visible and o["deposit-enabled"] and o["withdraw-enabled"] or false end,
      limits = {
        amount = { min = least, max = most }, price = { min = least, max = most }, deposit = { min = "deposit-min-amount", max = most },
        withdraw = { min = "withdraw-min-amount", max = most },
      },
    },
  },
  fetch_ticker = { get = "/market/detail/merged", send = "symbol={id}", read = one_ticker },
  fetch_tickers = { get = "/market/tickers", read = some_tickers },
  fetch_order_book = { get = "/market/depth", send = "symbol={id} type=step0", read = huobi.order_book },
  fetch_trades = { get = "/market/history/trade", send = "symbol={id} size={limit|default:1000}", read = huobi.public_trades(trade_fields) },
  fetch_ohlcv = { get = "/market/history/kline", send = "symbol={id} period={timeframe} size={limit|default:1000}", read = huobi.candle_list },
  fetch_trading_limits = huobi.limits_of_orders,

  fetch_accounts = { get = "/v1/account/accounts", read = accounts { at = "data", id = "id", type = "type" } },
  fetch_balance = {
    run = function(a)
      local id = huobi.account_id(a, "spot") or fail("AccountNotEnabled", "there is no spot account")
      return { get = "/v1/account/accounts/" .. urlencode(id) .. "/balance", read = huobi.spot_balance }
    end,
  },
  fetch_order = { get = "/v1/order/orders/{order_id}", read = one_order },
  fetch_orders = listed "pre-submitted,submitted,partial-filled,filled,partial-canceled,canceled",
  fetch_open_orders = listed("pre-submitted,submitted,partial-filled", "symbol"),
  fetch_closed_orders = listed "filled,partial-canceled,canceled",
  fetch_my_trades = { get = "/v1/order/matchresults", send = "symbol={id} size={limit} start-date={since|date}", read = own_trades },
  create_order = {
    run = function(a)
      a.account, a.told, a.kind = huobi.account_id(a, "spot"), a.amount, a.post_only and "limit-maker" or a.type
      if a:take "timeInForce" == "IOC" then a.kind = "ioc" end
      local cost = a:take "cost"
      if a.type == "market" and a.side == "buy" then       -- which is told in the quote
        cost = cost or a.price and decimal.mul(decimal.text(a.asked_amount), decimal.text(a.asked_price))
        a.told = a:to_cost(cost or fail("InvalidOrder", "a market order to buy needs a price, or params.cost: what it may spend"))
      end
      if a.type == "market" then a.asked_price = nil end
      return {
        post = "/v1/order/orders/place", read = order(huobi.placed_fields),
        send = "account-id={account|number} symbol={id} type={side}-{kind} amount={told} price={asked_price|text}",
      }
    end,
  },
  cancel_order = { post = "/v1/order/orders/{order_id}/submitcancel", read = order(with(huobi.cancelled_fields, { symbol = false })) },

  fetch_deposit_address = {
    get = "/v2/account/deposit/address", host = "v2", send = "currency={currency_id}",
    read = address { at = "data.1", currency = "currency|code", address = "address", tag = "addressTag" },
  },
  fetch_deposits = history "deposit",
  fetch_withdrawals = history "withdraw",
  withdraw = {           -- to an address of the account's list
    post = "/v1/dw/withdraw/api/create", read = transaction { id = "data" },
    send = "address={address} amount={amount|number} currency={currency_id|lower} addr-tag={tag}",
  },

  options = { language = "en-US" },
}
