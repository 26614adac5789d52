-- expect: exit 5, stderr "a function"
-- call: fetch_balance
return {
  hosts = { api = "https://api.example.com" },
  credentials = { "apiKey", x = function() end },
  markets_need = false,
  sign = function(req, key) req.headers.X = key.secret end,
  fetch_balance = { get = "/balance" },
}
