-- scan.gaps, scan.cycles and scan.fill against slow and plain versions of themselves, on made-up markets from a seed; and hostile arguments.
-- Run by scan_test.c, which gives `book(bids, asks)`: a packed order book.
local seed = 20240601
local function random(n)
  seed = (seed * 1103515245 + 12345) % 2147483648
  return seed // 65536 % n
end
local function pick(list) return list[random(#list) + 1] end

local function near(a, b) return a == b or (a and b and math.abs(a - b) <= 1e-9 * math.max(1, math.abs(b))) end
local function check(ok, text, ...)
  if not ok then error(text:format(...), 2) end
end

---- gaps ----

local function tickers(symbols)
  local out = {}
  for _, s in ipairs(symbols) do
    local bid, ask = 1000 + random(60), 1000 + random(60)
    local way = random(10)
    if way < 6 and bid > ask then bid, ask = ask, bid end           -- crossed in itself now and then
    if way == 6 then bid = nil elseif way == 7 then ask = nil end
    if way ~= 8 then out[s] = { bid = bid, ask = ask, last = 1000, bidVolume = random(3) > 0 and random(9) + 1 or nil } end
    if random(12) == 0 and bid and ask then out[s] = book({ { bid, 2 } }, { { ask, 3 } }) end
  end
  return out
end

local function quote_of(t)
  local bid, ask = t.bid, t.ask
  if not bid and t.bids then bid, ask = t.bids[1][1], t.asks[1][1] end
  if bid and ask and bid >= ask then return end
  return bid, ask
end

local function slow_gaps(all, fees, symbols, min)
  local out = {}
  for _, s in ipairs(symbols) do
    local best
    for a, ta in pairs(all) do
      for b, tb in pairs(all) do
        if a ~= b and ta[s] and tb[s] then
          local _, ask = quote_of(ta[s])
          local bid = quote_of(tb[s])
          if ask and bid then
            local net = 100 * (bid * (1 - fees[b]) - ask * (1 + fees[a])) / (ask * (1 + fees[a]))
            if net >= min and not (best and best.net >= net) then best = { symbol = s, net = net, gross = 100 * (bid - ask) / ask } end
          end
        end
      end
    end
    out[#out + 1] = best
  end
  table.sort(out, function(x, y)
    if x.net ~= y.net then return x.net > y.net end
    return x.symbol < y.symbol
  end)
  return out
end

local function gaps_turn()
  local symbols, all, fees, q = {}, {}, {}, scan.quotes()
  for i = 1, random(8) + 1 do symbols[i] = "C" .. i .. "/USD" end
  for i = 1, random(6) + 1 do
    local id = "v" .. i
    all[id], fees[id] = tickers(symbols), pick { 0, 0.001, 0.0026 }
    q:set(id, { ["X/Y"] = { bid = 1, ask = 2 } })                    -- replaced below
    q:set(id, all[id], { fee = fees[id] })
  end
  local min = pick { -100, -1, 0, 0.5 }
  local want = slow_gaps(all, fees, symbols, min)
  for _, got in ipairs { scan.gaps(q, { min = min }), scan.gaps(all, { min = min, fees = fees }) } do
    check(#got == #want, "gaps: %d, expected %d", #got, #want)
    for i, g in ipairs(got) do
      local w = want[i]
      check(g.symbol == w.symbol and near(g.net, w.net), "gaps: %s %.12g, expected %s %.12g", g.symbol, g.net, w.symbol, w.net)
      check(near(g.gross, w.gross) and g.buy ~= g.sell, "gaps: of %s", g.symbol)
      local a, b = all[g.buy][g.symbol], all[g.sell][g.symbol]
      check(select(2, quote_of(a)) == g.ask and quote_of(b) == g.bid, "gaps: the prices of %s", g.symbol)
      check(g.bid_amount == (b.bids and 2 or b.bidVolume), "gaps: the amount of %s", g.symbol)
    end
    check(#scan.gaps(q, { min = min, limit = 1 }) == math.min(1, #want), "gaps: limit")
  end
  for id in pairs(all) do q:drop(id) end
  check(#q == 0 and #scan.gaps(q) == 0, "gaps: something is left after drop")
end

---- cycles ----

local function slow_cycles(all, fees, legs, min)
  local edges = {}                     -- from -> to -> best rate
  local function edge(a, b, rate, key)
    edges[a] = edges[a] or {}
    if not edges[a][b] or rate > edges[a][b].rate then edges[a][b] = { rate = rate, key = key } end
  end
  for id, list in pairs(all) do
    for symbol, t in pairs(list) do
      local base, quote = symbol:match("^(%w+)/(%w+)$")
      local bid, ask = quote_of(t)
      if base and bid then edge(base, quote, bid * (1 - fees[id]), id .. symbol) end
      if base and ask then edge(quote, base, 1 / (ask * (1 + fees[id])), id .. symbol) end
    end
  end
  local out = {}
  local function go(start, at, path, rate, keys)
    for to, e in pairs(edges[at] or {}) do
      if to == start and #path <= legs then
        local same = #path == 2 and keys[1] == e.key
        if rate * e.rate > 1 + min / 100 and not same then out[#out + 1] = 100 * (rate * e.rate - 1) end
      elseif to > start and #path < legs then
        local seen = false
        for _, p in ipairs(path) do seen = seen or p == to end
        if not seen then
          path[#path + 1], keys[#keys + 1] = to, e.key
          go(start, to, path, rate * e.rate, keys)
          path[#path], keys[#keys] = nil, nil
        end
      end
    end
  end
  for a in pairs(edges) do go(a, a, { a }, 1, {}) end
  table.sort(out, function(x, y) return x > y end)
  return out
end

local function cycles_turn()
  local assets, value, all, fees, q = {}, {}, {}, {}, scan.quotes()
  for i = 1, random(5) + 3 do assets[i], value[i] = "A" .. i, (random(900) + 100) / 10 end
  for v = 1, random(2) + 1 do
    local id = "v" .. v
    fees[id] = pick { 0, 0.001, 0.0026 }
    all[id] = { ["A1/A2:A2"] = { bid = 5, ask = 6 }, A1 = { bid = 5, ask = 6 } }       -- no pairs of two assets
    for i = 1, #assets do
      for k = 1, #assets do
        if i ~= k and random(3) > 0 then
          local mid = value[i] / value[k] * (1 + (random(41) - 20) / 2000)
          all[id][assets[i] .. "/" .. assets[k]] = { bid = mid * 0.999, ask = random(20) > 0 and mid * 1.001 or mid * 0.99 }
        end
      end
    end
    q:set(id, all[id], { fee = fees[id] })
  end
  local legs, min = pick { 2, 3, 4, 5 }, pick { 0, 0.1, -0.2 }
  local want = slow_cycles(all, fees, legs, min)
  local got, whole = scan.cycles(q, { legs = legs, min = min, limit = 10000 })
  check(whole and #got == #want, "cycles: %d, expected %d", #got, #want)
  for i, c in ipairs(got) do
    check(near(c.net, want[i]), "cycles: %.12g, expected %.12g", c.net, want[i])
    local rate = 1
    for j, leg in ipairs(c.legs) do
      local base, quote = leg.symbol:match("(%w+)/(%w+)")
      local t = all[leg.venue][leg.symbol]
      check(leg.from == (leg.side == "sell" and base or quote) and leg.to == (leg.side == "sell" and quote or base), "cycles: a leg's way")
      check(leg.to == c.legs[j % #c.legs + 1].from, "cycles: legs that do not meet")
      check(leg.price == (leg.side == "sell" and t.bid or t.ask), "cycles: a leg's price")
      rate = rate * leg.rate
    end
    check(near(100 * (rate - 1), c.net), "cycles: the product")
    check(c.path:match("^%w+") == c.legs[1].from and select(2, c.path:gsub(">", "")) == #c.legs, "cycles: path %s", c.path)
  end
  local few = scan.cycles(all, { legs = legs, min = min, limit = 3, fees = fees })
  check(#few == math.min(3, #want), "cycles: limit")
  for i, c in ipairs(few) do check(near(c.net, want[i]), "cycles: the best %d", i) end
end

---- fill ----

local function side_of(buys, step)
  local out, price = {}, buys and 1000 + random(9) or 1013 - random(9)
  for i = 1, random(5) + 1 do
    out[i] = { tonumber(decimal.div(price, 10, 1)), tonumber(decimal.div(random(400), 100, 2)) }
    price = price + (buys and 1 or -1) * random(4)
  end
  return out
end

local function text(x) return decimal.text(x) end

local function slow_walk(levels, size)
  local left, total = size, "0"
  for _, l in ipairs(levels) do
    if decimal.cmp(left, "0") <= 0 then break end
    local q = decimal.cmp(left, l[2]) < 0 and left or text(l[2])
    total, left = decimal.add(total, decimal.mul(q, text(l[1]))), decimal.sub(left, q)
  end
  return decimal.cmp(left, "0") <= 0 and total or nil
end

local function slow_fill(buy, sell, o, lot)
  local best
  for i = 1, 100000 do
    local size = decimal.mul(lot, i)
    local cost, proceeds = slow_walk(buy.levels, size), slow_walk(sell.levels, size)
    if not cost or not proceeds then break end
    local surplus = decimal.sub(decimal.mul(proceeds, decimal.sub(1, sell.fee)),
      decimal.mul(decimal.mul(cost, decimal.add(1, buy.fee)), decimal.add(1, decimal.div(o.min, 100, 10))))
    local taken = (not buy.min_amount or decimal.cmp(size, buy.min_amount) >= 0) and (not sell.min_cost or decimal.cmp(proceeds, sell.min_cost) >= 0)
      and (not o.max_cost or decimal.cmp(cost, o.max_cost) <= 0) and (not sell.max_amount or decimal.cmp(size, sell.max_amount) <= 0)
    if taken and decimal.cmp(surplus, "0") > 0 and not (best and decimal.cmp(surplus, best.surplus) <= 0) then
      local fees = decimal.add(decimal.mul(cost, buy.fee), decimal.mul(proceeds, sell.fee))
      best = { surplus = surplus, size = size, cost = cost, profit = decimal.sub(decimal.sub(proceeds, cost), fees) }
    end
  end
  return best
end

local lots = { ["0.01|0.01"] = "0.01", ["0.04|0.1"] = "0.2", ["0.05|0.2"] = "0.2", ["0.3|0.2"] = "0.6", ["0.07|0.07"] = "0.07" }
local function fill_turn(counts)
  local names = {}
  for k in pairs(lots) do names[#names + 1] = k end
  table.sort(names)
  local name = pick(names)
  local a, b = name:match("(.*)|(.*)")
  local buy = { levels = side_of(true), fee = pick { 0, "0.0004", 0.001 }, step = a, min_amount = pick { false, 0.5, "1.23" } or nil }
  local sell = { levels = side_of(false), fee = pick { 0, 0.0004, "0.001" }, step = tonumber(b), min_cost = pick { false, 60, 250.5 } or nil,
    max_amount = pick { false, false, 2.5 } or nil }
  local o = { min = pick { 0, 0, 0.05 }, max_cost = pick { false, false, 111.1 } or nil }
  local want = slow_fill(buy, sell, o, lots[name])
  local got = scan.fill(buy, sell, o)
  counts[got.why or got.bound] = (counts[got.why or got.bound] or 0) + 1
  check((want ~= nil) == (got.why == nil), "fill: %s, expected %s", got.why or "size " .. tostring(got.size), want and want.size or "none")
  if want then
    check(decimal.cmp(got.amount, want.size) == 0, "fill: size %s, expected %s", got.amount, want.size)
    check(got.size == tonumber(got.amount) and got.profit == tonumber(want.profit) and got.cost == tonumber(want.cost), "fill: the figures")
    check(near(got.net, 100 * want.profit / want.cost) and near(got.buy_price, want.cost / want.size), "fill: the rates")
    local fixed = scan.fill(buy, sell, { min = o.min, max_cost = o.max_cost, fixed = want.surplus })
    check(fixed.why == "fixed" and fixed.amount == got.amount, "fill: a fixed cost that takes it all")
  end
  local asks, bids = {}, {}
  for i, l in ipairs(buy.levels) do asks[i] = l end
  for i, l in ipairs(sell.levels) do bids[i] = l end
  local packed = book(bids, asks)
  buy.levels, buy.book, sell.levels, sell.book = nil, packed, packed.bids and nil, { bids = packed.bids }
  local again = scan.fill(buy, sell, o)
  check(again.amount == got.amount and again.why == got.why and again.profit == got.profit, "fill: of packed books")
end

---- by hand ----

local function fill_of_a_market()
  local market = { taker = 0.002, precision = { amount = 3 }, limits = { amount = { min = 0.5 }, cost = { min = 10 } } }
  local r = scan.fill({ levels = { { 100, 2 } }, market = market, mode = "DECIMAL_PLACES" },
    { levels = { { 101, 1.23456 } }, market = { taker = 0, limits = {} }, fee = 0.001 })
  check(r.amount == "1.234" and near(r.fees, 1.234 * (0.2 + 0.101)), "fill: of a market: %s %s", r.amount, tostring(r.fees))
  r = scan.fill({ levels = { { 100, 2 } }, market = market, mode = "DECIMAL_PLACES" }, { levels = { { 101, 0.25 } }, fee = 0 })
  check(r.why == "min_amount" and r.side == "buy" and r.least == 0.5, "fill: the market's least")
  r = scan.fill({ levels = { { 100, 0 }, { 101, 2 } }, fee = 0 }, { levels = { { 100.5, 1 } }, fee = 0 })
  check(r.why == "no gap" and r.buy_price == 101, "fill: no gap")
  check(scan.fill({ levels = {}, fee = 0 }, { levels = { { 1, 1 } }, fee = 0 }).why == "empty", "fill: empty")
  r = scan.fill({ levels = { { 100, 1 } }, fee = 0.01 }, { levels = { { 101, 1 } }, fee = 0.01 })
  check(r.why == "fees" and near(r.gross, 1) and r.profit < 0, "fill: fees")
  r = scan.fill({ levels = { { 100, 1 } }, fee = 0 }, { levels = { { 101, 1 } }, fee = 0 }, { min = 2 })
  check(r.why == "min" and near(r.net, 1), "fill: min")
  r = scan.fill({ levels = { { 100, 1 } }, fee = 0, step = 5 }, { levels = { { 101, 1 } }, fee = 0 })
  check(r.why == "lot", "fill: less than one lot")
  r = scan.fill({ levels = { { "0.1", "0.3" }, { "0.2", "0.3" } }, fee = 0 }, { levels = { { "0.3", "0.6" } }, fee = 0 })
  check(r.amount == "0.6" and r.profit == 0.09 and r.cost == 0.09 and r.buy_limit == 0.2 and r.bound == "book", "fill: exact sums")
end

local function ages()
  local q, t = scan.quotes(), { ["A/B"] = { bid = 1, ask = 1.1 } }
  q:set("old", { ["A/B"] = { bid = 1, ask = 1.1 } }, { received = now - 5000 })
  q:set("new", { ["A/B"] = { bid = 1.2, ask = 1.3 } }, { received = now - 100 })
  check(scan.gaps(q)[1].age == 5000, "age")
  check(#scan.gaps(q, { max_age = 1000 }) == 0 and #scan.cycles(q, { max_age = 1000 }) == 0, "max_age")
  q:set("new", { ["A/B"] = { bid = 1.2, ask = 1.3, received = now - 700 } })
  q:set("old", { ["A/B"] = { bid = 1, ask = 1.1, received = now - 300 } })
  check(scan.gaps(q)[1].age == 700, "age by the tickers' own time")
  q:set("new", t, { fees = { ["A/B"] = 0.5 } })
  check(near(scan.gaps(q, { min = -99 })[1].net, math.max((0.5 - 1.1) / 1.1, (1 - 1.65) / 1.65) * 100), "fees by symbol")
end

---- what must raise ----

local trap = setmetatable({}, { __index = function() error("a metamethod was run") end, __pairs = function() error("a metamethod was run") end })
local deep = {}
deep[1] = deep
local hostile = {
  function() scan.gaps() end, function() scan.gaps(1) end, function() scan.gaps({ a = 1 }) end, function() scan.gaps({ {} }) end,
  function() scan.gaps({ a = { 1 } }) end, function() scan.gaps({ a = { x = 1 } }) end, function() scan.gaps({}, 1) end,
  function() scan.gaps({}, { mni = 1 }) end, function() scan.gaps({}, { min = "1" }) end, function() scan.gaps({}, { min = 0 / 0 }) end,
  function() scan.gaps({ a = {} }, { fees = 1 }) end, function() scan.gaps({ a = {} }, { fees = { a = 5 } }) end,
  function() scan.cycles({ a = {} }, { legs = 1 }) end, function() scan.cycles({ a = {} }, { legs = 9 }) end,
  function() scan.cycles({ a = {} }, { legs = 0 / 0 }) end, function() scan.cycles({ a = {} }, { limit = 0 }) end,
  function() scan.cycles({ a = {} }, { limit = 1e9 }) end, function() scan.quotes().set() end, function() scan.quotes():set(1, {}) end,
  function() scan.quotes():set("a") end, function() scan.quotes():set("a", {}, { fee = 1 }) end, function() scan.quotes().set({}, "a", {}) end,
  function() scan.quotes():set("a", {}, { received = 1e300 }) end, function() scan.quotes():set("a", {}, { fees = 1 }) end,
  function() scan.quotes():drop() end, function() scan.quotes().x = 1 end, function() scan.quotes():set("a", deep) end,
  function() scan.fill() end, function() scan.fill({}, {}) end, function() scan.fill({ levels = 1, fee = 0 }, { levels = {}, fee = 0 }) end,
  function() scan.fill({ levels = {} }, { levels = {} }) end, function() scan.fill({ levels = {}, fee = 1 }, { levels = {}, fee = 0 }) end,
  function() scan.fill({ levels = {}, fee = "x" }, { levels = {}, fee = 0 }) end,
  function() scan.fill({ levels = { 1 }, fee = 0 }, { levels = {}, fee = 0 }) end,
  function() scan.fill({ levels = { { -1, 1 } }, fee = 0 }, { levels = { { 1, 1 } }, fee = 0 }) end,
  function() scan.fill({ levels = { { 1, 1 / 0 } }, fee = 0 }, { levels = { { 2, 1 } }, fee = 0 }) end,
  function() scan.fill({ levels = { { 2, 1 }, { 1, 1 } }, fee = 0 }, { levels = { { 3, 5 } }, fee = 0 }) end,
  function() scan.fill({ levels = { { 1, 1 } }, fee = 0, step = 0 }, { levels = { { 2, 1 } }, fee = 0 }) end,
  function() scan.fill({ levels = { { 1, 1 } }, fee = 0, step = -1 }, { levels = { { 2, 1 } }, fee = 0 }) end,
  function() scan.fill({ levels = { { 1, 1 } }, fee = 0, stop = 1 }, { levels = { { 2, 1 } }, fee = 0 }) end,
  function() scan.fill({ levels = { { 1, 1 } }, fee = 0, step = 1e-300 }, { levels = { { 2, 1 } }, fee = 0, step = 1e300 }) end,
  function() scan.fill({ levels = { { 1e-300, 1e300 } }, fee = 0.00000000012345678 }, { levels = { { 2e200, 1.2345678901234e300 } }, fee = 0 }) end,
  function() scan.fill({ levels = { { 1, 1 } }, market = { taker = 0, precision = { amount = 8 } } }, { levels = { { 2, 1 } }, fee = 0 }) end,
}

-- More than are read at once, some without a price, one of each that has another price than the rest.
local function many()
  for _, n in ipairs { 0, 1, 511, 512, 513, 1024, 1500 } do
    local a, b, q = {}, {}, scan.quotes()
    for i = 1, n do
      a["S" .. i .. "/U"] = { bid = i, ask = i + 0.1 }
      if i % 3 > 0 then b["S" .. i .. "/U"] = { bid = i + 1, ask = i + 1.1, bidVolume = i } else b["S" .. i .. "/U"] = {} end
    end
    check(q:set("a", a) == n and q:set("b", b) == n - n // 3 and #q == 2 * n - n // 3, "many %d: not all were taken", n)
    local found = scan.gaps(q, { limit = 10000 })
    check(#found == n - n // 3, "many %d: %d gaps", n, #found)
    for _, g in ipairs(found) do
      local i = tonumber(g.symbol:match "%d+")
      check(near(g.ask, i + 0.1) and g.bid == i + 1 and g.bid_amount == i and g.buy == "a" and g.sell == "b", "many %d: %s", n, g.symbol)
    end
  end
end

local counts = {}
for _ = 1, 400 do gaps_turn() end
for _ = 1, 150 do cycles_turn() end
for _ = 1, 400 do fill_turn(counts) end
for _, why in ipairs { "profit", "book", "max_cost", "max_amount", "no gap", "fees", "min_amount", "min_cost" } do
  check(counts[why], "the made-up books never came to '%s'", why)
end
fill_of_a_market()
ages()
many()
for i, f in ipairs(hostile) do
  local ok, e = pcall(f)
  check(not ok and type(e) == "string", "hostile %d: no error", i)
end
check(#scan.gaps({ a = trap, b = { ["A/B"] = trap } }) == 0, "traps")      -- their metamethods are not run
return "all done"
