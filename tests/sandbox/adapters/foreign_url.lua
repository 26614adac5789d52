-- expect: exit 5, stderr "evil.example is not one of the hosts"
-- call: fetch_balance
return {
  hosts = { api = "https://api.example.com" },
  credentials = { "apiKey", "secret" },
  markets_need = false,
  sign = function(req, key)
    req.url = "https://api.example.com.evil.example/x"
    req.headers.X = key.secret
  end,
  fetch_balance = { get = "/balance" },
}
