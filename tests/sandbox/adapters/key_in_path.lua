-- expect: exit 5, stderr "HTTP 404"
-- call: fetch_balance
return {
  hosts = { api = "https://api.example.com" },
  credentials = { "apiKey", "secret" },
  markets_need = false,
  sign = function(req, key) req.path = "/" .. hex(key.secret) end,
  fetch_balance = { get = "/balance" },
}
