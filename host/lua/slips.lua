-- Slips of a recorder: recorded values that cannot be, as anyone sees who does not know the exchange, and what was meant by them. Ours must be that;
-- where nothing can be made out (an object for an id) it is free.
local conform = host.conform
local slips = {}

local function set(words)
  local out = {}
  for word in words:gmatch "%S+" do out[word] = true end
  return out
end

local function near(a, b) return math.abs(a - b) <= 1e-9 * math.max(math.abs(a), math.abs(b)) end

---- results ----

local first_day, last_day = 1230768000000, 4102444800000      -- 2009 to 2100: no exchange is older
local function may_be(ms) return ms >= first_day and ms < last_day end

-- A time in a wrong unit: seconds, or less, taken for ms, or ms for less.
local function time(got, want)
  if may_be(want) or not may_be(got) then return false end
  for _, unit in ipairs { 1000, 1000000 } do
    if math.abs(got - want * unit) < unit or math.abs(got - want / unit) < 1 then return true end
  end
  return false
end

-- Whether two numbers, ours and the recorded one of a field, are the same but for a slip.
function slips.number(got, want, field)
  if field:find "imestamp$" then return time(got, want) end
  if field == "taker" or field == "maker" then return want > 0.05 and near(got * 100, want) end      -- in percent: nobody takes a twentieth
  return (field == "amount" or field == "cost") and want < 0 and near(got, -want)                   -- a size has no sign
end

-- The words of exchanges for a side or a status, and ours. Other words for a status are none.
local sides = { ask = "sell", bid = "buy", ["open long"] = "buy", ["close short"] = "buy", ["open short"] = "sell", ["close long"] = "sell" }
local states = { new = "open", active = "open", filled = "closed", cancelled = "canceled" }
local statuses = set "open closed canceled canceling expired rejected ok pending failed shutdown error maintenance"
local flags, yes_no = set "postOnly reduceOnly", set "true false 1 0"

-- ... and ours with a recorded text, which is in the field's own words where it has some. One instant is written in several ways.
function slips.text(got, want, field)
  if field == "datetime" then
    local ours, theirs = conform.instant(tostring(got)), conform.instant(want)
    if not theirs then return want:find "^%+%d+%-" ~= nil and ours ~= nil and may_be(ours) end      -- a year of five digits, beside its timestamp
    return ours ~= nil and (math.abs(ours - theirs) <= 1 or time(ours, theirs))
  end
  if field == "side" then return got ~= nil and sides[want:lower()] == got end
  if field == "status" then return not statuses[want] and (got == nil or got == (states[want:lower()] or want:lower())) end
  if field == "symbol" then return type(got) == "string" and want:find("undefined", 1, true) ~= nil and not got:find("undefined", 1, true) end
  if field == "currency" then return type(got) == "string" and want:find("/", 1, true) ~= nil and not got:find("/", 1, true) end      -- a symbol is none
  if flags[field] then return not yes_no[want] and (got == nil or type(got) == "boolean") end
  local is_fee = field == "fee" or tonumber(field)      -- its cost alone
  return is_fee and type(got) == "table" and tonumber(want) ~= nil and tonumber(got.cost) == tonumber(want)
end

-- Of a recorded balance, whether its table `k` by currency (free, used, total) says once more what each currency says, as ours does.
function slips.said_twice(got, want, k)
  if k ~= "free" and k ~= "used" and k ~= "total" then return false end
  if conform.kind(want, k) ~= "object" or type(got[k]) ~= "table" then return false end
  for code, v in pairs(want[k]) do
    if conform.kind(want, code) ~= "object" or want[code][k] ~= v or type(got[code]) ~= "table" or got[k][code] ~= got[code][k] then return false end
  end
  return true
end

-- An object or list recorded for a field that holds neither.
function slips.object(got, field) return field == "id" and (got == nil or type(got) == "string") end

local fiat = set "AUD BRL CAD CHF CLP CNY COP CZK EUR GBP HKD IDR INR JPY KRW MXN NZD PEN PLN RUB SGD THB TRY TWD UAH USD VND ZAR"

