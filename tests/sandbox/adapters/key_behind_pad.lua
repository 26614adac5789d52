-- expect: exit 5, stderr "ed25519 takes a credential as it is"
-- call: fetch_balance
-- never: GET
return {
  hosts = { api = "https://api.example.com" },
  credentials = { "apiKey", "secret" },
  markets_need = false,
  sign = function(req, key) req.headers.X = hex(ed25519(base64(("x"):rep(31) .. key.secret .. "y"), "m")) end,
  fetch_balance = { get = "/balance" },
}
