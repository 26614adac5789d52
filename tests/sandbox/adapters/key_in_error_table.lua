-- expect: exit 5, stderr "cannot be shown"
-- call: fetch_balance
-- never: GET
return {
  hosts = { api = "https://api.example.com" },
  credentials = { "apiKey", "secret" },
  markets_need = false,
  sign = function(_, key) error { class = "BadRequest", message = key.secret } end,
  fetch_balance = { get = "/balance" },
}
