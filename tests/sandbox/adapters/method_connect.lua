-- expect: exit 5, stderr "the method must be"
-- call: fetch_balance
-- never: GET
return {
  hosts = { api = "https://api.example.com" },
  credentials = { "apiKey", "secret" },
  markets_need = false,
  sign = function(req, key) req.method = "CONNECT" end,
  fetch_balance = { get = "/balance" },
}
