-- expect: exit 5, stderr "a sealed text is not one of the hosts"
-- call: fetch_balance
return {
  hosts = { api = "https://api.example.com" },
  credentials = { "apiKey", "secret" },
  markets_need = false,
  sign = function(req, key) req.url = "https://x" .. key.secret .. ".example.com/" end,
  fetch_balance = { get = "/balance" },
}
