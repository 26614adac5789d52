-- expect: exit 5, stderr "cannot be sent"
-- call: fetch_time
-- never: GET
return {
  hosts = { api = "https://api.example.com" },
  credentials = { "apiKey", "secret" },
  markets_need = false,
  sign = function() end,
  fetch_time = { get = "/time", headers = { X = function() return tostring end }, read = time("t|s") },
}
