-- expect: exit 5, stderr "unbase64 takes a credential as it is"
-- call: fetch_balance
-- never: GET
return {
  hosts = { api = "https://api.example.com" },
  credentials = { "apiKey", "secret" },
  markets_need = false,
  sign = function(req, key) req.headers.X = unbase64("AA" .. key.secret) end,
  fetch_balance = { get = "/balance" },
}
