-- Templates: what an adapter sends. "pair={id} limit={limit|max:100}" becomes an ordered table of keys and values.
-- A value that is one placeholder keeps its type; a pair whose placeholder is absent is left out.
local template = {}

-- A number as it travels: an integer, or the digits of a text just as they are.
local function exact(value)
  local n = transform(value, "number")
  return math.type(n) == "integer" and n or raw_number(transform(value, "text"))
end

-- "name.field|transform:arg|..." -> a function of `a` that gives the value or nil.
local function placeholder(text)
  if text == "true" then return function() return true end end
  if text == "false" then return function() return false end end
  if text:find "^[%a_][%w_]*$" then return function(a) return a:value(text) end end
  if tonumber(text) then local n = raw_number(text) return function() return n end end
  local head, rest = text:match("^([^|]*)(.*)$")
  local names = {}
  for name in head:gmatch("[^.]+") do names[#names + 1] = name end
  if #names == 0 or not head:match("^[%a_][%w_.]*$") then error("bad placeholder {" .. text .. "}", 0) end
  local steps = {}
  for step in rest:gmatch("|([^|]*)") do
    local name, arg = step:match("^([%w_]+):?(.*)$")
    if not name then error("bad transform in {" .. text .. "}", 0) end
    steps[#steps + 1] = { name, step:find(":", 1, true) and arg or nil }
  end
  return function(a)
    local value = a:value(names[1])
    for i = 2, #names do
      if value == nil then break end
      value = value[names[i]]
    end
    for i = 1, #steps do
      local name, arg = steps[i][1], steps[i][2]
      if name == "map" then
        if value ~= nil then
          local map = a.maps and a.maps[arg] or error("no map '" .. arg .. "' in maps", 0)
          local mapped = map[tostring(value)]
          if mapped == nil then mapped = map.default end
          value = mapped
        end
      elseif name == "default" then
        if value == nil then value = arg end
      elseif name == "number" then
        value = value ~= nil and exact(value) or nil
      elseif name == "currency" then
        value = value and a:currency_id_of(value)
      elseif value ~= nil then
        value = transform(value, name, arg)
      end
    end
    return value
  end
end

-- Percent-encoded for one segment of a path, where ":", "," and "@" may stand as they are (RFC 3986, 3.3).
local plain = { ["%3A"] = ":", ["%2C"] = ",", ["%40"] = "@" }
local function in_a_path(text)
  return (urlencode(text):gsub("%%%x%x", plain))
end

-- What a function of a text gives, kept by the text: descriptions that `run` makes bring the same few at each call. An adapter that makes up
-- ever new ones starts the list anew.
local function kept(f)
  local made, n = {}, 0
  return function(text)
    local out = made[text]
    if out then return out end
    out = f(text)
    if n == 500 then made, n = {}, 0 end
    made[text], n = out, n + 1
    return out
  end
end

local function value(text, in_path)
  if not text:find("[{}]") then return function() return text end end
  local whole = text:match("^{([^{}]*)}$")
  if whole and whole:sub(-1) ~= "?" then
    local get = placeholder(whole)
    if not in_path then return get end
    return function(a)
      local v = get(a)
      return v ~= nil and in_a_path(transform(v, "text")) or nil
    end
  end
  local pieces, at = {}, 1
  for from, inner, to in text:gmatch("(){([^{}]*)}()") do
    if from > at then pieces[#pieces + 1] = text:sub(at, from - 1) end
    local optional = inner:sub(-1) == "?"
    pieces[#pieces + 1] = { placeholder(optional and inner:sub(1, -2) or inner), optional }
    at = to
  end
  if at <= #text then pieces[#pieces + 1] = text:sub(at) end
  if text:gsub("{[^{}]*}", ""):find("[{}]") then error("unmatched brace in '" .. text .. "'", 0) end
  return function(a)
    local out = {}
    for i, piece in ipairs(pieces) do
      if type(piece) == "string" then
        out[i] = piece
      else
        local v = piece[1](a)
        if v == nil then
          if not piece[2] then return nil end
          v = ""
        else
          v = transform(v, "text")
        end
        out[i] = in_path and in_a_path(v) or v
      end
    end
    return table.concat(out)
  end
end

local in_text = kept(value)
local in_path = kept(function(text) return value(text, true) end)

-- One value: literal text with placeholders in it. Returns a function of `a`; for a path, values are percent-encoded.
function template.value(text, is_path)
  return (is_path and in_path or in_text)(text)
end

-- A `send` text: returns a function that fills the ordered table `out` from `a`.
template.send = kept(function(text)
  local pairs_ = {}
  for word in text:gmatch("%S+") do
    local key, value = word:match("^([^={}]+)=(.*)$")
    if not key then error("'" .. word .. "' is not key=value", 0) end
    pairs_[#pairs_ + 1] = { key, template.value(value) }
  end
  return function(a, out)
    for i = 1, #pairs_ do
      local v = pairs_[i][2](a)
      if v ~= nil then out[pairs_[i][1]] = v end
    end
  end
end)

return template
