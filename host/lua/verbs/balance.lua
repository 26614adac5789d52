-- bourse balance: what an account holds: on paper by the journal, else as the exchange tells it.
local require = ...
local verb, format = require "verb", require "format"
local a = host.args

verb.main(function()
  local list = {}
  if a.paper then
    for _, b in ipairs(host.journal { op = "balances", paper = true, venue = verb.words[1] }) do
      list[#list + 1] = { venue = b.venue, code = b.code, free = b.free, used = b.used, total = decimal.add(b.free, b.used) }
    end
    if #list == 0 and verb.form == "table" then return host.err("nothing was ordered on paper yet; an account starts with what bourse.lua says, or 10000 USD and others") end
  else
    if #verb.words == 0 then verb.fail(2, "an exchange is expected, or --paper") end
    for _, id in ipairs(verb.words) do
      local balance = verb.open(id):fetch_balance()
      local codes = {}
      for code in pairs(balance.total or {}) do codes[#codes + 1] = code end
      table.sort(codes)
      for _, code in ipairs(codes) do
        local b = balance[code]
        if a.all or (b.total or 0) ~= 0 then list[#list + 1] = { venue = id, code = code, free = b.free, used = b.used, total = b.total } end
      end
    end
  end
  if verb.form == "json" then return verb.json(list, { list = true }) end
  local rows = {}
  for i, b in ipairs(list) do rows[i] = { b.venue, b.code, format.plain(b.free), format.plain(b.used), format.plain(b.total) } end
  verb.rows({ { "venue" }, { "currency" }, { "free", right = true }, { "used", right = true }, { "total", right = true } }, rows, { "venue", "currency", "free", "used", "total" })
end)
