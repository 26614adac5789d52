-- BtcBox: spot against JPY. API: https://blog.btcbox.jp/en/archives/8762 ; signing: dialects/jubi.lua. A market goes by its coin, BTC where none
-- is named. Decimals and whether a coin is traded are told by the web site only. Times are Tokyo's.
local jubi = dialect "jubi"

-- What the site tells of a coin, by the key "BTC_JPY" of a ticker.
local function trade_of(a, key)
  local coin = a.coins and a.coins[key:match("^[^_]*"):lower()]
  return coin and coin.trade
end
local market_list = markets {
  id = "@key|before:_|lower", baseId = "@key|before:_|lower", quoteId = "@key|after:_|lower", index = false,
  taker = function(_, _, _, key) return key == "BTC_JPY" and "0.0005" or "0.001" end,
  maker = function(_, _, _, key) return key == "BTC_JPY" and "0.0005" or "0.001" end,
  active = function(_, a, _, key)
    local trade = trade_of(a, key)
    return trade and trade.enable == "1"
  end,
  precision = {
    price = function(_, a, _, key)
      local trade = trade_of(a, key)
      return trade and trade.pricedecimal and "1e-" .. trade.pricedecimal
    end,
  },
}

local function symbol_asked(_, a) return a.symbol or "BTC/JPY" end
local fields = with(jubi.order_fields, {
  symbol = symbol_asked, timestamp = "datetime|iso|sub:32400000",
  status = function(o)        -- told of a single order only
    if o.status then return ({ part = "open", all = "closed", closed = "closed", no = "closed", cancelled = "canceled" })[o.status] or o.status end
    return o.amount_outstanding and tonumber(o.amount_outstanding) == 0 and "closed" or nil
  end,
})
local answer = order { id = "id", symbol = symbol_asked }

return {
  hosts = { api = "https://www.btcbox.co.jp/api/v1", web = "https://www.btcbox.co.jp" },
  rate = { interval_ms = 1000, burst = 5 },
  failed = jubi.failed,
  errors = with(jubi.errors, by_class { PermissionDenied = "105", InvalidOrder = "107", OrderNotFound = "401" }),
  sign = jubi.sign,

  fetch_markets = {
    run = function(a)
      local listed = ask { get = "/tickers" }
      a.coins = ask({ get = "//ajax/coin/coinInfo", host = "web" }).data
      return market_list(listed, a)
    end,
  },
  fetch_ticker = { get = "/ticker", send = "coin={id}", read = ticker(with(jubi.ticker_fields, { quoteVolume = "volume" })) },
  fetch_tickers = { get = "/tickers", read = tickers(with(jubi.ticker_fields, { market = "@key|before:_|lower", quoteVolume = "volume" })) },
  fetch_order_book = { get = "/depth", send = "coin={id}", read = book {} },
  fetch_trades = { get = "/orders", send = "coin={id}", read = trades(jubi.trade_fields) },

  fetch_balance = { post = "/balance", right = "read", read = jubi.balances(function(reply) return reply end) },
  fetch_order = { post = "/trade_view", right = "read", send = "id={order_id} coin={id|default:btc}", read = order(fields) },
  fetch_orders = { post = "/trade_list", right = "read", send = "type=all coin={id|default:btc}", read = orders(fields) },
  fetch_open_orders = { post = "/trade_list", right = "read", send = "type=open coin={id|default:btc}", read = orders(with(fields, { status = "=open" })) },
  create_order = {      -- a price with too many decimals is refused (107), not moved
    post = "/trade_add", read = answer,
    send = function(a)
      return ordered { { "amount", a.amount }, { "price", a.price and decimal.text(a.asked_price) }, { "type", a.side }, { "coin", a.id } }
    end,
  },
  cancel_order = { post = "/trade_cancel", send = "id={order_id} coin={id|default:btc}", read = answer },
}
