-- Orders of HTX, spot and contracts: new ones, cancelling, lists. Used as dialect "huobi_orders" (huobi, contracts): the methods, on top of the
-- parts in dialects/huobi.lua and dialects/huobi_contracts.lua.
-- A contract order that waits (for a trigger, a stop loss, a take profit, or trailing a price) has an id, paths and lists of its own.

return function(huobi, contracts)
  local function number_or_text(x) return decimal.is(x) and raw_number(decimal.text(x)) or x end

  -- ---- reading ----

  -- Of contracts: paid fees are negative, amounts count contracts.
  local contract_order = with(huobi.order_fields, {
    amount = "volume,amount", cost = "trade_turnover", fee = with(huobi.order_fields.fee, { cost = "fee|nonzero|neg" }),
    reduceOnly = { "reduce_only", ["0"] = false, ["1"] = true, ["false"] = false, ["true"] = true }, leverage = "lever_rate",
    type = function(o)
      local kind = o.order_price_type or o.type
      if kind == "tp" or kind == "sl" or kind == "tpsl" then kind = o.tp_type or o.sl_type end
      return (kind == "ioc" or kind == "fok" or kind == "post_only") and "limit" or kind ~= "0" and kind or nil
    end,
  })
  local one_contract_order = order(with(contract_order, { at = "data.1,data" }))
  local contract_orders = orders(with(contract_order, { at = "data.orders,data" }))

  local function contract_trade_id(o)
    return o.id and o.id:find("-", 1, true) and o.id or o.trade_id or o.id
  end
  local contract_trade = with(huobi.trade_fields, { at = "data.trades,data", id = contract_trade_id })
  local coin_trades = trades(contract_trade)
  local linear_trades = trades(with(contract_trade, { fee = with(huobi.trade_fields.fee, { cost = "trade_fee" }) }))
  local spot_trades = trades(with(huobi.trade_fields, { at = "data" }))

  local placed_spot, cancelled_spot = order(with(huobi.placed_fields, { symbol = false })), order(huobi.cancelled_fields)

  -- Orders cancelled together: those that went, then those that did not, with the reason in `info`.
  local function cancelled(at)
    return function(reply)
      local data, out = reply, {}
      if at then data = reply[at] end
      if type(data) ~= "userdata" then fail("BadResponse", "no result of cancelling in the reply") end
      for id in (data.successes or ""):gmatch "[^,]+" do out[#out + 1] = { id = id, status = "canceled", info = reply } end
      for _, id in ipairs(data.success or {}) do out[#out + 1] = { id = id, status = "canceled", info = reply } end
      for _, row in ipairs(not at and data.data or {}) do
        out[#out + 1] = { id = row.order_id or row.algo_id, clientOrderId = row.client_order_id, status = "canceled", info = row }
      end
      for _, row in ipairs(data.errors or data.failed or {}) do
        out[#out + 1] = { id = row["order-id"] or row.order_id, clientOrderId = row["client-order-id"], info = row }
      end
      return out
    end
  end

  -- ---- what a call is about ----

  -- The sort of waiting order, as API 5 calls it; nothing for orders that do not wait.
  local function waiting(a)
    local stop, trigger, trailing = a:take "stop", a:take "trigger", a:take "trailing"
    local both, loss, profit = a:take "stopLossTakeProfit", a:take "stopLoss", a:take "takeProfit"
    return (stop or trigger) and "trigger" or trailing and "trailing_stop" or both and "tpsl" or loss and "sl" or profit and "tp" or nil
  end
  local prefixes = { trigger = "trigger_", trailing_stop = "track_", tpsl = "tpsl_", sl = "tpsl_", tp = "tpsl_" }

  local function own_id(a)
    local long, short, algo = a:take "clientOrderId", a:take "client_order_id", a:take "algo_client_order_id"
    return short or long or algo
  end

  local function time_in_force(take, type_)
    local tif, post = take "timeInForce", take "postOnly"
    if tif == "PO" then tif, post = nil, true end
    if post and (type_ == "market" or tif == "IOC" or tif == "FOK") then cannot_rest() end
    return tif, post
  end

  local function taker_of(params)
    return function(name, other)
      local v = params[name]
      params[name] = nil
      if v == nil and other then
        v = params[other]
        params[other] = nil
      end
      return v
    end
  end

  -- ---- new orders ----

  local margins = {      -- margin mode -> type of the account, and what says that it is used
    cross = { "super-margin", "super-margin-api" }, isolated = { "margin", "margin-api" }, c2c = { "borrow", "c2c-margin-api" },
  }
  local function spot_request(a, market, o, params)
    local take = taker_of(params)
    local mode = take "marginMode"
    local margin = margins[mode] or { "spot" }
    local r = ordered { { "account-id", huobi.account_id(a, margin[1], mode == "isolated" and market.id or nil) }, { "symbol", market.id } }
    local type_ = o.type:gsub("^buy%-", ""):gsub("^sell%-", "")
    local trigger, operator = take("triggerPrice", "stopPrice"), take "operator"
    trigger = trigger or take "stop-price"
    local tif, post = time_in_force(take, type_)
    if post then type_ = "limit-maker" end
    if tif == "FOK" then type_ = type_ .. "-fok" elseif tif == "IOC" then type_ = "ioc" end
    if trigger then
      type_ = "stop-" .. type_:gsub("^stop%-", "")
      if type_ ~= "stop-limit" and type_ ~= "stop-limit-fok" then fail("NotSupported", "only limit orders wait for a price") end
      r["stop-price"], r.operator = a:to_price(trigger, market), operator or (o.side == "sell" and "lte" or "gte")
    elseif type_:find "^stop%-" then
      fail("ArgumentsRequired", "a stop order needs params.triggerPrice")
    end
    r.type = o.side .. "-" .. type_
    r["client-order-id"] = take("clientOrderId", "client-order-id") or uuid()
    r.source = margin[2]
    local cost = take "cost"
    if type_ == "market" and o.side == "buy" then      -- which is told in the quote
      cost = cost or o.price and decimal.mul(decimal.text(o.amount), decimal.text(o.price))
      if not cost then fail("InvalidOrder", "a market order to buy needs a price, or params.cost: what it may spend") end
      r.amount = a:to_cost(cost, market)
    else
      r.amount = a:to_amount(o.amount, market)
    end
    if type_ ~= "market" then
      r.price = a:to_price(price_of(o), market)
    end
    return r
  end

  -- The price that sets off `name` ("sl", "tp") beside an order, and the one at which it then trades.
  local function attached(a, market, r, name, leg)
    if not leg then return end
    r[name .. "_trigger_price"] = leg.triggerPrice and a:to_price(leg.triggerPrice, market)
    r[name .. "_order_price"] = leg.price and a:to_price(leg.price, market)
    r[name .. "_type"] = leg.type
  end

  local directions = { up = "ge", above = "ge", ascending = "ge", down = "le", below = "le", descending = "le" }

  -- One order of a contract; the second result is the sort of waiting order that it is.
  local function contract_request(a, market, o, params)
    local take, linear = taker_of(params), market.linear
    local function price(x) return x and a:to_price(x, market) end
    local type_ = o.type
    local tif, post = time_in_force(take, type_)
    tif = tif or take "time_in_force"
    if post then type_ = "post_only" end
    local reduce, hedged = take("reduceOnly", "reduce_only"), take "hedged"
    local trigger = take("triggerPrice", "stopPrice") or take "trigger_price"
    local stop, target = take("stopLossPrice", "sl_trigger_price"), take("takeProfitPrice", "tp_trigger_price")
    local trail, active = take("trailingPercent", "callback_rate"), take "trailingTriggerPrice"
    local sort = trigger and "trigger" or stop and "sl" or target and "tp" or trail and "trailing_stop" or nil
    local client = take("clientOrderId", "client_order_id") or take "algo_client_order_id"
    local r = ordered { { "contract_code", market.id }, { "volume", a:to_amount(o.amount, market) } }
    if linear then
      r.margin_mode = take "marginMode" or "cross"
      r.side = o.side
      r.time_in_force = (tif or "gtc"):lower()
      attached(a, market, r, "sl", take "stopLoss")
      attached(a, market, r, "tp", take "takeProfit")
    else
      if tif then type_ = tif:lower() end
      r.direction = o.side
      r.offset = take "offset" or hedged and (reduce and "close" or "open")
        or fail("ArgumentsRequired", "a coin-settled order needs params.offset, 'open' or 'close'")
    end
    r[linear and sort and "algo_client_order_id" or "client_order_id"] = client and number_or_text(client)
    if sort == "trigger" then
      r.trigger_price = price(trigger)
      local told, way = take("triggerType", "trigger_type"), take "triggerDirection"
      if not linear then r.trigger_type = told or directions[way] or "le" end
      r[linear and "price" or "order_price"] = price(o.price)
    elseif sort == "sl" or sort == "tp" then
      if not linear then r[sort .. "_order_price_type"] = type_ end
      r[sort .. "_trigger_price"] = price(stop or target)
      r[sort .. "_order_price"] = price(o.price)
    elseif sort then
      active = active or o.price
      r.callback_rate = raw_number(decimal.div(decimal.text(trail), 100, 8))
      r.order_price_type = take "order_price_type" or "formula_price"
      r.active_price = active and raw_number(decimal.text(active))
    elseif type_ == "limit" or type_ == "ioc" or type_ == "fok" or type_ == "post_only" then
      price_of(o)
      r.price = price(o.price)
    end
    if linear then
      r.type = (sort == "sl" or sort == "tp" or sort == "trailing_stop") and sort or type_
    elseif not sort or sort == "trigger" then
      r.order_price_type = type_
    end
    if sort ~= "sl" and sort ~= "tp" then
      if reduce then r.reduce_only = raw_number "1" end
      local lever = take("leverage", "lever_rate") or take "leverRate"
      if not linear then r.lever_rate = raw_number(decimal.text(lever or 1)) end
    end
    return r, sort
  end

  local told = { type = "={type}", side = "={side}", price = "={asked_price}", amount = "={asked_amount}" }
  local placed = order(with(with(contract_order, told), { at = "data.1,data" }))
  local placed_stop = order(with(with(contract_order, told), { at = "data.sl_order,data.tp_order" }))

  local in_batch = with(huobi.order_fields, { at = "data", symbol = function(_, a) return a.orders[1].symbol end })
  local placed_batch, placed_coin_batch = orders(in_batch), orders(with(in_batch, { at = "data.success" }))

  local function place(a, o)
    local market = a.market
    if market.spot then
      if a.params.trailingPercent then fail("NotSupported", "spot orders do not trail") end
      local r = spot_request(a, market, o, a.params)
      return { post = "/v1/order/orders/place", cost = 0.2, send = r, read = placed_spot }
    end
    local r, sort = contract_request(a, market, o, a.params)
    local function send() return r end
    if market.linear then return contracts.v5("post", sort and "algo/order" or "trade/order", 0.41679, { send = send, read = placed }) end
    local stop = sort == "sl" or sort == "tp"
    return contracts.coin(market.type, (prefixes[sort] or "") .. "order", { send = send, read = stop and placed_stop or placed })
  end

  local methods = {
    create_order = {
      run = function(a) return place(a, { type = a.type, side = a.side, amount = a.asked_amount, price = a.asked_price }) end,
    },
    create_market_buy_order_with_cost = {
      run = function(a)
        if not a.market.spot then fail("NotSupported", "spot orders only") end
        a.params.cost, a.type, a.side = a.cost, "market", "buy"
        return place(a, { type = "market", side = "buy" })
      end,
    },
    create_orders = {           -- of one market: up to ten for spot, 25 for contracts; each may be refused alone
      needs = "orders",
      run = function(a)
        local rows, market = list {}, a:market_of(a.orders[1] and a.orders[1].symbol)
        for i, o in ipairs(a.orders) do
          if o.symbol ~= market.symbol then fail("BadRequest", "all orders of a batch are of one market") end
          local params = with(o.params or {}, {})
          for k, v in pairs(a.params) do params[k] = v end
          local r = (market.spot and spot_request or contract_request)(a, market, o, params)
          for k, v in pairs(sorted(params)) do r[k] = v end
          rows[i] = r
        end
        a.params = {}
        local function send() return { rows = rows } end
        if market.spot then return { post = "/v1/order/batch-orders", cost = 0.4, send = send, read = placed_batch } end
        if market.linear then return contracts.v5("post", "trade/batch_orders", 0.41679, { send = send, read = placed_batch }) end
        return contracts.coin(market.type, "batchorder", { send = { orders_data = rows }, read = placed_coin_batch })
      end,
    },
  }

  -- ---- cancelling ----

  local cancelled_contract = order { id = "={order_id}", clientOrderId = "data.1.algo_client_order_id,data.client_order_id", status = "=canceled" }

  local function cancel_algos(a, ids, client, read)
    local rows = list {}
    for i, id in ipairs(client or ids) do rows[i] = ordered { { "contract_code", a.id }, { client and "algo_client_order_id" or "algo_id", id } } end
    return contracts.v5("post", "algo/cancel_orders", 0.41679, { send = { rows = rows }, read = read })
  end

  methods.cancel_order = contracts.by_part(function(a)
    local long, raw = a:take "clientOrderId", a:take "client-order-id"
    local client = raw or long
    return {
      post = client and "/v1/order/orders/submitCancelClientOrder" or "/v1/order/orders/{order_id}/submitcancel", cost = 0.2,
      send = ordered { { "client-order-id", client } }, read = cancelled_spot,
    }
  end, function(a, part)
    if not a.symbol then fail("ArgumentsRequired", "an order of contracts is cancelled by its symbol, too") end
    local sort, client = waiting(a), own_id(a)
    if part == "linear" and sort then return cancel_algos(a, { a.order_id }, client and { client }, cancelled_contract) end
    local function send(name, value)
      return function() return ordered { { name, value }, { client and "client_order_id" or "order_id", client or a.order_id } } end
    end
    if part == "linear" then
      return contracts.v5("post", "trade/cancel_order", 0.41679, { send = send("contract_code", a.id), read = cancelled_contract })
    end
    return contracts.coin(part, (prefixes[sort] or "") .. "cancel", { send = send(contracts.contract_of(a, part)), read = cancelled_contract })
  end)

  local function listed(x) return type(x) == "string" and { x } or x end
  methods.cancel_orders = contracts.by_part(function(a)
    local one, raw, many, raws = a:take "clientOrderId", a:take "client-order-id", a:take "clientOrderIds", a:take "client-order-ids"
    local client = listed(raws or many or raw or one)
    return {
      post = "/v1/order/orders/batchcancel", cost = 0.4, read = cancelled "data",
      send = { [client and "client-order-ids" or "order-ids"] = list(client or a.ids) },
    }
  end, function(a, part)
    if not a.symbol then fail("ArgumentsRequired", "orders of contracts are cancelled by their symbol, too") end
    local sort, one, many = waiting(a), own_id(a), a:take "clientOrderIds"
    local client = listed(many or one)
    if part == "linear" and sort then return cancel_algos(a, a.ids, client, cancelled()) end
    local key, ids = client and "client_order_id" or "order_id", client or a.ids
    if part == "linear" then
      return contracts.v5("post", "trade/cancel_batch_orders", 0.41679, {
        send = { contract_code = a.id, [key] = list(ids) }, read = cancelled(),
      })
    end
    local name, value = contracts.contract_of(a, part)
    return contracts.coin(part, (prefixes[sort] or "") .. "cancel", {
      send = { [name] = value, [key] = table.concat(ids, ",") }, read = cancelled "data",
    })
  end)

  methods.cancel_all_orders = contracts.by_part(function()
    return {
      post = "/v1/order/orders/batchCancelOpenOrders", cost = 0.4, send = "symbol={id}",
      read = function(reply) return { { info = reply.data } } end,      -- counts only
    }
  end, function(a, part)
    if not a.symbol then fail("ArgumentsRequired", "orders of contracts are cancelled by their symbol") end
    local sort = waiting(a)
    if part == "linear" then
      if sort then fail("NotSupported", "waiting orders of linear contracts are cancelled by their ids") end
      return contracts.v5("post", "trade/cancel_all_orders", 0.41679, { send = "contract_code={id}", read = cancelled() })
    end
    local name, value = contracts.contract_of(a, part)
    return contracts.coin(part, (prefixes[sort] or "") .. "cancelall", {
      send = { contract_code = a.id, [name] = value }, read = cancelled "data",
    })
  end)
  methods.cancel_all_orders_after = {
    post = "/v2/algo-orders/cancel-all-after", read = function(reply) return reply end,
    send = function(a) return { timeout = math.max(math.tointeger((a.timeout or 0) // 1) // 1000, 0) } end,
  }

  -- ---- lists ----

  methods.fetch_order = contracts.by_part(function(a)
    local client = a.params.clientOrderId
    return { get = client and "/v1/order/orders/getClientOrder" or "/v1/order/orders/{order_id}", cost = 0.4, read = huobi.one_order }
  end, function(a, part)
    if not a.symbol then fail("ArgumentsRequired", "an order of contracts is found by its symbol, too") end
    local sort, client = waiting(a), own_id(a)
    if part ~= "linear" then
      if sort then fail("NotSupported", "waiting coin-settled orders are told in lists only") end
      local name, value = contracts.contract_of(a, part)
      return contracts.coin(part, "order_info", {
        send = { [name] = value, [client and "client_order_id" or "order_id"] = client or a.order_id }, read = one_contract_order,
      })
    end
    if sort then
      return contracts.v5("get", "algo/order", 0.41679, {
        send = { type = sort, [client and "algo_client_order_id" or "algo_id"] = client or a.order_id }, read = one_contract_order,
      })
    end
    return contracts.v5("get", "trade/order", 0.41679, {
      send = { contract_code = a.id, margin_mode = contracts.margin_mode(a), [client and "client_order_id" or "order_id"] = client or a.order_id },
      read = one_contract_order,
    })
  end)

  methods.fetch_open_orders = contracts.by_part(function(a)
    a.account = huobi.account_id(a, "spot")
    return { get = "/v1/order/openOrders", cost = 0.4, send = "account-id={account} symbol={id} size={limit}", read = huobi.order_list }
  end, function(a, part)
    a.sort = waiting(a)
    if part == "linear" then
      return contracts.v5("get", a.sort and "algo/order/opens" or "trade/order/opens", 0.41679, {
        send = "contract_code={id} limit={limit} type={sort}", read = contract_orders,
      })
    end
    a.coin = part == "future" and (a.market and a.market.settleId or fail("ArgumentsRequired", "dated contracts are asked for by symbol")) or nil
    return contracts.coin(part, (prefixes[a.sort] or "") .. "openorders", {
      send = "contract_code={id} page_size={limit} symbol={coin}", read = contract_orders,
    })
  end)

  -- Orders in these states: of spot; of linear contracts, waiting ones apart; of coin-settled ones.
  local function past(spot, linear, algo, coin)
    return contracts.by_part(function(a)
      local last = a:take "until"
      return {
        get = "/v1/order/orders", cost = 0.4, read = huobi.order_list,
        send = function()       -- a window of two days, within half a year
          return ordered {
            { "states", spot }, { "symbol", a.id }, { "start-time", a.since }, { "end-time", last or a.since and a.since + 172800000 },
            { "size", a.limit },
          }
        end,
      }
    end, function(a, part)
      a.sort = waiting(a)
      if part == "linear" then
        a.mode, a.states = contracts.margin_mode(a), a.sort and algo or not a.sort and linear or nil
        return contracts.v5("get", a.sort and "algo/order/history" or "trade/order/history", 0.41679, {
          send = "contract_code={id} margin_mode={mode} type={sort} states={states} start_time={since} end_time={until|number} limit={limit}",
          read = contract_orders,
        })
      end
      a.coin = part == "future" and a.market.settleId or nil
      return contracts.coin(part, (prefixes[a.sort] or "") .. "hisorders", {
        send = "symbol={coin} contract={id} type={1} trade_type={0} status=" .. coin .. " start_time={since} end_time={until|number}", read = contract_orders,
      }, not a.sort and "v3" or nil)
    end, "symbol")
  end
  methods.fetch_orders = past("pre-submitted,submitted,partial-filled,filled,partial-canceled,canceled", nil, nil, "0")
  methods.fetch_closed_orders = past("filled", "filled", "effective", "6")
  methods.fetch_canceled_orders = past("partial-canceled,canceled", "partially_canceled,canceled", "canceled", "5,7")

  methods.fetch_my_trades = contracts.by_part({
    get = "/v1/order/matchresults", send = "symbol={id} size={limit} start-time={since} end-time={until}", read = spot_trades,
  }, function(a, part)
    if not a.symbol then fail("ArgumentsRequired", "trades of contracts are asked for by symbol") end
    if part == "linear" then
      return contracts.v5("get", "trade/order/details", 0.41679, {
        send = "contract_code={id} start_time={since} end_time={until|number} limit={limit}", read = linear_trades,
      })
    end
    a.coin = part == "future" and a.market.settleId or nil
    return contracts.coin(part, "matchresults_exact", {
      send = "symbol={coin} contract={id} trade_type={0} start_time={since} end_time={until|number} page_size={limit}", read = coin_trades,
    }, "v3")
  end)
  methods.fetch_order_trades = contracts.by_part({
    get = "/v1/order/orders/{order_id}/matchresults", cost = 0.4, read = spot_trades,
  }, function() fail("NotSupported", "spot orders only") end)

  methods.close_position = contracts.by_part(nil, function(a, part)
    local client = own_id(a)
    client = client and number_or_text(client)
    if part == "linear" then
      return contracts.v5("post", "trade/position", 0.41679, {
        send = { contract_code = a.id, margin_mode = contracts.margin_mode(a), client_order_id = client }, read = one_contract_order,
      })
    end
    local volume, amount = a:take "volume", a:take "amount"
    if not a.side or not (volume or amount) then fail("ArgumentsRequired", "closing a coin-settled position needs a side and params.amount") end
    local more = {
      send = { contract_code = a.id, volume = a:to_amount(volume or amount), direction = a.side, client_order_id = client }, read = one_contract_order,
    }
    if part == "swap" then return contracts.coin(part, "lightning_close_position", more) end
    return with({ post = "/api/v1/lightning_close_position", host = "contract" }, more)
  end, "symbol")

  return methods
end
