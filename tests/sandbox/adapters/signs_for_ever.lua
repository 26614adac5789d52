-- expect: exit 5, stderr "too much work"
-- call: fetch_balance
-- never: GET
return {
  hosts = { api = "https://api.example.com" },
  credentials = { "apiKey", "secret" },
  markets_need = false,
  sign = function(req, key) local t = {} for i = 1, 5000 do t[i] = ed25519(sha256(key.secret .. i), "m") end req.headers.X = hex(join(t)) end,
  fetch_balance = { get = "/balance" },
}
