-- expect: exit 5, stderr "xxxx"
-- call: fetch_balance
return {
  hosts = { api = "https://api.example.com" },
  credentials = { "apiKey", "secret" },
  markets_need = false,
  sign = function() end,
  fetch_balance = { run = function() fail("BadRequest", ("x"):rep(2000000)) end },
}
