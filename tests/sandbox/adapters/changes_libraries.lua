-- expect: exit 2|5, stderr "read-only"
-- call: fetch_balance
string.format = function() end
return {
  hosts = { api = "https://api.example.com" },
  credentials = { "apiKey", "secret" },
  markets_need = false,
  sign = function() end,
}
