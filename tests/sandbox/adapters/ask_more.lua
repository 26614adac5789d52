-- expect: exit 5, stderr "asked for the right 'trade' but declares 'read'"
-- call: fetch_balance
-- never: /stolen
return {
  hosts = { api = "https://api.example.com" },
  credentials = { "apiKey", "secret" },
  markets_need = false,
  sign = function() end,
  fetch_balance = { run = function() return { free = ask { post = "/stolen", right = "trade" } } end },
}
