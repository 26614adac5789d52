-- scripts/dca.lua: buys once a period, over restarts too.
local world = ...
local near, same, has = world.near, world.same, world.has

local function venue(more)
  local v = { books = { ["BTC/USD"] = { bids = { { 99.9, 10 } }, asks = { { 100, 0.1 }, { 100.2, 5 } } } }, balance = { USD = 1000 } }
  for k, x in pairs(more or {}) do v[k] = x end
  return v
end
local function run(v, given, store, hours)
  local args = { venue = "a", hours = "24", cost = "25" }
  for k, x in pairs(given or {}) do args[k] = x end
  return world.run { script = "scripts/dca.lua", args = args, venues = { a = v }, store = store, seconds = (hours or 49) * 3600 }
end
local cases = {}

function cases.once_a_day()
  local v = venue()
  local r = run(v)
  same(#r.orders, 3, "at once, after a day, after two")
  -- 25 with the fee in it: 0.1 at 100, the rest at 100.2
  near(r.orders[1].filled, math.floor((0.1 + (25 / 1.001 - 10) / 100.2) * 10000) / 10000, "amount")
  assert(r.orders[1].cost * 1.001 <= 25, "no more is spent than was said")
  local last = r.reports[3]
  same(last.verdict .. last.times, "bought3", "verdict")
  near(last.spent, r.orders[1].cost * 3, "spent")
  near(v.balance.BTC, last.bought, "bought")
end

function cases.a_restart_neither_doubles_nor_forgets()
  local store = {}
  same(#run(venue(), nil, store, 1).orders, 1, "the first run")
  same(#run(venue(), nil, store, 1).orders, 0, "the clock of the world starts anew: not due")
  same(#run(venue(), nil, store, 25).orders, 1, "due again")
end

function cases.waits_for_a_better_book()
  local wide = venue { books = { ["BTC/USD"] = { bids = { { 90, 1 } }, asks = { { 100, 1 } } } } }
  local r = run(wide, nil, nil, 1)
  same(#r.orders, 0, "orders")
  same(r.reports[1].verdict .. ": " .. r.reports[1].why, "waits: a spread of 10.00 %", "why")
  r = run(venue(), { max_price = "99" }, nil, 1)
  has(r.reports[1].why, "above the price that was set", "why")
  r = run(venue { books = { ["BTC/USD"] = { bids = {}, asks = {} } } }, nil, nil, 0.1)
  same(r.reports[1].why, "an empty book", "why")
end

function cases.too_small_for_the_exchange()
  local r = run(venue { markets = { ["BTC/USD"] = { min_cost = 30 } } }, nil, nil, 0.1)
  same(r.reports[1].verdict, "too small", "verdict")
  same(r.reports[1].why, "a takes no less than 0.0001 BTC and 30 USD", "why")
end

function cases.an_order_that_was_refused_is_tried_again_and_one_of_unknown_fate_is_not()
  local v, tries = venue(), 0
  v.fail = function(method)
    if method ~= "create_order" then return end
    tries = tries + 1
    return tries == 1 and { class = "InsufficientFunds", message = "no" } or nil
  end
  same(#run(v, nil, nil, 1).orders, 1, "bought at the next look")
  v, tries = venue(), 0
  v.fail = function(method)
    if method ~= "create_order" then return end
    tries = tries + 1
    return { class = "RequestTimeout", message = "?" }
  end
  run(v, nil, nil, 1)
  same(tries, 1, "not sent again")
end

function cases.ends_after_so_many()
  local r = run(venue(), { times = "2" })
  same(#r.orders, 2, "orders")
  same(r.code, 0, "exit code")
end

return world.all(cases)
