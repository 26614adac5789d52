-- Is what came of a spoiled reply sound? An error must be a unified one that blames the reply; a result may lack fields, but every number in it
-- is one that the venue sent, or follows from those.
local require = ...
local errors = require "errors"

local sound = {}

function sound.error(e)
  if type(e) ~= "table" or not errors.known(rawget(e, "class")) then return "raised " .. tostring(e) end
  local message = tostring(e.message)
  if message:find("more requests than the vector has", 1, true) then return nil end      -- it looks in another place; what it would find was not recorded
  if e.class == "BaseError" then return "raised " .. tostring(e) end
  if message:find("attempt to ", 1, true) or message:find("bad argument", 1, true) then return "raised " .. tostring(e) end
end

-- Worked out from other fields, by the host or by the adapter: with one of those gone they may differ.
local derived = {
  change = 1, percentage = 1, average = 1, vwap = 1, baseVolume = 1, quoteVolume = 1, open = 1, cost = 1, remaining = 1, filled = 1, amount = 1,
  free = 1, used = 1, total = 1, debt = 1, rate = 1, price = 1, taker = 1, maker = 1, before = 1, after = 1,
}

local sums = { free = true, used = true, total = true, debt = true }      -- of a balance, by currency

local function near(x, y)
  return x == y or math.abs(x - y) <= 1e-9 * math.max(math.abs(x), math.abs(y))
end

local function collect(t, out, depth)
  if type(t) == "table" or type(t) == "userdata" then
    if depth > 12 then return end
    for _, v in pairs(t) do collect(v, out, depth + 1) end
  else
    local x = tonumber(t)
    if x then out[#out + 1] = x end
  end
end

-- Numbers of the text, and what times and percents, steps and signs make of them.
local function numbers_of(replies)
  local out = {}
  for _, reply in ipairs(replies) do
    for text in reply.body:gmatch("%-?[%d.]+[eE]?[+-]?%d*") do
      local x = tonumber(text)
      if x then out[#out + 1] = x end
    end
  end
  return out
end

local scales = { 1, 1000, 1e-3, 1e-6, 1e6, 100, 0.01, -1, 10000, 1e-4, 1e-9 }
local function sent(x, numbers)
  for _, n in ipairs(numbers) do
    for _, scale in ipairs(scales) do
      if near(x, n * scale) or math.floor(n * scale) == x then return true end
    end
    if x > 0 and n >= 0 and n <= 30 and near(x, 10 ^ -n) then return true end
    if near(x, 1 / n) then return true end
  end
end

-- A packed order book as a table.
local function open(value)
  if type(value) ~= "userdata" then return value end
  return { bids = value.bids, asks = value.asks, timestamp = value.timestamp, nonce = value.nonce }
end

-- Records of a list by their ids; nil when some have none.
local function by_ids(list)
  local out = {}
  for _, record in ipairs(list) do
    local id = type(record) == "table" and record.id
    if not id or out[id] then return nil end
    out[id] = record
  end
  return #list > 0 and out or nil
end

-- The same to the last field, but for what the host notes of the moment.
function sound.same(result, base, path)
  path = path or "result"
  result, base = open(result), open(base)
  if type(result) ~= type(base) then return ("%s: got %s, was %s"):format(path, tostring(result), tostring(base)) end
  if type(base) ~= "table" then
    if result ~= base and result == result then return ("%s: got %s, was %s"):format(path, tostring(result), tostring(base)) end
    return nil
  end
  local by_id = #base == #result and by_ids(base) and by_ids(result)      -- the order of an object's members may be that of a list
  if by_id then base, result = by_ids(base), by_id end
  for _, t in ipairs { base, result } do
    for k in pairs(t) do
      if k ~= "info" then
        local why = sound.same(result[k], base[k], path .. "." .. tostring(k))
        if why then return why end
      end
    end
  end
end

-- `base` is what came of the reply as it was.
function sound.result(result, base, replies)
  local numbers, known
  local function of_reply(x)
    numbers = numbers or numbers_of(replies)
    if sent(x, numbers) then return true end
    if not known then
      known = {}
      collect(base, known, 0)
    end
    for _, k in ipairs(known) do
      if near(x, k) then return true end
    end
  end
  local function look(value, original, path, field)
    if type(value) == "table" then
      -- with an element gone, or a time, the others stand in other places
      local by_id = type(original) == "table" and type(value[1]) == "table" and value[1].id ~= nil and {}
      for _, o in ipairs(by_id and original or {}) do
        if type(o) == "table" and o.id ~= nil then by_id[o.id] = o end
      end
      if type(original) ~= "table" or (#original ~= #value and not by_id) then original = {} end
      if value.id ~= nil and original.id ~= nil and value.id ~= original.id then original = {} end      -- of a code that two have: the other one is left
      for k, v in pairs(value) do
        if k ~= "info" and k ~= "received" and k ~= "age" then      -- those two are the host's
          local was = original[k]
          if by_id and type(v) == "table" then was = v.id ~= nil and by_id[v.id] or nil end
          local why = look(v, was, path .. "." .. tostring(k), type(k) == "string" and not sums[field] and k or field)
          if why then return why end
        end
      end
    elseif type(value) == "number" then
      if value ~= value or value == math.huge or value == -math.huge then return path .. ": got " .. tostring(value) end
      local was = type(original) == "number" and original or nil
      if was and near(value, was) then return nil end
      -- what is missing is not zero; an order that is done has nothing left to fill
      if was and value == 0 and field ~= "change" and field ~= "percentage" and field ~= "remaining" then return path .. ": got 0, was " .. was end
      if derived[field] then return nil end
      -- times in words are no number of the text
      if (field == "timestamp" or field:find("[tT]imestamp$") or field == "expiry" or field == "created" or field == "updated") and value > 1e11 then return nil end
      if not of_reply(value) then return ("%s: got %s, was %s"):format(path, tostring(value), tostring(original)) end
    end
  end
  return look(open(result), open(base), "result", "")
end

return sound
