-- scripts/premium.lua on a made-up registry.
local world = ...
local near, same, has = world.near, world.same, world.has

local function at(price) return { bids = { { price * 0.999, 1 } }, asks = { { price * 1.001, 1 } } } end
local registry = { names = { US = "US", KR = "South Korea", JP = "Japan", ZA = "South Africa", GB = "UK" }, list = {
  { id = "seoul", countries = { "KR" }, status = "active", adapter = true }, { id = "tokyo", countries = { "JP", "US" }, status = "active", adapter = true },
  { id = "gone", countries = { "JP" }, status = "defunct", adapter = true }, { id = "cape", countries = { "ZA" }, status = "active", adapter = true },
  { id = "none", countries = { "GB" }, status = "active" }, { id = "down", countries = { "GB" }, status = "active", adapter = true } } }
local function venues()
  return {
    w1 = { books = { ["BTC/USD"] = at(100), ["USD/JPY"] = at(150) } }, w2 = { books = { ["BTC/USD"] = at(102) } },
    w3 = { books = { ["BTC/USD"] = at(101), ["ETH/USD"] = at(5) } },
    seoul = { books = { ["BTC/KRW"] = at(150000), ["USDT/KRW"] = at(1400) } },
    tokyo = { books = { ["BTC/JPY"] = at(15150), ["BTC/USD"] = at(99.99) } },
    cape = { books = { ["BTC/ZAR"] = at(2000) } },
    down = { books = { ["BTC/GBP"] = at(80) }, fail = function() return { class = "OnMaintenance", message = "tomorrow" } end },
  }
end
local function run(given, columns)
  local args = { world = "w1,w2,w3", show = "rows" }
  for k, v in pairs(given or {}) do args[k] = v end
  return world.run { script = "scripts/premium.lua", args = args, venues = venues(), registry = registry, columns = columns, seconds = 30 }
end
local cases = {}

function cases.the_price_by_country()
  local r = run()
  same(#r.reports, 3, "rows")
  local kr, jp, us = table.unpack(r.reports)
  same(kr.country .. kr.venue .. kr.by, "KRseoulUSDT", "the furthest above first, converted by tethers")
  near(kr.premium, 100 * (150000 / 1400 - 101) / 101, "premium")
  same(jp.country .. jp.by, "JPJPY/USD", "converted by the world's rate")
  near(jp.premium, 0, "no premium")
  same(us.country .. us.symbol, "USBTC/USD", "another country of the same exchange")
  near(us.premium, -1, "below the world")
  has(table.concat(r.logs, "\n"), "cape: how many ZAR a dollar is, is not known", "log")
  has(table.concat(r.logs, "\n"), "down is left out for now: OnMaintenance", "log")
end

function cases.rates_that_are_given_count_first()
  local r = run { rates = "KRW=1000,ZAR=19", countries = "kr,za" }
  same(#r.reports, 2, "rows")
  near(r.reports[1].usd, 150, "KRW")
  same(r.reports[1].by .. r.reports[2].venue, "givencape", "by")
end

local function widest(text)
  local most = 0
  for line in text:gmatch("[^\n]+") do most = math.max(most, utf8.len(line)) end
  return most
end

function cases.a_table_bars_and_a_map()
  local r = run({ show = "table", rates = "ZAR=19" }, 120)
  has(r.out, "BTC: 101 USD elsewhere", "world price")
  has(r.out, "South Korea          seoul                  150000 KRW", "a row")
  has(r.out, "|████████████", "the largest bar")
  has(r.out, "KR+6.1", "on the map")
  has(r.out, "gb ", "a country without a price")
  same(#r.reports, 0, "no rows beside")
end

function cases.it_fits_the_terminal()
  for _, columns in ipairs { 120, 102, 96, 80, 72, 60 } do
    local r = run({ show = "table", rates = "ZAR=19" }, columns)
    if widest(r.out) > columns then error(("%d columns of %d:\n%s"):format(widest(r.out), columns, r.out)) end
    has(r.out, columns < 84 and "KR+6 " or "KR+6.1 ", "on the map")
    has(r.out, "█", "a bar")
  end
  has(run({ show = "table" }, 60).out, "  KR seoul ", "a code for a name")
end

function cases.lines_in_a_pipe()
  local r = run { show = "table", rates = "ZAR=19" }
  has(r.out, "South Korea          seoul                  150000 KRW    +6.08%  USDT\n", "a row")
  same(select(2, r.out:gsub("\n", "")), 5, "lines: the price elsewhere and a row for each; no map")
end

function cases.no_world_price_and_wrong_rates()
  has(run({ coin = "XYZ" }).logs[1], "no exchange told a price of XYZ", "log")
  has(run({ rates = "KRW" }).message, "rates: 'KRW' is not NAME=number", "message")
end

return world.all(cases)
