-- Planted cases for scripts/arbitrage.lua: made-up exchanges, and what must be reported, every trap by its name.
local world = ...
local near, same, has = world.near, world.same, world.has

local function run(venues, given, seconds)
  local args = { every = "60" }
  for k, v in pairs(given) do args[k] = v end
  return world.run { script = "scripts/arbitrage.lua", args = args, venues = venues, seconds = seconds or 2 }
end

local function book(bids, asks, more)
  local b = { bids = bids, asks = asks, age = 10 }
  for k, v in pairs(more or {}) do b[k] = v end
  return b
end
local function low(more) return book({ { 99, 5 }, { 98, 5 } }, { { 100, 1 }, { 101, 2 }, { 103, 50 } }, more) end
local function high(more) return book({ { 102, 1.5 }, { 101.5, 1 }, { 100, 50 } }, { { 102.5, 3 } }, more) end

local function pair(symbol, a, b, more_a, more_b)
  local venues = { a = { books = { [symbol] = a } }, b = { books = { [symbol] = b } } }
  for k, v in pairs(more_a or {}) do venues.a[k] = v end
  for k, v in pairs(more_b or {}) do venues.b[k] = v end
  return venues
end
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
  local r = run(pair("BTC/USD", low(), high()), two).reports
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
end

function cases.the_most_to_spend_limits_the_size()
  near(run(pair("BTC/USD", low(), high()), with { size = "50" }).reports[1].size, 0.5, "size")
  near(run(pair("BTC/USD", low(), high()), with { size = "5000,USD=25" }).reports[1].size, 0.25, "size of the quote")
end

function cases.lots_of_both_exchanges_cut_the_size()
  local lots = function(step) return { markets = { ["BTC/USD"] = { step = step } } } end
  local r = run(pair("BTC/USD", low(), high(), lots(0.4), lots(1)), two).reports
  same(r[1].verdict, "opportunity", "verdict")
  near(r[1].size, 2, "size")
  r = run(pair("BTC/USD", low(), high(), { mode = "DECIMAL_PLACES", markets = { ["BTC/USD"] = { step = 0 } } }), with { size = "250" }).reports
  near(r[1].size, 2, "size in whole ones")
end

function cases.too_small()
  local function market(m) return { markets = { ["BTC/USD"] = m } } end
  local r = run(pair("BTC/USD", low(), high(), market { min = 10 }), two).reports
  same(r[1].verdict, "too small", "verdict")
  same(r[1].why, "a takes no less than 10 BTC", "why")
  r = run(pair("BTC/USD", low(), high(), nil, market { min_cost = 1000 }), two).reports
  same(r[1].why, "b takes no order below 1000 USD", "why")
  r = run(pair("BTC/USD", low(), high(), market { step = 100 }), two).reports
  same(r[1].why, "less than one lot", "why")
end

function cases.dust_at_the_top_is_no_opportunity_but_what_lies_under_it_may_be()
  local dust = book({ { 102, 0.00001 }, { 100.05, 50 } }, { { 102.5, 3 } })
  local r = run(pair("BTC/USD", low(), dust, nil, { markets = { ["BTC/USD"] = { min_cost = 10 } } }), two).reports
  same(r[1].verdict, "too small", "verdict")
end

function cases.the_least_that_is_taken_is_bought_when_it_leaves_something()
  -- the best size is 1, the least 1.5: half of it at a loss of 0.5 each, the rest at a gain of 2
  local r = run(pair("BTC/USD", book({ { 99, 1 } }, { { 100, 1 }, { 102.5, 9 } }), book({ { 102, 9 } }, { { 103, 1 } }), { taker = 0 },
    { taker = 0, markets = { ["BTC/USD"] = { min = 1.5 } } }), two).reports
  same(r[1].verdict, "opportunity", "verdict")
  near(r[1].size, 1.5, "size")
  near(r[1].profit, 2 - 0.25, "profit")
end

function cases.fees_eat_the_gap()
  local r = run(pair("BTC/USD", low(), high(), { taker = 0.01 }, { taker = 0.02 }), two).reports
  same(r[1].verdict, "below fees", "verdict")
  near(r[1].gross, 2, "gross")
  near(r[1].fees, 1 + 2 * 1.02, "fees")
  assert(r[1].net < 0 and r[1].profit < 0)
end

function cases.a_minimum_is_kept()
  local r = run(pair("BTC/USD", low(), high()), with { min_net_percent = "1.5" }).reports
  same(r[1].verdict, "opportunity", "verdict")
  near(r[1].size, 1, "size")                   -- only the first levels leave 1.5 %
  r = run(pair("BTC/USD", low(), high()), with { min_net_percent = "1.9" }).reports
  same(r[1].verdict, "below minimum", "verdict")
