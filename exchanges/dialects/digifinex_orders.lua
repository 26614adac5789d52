-- Orders and own trades of DigiFinex, spot, margin and perpetuals. Used as dialect "digifinex_orders" (digifinex): the methods, and what
-- others need of it. A market buy of spot is given by its cost; the reply to a new order has nothing but an id.

local function asked_symbol(_, a) return a.symbol end

-- "buy", "sell_market": of a public trade in `type`, of an own one in `side`.
local function split_side(o)
  local side, kind = (o.type or o.side or ""):match("^(%a+)_?(%a*)$")
  return side, kind ~= "" and kind or side and "limit"
end
local function fee_of_trade() return { cost = "fee", currency = "fee_currency|code" } end
local spot_trades = {
  id = "id", order = "order_id", timestamp = "date|s,timestamp|s", market = "symbol|upper", symbol = asked_symbol, price = "price",
  amount = "amount", side = split_side, fee = fee_of_trade(),
  type = function(o)
    local _, kind = split_side(o)
    return kind
  end,
}
local own_spot_trades = with(spot_trades, { at = "list", takerOrMaker = { "is_maker", ["true"] = "maker", ["false"] = "taker" } })
local swap_trades = {
  id = "trade_id", order = "order_id", timestamp = "trade_time,timestamp", market = "instrument_id", symbol = asked_symbol, price = "price",
  amount = "volume,size", side = { "direction,side", ["1"] = "buy", ["2"] = "sell", ["3"] = "sell", ["4"] = "buy" },
  type = { "order_type", ["0"] = "limit" }, takerOrMaker = { "match_role", ["1"] = "taker", ["2"] = "maker" }, fee = fee_of_trade(),
}

local order_status = { "status,state", ["0"] = "open", ["1"] = "open", ["2"] = "closed", ["3"] = "canceled", ["4"] = "canceled" }
local spot_order = {
  id = "order_id", timestamp = "created_date|s", lastTradeTimestamp = "finished_date|s", market = "symbol|upper", symbol = asked_symbol,
  side = split_side, price = "price", amount = "amount", filled = "executed_amount", average = "avg_price|nonzero", status = order_status,
  type = function(o)
    local _, kind = split_side(o)
    return kind
  end,
}

-- Kinds of orders of swaps: limit and market ones, at the best 5, 10 or 20 prices, each GTC, IOC and FOK.
local limit_kinds = { ["0"] = true, ["1"] = true, ["4"] = true, ["5"] = true, ["9"] = true, ["10"] = true }
local swap_order = {
  id = "order_id", timestamp = "insert_time", lastTradeTimestamp = "time_stamp", market = "instrument_id", symbol = asked_symbol,
  side = { "type", ["1"] = "buy", ["2"] = "sell", ["3"] = "sell", ["4"] = "buy" },
  reduceOnly = { "type", ["1"] = false, ["2"] = false, ["3"] = true, ["4"] = true },
  type = function(o) return o.order_type and (limit_kinds[o.order_type] and "limit" or "market") or nil end,
  timeInForce = {
    "order_type", ["1"] = "IOC", ["2"] = "IOC", ["3"] = "IOC", ["4"] = "IOC", ["13"] = "IOC", ["6"] = "GTC", ["7"] = "GTC", ["8"] = "GTC",
    ["14"] = "GTC", ["9"] = "FOK", ["10"] = "FOK", ["11"] = "FOK", ["12"] = "FOK", ["15"] = "FOK",
  },
  price = "price|nonzero", amount = "size", filled = "filled_qty", average = "price_avg|nonzero", cost = "turnover", status = order_status,
  fee = { cost = "fee" },
}
local spot_orders, swap_orders = orders(with(spot_order, { at = "data" })), orders(with(swap_order, { at = "data" }))

-- Params of one order, taken as those of a call are.
local function taker(params)
  return {
    take = function(_, name)
      local v = params[name]
      params[name] = nil
      return v
    end,
  }
