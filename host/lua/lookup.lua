-- What became of an order: looked for by every way that the exchange has, never by sending anything again. By its own id or the client's, among the
-- open orders, the closed ones, and in the account's trades. And what was told of an order only after its end.
local lookup = {}

local function same_number(x, y)
  return x ~= nil and y ~= nil and decimal.cmp(decimal.text(x), decimal.text(y)) == 0
end

-- Is `o` the order that was sent? Ids tell; without them side, amount, price and the time must agree, and it must be nobody else's.
local function is_it(o, known, others)
  if known.venue_id and o.id == known.venue_id then return true end
  local before = o.timestamp ~= nil and o.timestamp < known.created_ms - 60000      -- an id may be taken again when its order is over
  if known.client_id and o.clientOrderId == known.client_id and not before then return true end
  if known.venue_id or (known.client_id and o.clientOrderId ~= nil) or (o.id and others[o.id]) then return false end
  if o.side ~= known.side or not same_number(o.amount, known.amount) then return false end
  if known.price and o.price and not same_number(o.price, known.price) then return false end
  return o.timestamp ~= nil and o.timestamp >= known.created_ms - 60000
end

-- What a reply calls by a name such as an id has: it was journalled, and the run ended before it was read.
local id_names = { id = true, orderid = true, ordid = true, txid = true, uuid = true, order = true, orderno = true, ordernumber = true, data = true, result = true }
local function ids_in(reply)
  local out = {}
  for name, id in reply:gmatch '"([%w_]+)"%s*:%s*%[?%s*"?([%w%-]+)' do
    if id_names[(name:lower():gsub("_", ""))] and #id > 1 and #out < 8 then out[#out + 1] = id end
  end
  return out
end

-- The order that the reply to its creation tells of, when the exchange knows one by that id, and it is no other. Also: why that cannot be told.
local function from_reply(ex, known, others)
  if known.venue_id or not known.reply or ex.has.fetch_order ~= true then return nil end
  local why
  for _, id in ipairs(ids_in(known.reply)) do
    local ok, o = pcall(ex.fetch_order, ex, id, known.symbol)
    if ok and not others[id] and (o.id == nil or o.id == id) and (o.side == nil or o.side == known.side)
        and (o.amount == nil or same_number(o.amount, known.amount)) then
      o.id = id
      return o
    end
    if not ok and (type(o) ~= "table" or o.class == "NetworkError" or o.class == "RequestTimeout" or o.class == "ExchangeNotAvailable") then why = tostring(o) end
  end
  return nil, why
end

-- Ways to look, in turn: name, is there such a way, what it gives (one order, or a list).
local function ways(ex, known)
  local since = known.created_ms - 60000
  local id = known.venue_id or known.client_id
  return {
    { "fetch_order", id ~= nil, function()
      return ex:fetch_order(id, known.symbol, not known.venue_id and { clientOrderId = known.client_id } or nil)
    end },
    { "fetch_open_orders", true, function() return ex:fetch_open_orders(known.symbol) end },
    { "fetch_orders", true, function() return ex:fetch_orders(known.symbol, since) end },
    { "fetch_closed_orders", true, function() return ex:fetch_closed_orders(known.symbol, since) end },
    { "fetch_canceled_orders", true, function() return ex:fetch_canceled_orders(known.symbol, since) end },
  }
end

