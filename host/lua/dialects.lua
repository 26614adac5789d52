-- The dialects of an adapter, by what is written in it.
local dialects = {}

local function add(text, found)
  for name in text:gmatch("dialect%s*%(?%s*[\"']([%l%d_]+)") do
    if not found[name] then
      found[name] = host.source("dialect", name)
      add(found[name] or "", found)
    end
  end
  return found
end

-- The texts of those that `text` names, and of those that they name: name -> text.
function dialects.of(text) return add(text, {}) end

return dialects
