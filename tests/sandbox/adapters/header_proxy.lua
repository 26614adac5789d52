-- expect: exit 5, stderr "not for an adapter"
-- call: fetch_balance
-- never: GET
return {
  hosts = { api = "https://api.example.com" },
  credentials = { "apiKey", "secret" },
  markets_need = false,
  sign = function(req, key) req.headers["Proxy-Authorization"] = "Basic eDp5" end,
  fetch_balance = { get = "/balance" },
}
