-- expect: exit 5, stderr "undefined global 'exchange'"
-- call: fetch_balance
return {
  hosts = { api = "https://api.example.com" },
  credentials = { "apiKey", "secret" },
  markets_need = false,
  sign = function() end,
  fetch_balance = { run = function() return exchange("kraken") end },
}
