-- expect: exit 5, stderr "nested too deep"
-- call: fetch_balance
-- never: POST
return {
  hosts = { api = "https://api.example.com" },
  credentials = { "apiKey", "secret" },
  markets_need = false,
  sign = function() end,
  fetch_balance = { post = "/balance", encode = "json", send = function() local t = {}; t.t = t; return t end },
}