end

function cases.no_gap()
  local r = run(pair("BTC/USD", low(), low()), two).reports
  same(r[1].verdict, "no gap", "verdict")
  near(r[1].gross, -1, "gross")
end

function cases.old_books_are_stale()
  local r = run(pair("BTC/USD", low { age = 4000 }, high()), with { transfer = "no" }).reports
  same(r[1].verdict, "stale", "verdict")
  same(r[1].why, "the book of a is 4000 ms old", "why")
  same(r[1].age_ms, 4000, "age")
end

function cases.books_of_different_moments()
  local r = run(pair("BTC/USD", low { age = 1600 }, high()), two).reports
  same(r[1].verdict, "stale", "verdict")
  same(r[1].why, "1590 ms lie between the two books", "why")
end

function cases.too_good_to_be_true()
  local r = run(pair("BTC/USD", low(), book({ { 200, 1 } }, { { 201, 1 } })), two).reports
  same(r[1].verdict, "suspect", "verdict")
  same(r[1].why, "a gap of 100.0 % is too good to be true", "why")
end

function cases.a_shift_of_the_decimal_point()
  local r = run(pair("SHIB/USD", book({ { 0.01, 1e6 } }, { { 0.0101, 1e6 } }), book({ { 10.1, 1000 } }, { { 10.2, 1000 } })), { venues = "a,b", pairs = "SHIB/USD" }).reports
  same(r[1].verdict, "suspect", "verdict")
  same(r[1].why, "the prices are 1000 times apart: another unit", "why")
end

local function erc20(address, more)
  local coin = { networks = { ERC20 = { active = true, deposit = true, withdraw = true, fee = 0.01, info = { contractAddress = address } } } }
  for k, v in pairs(more or {}) do coin[k] = v end
  return { currencies = { BOX = coin, BTC = coin } }
end

function cases.a_name_of_two_coins()
  local given = { venues = "a,b", pairs = "BOX/USD" }
  local r = run(pair("BOX/USD", low(), high()), given).reports
  same(r[1].verdict .. ": " .. r[1].why, "suspect: BOX is the name of more than one coin", "without proof")
  r = run(pair("BOX/USD", low(), high(), erc20 "0xAB", erc20 "0xab"), given).reports
  same(r[1].verdict, "opportunity", "with one contract")
  r = run(pair("BTC/USD", low(), high(), erc20 "0xAB", erc20 "0xcd"), two).reports
  same(r[1].verdict .. ": " .. r[1].why, "suspect: BTC is one contract at a and another one at b", "with two contracts")
end

function cases.deposits_and_withdrawals_that_are_closed()
  local r = run(pair("BTC/USD", low(), high(), erc20("0x1", { withdraw = false }), erc20 "0x1"), two).reports
  same(r[1].verdict .. ": " .. r[1].why, "no transfer: a sends no BTC now", "withdrawals")
  r = run(pair("BTC/USD", low(), high(), erc20 "0x1", erc20("0x1", { deposit = false })), two).reports
  same(r[1].verdict .. ": " .. r[1].why, "no transfer: b takes no BTC now", "deposits")
  local other = { currencies = { BTC = { networks = { TRC20 = { deposit = true }, ETH = { deposit = false } } } } }
  r = run(pair("BTC/USD", low(), high(), erc20 "0x1", other), two).reports
  same(r[1].why, "no network for BTC is open from a to b", "networks")
  other.currencies.BTC.networks.ETH.deposit = true
  same(run(pair("BTC/USD", low(), high(), erc20 "0x1", other), two).reports[1].verdict, "opportunity", "ETH and ERC20 are one network")
end

function cases.what_is_not_known_of_the_way()
  same(run(pair("BTC/USD", low(), high()), with { transfer = "must" }).reports[1].why, "not known whether BTC can be moved", "must")
  local venues = pair("BTC/USD", low(), high(), erc20("0x1", { withdraw = false }), erc20 "0x1")
  same(run(venues, with { transfer = "no" }).reports[1].verdict, "opportunity", "no")
  same(venues.a.calls.fetch_currencies, nil, "not even asked for")
end

function cases.sending_costs_more_than_is_gained()
  local dear = erc20 "0x1"
  dear.currencies.BTC.networks.ERC20.fee = 0.03
  local r = run(pair("BTC/USD", low(), high(), dear, erc20 "0x1"), two).reports
  same(r[1].verdict .. ": " .. r[1].why, "below fees: sending BTC costs 0.03 BTC", "why")
  assert(r[1].profit < 0, "the fee is in the profit")
end

