-- bourse candles ID SYMBOL [TIMEFRAME]
local require = ...
local verb, format, chart = require "verb", require "format", require "chart"

local function since_of(text)
  if not text then return nil end
  local ms = tonumber(text) or parse8601(text:find("T") and text or text .. "T00:00:00Z")
  return ms or verb.fail(2, "candles: --since takes 2024-06-15 or 2024-06-15T12:00:00Z, not '" .. text .. "'")
end

verb.main(function()
  local symbol = verb.symbol_of(verb.words[2])
  local ex = verb.open(verb.words[1], symbol)
  local timeframe = verb.words[3] or verb.args.timeframe or "1h"
  if next(ex.timeframes or {}) and not ex.timeframes[timeframe] then
    local names = {}
    for name in pairs(ex.timeframes) do names[#names + 1] = name end
    table.sort(names, function(a, b) return ex:parse_timeframe(a) < ex:parse_timeframe(b) end)
    verb.fail(2, ("candles: %s has no candles of '%s'; it has %s"):format(ex.id, timeframe, table.concat(names, " ")))
  end
  local limit = verb.args.limit or (verb.draws and math.max(20, (host.columns or 80) - 14)) or 60
  local since = since_of(verb.args.since)
  local all = ex:fetch_ohlcv(symbol, timeframe, since, limit)
  local list = {}
  for i = since and 1 or math.max(1, #all - limit + 1), math.min(#all, since and limit or #all) do list[#list + 1] = all[i] end
  if verb.form == "json" then return verb.json(list, { list = true }) end
  if verb.draws then
    host.out(chart.candles(list, host.columns, 16, symbol .. " " .. timeframe))
    return
  end
  local rows = {}
  for i, c in ipairs(list) do
    rows[i] = { verb.form == "csv" and format.time(c[1], "iso") or format.time(c[1], "minute") }
    for j = 2, 6 do rows[i][j] = format.plain(c[j]) end
  end
  verb.rows({ { "time (UTC)" }, { "open", right = true }, { "high", right = true }, { "low", right = true }, { "close", right = true },
    { "volume", right = true } }, rows)
end)
