-- expect: exit 5, stderr "BadResponse"
-- call: fetch_balance
return {
  hosts = { api = "https://api.example.com" },
  credentials = { "apiKey", "secret" },
  markets_need = false,
  sign = function() end,
  fetch_balance = { get = "/balance", read = balance { at = "rows", currency = "asset", free = function() error { class = 1, message = {} } end } },
}
