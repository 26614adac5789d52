-- expect: exit 2|5, stderr "no error class"
-- call: fetch_balance
return {
  hosts = { api = "https://api.example.com" },
  credentials = { "apiKey", "secret" },
  markets_need = false,
  sign = function() end,
  errors = { E1 = "NoSuchClass", E2 = {} },
  fetch_balance = { get = "/balance" },
}
