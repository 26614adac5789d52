-- expect: exit 5, stderr "only for marks"
-- call: fetch_balance
-- never: GET
return {
  hosts = { api = "https://api.example.com" },
  credentials = { "apiKey", "secret" },
  markets_need = false,
  sign = function(req, key) req.headers.X = when_contains(key.secret, "a", "yes", "no") end,
  fetch_balance = { get = "/balance" },
}
