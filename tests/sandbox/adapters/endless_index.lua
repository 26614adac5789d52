-- expect: exit 3, stderr "endless_index.lua"
-- call: fetch_balance
local t = setmetatable({}, { __index = function() while true do end end, __pairs = function() while true do end end })
if true then return t end
return {
  hosts = { api = "https://api.example.com" },
  credentials = { "apiKey", "secret" },
  markets_need = false,
  sign = function() end,
}
