-- Orders in API 5 of Bybit. A trailing stop, and a stop with a target for a position, are no orders there but settings of the position.
-- Used as dialect "bybit_orders" (bybit): the methods, on top of the parts in dialects/bybit.lua.

local bybit

local function capital(text) return text:sub(1, 1):upper() .. text:sub(2):lower() end

-- A stop or target of a position: prefix "sl" or "tp". Of a part of the position when it has a size, which a limit order needs.
local function add_setting(r, name, prefix, trigger, limit, amount, price)
  r[name] = price(trigger)
  r[prefix .. "OrderType"] = limit and "Limit" or "Market"
  r[prefix .. "LimitPrice"] = limit
  r[prefix .. "Size"] = amount
  return (limit or amount) and "Partial" or "Full"
end

-- A stop or target that comes with an entry: a price, or { triggerPrice =, price = }.
local function add_attached(r, name, prefix, x, market, price)
  local is_table = type(x) == "table"
  local trigger = is_table and (x.triggerPrice or x.stopPrice) or not is_table and x
  if not trigger then fail("InvalidOrder", name .. " needs its triggerPrice") end
  if market.spot and r.orderType == "Market" then fail("InvalidOrder", "a market order on spot takes no " .. name) end
  r[name] = price(trigger)
  if is_table and x.price then
    r.tpslMode = "Partial"
    r[prefix .. "OrderType"] = "Limit"
    r[prefix .. "LimitPrice"] = price(x.price)
  elseif market.spot then
    r[prefix .. "OrderType"] = "Market"
  end
end

local in_force = { gtc = "GTC", fok = "FOK", ioc = "IOC" }

-- One order as the exchange wants it, and whether it is a setting of the position. What is understood of `params` is taken out of it.
local function order_row(a, market, o, params, category)
  local function take(name, other)
    local v, w = params[name], other and params[other]
    params[name] = nil
    if other then params[other] = nil end
    if v == nil then v = w end
    return v
  end
  local function price(x) return a:to_price(x, market) end
  local is_market = o.type:lower() == "market"
  local trigger, stop, target = take("triggerPrice", "stopPrice"), take "stopLossPrice", take "takeProfitPrice"
  local distance, starts = take("trailingAmount", "trailingStop"), take("trailingTriggerPrice", "activePrice") or o.price
  local entry_stop, entry_target = take "stopLoss", take "takeProfit"
  local forced = take "tradingStopEndpoint"
  local setting = distance or stop and target or forced
  local amount = o.amount and a:to_amount(o.amount, market)
  local r = ordered { { "symbol", market.id } }

  if setting then
    if market.spot or trigger or entry_stop or entry_target then
      fail("InvalidOrder", "trailingAmount, and stopLossPrice with takeProfitPrice, are for positions in contracts, and go with nothing else")
    end
    local size = params.tpslMode ~= "Full" and amount or nil
    local mode = stop and add_setting(r, "stopLoss", "sl", stop, take("stopLossLimitPrice", "slLimitPrice"), size, price)
    local other = target and add_setting(r, "takeProfit", "tp", target, take("takeProfitLimitPrice", "tpLimitPrice"), size, price)
    if mode and other and mode ~= other then fail("InvalidOrder", "stop and target are both of the whole position, or both of a part") end
    r.tpslMode = mode or other
  else
    if not is_market then price_of(o) end
    r.side = capital(o.side)
    r.orderType = capital(o.type)
    local tif, post = (take "timeInForce" or ""):lower(), take "postOnly"
    if tif == "po" or tif == "postonly" or post then
      if is_market or in_force[tif] and tif ~= "gtc" then cannot_rest() end
      r.timeInForce = "PostOnly"
    else
      r.timeInForce = in_force[tif]
    end
    if market.spot then r.orderFilter = trigger and "StopOrder" or (stop or target) and "tpslOrder" or nil end
    r.orderLinkId = take "clientOrderId" or market.option and not params.orderLinkId and random_hex(16) or nil
    if not is_market then r.price = price(o.price) end
  end
  r.category = category

  local cost = take "cost"
  if setting then r.qty = nil
  elseif market.spot and is_market then      -- a bare number to buy is in the quote, one to sell in the base
    if not cost and o.price then cost = decimal.mul(amount, price(o.price)) end
    if not cost then r.marketUnit = "baseCoin" elseif o.side ~= "buy" then r.marketUnit = "quoteCoin" end
    r.qty = cost and a:to_cost(cost, market) or amount
  else
    r.qty = amount
  end

  if distance then
    r.activePrice = starts and price(starts) or nil
    r.trailingStop = decimal.text(distance)
  elseif trigger and not setting then
    local direction = take "triggerDirection"
    if market.spot then
      if direction then fail("NotSupported", "on spot a trigger has no direction") end
    elseif not direction then
      fail("ArgumentsRequired", "a trigger needs params.triggerDirection, 'ascending' or 'descending'")
    else
      r.triggerDirection = (direction == "ascending" or direction == "above" or tostring(direction) == "1") and 1 or 2
    end
    r.triggerPrice = price(trigger)
  elseif (stop or target) and not setting then
    r.triggerDirection = (o.side == "buy") == (stop ~= nil) and 1 or 2
    r.triggerPrice = price(stop or target)
    r.reduceOnly = true
  end
  if entry_stop then add_attached(r, "stopLoss", "sl", entry_stop, market, price) end
  if entry_target then add_attached(r, "takeProfit", "tp", entry_target, market, price) end
  if take "hedged" and not market.spot then      -- 1: the long side, 2: the short one
    local closing = params.reduceOnly == true and take "reduceOnly"
    r.positionIdx = (o.side == "buy") == not closing and 1 or 2
  end
  for k, v in pairs(sorted(params)) do r[k] = v end
  return r, setting
