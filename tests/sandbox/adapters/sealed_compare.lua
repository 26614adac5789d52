-- expect: exit 5, stderr "cannot be looked into"
-- call: fetch_balance
-- never: GET
return {
  hosts = { api = "https://api.example.com" },
  credentials = { "apiKey", "secret" },
  markets_need = false,
  sign = function(_, key) if key.secret < key.apiKey then fail("BadRequest", "less") end end,
  fetch_balance = { get = "/balance" },
}
