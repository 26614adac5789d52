-- scripts/rebalance.lua: shares, what would set them right, and the orders.
local world = ...
local near, same, has = world.near, world.same, world.has

local function venue(balance, more)
  local v = { balance = balance, books = { ["BTC/USD"] = { bids = { { 9999, 10 } }, asks = { { 10001, 10 } } }, ["ETH/USD"] = { bids = { { 99.9, 100 } }, asks = { { 100.1, 100 } } } } }
  for k, x in pairs(more or {}) do v[k] = x end
  return v
end
local function run(v, given)
  local args = { venue = "a", targets = "BTC=50,ETH=30,USD=20" }
  for k, x in pairs(given or {}) do args[k] = x end
  return world.run { script = "scripts/rebalance.lua", args = args, venues = { a = v }, seconds = 30 }
end
local function rows(r)
  local out = {}
  for _, x in ipairs(r.reports) do out[x.symbol] = x end
  return out
end
local cases = {}

function cases.shows_what_would_be_done()
  local r = run(venue { BTC = 0.08, ETH = 1, USD = 100 })             -- 800, 100, 100
  local x = rows(r)
  near(x.BTC.share, 80, "share")
  same(x.BTC.verdict, "sell", "BTC")
  near(x.BTC.size, 0.03, "size")
  same(x.ETH.verdict, "buy", "ETH")
  near(x.ETH.size, 2, "size")
  same(x.USD.verdict, "what the others leave", "USD")
  same(#r.orders, 0, "no orders")
end

function cases.places_the_orders_sales_first()
  local v = venue { BTC = 0.08, ETH = 1, USD = 0 }
  local r = run(v, { execute = "yes" })
  same(#r.orders, 2, "orders")
  same(r.orders[1].side .. r.orders[1].symbol .. " " .. r.orders[2].side .. r.orders[2].symbol, "sellBTC/USD buyETH/USD", "order")
  local total = v.balance.BTC * 10000 + v.balance.ETH * 100 + v.balance.USD
  assert(math.abs(v.balance.BTC * 10000 / total - 0.5) < 0.01 and math.abs(v.balance.ETH * 100 / total - 0.3) < 0.01, "the shares are right")
  same(#run(v, { execute = "yes" }).orders, 0, "and stay so")
end

function cases.within_the_band_nothing_is_done()
  local x = rows(run(venue { BTC = 0.051, ETH = 2.95, USD = 195 }))
  same(x.BTC.verdict .. x.ETH.verdict .. x.USD.verdict, "in the bandin the bandin the band", "verdicts")
end

function cases.buys_no_more_than_is_there()
  local v = venue { BTC = 0, ETH = 0, USD = 1000 }
  local r = run(v, { execute = "yes" })
  assert(v.balance.USD >= 0, "nothing is overdrawn")
  near(r.orders[1].filled, 0.05, "BTC")
end

function cases.what_cannot_be_traded()
  same(rows(run(venue({ BTC = 0.08, ETH = 1, USD = 100 }, { markets = { ["BTC/USD"] = { min = 1 } } }))).BTC.verdict, "too small an order", "least")
  local wide = venue({ BTC = 0.08, ETH = 1, USD = 100 })
  wide.books["BTC/USD"] = { bids = { { 9000, 1 } }, asks = { { 11000, 1 } } }
  same(rows(run(wide)).BTC.verdict, "the book is too wide", "spread")
  local empty = venue({ BTC = 0.08, ETH = 1, USD = 100 })
  empty.books["BTC/USD"] = { bids = {}, asks = {} }
  local r = run(empty)
  same(#r.reports, 0, "no share is right without a price")
  has(r.logs[1], "BTC/USD has an empty book", "log")
  has(run(venue({})).logs[1], "holds none of the coins", "log")
end

function cases.wrong_targets()
  has(run(venue {}, { targets = "BTC=50,USD=20" }).message, "targets: 70 per cent together", "sum")
  has(run(venue {}, { targets = "BTC=50,USD" }).message, "targets: 'USD' is not NAME=per cent", "form")
  has(run(venue {}, { quote = "EUR" }).message, "quote: EUR is none of the targets", "quote")
end

return world.all(cases)
