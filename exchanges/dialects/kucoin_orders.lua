-- Orders and own trades of KuCoin's classic accounts: spot, margin and futures.
-- Used as dialect "kucoin_orders" (kucoin): the methods, on top of the parts in dialects/kucoin.lua.
-- Spot orders come in two generations, options.hf tells which: the high-frequency one, which all accounts have by now, and the older one.

return function(k)
  local order_page, order_list = orders(with(k.order_fields, { at = "data.items" })), orders(with(k.order_fields, { at = "data" }))
  local one_order = order(with(k.order_fields, { at = "data" }))
  local first_order = order(with(k.order_fields, { at = "data.1" }))      -- an own id may belong to several orders
  local trade_page = trades(with(k.trade_fields, { at = "data.items" }))

  local function hf(a) return k.chosen(a, "hf") end

  -- Params of an order, taken out as they are understood: take(name, other name).
  local function taker(params)
    return function(name, other)
      local v, w = params[name], other and params[other]
      params[name] = nil
      if other then params[other] = nil end
      if v == nil then return w end
      return v
    end
  end

  -- Trigger, stop loss, take profit: one of them, or none.
  local function triggers(take)
    local trigger, stop, target = take("triggerPrice", "stopPrice"), take "stopLossPrice", take "takeProfitPrice"
    if (trigger and 1 or 0) + (stop and 1 or 0) + (target and 1 or 0) > 1 then
      fail("InvalidOrder", "only one of triggerPrice, stopLossPrice and takeProfitPrice")
    end
    return trigger, stop, target
  end

  local function time_in_force(take, is_market)
    local tif, post = take "timeInForce", take "postOnly"
    tif = tif and tif:upper()
    post = post == true or tif == "PO"
    if post and (is_market or tif == "IOC" or tif == "FOK") then
      cannot_rest()
    end
    if tif == "PO" then tif = nil end
    return tif, post or nil
  end

  -- ---- new orders ----

  -- A spot order's fields, and where it goes: whether it waits, and its margin mode.
  local function spot_row(a, market, o, params)
    local take = taker(params)
    local is_market, mode = o.type == "market", take "marginMode"
    local r = ordered { { "clientOid", take("clientOid", "clientOrderId") or uuid() }, { "side", o.side }, { "symbol", market.id }, { "type", o.type } }
    local cost = is_market and take("cost", "funds")
    if cost then
      r.funds = a:to_cost(cost, market)
    else
      r.size = a:to_amount(o.amount, market)
      if not is_market then
        r.price = a:to_price(price_of(o), market)
      end
    end
    local trigger, stop, target = triggers(take)
    local waiting = trigger or stop or target
    if waiting then
      if stop then r.stop = o.side == "buy" and "entry" or "loss" end
      if target then r.stop = o.side == "buy" and "loss" or "entry" end
      r.stopPrice = a:to_price(waiting, market)
      if mode == "isolated" then fail("BadRequest", "stop orders know no isolated margin") end
      if mode == "cross" then r.tradeType = k.trade_types.cross end
    elseif mode == "isolated" then
      r.marginModel = "isolated"
    end
    local tif, post = time_in_force(take, is_market)
    r.postOnly, r.timeInForce = post, tif == "GTD" and "GTT" or tif
    return r, waiting, mode or params.tradeType == k.trade_types.cross
  end

  local price_types = { mark = "MP", last = "TP", index = "IP" }

  -- A contract order's fields, and whether a stop or target comes with it.
  local function contract_row(a, market, o, params)
    local take = taker(params)
    local is_market, side = o.type == "market", o.side
    local function price(x) return a:to_price(x, market) end
    local mode, cost = take "marginMode", take "cost"
    local r = ordered {
      { "clientOid", take("clientOid", "clientOrderId") or uuid() }, { "side", side }, { "symbol", market.id }, { "type", o.type },
      { "leverage", raw_number(decimal.text(take "leverage" or 1)) }, { "marginMode", mode and mode:upper() },
    }
    if cost then
      r.valueQty = a:to_cost(cost, market)
    else
      if decimal.cmp(decimal.text(o.amount), 1) < 0 then fail("InvalidOrder", "at least one contract") end
      r.size = raw_number(a:to_amount(o.amount, market))
    end

    local trigger, stop, target = triggers(take)
    local with_stop, with_target = take "stopLoss", take "takeProfit"
    local by = take "triggerPriceType" or "mark"
    if trigger or stop then
      r.stop = side == "buy" and "up" or "down"
      r.stopPrice = price(trigger or stop)
    elseif with_stop or with_target then
      if with_stop then
        r.triggerStopDownPrice = price(with_stop.triggerPrice or with_stop.stopPrice)
        by = with_stop.triggerPriceType or "mark"
      end
      if with_target then
        r.triggerStopUpPrice = price(with_target.triggerPrice or with_target.takeProfitPrice)
        by = with_target.triggerPriceType or "mark"
      end
    elseif target then
      r.stop = side == "buy" and "down" or "up"
      r.stopPrice = price(target)
    end
    local closing = take "reduceOnly" == true or stop or target
    if (stop or target) and not (with_stop or with_target) then r.reduceOnly = true end
    if r.stop or with_stop or with_target then r.stopPriceType = price_types[by] or by end

    local tif, post = time_in_force(take, is_market)
    if not is_market then
      price_of(o)
      r.price, r.timeInForce = price(o.price), tif
    end
    r.postOnly = post
    if post and params.hidden ~= nil then fail("BadRequest", "a post-only order cannot be hidden") end
    if params.iceberg and params.visibleSize == nil then fail("ArgumentsRequired", "an iceberg order needs params.visibleSize") end
    local hedged = take "hedged"
    if closing then r.reduceOnly = true end
    if hedged then r.positionSide = (side == "buy") ~= (closing and true or false) and "LONG" or "SHORT" end
    return r, with_stop or with_target
  end

  local function add_order(a, o)
    local test = a:take "test"
    if a.market.contract then
      local row, attached = contract_row(a, a.market, o, a.params)
      return {
        post = "/api/v1/" .. (test and "orders/test" or attached and "st-orders" or "orders"), host = "futures", cost = 4,
        send = row, read = k.placed,
      }
    end
    local fast, sync = hf(a), k.chosen(a, "sync") and not test
    local row, waiting, mode = spot_row(a, a.market, o, a.params)
    local path, cost
    if waiting and not test then
      path, cost = mode and "/api/v3/hf/margin/stop-order" or "/api/v1/stop-order", mode and 3 or 2
    elseif mode then
      path, cost = fast and "/api/v3/hf/margin/order" or "/api/v1/margin/order", fast and 2 or 5
    elseif sync then
      path, cost = "/api/v1/hf/orders/sync", 1
    else
      path, cost = fast and "/api/v1/hf/orders" or "/api/v1/orders", fast and 1 or 2
    end
    return { post = path .. (test and "/test" or ""), cost = cost, send = row, read = k.placed }
  end

  local function asked(a) return { type = a.type, side = a.side, amount = a.asked_amount, price = a.asked_price } end

  local function order_by_cost(side)
    return {
      run = function(a)
        a.params.cost = a.cost
        return add_order(a, { type = "market", side = side or a.side, amount = a.cost })
      end,
    }
  end

  -- All of spot (limit orders of one market), or all contracts.
  local function add_orders(a)
    local rows, contract, symbol = list {}, nil, nil
    for i, o in ipairs(a.orders) do
      if not o.symbol then fail("ArgumentsRequired", "each order needs its symbol") end
      local market, params = a:market_of(o.symbol), {}
      for name, v in pairs(o.params or {}) do params[name] = v end
      if contract ~= nil and contract ~= market.contract then fail("BadRequest", "either spot or contracts") end
      contract = market.contract
      if not contract and (symbol or o.symbol) ~= o.symbol then fail("BadRequest", "all orders must be of one symbol") end
      if not contract and o.type ~= "limit" then fail("BadRequest", "only limit orders") end
      symbol = o.symbol
      rows[i] = (contract and contract_row or spot_row)(a, market, o, params)
      for name, v in pairs(sorted(params)) do rows[i][name] = v end
    end
    if not symbol then fail("ArgumentsRequired", "at least one order") end
    if contract then
      return {
        post = "/api/v1/orders/multi", host = "futures", cost = 6, send = ordered { { "rows", rows } }, read = order_list,
      }
    end
    local fast, sync = hf(a), k.chosen(a, "sync")
    return {
      post = sync and "/api/v1/hf/orders/multi/sync" or fast and "/api/v1/hf/orders/multi" or "/api/v1/orders/multi", cost = fast and 1 or 3,
      send = ordered { { "symbol", a:market_of(symbol).id }, { "orderList", rows } },
      read = fast and order_list or orders(with(k.order_fields, { at = "data.data" })),
    }
  end

  -- ---- what became of them ----

  -- Spot orders have their paths by generation, margin and whether they wait.
  local function spot_order(a, verb, read, first)
    local waiting, mode, mine = k.waits(a), a:take "marginMode", k.client_id(a)
    local fast, sync, margin_trade = hf(a), verb == "delete" and k.chosen(a, "sync"), a:take "tradeType" == k.trade_types.cross
    local margin, send = mode or margin_trade, waiting and "" or "symbol={id}"
    if (fast or sync or margin) and not waiting and not a.symbol then fail("ArgumentsRequired", "orders are found by symbol and id") end
    a.own_id = mine
    local path, cost = nil, 2
    if waiting then
      cost = 3
      if margin then
        path = verb == "get" and "/api/v3/hf/margin/stop-order/" .. (mine and "clientOid" or "orderId")
          or "/api/v3/hf/margin/stop-order/cancel-by-" .. (mine and "clientOid" or "id")
        send = mine and "clientOid={own_id}" or "orderId={order_id}"
      elseif mine then
        path = "/api/v1/stop-order/" .. (verb == "get" and "queryOrderByClientOid" or "cancelOrderByClientOid")
        send = verb == "get" and "clientOid={own_id} symbol={id}" or "clientOid={own_id}"
        read = first or read
      else
        path = "/api/v1/stop-order/{order_id}"
      end
    else
      local base = margin and "/api/v3/hf/margin/orders/" or sync and "/api/v1/hf/orders/sync/" or fast and "/api/v1/hf/orders/"
      if not base then base, send = mine and "/api/v1/order/" or "/api/v1/orders/", "" end
      path = base .. (mine and "client-order/{own_id}" or "{order_id}")
      if margin and verb == "get" then cost = mine and 5 or 4 elseif verb == "delete" and fast and not margin then cost = 1 end
    end
    return { [verb] = path, encode = "query", cost = cost, send = send, read = read }
  end

  local function contract_order(a, verb, read)
    local mine = k.client_id(a)
    a.own_id = mine
    if verb == "get" then
      if mine then return { get = "/api/v1/orders/byClientOid", host = "futures", cost = 10, send = "clientOid={own_id}", read = read } end
      return { get = "/api/v1/orders/{order_id}", host = "futures", cost = 10, read = read }
    end
    if mine and not a.symbol then fail("ArgumentsRequired", "cancelling by an own id needs the symbol") end
    return {
      delete = mine and "/api/v1/orders/client-order/{own_id}" or "/api/v1/orders/{order_id}", host = "futures", encode = "query", cost = 2,
      send = mine and "symbol={id}" or "", read = read,
    }
  end

  local function spot_orders(a, done)
    local waiting, mode, fast = k.waits(a), a:take "marginMode", hf(a)
    if fast and not a.symbol then fail("ArgumentsRequired", "orders of spot are listed by symbol") end
    a.trade_type = k.trade_types[mode or ""] or "TRADE"
    local known = "symbol={id} tradeType={trade_type}"
    if mode and not done and not waiting then       -- all of them, whenever they were placed
      a:take "until"
      return { get = "/api/v3/hf/margin/orders/active", cost = 4, send = known, read = order_list }
    end
    local state = done and "done" or "active"
    local send = known .. (mode and "" or " status=" .. state) .. " startAt={since} pageSize={limit} endAt={until}"
    if waiting then
      return { get = mode and "/api/v3/hf/margin/stop-orders" or "/api/v1/stop-order", cost = 8, send = send, read = order_page }
    end
    if mode then return { get = "/api/v3/hf/margin/orders/done", cost = 10, send = send, read = order_page } end
    if not fast then return { get = "/api/v1/orders", cost = 2, send = send, read = order_page } end
    return {         -- open orders come as a list, past ones in pages; either has been seen as the other
      get = "/api/v1/hf/orders/" .. state, cost = 2, send = send,
      read = function(reply, a_) return (reply.data.items and order_page or order_list)(reply, a_) end,
    }
  end

  local function orders_of(done)
    return {
      run = function(a)
        if k.is_spot(a.market and a.market.type or k.type_asked(a)) then return spot_orders(a, done) end
        local waiting = k.waits(a)
        if waiting and done then fail("BadRequest", "of orders that waited only the open ones are listed") end
        return {
          get = waiting and "/api/v1/stopOrders" or "/api/v1/orders", host = "futures", cost = waiting and 12 or 4, read = order_page,
          send = (waiting and "" or "status=" .. (done and "done" or "active") .. " ") .. "symbol={id} startAt={since} endAt={until}",
        }
      end,
    }
  end

  local function my_trades(a)
    if not k.is_spot(k.type_asked(a)) then
      return {
        get = "/api/v1/fills", host = "futures", cost = 10, read = trade_page,
        send = "symbol={id} startAt={since} pageSize={limit|max:1000} endAt={until} orderId={order_id}",
      }
    end
    local mode, fast = a:take "marginMode", hf(a)
    if (fast or mode) and not a.symbol then fail("ArgumentsRequired", "own trades of spot are listed by symbol") end
    a.trade_type = k.trade_types[mode or ""] or mode
    if not fast and not mode then
      return { get = "/api/v1/fills", cost = 10, send = "symbol={id} endAt={until} startAt={since} orderId={order_id}", read = trade_page }
    end
    return {
      get = mode and "/api/v3/hf/margin/fills" or "/api/v1/hf/fills", cost = mode and 5 or 2, read = trade_page,
      send = "tradeType={trade_type} symbol={id} endAt={until} limit={limit} startAt={since} orderId={order_id}",
    }
  end

  -- Ids of what was cancelled; of plain spot orders the reply is one word.
  local function ids_of(reply)
    local out, data = {}, reply.data
    for i, id in ipairs(type(data) == "userdata" and data.cancelledOrderIds or {}) do out[i] = { id = id, info = reply } end
    return out
  end
  local function as_it_is(reply) return { { info = reply } } end

  return {
    create_order = { run = function(a) return add_order(a, asked(a)) end },
    create_market_order_with_cost = order_by_cost(),
    create_market_buy_order_with_cost = order_by_cost "buy",
    create_market_sell_order_with_cost = order_by_cost "sell",
    create_orders = { run = add_orders },
    edit_order = {            -- high-frequency orders of spot only; the order gets a new id
      run = function(a)
        a.own_id = k.client_id(a)
        return {
          post = "/api/v1/hf/orders/alter", cost = 1, read = k.placed,
          send = "symbol={id} " .. (a.own_id and "clientOid={own_id}" or "orderId={order_id}") .. " newSize={amount} newPrice={price}",
        }
      end,
    },
    cancel_order = {
      run = function(a)
        return k.is_spot(k.type_asked(a)) and spot_order(a, "delete", k.canceled) or contract_order(a, "delete", k.canceled)
      end,
    },
    cancel_orders = {         -- contracts; of spot only the unified API cancels several at once
      run = function(a)
        local mine, raw = a:take "clientOrderIds", a:take "clientOids"
        mine = mine or raw
        local rows = list {}
        if mine and not a.symbol then fail("ArgumentsRequired", "cancelling by own ids needs the symbol") end
        for i, id in ipairs(mine or a.ids or {}) do rows[i] = mine and ordered { { "symbol", a.id }, { "clientOid", id } } or id end
        return {
          delete = "/api/v1/orders/multi-cancel", host = "futures", encode = "json", cost = 40, read = order_list,
          send = ordered { { mine and "clientOidsList" or "orderIdsList", rows } },
        }
      end,
    },
    cancel_all_orders = {
      run = function(a)
        local kind, waiting = k.type_asked(a), k.waits(a)
        if not k.is_spot(kind) then
          return {
            delete = waiting and "/api/v1/stopOrders" or "/api/v1/orders", host = "futures", encode = "query", cost = waiting and 30 or 20,
            send = "symbol={id}", read = ids_of,
          }
        end
        local mode, fast = a:take "marginMode", hf(a)
        if mode and not waiting and not a.symbol then fail("ArgumentsRequired", "margin orders are cancelled by symbol") end
        if mode == "isolated" and waiting then fail("BadRequest", "stop orders know no isolated margin") end
        a.trade_type = k.trade_types[mode or ""] or mode
        local path, cost = "/api/v1/orders", 20
        if waiting then path, cost = mode and "/api/v3/hf/margin/stop-order/cancel" or "/api/v1/stop-order/cancel", 3
        elseif mode then path, cost = "/api/v3/hf/margin/orders", 5
        elseif fast and a.symbol then path, cost = "/api/v1/hf/orders", 2
        elseif fast then path, cost = "/api/v1/hf/orders/cancelAll", 30
        end
        return {
          delete = path, encode = "query", cost = cost, send = "symbol={id} tradeType={trade_type}", read = waiting and ids_of or as_it_is,
        }
      end,
    },
    fetch_order = {
      run = function(a)
        return k.is_spot(k.type_asked(a)) and spot_order(a, "get", one_order, first_order) or contract_order(a, "get", one_order)
      end,
    },
    fetch_open_orders = orders_of(false),
    fetch_closed_orders = orders_of(true),
    fetch_orders_by_status = {
      needs = "status",
      run = function(a)
        local done = a.status == "done" or a.status == "closed"
        if not done and a.status ~= "open" and a.status ~= "active" then fail("BadRequest", "orders are open or closed here") end
        return orders_of(done).run(a)
      end,
    },
    fetch_my_trades = { run = my_trades },
    fetch_order_trades = { run = my_trades },
  }
end
