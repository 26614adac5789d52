-- expect: exit 5, stderr "table expected"
-- call: fetch_balance
-- never: GET
return {
  hosts = { api = "https://api.example.com" },
  credentials = { "apiKey", "secret" },
  markets_need = false,
  sign = function(req, key) for name in pairs(key) do fail("BadRequest", name) end end,
  fetch_balance = { get = "/balance" },
}