end

local function add_order(a, o)
  local category = bybit.category(a)
  local row, setting = order_row(a, a.market, o, a.params, category)
  a.params = {}
  local path = setting and "/v5/position/trading-stop" or "/v5/order/create"
  return { post = path, cost = setting and 5 or 2.5, send = row, read = bybit.one_order }
end

local function by_cost(side)
  return {
    run = function(a)
      a.params.cost = a.cost
      return add_order(a, { type = "market", side = side })
    end,
  }
end

-- What changes of an order; a price of 0 takes a trigger, stop or target away.
local function change(a, id, market, amount, new_price, params)
  local function price(x) return a:to_price(x, market) end
  local function take(name)
    local v = params[name]
    params[name] = nil
    return v
  end
  local r = ordered { { "symbol", market.id } }
  local mine = take "clientOrderId" or take "orderLinkId"
  r[mine and "orderLinkId" or "orderId"] = mine or id
  r.category = bybit.category(a)
  r.qty = amount
  r.price = new_price
  local trigger, old_name, stop, target = take "triggerPrice", take "stopPrice", take "stopLossPrice", take "takeProfitPrice"
  trigger = stop or target or trigger or old_name
  if trigger then
    r.triggerPrice = price(trigger)
    r.triggerBy = take "triggerBy" or "LastPrice"
  end
  for name, prefix in pairs(sorted { stopLoss = "sl", takeProfit = "tp" }) do
    local x = take(name)
    if type(x) == "table" then x = x.triggerPrice or x.stopPrice end
    if x then
      r[name] = price(x)
      r[prefix .. "TriggerBy"] = take(prefix .. "TriggerBy") or "LastPrice"
    end
  end
  return r
end

-- Each order of a batch may be refused alone: its code stands beside the list.
local function batch(reply, a)
  local out, codes = {}, reply.retExtInfo and reply.retExtInfo.list
  for i, row in ipairs(reply.result.list) do
    local code = codes and codes[i] and codes[i].code
    out[i] = {
      id = bybit.told(row.orderId), clientOrderId = bybit.told(row.orderLinkId), symbol = a.orders[i] and a.orders[i].symbol, info = row,
      status = code and code ~= "0" and "rejected" or nil,
    }
  end
  return out
end