function cases.dollars_and_tethers_are_not_mixed()
  local venues = { a = { books = { ["BTC/USD"] = low() } }, b = { books = { ["BTC/USDT"] = high() } } }
  same(#run(venues, with { pairs = "BTC/USD,BTC/USDT" }).reports, 0, "reports")
end

function cases.a_book_crossed_in_itself_is_left_out()
  local r = run(pair("BTC/USD", low(), book({ { 105, 1 } }, { { 104, 1 } })), two).reports
  same(#r, 1, "reports")
  same(r[1].kind .. " " .. r[1].venue .. " " .. r[1].verdict .. ": " .. r[1].why, "left out b crossed: the book of b is crossed: bid 105, ask 104", "why")
end

function cases.who_is_left_out_is_said_when_nobody_else_is_there_or_all_is_asked_for()
  local function three()
    local venues = pair("BTC/USD", low(), high())
    venues.c = { books = { ["BTC/USD"] = low() }, status = "maintenance" }
    return venues
  end
  local r = run(three(), { venues = "a,b,c", pairs = "BTC/USD" }).reports
  same(#r, 1, "reports")
  same(r[1].verdict, "opportunity", "verdict")
  r = run(three(), { venues = "a,b,c", pairs = "BTC/USD", show = "all" }).reports
  same(#r, 3, "reports: both ways, and who is left out")
  same(r[1].verdict .. ", " .. r[2].verdict .. ", " .. r[3].verdict, "opportunity, no gap, closed", "verdicts")
end

function cases.books_that_are_old_by_the_exchanges_own_clock()
  local function old(ms) return pair("BTC/USD", low { old = ms }, high(), { clock = 6000 }) end
  same(run(old(0), two).reports[1].verdict, "opportunity", "a fast clock alone")
  local r = run(old(18000), two).reports
  same(r[1].verdict .. ": " .. r[1].why, "stale: a itself calls its book 18.0 s old", "why")
  r = run(old(-4000), two).reports
  same(r[1].verdict .. ": " .. r[1].why, "stale: the book of a is from 4.0 s ahead", "why")
  same(run(old(18000), with { max_own_age_ms = "30000" }).reports[1].verdict, "opportunity", "a quiet market")
end

function cases.a_trap_is_told_before_a_way_without_a_gap()
  local dear = { currencies = { BTC = { networks = { ERC20 = { fee = 2, deposit = true, withdraw = true } } } } }
  same(run(pair("BTC/USD", low(), high(), dear, dear), two).reports[1].why, "sending BTC costs 2 BTC", "why")
end

function cases.empty_and_zero_levels()
  same(#run(pair("BTC/USD", book({}, { { 100, 1 } }), high()), two).reports, 0, "reports")
  local r = run(pair("BTC/USD", book({ { 99, 1 } }, { { 100, 0 }, { 100.5, 1 } }), high()), two).reports
  same(r[1].verdict, "opportunity", "verdict")
  near(r[1].buy_price, 100.5, "buy_price")
  same(#run(pair("BTC/USD", book({ { 99, 0 } }, { { 100, 0 } }), high()), two).reports, 0, "nothing but zeros")
end

function cases.an_exchange_without_a_known_fee_is_left_out()
  same(run(pair("BTC/USD", low(), high(), nil, { taker = false }), two).reports[1].verdict, "no fee", "no fee")
  same(run(pair("BTC/USD", low(), high(), nil, { markets = { ["BTC/USD"] = { active = false } } }), two).reports[1].verdict, "not traded", "not trading")
end

function cases.one_that_is_down_is_left_out_said_once_and_asked_again()
  local venues = pair("BTC/USD", low(), high())
  venues.c = { books = { ["BTC/USD"] = { class = "RequestTimeout", message = "no answer after 10 s" } } }
  local r = run(venues, { venues = "a,b,c", pairs = "BTC/USD", every = "5" }, 2)
  same(#r.reports, 1, "reports")
  same(r.reports[1].verdict, "opportunity", "verdict")
  same(table.concat(r.logs, "\n"), "c is left out for now: RequestTimeout: no answer after 10 s", "log")
  r.more(10)
  same(venues.c.calls.fetch_order_book, 1, "not asked again at once")
  same(#r.reports, 3, "the others go on")
  r.more(10)
  same(venues.c.calls.fetch_order_book, 2, "asked again")
  same(#r.logs, 1, "said once")
  venues.c.books["BTC/USD"] = low()
  r.more(20)
  same(r.logs[2], "c is back", "log")
end

function cases.markets_that_do_not_load()
  local venues = pair("BTC/USD", low(), high())
  venues.b.fail = function(method) return method == "load_markets" and { class = "ExchangeNotAvailable", message = "503" } or nil end
  local r = run(venues, with { every = "5" }, 2)
  same(#r.reports, 0, "reports")
  same(r.logs[1], "b is left out for now: ExchangeNotAvailable: 503", "log")
  venues.b.fail = nil
  r.more(20)
  assert(#r.reports > 0, "reports after the return")
end

function cases.mistakes_are_not_swallowed()
  local venues = pair("BTC/USD", low(), high())
  venues.b.fail = function() error("attempt to index a nil value", 0) end
  local r = run(venues, two)
  same(r.code, 1, "exit code")
  has(r.message, "attempt to index", "message")
  has(run(venues, with { size = "BTC=x" }).message, "argument size: a number above 0 or CODE=number is expected, not 'BTC=x'", "message")
  same(run(venues, with { venues = "a,nope" }).code, 5, "a venue that is not there")
end

function cases.the_best_way_is_reported()
  local venues = pair("BTC/USD", low(), high())
  venues.c = { books = { ["BTC/USD"] = book({ { 103, 4 } }, { { 103.5, 1 } }) } }
  local r = run(venues, { venues = "a,b,c", pairs = "BTC/USD" }).reports
  same(#r, 1, "reports")
  same(r[1].sell, "c", "sold at")
end

function cases.all_pairs_by_their_tickers()
  local venues = pair("BTC/USD", low(), high())
  for _, v in pairs(venues) do v.books["ETH/USD"] = book({ { 10, 1 } }, { { 10.01, 1 } }) end
  venues.a.books["DOGE/USD"] = book({ { 1, 100 } }, { { 1.001, 100 } })
  venues.b.books["DOGE/USD"] = book({ { 1.01, 100 } }, { { 1.02, 100 } })
  local r = run(venues, { venues = "a,b", pairs = "all" }).reports
  same(#r, 2, "reports")
  same(r[1].pair .. " " .. r[2].pair, "BTC/USD DOGE/USD", "the furthest apart first")
  same(#run(venues, { venues = "a,b", pairs = "all", top = "1" }).reports, 1, "top")
end

---- both legs ----

function cases.both_legs_are_placed()
  local venues = pair("BTC/USD", low(), high(), { balance = { USD = 1000 } }, { balance = { BTC = 3 } })
  local r = run(venues, with { execute = "yes" })
  same(#r.orders, 2, "orders")
  local t = r.reports[2]
  same(t.kind .. " " .. t.verdict, "trade done", "verdict")
  near(t.size, 2.5, "size")
  near(t.profit, t.expected, "what was expected and what came")
  near(t.profit, venues.a.balance.USD - 1000 + venues.b.balance.USD, "what is in the accounts")
end

function cases.without_the_funds_nothing_is_placed()
  local r = run(pair("BTC/USD", low(), high(), { balance = { USD = 1000 } }, { balance = { BTC = 2 } }), with { execute = "yes" })
  same(#r.orders, 0, "orders")
  same(r.reports[2].verdict, "no funds", "verdict")
  same(r.reports[2].why, "251.7515 USD at a and 2.5 BTC at b are needed", "why")
end

function cases.one_leg_fails()
  local venues = pair("BTC/USD", low(), high(), { balance = { USD = 1000 } }, { balance = { BTC = 3 } })
  venues.b.fail = function(method) return method == "create_order" and { class = "InsufficientFunds", message = "no" } or nil end
  local r = run(venues, with { execute = "yes", every = "1" }, 20)
  same(#r.orders, 1, "nothing more is placed")
  same(r.reports[2].verdict, "held", "verdict")
  same(r.reports[2].why, "2.5 bought, 0 sold", "why")
  same(r.notes[1], "BTC/USD: 2.5 BTC bought at a, 0 sold at b; nothing more is placed", "the user is told")
  assert(#r.reports > 3, "it goes on looking")
end

function cases.a_leg_that_is_filled_in_part_is_cancelled_and_told()
  local gone, venues = false, nil
  venues = pair("BTC/USD", low(), function() return gone and book({ { 102, 0.5 } }, { { 102.5, 3 } }) or high() end, { balance = { USD = 1000 } },
    { balance = { BTC = 3 } })
  venues.b.fail = function(method)
    if method == "create_order" then gone = true end
    if method == "fetch_order" then venues.b.books["BTC/USD"] = book({ { 90, 1 } }, { { 102.5, 3 } }) end
  end
  local r = run(venues, with { execute = "yes", settle = "2" }, 20)
  same(r.orders[1].status == "canceled" or r.orders[2].status == "canceled", true, "what is left is cancelled")
  local t = r.reports[2]
  same(t.verdict .. ": " .. t.why, "held: 2.5 bought, 0.5 sold", "why")
  near(t.size, 0.5, "size")
end

return world.all(cases)
