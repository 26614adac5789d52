-- expect: exit 5, stderr "too long"
-- call: fetch_balance
-- never: GET
return {
  hosts = { api = "https://api.example.com" },
  credentials = { "apiKey", "secret" },
  markets_need = false,
  sign = function(req) req.path = "/" .. ("x"):rep(1000000) end,
  fetch_balance = { get = "/balance" },
}
