-- Planted cases for scripts/arbitrage.lua: made-up exchange objects, one round, and what must be reported. Run by arbitrage_test.c,
-- which passes the path of the script.
local path = ...
local clock = 1000

local function book(bids, asks, more)
  local b = { bids = bids, asks = asks, received = 0, age = 10 }
  for k, v in pairs(more or {}) do b[k] = v end
  return b
end

-- venues: id -> { taker =, step =, min =, books = { symbol = book or error table }, broken = error of load_markets }
local function run(venues, given)
  local reports, logs, rounds = {}, {}, {}
  local values = {}
  local env = setmetatable({}, { __index = _G })
  env.args = setmetatable({}, {
    __index = values,
    __call = function(_, specs)
      for name, spec in pairs(specs) do
        local v = given[name]
        if v == nil then v = spec.default end
        if spec.type == "list" and type(v) == "string" then
          local list = {}
          for item in v:gmatch("[^,]+") do list[#list + 1] = item end
          v = list
        end
        values[name] = v
      end
    end,
  })
  env.os = { time = function() return clock end }
  env.log = function(text) logs[#logs + 1] = text end
  env.report = function(r) reports[#reports + 1] = r end
  env.together = function(list)
    for _, f in ipairs(list) do f() end
  end
  env.every = function(_, f) rounds[#rounds + 1] = f end
  env.exchange = function(id)
    local v = assert(venues[id], "no such venue " .. id)
    local ex = { id = id, markets = {}, calls = 0 }
    for symbol in pairs(v.books) do
      local base, quote = symbol:match("(%w+)/(%w+)")
      ex.markets[symbol] = { symbol = symbol, base = base, quote = quote, taker = v.taker == nil and 0.001 or v.taker, active = v.active,
        limits = { amount = { min = v.min or 0.0001 }, cost = { min = v.min_cost } } }
    end
    function ex.load_markets()
      if v.broken then error(v.broken, 0) end
      return ex.markets
    end
    function ex.fetch_order_book(_, symbol, depth)
      assert(depth == 50)
      v.calls = (v.calls or 0) + 1
      local b = v.books[symbol]
      if b.class then error(b, 0) end
      return b
    end
    function ex.amount_to_precision(_, _, x)
      local step = v.step or 0.0001
      return ("%.8f"):format(math.floor(x / step + 1e-9) * step)
    end
    return ex
  end
  assert(loadfile(path, "t", env))()
  assert(#rounds == 1)
  rounds[1]()
  return reports, logs, rounds[1]
end

local function near(a, b, what)
  if math.abs(a - b) > 1e-6 * math.max(1, math.abs(b)) then error(("%s: %.10g, expected %.10g"):format(what, a, b), 2) end
end
local function same(a, b, what)
  if a ~= b then error(("%s: %s, expected %s"):format(what, tostring(a), tostring(b)), 2) end
end

local low = function(more) return book({ { 99, 5 }, { 98, 5 } }, { { 100, 1 }, { 101, 2 }, { 103, 50 } }, more) end
local high = function(more) return book({ { 102, 1.5 }, { 101.5, 1 }, { 100, 50 } }, { { 102.5, 3 } }, more) end
local two = { venues = "a,b", pairs = "BTC/USD" }
local function with(more)
  local t = {}
  for k, v in pairs(two) do t[k] = v end
  for k, v in pairs(more) do t[k] = v end
  return t
end
local cases = {}

function cases.depth_limits_the_size()
  -- 1 at 100/102, 0.5 at 101/102, 1 at 101/101.5; the next ask (101 left 0.5) against bid 100 is no gain
  local r = run({ a = { books = { ["BTC/USD"] = low() } }, b = { books = { ["BTC/USD"] = high() } } }, two)
  same(#r, 1, "reports")
  local x = r[1]
  same(x.verdict, "opportunity", "verdict")
  same(x.buy .. ">" .. x.sell, "a>b", "way")
  near(x.size, 2.5, "size")
  local cost, brought = 100 + 0.5 * 101 + 101, 102 * 1.5 + 101.5
  near(x.buy_price, cost / 2.5, "buy_price")
  near(x.sell_price, brought / 2.5, "sell_price")
  near(x.profit, brought * 0.999 - cost * 1.001, "profit")
  near(x.gross, 100 * (brought - cost) / cost, "gross")
  near(x.net, x.gross - x.fees, "net")
  same(x.age_ms, 10, "age")
end

function cases.the_most_to_spend_limits_the_size()
  local r = run({ a = { books = { ["BTC/USD"] = low() } }, b = { books = { ["BTC/USD"] = high() } } }, with { size = "50" })
  near(r[1].size, 0.5, "size")
  r = run({ a = { books = { ["BTC/USD"] = low() } }, b = { books = { ["BTC/USD"] = high() } } }, with { size = "5000,USD=25" })
  near(r[1].size, 0.25, "size of the quote")
end

function cases.lots_of_both_exchanges_cut_the_size()
  local r = run({ a = { step = 0.4, books = { ["BTC/USD"] = low() } }, b = { step = 1, books = { ["BTC/USD"] = high() } } }, two)
  same(r[1].verdict, "opportunity", "verdict")
  near(r[1].size, 2, "size")     -- 2.5 -> 2.4 -> 2 -> 2
end

function cases.too_small()
  local r = run({ a = { min = 10, books = { ["BTC/USD"] = low() } }, b = { books = { ["BTC/USD"] = high() } } }, two)
  same(r[1].verdict, "too small", "verdict")
  same(r[1].why, "a takes no less than 10 BTC", "why")
  r = run({ a = { books = { ["BTC/USD"] = low() } }, b = { min_cost = 1000, books = { ["BTC/USD"] = high() } } }, two)
  same(r[1].why, "b takes no order below 1000 USD", "why")
  r = run({ a = { step = 100, books = { ["BTC/USD"] = low() } }, b = { books = { ["BTC/USD"] = high() } } }, two)
  same(r[1].why, "less than one lot", "why")
end

function cases.fees_eat_the_gap()
  local r = run({ a = { taker = 0.01, books = { ["BTC/USD"] = low() } }, b = { taker = 0.02, books = { ["BTC/USD"] = high() } } }, two)
  same(r[1].verdict, "below fees", "verdict")
  near(r[1].gross, 2, "gross")
  near(r[1].fees, 1 + 2 * 1.02, "fees")
  assert(r[1].net < 0 and r[1].profit < 0)
end

function cases.a_minimum_is_kept()
  local r = run({ a = { books = { ["BTC/USD"] = low() } }, b = { books = { ["BTC/USD"] = high() } } }, with { min_net_percent = 1.5 })
  same(r[1].verdict, "opportunity", "verdict")
  near(r[1].size, 1, "size")                   -- only the first levels leave 1.5 %
  r = run({ a = { books = { ["BTC/USD"] = low() } }, b = { books = { ["BTC/USD"] = high() } } }, with { min_net_percent = 1.9 })
  same(r[1].verdict, "below minimum", "verdict")
end

function cases.no_gap()
  local r = run({ a = { books = { ["BTC/USD"] = low() } }, b = { books = { ["BTC/USD"] = low() } } }, two)
  same(r[1].verdict, "no gap", "verdict")
  near(r[1].gross, -1, "gross")
end

function cases.old_books_are_stale()
  local r = run({ a = { books = { ["BTC/USD"] = low { age = 4000 } } }, b = { books = { ["BTC/USD"] = high() } } }, two)
  same(r[1].verdict, "stale", "verdict")
  same(r[1].why, "the book of a is 4000 ms old", "why")
  r = run({ a = { books = { ["BTC/USD"] = low() } }, b = { books = { ["BTC/USD"] = high { received = 5000 } } } }, two)
  same(r[1].verdict, "stale", "verdict")
  same(r[1].why, "5000 ms lie between the two books", "why")
  same(r[1].age_ms, 5000, "age")
end

function cases.too_good_to_be_true()
  local r = run({ a = { books = { ["BTC/USD"] = low() } }, b = { books = { ["BTC/USD"] = book({ { 200, 1 } }, { { 201, 1 } }) } } }, two)
  same(r[1].verdict, "suspect", "verdict")
  near(r[1].gross, 100, "gross")
end

function cases.dollars_and_tethers_are_not_mixed()
  local r = run({ a = { books = { ["BTC/USD"] = low() } }, b = { books = { ["BTC/USDT"] = high() } } }, with { pairs = "BTC/USD,BTC/USDT" })
  same(#r, 0, "reports")
end

function cases.a_book_crossed_in_itself_is_left_out()
  local r = run({ a = { books = { ["BTC/USD"] = low() } }, b = { books = { ["BTC/USD"] = book({ { 105, 1 } }, { { 104, 1 } }) } } }, two)
  same(#r, 0, "reports")
end

function cases.empty_and_zero_levels()
  local r = run({ a = { books = { ["BTC/USD"] = book({}, { { 100, 1 } }) } }, b = { books = { ["BTC/USD"] = high() } } }, two)
  same(#r, 0, "reports")
  r = run({ a = { books = { ["BTC/USD"] = book({ { 99, 1 } }, { { 100, 0 }, { 100.5, 1 } }) } }, b = { books = { ["BTC/USD"] = high() } } }, two)
  same(r[1].verdict, "opportunity", "verdict")
  near(r[1].buy_price, 100.5, "buy_price")
end

function cases.an_exchange_without_a_known_fee_is_left_out()
  local venues = { a = { books = { ["BTC/USD"] = low() } }, b = { taker = false, books = { ["BTC/USD"] = high() } } }
  same(#run(venues, two), 0, "no fee")
  venues.b.taker, venues.b.active = 0.001, false
  same(#run(venues, two), 0, "not trading")
end

function cases.one_that_is_down_is_left_out_said_once_and_asked_again()
  local down = { class = "RequestTimeout", message = "no answer after 10 s" }
  local venues = { a = { books = { ["BTC/USD"] = low() } }, b = { books = { ["BTC/USD"] = high() } }, c = { books = { ["BTC/USD"] = down } } }
  local r, logs, round = run(venues, { venues = "a,b,c", pairs = "BTC/USD" })
  same(#r, 1, "reports")
  same(r[1].verdict, "opportunity", "verdict")
  same(table.concat(logs, "\n"), "c is left out for now: RequestTimeout: no answer after 10 s", "log")
  round()
  same(venues.c.calls, 1, "not asked again at once")
  clock = clock + 16
  round()
  same(venues.c.calls, 2, "asked again")
  same(#logs, 1, "said once")
  venues.c.books["BTC/USD"] = low()
  clock = clock + 16
  round()
  same(logs[2], "c is back", "log")
end

function cases.markets_that_do_not_load()
  local venues = { a = { books = { ["BTC/USD"] = low() } }, b = { books = { ["BTC/USD"] = high() }, broken = { class = "ExchangeNotAvailable", message = "503" } } }
  local r, logs, round = run(venues, two)
  same(#r, 0, "reports")
  same(logs[1], "b is left out for now: ExchangeNotAvailable: 503", "log")
  venues.b.broken = nil
  clock = clock + 16
  round()
  same(#r, 1, "reports after the return")
end

function cases.mistakes_are_not_swallowed()
  local venues = { a = { books = { ["BTC/USD"] = low() } }, b = { books = {}, broken = "attempt to index a nil value" } }
  local ok, e = pcall(run, venues, two)
  assert(not ok and tostring(e):find("attempt to index", 1, true), tostring(e))
  ok, e = pcall(run, { a = { books = {} }, b = { books = {} } }, with { size = "BTC=x" })
  assert(not ok and tostring(e):find("size: 'BTC=x'", 1, true), tostring(e))
end

function cases.the_best_way_is_reported()
  local venues = { a = { books = { ["BTC/USD"] = low() } }, b = { books = { ["BTC/USD"] = high() } },
    c = { books = { ["BTC/USD"] = book({ { 103, 4 } }, { { 103.5, 1 } }) } } }
  local r = run(venues, { venues = "a,b,c", pairs = "BTC/USD" })
  same(#r, 1, "reports")
  same(r[1].sell, "c", "sold at")
end

local names, failures = {}, {}
for name in pairs(cases) do names[#names + 1] = name end
table.sort(names)
for _, name in ipairs(names) do
  local ok, e = pcall(cases[name])
  if not ok then failures[#failures + 1] = name .. ": " .. tostring(e) end
end
if #failures > 0 then error(table.concat(failures, "\n"), 0) end
return #names
