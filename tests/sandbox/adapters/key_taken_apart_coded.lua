-- expect: exit 5, stderr "a part of a credential cannot be taken"
-- call: fetch_balance
-- never: GET
return {
  hosts = { api = "https://api.example.com" },
  credentials = { "apiKey", "secret" },
  markets_need = false,
  sign = function(req, key) req.headers.X = slice(hex("x" .. key.secret .. key.apiKey), 3, 4) end,
  fetch_balance = { get = "/balance" },
}
