-- expect: exit 3, stderr "endless_failed.lua"
-- call: fetch_balance
return {
  hosts = { api = "https://api.example.com" },
  credentials = { "apiKey", "secret" },
  markets_need = false,
  sign = function() end,
  failed = function() while true do end end,
  fetch_balance = { get = "/balance" },
}
