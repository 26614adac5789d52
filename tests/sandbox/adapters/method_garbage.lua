-- expect: exit 5, stderr "the method must be|cannot be sent"
-- call: fetch_balance
-- never: GET
-- never: CONNECT
return {
  hosts = { api = "https://api.example.com" },
  credentials = { "apiKey", "secret" },
  markets_need = false,
  sign = function(req) req.method = "CONNECT" end,
  fetch_balance = { get = "/balance" },
}
