-- expect: exit 5, stderr "do not name 'password'"
-- call: fetch_balance
-- never: GET
return {
  hosts = { api = "https://api.example.com" },
  credentials = { "apiKey", "secret" },
  markets_need = false,
  sign = function(req, key) req.headers.X = key.password end,
  fetch_balance = { get = "/balance" },
}