end

local function is_margin(a)
  local mode, asked = a:take "marginMode", a:take "margin"
  if mode and mode ~= "cross" then fail("NotSupported", "margin is cross only") end
  return mode ~= nil or asked == true
end

-- "spot", "margin" or "swap": of the market, or as params say.
local function kind_of(a)
  local kind = a:take "type" or a.market and a.market.type or "spot"
  if is_margin(a) then kind = "margin" end
  if kind ~= "spot" and kind ~= "margin" and kind ~= "swap" then fail("NotSupported", "no market type " .. kind) end
  return kind
end

-- What lists the account's own things: for swaps by ms, else by seconds and with the market's kind.
local function own(spot_path, swap_path, spot_send, swap_send, spot_read, swap_read)
  return {
    run = function(a)
      local kind = kind_of(a)
      if kind == "swap" then return { get = swap_path, host = "swap", send = swap_send, read = swap_read } end
      return { get = "/" .. kind .. spot_path, send = "market=" .. kind .. " " .. spot_send, read = spot_read }
    end,
  }
end

-- The fields of one order; `kind` is spot's or margin's name.
local function place_of(a, o, market, kind, params, cost)
  local p, is_market = taker(params), o.type == "market"
  if not is_market then price_of(o) end
  local post_only = p:take "postOnly"
  if params.timeInForce == "PO" then post_only = p:take "timeInForce" end
  if post_only and is_market then fail("InvalidOrder", "a post-only order is a limit order") end
  local price = o.price and a:to_price(o.price, market)
  if market.swap then
    local reduce, force, order_type = p:take "reduceOnly", p:take "timeInForce", is_market and 14 or 0
    if force == "FOK" then order_type = is_market and 15 or 9 elseif force == "IOC" then order_type = is_market and 13 or 4 end
    return ordered {
      { "instrument_id", market.id }, { "type", o.side == "buy" and (reduce and 4 or 1) or reduce and 3 or 2 }, { "price", price },
      { "order_type", order_type }, { "size", raw_number(decimal.text(o.amount)) }, { "post_only", post_only and true or nil },
    }
  end
  local amount
  if is_market and o.side == "buy" then
    local by_cost = p:take "createMarketBuyOrderRequiresPrice" == false or a.options.createMarketBuyOrderRequiresPrice == false
    cost = cost or p:take "cost" or by_cost and o.amount
    if not (cost or o.price) then fail("InvalidOrder", "a market buy is given by its cost: pass cost, or a price to work it out") end
    amount = a:to_cost(cost or decimal.mul(decimal.text(o.amount), decimal.text(o.price)), market)
  else
    amount = a:to_amount(o.amount, market)
  end
  return ordered {
    { "symbol", market.id }, { "market", kind }, { "price", not is_market and price or nil }, { "type", o.side .. (is_market and "_market" or "") },
    { "amount", amount }, { "post_only", post_only and 1 or nil },
  }
end

local placed = order { id = "order_id,data", type = "={type}", side = "={side}", amount = "={asked_amount}", price = "={asked_price}" }

local function new_order(a, cost)
  local kind = kind_of(a)
  local o = { type = a.type, side = a.side, amount = a.asked_amount, price = a.asked_price }
  local send = place_of(a, o, a.market, kind, a.params, cost)
  if kind == "swap" then
    return { post = "/trade/order_place", host = "swap", encode = "json", read = placed, send = send }
  end
  return { post = "/" .. kind .. "/order/new", read = placed, send = send }
end

