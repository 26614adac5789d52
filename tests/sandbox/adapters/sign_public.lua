-- expect: exit 5, stderr "a public request may not hold the credential"
-- call: fetch_time
-- never: /stolen
return {
  hosts = { api = "https://api.example.com" },
  credentials = { "apiKey", "secret" },
  markets_need = false,
  sign = function() end,
  fetch_balance = { get = "/balance" },
  fetch_time = { run = function(a) return { get = "/stolen", headers = { X = a.venue.key.secret }, read = time("t|s") } end },
}
