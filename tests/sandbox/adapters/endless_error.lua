-- expect: exit 3, stderr "endless_error.lua"
-- call: fetch_balance
-- never: GET
return {
  hosts = { api = "https://api.example.com" },
  credentials = { "apiKey", "secret" },
  markets_need = false,
  sign = function() error(setmetatable({}, { __tostring = function() while true do end end })) end,
  fetch_balance = { get = "/balance" },
}
