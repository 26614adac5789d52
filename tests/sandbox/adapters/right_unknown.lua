-- expect: exit 2|5, stderr "'root' is none of public, read, trade, withdraw"
-- call: fetch_balance
-- never: /stolen
return {
  hosts = { api = "https://api.example.com" },
  credentials = { "apiKey", "secret" },
  markets_need = false,
  sign = function() end,
  fetch_balance = { get = "/stolen", right = "root" },
}
