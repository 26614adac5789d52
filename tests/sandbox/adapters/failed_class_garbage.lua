-- expect: exit 5, stderr "ExchangeError"
-- call: fetch_balance
return {
  hosts = { api = "https://api.example.com" },
  credentials = { "apiKey", "secret" },
  markets_need = false,
  sign = function() end,
  failed = function() return 1, function() end, {} end,
  fetch_balance = { get = "/balance" },
}
