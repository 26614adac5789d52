-- bourse fills: what was traded, by the journal.
local require = ...
local verb = require "verb"
local a = host.args

verb.main(function()
  local list = host.journal { op = "fills", paper = a.paper, venue = a.venue, symbol = a.symbol and verb.symbol_of(a.symbol) }
  if a.limit and #list > a.limit then list = table.move(list, #list - a.limit + 1, #list, 1, {}) end
  if verb.form == "json" then return verb.json(list, { list = true }) end
  local rows = {}
  for i, f in ipairs(list) do
    rows[i] = { f.at_ms and iso8601(f.at_ms):gsub("T", " "):gsub("%.%d+Z", "") or "", tostring(f.order), f.venue, f.symbol, f.side, f.price, f.amount, f.cost or "", f.fee or "", f.fee_currency or "" }
  end
  if #rows == 0 and verb.form == "table" then return host.err("no fills in the " .. (a.paper and "paper" or "live") .. " journal") end
  verb.rows({ { "time" }, { "order", right = true }, { "venue" }, { "market" }, { "side" }, { "price", right = true }, { "amount", right = true },
    { "cost", right = true }, { "fee", right = true }, { "currency" } }, rows,
    { "time", "order", "venue", "market", "side", "price", "amount", "cost", "fee", "currency" })
end)
