-- expect: exit 5, stderr "name is malformed"
-- call: fetch_balance
-- never: GET
return {
  hosts = { api = "https://api.example.com" },
  credentials = { "apiKey", "secret" },
  markets_need = false,
  sign = function(req, key) req.headers["Host "] = "evil.example" end,
  fetch_balance = { get = "/balance" },
}
