-- expect: exit 5, stderr "?]0;gone?"
-- call: fetch_balance
return {
  hosts = { api = "https://api.example.com" },
  credentials = { "apiKey", "secret" },
  markets_need = false,
  sign = function() end,
  failed = "error",
  fetch_balance = { get = "/escapes" },
}
