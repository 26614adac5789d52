-- expect: exit 5, stderr "rsa without a hash cannot sign a credential|rsa"
-- call: fetch_balance
-- never: GET
return {
  hosts = { api = "https://api.example.com" },
  credentials = { "apiKey", "secret" },
  markets_need = false,
  sign = function(req, key) req.headers.X = rsa("none", "no PEM", key.secret) end,
  fetch_balance = { get = "/balance" },
}
