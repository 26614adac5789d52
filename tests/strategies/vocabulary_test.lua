-- What host/lua/strategy.lua adds to the language, where no script that ships shows it.
local world = ...
local same, has = world.same, world.has

local function book(bid, ask, amount) return { bids = { { bid, amount or 1 } }, asks = { { ask, amount or 1 } } } end
local function run(source, venues, seconds)
  return world.run { source = source, venues = venues or {}, seconds = seconds or 60 }
end
local cases = {}

function cases.errors_by_class()
  local r = run([[
    local ok, e = pcall(function() return exchange("a"):fetch_ticker("X/Y") end)
    print(ok, is_error(e, "RateLimitExceeded"), is_error(e, "NetworkError"), is_error(e, "BaseError"), is_error(e, "ExchangeError"))
    print(is_error("a text", "NetworkError"), is_error(nil, "NetworkError"), is_error({}, "NetworkError"))
    is_error(e, "NetwrkError")
  ]], { a = { books = {}, fail = function() return { class = "RateLimitExceeded", message = "slow down" } end } })
  same(r.out, "false\ttrue\ttrue\ttrue\tfalse\nfalse\tfalse\tfalse\n", "classes")
  has(r.message, "there is no class 'NetwrkError'", "a class that is not there")
end

function cases.each_exchange_gives_results_and_errors_by_id()
  local venues = { a = { books = { ["X/Y"] = book(1, 2) } }, b = { books = {} }, c = { books = { ["X/Y"] = book(1, 2) }, latency = 5000 } }
  local r = run([[
    local results, errors = each_exchange({ "a", "b", "c" }, function(ex) return ex:fetch_ticker("X/Y").bid end, { deadline = 2 })
    print(results.a, results.b, errors.b.class, results.c, errors.c.class)
    results, errors = each_exchange({ "a", "b", "c" }, function(ex) return ex.id end, { retry = 15 })
    print(results.a, results.b, results.c, errors.c.class)
    sleep(16)
    print(each_exchange({ "c" }, function(ex) return ex.id end).c)
    print(next((each_exchange({}, print))))
  ]], venues)
  same(r.out, "1\tnil\tBadSymbol\tnil\tRequestTimeout\na\tb\tnil\tRequestTimeout\nc\nnil\n", "results")
  same(r.logs[1], "b: BadSymbol: no market 'X/Y'", "said, but not left out: it did answer")
  has(r.logs[2], "c is left out for now: RequestTimeout", "left out")
  same(r.logs[3], "c is back", "back")
end

function cases.each_exchange_raises_mistakes()
  local r = run([[each_exchange({ "a" }, function(ex) return ex.id .. nil end)]], { a = { books = {} } })
  same(r.code, 1, "exit code")
  has(r.message, "attempt to concatenate", "message")
  has(run([[each_exchange("a", print)]]).message, "a list of exchange ids", "no list")
end

function cases.reports_with_books()
  local r = run([[
    local book = exchange("a"):fetch_order_book("X/Y")
    report({ pair = "X/Y", net = 1 }, { buy = book, sell = book })
    report({ pair = "X/Y" }, "a text")
  ]], { a = { books = { ["X/Y"] = book(1, 2) } } })
  same(#r.reports, 1, "reports")
  has(r.message, "order books by name are expected, got string", "what is no list of books")
end

function cases.settle_waits_cancels_and_sums()
  local venues = { a = { books = { ["X/Y"] = book(9, 10, 3) }, balance = { Y = 100 } } }
  local r = run([[
    local ex = exchange "a"
    local o = settle(ex, ex:create_order("X/Y", "limit", "buy", 2, 10))
    print(o.status, o.filled, o.cost)
    o = settle(ex, ex:create_order("X/Y", "limit", "buy", 2, 5), 3)
    print(o.status, o.filled, o.cost)
  ]], venues)
  same(r.out, "closed\t2\t20\ncanceled\t0\t0\n", "orders")
  venues.a.fail = function(method) return method == "cancel_order" and { class = "OrderNotFound", message = "just filled" } or nil end
  r = run([[
    local ex = exchange "a"
    print(settle(ex, ex:create_order("X/Y", "limit", "buy", 2, 5), 1).status)
  ]], venues)
  same(r.out, "open\n", "an exchange that does not say so in time")
end

function cases.the_route_of_a_coin()
  local function net(deposit, withdraw, fee, address) return { deposit = deposit, withdraw = withdraw, fee = fee, contract = address } end
  local venues = {
    a = { books = {}, currencies = { T = { networks = { ERC20 = net(true, true, 5, "0xA"), TRC20 = net(true, true, 1), BSC = net(true, true, 0.1) } }, N = { fee = 2 } } },
    b = { books = {}, currencies = { T = { networks = { ETH = net(true, true, 4, "0xa"), TRX = net(true, true, 9), BSC = net(false, true) } }, N = { networks = {} } } },
    c = { books = {} },
  }
  local r = run([[
    local function show(code, from, to)
      local x = coin_route(code, exchange(from), exchange(to))
      print(x.known, x.open, x.fee, x.network, x.same, x.why)
    end
    show("T", "a", "b") show("N", "a", "b") show("T", "a", "c") show("Z", "a", "b")
    show("T", "a", "b")
  ]], venues)
  same(r.out, "true\ttrue\t1\tTRX\ttrue\tnil\ntrue\ttrue\t2\tnil\tnil\tnil\nfalse\ttrue\tnil\tnil\tnil\tnil\nfalse\ttrue\tnil\tnil\tnil\tnil\n"
    .. "true\ttrue\t1\tTRX\ttrue\tnil\n", "routes")
  same(venues.a.calls.fetch_currencies, 1, "asked once in ten minutes")
end

return world.all(cases)
