-- A JSON text with one thing wrong in it, as a venue's next release may send it: a field gone, null, of another type, an emptied list, members in
-- another order. For the conformance run, which holds adapters against such replies. Positions are of bytes in the text.
local mutate = {}

-- A generator of its own: the same seed gives the same run on every machine.
function mutate.random(seed)
  local state = seed & 0x7fffffff
  return function(n)
    state = (state * 1103515245 + 12345) & 0x7fffffff
    return (state >> 8) % n + 1
  end
end

-- Values of a valid JSON text, in order: { kind, from, to, member_from, nth, members } with nth and members of those inside an object.
local function values(text)
  local found = {}
  local value
  local function blank(i) return text:find("[^ \t\r\n]", i) or #text + 1 end
  local function string_end(i)
    while true do
      i = text:find('["\\]', i + 1)
      if not i then return #text end
      if text:byte(i) == 34 then return i end
      i = i + 1      -- what a backslash stands before
    end
  end
  local function inside(node, close)
    local i, n = blank(node.from + 1), 0
    while i <= #text and text:sub(i, i) ~= close do
      local start = i
      if node.kind == "object" then i = blank(blank(string_end(i) + 1) + 1) end
      local child = value(i)
      if not child then return #text end
      n = n + 1
      child.parent, child.nth, child.member_from = node, n, start
      i = blank(child.to + 1)
      if text:sub(i, i) == "," then i = blank(i + 1) end
    end
    node.members = n
    return i
  end
  function value(i)
    local c = text:sub(i, i)
    local node = { from = i }
    found[#found + 1] = node
    if c == "{" then node.kind, node.to = "object", nil; node.to = inside(node, "}")
    elseif c == "[" then node.kind = "list"; node.to = inside(node, "]")
    elseif c == '"' then node.kind, node.to = "text", string_end(i)
    else
      local word = text:match("^[%w+.-]+", i)
      if not word then return nil end
      node.kind, node.to = tonumber(word) and "number" or "word", i + #word - 1
    end
    return node
  end
  if blank(1) <= #text then value(blank(1)) end
  return found
end

local others = {
  number = { '"?"', "true", "{}", "[]", '""' }, text = { "true", "{}", "[]", '"?"', '""' }, word = { '"?"', "{}", "[]" },
  object = { "[]", '"?"', "{}", "7" }, list = { "{}", '"?"', "[]", "7" },
}

local function replace(text, node, by) return text:sub(1, node.from - 1) .. by .. text:sub(node.to + 1) end

local function drop(text, node)
  local from, to = node.member_from, node.to
  local after = text:find("[^ \t\r\n]", to + 1)
  if after and text:sub(after, after) == "," then return text:sub(1, from - 1) .. text:sub(after + 1) end
  local before = text:sub(1, from - 1):find(",[ \t\r\n]*$")
  return text:sub(1, (before or from) - 1) .. text:sub(to + 1)
end

-- The last member first: nothing is changed by that.
local function reorder(text, node, all)
  local last
  for _, v in ipairs(all) do
    if v.parent == node and v.nth == node.members then last = v end
  end
  local first = text:find("[^ \t\r\n]", node.from + 1)
  return text:sub(1, first - 1) .. text:sub(last.member_from, last.to) .. "," .. drop(text, last):sub(first)
end

-- mutate.one(text, random) -> text, what was done, is it of the same meaning? nil: no JSON, or nothing in it.
function mutate.one(text, random)
  local all = values(text)
  if #all < 2 then return nil end
  local node = all[random(#all - 1) + 1]
  local key = node.parent.kind == "object" and text:match('^"(.-)"', node.member_from) or "#" .. node.nth
  local way = random(4)
  if way == 1 and node.kind == "object" and node.members > 1 then return reorder(text, node, all), "reordered " .. key, true end
  if way == 2 and node.parent.kind == "object" then return drop(text, node), "dropped " .. key, false end
  if way == 3 then return replace(text, node, "null"), "null for " .. key, false end
  local choice = others[node.kind]
  local by = choice[random(#choice)]
  return replace(text, node, by), by .. " for " .. key, false
end

return mutate
