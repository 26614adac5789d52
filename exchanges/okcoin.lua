-- OKCoin, spot only. API 5, a sister of OKX: https://www.okcoin.com/docs/en/
-- How it signs, fails and names things: dialects/okx.lua; cancelling: dialects/okx_orders.lua. New orders keep the first form of that API:
-- a stop or target stands in the order itself, and an order in `cash` tells its unit (tgtCcy) always.
local okx = dialect "okx"
local orders_of_okx = dialect "okx_orders" (okx)

okx.know_networks({ ERC20 = "Ethereum", BTC = "Bitcoin", OMNI = "Omni", TRC20 = "TRON" }, {}, { BTC = "BTC" })

-- Accounts: from unified names, and back.
local accounts_of = { ["1"] = "spot", ["6"] = "funding", ["18"] = "unified" }

local function currency_list(reply, a)
  local out = okx.currency_table(reply, a)
  for _, currency in pairs(out) do
    currency.type = nil         -- fiat or not is not told
    for _, network in pairs(currency.networks) do
      network.active = network.deposit and network.withdraw
      currency.active = currency.active or network.active
    end
  end
  return out
end

-- ---- orders ----

-- A stop ("sl") or target ("tp") that comes with an order. Its price is "-1" for the market's.
local function attach(r, prefix, name, leg, price)
  local trigger = leg.triggerPrice or leg.stopPrice or leg[prefix .. "TriggerPx"]
  local limit = leg.price or leg[name .. "Price"] or leg[prefix .. "OrdPx"]
  local by = leg.triggerPriceType or leg[prefix .. "TriggerPxType"] or "last"
  if not trigger then fail("InvalidOrder", name .. " needs its triggerPrice") end
  if leg.type and leg.type ~= "limit" and leg.type ~= "market" then fail("InvalidOrder", "the type of " .. name .. " is 'limit' or 'market'") end
  if leg.type == "limit" and not limit then fail("InvalidOrder", "a limit " .. name .. " needs its price") end
  if by ~= "last" and by ~= "index" and by ~= "mark" then fail("InvalidOrder", "triggerPriceType is 'last', 'index' or 'mark'") end
  r[prefix .. "TriggerPx"] = price(trigger)
  r[prefix .. "OrdPx"] = limit and leg.type ~= "market" and price(limit) or "-1"
  r[prefix .. "TriggerPxType"] = by
end

-- What a market order to buy spends, when it is to be told in the quote.
local function cost_of(a, price_needed)
  local cost, size = a:take "cost", a:take "sz"
  if cost or size then return a:to_cost(cost or size) end
  if not price_needed then return a:to_cost(a.asked_amount) end
  if not a.asked_price then fail("InvalidOrder", "an order by cost needs a price, or its cost in params.cost") end
  return a:to_cost(decimal.mul(decimal.text(a.asked_amount), decimal.text(a.asked_price)))
end