-- A trade that is told twice is one.
local function once(trades)
  local seen, out = {}, {}
  for _, t in ipairs(trades) do
    local key = t.id and (t.order or "") .. " " .. t.id
    if not key or not seen[key] then out[#out + 1] = t end
    if key then seen[key] = true end
  end
  return out
end

-- The own trades of an order: by its id, or those that it brought with it. nil: the exchange does not tell.
local function fills_of(ex, o, known)
  if type(o.trades) == "table" and #o.trades > 0 and o.trades[1].price then return o.trades end
  if not o.filled or o.filled == 0 then return {} end
  local ok, list
  if ex.has.fetch_order_trades == true and o.id then ok, list = pcall(ex.fetch_order_trades, ex, o.id, known.symbol) end
  if not ok and ex.has.fetch_my_trades then
    ok, list = pcall(ex.fetch_my_trades, ex, known.symbol, known.created_ms - 60000)
    local own = {}
    for _, t in ipairs(ok and list or {}) do
      if t.order == o.id then own[#own + 1] = t end
    end
    list = own
  end
  return ok and list or nil
end

-- Trades that are nobody's and look like the order's: on its side, within its price, since it was sent. All of one order.
local function alike(list, known, others)
  local mine, filled, order = {}, "0", nil
  for _, t in ipairs(list) do
    local within = not known.price or not t.price or same_number(t.price, known.price)
      or (known.side == "buy") == (decimal.cmp(decimal.text(t.price), known.price) < 0)
    if t.amount and t.order and t.side == known.side and within and not others[t.order] and (order == nil or t.order == order)
        and (t.timestamp == nil or t.timestamp >= known.created_ms - 5000) then
      order = t.order
      mine[#mine + 1] = t
      filled = decimal.add(filled, decimal.text(t.amount))
    end
  end
  return mine, filled, order
end

-- An order that only trades tell of: all of it that was traded. Where an id was sent with it, trades that merely look like it make sure of nothing:
-- they are told as the second result.
local function from_trades(ex, known, others)
  if not ex.has.fetch_my_trades then return nil end
  local list, mine, filled, order = once(ex:fetch_my_trades(known.symbol, known.created_ms - 60000)), {}, "0", known.venue_id
  if known.venue_id then
    for _, t in ipairs(list) do
      if t.amount and t.order == known.venue_id then
        mine[#mine + 1] = t
        filled = decimal.add(filled, decimal.text(t.amount))
      end
    end
  else
    mine, filled, order = alike(list, known, others)
    if known.client_id and order then return nil, "order " .. order .. " looks like it, by its trades" end
  end
  if #mine == 0 then return nil end
  local whole = decimal.cmp(filled, known.amount) >= 0
  return { id = order, symbol = known.symbol, side = known.side, filled = tonumber(filled), status = whole and "closed" or nil, trades = mine }
end

-- Did what was looked at tell that it is not there? Open orders alone do not: it may have been filled at once. Nor does asking for the client's id:
-- not every exchange finds an order by it that is over.
local function tells(looked, known)
  local at = {}
  for _, name in ipairs(looked) do at[name] = true end
  if at.fetch_order and known.venue_id then return true end
  return at.fetch_open_orders and (at.fetch_orders or at.fetch_closed_orders or at.fetch_my_trades) or false
end

-- known: { venue_id, client_id, symbol, side, type, amount, price, created_ms } of the journal, and `reply`, what its creation was answered if that was not read. others: ids of orders that are known to be others.
-- -> { found = true, order, fills } | { found = false, looked = {names} } | { unsure = "why" }: a way that should tell could not be gone.
function lookup.find(ex, known, others)
  local looked, why = {}, nil
  local other_ids = {}
  for _, id in ipairs(others) do other_ids[id] = true end
  local replied, unread = from_reply(ex, known, other_ids)
  if replied then return { found = true, order = replied, fills = fills_of(ex, replied, known) } end
  if unread then return { unsure = "fetch_order: " .. unread } end
  for _, way in ipairs(ways(ex, known)) do
    local name, can, look = way[1], way[2], way[3]
    if can and ex.has[name] == true then
      local ok, result = pcall(look)
      if ok then
        looked[#looked + 1] = name
        for _, o in ipairs(name == "fetch_order" and { result } or result) do
          if is_it(o, known, other_ids) or name == "fetch_order" and known.venue_id then return { found = true, order = o, fills = fills_of(ex, o, known) } end
        end
      elseif type(result) == "table" and (result.class == "OrderNotFound" or result.class == "InvalidOrder") then
        looked[#looked + 1] = name
      elseif type(result) == "table" and (result.class == "NotSupported" or result.class == "ArgumentsRequired") then
        -- not a way here
      else
        why = name .. ": " .. tostring(result)
      end
    end
  end
  local ok, order, likeness = pcall(from_trades, ex, known, other_ids)
  if ok and likeness then return { unsure = likeness } end
  if ok and order then return { found = true, order = order, fills = order.trades } end
  if ok and ex.has.fetch_my_trades then looked[#looked + 1] = "fetch_my_trades" end
  if not ok then why = "fetch_my_trades: " .. tostring(order) end
  if why then return { unsure = why } end
  if not tells(looked, known) then return { unsure = #looked == 0 and "the exchange has no way to look" or table.concat(looked, ", ") .. " alone does not tell" } end
  return { found = false, looked = looked }
end

-- ---- after the end ----

local PAGE = 20            -- no exchange tells fewer trades at once when there are more
local PAGES = 8
local SINGLY = 20          -- orders of a look that are asked for one by one
local HOUR = 3600000

-- The account's trades since then, page by page where the first page is the oldest; and the times from which on and up to which they are all there.
local function trades_since(ex, symbol, since)
  local all, seen, from, oldest = {}, {}, since, nil
  for _ = 1, PAGES do
    local list, new, newest = ex:fetch_my_trades(symbol, from), 0, from
    for _, t in ipairs(list) do
      local key = t.id and (t.order or "") .. " " .. t.id
      if not key or not seen[key] then
        all[#all + 1] = t
        new = new + 1
      end
      if key then seen[key] = true end
      if t.timestamp and t.timestamp > newest then newest = t.timestamp end
      if t.timestamp and t.timestamp < (oldest or math.huge) then oldest = t.timestamp end
    end
    if #list < PAGE then return all, #all < PAGE and since or oldest, math.huge end
    if new == 0 or newest == from then return all, oldest, math.huge end
    from = newest
  end
  return all, oldest, from
end

local function of_order(list, id)
  local out = {}
  for _, t in ipairs(list) do
    if t.order == id and t.price and t.amount then out[#out + 1] = t end
  end
  return out
end

-- Orders of a market that are over: { { order, id, filled, created_ms, ended_ms } }, the newest last. Own trades since the first of them could be traded
-- tell what was filled; an order that they do not reach back to, or all where there are none, is asked for by itself.
-- -> { told = { { order, it, fills } } } | { told = {}, none = true }: the exchange has no such way
function lookup.late(ex, symbol, orders)
  local told, since = {}, math.huge
  if #orders == 0 then return { told = told } end
  local trades, single = ex.has.fetch_my_trades == true, ex.has.fetch_order == true
  if not trades and not single then return { told = told, none = true } end
  for _, o in ipairs(orders) do since = math.min(since, math.max(o.created_ms, o.ended_ms - HOUR) - 60000) end
  local list, from, to, singly = {}, math.huge, math.huge, 0
  if trades then
    local ok, result, x, y = pcall(trades_since, ex, symbol, since)
    if ok then list, from, to = result, x, y
    elseif type(result) ~= "table" or result.class ~= "NotSupported" then error(result, 0) end
  end
  for i = #orders, 1, -1 do
    local o = orders[i]
    local fills = of_order(list, o.id)
    if #fills > 0 then told[#told + 1] = { order = o.order, fills = fills }
    elseif single and (from > since and o.created_ms < from or o.ended_ms > to) and singly < SINGLY then
      singly = singly + 1
      local ok, it = pcall(ex.fetch_order, ex, o.id, symbol)
      if ok then told[#told + 1] = { order = o.order, it = it, fills = fills_of(ex, it, { symbol = symbol, created_ms = o.created_ms }) } end
    end
  end
  return { told = told }
end

return lookup
