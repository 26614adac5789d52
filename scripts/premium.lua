-- What a coin costs in each country: on the exchanges of the registry in their country's money, against its price in dollars elsewhere (what is called
-- the kimchi premium in Korea). Money is converted by `rates`, else by what an exchange trades it for dollars at, else by what the same exchange asks
-- for tethers, which then says what the coin costs beyond the tether there. A table, on a terminal with bars and a map of the countries.
--   bourse run scripts/premium.lua --arg coin=BTC --arg rates=KRW=1390,TRY=39.5
args {
  coin = { type = "text", default = "BTC", help = "which one" },
  world = { type = "list", default = "kraken,coinbaseexchange,bitstamp,gemini,bitfinex", help = "exchanges whose dollar prices make the world price" },
  countries = { type = "list", help = "ISO codes; all that have an exchange when not given" },
  skip = { type = "list", default = "", help = "exchanges to leave out" },
  rates = { type = "list", default = "", help = "NAME=how many of it for a dollar" },
  show = { type = "text", default = "table", choices = { "table", "rows" }, help = "rows: one result for each exchange, for --format json" },
  deadline = { type = "number", default = 20, min = 1, max = 600, help = "seconds to wait for an exchange" },
  every = { type = "number", default = 0, min = 0, max = 86400, help = "seconds from look to look; 0: one look" },
}

-- The money of a country, where it is not the dollar.
local money = { AR = "ARS", AU = "AUD", BR = "BRL", CA = "CAD", CH = "CHF", CL = "CLP", CN = "CNY", CO = "COP", CZ = "CZK", EU = "EUR", FR = "EUR", GB = "GBP",
  ID = "IDR", IL = "ILS", IN = "INR", JP = "JPY", KR = "KRW", MX = "MXN", NL = "EUR", NZ = "NZD", PE = "PEN", RU = "RUB", SE = "SEK", SG = "SGD", TR = "TRY",
  TW = "TWD", UA = "UAH", VN = "VND", ZA = "ZAR", AT = "EUR", EE = "EUR", ES = "EUR", CY = "EUR", MT = "EUR", BG = "BGN", AE = "AED", HK = "HKD" }
local map = {                                         -- where the countries lie, roughly
  "CA .. GB EU SE EE RU .. .. .. .. ..", "US .. JE NL CZ UA .. .. .. CN KR JP", "MX VG FR CH AT BG TR .. .. HK TW ..",
  "KY PA ES MT CY IL AE IN .. VN .. ..", "CO VE .. .. .. .. .. .. .. SG ID ..", "PE BR .. .. .. SC .. .. .. .. AU ..",
  "CL AR .. .. ZA .. .. .. .. .. .. NZ" }
local given, skipped, asked = {}, {}, args.countries and #args.countries > 0 and {}
for _, text in ipairs(args.rates) do
  local code, number = text:match("^(%w+)=([%d.]+)$")
  if not code or not (tonumber(number) > 0) then error("rates: '" .. text .. "' is not NAME=number", 0) end
  given[code] = tonumber(number)
end
for _, id in ipairs(args.skip) do skipped[id] = true end
for _, code in ipairs(asked and args.countries or {}) do asked[code:upper()] = true end