local function canceled(reply)
  local out = {}
  for _, id in ipairs(reply.success or {}) do out[#out + 1] = { id = id, status = "canceled" } end
  for _, o in ipairs(reply.error or {}) do out[#out + 1] = { id = type(o) == "userdata" and (o["order-id"] or o.order_id) or o } end
  return out
end

return {
  spot_trades = spot_trades, swap_trades = swap_trades, is_margin = is_margin, kind_of = kind_of, own = own,

  fetch_order = {
    run = function(a)
      local kind = kind_of(a)
      local swap = kind == "swap"
      local reply = ask {
        get = swap and "/trade/order_info" or "/" .. kind .. "/order", host = swap and "swap" or nil, params = true,
        send = function()
          return ordered { { "order_id", a.order_id }, { "instrument_id", swap and a.id or nil }, { "market", not swap and kind or nil } }
        end,
      }
      if not reply.data or not swap and not reply.data[1] then fail("OrderNotFound", "no order " .. a.order_id) end
      return order(with(swap and swap_order or spot_order, { at = swap and "data" or "data.1" }))(reply, a)
    end,
  },
  fetch_orders = own(
    "/order/history", "/trade/history_orders", "symbol={id} start_time={since|s} limit={limit}",
    "instrument_id={id} start_timestamp={since} limit={limit}", spot_orders, swap_orders
  ),
  fetch_open_orders = own(
    "/order/current", "/trade/open_orders", "symbol={id}", "instrument_id={id} start_timestamp={since} limit={limit}", spot_orders, swap_orders
  ),
  fetch_my_trades = own(
    "/mytrades", "/trade/history_trades", "symbol={id} start_time={since|s} limit={limit}",
    "instrument_id={id} start_timestamp={since} limit={limit}", trades(own_spot_trades),
    trades(with(swap_trades, { at = "data" }))
  ),
  create_order = { run = new_order },
  create_market_buy_order_with_cost = {
    run = function(a)
      if not a.market.spot then fail("NotSupported", "only spot is bought by cost") end
      a.type, a.side = "market", "buy"
      return new_order(a, a.cost)
    end,
  },
  create_orders = {
    needs = "orders",
    run = function(a)           -- up to ten of one spot market, or twenty of one swap
      local market, margin, batch = a:market_of(a.orders[1].symbol), nil, list {}
      one_market(a)
      for i, o in ipairs(a.orders) do
        local params = with(o.params or {}, {})
        local mine = is_margin(taker(params))
        if i > 1 and mine ~= margin then fail("BadRequest", "all orders of a batch are of margin, or none") end
        margin = mine
        local r = place_of(a, o, market, margin and "margin" or "spot", params)
        for k, v in pairs(sorted(params)) do r[k] = v end
        batch[i] = r
      end
      local kind, at = margin and "margin" or "spot", market.swap and "data" or "order_ids"
      local function read(reply)
        local out = {}
        for i, id in ipairs(reply[at]) do out[i] = { id = id, symbol = market.symbol, amount = a.orders[i].amount, price = a.orders[i].price } end
        return out
      end
      if market.swap then
        return { post = "/trade/batch_order", host = "swap", encode = "json", send = { list = batch }, read = read }
      end
      return {
        post = "/" .. kind .. "/order/batch_new", read = read,
        send = ordered { { "symbol", market.id }, { "list", encode_json(batch) } },
      }
    end,
  },
  cancel_order = {
    run = function(a)
      local kind = kind_of(a)
      if kind == "swap" then
        if not a.symbol then fail("ArgumentsRequired", "a swap's order is canceled with its symbol") end
        return {
          post = "/trade/cancel_order", host = "swap", encode = "json", send = "order_id={order_id} instrument_id={id}",
          read = order { id = "data" },
        }
      end
      local reply = ask { post = "/" .. kind .. "/order/cancel", send = "order_id={order_id} market=" .. kind, params = true }
      if not (reply.success and #reply.success == 1) then fail("OrderNotFound", "no order " .. a.order_id) end
      return canceled(reply)[1]
    end,
  },
  cancel_orders = {
    needs = "ids",
    run = function(a)
      local kind = a:take "type" or "spot"
      return {
        post = "/" .. kind .. "/order/cancel", read = canceled,
        send = ordered { { "market", kind }, { "order_id", table.concat(a.ids, ",") } },
      }
    end,
  },
}
