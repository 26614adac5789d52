-- bourse markets ID
local require = ...
local verb, format = require "verb", require "format"

verb.main(function()
  local ex = verb.open(verb.words[1])
  local a = verb.args
  ex:load_markets()
  local list, rows = {}, {}
  for _, symbol in ipairs(ex.symbols) do
    local m = ex.markets[symbol]
    if (not a.type or m.type == a.type or m[a.type] == true) and (not a.base or m.base == a.base:upper())
      and (not a.quote or m.quote == a.quote:upper()) then
      list[#list + 1] = m
    end
  end
  if verb.form == "json" then return verb.json(list, { list = true, order = { "symbol", "id", "type" } }) end
  if #list == 0 and verb.form == "table" and #ex.symbols > 0 then
    return host.err(("none of the %d markets of %s is like that"):format(#ex.symbols, ex.id))
  end
  for i, m in ipairs(list) do
    local p, l = m.precision or {}, m.limits or {}
    local active = m.active == nil and "" or m.active and "yes" or "no"
    rows[i] = { m.symbol, m.id, m.type or "", active, format.plain(p.price), format.plain(p.amount), format.plain(l.amount and l.amount.min),
      format.plain(l.cost and l.cost.min), format.plain(m.taker), format.plain(m.maker) }
  end
  verb.rows({ { "symbol" }, { "id", cut = 12 }, { "type" }, { "active" }, { "price step", right = true },
    { "amount step", right = true }, { "min amount", right = true, drop = true }, { "min cost", right = true, drop = true },
    { "taker", right = true, drop = true }, { "maker", right = true, drop = true } }, rows)
end)
