-- bourse ticker ID SYMBOL...
local require = ...
local verb, format = require "verb", require "format"

verb.main(function()
  local ex = verb.open(verb.words[1])
  local list, rows = {}, {}
  for i = 2, #verb.words do
    verb.symbol = verb.symbol_of(verb.words[i])
    list[#list + 1] = ex:fetch_ticker(verb.symbol)
  end
  if verb.form == "json" then return verb.json(#list == 1 and list[1] or list, { order = { "symbol", "timestamp", "datetime" } }) end
  for i, t in ipairs(list) do
    local change = t.percentage and ("%+.2f%%"):format(t.percentage) or ""
    rows[i] = { t.symbol or "", format.plain(t.last), format.plain(t.bid), format.plain(t.ask), change, format.plain(t.high),
      format.plain(t.low), format.plain(t.baseVolume), format.time(t.timestamp) }
  end
  verb.rows({ { "symbol" }, { "last", right = true }, { "bid", right = true }, { "ask", right = true }, { "change", right = true, drop = true },
    { "high", right = true, drop = true }, { "low", right = true, drop = true }, { "volume", right = true, drop = true }, { "time (UTC)", drop = true } }, rows)
end)
