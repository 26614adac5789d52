-- A world for the scripts that ship: host/lua/strategy.lua on a clock that is moved by hand, made-up exchanges with scripted books, and what came out.
-- run { script = path or source = text, args = {}, venues = { id = venue }, seconds =, store =, registry =, columns = } -> { reports, logs, notes, out, orders, store, code, message }.
-- A venue: { taker, maker, mode, latency (ms), clock (ms ahead), whole_seconds, status, markets = { symbol = { step, tick, min, min_cost, taker, active } }, books = { symbol = book or
-- function(ms) -> book }, currencies, candles, balance, fail = function(method, symbol) -> error or nil, calls (counted here) }. A book:
-- { bids, asks, age (ms), received (ms from now), old (ms by the venue's clock) } or an error table. Functions of C: book(bids, asks, received), set_clock(ms).
local START = 1700000000000
local world = {}
local chunk, parse, load = loadfile, tonumber, load

local errors
local function new_error(class, message, venue)
  return errors.new(class, message, { venue = venue })
end

---- tasks on a clock ----

local function new_tasks(given, store)
  local self = { ready = {}, timers = {}, notes = {}, now = START, reports = {}, logs = {}, out = {}, store = store or {}, seq = 0 }
  local function later(ms, f)
    self.seq = self.seq + 1
    self.timers[#self.timers + 1] = { at = self.now + ms, seq = self.seq, f = f }
  end
  local function run(co, ...)
    local ok, what, arg = coroutine.resume(co, ...)
    if not ok then
      self.code, self.message = (type(what) == "table" and what.class) and 5 or 1, type(what) == "table" and tostring(what) or what
    elseif coroutine.status(co) ~= "dead" then
      if what == "sleep" then later(arg, function() run(co) end)
      elseif what == "wait" then arg.waiter = co
      elseif what == "finish" then self.code = self.code or arg end
    end
  end
  local t = {}
  function t.spawn(f, ...)
    local args, co = table.pack(...), coroutine.create(f)
    self.ready[#self.ready + 1] = function() run(co, table.unpack(args, 1, args.n)) end
  end
  function t.sleep(ms) coroutine.yield("sleep", ms) end
  function t.timer(ms, f) later(ms, f) end
  function t.signal() return {} end
  function t.wait(s) if not s.set then coroutine.yield("wait", s) end end
  function t.set(s)
    s.set = true
    local co = s.waiter
    s.waiter = nil
    if co then self.ready[#self.ready + 1] = function() run(co) end end
  end
  function t.report(r) self.reports[#self.reports + 1] = r end
  function t.log(_, text) self.logs[#self.logs + 1] = text end
  function t.out(text) self.out[#self.out + 1] = text end
  function t.store(op, key, value)
    if op == "set" then self.store[key] = value end
    if op == "get" then return self.store[key] end
    local keys = {}
    for k in pairs(self.store) do keys[#keys + 1] = k end
    return keys
  end
  function t.finish(code, message)
    self.code, self.message = code, message
    coroutine.yield("finish", code)
  end
  function t.now() return self.now end
  function t.notify(text)
    self.notes[#self.notes + 1] = text
    return true
  end
  t.text, t.setmetatable = tostring, setmetatable
  function t.args() return given end
  self.tasks = t
  function self.advance(till)
    while self.code == nil do
      if #self.ready > 0 then
        table.remove(self.ready, 1)()
      else
        table.sort(self.timers, function(a, b)
          if a.at ~= b.at then return a.at < b.at end
          return a.seq < b.seq
        end)
        local next_one = self.timers[1]
        if not next_one or next_one.at > till then break end
        table.remove(self.timers, 1)
        self.now = math.max(self.now, next_one.at)
        set_clock(self.now // 1)
        next_one.f()
      end
    end
    self.now = math.max(self.now, self.code == nil and till or self.now)
  end
  return self
end

---- made-up exchanges ----

local function market_of(v, symbol, m)
  local base, quote = symbol:match("^(%w+)/(%w+)")
  local taker = m.taker
  if taker == nil then taker = v.taker end
  if taker == nil then taker = 0.001 end
  return { symbol = symbol, base = base, quote = quote, taker = taker or nil, maker = v.maker or 0.001, active = m.active, spot = true,
    precision = { amount = m.step or 0.0001, price = m.tick or 0.01 }, limits = { amount = { min = m.min or 0.0001 }, cost = { min = m.min_cost }, price = {} } }
end

local function new_exchange(id, v, clock, orders)
  local ex = { id = id, precision_mode = v.mode or "TICK_SIZE", markets = {}, symbols = {}, has = { fetch_currencies = v.currencies ~= nil, fetch_time = v.clock ~= nil, fetch_status = v.status ~= nil }, currencies = v.currencies or {} }
  v.calls, v.placed = v.calls or {}, {}
  for symbol in pairs(v.books or {}) do
    ex.markets[symbol] = market_of(v, symbol, (v.markets or {})[symbol] or {})
    ex.symbols[#ex.symbols + 1] = symbol
  end
  table.sort(ex.symbols)
  local function call(method, symbol)
    v.calls[method] = (v.calls[method] or 0) + 1
    clock.tasks.sleep(v.latency or 20)
    local e = v.fail and v.fail(method, symbol, v.calls[method])
    if e then error(setmetatable(e, errors.shown), 0) end
  end
  local function book_of(symbol)
    local b = v.books[symbol]
    if type(b) == "function" then b = b(clock.now - START) end
    if not b then error(new_error("BadSymbol", "no market '" .. symbol .. "'", id), 0) end
    if b.class then error(setmetatable(b, errors.shown), 0) end
    return b
  end
  local loaded
  function ex.load_markets()
    if not loaded then call("load_markets") end
    loaded = true
    return ex.markets
  end
  function ex.market(_, symbol)
    ex.load_markets()
    return ex.markets[symbol] or error(new_error("BadSymbol", "no market '" .. tostring(symbol) .. "'", id), 0)
  end
  function ex.fetch_order_book(_, symbol)
    ex.load_markets()
    call("fetch_order_book", symbol)
    local b = book_of(symbol)
    return book(b.bids, b.asks, clock.now // 1 - (b.age or 0) + (b.received or 0), b.old and (clock.now + (v.clock or 0) - b.old) // 1)
  end
  function ex.fetch_time()
    call("fetch_time")
    local time = (clock.now - (v.latency or 20) / 2 + v.clock) // 1          -- as it was half way
    return v.whole_seconds and time - time % 1000 or time
  end
  function ex.fetch_status()
    call("fetch_status")
    return { status = v.status }
  end
  function ex.fetch_ticker(_, symbol)
    ex.load_markets()
    call("fetch_ticker", symbol)
    local b = book_of(symbol)
    local bid, ask = b.bids[1] and b.bids[1][1], b.asks[1] and b.asks[1][1]
    return { symbol = symbol, bid = bid, ask = ask, last = b.last or (bid and ask and (bid + ask) / 2), bidVolume = b.bids[1] and b.bids[1][2],
      askVolume = b.asks[1] and b.asks[1][2], percentage = b.percentage, quoteVolume = b.quoteVolume, timestamp = clock.now }
  end
  function ex.fetch_tickers(_, symbols)
    ex.load_markets()
    call("fetch_tickers")
    local out = {}
    for _, symbol in ipairs(symbols or ex.symbols) do
      v.calls.fetch_ticker = (v.calls.fetch_ticker or 0)
      local b = book_of(symbol)
      out[symbol] = { symbol = symbol, bid = b.bids[1] and b.bids[1][1], ask = b.asks[1] and b.asks[1][1], last = b.last or (b.bids[1] and b.bids[1][1]),
        percentage = b.percentage, quoteVolume = b.quoteVolume }
    end
    return out
  end
  function ex.fetch_currencies()
    call("fetch_currencies")
    return v.currencies or error(new_error("NotSupported", "fetch_currencies is not offered", id), 0)
  end
  function ex.fetch_ohlcv(_, symbol, timeframe, since, limit)
    call("fetch_ohlcv", symbol)
    return v.candles and v.candles(symbol, timeframe, since, limit) or {}
  end
  function ex.fetch_balance()
    call("fetch_balance")
    local out = { free = {} }
    for code, n in pairs(v.balance or {}) do
      out[code] = { free = n, used = 0, total = n }
      out.free[code] = n
    end
    return out
  end
  local function move(market, side, amount, price)
    local cost, fee, b = amount * price, market.taker or 0, v.balance or {}
    b[market.base] = (b[market.base] or 0) + (side == "buy" and amount or -amount)
    b[market.quote] = (b[market.quote] or 0) + (side == "buy" and -cost * (1 + fee) or cost * (1 - fee))
    v.balance = b
  end
  local function match(o)
    local market, b = ex.markets[o.symbol], book_of(o.symbol)
    for _, l in ipairs(o.side == "buy" and b.asks or b.bids) do
      local good = o.type == "market" or (o.side == "buy" and l[1] <= o.price or o.side == "sell" and l[1] >= o.price)
      local q = good and math.min(o.remaining, l[2]) or 0
      if q <= 0 then break end
      move(market, o.side, q, l[1])
      o.filled, o.remaining, o.cost = o.filled + q, o.remaining - q, o.cost + q * l[1]
    end
    if o.remaining <= o.amount * 1e-9 then o.status = "closed" end
  end
  function ex.create_order(_, symbol, type_, side, amount, price, params)
    ex.load_markets()
    call("create_order", symbol)
    local market = ex:market(symbol)
    amount, price = parse(amount), price and parse(price)
    assert(amount and amount > 0 and (type_ == "market" or price and price > 0), "create_order: amount and price")
    local step = market.precision.amount
    assert(math.abs(amount / step - math.floor(amount / step + 0.5)) < 1e-6, "create_order: the amount is no multiple of the step")
    assert(amount >= market.limits.amount.min, "create_order: below the least amount")
    local o = { id = id .. #orders + 1, venue = id, symbol = symbol, type = type_, side = side, amount = amount, price = price, filled = 0, remaining = amount,
      cost = 0, status = "open", params = params }
    match(o)
    if o.status == "open" and (type_ == "market" or v.no_rest) then o.status = "canceled" end
    orders[#orders + 1], v.placed[o.id] = o, o
    return setmetatable({}, { __index = o })
  end
  local function order_of(order_id)
    return v.placed[order_id] or error(new_error("OrderNotFound", "no order " .. tostring(order_id), id), 0)
  end
  function ex.fetch_order(_, order_id)
    call("fetch_order")
    local o, copy = order_of(order_id), {}
    if o.status == "open" then match(o) end
    for k, x in pairs(o) do copy[k] = x end
    return copy
  end
  function ex.cancel_order(_, order_id)
    call("cancel_order")
    local o = order_of(order_id)
    if o.status ~= "open" then error(new_error("OrderNotFound", "the order is over", id), 0) end
    o.status = "canceled"
    return o
  end
  function ex.fetch_open_orders(_, symbol)
    call("fetch_open_orders")
    local out = {}
    for _, o in ipairs(orders) do
      if o.venue == id and o.status == "open" and (not symbol or o.symbol == symbol) then out[#out + 1] = o end
    end
    return out
  end
  function ex.cancel_all_orders(_, symbol)
    call("cancel_all_orders")
    for _, o in ipairs(orders) do
      if o.venue == id and o.status == "open" and (not symbol or o.symbol == symbol) then o.status = "canceled" end
    end
  end
  local function rounded(symbol, x, field, how)
    return decimal.round(decimal.text(x), ex:market(symbol).precision[field], "tick", how)
  end
  function ex.amount_to_precision(_, symbol, x) return rounded(symbol, x, "amount", "cut") end
  function ex.price_to_precision(_, symbol, x) return rounded(symbol, x, "price", "nearest") end
  function ex.milliseconds() return clock.now // 1 end
  return ex
end

---- a run ----

local allowed = { "assert", "error", "ipairs", "next", "pairs", "pcall", "select", "tonumber", "tostring", "type", "rawget", "setmetatable", "math", "string",
  "table", "utf8", "decimal", "scan" }

function world.run(spec)
  local clock, env, orders = new_tasks(spec.args or {}, spec.store), {}, {}
  set_clock(START)
  for _, name in ipairs(allowed) do env[name] = _G[name] end
  env.os = { time = function() return clock.now // 1000 end, date = os.date, clock = function() return clock.now / 1000 end }
  env.iso8601 = function(ms) return os.date("!%Y-%m-%dT%H:%M:%S.000Z", ms // 1000) end
  env.parse8601 = function() return nil end
  local modules, host = { exchange = { optional = function(ex, name) return ex[name](ex) end } }, nil
  local function require(name)
    if modules[name] == nil then modules[name] = assert(chunk("host/lua/" .. name .. ".lua", "t", host))(require) end
    return modules[name]
  end
  clock.tasks.columns = function() return spec.columns end
  host = setmetatable({ tasks = clock.tasks }, { __index = env, __newindex = env })
  errors = require "errors"
  local exchanges = {}
  env.exchange = function(id)
    local v = spec.venues[id] or error(new_error("BadRequest", "no exchange '" .. tostring(id) .. "'", id), 0)
    exchanges[id] = exchanges[id] or new_exchange(id, v, clock, orders)
    return exchanges[id]
  end
  require "strategy"
  env.pair = function(p)               -- as broker/order_pair.c has it, with the policy "hold"
    local calls, legs, bought, sold = {}, {}, 0, 0
    for i = 1, 2 do
      local ex, leg = p[i][1], p[i]
      calls[i] = function() return env.settle(ex, ex:create_order(leg.symbol, "limit", leg.side, leg.amount or p.amount, leg.price), p.seconds) end
    end
    local done, failed = env.together(calls)
    for i = 1, 2 do
      local o = done[i] or { filled = 0, cost = 0 }
      legs[i] = { filled = tostring(o.filled), average = o.filled > 0 and tostring(o.cost / o.filled) or nil, reason = failed[i] and tostring(failed[i]) or nil }
      if p[i].side == "buy" then bought = bought + o.filled else sold = sold + o.filled end
    end
    local state = bought ~= sold and "held" or bought > 0 and "done" or "failed"
    return { id = 1, state = state, reason = state == "held" and ("%s bought, %s sold"):format(bought, sold) or nil, legs = legs }
  end
  if spec.registry then env.registry = function() return spec.registry.list, spec.registry.names end end
  setmetatable(env, { __index = function(_, name) error("undefined global '" .. tostring(name) .. "'", 2) end })
  clock.tasks.spawn(spec.source and assert(load(spec.source, "script", "t", env)) or assert(chunk(spec.script, "t", env)))
  clock.advance(START + (spec.seconds or 1) * 1000)
  return { reports = clock.reports, notes = clock.notes, logs = clock.logs, out = table.concat(clock.out), orders = orders, store = clock.store, code = clock.code,
    message = clock.message, more = function(seconds) clock.advance(clock.now + seconds * 1000) end }
end

---- checks ----

function world.near(a, b, what)
  if type(a) ~= "number" or math.abs(a - b) > 1e-6 * math.max(1, math.abs(b)) then error(("%s: %s, expected %.10g"):format(what, tostring(a), b), 2) end
end

function world.same(a, b, what)
  if a ~= b then error(("%s: %s, expected %s"):format(what, tostring(a), tostring(b)), 2) end
end

function world.has(text, part, what)
  if not tostring(text):find(part, 1, true) then error(("%s: '%s' is not in: %s"):format(what, part, tostring(text)), 2) end
end

-- Runs the cases of a test by name; how many there were.
function world.all(cases)
  local names, failures = {}, {}
  for name in pairs(cases) do names[#names + 1] = name end
  table.sort(names)
  for _, name in ipairs(names) do
    local ok, e = xpcall(cases[name], function(e) return type(e) == "string" and e or tostring(e) end)
    if not ok then failures[#failures + 1] = name .. ": " .. e end
  end
  if #failures > 0 then error(table.concat(failures, "\n"), 0) end
  return #names
end

return world
