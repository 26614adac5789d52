-- API 1 of OKCoin, which several others took over: https://www.okcoin.cn/rest_api.html
-- dialect "okcoin_v1" gives the parts, of which `methods { suffix = ".do", ... }` makes those methods that all have alike.
-- A request is signed with the MD5 of its sorted parameters, as they are before encoding, and the secret. Failures are {result: false,
-- error_code}, also inside a 200 reply; what a code means stands in the documentation only. Market orders to buy tell what they spend.

local d = {}

d.renames = old_codes

-- "btc_usdt" -> "BTC/USDT": the market of a ticker that is not listed.
function d.symbol_of(id)
  local function code(part)
    part = part:upper()
    return d.renames[part] or part
  end
  local base, quote = id:match("^([^_]+)_([^_]+)$")
  return base and code(base) .. "/" .. code(quote) or id
end

d.timeframes = "1m=1min 3m=3min 5m=5min 15m=15min 30m=30min 1h=1hour 2h=2hour 4h=4hour 6h=6hour 12h=12hour 1d=1day 3d=3day 1w=1week"

function d.failed(reply)
  local code = reply.error_code
  if code or reply.result == false then return code or "failed", code and "error " .. code end
end

d.errors = by_class {
  AuthenticationError = "10005 10006 10007", BadRequest = "10008", DDoSProtection = "10001", ExchangeError = "10000",
  InsufficientFunds = "1002", InvalidOrder = "1003 1004 1013 1027 1050 1217 10014", OrderNotFound = "1009 1019 1051 10009 20015",
}

-- Hash of a text of sorted parameters, and the secret behind it.
function d.signature(text, key) return upper(hex(md5(text .. "&secret_key=" .. key.secret))) end

function d.sign(req, key)
  req.form.api_key = key.apiKey
  req.form = sorted(req.form)
  local parts = {}
  for k, v in pairs(req.form) do parts[#parts + 1] = k .. "=" .. (type(v) == "boolean" and tostring(v) or v) end
  req.form.sign = d.signature(join(parts, "&"), key)
end

-- ---- reading ----

d.ticker_fields = {
  market = "symbol", timestamp = "/date|s", bid = "buy", ask = "sell", last = "last", open = "open", high = "high", low = "low",
  change = "change", percentage = "changePercentage|before:%", baseVolume = "vol,volume",
}
d.trade_list = trades { id = "tid", timestamp = "date_ms", side = "type", price = "price", amount = "amount" }
d.order_book = book {}
d.candle_list = candles { columns = "1 2 3 4 5 7,6" }

-- Amounts of currencies stand side by side: {free: {btc: 1}, freezed: {btc: 0}}. The second has two names.
function d.balances(reply, a)
  local funds, out = reply.info.funds, {}
  for field, part in pairs { free = funds.free, used = funds.freezed or funds.holds } do
    for id, x in pairs(part) do
      local code = a:code_of(id)
      out[code] = out[code] or {}
      out[code][field] = x
    end
  end
  return out
end

local function is_market(o) return type(o.type) == "string" and o.type:find("_market$") ~= nil end

-- The order's amount is 0 for market orders, and less than what was done: that counts then.
local function amount(o)
  local asked, done = o.amount, o.deal_amount
  if asked and done and decimal.is(asked) and decimal.is(done) and decimal.cmp(done, asked) > 0 then return done end
  return asked
end

d.order_fields = {
  id = "order_id", market = "symbol", timestamp = "create_date", price = "price", average = "price_avg,avg_price", amount = amount,
  filled = "deal_amount",
  type = { "type", buy = "limit", sell = "limit", buy_market = "market", sell_market = "market" },
  side = { "type", buy = "buy", sell = "sell", buy_market = "buy", sell_market = "sell" },
  remaining = function(o) return is_market(o) and "0" or nil end,
  -- 3 and 4 of OKCoin: being cancelled; 10 is Allcoin's.
  status = words("status", { canceled = "-1 4 10", open = "0 1 3", closed = "2" }),
}

-- A new order's reply is its id.
d.placed_fields = { id = "order_id", type = "={type}", side = "={side}", price = "={price}", amount = "={amount}" }

-- ---- methods ----

-- The type and size of a new order. `cost_of(a)` tells what a market order to buy spends.
function d.order_send(a, cost_of)
  local r = ordered { { "symbol", a.id }, { "type", a.type == "market" and a.side .. "_market" or a.side } }
  if a.type ~= "market" then
    r.amount, r.price = a.amount, a.price
  elseif a.side == "buy" then
    r.price = cost_of(a)
  else
    r.amount = a.amount
  end
  return r
end

local function cost_of(a)
  local cost = a:take "cost" or a.options.marketBuyPrice and a.asked_price
  if not cost then fail("ArgumentsRequired", "a market order to buy needs what it spends, in params.cost") end
  return a:to_cost(cost)
end

-- how: suffix = of the paths; list = where the orders stand in a reply; order = fields of an order, where they differ.
function d.methods(how)
  local function path(name) return "/v1/" .. name .. how.suffix end
  local fields = with(d.order_fields, how.order or {})
  local one, many = order(with(fields, { at = how.list .. ".1" })), orders(with(fields, { at = how.list }))

  local function by_status(status)          -- some orders by their ids, or the latest 200
    return {
      needs = "symbol",
      run = function(a)
        if a.params.order_id then return { post = path "orders_info", send = "symbol={id} type={" .. status .. "} order_id={order_id}", read = many } end
        return { post = path "order_history", send = "symbol={id} status={" .. status .. "} current_page={1} page_length={200}", read = many }
      end,
    }
  end

  return {
    fetch_ticker = { get = path "ticker", send = "symbol={id}", read = ticker(with(d.ticker_fields, { at = "ticker" })) },
    fetch_order_book = { get = path "depth", send = "symbol={id} size={limit}", read = d.order_book },
    fetch_trades = { get = path "trades", send = "symbol={id}", read = d.trade_list },
    fetch_ohlcv = {         -- since: as recorded, a day before now and in seconds; the latest candles come
      run = function(a)
        a.yesterday = a.since and a.now // 1000 - 86400
        return { get = path "kline", send = "symbol={id} type={timeframe} size={limit} since={yesterday}", read = d.candle_list }
      end,
    },
    fetch_balance = { post = path "userinfo", read = d.balances },
    fetch_order = {
      post = path "order_info", needs = "symbol", send = "symbol={id} order_id={order_id}", read = one,
      failed = function(reply)
        local code, message = d.failed(reply)
        if code then return code, message end
        if not reply[how.list][1] then return "none", "no such order", "OrderNotFound" end
      end,
    },
    fetch_open_orders = by_status "0",
    fetch_closed_orders = by_status "1",
    create_order = {
      post = path "trade", send = function(a) return d.order_send(a, cost_of) end,
      read = order(with(d.placed_fields, { timestamp = "={now}" })),
    },
    cancel_order = { post = path "cancel_order", needs = "symbol", send = "symbol={id} order_id={order_id}", read = order { id = "order_id" } },
  }
end

return d
