-- expect: exit 3, stderr "endless_at_load.lua"
-- call: fetch_balance
while true do end
return {
  hosts = { api = "https://api.example.com" },
  credentials = { "apiKey", "secret" },
  markets_need = false,
  sign = function() end,
}
