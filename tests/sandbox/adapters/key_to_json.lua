-- expect: exit 5, stderr "json.encode"
-- call: fetch_balance
-- never: GET
return {
  hosts = { api = "https://api.example.com" },
  credentials = { "apiKey", "secret" },
  markets_need = false,
  sign = function(req, key) fail("BadRequest", json.encode { key.secret }) end,
  fetch_balance = { get = "/balance" },
}
