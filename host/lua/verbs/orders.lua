-- bourse orders: the orders of the journal, newest last; with a number, all that happened to that one.
local require = ...
local format, verb = require "format", require "verb"
local a = host.args

local function when(ms) return ms and ms > 0 and iso8601(ms):gsub("T", " "):gsub("%.%d+Z", "") or "" end

local function one(number)
  local orders = host.journal { op = "orders", paper = a.paper }
  local o
  for _, x in ipairs(orders) do
    if x.id == number then o = x end
  end
  if not o then verb.fail(1, ("no order %d in the %s journal"):format(number, a.paper and "paper" or "live")) end
  if verb.form == "json" then
    o.fills, o.events = host.journal { op = "fills", order = number, paper = a.paper }, host.journal { op = "events", order = number, paper = a.paper }
    return verb.json(o)
  end
  verb.fields {
    { "order", tostring(o.id) }, { "venue", o.venue }, { "market", o.symbol }, { "what", ("%s %s %s"):format(o.type, o.side, o.amount or "for " .. tostring(o.notional)) },
    { "price", o.price }, { "state", o.state }, { "filled", o.filled }, { "average", o.average }, { "reason", o.reason }, { "client id", o.client_id },
    { "venue's id", o.venue_id }, { "created", when(o.created_ms) },
  }
  host.out("\n")
  local rows = {}
  for i, e in ipairs(host.journal { op = "events", order = number, paper = a.paper }) do
    rows[i] = { when(e.at_ms), e.what, (e.data or ""):gsub("%s+", " "):sub(1, 160) }
  end
  verb.rows({ { "time" }, { "what" }, { "data", cut = 40 } }, rows, { "time", "what", "data" })
end

verb.main(function()
  local number = verb.words[1]
  if number then
    local n = math.tointeger(tonumber(number))
    if not n then verb.fail(2, "an order's number is expected, not '" .. number .. "'") end
    return one(n)
  end
  local class = a.open and "open" or a.unknown and "unknown" or "all"
  local list = host.journal { op = "orders", paper = a.paper, class = class, venue = a.venue, symbol = a.symbol and verb.symbol_of(a.symbol), limit = a.limit }
  if verb.form == "json" then return verb.json(list, { list = true }) end
  local rows = {}
  for i, o in ipairs(list) do
    rows[i] = { tostring(o.id), when(o.created_ms), o.venue, o.symbol, o.side, o.type, o.amount or "", o.price or "", o.filled or "", o.average or "", o.state, o.reason or "" }
  end
  if #rows == 0 and verb.form == "table" then return host.err(("no %sorders in the %s journal"):format(class == "all" and "" or class .. " ", a.paper and "paper" or "live")) end
  verb.rows({ { "order", right = true }, { "created" }, { "venue" }, { "market" }, { "side" }, { "type" }, { "amount", right = true }, { "price", right = true },
    { "filled", right = true }, { "average", right = true }, { "state" }, { "reason", cut = 20, drop = true } }, rows,
    { "order", "created", "venue", "market", "side", "type", "amount", "price", "filled", "average", "state", "reason" })
end)
