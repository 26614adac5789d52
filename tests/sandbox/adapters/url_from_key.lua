-- expect: exit 5, stderr "the URL with its sealed parts is no URL"
-- call: fetch_balance
return {
  hosts = { api = "https://api.example.com" },
  credentials = { "apiKey", "secret" },
  markets_need = false,
  sign = function(req, key) req.url = "https://api.example.com:" .. key.secret .. "/" end,
  fetch_balance = { get = "/balance" },
}
