-- expect: exit 5, stderr "string expected"
-- call: fetch_balance
-- never: GET
return {
  hosts = { api = "https://api.example.com" },
  credentials = { "apiKey", "secret" },
  markets_need = false,
  sign = function(req, key) fail("BadRequest", string.pack("z", key.secret)) end,
  fetch_balance = { get = "/balance" },
}
