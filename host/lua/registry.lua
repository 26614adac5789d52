-- The registry for strategies: registry.lua, read once, as a list of entries by id, and the names of countries.
local read

local function entry(id, e, adapters)
  local countries = {}
  for code in e.countries:gmatch("%S+") do countries[#countries + 1] = code end
  return { id = id, name = e.name, site = e.site, docs = e.docs, version = e.now or e.version, countries = countries, status = e.status,
    successor = e.successor, note = e.note, adapter = adapters[id] == true or nil }
end

local function source(kind)
  local text, why = tasks.source(kind, "")
  return text or error("registry: " .. tostring(why), 0)
end

local function load()
  local data, adapters, list, names = tasks.data(source "registry", "registry.lua"), {}, {}, {}
  for id in source("exchanges"):gmatch("[^\n]+") do adapters[id] = true end
  for _, part in ipairs { data.exchanges, data.today } do
    for id, e in pairs(part) do list[#list + 1] = entry(id, e, adapters) end
  end
  table.sort(list, function(a, b) return a.id < b.id end)
  for code, name in pairs(data.country_names) do names[code] = name[1] end
  return list, names
end

return function()
  read = read or { load() }
  return read[1], read[2]
end
