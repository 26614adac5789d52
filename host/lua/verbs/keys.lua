-- bourse keys add|accept ID: what the adapter needs, where its keys may go and for what, for the broker, which does the asking.
local require = ...
local verb = require "verb"
local dialects = require "dialects"

-- One line each, and nothing in it that could steer a terminal or pass for a line of its own.
local function tell(kind, text) host.out(kind .. " " .. text:gsub("[^\32-\126]", "?") .. "\n") end

verb.main(function()
  local ex = verb.open(verb.words[2])
  tell("id", ex.id)
  local names = {}
  for k, v in pairs(ex.required_credentials or {}) do
    if type(k) == "number" then names[#names + 1] = v elseif v then names[#names + 1] = k end
  end
  table.sort(names)
  for _, name in ipairs(names) do tell("credential", name) end
  local hosts = {}
  for _, url in pairs(ex.hosts or {}) do hosts[#hosts + 1] = url end
  table.sort(hosts)
  for _, url in ipairs(hosts) do tell("host", url) end
  local source = host.source("exchange", ex.id) or ""
  local checked = host.check(source, "exchanges/" .. ex.id .. ".lua", dialects.of(source))
  local problem = checked[1]      -- it did load: a dialect whose name is made on the way is not found by what is written
  if problem then verb.fail(1, ("%s:%d: %s"):format(problem.file, problem.line, problem.text)) end
  local methods = {}
  for name, asks in pairs(checked.endpoints) do methods[#methods + 1] = name .. " " .. asks end
  table.sort(methods)
  for _, method in ipairs(methods) do tell("method", method) end
end)
