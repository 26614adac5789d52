-- expect: exit 5, stderr "<sealed>"
-- call: fetch_balance
-- never: GET
return {
  hosts = { api = "https://api.example.com" },
  credentials = { "apiKey", "secret" },
  markets_need = false,
  sign = function(_, key) error("the secret is " .. key.secret) end,
  fetch_balance = { get = "/balance" },
}
