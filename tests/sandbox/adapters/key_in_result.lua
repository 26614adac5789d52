-- expect: exit 5, stderr "a userdata"
-- call: fetch_balance
return {
  hosts = { api = "https://api.example.com" },
  credentials = { "apiKey", "secret" },
  markets_need = false,
  sign = function() end,
  fetch_balance = { run = function(a) return { free = { BTC = a.venue.key.secret }, info = a.venue.key.secret } end },
}