-- Of a recorded object, whether its other fields say that `k` is a slip, and what it is: a percentage as a fraction, beside the change and the price
-- before it; a part of a balance, off by the rounding of the whole; money of a state as a coin; a code beside the currency that it is.
function slips.contradicted(got, want, k)
  if k == "code" then return want.code ~= nil and want.code == (want.currency or got.currency) end
  if k == "type" then return want.type == "crypto" and got.type == "fiat" and fiat[want.code] or false end
  local ours, theirs = tonumber(got[k]), tonumber(want[k])
  if not ours or not theirs then return false end
  if k == "percentage" then
    local change, before = tonumber(want.change), tonumber(want.previousClose or want.open)
    return change and before and before ~= 0 and math.abs(change / before - theirs) <= 0.01 * math.abs(theirs) and near(ours, theirs * 100) or false
  end
  local total = (k == "free" or k == "used") and tonumber(want.total)
  return total and math.abs(ours - theirs) <= 2 ^ -50 * math.abs(total) or false
end

local function same(a, b)
  if type(a) ~= "userdata" or type(b) ~= "userdata" then return tostring(a) == tostring(b) end
  for k, v in pairs(a) do
    if not same(v, b[k]) then return false end
  end
  return true
end

-- Whether what was recorded as a result is the reply itself, which is ours' `info`.
function slips.is_reply(want, kind, body)
  local reply = kind == "object" and conform.json(body)
  return type(reply) == "userdata" and same(want, reply) and same(reply, want)
end

---- requests ----

-- A placeholder that nobody filled in.
local nothing = set "undefined None NaN"
local function unfilled(part)
  local text = part:gsub("%%(%x%x)", function(h) return string.char(tonumber(h, 16)) end)
  return nothing[text] or text == "[object Object]" or text:find "^{[%w_]+}$" ~= nil
end

-- Whether a recorded path is ours but for such, of which the last one may stand for a list.
local function unfilled_path(got, want)
  local ours, i, open, last = {}, 0, false, false
  for part in got:gmatch "[^/]+" do ours[#ours + 1] = part end
  for part in want:gmatch "[^/]+" do
    i, last = i + 1, part ~= ours[i + 1]
    if last and not (ours[i] and unfilled(part)) then return false end
    open = open or last
  end
  return open and (i == #ours or last and i < #ours)
end

function slips.has_placeholder(url)
  for part in url:gsub("^%a+://[^/?]*", ""):gsub("%?.*", ""):gmatch "[^/]+" do
    if unfilled(part) then return true end
  end
  return false
end

-- A recorded query or form without the pairs that hold such, and that ours lacks: an absent price is none.
local function filled_pairs(got, want)
  local kept, dropped = {}, false
  for pair in want:gmatch "[^&]+" do
    local key, value = pair:match "^([^=]*)=(.*)$"
    if key and unfilled(value) and not ("&" .. got):find("&" .. key .. "=", 1, true) then dropped = true else kept[#kept + 1] = pair end
  end
  return dropped and table.concat(kept, "&") or want
end

-- Of two sorted lists of pairs, "key\0value", whether i is a recorded time that was counted from 1970 instead of from another time in the same request.
function slips.from_1970(got, want, i)
  local key, ours = (got[i] or ""):match "^([^\0]*)%z(%d+)$"
  local wanted_key, back = (want[i] or ""):match "^([^\0]*)%z(%-%d+)$"
  if key == nil or key ~= wanted_key then return false end
  local start = tostring(math.tointeger(ours) - math.tointeger(back))
  for _, pair in ipairs(want) do
    if pair:match "%z(.*)$" == start then return true end
  end
  return false
end

-- A recorded body whose signature lost a leading zero of r or s, with ours in its place when that is the whole one; else nil.
local function whole_signature(got, want)
  local short, ours = want:match '"signature":"0x(%x+)"', got:match '"signature":"0x(%x+)"'
  if not short or not ours or #ours ~= 130 or #short ~= 129 then return nil end
  for at = 1, 65, 64 do
    if ours:sub(at, at) == "0" and ours:sub(1, at - 1) .. ours:sub(at + 1) == short then return (want:gsub(short, ours, 1)) end
  end
end

-- A recorded request without its slips, beside ours: url, body and whether there were any.
function slips.request(got, want)
  local url, body, text = want.url, want.body, got.body or ""
  if url then
    local base, path, query = url:match "^(%a+://[^/?]*)([^?]*)%??(.*)$"
    local ours, pairs_of_ours = got.url:match "^%a+://[^/?]*([^?]*)%??(.*)$"
    if base then
      if unfilled_path(ours, path) then path = ours end
      query = filled_pairs(pairs_of_ours, query)
      url = base .. path .. (url:find("?", 1, true) and "?" .. query or "")
    end
  end
  if type(body) == "string" then
    body = body:find "^%s*[{%[]" and (whole_signature(text, body) or body) or filled_pairs(text, body)
  end
  return url, body, url ~= want.url or body ~= want.body
end

return slips
