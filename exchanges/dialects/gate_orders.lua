-- Orders in API 4 of Gate, on spot and on contracts: the methods, on top of the parts in dialects/gate.lua.

local gate = dialect "gate"

local in_force = { GTC = "gtc", IOC = "ioc", FOK = "fok", PO = "poc", POC = "poc" }

-- Orders that wait for a price are asked for with params stop or trigger.
local function waiting(a)
  local stop, trigger, raw = a:take "stop", a:take "trigger", a:take "is_stop_order"
  return (stop or trigger or raw) and true or false
end

-- A user's own id stands before the exchange's. It begins with "t-" on the wire.
local function own_text(id)
  if id == nil then return nil end
  if #id > 28 then fail("BadRequest", "an order's own id has at most 28 characters") end
  return id:sub(1, 2) == "t-" and id or "t-" .. id
end
local function own_id(a)
  local mine, raw = a:take "clientOrderId", a:take "text"
  return own_text(raw or mine)
end

-- How long the order stands, as the exchange says it; nil: not told.
local function time_in_force(o, take)
  local asked, tif, raw, post = take "timeInForce", take "tif", take "time_in_force", take "postOnly"
  asked = (asked or tif or raw or ""):upper()
  if asked ~= "" and not in_force[asked] then fail("InvalidOrder", "no time in force '" .. asked .. "' here") end
  local value, market = in_force[asked], o.type == "market"
  if post or value == "poc" then
    if market or value == "ioc" or value == "fok" then cannot_rest() end
    return "poc"
  end
  if market and value == "gtc" then fail("InvalidOrder", "a market order does not rest") end
  return value or market and "ioc" or nil
end

-- One order as the exchange wants it, and whether it waits for a price. What is understood of `params` is taken out of it.
local function order_row(a, market, o, params)
  local function take(name)
    local v = params[name]
    params[name] = nil
    return v
  end
  local contract, is_market = market.contract, o.type == "market"
  local stop, trigger, stop_price = take "stopLossPrice", take "triggerPrice", take "stopPrice"
  local target, reduce, mine, text = take "takeProfitPrice", take "reduceOnly", take "clientOrderId", take "text"
  stop, mine = stop or trigger or stop_price, text or mine
  if stop and target then fail("InvalidOrder", "stopLossPrice or takeProfitPrice, not both") end
  local waits = stop or target or params.trigger ~= nil
  local tif = time_in_force(o, take)
  if o.type == "limit" then price_of(o) end
  local price = is_market and contract and "0" or o.price and a:to_price(o.price, market)
  local size
  if contract then
    size = params.close and "0" or a:to_amount(o.amount, market)
    size = raw_number(o.side == "sell" and size ~= "0" and decimal.neg(size) or size)
  end

  if not waits and contract then
    local row = ordered { { "contract", market.id }, { "size", size }, { "price", price } }
    row.reduce_only = reduce
    row.tif = tif
    row.text = own_text(mine)
    return row
  elseif not waits then
    local row = ordered { { "currency_pair", market.id }, { "type", o.type }, { "account", gate.account(a) }, { "side", o.side } }
    row.amount = is_market and o.side == "buy" and a:to_spend(o, market, take) or a:to_amount(o.amount, market)
    row.price = o.type == "limit" and price or nil
    row.time_in_force = tif
    row.text = own_text(mine)
    return row
  end

  if market.option then fail("NotSupported", "options have no orders with a trigger") end
  -- A stop sells below the market and buys above; a target is the other way round.
  local above = (o.side == "buy") == (stop ~= nil)
  local at = (stop or target) and a:to_price(stop or target, market)
  if contract then
    local initial = ordered { { "contract", market.id }, { "size", size }, { "price", price } }
    initial.reduce_only = reduce
    initial.tif = tif
    initial.text = mine
    local row, by = ordered { { "initial", initial } }, tonumber(take "price_type" or 0)
    if not by or by < 0 or by > 2 then fail("BadRequest", "price_type is 0 (last), 1 (mark) or 2 (index)") end
    if at then row.trigger = ordered { { "price_type", math.tointeger(by) }, { "price", at }, { "rule", above and 1 or 2 } } end
    return row, true
  end
  local put = ordered { { "type", o.type }, { "side", o.side }, { "price", price }, { "amount", a:to_amount(o.amount, market) } }
  put.account = gate.account(a, true)
  put.time_in_force = tif or "gtc"
  local row = ordered { { "put", put }, { "market", market.id } }
  if at then
    row.trigger = ordered {
      { "price", at }, { "rule", above and ">=" or "<=" }, { "expiration", take "expiration" or a.options.expiration }, { "text", mine },
    }
  end
  return row, true
