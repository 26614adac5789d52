-- Orders in API 5 of OKX. A new order goes out alone as a batch of one; one that waits for a price is an algo order, with a path of its own.
-- Used as dialect "okx_orders" (okx): the methods, on top of the parts in dialects/okx.lua.

local okx

-- Fields of a stop or target that comes with an entry: prefix "sl" or "tp".
local function attached(out, prefix, x, price)
  local trigger = x.triggerPrice or x.stopPrice or x[prefix .. "TriggerPx"]
  if not trigger then fail("InvalidOrder", "a stopLoss or takeProfit needs its triggerPrice") end
  local limit = x.price or x[prefix == "sl" and "stopLossPrice" or "takeProfitPrice"] or x[prefix .. "OrdPx"]
  local kind = x.type or prefix == "tp" and x.tpOrdKind or nil
  if kind and kind ~= "limit" and kind ~= "market" then fail("InvalidOrder", "the type of a stopLoss or takeProfit is 'limit' or 'market'") end
  if kind == "limit" and not limit then fail("InvalidOrder", "a limit stopLoss or takeProfit needs its price") end
  if kind == "market" then limit = nil end
  local by = x.triggerPriceType or x[prefix .. "TriggerPxType"] or "last"
  if by ~= "last" and by ~= "index" and by ~= "mark" then fail("InvalidOrder", "triggerPriceType is 'last', 'index' or 'mark'") end
  out[prefix .. "TriggerPx"] = price(trigger)
  if prefix == "tp" and limit then out.tpOrdKind = "limit" end
  out[prefix .. "OrdPx"] = limit and price(limit) or "-1"
  out[prefix .. "TriggerPxType"] = by
end

-- One order as the exchange wants it, and whether it is an algo order. What is understood of `params` is taken out of it.
local function order_row(a, market, o, params)
  local function take(name, other)
    local v, w = params[name], other and params[other]
    params[name] = nil
    if other then params[other] = nil end
    if v == nil then v = w end
    return v
  end
  local function price(x) return tonumber(x) == -1 and "-1" or a:to_price(x, market) end
  local kind, is_market, spot = o.type, o.type == "market", not market.contract
  local target, stop = take("takeProfitPrice", "tpTriggerPx"), take("stopLossPrice", "slTriggerPx")
  local conditional = stop or target or kind == "conditional"
  local trigger_price = take("triggerPrice", "stopPrice") or take "triggerPx"
  local trigger = trigger_price or kind == "trigger"
  local r = ordered { { "instId", market.id }, { "side", o.side }, { "ordType", kind } }

  local mode, on_margin = take "marginMode" or params.tdMode, take "margin"
  local margin_currency = take("ccy", "currency")
  on_margin = mode and mode ~= "cash" or (not mode or mode == "cash") and on_margin == true
  if not mode or mode == "cash" then mode = a.options.defaultMarginMode end
  local cost = spot and is_market and take "cost" or nil
  local unit = take "tgtCcy" or (cost and "quote_ccy" or a.options.tgtCcy)
  if not (conditional or kind == "oco") or not params.closeFraction then
    r.sz = spot and is_market and unit == "quote_ccy" and a:to_cost(cost or take "sz" or o.amount, market) or a:to_amount(o.amount, market)
  end
  if spot then
    if on_margin then r.ccy = margin_currency or (o.side == "buy" and market.quoteId or market.baseId) end
    r.tdMode = on_margin and mode or "cash"
    if not on_margin then r.tgtCcy = unit end
  else
    r.tdMode = mode
    local hedged, side = take "hedged", take("positionSide", "posSide")
    if not side and hedged and not market.option then
      local closing = stop or target or params.reduceOnly or params.closeFraction
      if params.reduceOnly then params.reduceOnly = nil end
      side = (o.side == "buy") == not closing and "long" or "short"
    end
    r.posSide = side
  end

  local in_force, post = take "timeInForce", take "postOnly"
  post = post or in_force == "PO" or kind == "post_only"
  local ioc, fok = in_force == "IOC" or kind == "ioc", in_force == "FOK" or kind == "fok"
  if post and (is_market or ioc or fok) then cannot_rest() end
  local at_once = is_market and ioc or kind == "optimal_limit_ioc"
  if is_market or at_once then
    r.ordType = at_once and not spot and "optimal_limit_ioc" or "market"
  elseif not trigger and not conditional then
    if not okx.algo_types[kind] then price_of(o) end
    r.px = o.price and price(o.price) or nil
  end
  if post then r.ordType = "post_only"
  elseif ioc and not at_once then r.ordType = "ioc"
  elseif fok then r.ordType = "fok"
  end

  local percent, distance = take "trailingPercent", take("trailingAmount", "trailingPrice")
  local entry_stop, entry_target = take "stopLoss", take "takeProfit"
  if percent or distance or params.callbackRatio or params.callbackSpread then
    r.ordType = "move_order_stop"
    r.callbackRatio = percent and decimal.div(percent, 100, 12) or nil
    r.callbackSpread = distance and decimal.text(distance) or nil
    local starts = take "trailingTriggerPrice"
    r.activePx = starts and price(starts) or nil
  elseif entry_stop or entry_target then
    local legs = ordered()
    if entry_stop then attached(legs, "sl", entry_stop, price) end
    if entry_target then attached(legs, "tp", entry_target, price) end
    r.attachAlgoOrds = list { legs }
  end
  if trigger then
    r.ordType = "trigger"
    r.triggerPx = trigger_price and price(trigger_price) or nil
    if not is_market then price_of(o) end
    r.orderPx = is_market and "-1" or price(o.price)
  elseif conditional then
    r.ordType = stop and target and "oco" or "conditional"
    if o.side == "sell" then r.tgtCcy = nil end
    if r.tdMode == "cash" then r.tdMode = mode end
    local target_price, stop_price = take "tpOrdPx" or o.price, take "slOrdPx" or o.price
    local function leg(prefix, trigger_at, limit)
      r[prefix .. "TriggerPx"] = price(trigger_at)
      r[prefix .. "OrdPx"] = limit and price(limit) or "-1"
      r[prefix .. "TriggerPxType"] = take(prefix .. "TriggerPxType") or "last"
    end
    if target then leg("tp", target, target_price) end
    if stop then leg("sl", stop, stop_price) end
  end

  local algo = okx.algo_types[r.ordType] or okx.algo_types[kind]
  local mine, broker = take("clOrdId", "clientOrderId"), a.options.brokerId
  if mine then
    r[algo and "algoClOrdId" or "clOrdId"] = mine
  elseif broker and broker ~= "" then
    r.clOrdId = broker .. random_hex(16)
    r.tag = broker
  end
  for k, v in pairs(sorted(params)) do r[k] = v end
  return r, algo
