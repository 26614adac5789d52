-- Orders and own trades in API 2 of CoinEx: the methods, on top of the parts in dialects/coinex.lua.

local coinex = dialect "coinex"

-- Limit orders say how long they stand by their type.
local function type_of(o, take)
  local post, in_force = take "postOnly" or take "option" == "maker_only", (take "timeInForce" or ""):upper()
  if post or in_force == "PO" then
    if o.type == "market" or in_force == "IOC" or in_force == "FOK" then cannot_rest() end
    return "maker_only"
  end
  return o.type == "limit" and (in_force == "IOC" and "ioc" or in_force == "FOK" and "fok") or o.type
end

-- One order as the exchange wants it, and where it goes. What is understood of `params` is taken out of it.
local function order_row(a, market, kind, o, params)
  local function take(name)
    local v = params[name]
    params[name] = nil
    return v
  end
  local swap, row = market.swap, ordered { { "market", market.id }, { "market_type", kind } }
  local mine, raw = params.clientOrderId, take "client_id"      -- the first also goes along as it is, unheeded
  local trigger, stop_price = take "triggerPrice", take "stopPrice"
  local stop, target, reduce, by = take "stopLossPrice", take "takeProfitPrice", take "reduceOnly", take "stop_type"
  trigger = trigger or stop_price
  if reduce and not swap then fail("InvalidOrder", "reduceOnly is for perpetuals") end
  if stop or target then                -- set on the position
    if not swap then fail("NotSupported", "stopLossPrice and takeProfitPrice are for positions; triggerPrice is for orders") end
    local name = stop and "stop_loss" or "take_profit"
    row[name .. "_price"], row[name .. "_type"] = a:to_price(stop or target, market), by or "latest_price"
    return row, "set-position-" .. (stop and "stop-loss" or "take-profit")
  end
  row.client_id = raw or mine or a.options.brokerId .. "-" .. random_hex(16)
  if not reduce then row.side = o.side end
  row.type = type_of(o, take)
  if o.type ~= "market" then
    price_of(o)
    row.price = a:to_price(o.price, market)
  end
  row.amount = not swap and o.type == "market" and o.side == "buy" and a:to_spend(o, market, take) or a:to_amount(o.amount, market)
  if trigger then
    row.trigger_price, row.trigger_price_type = a:to_price(trigger, market), swap and (by or "latest_price") or by
    return row, "stop-order"
  end
  return row, reduce and "close-position" or "order"
end

local function add_order(a, o)
  local root, kind = coinex.place(a)
  local row, name = order_row(a, a.market, kind, o, a.params)
  return { post = root .. "/" .. name, cost = a.market.swap and 20 or 40 / 3, send = row, read = coinex.one_order }
end

local function by_status(name, status, cost)
  local list = orders(with(coinex.order_fields, { at = "data", status = status or coinex.order_fields.status }))
  return {
    run = function(a)
      local waits, root, kind = coinex.waiting(a), coinex.place(a)
      return {
        get = root .. "/" .. name .. (waits and "-stop-order" or "-order"), cost = cost, read = list,
        send = ordered { { "market", a.id }, { "market_type", kind }, { "limit", a.limit } },
      }
    end,
  }
end

