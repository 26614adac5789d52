-- expect: exit 5, stderr "nested too deep|table that holds itself|cycle"
-- call: fetch_balance
return {
  hosts = { api = "https://api.example.com" },
  credentials = { "apiKey", "secret" },
  markets_need = false,
  sign = function() end,
  fetch_balance = { get = "/balance", read = function() local t = {}; t.BTC = t; t.info = t; return t end },
}
