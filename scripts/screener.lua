-- What moves: the markets of some exchanges by change, volume, range or spread of the last day, as far as their tickers tell. One look, or one each
-- `every` seconds.
--   bourse run scripts/screener.lua --arg venues=kraken,binance --arg sort=volume --arg top=15
args {
  venues = { type = "list", default = "kraken,binance,okx,bitfinex,bitstamp", help = "exchanges" },
  quotes = { type = "list", default = "USD,USDT,EUR", help = "markets against these; `all` for any" },
  sort = { type = "text", default = "rise", choices = { "rise", "fall", "volume", "range", "spread" }, help = "what comes first" },
  top = { type = "integer", default = 20, min = 1, max = 60, help = "rows" },
  min_volume = { type = "number", default = 10000, min = 0, help = "least volume of the day, in the quote; a ticker that tells none is left out" },
  max_spread_percent = { type = "number", default = 2, min = 0, max = 100, help = "a wider market is left out" },
  every = { type = "number", default = 0, min = 0, max = 86400, help = "seconds from look to look; 0: one look" },
}

local wanted = {}
for _, code in ipairs(args.quotes) do wanted[code] = true end
for _, id in ipairs(args.venues) do exchange(id) end

-- One ticker as a row, or nothing when it lacks a figure that the choice is by.
local function row_of(id, t)
  local quote = t.symbol:match("^%w+/(%w+)$")                        -- spot; a contract has ":SETTLE" behind it
  if not quote or not (wanted.all or wanted[quote]) or not t.bid or not t.ask or t.bid <= 0 or t.ask <= t.bid then return end
  local last = t.last or (t.bid + t.ask) / 2
  local volume = t.quoteVolume or t.baseVolume and t.baseVolume * last
  local spread = 100 * (t.ask - t.bid) / t.ask
  if not volume or volume < args.min_volume or spread > args.max_spread_percent then return end
  local row = { kind = "screen", symbol = t.symbol, venue = id, last = last, change = t.percentage, volume = volume, spread = spread,
    range = t.high and t.low and t.low > 0 and 100 * (t.high - t.low) / t.low or nil }
  row.by = args.sort == "rise" and row.change or args.sort == "fall" and row.change and -row.change or row[args.sort]
  if args.sort == "spread" then row.by = -row.by end
  return row.by and row
end

local function look()
  local found = each_exchange(args.venues, function(ex) return ex:fetch_tickers() end)
  local rows = {}
  for id, tickers in pairs(found) do
    for _, t in pairs(tickers) do
      local row = row_of(id, t)
      if row then rows[#rows + 1] = row end
    end
  end
  table.sort(rows, function(a, b)
    if a.by ~= b.by then return a.by > b.by end
    return a.symbol .. a.venue < b.symbol .. b.venue
  end)
  for i = 1, math.min(args.top, #rows) do
    rows[i].by = nil
    report(rows[i])
  end
  if #rows == 0 then log("no market fits") end
end

if args.every == 0 then look() else every(args.every, look) end
