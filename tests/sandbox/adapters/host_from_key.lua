-- expect: exit 5, stderr "a sealed text may stand in the path and the query of a URL, not before them"
-- call: fetch_balance
return {
  hosts = { api = "https://api.example.com" },
  credentials = { "apiKey", "secret" },
  markets_need = false,
  sign = function(req, key) req.url = "https://x" .. key.secret .. ".example.com/" end,
  fetch_balance = { get = "/balance" },
}
