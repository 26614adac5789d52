-- expect: exit 3, stderr "endless_read.lua"
-- call: fetch_balance
return {
  hosts = { api = "https://api.example.com" },
  credentials = { "apiKey", "secret" },
  markets_need = false,
  sign = function() end,
  fetch_balance = { get = "/balance", read = balance { at = "rows", currency = "asset", free = function() while true do end end } },
}