local methods = {
  create_order = { run = function(a) return add_order(a, { type = a.type, side = a.side, amount = a.asked_amount, price = a.asked_price }) end },
  create_market_buy_order_with_cost = by_cost "buy",
  create_market_sell_order_with_cost = by_cost "sell",
  create_orders = {       -- up to ten (spot, options: twenty), of one category
    run = function(a)
      local rows = list {}
      for i, o in ipairs(a.orders) do
        local params = with(o.params or {}, {})
        rows[i] = order_row(a, a:market_of(o.symbol), o, params)
      end
      if not a.orders[1] then fail("ArgumentsRequired", "create_orders needs orders") end
      a.market = a:market_of(a.orders[1].symbol)
      local category = bybit.category(a)
      return {
        post = "/v5/order/create-batch", cost = 5, read = batch,
        send = ordered { { "category", category }, { "request", rows } },
      }
    end,
  },
  edit_order = {
    run = function(a)
      local row = change(a, a.order_id, a.market, a.amount, a.price, a.params)
      return { post = "/v5/order/amend", cost = 5, send = row, read = bybit.one_order }
    end,
  },
  cancel_order = {
    needs = "symbol",
    run = function(a)
      local mine, trigger = a:take "clientOrderId", bybit.waiting(a)
      local category = bybit.category(a)
      return {
        post = "/v5/order/cancel", cost = 2.5, read = bybit.one_order,
        send = ordered {
          { "symbol", a.id }, { "orderFilter", a.market.spot and (trigger and "StopOrder" or "Order") or nil },
          { mine and "orderLinkId" or "orderId", mine or a.order_id }, { "category", category },
        },
      }
    end,
  },
  cancel_orders = {
    needs = "symbol",
    run = function(a)
      local rows, category = list {}, bybit.category(a)
      local mine, other = a:take "clientOrderIds", a:take "clientOids"
      for _, id in ipairs(mine or other or {}) do rows[#rows + 1] = ordered { { "symbol", a.id }, { "orderLinkId", id } } end
      for _, id in ipairs(a.ids or {}) do rows[#rows + 1] = ordered { { "symbol", a.id }, { "orderId", id } } end
      return {
        post = "/v5/order/cancel-batch", cost = 5, read = bybit.order_list,
        send = ordered { { "category", category }, { "request", rows } },
      }
    end,
  },
  cancel_orders_for_symbols = {       -- each { id or clientOrderId, symbol }, of one category
    run = function(a)
      local rows, category = list {}, nil
      for i, o in ipairs(a.orders) do
        a.market = a:market_of(o.symbol)
        local this = bybit.category(a)
        if category and category ~= this then fail("ExchangeError", "the orders are of more than one category") end
        category = this
        rows[i] = ordered { { "symbol", a.market.id }, { o.clientOrderId and "orderLinkId" or "orderId", o.clientOrderId or o.id } }
      end
      if category == "inverse" then fail("NotSupported", "inverse orders are not cancelled together") end
      return {
        post = "/v5/order/cancel-batch", cost = 5, read = batch,
        send = ordered { { "category", category }, { "request", rows } },
      }
    end,
  },
  edit_orders = {       -- of one category
    run = function(a)
      local rows = list {}
      for i, o in ipairs(a.orders) do
        local market, params = a:market_of(o.symbol), with(o.params or {}, {})
        a.market = market
        rows[i] = change(a, o.id, market, o.amount and a:to_amount(o.amount, market), o.price and a:to_price(o.price, market), params)
        rows[i].category = nil
        for k, v in pairs(sorted(params)) do rows[i][k] = v end
      end
      if not a.orders[1] then fail("ArgumentsRequired", "edit_orders needs orders") end
      a.market = a:market_of(a.orders[1].symbol)
      local category = bybit.category(a)
      return {
        post = "/v5/order/amend-batch", cost = 5, read = batch,
        send = ordered { { "category", category }, { "request", rows } },
      }
    end,
  },
  cancel_all_orders = {
    run = function(a)
      local trigger, category = bybit.waiting(a), bybit.category(a)
      return {
        post = "/v5/order/cancel-all", cost = 50, read = bybit.canceled_list,
        send = ordered {
          { "symbol", a.id }, { "category", category }, { "settleCoin", bybit.settle_coin(a) }, { "orderFilter", trigger and "StopOrder" or nil },
        },
      }
    end,
  },
  cancel_all_orders_after = {       -- of all that the connection protection covers; the window is in seconds
    needs = "timeout",
    run = function(a)
      local products, type = { spot = "SPOT", swap = "DERIVATIVES", future = "DERIVATIVES", option = "OPTIONS" }, a:take "type" or "swap"
      return {
        post = "/v5/order/disconnected-cancel-all", cost = 5, read = bybit.as_it_is,
        send = function()
          return ordered { { "timeWindow", math.tointeger(tonumber(a.timeout) // 1000) }, { "product", products[type] or type } }
        end,
      }
    end,
  },
}

return function(parts)
  bybit = parts
  return methods
end
