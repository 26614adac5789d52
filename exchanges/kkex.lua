-- KKEX. API: https://kkex.com/api_wiki/cn/, near to API 1 of OKCoin (dialects/okcoin_v1.lua): market ids have no border, requests a nonce,
-- and the signed text is encoded as it travels. What a market order to buy spends is its amount.
local v1 = dialect "okcoin_v1"

local order_fields = with(v1.order_fields, {
  id = "order_id,id", amount = "amount", side = { "side,type", buy_market = "buy", sell_market = "sell", default = "." },
  type = function(o) return (o.type == "buy_market" or o.type == "sell_market") and "market" or "limit" end,
  remaining = function(o)
    return o.amount and o.deal_amount and decimal.is(o.amount) and decimal.is(o.deal_amount) and decimal.sub(o.amount, o.deal_amount) or nil
  end,
})
local order_list = orders(with(order_fields, { at = "orders" }))

local function listed(status)
  local send = "symbol={id} page_length={limit}" .. (status and " status={" .. status .. "}" or "")
  return {
    run = function(a)
      if not a.market then fail("BadSymbol", "orders are listed by market: which one?") end
      return { post = "/order_history", send = send, read = order_list }
    end,
  }
end

-- Of two texts the number that is less, or more.
local function less(x, y) return decimal.cmp(x, y) < 0 and x or y end
local function more(x, y) return decimal.cmp(x, y) > 0 and x or y end

-- All tickers stand in a list of objects with one key, the market's id.
local function id_of(row)
  for id in pairs(row) do return id end
end
local all_tickers = tickers {
  at = "tickers", market = id_of, timestamp = "/date|s", bid = "*.buy", ask = "*.sell", last = "*.last", open = "*.open", high = "*.high",
  low = "*.low", baseVolume = "*.vol",
}

return {
  hosts = { api = "https://kkex.com/api/v2", public = "https://kkex.com/api/v1" },
  rate = { interval_ms = 2000, burst = 5 },
  precision = "places",
  fees = { taker = 0.002, maker = 0.002 },
  renames = v1.renames, failed = v1.failed,
  headers = { ["Content-Type"] = "application/json" },
  timeframes = "1m=1min 5m=5min 15m=15min 30m=30min 1h=1hour 4h=4hour 12h=12hour 1d=1day 1w=1week 1M=1month",

  sign = function(req, key)
    local sent = req.form
    local signed = sorted(with(sent, { nonce = key.nonce, api_key = key.apiKey }))
    local form = ordered { { "api_key", key.apiKey }, { "sign", v1.signature(encode_query(signed), key) }, { "nonce", key.nonce } }
    for k, v in pairs(sent) do form[k] = v end
    req.form = form
    req.headers["Content-Type"] = "application/x-www-form-urlencoded"
  end,

  fetch_markets = {
    run = function()            -- the markets that are traded stand in one list, what they are in another
      local traded, products, out = ask { get = "/tickers", host = "public", params = true }, {}, {}
      for _, p in ipairs(ask({ get = "/products", host = "public", params = true }).products) do products[p.mark_asset .. p.base_asset] = p end
      for _, row in ipairs(traded.tickers) do
        local id = id_of(row)
        local p = products[id]
        local zeros = p and p.price_scale and p.price_scale:match "^1(0*)$"
        local places = zeros and #zeros         -- 10000: four
        out[#out + 1] = p and {
          id = id, baseId = p.mark_asset, quoteId = p.base_asset, active = true, precision = { amount = places, price = places }, info = p,
          limits = {
            amount = { min = more(p.min_bid_size, p.min_ask_size), max = less(p.max_bid_size, p.max_ask_size) },
            price = { min = p.min_price, max = p.max_price }, cost = { min = p.min_bid_amount, max = p.max_bid_amount },
          },
        }
      end
      return out
    end,
  },
  fetch_ticker = { get = "/ticker", host = "public", send = "symbol={id}", read = ticker(with(v1.ticker_fields, { at = "ticker" })) },
  fetch_tickers = { get = "/tickers", host = "public", read = all_tickers },
  fetch_order_book = { get = "/depth", host = "public", send = "symbol={id} size={limit}", read = v1.order_book },
  fetch_trades = { get = "/trades", host = "public", send = "symbol={id}", read = v1.trade_list },
  fetch_ohlcv = { get = "/kline", host = "public", send = "symbol={id} type={timeframe} since={since|s} size={limit}", read = v1.candle_list },

  fetch_balance = { post = "/userinfo", read = v1.balances },
  fetch_order = {
    post = "/order_info", needs = "symbol", send = "order_id={order_id} symbol={id}", read = order(with(order_fields, { at = "order" })),
    failed = function(reply)
      if reply.result == false then return reply.error_code or "failed", "no such order", "OrderNotFound" end
    end,
  },
  fetch_orders = listed(),
  fetch_open_orders = listed "0",
  fetch_closed_orders = listed "1",
  create_order = {
    post = "/trade", read = order(with(v1.placed_fields, { status = "=open" })),
    send = function(a)
      return v1.order_send(a, function() return a:to_cost(a:take "cost" or a.asked_amount) end)
    end,
  },
  cancel_order = { post = "/cancel_order", needs = "symbol", send = "order_id={order_id} symbol={id}", read = order { id = "order_id" } },
}