local function median(list)
  table.sort(list)
  local n = #list
  if n > 0 then return n % 2 == 1 and list[(n + 1) // 2] or (list[n // 2] + list[n // 2 + 1]) / 2 end
end

local function middle(ex, symbol)
  local market = ex:load_markets()[symbol]
  if not market or market.active == false then return end
  local t = ex:fetch_ticker(symbol)
  return t.bid and t.ask and t.bid > 0 and (t.bid + t.ask) / 2 or t.last
end

-- How many of the money for a dollar, as the world's exchanges trade it.
local function world_rates()
  local seen, rates = {}, {}
  local found = each_exchange(args.world, function(ex)
    local out = {}
    for _, code in pairs(money) do
      local straight = not out[code] and middle(ex, "USD/" .. code)
      local turned = not out[code] and not straight and middle(ex, code .. "/USD")
      out[code] = straight or turned and 1 / turned or out[code]
    end
    return { rates = out, price = middle(ex, args.coin .. "/USD") }
  end, { deadline = args.deadline })
  local prices = {}
  for _, v in pairs(found) do
    prices[#prices + 1] = v.price
    for code, rate in pairs(v.rates) do
      seen[code] = seen[code] or {}
      table.insert(seen[code], rate)
    end
  end
  for code, list in pairs(seen) do rates[code] = median(list) end
  return rates, median(prices)
end

-- One exchange: for each of its countries the price in that country's money, and how many of that money a dollar is.
local function local_prices(ex, countries, rates)
  local out = {}
  for _, country in ipairs(countries) do
    local code = money[country] or "USD"
    local price = middle(ex, args.coin .. "/" .. code)
    if price then
      local rate, by = code == "USD" and 1 or given[code], code == "USD" and "" or "given"
      if not rate then rate, by = rates[code], code .. "/USD" end
      if not rate then rate, by = middle(ex, "USDT/" .. code), "USDT" end
      out[#out + 1] = { country = country, money = code, price = price, rate = rate, by = by }
    end
  end
  return out
end

local function premiums()
  local list, names = registry()
  local where, ids, rows = {}, {}, {}
  for _, e in ipairs(list) do
    local countries = {}
    for _, code in ipairs(e.countries) do
      if not asked or asked[code] then countries[#countries + 1] = code end
    end
    if e.status == "active" and e.adapter and #countries > 0 and not skipped[e.id] then ids[#ids + 1], where[e.id] = e.id, countries end
  end
  local rates, world = world_rates()
  if not world then return log("no exchange told a price of " .. args.coin .. " in dollars") end
  local found = each_exchange(ids, function(ex) return local_prices(ex, where[ex.id], rates) end, { deadline = args.deadline })
  for id, prices in pairs(found) do
    for _, r in ipairs(prices) do
      if r.rate then
        local usd = r.price / r.rate
        rows[#rows + 1] = { kind = "premium", symbol = args.coin .. "/" .. r.money, venue = id, country = r.country, name = names[r.country], price = r.price,
          usd = usd, premium = 100 * (usd - world) / world, by = r.by }
      else
        log(("%s: how many %s a dollar is, is not known (--arg rates=%s=...)"):format(id, r.money, r.money))
      end
    end
  end
  table.sort(rows, function(a, b)
    if a.premium ~= b.premium then return a.premium > b.premium end
    return a.venue .. a.country < b.venue .. b.country
  end)
  return rows, world
end

local function show(rows, world)
  local most, of, width = 0.01, {}, columns()
  for _, r in ipairs(rows) do
    most = math.max(most, math.abs(r.premium))
    of[r.country] = of[r.country] or {}
    table.insert(of[r.country], r.premium)
  end
  local named, told = not width or width > 102, not width or width >= 72
  local room = width and math.max(0, math.min(12, (width - (named and 69 or 52) - (told and 9 or 0)) // 2)) or 0
  print(("%s: %.10g USD elsewhere"):format(args.coin, world))
  for _, r in ipairs(rows) do
    local n = math.floor(r.premium / most * room + 0.5)
    local below, above = math.max(0, -n), math.max(0, n)
    local bar = room < 2 and "" or (" "):rep(room - below) .. ("░"):rep(below) .. "|" .. ("█"):rep(above) .. (" "):rep(room - above) .. "  "
    print((("  %s %-16s %12.8g %-4s %+7.2f%%  %s%s"):format(named and ("%-20.20s"):format(r.name) or r.country, r.venue, r.price,
      r.symbol:match("/(.*)"), r.premium, bar, told and r.by or ""):gsub("%s+$", "")))
  end
  local cell = math.min(8, (width or 0) // 12)
  for _, line in ipairs(cell > 4 and map or {}) do
    print((line:gsub("%S+ ?", function(word)
      local code = word:match("%u+")
      return ("%-" .. cell .. "s"):format(of[code] and (cell > 6 and "%s%+.1f" or "%s%+.0f"):format(code, median(of[code])) or code and code:lower() or "")
    end):gsub("%s+$", "")))
  end
end

local function look()
  local rows, world = premiums()
  if rows and args.show == "table" then return show(rows, world) end
  for _, row in ipairs(rows or {}) do report(row) end
end

if args.every == 0 then look() else every(args.every, look) end
