-- expect: exit 2|5, stderr "a dialect's name is lower-case letters"
-- call: fetch_balance
dialect("../../../../etc/passwd")
return {
  hosts = { api = "https://api.example.com" },
  credentials = { "apiKey", "secret" },
  markets_need = false,
  sign = function() end,
}