local function order_row(a)
  local kind, is_market = a.type, a.type == "market"
  local function price(x) return tonumber(x) == -1 and "-1" or a:to_price(x) end
  local function take(...)          -- the first one given; none of them is sent under this name
    local found
    for _, name in ipairs { ... } do
      local v = a:take(name)
      if found == nil then found = v end
    end
    return found
  end
  local trigger_price = take("triggerPrice", "stopPrice", "triggerPx")
  local target, stop = take("takeProfitPrice", "tpTriggerPx"), take("stopLossPrice", "slTriggerPx")
  local target_limit, stop_limit = take "tpOrdPx", take "slOrdPx"
  local target_by, stop_by = take "tpTriggerPxType" or "last", take "slTriggerPxType" or "last"
  local entry_stop, entry_target = take "stopLoss", take "takeProfit"
  local in_force, post, mine = take "timeInForce", take "postOnly", take("clOrdId", "clientOrderId")
  local mode, on_margin, currency = take("marginMode", "tdMode"), take "margin", take("ccy", "currency")
  local price_needed = take "createMarketBuyOrderRequiresPrice" ~= false
  if mode and mode ~= "cash" then on_margin = true else mode = a.options.defaultMarginMode end

  local ioc, fok = in_force == "IOC" or kind == "ioc", in_force == "FOK" or kind == "fok"
  post = post or in_force == "PO" or kind == "post_only"
  if post and (is_market or ioc or fok) then cannot_rest() end
  local trigger, conditional = trigger_price or kind == "trigger", stop or target or kind == "conditional"
  local at_once = is_market or kind == "optimal_limit_ioc"

  local r = ordered { { "instId", a.id }, { "side", a.side }, { "ordType", at_once and "market" or kind } }
  if on_margin then r.ccy = currency or (a.side == "buy" and a.quote_id or a.base_id) end
  r.tdMode = on_margin and mode or "cash"
  local by_cost = at_once and a.side == "buy" and (a.params.tgtCcy or a.params.cost and "quote_ccy" or a.options.tgtCcy) == "quote_ccy"
  local unit = take "tgtCcy" or by_cost and "quote_ccy" or a.options.tgtCcy
  if not on_margin then r.tgtCcy = unit end
  r.sz = by_cost and cost_of(a, price_needed) or a:to_amount(a.asked_amount)
  if not at_once and not trigger and not conditional then
    if not okx.algo_types[kind] then price_of(a) end
    r.px = a.price
  end

  if post then r.ordType = "post_only"
  elseif ioc and not at_once then r.ordType = "ioc"
  elseif fok then r.ordType = "fok"
  elseif entry_stop or entry_target then
    if entry_stop then attach(r, "sl", "stopLoss", entry_stop, price) end
    if entry_target then attach(r, "tp", "takeProfit", entry_target, price) end
  elseif trigger then
    r.ordType = "trigger"
    r.triggerPx = trigger_price and price(trigger_price) or nil
    r.orderPx = is_market and "-1" or a.price
  elseif conditional then
    r.ordType = stop and target and "oco" or "conditional"
    local function leg(prefix, at, limit, by)
      if not at then return end
      limit = limit or a.asked_price
      r[prefix .. "TriggerPx"] = price(at)
      r[prefix .. "OrdPx"] = limit and price(limit) or "-1"
      r[prefix .. "TriggerPxType"] = by
    end
    leg("tp", target, target_limit, target_by)
    leg("sl", stop, stop_limit, stop_by)
  end
  r.clOrdId = mine
  for k, v in pairs(sorted(a.params)) do r[k] = v end
  a.params = {}
  return r
end

-- A new order goes out as a batch of one; one that waits for a price has a path of its own.
local function place(a)
  local row = order_row(a)
  if okx.algo_types[row.ordType] or okx.algo_types[a.type] then
    return { post = "/trade/order-algo", send = row, read = okx.placed }
  end
  return {
    post = "/trade/batch-orders", cost = 1 / 15, send = ordered { { "rows", list { row } } }, read = okx.placed,
  }
end

-- Lists of orders: those that wait for a price are asked for by their kind.
local function listed(path, algo_path, send, cost)
  return {
    run = function(a)
      local waiting, kind, method = okx.waiting(a), a:take "ordType", a:take "method"
      a.kind = kind or waiting and "trigger" or nil
      local old = method and method:find "Archive" and "-archive" or ""
      return {
        get = a.kind and algo_path or path .. old, cost = a.kind and 1 or cost, send = send .. " ordType={kind}", read = okx.order_list,
      }
    end,
  }
end

local function my_trades(a)
  local method = a:take "method"
  local recent = method and not method:find "History"       -- of three days
  return {
    get = recent and "/trade/fills" or "/trade/fills-history", cost = recent and 1 / 3 or 2.2, read = okx.trade_list,
    send = "instType=SPOT instId={id} order_id={order_id}",
  }
end

-- ---- money ----

local function transactions_of(path)
  return {
    get = path, cost = 5 / 3, read = okx.transaction_list,
    send = function(a)          -- `before` is the newer side of a page
      return ordered {
        { "ccy", a.currency_id }, { "before", a.since and math.max(a.since - 1, 0) }, { "limit", a.limit }, { "after", a:take "until" },
      }
    end,
  }
end

