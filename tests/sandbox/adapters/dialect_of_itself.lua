-- expect: exit 2|5, stderr "loads itself"
-- call: fetch_balance
dialect("ring_a")
return {
  hosts = { api = "https://api.example.com" },
  credentials = { "apiKey", "secret" },
  markets_need = false,
  sign = function() end,
}
