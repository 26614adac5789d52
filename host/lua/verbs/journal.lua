-- bourse journal verify | export: the journal against itself, and all of it as csv or json.
local require = ...
local verb = require "verb"
local a = host.args
local mode = a.paper and "paper" or "live"

local function verify()
  local ok, rows = pcall(host.journal, { op = "verify", paper = a.paper })
  if not ok then verb.fail(1, tostring(rows)) end
  local v = table.remove(rows)
  for _, fault in ipairs(rows) do host.error(fault) end
  host.out(("%s journal: %d runs, %d orders, %d fills, %d events; %s\n"):format(mode, v.runs, v.orders, v.fills, v.events,
    v.faults == 0 and "whole" or v.faults .. " faults"))
  if v.faults == 0 and v.events > 0 then host.out("last event " .. v.head .. "\n") end
  if v.faults > 0 then host.done(1) end
end

local keys = {
  orders = { "id", "run", "venue", "account", "symbol", "type", "side", "amount", "price", "notional", "client_id", "venue_id", "state", "filled", "remaining", "average", "cost",
    "reason", "created_ms", "updated_ms", "pair", "leg" },
  fills = { "id", "order", "trade_id", "at_ms", "venue", "account", "symbol", "side", "price", "amount", "cost", "fee", "fee_currency" },
  events = { "seq", "at_ms", "order", "what", "data", "hash" },
}

local function export(what)
  if not keys[what] then verb.fail(2, "export what? orders, fills or events, not '" .. tostring(what) .. "'") end
  local list = host.journal { op = what, paper = a.paper }
  if a.format == "json" then return verb.json(list, { list = true, order = keys[what] }) end
  local columns, rows = {}, {}
  for i, key in ipairs(keys[what]) do columns[i] = { key } end
  for i, r in ipairs(list) do
    rows[i] = {}
    for j, key in ipairs(keys[what]) do rows[i][j] = r[key] == nil and "" or r[key] end
  end
  require("table").out("csv", columns, rows, keys[what])
end

verb.main(function()
  if verb.words[1] == "verify" then return verify() end
  if verb.words[1] == "export" then return export(verb.words[2] or "orders") end
  verb.fail(2, "journal verify, or journal export orders|fills|events, is expected, not '" .. verb.words[1] .. "'")
end)