end

-- The body of these calls is a list; see `sign`.
local function rows(path, list_, cost, read)
  return { post = path, cost = cost, send = ordered { { "rows", list_ } }, read = read }
end

local function add_order(a, o)
  local row, algo = order_row(a, a.market, o, a.params)
  for k in pairs(a.params) do a.params[k] = nil end
  if algo then return { post = "/trade/order-algo", send = row, read = okx.placed } end
  return rows("/trade/batch-orders", list { row }, 1 / 15, okx.placed)
end

local function order_by_cost(side)
  return {
    run = function(a)
      a.type, a.side = "market", side
      a.params.tgtCcy, a.params.cost = a.params.tgtCcy or "quote_ccy", a.cost
      return add_order(a, { type = "market", side = side, amount = a.cost })
    end,
  }
end

local function cancel_rows(a, ids, read)
  local trigger, trailing = okx.waiting(a)
  local advanced = a:take "advanced"      -- iceberg and twap, where they have a path of their own
  local algo = trigger or trailing or advanced
  local mine, more, out = okx.own_id(a), a:take "algoId", list {}
  local function add(name, x)
    for _, id in ipairs(type(x) == "table" and x or { x }) do
      for one in tostring(id):gmatch("[^,]+") do
        out[#out + 1] = mine and ordered { { "instId", a.id }, { name, one } } or ordered { { name, one }, { "instId", a.id } }
      end
    end
  end
  if mine then
    add(algo and "algoClOrdId" or "clOrdId", mine)
  else
    if more then add("algoId", more) algo = true end
    add(algo and "algoId" or "ordId", ids or {})
  end
  a.params = {}
  local path = advanced and "/trade/cancel-advance-algos" or "/trade/cancel-algos"
  return rows(algo and path or "/trade/cancel-batch-orders", out, algo and 1 or 1 / 15, read)
end

local methods = {
  create_order = { run = function(a) return add_order(a, { type = a.type, side = a.side, amount = a.asked_amount, price = a.asked_price }) end },
  create_market_buy_order_with_cost = order_by_cost "buy",
  create_market_sell_order_with_cost = order_by_cost "sell",
  create_orders = {
    run = function(a)           -- up to twenty; each may be refused alone
      local out = list {}
      for i, o in ipairs(a.orders) do
        local params = with(o.params or {}, {})
        for k, v in pairs(a.params) do params[k] = v end
        out[i] = order_row(a, a:market_of(o.symbol), o, params)
      end
      a.params = {}
      return rows("/trade/batch-orders", out, #out / 15, okx.order_list)
    end,
  },
  edit_order = {
    run = function(a)
      local algo, mine, r = okx.algo_types[a.type], okx.own_id(a), ordered { { "instId", a.id } }
      r[(algo and "algo" or "") .. (mine and (algo and "ClOrdId" or "clOrdId") or (algo and "Id" or "ordId"))] = mine or a.order_id
      local function leg(name, trigger, limit, market_price, by)
        if not trigger then return end
        if not limit and not market_price then fail("BadRequest", "a price is needed for the order that new" .. name .. "TriggerPx sets off") end
        r["new" .. name .. "TriggerPx"] = a:to_price(trigger)
        r["new" .. name .. "OrdPx"] = market_price and "-1" or a:to_price(limit)
        r["new" .. name .. "TriggerPxType"] = by or "last"
      end
      a:take "postOnly"
      local at_market = a.type == "market"
      local stop, raw_stop = a:take "stopLossPrice", a:take "newSlTriggerPx"
      local target, raw_target = a:take "takeProfitPrice", a:take "newTpTriggerPx"
      if algo and not (stop or raw_stop or target or raw_target) then
        fail("BadRequest", "of an algo order only stopLossPrice and takeProfitPrice change")
      end
      local stop_by, target_by = a:take "newSlTriggerPxType", a:take "newTpTriggerPxType"
      local entry_stop, entry_target = a:take "stopLoss", a:take "takeProfit"
      leg("Sl", stop or raw_stop, a:take "newSlOrdPx", at_market, stop_by)
      leg("Tp", target or raw_target, a:take "newTpOrdPx", at_market, target_by)
      if entry_stop then leg("Sl", entry_stop.triggerPrice, entry_stop.price, entry_stop.type == "market", stop_by) end
      if entry_target then
        r.newTpOrdKind = entry_target.type == "limit" and "limit" or "condition"
        leg("Tp", entry_target.triggerPrice, entry_target.price, entry_target.type == "market", target_by)
      end
      r.newSz = a.amount
      r.newPx = not algo and a.price or nil
      return {
        post = algo and "/trade/amend-algos" or "/trade/amend-order", cost = algo and 1 or 1 / 3, send = r,
        read = okx.placed,
      }
    end,
  },
  cancel_order = {
    needs = "symbol",
    run = function(a)
      local p = a.params
      if p.stop or p.trigger or p.trailing or p.advanced then return cancel_rows(a, { a.order_id }, okx.one_order) end
      local mine = okx.own_id(a)
      return {
        post = "/trade/cancel-order", cost = 1 / 3, read = okx.one_order,
        send = ordered { { "instId", a.id }, { mine and "clOrdId" or "ordId", mine or a.order_id } },
      }
    end,
  },
  cancel_orders_for_symbols = {      -- each { id or clientOrderId, symbol }
    run = function(a)
      local trigger, trailing = okx.waiting(a)
      local algo, out = trigger or trailing, list {}
      for i, o in ipairs(a.orders) do
        local mine = o.clientOrderId
        local name = algo and (mine and "algoClOrdId" or "algoId") or mine and "clOrdId" or "ordId"
        out[i] = ordered { { "instId", a:market_of(o.symbol).id }, { name, mine or o.id } }
      end
      return rows(algo and "/trade/cancel-algos" or "/trade/cancel-batch-orders", out, algo and 1 or #out / 15, okx.order_list)
    end,
  },
  cancel_orders = { needs = "symbol", run = function(a) return cancel_rows(a, a.ids, okx.order_list) end },
  cancel_all_orders_after = {   -- seconds; 0 calls it off
    post = "/trade/cancel-all-after", cost = 10, read = function(reply) return reply end,
    send = function(a) return ordered { { "timeOut", raw_number(tostring(math.max(math.tointeger((a.timeout or 0) // 1) // 1000, 0))) } } end,
  },
}

return function(parts)
  okx = parts
  return methods
end