-- What a withdrawal costs now.
local function fee_of(a, network, chain)
  local known = a.currency.networks and a.currency.networks[network]
  if known and known.fee then return known.fee end
  if chain then
    for _, row in ipairs(ask({ get = "/asset/currencies", right = "read", cost = 5 / 3 }).data) do
      if row.chain == chain then return row.minFee end
    end
  end
  fail("ArgumentsRequired", "withdraw needs a network, or the fee in params ('0' between accounts of OKCoin and OKX)")
end

return {
  hosts = { api = "https://www.okcoin.com/api/v5" },
  credentials = { "apiKey", "secret", "password" },
  client_id = "hex",
  rate = { interval_ms = 20, burst = 10 },
  fees = { taker = 0.002, maker = 0.001 },
  encode = "json",
  renames = {
    AE = "AET", BOX = "DefiBox", HOT = "Hydro Protocol", HSR = "HC", MAG = "Maggie", SBTC = "Super Bitcoin", TRADE = "Unitrade",
    YOYO = "YOYOW", WIN = "WinToken",
  },
  symbol_of = okx.symbol_of, failed = okx.failed, sign = okx.sign,
  errors = with(okx.errors, by_class {
    AccountSuspended = "50032 50033", BadRequest = "50035 50036 50037 51054", PermissionDenied = "50030",
    InvalidOrder = "51030 51032 51033 51037 51038 51044 51048 51049 51050 51052 51053 51056 51058 51059",
  }),
  broad = { { "Internal Server Error", "ExchangeNotAvailable" }, { "server error", "ExchangeNotAvailable" } },
  timeframes = "1m 3m 5m 15m 30m 1h=1H 2h=2H 4h=4H 6h=6H 12h=12H 1d=1D 1w=1W 1M 3M",

  -- Market data

  fetch_time = { get = "/public/time", cost = 2, read = time "data.1.ts" },
  fetch_markets = {
    get = "/public/instruments", send = "instType=SPOT",
    read = markets(with(okx.market_fields, {      -- maxLmtSz is only nines
      limits = with(okx.market_fields.limits, { amount = { min = "minSz" } }),
    })),
  },
  fetch_currencies = { get = "/asset/currencies", right = "read", cost = 5 / 3, read = currency_list },
  fetch_ticker = { get = "/market/ticker", send = "instId={id}", read = okx.one_ticker },
  fetch_tickers = { get = "/market/tickers", send = "instType=SPOT", read = okx.ticker_list },
  fetch_order_book = {
    get = "/market/books", cost = 1 / 2, send = "instId={id} sz={limit|default:20}",
    read = book { at = "data.1", bids = "bids", asks = "asks", level = { 1, 2, 3 }, timestamp = "ts" },
  },
  fetch_trades = {
    run = function(a)
      local method = a:take "method"
      local old = method and method:find "History"
      return { get = old and "/market/history-trades" or "/market/trades", cost = old and 2 or 1 / 5, send = "instId={id}", read = okx.trade_list }
    end,
  },
  fetch_ohlcv = {
    run = function(a)           -- days and their parts from six hours on by UTC, where not told otherwise
      local method, options = a:take "method", a.options.fetchOHLCV or {}
      local old = method and method:find "History"
      a.bar = a.timeframe .. (a.timeframe_s >= 21600 and (options.timezone or "UTC") == "UTC" and "utc" or "")
      return {
        get = old and "/market/history-candles" or "/market/candles", cost = 1 / 2, send = "instId={id} bar={bar} limit={limit} after={until}",
        read = okx.spot_candles,
      }
    end,
  },

  -- Account

  fetch_balance = {
    run = function(a)
      local funding = a:take "type" == "funding"
      return { get = funding and "/asset/balances" or "/account/balance", cost = funding and 5 / 3 or 2, read = okx.balances }
    end,
  },
  fetch_order = {
    needs = "symbol",
    run = function(a)
      local algo, mine = okx.waiting(a), okx.own_id(a)
      return {
        get = algo and "/trade/order-algo" or "/trade/order", cost = algo and 1 or 1 / 3, read = okx.one_order,
        send = function()
          local name = mine and (algo and "algoClOrdId" or "clOrdId") or algo and "algoId" or "ordId"
          return ordered { { "instId", a.id }, { name, mine or a.order_id } }
        end,
      }
    end,
  },
  fetch_open_orders = listed("/trade/orders-pending", "/trade/orders-algo-pending", "instId={id} limit={limit}", 1 / 3),
  fetch_closed_orders = listed("/trade/orders-history", "/trade/orders-algo-history", "instType=SPOT instId={id}", 1 / 2),
  fetch_my_trades = { run = my_trades },
  fetch_order_trades = { run = my_trades },
  fetch_ledger = {
    run = function(a)
      local method = a:take "method"
      local path = method and (method:find "Archive" and "/account/bills-archive" or method:find "AssetBills" and "/asset/bills")
      return { get = path or "/account/bills", cost = 5 / 3, send = "limit={limit} ccy={currency_id} end={until}", read = okx.entries }
    end,
  },

  -- Orders

  create_order = { run = place },
  create_market_buy_order_with_cost = {
    run = function(a)
      a.type, a.side, a.asked_amount = "market", "buy", a.cost
      a.params.tgtCcy, a.params.cost = "quote_ccy", a.cost
      return place(a)
    end,
  },
  cancel_order = orders_of_okx.cancel_order,
  cancel_orders = orders_of_okx.cancel_orders,

  -- Money in and out

  fetch_deposit_addresses_by_network = {
    get = "/asset/deposit-address", cost = 5 / 3, needs = "code", send = "ccy={currency_id}", read = okx.address_list,
  },
  fetch_deposit_address = {
    run = function(a)
      local asked = a:take "network"
      local known = ask { get = "/asset/deposit-address", cost = 5 / 3, send = "ccy={currency_id}", params = true, read = okx.address_list }
      local network = okx.network_of(asked or a.options.defaultNetwork, a.code)
      local _, only = next(known)
      return known[network] or not asked and only or fail("InvalidAddress", "no address for " .. a.code .. " over " .. network)
    end,
  },
  fetch_deposits = transactions_of "/asset/deposit-history",
  fetch_withdrawals = transactions_of "/asset/withdrawal-history",
  withdraw = {
    run = function(a)
      local asked, fee = a:take "network", a:take "fee"
      local chain = asked and a.currency_id .. "-" .. (okx.network_ids[asked:upper()] or asked)
      fee = fee or fee_of(a, asked and okx.network_of(asked, a.code), chain)
      local to = a.tag and a.tag ~= "" and a.address .. ":" .. a.tag or a.address
      return {
        post = "/asset/withdrawal", cost = 4, read = okx.one_transaction,
        send = function()       -- dest 3: to another account of OKCoin, 4: out on a chain
          return ordered {
            { "ccy", a.currency_id }, { "toAddr", to }, { "dest", "4" }, { "amt", a.amount }, { "chain", chain }, { "fee", decimal.text(fee) },
          }
        end,
      }
    end,
  },
  transfer = {
    post = "/asset/transfer", cost = 4,
    send = function(a)          -- accounts that have no number are names of sub-accounts
      local ids = a.options.accountsByType
      local from, to = ids[a.from_account] or a.from_account, ids[a.to_account] or a.to_account
      local down, up = from == "master", to == "master"
      return ordered {
        { "ccy", a.currency_id }, { "amt", a.amount }, { "type", down and "1" or up and "2" or "0" },
        { "from", (down or up) and "6" or from }, { "to", (down or up) and "6" or to }, { "subAcct", down and to or up and from or nil },
      }
    end,
    read = transfer(with(okx.transfer_fields, {
      at = "data.1", timestamp = function(o, a) return o.ts or a.now end, fromAccount = with({ "from" }, accounts_of),
      toAccount = with({ "to" }, accounts_of),
    })),
  },

  options = {
    defaultType = "spot", defaultMarginMode = "cross", defaultNetwork = "ERC20", tgtCcy = "base_ccy",
    accountsByType = { classic = "1", spot = "1", funding = "6", main = "6", unified = "18" },
  },
}
