-- expect: exit 5, stderr "method"
-- call: fetch_balance
-- never: GET
return {
  hosts = { api = "https://api.example.com" },
  credentials = { "apiKey", "secret" },
  markets_need = false,
  sign = function(req, key) req.method = key.secret end,
  fetch_balance = { get = "/balance" },
}
