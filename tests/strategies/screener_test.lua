-- scripts/screener.lua on made-up tickers.
local world = ...
local same, has = world.same, world.has

local function t(bid, ask, change, volume) return { bids = { { bid, 1 } }, asks = { { ask, 1 } }, percentage = change, quoteVolume = volume } end
local venues = {
  a = { books = { ["BTC/USD"] = t(100, 100.1, 1, 5e6), ["ETH/USD"] = t(10, 10.01, 7, 1e6), ["DOGE/USD"] = t(1, 1.5, 50, 1e6), ["LTC/USD"] = t(5, 5.01, 9, 10),
    ["BTC/JPY"] = t(100, 100.1, 20, 5e6) } },
  b = { books = { ["BTC/USD"] = t(100, 100.5, -3, 9e6), ["XRP/USD"] = t(1, 1.001, nil, 1e7), ["BTC/USD:USD"] = t(100, 100.1, 30, 1e9) } },
}
local function run(given)
  local args = { venues = "a,b" }
  for k, v in pairs(given or {}) do args[k] = v end
  local r = world.run { script = "scripts/screener.lua", args = args, venues = venues, seconds = 5 }
  local out = {}
  for i, x in ipairs(r.reports) do out[i] = x.venue .. ":" .. x.symbol:match("%w+") end
  return table.concat(out, " "), r
end
local cases = {}

function cases.by_each_figure()
  same(run(), "a:ETH a:BTC b:BTC", "rise: dust, wide, unknown and other quotes are left out")
  same(run { sort = "fall" }, "b:BTC a:BTC a:ETH", "fall")
  same(run { sort = "volume" }, "b:XRP b:BTC a:BTC a:ETH", "volume")
  same(run { sort = "volume", top = "2" }, "b:XRP b:BTC", "top")
  same(run { quotes = "all" }, "a:BTC a:ETH a:BTC b:BTC", "any quote")
end

function cases.the_narrowest_first()
  local order = run { sort = "spread" }
  has(order, "b:BTC", "all are there")
  same(order:match("%S+$"), "b:BTC", "the widest is last")
end

function cases.nothing_fits()
  local _, r = run { min_volume = "1e12" }
  same(r.logs[1], "no market fits", "log")
  same(r.code, nil, "it ends by itself")
end

return world.all(cases)