end

local function add_order(a, o)
  local row, waits = order_row(a, a.market, o, a.params)
  local kind, root, cost = gate.place(a)
  return {
    post = root .. (waits and "/price_orders" or "/orders"), cost = (kind == "spot" or kind == "swap") and 0.4 or cost,
    send = row, read = gate.order,
  }
end

-- A body that is a list; see `sign`.
local function rows(path, list_, cost)
  return { post = path, cost = cost, send = ordered { { "rows", list_ } }, read = gate.orders }
end

local function by_status(status)
  return {
    run = function(a)
      local kind, root, cost = gate.place(a)
      local waits, last_id, raw_last = waiting(a), a:take "lastId", a:take "last_id"
      local account = kind == "spot" and gate.account(a, waits) or nil
      -- Perpetuals tell a range of time at a path of its own.
      local historical, until_ = a:take "historical", a:take "until"
      if status == "finished" and kind == "swap" and (historical or a.since or until_) then
        return {
          get = root .. "/orders_timerange", read = gate.orders,
          send = ordered { { "contract", a.id }, { "from", gate.seconds(a.since) }, { "to", gate.seconds(until_) }, { "limit", a.limit } },
        }
      end
      local all_open = kind == "spot" and status == "open" and not waits
      return {
        get = root .. (all_open and "/open_orders" or waits and "/price_orders" or "/orders"), cost = cost,
        read = all_open and gate.grouped_orders or gate.orders,
        send = function()
          local ranged = kind == "spot"
          return ordered {
            { "account", not waits and account or nil }, { ranged and waits and "market" or gate.pair_key(kind), a.id }, { "status", status },
            { "limit", a.limit }, { "from", ranged and gate.seconds(a.since) or nil }, { "to", ranged and gate.seconds(until_) or nil },
            { "last_id", last_id or raw_last },
          }
        end,
      }
    end,
  }
end

local function my_trades(a)
  local kind, root, cost = gate.place(a)
  local until_, account = a:take "until", kind == "spot" and gate.account(a) or nil
  return {
    get = root .. (kind == "swap" and "/my_trades_timerange" or "/my_trades"), cost = cost, read = gate.trades,
    send = ordered {
      { gate.pair_key(kind), a.id }, { "account", account }, { "limit", a.limit }, { "from", gate.seconds(a.since) },
      { "to", gate.seconds(until_) }, { "order_id", kind ~= "option" and a.order_id or nil },
      { "underlying", kind == "option" and gate.underlying(a.id) or nil },
    },
  }
end

-- One order: its path, and what says where it is. A spot order is looked for in its market.
local function one(a, verb, path_of)
  local waits, mine = waiting(a), own_id(a)
  local kind, root, cost = gate.place(a)
  a.order_id = mine or a.order_id
  local account = kind == "spot" and gate.account(a, waits) or nil
  if kind == "spot" and not waits and not a.id then fail("ArgumentsRequired", "a spot order is found with its symbol") end
  return {
    [verb] = root .. (waits and "/price_orders" or "/orders") .. "/" .. urlencode(a.order_id), encode = "query", read = gate.order,
    cost = path_of and 4 / 15 or cost,
    send = function()
      if kind ~= "spot" then return ordered { { "contract", a.id } } end
      return ordered { { "account", not waits and account or nil }, { "currency_pair", not waits and a.id or nil } }
    end,
  }
end

