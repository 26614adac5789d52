-- expect: exit 5, stderr "ecdsa without a hash"
-- call: fetch_balance
-- never: GET
return {
  hosts = { api = "https://api.example.com" },
  credentials = { "apiKey", "secret" },
  markets_need = false,
  sign = function(req, key) req.headers.X = hex(ecdsa("p256", "none", ("1"):rep(64), ("x"):rep(31) .. key.secret)) end,
  fetch_balance = { get = "/balance" },
}
