-- bourse doctor [ID...]: each public method with a sample symbol. Without ids: every exchange that has an adapter and is not closed.
local require = ...
local verb, format, methods = require "verb", require "format", require "methods"

local samples = { "BTC/USDT", "BTC/USD", "BTC/EUR", "ETH/BTC", "BTC/USDT:USDT", "BTC/USD:USD" }

-- Methods whose answer would be long, or that change things, are not public; these are left out for what they cost.
local function order_of()
  local names = {}
  for name, m in pairs(methods) do
    if m.right == "public" then names[#names + 1] = name end
  end
  table.sort(names, function(x, y)
    local a, b = x == "fetch_markets" and 0 or 1, y == "fetch_markets" and 0 or 1
    if a ~= b then return a < b end
    return x < y
  end)
  return names
end

-- A sample of each sort, for methods that are for contracts and for all others.
local function samples_of(ex)
  local spot, contract
  for _, symbol in ipairs(samples) do
    local m = ex.markets[symbol]
    if m and m.contract then contract = contract or symbol elseif m then spot = spot or symbol end
  end
  for _, symbol in ipairs(ex.symbols) do
    if spot and contract then break end
    local m = ex.markets[symbol]
    if m.active == false then
    elseif not m.contract then spot = spot or symbol
    elseif m.swap then contract = contract or symbol end
  end
  return { spot = spot or contract, contract = contract }
end

local function for_contracts(name)
  for _, part in ipairs { "funding", "open_interest", "mark_", "index_", "leverage", "liquidations" } do
    if name:find(part, 1, true) then return true end
  end
end

local function arguments(ex, m, symbol)
  local timeframe = ex.timeframes and (ex.timeframes["1h"] and "1h" or next(ex.timeframes)) or "1h"
  local values = { symbol = symbol, symbols = { symbol }, limit = 5, timeframe = timeframe, code = symbol and symbol:match("^[^/]+") }
  local out = {}
  for i, name in ipairs(m.args) do out[i] = values[name] end
  return out, #m.args
end

local function count_of(result)
  if type(result) ~= "table" and type(result) ~= "userdata" then return format.plain(result) end
  local ok, bids = pcall(function() return result.bids and #result.bids + #result.asks end)
  if ok and bids then return bids .. " levels" end
  if #result > 0 then return #result .. " items" end
  if result.symbol then return "last " .. format.plain(result.last or result.close or "") end
  local n = 0
  for _ in pairs(result) do n = n + 1 end
  return n .. " items"
end

local function text_of(e)
  if type(e) == "table" and rawget(e, "class") then return e.class .. ": " .. tostring(e.message) end
  return tostring(e)
end

local rows, failed = {}, 0

local function try(ex, name, symbol)
  local args, n = arguments(ex, methods[name], symbol)
  local from = ex:milliseconds()
  local ok, result = pcall(ex[name], ex, table.unpack(args, 1, n))
  local ms = ex:milliseconds() - from
  -- Some exchanges want a key for what is public elsewhere; that says nothing about the adapter.
  local no_key = not ok and verb.is(result, "AuthenticationError") and tostring(result.message):find("no key", 1, true)
  if not ok and not no_key then failed = failed + 1 end
  local detail = ok and count_of(result) or no_key and "not tried: it needs a key" or format.clean(text_of(result))
  rows[#rows + 1] = { ex.id, name, ok and "ok" or no_key and "-" or "failed", ms, detail }
  return not ok and verb.is(result, "NetworkError") and not result.http       -- nobody answered
end

local function examine(id, named)
  local ok, ex = pcall(exchange, id)
  if not ok then
    local none = type(ex) == "table" and not ex.http and tostring(ex.message):find("no adapter", 1, true)
    if none and not named then return end
    failed = failed + 1
    rows[#rows + 1] = { id, "", "failed", 0, format.clean(text_of(ex)) }
    return
  end
  local sample, silent, left = {}, 0, 0
  for _, name in ipairs(order_of()) do
    if ex.has[name] ~= true then
    elseif silent == 2 then
      left = left + 1
    elseif sample.spot and for_contracts(name) and not sample.contract then
      rows[#rows + 1] = { ex.id, name, "-", 0, "not tried: no contract in the market list" }
    else
      silent = try(ex, name, for_contracts(name) and sample.contract or sample.spot) and silent + 1 or 0
      if name == "fetch_markets" and rows[#rows][3] == "ok" then
        sample = pcall(ex.load_markets, ex) and samples_of(ex) or {}
      end
    end
  end
  if left > 0 then rows[#rows + 1] = { ex.id, "", "-", 0, left .. " more not tried: nobody answers" } end
end

verb.main(function()
  local ids = verb.words
  if #ids == 0 then
    local registry = verb.registry()
    for id, e in pairs(registry.exchanges) do if e.status == "active" then ids[#ids + 1] = id end end
    for id in pairs(registry.today) do ids[#ids + 1] = id end
    table.sort(ids)
    verb.unnamed = true
  end
  for _, id in ipairs(ids) do examine(id, not verb.unnamed) end
  if verb.form == "table" then for _, r in ipairs(rows) do r[4] = tostring(r[4]) end end
  verb.rows({ { "exchange" }, { "method" }, { "result" }, { "ms", right = true }, { "detail", cut = 20 } }, rows,
    { "exchange", "method", "result", "ms", "detail" })
  if failed > 0 then host.done(5) end
end)
