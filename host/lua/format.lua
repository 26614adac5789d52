-- Text for people and for programs: widths, numbers, times, csv, JSON, the nearest word.
local M = {}

-- Columns that a code point takes in a terminal: 0 combining, 2 East Asian wide, else 1.
local function cell(c)
  if c < 0x300 then return 1 end
  if c <= 0x36f or c == 0x200b or c == 0x200d or (c >= 0xfe00 and c <= 0xfe0f) then return 0 end
  if c >= 0x1100 and (c <= 0x115f or (c >= 0x2e80 and c <= 0xa4cf) or (c >= 0xac00 and c <= 0xd7a3)
      or (c >= 0xf900 and c <= 0xfaff) or (c >= 0xfe30 and c <= 0xfe6f) or (c >= 0xff00 and c <= 0xff60)
      or (c >= 0xffe0 and c <= 0xffe6) or (c >= 0x1f300 and c <= 0x1faff) or (c >= 0x20000 and c <= 0x3fffd)) then
    return 2
  end
  return 1
end

-- Display width. Text that is not UTF-8 counts bytes.
function M.width(s)
  local n = utf8.len(s)
  if not n or n == #s then return #s end
  n = 0
  for _, c in utf8.codes(s) do n = n + cell(c) end
  return n
end

function M.pad(s, width, right)
  local room = width - M.width(s)
  if room <= 0 then return s end
  return right and (" "):rep(room) .. s or s .. (" "):rep(room)
end

