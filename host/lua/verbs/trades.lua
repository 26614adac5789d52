-- bourse trades ID SYMBOL
local require = ...
local verb, format = require "verb", require "format"

verb.main(function()
  local symbol = verb.symbol_of(verb.words[2])
  local ex = verb.open(verb.words[1], symbol)
  local limit = verb.args.limit or 20
  local all = ex:fetch_trades(symbol, nil, limit)
  local list, rows = {}, {}
  for i = math.max(1, #all - limit + 1), #all do list[#list + 1] = all[i] end
  if verb.form == "json" then return verb.json(list, { list = true, order = { "id", "timestamp", "datetime", "symbol" } }) end
  for i, t in ipairs(list) do
    rows[i] = { format.time(t.timestamp), t.side or "", format.plain(t.price), format.plain(t.amount), format.plain(t.cost),
      t.id or "" }
  end
  verb.rows({ { "time (UTC)" }, { "side" }, { "price", right = true }, { "amount", right = true },
    { "cost", right = true, drop = true }, { "id", cut = 12, drop = true } }, rows)
end)
