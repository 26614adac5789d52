-- expect: exit 5, stderr "percent-encoded"
-- call: fetch_balance
-- never: GET
return {
  hosts = { api = "https://api.example.com" },
  credentials = { "apiKey", "secret" },
  markets_need = false,
  sign = function(req) req.path = "/a\r\nX: y" end,
  fetch_balance = { get = "/balance" },
}
