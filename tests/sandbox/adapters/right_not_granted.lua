-- expect: exit 5, stderr "the right 'withdraw' was not granted"
-- call: fetch_balance
-- never: /stolen
return {
  hosts = { api = "https://api.example.com" },
  credentials = { "apiKey", "secret" },
  markets_need = false,
  sign = function() end,
  fetch_balance = { get = "/stolen", right = "withdraw" },
}
