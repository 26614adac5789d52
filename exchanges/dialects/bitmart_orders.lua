-- Orders of BitMart, spot and contracts: new, changed, cancelled, told. Docs: https://developer-pro.bitmart.com/
-- A spot order that waits for a price is an algo order ("trigger", "tp/sl"); of contracts there are plan orders, tp/sl orders and trailing ones,
-- each with paths of its own. The side of a contract order tells what it opens or closes: 1 open long, 2 close short, 3 close long, 4 open short.
-- Used as dialect "bitmart_orders" (kind_of, until_ms): the methods.

return function(kind_of, until_ms)
  local sides = { "side", ["1"] = "buy", ["2"] = "buy", ["3"] = "sell", ["4"] = "sell", default = "." }

  local spot_states = {
    ["1"] = "rejected", ["2"] = "open", ["3"] = "rejected", ["4"] = "open", ["5"] = "open", ["6"] = "closed", ["7"] = "canceled", ["8"] = "canceled",
    new = "open", partially_filled = "open", filled = "closed", partially_canceled = "canceled",
  }
  local contract_states = { ["1"] = "open", ["2"] = "open", ["4"] = "closed" }
  local order_fields = {
    market = "symbol", id = "order_id,orderId", clientOrderId = "client_order_id,clientOrderId", timestamp = "create_time,createTime",
    lastTradeTimestamp = "update_time", lastUpdateTimestamp = "update_time,updateTime", side = sides,
    status = function(o, _, market)
      local state = o.status or o.state
      return state and ((market and market.contract and contract_states or spot_states)[state] or state)
    end,
    type = { "type", limit_maker = "limit", ioc = "limit", default = "." }, timeInForce = { "type", limit_maker = "PO", ioc = "IOC" },
    postOnly = { "type", limit_maker = true },
    price = function(o) return o.price ~= "market price" and o.price or nil end, triggerPrice = "activation_price,trigger_price|nonzero",
    amount = "size|nonzero", filled = "filled_size,filledSize,deal_size", average = "price_avg,priceAvg,deal_avg_price",
    cost = "filled_notional,filledNotional",
  }
  local order_list, page = orders(with(order_fields, { at = "data" })), orders(with(order_fields, { at = "data.orders" }))
  local one_order = order(with(order_fields, { at = "data" }))
  -- The answer to a new order is its id.
  local placed = order(with(order_fields, { at = "data", type = "={type}", side = "={side}", amount = "={asked_amount}", price = "={asked_price}" }))
  local changed = order(with(order_fields, { at = "data?" }))
  local function raw(reply) return { { info = reply } } end

  -- ---- new orders ----

  -- A trigger, stop-loss or take-profit price; what they are called in params is taken out of it.
  local function waits_for(take)
    local trigger, older, own = take "triggerPrice", take "stopPrice", take "trigger_price"
    return trigger or older or own, take "stopLossPrice", take "takeProfitPrice"
  end

  -- Fields of one spot order, and whether it is an algo order. `o` holds type, side, amount, price.
  local function spot_row(a, market, o, params)
    local function take(name)
      local v = params[name]
      params[name] = nil
      return v
    end
    local trigger, stop, target = waits_for(take)
    local in_force, post, mode = take "timeInForce", take "postOnly", params.mode
    if in_force == "FOK" then fail("InvalidOrder", "a spot order is filled or killed nowhere here: IOC or PO") end
    post = post or in_force == "PO" or o.type == "limit_maker" or mode == 4
    local at_once, at_market = in_force == "IOC" or o.type == "ioc", o.type == "market"
    if post and (at_market or at_once) then cannot_rest() end
    local algo, r = trigger or stop or target, ordered { { "symbol", market.id }, { "side", o.side }, { "type", o.type } }
    if algo then
      r.type = trigger and "trigger" or "tp/sl"
      r.trigger_type = at_market and "market" or "limit"
      r.trigger_price = a:to_price(stop or target or trigger, market)
    elseif post then r.type = "limit_maker"
    elseif at_once then r.type = "ioc"
    end
    if not at_market then
      price_of(o)
      r.size = a:to_amount(o.amount, market)
      r.price = a:to_price(o.price, market)
    elseif o.side == "sell" then
      r.size = a:to_amount(o.amount, market)
    else
      local cost, own, by_price = take "cost", take "notional", take "createMarketBuyOrderRequiresPrice"
      cost = cost or own
      if by_price == nil then by_price = a.options.createMarketBuyOrderRequiresPrice end
      if not cost and by_price == false then cost = o.amount end
      if not cost and not o.price then
        fail("InvalidOrder", "a market order to buy is told by its cost: give params.cost, or a price, and amount x price is spent")
      end
      r.notional = a:to_cost(cost or decimal.mul(decimal.text(o.amount), decimal.text(o.price)), market)
    end
    r.client_order_id = take "clientOrderId"
    for k, v in pairs(sorted(params)) do r[k] = v end
    return r, algo
  end

  local modes = { GTC = 1, FOK = 2, IOC = 3, PO = 4 }

  -- A contract order: path and fields.
  local function contract_row(a)
    local p, take = a.params, function(name) return a:take(name) end
    local trigger, stop, target = waits_for(take)
    local r = ordered { { "symbol", a.id }, { "size", raw_number(a.amount) } }
    local in_force, post, reduce = take "timeInForce", take "postOnly", take "reduceOnly"
    post = post or p.mode == 4 or in_force == "PO"
    local kind = stop and "stop_loss" or target and "take_profit" or a.type
    if post and a.type == "market" then cannot_rest() end
    r.mode = post and 4 or modes[in_force]
    local percent, rate, starts = take "trailingPercent", take "callback_rate", take "trailingTriggerPrice"
    percent = percent or rate
    local path = "/contract/private/submit-order"
    local at_limit = kind == "limit" or post or in_force == "IOC" or p.mode == 3
    if at_limit then
      r.price = a.price
    elseif kind == "trailing" or percent then
      kind, path = "trailing", "/contract/private/submit-trail-order"
      local activation = starts or take "activation_price" or a.price
      if not activation then fail("ArgumentsRequired", "a trailing order needs trailingTriggerPrice, or a price, from which on it trails") end
      r.callback_rate = percent and decimal.text(percent)
      r.activation_price = a:to_price(activation)
      r.activation_price_type = p.activation_price_type or 1
    end
    if trigger then
      path = kind == "trailing" and path or "/contract/private/submit-plan-order"
      r.executive_price = a.price
      r.trigger_price = a:to_price(trigger)
      r.price_type = p.price_type or 1
      r.price_way = (a.side == "buy") == not reduce and 1 or 2
    end
    local margin = take "marginMode" or "cross"
    if stop or target then
      path = (kind == "trailing" or trigger) and path or "/contract/private/submit-tp-sl-order"
      reduce = true
      r.price_type = p.price_type or 1
      r.executive_price = a.price
      r.category = p.category or (at_limit and "limit" or "market")
      r.trigger_price = a:to_price(stop or target)
    else
      r.open_type = margin
    end
    r.side = a.side == "buy" and (reduce and 2 or 1) or (reduce and 3 or 4)
    r.client_order_id = take "clientOrderId"
    local leverage = take "leverage" or trigger and 1 or nil        -- plan orders must tell one
    r.leverage = leverage and tostring(leverage)
    if kind ~= "trailing" then r.type = kind end
    return path, r
  end

  local function add_order(a, kind)
    if not a.market.spot then
      local path, r = contract_row(a)
      return { host = "v2", post = path, cost = 2.5, send = r, read = placed }
    end
    local isolated = a.params.marginMode == "isolated"
    a.params.marginMode = nil
    local r, algo = spot_row(a, a.market, { type = kind, side = a.side, amount = a.asked_amount, price = a.asked_price }, a.params)
    for k in pairs(a.params) do a.params[k] = nil end
    return {
      post = algo and "/spot/v4/algo/submit_order" or isolated and "/spot/v1/margin/submit_order" or "/spot/v2/submit_order",
      cost = algo and 6 or isolated and 1.5 or 1, send = r, read = placed,
    }
  end

  -- ---- orders there are ----

  -- What sort of waiting orders a call is about: "trigger", "tp/sl" or nothing.
  local function waiting(a)
    local older, trigger, both = a:take "stop", a:take "trigger", a:take "stopLossTakeProfit"
    return both and "tp/sl" or (older or trigger) and "trigger" or nil
  end

  -- A user's own id of an order.
  local function own_id(a)
    local unified, own = a:take "clientOrderId", a:take "client_order_id"
    return unified or own
  end

  local function only_spot(a, what)
    if a.market and not a.market.spot then fail("NotSupported", what .. " of spot markets only") end
  end
  local function needs_symbol(a)
    if not a.market then fail("ArgumentsRequired", "a symbol is needed") end
  end

  -- Type of the orders that a contract's list is asked for.
  local function order_type(a)
    local trailing, kind = a:take "trailing", a:take "orderType"
    return trailing and "trailing" or kind
  end

  local function mode_of(algo, a)
    local margin = a:take "marginMode"
    return algo or margin == "isolated" and "iso_margin" or nil
  end

  return {
    create_order = { run = function(a) return add_order(a, a.type) end },
    create_market_buy_order_with_cost = {
      run = function(a)
        only_spot(a, "a cost is told")
        a.type, a.side, a.params.cost = "market", "buy", a.cost
        return add_order(a, "market")
      end,
    },
    create_orders = {             -- up to ten, of one spot market
      needs = "orders",
      run = function(a)
        local rows, market = list {}, a:market_of(a.orders[1] and a.orders[1].symbol)
        if not market.spot then fail("NotSupported", "several orders at once are of spot markets only") end
        one_market(a)
        for i, o in ipairs(a.orders) do
          local params = with(o.params or {}, {})
          rows[i] = spot_row(a, market, o, params)
          rows[i].symbol = nil
        end
        return {
          post = "/spot/v4/batch_orders", cost = 3, send = ordered { { "symbol", market.id }, { "orderParams", rows } },
          read = function(reply)
            local out = {}
            for i, id in ipairs(reply.data.data.orderIds or {}) do out[i] = { id = id, symbol = a.orders[1].symbol, info = reply } end
            return out
          end,
        }
      end,
    },
    edit_order = {
      run = function(a)
        if not a.market.swap then fail("NotSupported", "only orders of contracts can be changed") end
        local p, take = a.params, function(name) return a:take(name) end
        local trigger, stop, target = waits_for(take)
        local entry_stop, entry_target = take "stopLoss", take "takeProfit"
        local r = ordered { { "symbol", a.id }, { "client_order_id", own_id(a) }, { "order_id", a.order_id } }
        local path = "modify-limit-order"
        if trigger or stop or target then
          r.price_type = p.price_type or 1
          r.executive_price = a.price
          r[trigger and "type" or "category"] = a.type
          r.trigger_price = a:to_price(trigger or stop or target)
          path = trigger and "modify-plan-order" or "modify-tp-sl-order"
        elseif entry_stop or entry_target then
          local prefix, leg = entry_stop and "preset_stop_loss_price" or "preset_take_profit_price", entry_stop or entry_target
          r[prefix .. "_type"] = p.price_type or 1
          r[prefix] = a:to_price(leg.triggerPrice)
          path = "modify-preset-plan-order"
        elseif a.type == "limit" then
          r.order_id = raw_number(a.order_id)       -- the only call that takes it as a number
          r.size = a.amount
          r.price = a.price
        else
          fail("NotSupported", "limit orders and orders that wait for a price can be changed")
        end
        return { host = "v2", post = "/contract/private/" .. path, cost = 2.5, send = r, read = changed }
      end,
    },

    cancel_order = {
      needs = "symbol",
      run = function(a)
        local kind, trailing, mine = waiting(a), a:take "trailing", own_id(a)
        local r = ordered { { "symbol", a.id }, { mine and "client_order_id" or "order_id", mine or a.order_id } }
        if not a.market.spot then
          return {
            host = "v2", cost = 1.5, send = r, read = function(reply) return { info = reply } end,
            post = "/contract/private/cancel-" .. (kind == "trigger" and "plan-" or trailing and "trail-" or "") .. "order",
          }
        end
        r.type = kind
        return {
          post = kind and "/spot/v4/algo/cancel_order" or "/spot/v3/cancel_order", cost = kind and 6 or 1, send = r,
          read = function(reply)
            local data = reply.data
            local done = data == true or type(data) == "userdata" and (data.result == true or data.succeed and data.succeed[1] ~= nil)
            if not done then fail("InvalidOrder", "order " .. a.order_id .. " is filled or cancelled") end
            return { id = a.order_id, clientOrderId = mine, symbol = a.symbol, info = reply }
          end,
        }
      end,
    },
    cancel_orders = {
      needs = "symbol",
      run = function(a)
        only_spot(a, "several orders are cancelled")
        local mine = a:take "clientOrderIds"
        return {
          post = "/spot/v4/cancel_orders", cost = 3,
          send = ordered { { "symbol", a.id }, { mine and "clientOrderIds" or "orderIds", list(mine or a.ids) } },
          read = function(reply)
            local out = {}
            for name, state in pairs { successIds = "canceled", failIds = "failed" } do
              for _, id in ipairs(reply.data[name] or {}) do out[#out + 1] = { id = id, symbol = a.symbol, status = state, info = reply } end
            end
            return out
          end,
        }
      end,
    },
    cancel_all_orders = {
      run = function(a)
        local spot, kind = kind_of(a) == "spot", waiting(a)
        if not spot then needs_symbol(a) end
        if not spot then return { host = "v2", post = "/contract/private/cancel-orders", cost = 30, send = "symbol={id}", read = raw } end
        return {
          post = kind and "/spot/v4/algo/cancel_all" or "/spot/v4/cancel_all", cost = kind and 12 or 90, read = raw,
          send = ordered { { "symbol", a.id }, { "type", kind } },
        }
      end,
    },

    fetch_order = {
      run = function(a)
        if kind_of(a) ~= "spot" then
          needs_symbol(a)
          return {
            host = "v2", get = "/contract/private/order", cost = 1.2, read = one_order,
            send = ordered { { "type", order_type(a) }, { "symbol", a.id }, { "order_id", a.order_id } },
          }
        end
        local algo, mine = waiting(a), own_id(a)
        return {
          post = "/spot/v4/query/" .. (algo and "algo/" or "") .. (mine and "client-order" or "order"), cost = algo and 1.5 or 1, read = one_order,
          send = ordered { { mine and "clientOrderId" or "orderId", mine or a.order_id } },
        }
      end,
    },
    fetch_open_orders = {
      run = function(a)
        local spot, algo = kind_of(a) == "spot", waiting(a)
        if not spot then
          return {
            host = "v2", get = algo == "trigger" and "/contract/private/current-plan-order" or "/contract/private/get-open-orders", cost = 1.2,
            read = order_list,
            send = function()
              return ordered { { "symbol", a.id }, { "limit", a.limit and math.min(a.limit, 100) }, { "type", order_type(a) } }
            end,
          }
        end
        return {
          post = algo and "/spot/v4/query/algo/open-orders" or "/spot/v4/query/open-orders", cost = algo and 3 or 5, read = order_list,
          send = ordered {
            { "symbol", a.id }, { "limit", a.limit and math.min(a.limit, 200) }, { "orderMode", mode_of(algo, a) }, { "startTime", a.since },
            { "endTime", until_ms(a) },
          },
        }
      end,
    },
    fetch_closed_orders = {
      run = function(a)
        local spot, algo = kind_of(a) == "spot", waiting(a)
        if not spot then
          needs_symbol(a)
          return {
            host = "v2", get = "/contract/private/order-history", cost = 10, send = "symbol={id} start_time={since} end_time={until}", read = order_list,
          }
        end
        return {
          post = algo and "/spot/v4/query/algo/history-orders" or "/spot/v4/query/history-orders", cost = algo and 3 or 5, read = order_list,
          send = function()
            return ordered { { "symbol", a.id }, { "startTime", a.since }, { "endTime", until_ms(a) }, { "orderMode", mode_of(algo, a) } }
          end,
        }
      end,
    },
    fetch_canceled_orders = {
      needs = "symbol",
      run = function(a)
        only_spot(a, "cancelled orders are told")
        return { get = "/spot/v3/orders", cost = 5, send = "symbol={id} offset={1} N={100} status={8}", read = page }
      end,
    },
  }
end
