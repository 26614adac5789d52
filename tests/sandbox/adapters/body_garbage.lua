-- expect: exit 5, stderr "cannot be sent"
-- call: fetch_balance
-- never: POST
return {
  hosts = { api = "https://api.example.com" },
  credentials = { "apiKey", "secret" },
  markets_need = false,
  sign = function(req) req.body = function() end end,
  fetch_balance = { post = "/balance" },
}
