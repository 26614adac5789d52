-- expect: exit 3, stderr "endless_sign.lua"
-- call: fetch_balance
-- never: GET
return {
  hosts = { api = "https://api.example.com" },
  credentials = { "apiKey", "secret" },
  markets_need = false,
  sign = function() while true do end end,
  fetch_balance = { get = "/balance" },
}