return {
  fetch_order = {
    needs = "symbol",
    run = function(a)
      return {
        get = coinex.place(a) .. "/order-status", cost = 8, read = coinex.one_order,
        send = ordered { { "market", a.id }, { "order_id", coinex.id_number(a.order_id) } },
      }
    end,
  },
  fetch_open_orders = by_status("pending", "=open", 8),
  fetch_closed_orders = by_status("finished", nil, 40),
  fetch_orders_by_status = {
    needs = "status",
    run = function(a)
      local open = a.status == "open" or a.status == "pending"
      return (open and by_status("pending", "=open", 8) or by_status("finished", nil, 40)).run(a)
    end,
  },
  fetch_my_trades = {
    needs = "symbol",
    run = function(a)
      local root, kind = coinex.place(a)
      return {
        get = root .. "/user-deals", cost = kind == "FUTURES" and 1 or 40, send = "market={id} market_type=" .. kind .. " " .. coinex.ranged,
        read = coinex.trade_list,
      }
    end,
  },

  create_order = { run = function(a) return add_order(a, { type = a.type, side = a.side, amount = a.asked_amount, price = a.asked_price }) end },
  create_market_buy_order_with_cost = {
    run = function(a)
      a.params.cost = a.cost
      return add_order(a, { type = "market", side = "buy" })
    end,
  },
  create_orders = {             -- limit orders of one market; each may be refused alone
    run = function(a)
      local out, name = list {}, nil
      for i, o in ipairs(a.orders) do
        if o.type ~= "limit" then fail("NotSupported", "only limit orders go out together") end
        a.symbol = a.symbol or o.symbol
        if o.symbol ~= a.symbol then fail("BadRequest", "orders that go out together are of one market") end
        local market, params = a:market_of(o.symbol), with(o.params or {}, {})
        local margin = params.marginMode or params.margin
        params.marginMode, params.margin = nil, nil
        local row, of = order_row(a, market, market.swap and "FUTURES" or margin and "MARGIN" or "SPOT", o, params)
        if of ~= "order" and of ~= "stop-order" or name and of ~= name then fail("NotSupported", "these orders do not go out together") end
        for k, v in pairs(sorted(params)) do row[k] = v end
        out[i], name = row, of
      end
      if not name then fail("BadRequest", "no orders") end
      local market = a:market_of(a.symbol)
      a.batch_status = "open"
      return {
        post = (market.swap and "/futures" or "/spot") .. "/batch-" .. name, cost = market.spot and name == "order" and 40 or 1, read = coinex.batch,
        send = { market = market.id, orders = out },
      }
    end,
  },
  edit_order = {
    run = function(a)
      local trigger, stop_price, raw = a:take "triggerPrice", a:take "stopPrice", a:take "trigger_price"
      trigger = trigger or stop_price or raw
      local root, kind = coinex.place(a)
      return {
        post = root .. (trigger and "/modify-stop-order" or "/modify-order"), cost = kind == "FUTURES" and 20 or 40 / 3, read = coinex.one_order,
        send = ordered {
          { "market", a.id }, { "market_type", kind }, { "amount", a.amount }, { "price", a.price },
          { trigger and "stop_id" or "order_id", coinex.id_number(a.order_id) }, { "trigger_price", trigger and a:to_price(trigger) },
        },
      }
    end,
  },
  edit_orders = {      -- all of spot, or all of perpetuals; those that wait for a trigger, or none
    run = function(a)
      local rows, swap, waits = list {}, nil, nil
      for i, o in ipairs(a.orders) do
        local market, params = a:market_of(o.symbol), o.params or {}
        local trigger = params.triggerPrice or params.stopPrice or params.trigger_price
        if i > 1 and (market.swap ~= swap or (trigger ~= nil) ~= waits) then fail("NotSupported", "the orders are of more than one kind") end
        swap, waits = market.swap, trigger ~= nil
        rows[i] = ordered {
          { trigger and "stop_id" or "order_id", coinex.id_number(o.id) }, { "market", market.id }, { "market_type", swap and "FUTURES" or "SPOT" },
          { "amount", o.amount and a:to_amount(o.amount, market) }, { "price", o.price and a:to_price(o.price, market) },
          { "trigger_price", trigger and a:to_price(trigger, market) },
        }
      end
      return {
        post = (swap and "/futures" or "/spot") .. (waits and "/batch-modify-stop-order" or "/batch-modify-order"), cost = swap and 20 or 40 / 3,
        send = ordered { { "orders", rows } },
        read = function(reply)
          local out = {}
          for i, row in ipairs(reply.data) do
            local data, o = type(row.data) == "userdata" and row.data or row, a.orders[i] or {}
            local refused = row.code and row.code ~= "0"
            out[i] = { id = data.order_id or data.stop_id or o.id, symbol = o.symbol, status = refused and "rejected" or nil, info = row }
          end
          return out
        end,
      }
    end,
  },
  cancel_order = {
    needs = "symbol",
    run = function(a)
      local waits, mine, raw = coinex.waiting(a), a:take "clientOrderId", a:take "client_id"
      local root, kind = coinex.place(a)
      mine = raw or mine
      return {
        post = root .. "/cancel-" .. (waits and "stop-order" or "order") .. (mine and "-by-client-id" or ""),
        cost = mine and 1 or kind == "FUTURES" and 10 or 20 / 3, read = mine and coinex.first_of_batch or coinex.one_order,
        send = function()
          local name = mine and "client_id" or waits and "stop_id" or "order_id"
          return ordered { { "market", a.id }, { "market_type", kind }, { name, mine or coinex.id_number(a.order_id) } }
        end,
      }
    end,
  },
  cancel_orders = {
    needs = "symbol",
    run = function(a)
      local waits, ids = coinex.waiting(a), list {}
      local root, kind = coinex.place(a)
      for i, id in ipairs(a.ids) do ids[i] = coinex.id_number(id) end
      return {
        post = root .. "/cancel-batch-" .. (waits and "stop-order" or "order"), cost = kind == "FUTURES" and 20 or 10, read = coinex.batch,
        send = function()
          return ordered { { "market", a.id }, { "market_type", kind == "FUTURES" and kind or nil }, { waits and "stop_ids" or "order_ids", ids } }
        end,
      }
    end,
  },
  cancel_all_orders = {
    needs = "symbol",
    run = function(a)
      local root, kind = coinex.place(a)
      return {
        post = root .. "/cancel-all-order", send = { market = a.id, market_type = kind },
        read = function(reply) return { { info = reply } } end,
      }
    end,
  },
}
