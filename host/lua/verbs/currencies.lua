-- bourse currencies ID
local require = ...
local verb, format = require "verb", require "format"

local function yes(x) return x == nil and "" or x and "yes" or "no" end

verb.main(function()
  local ex = verb.open(verb.words[1])
  local list, rows = {}, {}
  local ok, all = false, nil
  if ex.has.fetch_currencies then
    ok, all = pcall(ex.fetch_currencies, ex)
    if not ok and not verb.is(all, "AuthenticationError") then error(all, 0) end
  end
  if ok then
    for _, c in pairs(all) do list[#list + 1] = c end
  else   -- not offered, or not without a key: what its markets name is all that is known
    ex:load_markets()
    local seen = {}
    for _, symbol in ipairs(ex.symbols) do
      local m = ex.markets[symbol]
      for code, id in pairs { [m.base or ""] = m.baseId or "", [m.quote or ""] = m.quoteId or "" } do
        if code ~= "" and not seen[code] then
          seen[code] = true
          list[#list + 1] = { code = code, id = id }
        end
      end
    end
  end
  table.sort(list, function(x, y) return x.code < y.code end)
  if verb.form == "json" then return verb.json(list, { list = true, order = { "code", "id", "name" } }) end
  for i, c in ipairs(list) do
    local networks = {}
    for code in pairs(c.networks or {}) do networks[#networks + 1] = code end
    table.sort(networks)
    rows[i] = { c.code, format.plain(c.id), format.plain(c.name), yes(c.active), yes(c.deposit), yes(c.withdraw), format.plain(c.fee),
      format.plain(c.precision), table.concat(networks, " ") }
  end
  verb.rows({ { "code" }, { "id" }, { "name", cut = 16 }, { "active" }, { "deposit" }, { "withdraw" }, { "fee", right = true },
    { "precision", right = true }, { "networks", cut = 12, drop = true } }, rows)
end)
