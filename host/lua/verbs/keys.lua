-- bourse keys add ID: what the adapter needs and where its keys may go, for the broker, which does the asking.
local require = ...
local verb = require "verb"

verb.main(function()
  local ex = verb.open(verb.words[2])
  host.out("id " .. ex.id .. "\n")
  local names = {}
  for k, v in pairs(ex.required_credentials or {}) do
    if type(k) == "number" then names[#names + 1] = v elseif v then names[#names + 1] = k end
  end
  table.sort(names)
  for _, name in ipairs(names) do host.out("credential " .. name .. "\n") end
  local hosts = {}
  for _, url in pairs(ex.hosts or {}) do hosts[#hosts + 1] = url end
  table.sort(hosts)
  for _, url in ipairs(hosts) do host.out("host " .. url .. "\n") end
  local _, digest = host.source("exchange", ex.id)
  if digest then host.out("digest " .. digest .. "\n") end
end)
