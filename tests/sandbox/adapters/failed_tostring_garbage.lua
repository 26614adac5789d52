-- expect: exit 5, stderr "__tostring"
-- call: fetch_balance
return {
  hosts = { api = "https://api.example.com" },
  credentials = { "apiKey", "secret" },
  markets_need = false,
  sign = function() end,
  failed = function() return setmetatable({}, { __tostring = function() return {} end }) end,
  fetch_balance = { get = "/balance" },
}
