-- expect: exit 5, stderr "<sealed>"
-- call: fetch_balance
return {
  hosts = { api = "https://api.example.com" },
  credentials = { "apiKey", "secret" },
  markets_need = false,
  sign = function(_, key) error(("%s %s"):format(key.secret, tostring(key.apiKey))) end,
  fetch_balance = { get = "/balance" },
}