return {
  fetch_order = { run = function(a) return one(a, "get") end },
  fetch_open_orders = by_status "open",
  fetch_closed_orders = by_status "finished",
  fetch_orders_by_status = {
    needs = "status", run = function(a) return by_status(a.status == "closed" and "finished" or a.status).run(a) end,
  },
  fetch_my_trades = { run = my_trades },
  fetch_order_trades = { needs = "symbol", run = my_trades },

  create_order = { run = function(a) return add_order(a, { type = a.type, side = a.side, amount = a.asked_amount, price = a.asked_price }) end },
  create_market_buy_order_with_cost = {
    run = function(a)
      a.params.cost = a.cost
      return add_order(a, { type = "market", side = "buy" })
    end,
  },
  create_orders = {             -- up to ten of one kind of market; each may be refused alone, and needs an id of its own
    run = function(a)
      local out, first_market = list {}, nil
      if #a.orders == 0 or #a.orders > 10 then fail("BadRequest", "from one to ten orders") end
      for i, o in ipairs(a.orders) do
        local market, params = a:market_of(o.symbol), with(o.params or {}, {})
        for k, v in pairs(a.params) do params[k] = v end
        if not (market.spot or market.swap) then fail("NotSupported", "only spot and perpetual orders go out together") end
        first_market = first_market or market
        local row, waits = order_row(a, market, o, params)
        if waits then fail("NotSupported", "orders with a trigger do not go out together") end
        if row.text == nil then row.text = "t-" .. random_hex(16) end
        for k, v in pairs(sorted(params)) do row[k] = v end
        out[i] = row
      end
      a.params = {}
      return rows(first_market.spot and "/spot/batch_orders" or "/futures/" .. first_market.settleId .. "/batch_orders", out, 0.4)
    end,
  },
  edit_order = {
    run = function(a)
      local mine, unified = own_id(a), a:take "unifiedAccount"
      a.order_id = mine or a.order_id
      if a.market.spot then
        if a.type ~= "limit" then fail("InvalidOrder", "of spot orders only limit orders change") end
        if unified == nil then unified = a.options.unifiedAccount end
        return {
          patch = "/spot/orders/{order_id}", cost = 0.4, read = gate.order,
          send = "currency_pair={id} account=" .. (unified and "unified" or "spot") .. " amount={amount} price={price}",
        }
      end
      if not a.market.swap then fail("NotSupported", "orders of " .. a.market.type .. " markets do not change") end
      local _, root = gate.place(a)
      return {
        put = root .. "/orders/{order_id}", read = gate.order,
        send = function()
          local size = a.amount and raw_number(a.side == "sell" and decimal.neg(a.amount) or a.amount)
          return ordered { { "size", size }, { "price", a.price } }
        end,
      }
    end,
  },
  cancel_order = { run = function(a) return one(a, "delete", true) end },
  cancel_orders = {
    run = function(a)
      local kind, root = gate.place(a)
      if kind == "spot" and not a.id then fail("ArgumentsRequired", "spot orders are found with their symbol") end
      local out = list {}
      for i, id in ipairs(a.ids) do out[i] = kind == "spot" and ordered { { "id", id }, { "currency_pair", a.id } } or id end
      a.params = {}
      return rows(root .. (kind == "spot" and "/cancel_batch_orders" or "/batch_cancel_orders"), out, kind == "spot" and 4 / 15 or 0.4)
    end,
  },
  cancel_orders_for_symbols = {      -- of spot; each { id or clientOrderId, symbol }
    run = function(a)
      local out = list {}
      for i, o in ipairs(a.orders) do
        local market = a:market_of(o.symbol)
        if not market.spot then fail("NotSupported", "only spot orders of several markets are cancelled together") end
        out[i] = ordered { { "id", o.id or o.clientOrderId }, { "currency_pair", market.id } }
      end
      a.params = {}
      return rows("/spot/cancel_batch_orders", out, 4 / 15)
    end,
  },
  cancel_all_orders = {
    run = function(a)
      local waits = waiting(a)
      local kind, root = gate.place(a)
      local account = kind == "spot" and gate.account(a, waits) or nil
      return {
        delete = root .. (waits and "/price_orders" or "/orders"), encode = "query", cost = 4 / 15, read = gate.orders,
        send = ordered { { "account", account }, { kind == "spot" and waits and "market" or gate.pair_key(kind), a.id } },
      }
    end,
  },
}
