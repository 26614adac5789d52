-- scripts/spread.lua on two scripted books.
local world = ...
local near, same, has = world.near, world.same, world.has

local function wave(shift) return function(ms)
  local x = 100 + (ms // 1000 % 2) * 0.02 + shift(ms // 1000)
  return { bids = { { x - 0.01, 100 } }, asks = { { x + 0.01, 100 } } }
end end

local function run(shift, given, store, seconds)
  local args = { venues = "a,b", pair = "BTC/USD", every = "1", window = "40" }
  for k, v in pairs(given or {}) do args[k] = v end
  local none = function() return 0 end
  return world.run { script = "scripts/spread.lua", args = args, store = store, seconds = seconds or 60, venues = {
    a = { books = { ["BTC/USD"] = wave(shift) } }, b = { books = { ["BTC/USD"] = wave(none) } } } }
end
local cases = {}

local function verdicts(r)
  local out = {}
  for _, x in ipairs(r.reports) do out[x.verdict] = (out[x.verdict] or 0) + 1 end
  return out
end

-- up by 1 from 45 s to 50 s, with a little noise before so that there is a deviation
local function bump(s) return s >= 45 and s < 50 and 1 or (s % 3) * 0.01 end

function cases.enters_and_leaves()
  local r = run(bump)
  local v = verdicts(r)
  same(v.learning, 30, "samples before anything is said")
  same(v.enter, 1, "enter")
  same(v.leave, 1, "leave")
  for _, x in ipairs(r.reports) do
    if x.verdict == "enter" then same(x.buy .. ">" .. x.sell, "b>a", "a is dear") end
    if x.verdict == "leave" then
      -- about 1 % gained, four taker fees of 0.1 % and both spreads paid: on 1000 USD
      assert(x.profit > 4 and x.profit < 7, x.profit)
      near(x.total, x.profit, "total")
      same(x.trades, 1, "trades")
    end
  end
end

function cases.goes_on_after_a_restart()
  local store = {}
  run(function(s) return s >= 45 and 1 or (s % 3) * 0.01 end, nil, store, 48)
  local kept = store["a/b BTC/USD"]
  same(kept.position.buy, "b", "a position is kept")
  local r = run(function() return 0 end, nil, store, 3)
  same(r.reports[1].verdict, "leave", "and given back in the next run")
end

function cases.old_books_say_nothing()
  local r = world.run { script = "scripts/spread.lua", args = { venues = "a,b" }, seconds = 1, venues = {
    a = { books = { ["BTC/USD"] = { bids = { { 1, 1 } }, asks = { { 2, 1 } }, age = 5000 } } }, b = { books = { ["BTC/USD"] = { bids = { { 1, 1 } }, asks = { { 2, 1 } } } } } } }
  same(r.reports[1].verdict, "stale", "verdict")
end

function cases.wrong_arguments()
  has(run(bump, { venues = "a" }).message, "two exchanges are expected", "one venue")
  has(run(bump, { enter = "0.2" }).message, "leave must be below enter", "levels")
end

return world.all(cases)
