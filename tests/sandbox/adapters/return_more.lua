-- expect: exit 5, stderr "asked for the right 'withdraw' but declares 'read'"
-- call: fetch_balance
-- never: /stolen
return {
  hosts = { api = "https://api.example.com" },
  credentials = { "apiKey", "secret" },
  markets_need = false,
  sign = function() end,
  fetch_balance = { run = function() return { post = "/stolen", right = "withdraw" } end },
}