-- Cut to a display width, with a sign that something is missing.
function M.cut(s, width)
  if M.width(s) <= width then return s end
  if width < 1 then return "" end
  local out, n = {}, 0
  if not utf8.len(s) then return s:sub(1, width) end
  for _, c in utf8.codes(s) do
    n = n + cell(c)
    if n > width - 1 then break end
    out[#out + 1] = utf8.char(c)
  end
  return table.concat(out) .. "…"
end

-- Control characters (a venue's text may hold escape sequences) never reach a terminal.
function M.clean(s)
  return (tostring(s):gsub("[%c\127]", "?"):gsub("\194[\128-\159]", "?"))
end

-- The shortest text that reads back as the same number.
function M.number(x)
  if x ~= x or x == math.huge or x == -math.huge then return "null" end
  if math.type(x) == "integer" then return ("%d"):format(x) end
  if x == math.floor(x) and x > -1e15 and x < 1e15 then return ("%d"):format(math.tointeger(x)) end
  for digits = 15, 17 do
    local s = ("%%.%dg"):format(digits):format(x)
    if tonumber(s) == x then return s end
  end
end

-- Plain digits for a table: no exponent.
function M.plain(x)
  if type(x) ~= "number" then return x == nil and "" or M.clean(x) end
  local s = M.number(x)
  if not s:find("e") then return s end
  local t = ("%.18f"):format(x):gsub("0+$", ""):gsub("%.$", "")
  return t
end

-- Milliseconds since 1970 to 2024-06-15 12:30:00 (UTC).
function M.time(ms, form)
  if type(ms) ~= "number" then return "" end
  local s = ms // 1000
  local days, second = s // 86400, s % 86400
  -- civil date from days (the proleptic Gregorian calendar, eras of 400 years)
  local z = days + 719468
  local era = z // 146097
  local doe = z - era * 146097
  local yoe = (doe - doe // 1460 + doe // 36524 - doe // 146096) // 365
  local doy = doe - (365 * yoe + yoe // 4 - yoe // 100)
  local mp = (5 * doy + 2) // 153
  local d, m = doy - (153 * mp + 2) // 5 + 1, mp < 10 and mp + 3 or mp - 9
  local y = yoe + era * 400 + (m <= 2 and 1 or 0)
  local date = ("%04d-%02d-%02d"):format(y, m, d)
  local clock = ("%02d:%02d:%02d"):format(second // 3600, second // 60 % 60, second % 60)
  if form == "clock" then return clock end
  if form == "minute" then return date .. " " .. clock:sub(1, 5) end
  if form == "iso" then return ("%sT%s.%03dZ"):format(date, clock, ms % 1000) end
  return date .. " " .. clock
end

function M.csv(rows)
  local out = {}
  for i, row in ipairs(rows) do
    local cells = {}
    for j, v in ipairs(row) do
      v = type(v) == "number" and M.plain(v) or tostring(v)
      if v:find('[",\r\n]') then v = '"' .. v:gsub('"', '""') .. '"' end
      cells[j] = v
    end
    out[i] = table.concat(cells, ",") .. "\n"
  end
  return table.concat(out)
end

local escapes = { ['"'] = '\\"', ["\\"] = "\\\\", ["\n"] = "\\n", ["\r"] = "\\r", ["\t"] = "\\t" }
local function quote(s)
  if not s:find('[%c"\\\127]') then return '"' .. s .. '"' end
  s = s:gsub('[%c"\\\127]', function(c) return escapes[c] or ("\\u%04x"):format(c:byte()) end)
  return '"' .. s .. '"'
end
M.quote = quote

-- JSON of plain data, keys in alphabetical order, or in the order of `order` (a list of keys) first. `list` says that an empty
-- table on top is a list. options.info = false leaves out fields named info.
function M.json(value, options)
  options = options or {}
  local out, n = {}, 0
  local rank = {}
  for i, k in ipairs(options.order or {}) do rank[k] = i end
  local pretty = options.indent
  local function add(s) n = n + 1; out[n] = s end
  local function line(depth)
    if pretty then add("\n" .. (pretty):rep(depth)) end
  end
  local write
  local function object(t, depth)
    local keys = {}
    for k in pairs(t) do
      if not (options.info == false and k == "info") then keys[#keys + 1] = k end
    end
    table.sort(keys, function(a, b)
      local x, y = rank[a] or math.huge, rank[b] or math.huge
      if x ~= y then return x < y end
      return tostring(a) < tostring(b)
    end)
    add "{"
    for i, k in ipairs(keys) do
      if i > 1 then add "," end
      line(depth + 1)
      add(quote(tostring(k)))
      add(pretty and ": " or ":")
      write(t[k], depth + 1)
    end
    if #keys > 0 then line(depth) end
    add "}"
  end
  function write(v, depth, list)
    local kind = type(v)
    if depth > 60 then error("data nested too deep for JSON", 0) end
    if kind == "string" then add(quote(v))
    elseif kind == "number" then add(M.number(v))
    elseif kind == "boolean" then add(tostring(v))
    elseif kind == "table" or kind == "userdata" then
      local len = #v
      local first = next(kind == "table" and v or {})
      if len > 0 and v[1] == nil then      -- the length of a view or of the market table is also that of its fields
        local k = pairs(v)(v)
        if k ~= nil and math.type(k) ~= "integer" then len = 0 end
      end
      if len > 0 or (list and first == nil) then
        add "["
        for i = 1, len do
          if i > 1 then add "," end
          local e = v[i]
          if pretty and (type(e) == "table" and #e == 0 or depth == 0) then line(depth + 1) end
          write(e, depth + 1)
        end
        if pretty and len > 0 and (type(v[len]) == "table" and #v[len] == 0 or depth == 0) then line(depth) end
        add "]"
      else
        object(v, depth)
      end
    elseif v == nil then add "null"
    else add(quote("<" .. kind .. ">")) end
  end
  write(value, 0, options.list)
  return table.concat(out)
end

-- Edits between two words: insert, delete, replace, and two letters that changed places.
local function distance(a, b)
  local before, last, now = nil, {}, {}
  for j = 0, #b do last[j] = j end
  for i = 1, #a do
    now = { [0] = i }
    for j = 1, #b do
      local same = a:byte(i) == b:byte(j) and 0 or 1
      now[j] = math.min(last[j] + 1, now[j - 1] + 1, last[j - 1] + same)
      if before and j > 1 and a:byte(i) == b:byte(j - 1) and a:byte(i - 1) == b:byte(j) then
        now[j] = math.min(now[j], before[j - 2] + 1)
      end
    end
    before, last = last, now
  end
  return last[#b]
end

M.distance = distance

-- The word of the list that is nearest, or nil when none is near.
function M.nearest(word, words)
  if #word > 64 then return nil end
  local best, least = nil, math.max(1, #word // 3) + 1
  local low = word:lower()
  for _, w in ipairs(words) do
    local d = w:lower() == low and 0 or distance(low, w:lower())
    if d < least or (d == least and best and w < best) then best, least = w, d end
  end
  return best
end

return M
