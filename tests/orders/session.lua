-- A live session of orders of every sort, the same for the same seed: run by crash.c against local venues.
args {
  seed = { type = "integer", default = 1, min = 0, help = "which session" },
  venues = { type = "list", default = "kraken,binance", help = "where" },
  orders = { type = "integer", default = 50, min = 0, help = "how many; 0: only waits, so that what was left is looked at" },
}

local state = args.seed * 2654435761 % 4294967296
local function random(n)                              -- 1 .. n
  state = (state * 1664525 + 1013904223) % 4294967296
  return (state >> 8) % n + 1
end

local symbols = {
  kraken = { "BTC/USD", "ETH/USD" }, bitstamp = { "BTC/USD", "ETH/USD" }, binance = { "BTC/USDT", "ETH/USDT" }, okx = { "BTC/USDT", "ETH/USDT" },
}
local more_pairs = args.seed % 3 == 0 and 8 or 0        -- per cent
local list, mine = {}, {}                             -- mine: { exchange, id, symbol } of what was placed
for i, id in ipairs(args.venues) do list[i] = exchange(id) end

-- A failure of an exchange is part of the session; a mistake in here is not.
local function try(f, ...)
  local ok, value = pcall(f, ...)
  if ok then return value end
  if type(value) ~= "table" or not value.class then error(value, 0) end
end

local function top(ex, symbol)
  local t = try(ex.fetch_ticker, ex, symbol)
  return t and t.bid, t and t.ask
end

local function place(ex, kind, away, params, amount)
  local symbol = symbols[ex.id][random(2)]
  local side = random(2) == 1 and "buy" or "sell"
  local bid, ask = top(ex, symbol)
  if not bid then return end
  amount = amount or (symbol:find "BTC" and 0.002 or 0.03) * (4 + random(12)) / 8
  local near = (side == "buy") == (away < 0) and ask or bid
  local price = kind == "limit" and near * (side == "buy" and 1 - away or 1 + away) or nil
  local o = try(ex.create_order, ex, symbol, kind, side, amount, price, params)
  if o then mine[#mine + 1] = { ex, o.id, symbol } end
end

local function cancel()
  if #mine == 0 then return end
  local o = mine[random(#mine)]
  try(o[1].cancel_order, o[1], o[2], o[3])
end

local function two()
  local a, b = list[1], list[#list]
  local x, y = symbols[a.id][1], symbols[b.id][1]
  local _, ask = top(a, x)
  local bid = top(b, y)
  if not ask or not bid then return end
  local far = random(3)                               -- both trade, the second rests, or both rest
  pair { { a, symbol = x, side = "buy", price = ask * (far == 3 and 0.99 or 1.001) },
    { b, symbol = y, side = "sell", price = bid * (far > 1 and 1.01 or 0.999) },
    amount = 0.002, seconds = 1, policy = ({ "hold", "reverse", "proceed" })[random(3)], loss = 5 }
end

local function act()
  local ex, what = list[random(#list)], random(100)
  if what <= 35 then place(ex, "limit", random(200) / 10000)
  elseif what <= 50 then place(ex, "limit", -0.001)
  elseif what <= 62 then place(ex, "market", 0)
  elseif what <= 70 then place(ex, "limit", random(2) == 1 and -0.001 or 0.001, { timeInForce = "IOC" })
  elseif what <= 75 then place(ex, "limit", random(3) == 1 and -0.001 or 0.001, { postOnly = true })
  elseif what <= 80 then place(ex, "limit", 0.01, nil, random(2) == 1 and 40 or 0.0000001)
  elseif what <= 95 - more_pairs then cancel()
  elseif what <= 97 - more_pairs then try(ex.cancel_all_orders, ex, symbols[ex.id][random(2)])
  else try(two) end
end

local i = 0
while i < args.orders do
  local at_once = random(4) == 1 and 3 or 1
  if at_once == 1 then act() else together({ act, act, act }) end
  i = i + at_once
end
if args.orders == 0 then sleep(100000) end
stop()
