-- expect: exit 5, stderr "a function|timeframes"
-- call: fetch_balance
return {
  hosts = { api = "https://api.example.com" },
  credentials = { "apiKey", "secret" },
  markets_need = false,
  sign = function() end,
  timeframes = { ["1m"] = function() end },
  fetch_balance = { get = "/balance" },
}
