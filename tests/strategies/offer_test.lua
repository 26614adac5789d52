-- What can be traded with, and what keeps a book out: offer, exchange_state and book_age, on made-up exchanges.
local world = ...
local same, has = world.same, world.has

local function book(more)
  local b = { bids = { { 99, 1 }, { 98, 1 }, { 97, 1 } }, asks = { { 100, 1 }, { 101, 1 }, { 102, 1 } } }
  for k, v in pairs(more or {}) do b[k] = v end
  return b
end

local function asked(venue, b)
  venue.books = { ["X/Y"] = b or book() }
  return world.run { source = [[
    local o = offer(exchange "a", "X/Y", 10)
    print(o and o.verdict, o and o.why, o and o.bid, o and o.ask, offer(exchange "a", "NO/SUCH"))
  ]], venues = { a = venue } }
end

local cases = {}

function cases.what_is_fit_to_trade()
  same(asked({}).out, "nil\tnil\t99.0\t100.0\tnil\n", "a plain book")
  same(asked({}, book { asks = {} }).out, "nil\tnil\tnil\tnil\tnil\n", "no asks")
end

function cases.what_is_not()
  local rows = {
    { "not traded: a lists X/Y and does not trade it", { markets = { ["X/Y"] = { active = false } } } },
    { "no fee: what a charges for X/Y is not known", { taker = false } },
    { "closed: a says: maintenance", { status = "maintenance" } },
    { "crossed: the book of a is crossed: bid 105, ask 100", {}, book { bids = { { 105, 1 } } } },
    { "crossed: the book of a is crossed: bid 100, ask 100", {}, book { bids = { { 100, 1 } } } },
    { "suspect: the book of a has 1e+06 X at 99", {}, book { bids = { { 99, 1e6 }, { 98, 1 }, { 97, 1 } } } },
    { "suspect: the book of a has -1 X at 101", {}, book { asks = { { 100, 1 }, { 101, -1 } } } },
    { "suspect: the book of a has 1 X at -98", {}, book { bids = { { 99, 1 }, { -98, 1 } } } },
    { "suspect: the book of a has inf X at 102", {}, book { asks = { { 100, 1 }, { 102, 1 / 0 } } } },
  }
  for _, row in ipairs(rows) do
    local verdict, why = row[1]:match("^(.-): (.*)$")
    has(asked(row[2], row[3]).out, verdict .. "\t" .. why .. "\t", row[1])
  end
end

-- The clock of the exchange is ahead by `clock`; its book is stamped `old` ms ago by that clock.
local function age(clock, old, more)
  local venue = { latency = 20, clock = clock, books = { ["X/Y"] = book { old = old } } }
  for k, v in pairs(more or {}) do venue[k] = v end
  local r = world.run { source = [[
    local ex = exchange "a"
    exchange_state(ex)
    local age, own = book_age(ex, ex:fetch_order_book("X/Y"))
    print(age, own and math.floor(own + 0.5))
    print(exchange_state(ex).clock)
  ]], venues = { a = venue } }
  return r.out, venue
end

function cases.the_age_by_a_clock_that_is_off()
  for _, clock in ipairs { 0, 6000, -90000 } do
    same(age(clock, 18000), ("0\t%d\n%d.0\n"):format(17990, clock), "old, clock " .. clock)
    same(age(clock, 0), ("0\t0\n%d.0\n"):format(clock), "new, clock " .. clock)
  end
  same(age(0, -5000), "0\t-4990\n0.0\n", "from the future")
  same(age(3200, 18000, { whole_seconds = true }):match("^0\t(%d+)"), "17780", "a clock of whole seconds leaves a doubt")
end

function cases.without_a_clock_what_is_old_is_not_known_to_be()
  same(age(nil, 18000), "0\tnil\nnil\n", "no time")
  same(age(nil, -5000), "0\t-4000\nnil\n", "but what is from the future is not of ours")
end

function cases.an_exchange_is_asked_each_minute()
  local venue = { clock = 0, status = "ok", books = { ["X/Y"] = book() } }
  local r = world.run { source = [[every(10, function() print(exchange_state(exchange "a").status) end)]], venues = { a = venue }, seconds = 100 }
  same(venue.calls.fetch_status, 2, "asked")
  venue.status = "maintenance"
  r.more(60)
  has(r.out, "ok", "before")
  venue.fail = function(method) return method == "fetch_status" and { class = "RequestTimeout", message = "no answer" } or nil end
  r.more(60)
  same(r.code, nil, "an exchange that does not tell is no reason to end")
end

return world.all(cases)
