-- Records that belong to no structure of the form (what is borrowed, conversions, tiers, greeks, liquidations, ...), described as the maps of
-- the form are: records.one, records.list and records.keyed make a function for `read` from a map, of which all parts may be left out:
--   at        where the row, or the list of rows, is
--   market    path of the market's id (`symbol`); `of` prefers a market by type: "spot", "contract" or "option"; `symbol_of` names the others
--   time      path of the time, ms or "path|s", |ns, |iso (`timestamp`, `datetime`)
--   number, text, code   tables field -> path: numbers, texts as they are, ids of currencies
--   value     table field -> constant, "={name}" for an argument of the call, or function(row, a, record)
-- Of lists, rows of other symbols and codes than were asked for are left out; oldest first, `since` and `limit` applied. A path may have
-- alternatives, apart by commas.
local r = {}

local function step_into(o, path)
  if path == "." then return o end
  for step in path:gmatch "[^.]+" do
    if type(o) ~= "userdata" then return nil end
    o = o[math.tointeger(tonumber(step)) or step]
  end
  return o
end

local function at(o, paths)
  for path in paths:gmatch "[^,]+" do
    local x = step_into(o, path)
    if x ~= nil and x ~= "" then return x end
  end
end
r.at = at

function r.number(x) return decimal.is(x) and tonumber(x) or nil end
local function text(x) return type(x) == "string" and x or nil end

function r.dated(x, record, unit)
  if unit == "iso" then x = type(x) == "string" and tostring(parse8601(x)) end
  local ms = decimal.is(x) and (unit == "s" and decimal.mul(x, 1000) or unit == "ns" and decimal.div(x, 1000000, 0) or x)
  record.timestamp = ms and math.floor(tonumber(ms)) or nil
  record.datetime = iso8601(record.timestamp)
  return record
end

local fits = {
  spot = function(m) return m.spot end, contract = function(m) return m.contract and not m.option end, option = function(m) return m.option end,
}

-- The symbol of a market's id; when there is none such, what `other` makes of it, or the id itself.
function r.symbol_of(id, a, of, other)
  if id == nil then return a.symbol end
  if a.market and a.market.id == id then return a.symbol end
  if not a.symbols_by_id then
    a.symbols_by_id = {}
    for _, symbol in ipairs(a.all_symbols or {}) do
      local m = a:market_of(symbol)
      local same = a.symbols_by_id[m.id] or {}
      same[#same + 1], a.symbols_by_id[m.id] = m, same
    end
  end
  local same = a.symbols_by_id[id]
  if not same then return other and other(id) or id end
  for _, m in ipairs(same) do
    if not of or fits[of](m) then return m.symbol end
  end
  return same[1].symbol
end

local function record(map, row, a)
  local out = { info = row }
  if map.market then out.symbol = r.symbol_of(text(at(row, map.market)), a, map.of, map.symbol_of) end
  for field, path in pairs(map.number or {}) do out[field] = r.number(at(row, path)) end
  for field, path in pairs(map.text or {}) do out[field] = text(at(row, path)) end
  for field, path in pairs(map.code or {}) do
    local id = text(at(row, path))
    out[field] = id and a:code_of(id)
  end
  if map.time then
    local path, unit = map.time:match "^([^|]+)|?(.*)$"
    r.dated(at(row, path), out, unit)
  end
  for field, value in pairs(map.value or {}) do
    local name = type(value) == "string" and value:match "^={([%w_]+)}$"
    if type(value) == "function" then out[field] = value(row, a, out) elseif name then out[field] = a[name] else out[field] = value end
  end
  return out
end

local function member(list, x)
  for _, y in ipairs(list) do
    if x == y then return true end
  end
  return false
end

local function wanted(rec, a)
  if rec.symbol and a.symbols and not member(a.symbols, rec.symbol) then return false end
  if rec.symbol and a.symbol and rec.symbol ~= a.symbol then return false end
  if rec.fromCurrency and a.code and rec.fromCurrency ~= a.code and rec.toCurrency ~= a.code then return false end
  return not (rec.currency and (a.code and rec.currency ~= a.code or a.codes and not member(a.codes, rec.currency)))
end

-- Oldest first; of many the first ones since a time, else the latest.
function r.cut(rows, a)
  local out = {}
  for _, row in ipairs(rows) do
    if not (a.since and row.timestamp) or row.timestamp >= a.since then out[#out + 1] = row end
  end
  oldest_first(out)
  local n = a.limit
  if not n or n >= #out then return out end
  return a.since and table.move(out, 1, n, 1, {}) or table.move(out, #out - n + 1, #out, 1, {})
end

local function rows_of(map, reply)
  local found = map.at and at(reply, map.at) or not map.at and reply or nil
  return type(found) == "userdata" and found or {}
end

function r.one(map)
  return function(reply, a)
    local row = map.at and at(reply, map.at) or not map.at and reply or nil
    if type(row) ~= "userdata" then fail("BadResponse", "the reply has no such record") end
    local out = record(map, row, a)
    if map.market and a.symbol then out.symbol = a.symbol end
    return out
  end
end

function r.list(map)
  return function(reply, a)
    local out = {}
    for _, row in ipairs(rows_of(map, reply)) do
      local rec = record(map, row, a)
      if wanted(rec, a) then out[#out + 1] = rec end
    end
    return r.cut(out, a)
  end
end

-- A table of the records by one of their fields.
function r.keyed(map, field)
  field = field or "symbol"
  return function(reply, a)
    local out = {}
    for _, row in ipairs(rows_of(map, reply)) do
      local rec = record(map, row, a)
      if rec[field] and wanted(rec, a) then out[rec[field]] = rec end
    end
    return out
  end
end

-- A table of lists: what `tiers(row, market, a)` makes of each row, by symbol.
function r.by_market(map, tiers)
  return function(reply, a)
    local out = {}
    for _, row in ipairs(rows_of(map, reply)) do
      local symbol = r.symbol_of(text(at(row, map.market)), a, map.of)
      if wanted({ symbol = symbol }, a) then out[symbol] = tiers(row, a, symbol) end
    end
    return out
  end
end

return r
