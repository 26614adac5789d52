-- scripts/triangular.lua on made-up books.
local world = ...
local near, same, has = world.near, world.same, world.has

local function run(venues, given)
  local args = { venues = "a", every = "60" }
  for k, v in pairs(given or {}) do args[k] = v end
  return world.run { script = "scripts/triangular.lua", args = args, venues = venues, seconds = 2 }
end

-- 1000 USD -> ETH at 100 -> BTC at 0.0102 -> USD at 10000: 2 % before fees
local function three(more)
  local books = {
    ["ETH/USD"] = { bids = { { 99.9, 50 } }, asks = { { 100, 5 }, { 101, 50 } } },
    ["ETH/BTC"] = { bids = { { 0.0102, 50 } }, asks = { { 0.0103, 50 } } },
    ["BTC/USD"] = { bids = { { 10000, 5 } }, asks = { { 10001, 5 } } },
  }
  for k, v in pairs(more or {}) do books[k] = v end
  return books
end
local cases = {}

function cases.a_way_round_is_found_and_sized()
  local r = run({ a = { books = three(), markets = { ["ETH/BTC"] = { step = 0.001 } } } }).reports
  same(#r, 1, "reports")
  same(r[1].pair, "USD > ETH > BTC > USD", "path")
  same(r[1].verdict, "opportunity", "verdict")
  -- 1000 USD buys 5 at 100 and 4.8916 at 101 after the fee of 0.1 %: 0.5 % less than at the best price alone, and still the most
  near(r[1].size, 1000, "size")
  local eth = math.floor((5 + (1000 / 1.001 - 500) / 101) * 10000) / 10000
  local sold = math.floor(eth * 1000) / 1000
  local btc = math.floor(sold * 0.0102 * 0.999 * 10000) / 10000
  near(r[1].profit, btc * 10000 * 0.999 - 1000, "profit")
  near(r[1].net, r[1].profit / 10, "net")
end

function cases.the_best_size_is_smaller_where_the_book_is_thin()
  local r = run { a = { books = three { ["ETH/USD"] = { bids = { { 99.9, 50 } }, asks = { { 100, 3 }, { 110, 500 } } } } } }
  same(r.reports[1].verdict, "opportunity", "verdict")
  near(r.reports[1].size, 250, "size")
end

function cases.a_book_that_ends()
  local r = run { a = { books = three { ["ETH/BTC"] = { bids = { { 0.0102, 0.0001 } }, asks = { { 0.0103, 50 } } } } } }
  same(r.reports[1].verdict, "too small", "verdict")
  same(r.reports[1].why, "the book of ETH/BTC is too thin", "why")
end

function cases.what_is_too_small_for_a_market()
  local r = run({ a = { books = three(), markets = { ["ETH/BTC"] = { min = 100 } } } })
  same(r.reports[1].why, "a takes no less than 100 ETH", "why")
  r = run({ a = { books = three(), markets = { ["BTC/USD"] = { min_cost = 5000 } } } })
  same(r.reports[1].why, "a takes no order below 5000 USD", "why")
end

function cases.fees_are_above_the_gain()
  local r = run({ a = { books = three(), taker = 0.01 } }).reports
  same(r[1].verdict, "below fees", "the nearest miss is told")
  assert(r[1].gross < 0)
end

function cases.old_and_suspect_and_gone()
  local old = three()
  old["BTC/USD"].age = 4000
  same(run({ a = { books = old } }).reports[1].verdict, "stale", "stale")
  local wild = three { ["BTC/USD"] = { bids = { { 20000, 5 } }, asks = { { 20001, 5 } } } }
  same(run({ a = { books = wild } }).reports[1].verdict, "suspect", "suspect")
  local venue = { books = three() }
  venue.fail = function(method) if method == "fetch_order_book" then venue.books["BTC/USD"] = { bids = { { 9000, 5 } }, asks = { { 9001, 5 } } } end end
  local r = run({ a = venue }).reports
  same(r[1].verdict, "gone", "gone")
  has(r[1].why, "the books leave -", "why")
end

function cases.a_market_that_is_not_traded()
  local r = run({ a = { books = three(), markets = { ["ETH/BTC"] = { active = false } } } }).reports
  same(r[1].verdict .. ": " .. r[1].why, "no market: ETH/BTC is not traded, or its fee is not known", "why")
end

function cases.nothing_to_put_in()
  same(#run({ a = { books = three() } }, { start = "JPY" }).reports, 0, "reports")
end

function cases.over_several_exchanges()
  local books, one, two = three(), {}, {}
  one["ETH/USD"], one["BTC/USD"] = books["ETH/USD"], { bids = { { 9000, 5 } }, asks = { { 10001, 5 } } }
  two["ETH/BTC"], two["BTC/USD"] = books["ETH/BTC"], books["BTC/USD"]
  local venues = { a = { books = one }, b = { books = two } }
  local apart = run(venues, { venues = "a,b" }).reports
  for _, r in ipairs(apart) do assert(r.verdict ~= "opportunity", "there is none on one of them") end
  local r = run(venues, { venues = "a,b", across = "yes" }).reports
  same(r[1].verdict .. " " .. r[1].pair, "opportunity USD > ETH > BTC > USD", "across")
end

function cases.one_that_is_down_does_not_stop_the_others()
  local venues = { a = { books = three() }, b = { books = {}, fail = function() return { class = "RequestTimeout", message = "x" } end } }
  local r = run(venues, { venues = "b,a" })
  same(#r.reports, 1, "reports")
  has(r.logs[1], "b is left out", "log")
end

return world.all(cases)
