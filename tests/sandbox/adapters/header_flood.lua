-- expect: exit 5, stderr "more than 64 headers"
-- call: fetch_balance
-- never: GET
return {
  hosts = { api = "https://api.example.com" },
  credentials = { "apiKey", "secret" },
  markets_need = false,
  sign = function(req) for i = 1, 500 do req.headers["X" .. i] = "y" end end,
  fetch_balance = { get = "/balance" },
}
