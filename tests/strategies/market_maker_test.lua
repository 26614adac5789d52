-- scripts/market_maker.lua: where it quotes, what it does when it is hit, and when it stops.
local world = ...
local near, same, has = world.near, world.same, world.has

local function book(mid) return { bids = { { mid - 0.1, 10 } }, asks = { { mid + 0.1, 10 } } } end
local function run(v, given, store, seconds)
  local args = { venue = "a", pair = "BTC/USD", size = "0.01", spread_percent = "1", max_position = "0.02", every = "1", lean = "0.5" }
  for k, x in pairs(given or {}) do args[k] = x end
  v.balance = v.balance or { USD = 100, BTC = 1 }
  return world.run { script = "scripts/market_maker.lua", args = args, venues = { a = v }, store = store, seconds = seconds or 1 }
end
local function open(r)
  local out = {}
  for _, o in ipairs(r.orders) do if o.status == "open" then out[o.side] = o end end
  return out
end
local cases = {}

function cases.quotes_around_the_middle()
  local r = run({ books = { ["BTC/USD"] = book(100) } }, nil, nil, 5)
  same(#r.orders, 2, "placed once, left alone after")
  near(open(r).buy.price, 99.5, "buy")
  near(open(r).sell.price, 100.5, "sell")
  same(r.reports[1].verdict, "both sides", "verdict")
end

function cases.follows_the_price()
  local r = run({ books = { ["BTC/USD"] = function(ms) return book(ms < 3000 and 100 or 100.3) end } }, nil, nil, 6)
  near(open(r).buy.price, 99.8, "buy")
  same(#r.orders, 4, "both were replaced")
end

-- A venue whose first buy order is filled by somebody else.
local function hit(books)
  local v, done = { books = { ["BTC/USD"] = books } }, false
  v.fail = function(method)
    if method ~= "fetch_order" or done then return end
    for _, o in pairs(v.placed) do
      if o.side == "buy" and o.status == "open" then
        o.filled, o.remaining, o.cost, o.status, done = o.amount, 0, o.amount * o.price, "closed", true
      end
    end
  end
  return v
end

function cases.leans_against_what_it_holds()
  local r = run(hit(function() return book(100) end), nil, nil, 6)
  local last = r.reports[#r.reports]
  near(last.position, 0.01, "position")
  -- half of the largest position: the middle goes down by a quarter of half the spread
  near(last.bid, 99.5 - 0.125, "buy")
  near(last.ask, 100.5 - 0.125, "sell")
  near(last.profit, 0.01 * 100 - 0.01 * 99.5 * 1.001, "profit")
  same(last.trades, 1, "trades")
end

function cases.never_more_than_the_largest_position()
  local r = run({ books = { ["BTC/USD"] = function(ms)
    return ms % 2000 < 1000 and book(100) or { bids = { { 98.9, 1 } }, asks = { { 99.1, 1 } } }
  end } }, { tolerance_percent = "5" }, nil, 30)
  local most = 0
  for _, x in ipairs(r.reports) do most = math.max(most, math.abs(x.position or 0)) end
  assert(most > 0.009 and most <= 0.02 + 1e-9, "position " .. most)
end

function cases.stops_at_the_largest_loss()
  local r = run(hit(function(ms) return book(ms < 4000 and 100 or 50) end), { max_loss = "0.3" }, nil, 20)
  same(r.code, 0, "exit code")
  same(r.reports[#r.reports].verdict, "stopped", "verdict")
  same(next(open(r)), nil, "nothing is left open")
end

function cases.a_bad_book_takes_the_orders_back()
  local r = run({ books = { ["BTC/USD"] = function(ms)
    local b = book(100)
    b.age = ms > 3000 and 9000 or 0
    return b
  end } }, nil, nil, 6)
  same(r.reports[#r.reports].verdict, "no good book", "verdict")
  same(next(open(r)), nil, "nothing is left open")
end

function cases.a_restart_knows_its_orders()
  local store, v = {}, { books = { ["BTC/USD"] = book(100) } }
  run(v, nil, store)
  same(store["maker a BTC/USD"].orders.buy.id ~= nil, true, "kept")
end

function cases.a_spread_below_the_fees_is_refused()
  has(run({ books = { ["BTC/USD"] = book(100) } }, { spread_percent = "0.2" }).message, "not more than twice the maker fee", "message")
end

function cases.an_exchange_that_is_down_is_asked_again()
  local v = { books = { ["BTC/USD"] = book(100) }, fail = function(_, _, n) return n == 1 and { class = "RequestTimeout", message = "x" } or nil end }
  same(#run(v, nil, nil, 15).orders > 0, true, "orders")
end

return world.all(cases)
