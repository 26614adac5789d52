-- bourse tape convert --format rows: the calls of a recording as rows for tests/adapters (rows.lua). Each call is made again with the replies that were
-- recorded, so that a row says what the adapter of today sends and gives.
local require = ...
local rows = require "rows"
local errors = require "errors"
local methods = require "methods"
local conform = host.conform

local function quoted(s)
  local mark = s:find('"', 1, true) and not s:find("'", 1, true) and "'" or '"'
  local text = s:gsub("[\\" .. mark .. "]", "\\%0"):gsub("\n", "\\n"):gsub("\r", "\\r"):gsub("%c", function(c) return ("\\%03d"):format(c:byte()) end)
  return mark .. text .. mark
end

local function number_text(x)
  if math.type(x) == "integer" then return tostring(x) end
  if x ~= x or x == math.huge or x == -math.huge then return "nil" end
  for digits = 14, 17 do
    local text = ("%." .. digits .. "g"):format(x)
    if tonumber(text) == x then return text end
  end
end

-- Parts of a table, filled into lines.
local function filled(parts, indent)
  local lines, line = {}, "{ "
  for i, part in ipairs(parts) do
    if i < #parts then part = part .. "," end
    if #line > 2 and #line + #part > 140 then
      lines[#lines + 1], line = line, (" "):rep(indent + 2)
    elseif i > 1 then
      line = line .. " "
    end
    line = line .. part
  end
  lines[#lines + 1] = line .. " }"
  return table.concat(lines, "\n")
end

-- Plain data as Lua text. What the exchange itself gave (info) is in the reply already; when it came is the clock of the rows.
local function text_of(v, indent)
  if type(v) == "string" then return quoted(v) end
  if type(v) == "number" then return number_text(v) end
  if type(v) == "boolean" then return tostring(v) end
  if v == json.null then return "json.null" end
  local out, list, keys = {}, {}, {}
  for i = 1, #v do list[i], out[i] = true, text_of(v[i], indent + 2) end
  for k in pairs(v) do
    if not list[k] and k ~= "info" and k ~= "received" then keys[#keys + 1] = k end
  end
  table.sort(keys, function(a, b) return tostring(a) < tostring(b) end)
  for _, k in ipairs(keys) do
    local name = type(k) == "string" and (k:match("^[%a_][%w_]*$") and k or "[" .. quoted(k) .. "]") or "[" .. tostring(k) .. "]"
    local text = text_of(v[k], indent + 2)
    if text ~= "{}" then out[#out + 1] = name .. " = " .. text end
  end
  return #out == 0 and "{}" or filled(out, indent)
end

local tape = assert(conform.json(host.args.tape))
local ex = exchange(host.args.venue)
local setup = { credentials = rows.credentials, clock_ms = rows.clock_ms }

local function replies_of(list)
  local out = {}
  for i, http in ipairs(list) do out[i] = { url = http.url, status = math.tointeger(tonumber(http.status)), body = http.body } end
  return out
end

conform.preset(ex.handle, setup)
conform.script(ex.handle, replies_of(tape.lists))
local loaded, why = pcall(ex.load_markets, ex)
if not loaded then host.error("tape: no markets: " .. tostring(why)) end

local used, order = {}, {}
local function use(symbol)
  local market = loaded and type(symbol) == "string" and ex.markets[symbol]
  if market and not used[symbol] then
    used[symbol] = market
    order[#order + 1] = symbol
  end
end

local function row_of(call)
  local row = methods[call.method]
  local n = row and #row.args or #call.args
  local args, texts, params = {}, { quoted(call.method) }, conform.plain(call.params)
  for i = 1, n do args[i] = conform.plain_at(call.args, i) end
  local last = n
  while last > 0 and args[last] == nil do last = last - 1 end
  for i = 1, last do
    texts[i + 1] = args[i] == nil and "json.null" or text_of(args[i], 6)
    if type(args[i]) == "table" then for _, symbol in ipairs(args[i]) do use(symbol) end else use(args[i]) end
  end
  args[n + 1] = type(params) == "table" and params or nil
  conform.script(ex.handle, replies_of(call.http))
  local ok, result = pcall(function() return ex[call.method](ex, table.unpack(args, 1, n + 1)) end)
  local sent = conform.sent(ex.handle)
  local sends, replies = {}, {}
  for i, request in ipairs(sent) do
    if request.error then return nil end      -- it could not be signed with the test keys
    sends[i] = quoted(request.method .. " " .. request.url .. (request.body and request.body ~= "" and "\n" .. request.body or ""))
    replies[i] = quoted(call.http[request.reply or i].body)
  end
  local function listed(list) return #list == 1 and list[1] or "{ " .. table.concat(list, ",\n      ") .. " }" end
  local out = { ("  { %s, call = { %s }"):format(quoted(table.concat(texts, " "):gsub('"', ""):gsub("json%.null", "nil") .. ", as it was recorded"), table.concat(texts, ", ")) }
  if type(params) == "table" and next(params) ~= nil then out[#out + 1] = "    params = " .. text_of(params, 6) end
  if #sends > 0 then
    out[#out + 1] = "    sends = " .. listed(sends)
    out[#out + 1] = "    reply = " .. listed(replies)
    local status = math.tointeger(tonumber(call.http[1].status))
    if status ~= 200 then out[#out + 1] = "    status = " .. status end
  end
  if ok then out[#out + 1] = "    gives = " .. text_of(type(result) == "userdata" and json.decode(json.encode(result)) or result, 6)
  else out[#out + 1] = "    fails = " .. quoted(errors.known(result.class) and result.class or "ExchangeError") end
  return table.concat(out, ",\n") .. " },\n"
end

local made, left_out = {}, 0
for _, call in ipairs(tape.calls) do
  local ok, text = pcall(row_of, call)
  if ok and text then made[#made + 1] = text else left_out = left_out + 1 end
end

local out = { ("-- %s: from a recording.\nreturn {\n"):format(ex.id) }
if #order > 0 then
  out[#out + 1] = "  markets = {\n"
  for _, symbol in ipairs(order) do out[#out + 1] = "    " .. text_of(used[symbol], 4) .. ",\n" end
  out[#out + 1] = "  },\n\n"
end
for _, text in ipairs(made) do out[#out + 1] = text end
out[#out + 1] = "}\n"
host.out(table.concat(out))
if left_out > 0 then host.err(("bourse: tape: %d calls made no row"):format(left_out)) end
host.done(#made > 0 and 0 or 1)
